//! `snag audit`: what is wrong with a site, in the order of what it costs.

use std::path::Path;

use anyhow::{Context as _, Result};
use snag_analyzer::audit::html;
use snag_analyzer::{AuditRequest, Period, audit};

use crate::cli::Audit;
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Prints what was found, and writes the page if asked for.
pub(crate) async fn run(asked: Audit, config: &Config, environment: &Environment) -> Result<Exit> {
    let request = AuditRequest {
        site: asked.site,
        period: Period::new(asked.from, asked.to)?,
        goal: asked.goal,
    };
    let store = super::open_derived(config, environment).await?;
    let found = audit(&store, request).await;
    store.close().await?;
    let found = found?;
    if let Some(file) = &asked.html {
        write(file, &html(&found)?)
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    super::print(&found, asked.format)
}

/// Writes a file in whole or not at all.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, file)
}
