//! `snag rebuild`: derives anew what is derived from the events.

use anyhow::Result;
use snag_store::Store;

use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Derives the sessions of a site, or of all, and says how many there are.
pub(crate) async fn sessions(
    site: Option<&str>,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    let store = Store::open(&config.store(environment)?).await?;
    let rebuilt = snag_sessions::rebuild(&store, site).await;
    store.close().await?;
    let rebuilt = rebuilt?;
    println!(
        "{} sessions of {} days of sites",
        rebuilt.sessions, rebuilt.days
    );
    Ok(if rebuilt.days == 0 {
        Exit::NothingToReport
    } else {
        Exit::Done
    })
}
