//! `snag funnel`: how far visitors get, and where they abandon.

use anyhow::Result;
use snag_analyzer::{FunnelRequest, Period};
use snag_store::Store;

use crate::cli::Funnel;
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Prints the funnel.
pub(crate) async fn run(funnel: Funnel, config: &Config, environment: &Environment) -> Result<Exit> {
    let request = FunnelRequest {
        site: funnel.site,
        steps: funnel.steps,
        window: funnel.window,
        period: Period::parse(funnel.from.as_deref(), funnel.to.as_deref())?,
        filters: funnel.filters,
    };
    let store = Store::open(&config.store(environment)?).await?;
    let report = snag_analyzer::funnel(&store, &request).await;
    store.close().await?;
    print!("{}", funnel.format.render(&report?));
    Ok(Exit::Done)
}
