//! `snag audit`: what is wrong with a site, in the order of what it costs.

use anyhow::Result;
use snag_analyzer::{AuditRequest, Period, audit};

use crate::cli::Audit;
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Prints what was found.
pub(crate) async fn run(asked: Audit, config: &Config, environment: &Environment) -> Result<Exit> {
    let request = AuditRequest {
        site: asked.site,
        period: Period::new(asked.from, asked.to)?,
        goal: asked.goal,
    };
    let store = super::open_derived(config, environment).await?;
    let found = audit(&store, request).await;
    store.close().await?;
    super::print(&found?, asked.format)
}
