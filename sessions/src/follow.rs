//! Follows the events: derives what was touched since the last look.
//!
//! Invariant: a touch is derived at least once. An insert tells its time before it can be seen, so that one may be seen
//! behind later ones: touches of the last [`LATE`] are counted at each look, and derived again when there are more than
//! there were.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clickhouse::Row;
use serde::Deserialize;
use snag_store::{Error, Store};
use tokio::time::sleep;

use crate::derive::{Day, Who, derive};

/// Between two looks.
const LOOK: Duration = Duration::from_secs(1);
/// Between two tries when the store does not answer.
const AWAY: Duration = Duration::from_secs(10);
/// Milliseconds an insert may take from telling its time to being seen.
const LATE: i64 = 300_000;
/// Looks after which is written down how far it got.
const PASSES: u32 = 30;

/// How far the derivation has got.
#[expect(
    missing_debug_implementations,
    reason = "a store shows nothing of itself"
)]
pub struct Follower {
    store: Store,
    /// Touches up to this time were derived, but for late ones.
    until: i64,
    /// Touches of the last [`LATE`] before that.
    late: u64,
    /// Looks since it was written down.
    unwritten: u32,
}

/// The engine's time, touches up to the last look that a look has to have seen, and those after.
#[derive(Debug, Clone, Copy, Row, Deserialize)]
struct News {
    now: i64,
    late: u64,
    fresh: u64,
}

/// How far an earlier one got: up to when, and how many touches of the [`LATE`] before it had seen.
#[derive(Debug, Clone, Copy, Default, Row, Deserialize)]
struct Pass {
    until: i64,
    late: u64,
}

/// Touches of a site's day.
#[derive(Row, Deserialize)]
struct Touches {
    site: String,
    day: String,
    /// Whose have to be looked at.
    visitors: u64,
    /// Of the last [`LATE`].
    touches: u64,
}

impl Follower {
    /// Begins where the last one, of whatever process, had got to.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn new(store: Store) -> Result<Self, Error> {
        let last = store
            .client()
            .query(
                "SELECT toUnixTimestamp64Milli(until) AS until, late FROM session_passes ORDER BY until DESC LIMIT 1",
            )
            .fetch_optional::<Pass>()
            .await?;
        let Pass { until, late } = last.unwrap_or_default();
        Ok(Self {
            store,
            until,
            late,
            unwritten: 0,
        })
    }

    /// Follows until it is dropped. A store that does not answer is asked again. After each look that went well `until` is
    /// set to when it began, milliseconds since 1970: what was stored until then is derived.
    pub async fn follow(store: Store, until: Arc<AtomicI64>) {
        until.store(unix_ms(), Ordering::Relaxed);
        let mut follower = None;
        loop {
            let begun = unix_ms();
            let looked = match &mut follower {
                None => match Self::new(store.clone()).await {
                    Ok(new) => {
                        follower = Some(new);
                        continue;
                    }
                    Err(error) => Err(error),
                },
                Some(follower) => follower.look().await,
            };
            match looked {
                Ok(_) => {
                    until.store(begun, Ordering::Relaxed);
                    sleep(LOOK).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "sessions are not derived for now");
                    sleep(AWAY).await;
                }
            }
        }
    }

    /// Derives what was touched since the last look; gives how many days of sites that were.
    ///
    /// # Errors
    /// When the store does not answer; the same is looked at again then.
    pub async fn look(&mut self) -> Result<usize, Error> {
        self.unwritten += u32::from(self.unwritten > 0);
        if self.unwritten > PASSES {
            self.write().await?;
        }
        let News { now, late, fresh } = self.news().await?;
        if fresh == 0 && late == self.late {
            return Ok(0);
        }
        let after = if late == self.late {
            self.until
        } else {
            self.until - LATE
        };
        // Whom to derive and how many touches that is are told by one statement: what is seen later is late.
        let days = self
            .store
            .client()
            .query(
                "SELECT toString(site) AS site, toString(day) AS day, \
                     uniqIf(visitor, at > fromUnixTimestamp64Milli({after:Int64})) AS visitors, \
                     countIf(at > fromUnixTimestamp64Milli({late:Int64})) AS touches \
                 FROM touched WHERE at > fromUnixTimestamp64Milli({first:Int64}) AND at <= fromUnixTimestamp64Milli({until:Int64}) \
                 GROUP BY site, day ORDER BY site, day",
            )
            .param("after", after)
            .param("late", now - LATE)
            .param("first", after.min(now - LATE).max(0))
            .param("until", now)
            .fetch_all::<Touches>()
            .await?;
        let late = days.iter().map(|day| day.touches).sum();
        let mut derived = 0;
        for day in days.into_iter().filter(|day| day.visitors > 0) {
            let day = Day {
                site: day.site,
                day: day.day,
                visitors: day.visitors,
            };
            derive(&self.store, &day, Who::Touched(after, now), now * 2).await?;
            derived += 1;
        }
        (self.until, self.late) = (now, late);
        self.unwritten = self.unwritten.max(1);
        Ok(derived)
    }

    /// What there is since the last look.
    async fn news(&self) -> Result<News, Error> {
        let news = self.store.client().query(
            "SELECT toUnixTimestamp64Milli(now64(3)) AS now, \
                 countIf(at <= fromUnixTimestamp64Milli({until:Int64})) AS late, \
                 countIf(at > fromUnixTimestamp64Milli({until:Int64})) AS fresh \
             FROM touched WHERE at > fromUnixTimestamp64Milli({first:Int64})",
        );
        let news = news
            .param("until", self.until)
            .param("first", (self.until - LATE).max(0));
        Ok(news.fetch_one().await?)
    }

    /// Writes down how far it got.
    async fn write(&mut self) -> Result<(), Error> {
        self.store
            .client()
            .query("INSERT INTO session_passes SELECT fromUnixTimestamp64Milli({until:Int64}), {late:UInt64}")
            .param("until", self.until)
            .param("late", self.late)
            .execute()
            .await?;
        self.unwritten = 0;
        Ok(())
    }
}

fn unix_ms() -> i64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// Derives all that waits, for whoever reads `sessions` while no collector follows.
///
/// # Errors
/// When the store does not answer, or refuses.
pub async fn catch_up(store: &Store) -> Result<(), Error> {
    let mut follower = Follower::new(store.clone()).await?;
    if follower.look().await? > 0 {
        follower.write().await?;
    }
    Ok(())
}
