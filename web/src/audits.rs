//! Audits that the dashboard shows: made once a day for each site, and when asked for; one at a time.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use snag_analyzer::Error;
use snag_analyzer::audit::{KeptAudit, daily, keep, last_audit};
use snag_store::Store;
use tokio::sync::Mutex;

use crate::house::House;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const HOUR_MS: i64 = 60 * 60 * 1000;
/// Fewer visitors tell more each hour.
const MANY: u64 = 1_000;
/// How often it is looked whether a site is due.
const LOOK: Duration = Duration::from_secs(10 * 60);
/// Of a site that has come to life just now the first audit is not to wait so long.
const FIRST_LOOK: Duration = Duration::from_secs(20);

/// Makes audits, one at a time: each takes all there is of the store.
pub struct Audits {
    store: Arc<Store>,
    running: Mutex<()>,
}

impl Audits {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            running: Mutex::new(()),
        }
    }

    /// The last one of a site.
    pub(crate) async fn last(&self, site: &str) -> Result<Option<KeptAudit>, Error> {
        last_audit(&self.store, site).await
    }

    /// Makes one of a site's last weeks, and keeps it. Who asks while one is made waits for it.
    pub(crate) async fn make(&self, site: &str) -> Result<(), Error> {
        let asked_at = Timestamp::now().as_millisecond();
        let _running = self.running.lock().await;
        // What was waited for may be what was asked for.
        if let Some(last) = self.last(site).await?
            && last.at >= asked_at
        {
            return Ok(());
        }
        let found = daily(&self.store, site, None, Timestamp::now()).await?;
        keep(&self.store, &found, Timestamp::now().as_millisecond()).await
    }

    /// Makes one of each site that is due, again and again: each day, and each hour while there are few visitors.
    pub(crate) async fn keep_up(&self, house: &House) {
        tokio::time::sleep(FIRST_LOOK).await;
        loop {
            for site in house.sites().iter() {
                if let Err(error) = self.make_if_due(site).await {
                    tracing::warn!(site, %error, "the daily audit could not be made");
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn make_if_due(&self, site: &str) -> Result<(), Error> {
        let now = Timestamp::now().as_millisecond();
        match self.last(site).await? {
            Some(last) if last.at > now - DAY_MS && last.audit.visitors >= MANY => Ok(()),
            Some(last) if last.at > now - HOUR_MS => Ok(()),
            _ => self.make(site).await,
        }
    }
}
