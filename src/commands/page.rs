//! `snag page`: one page under the microscope, and its drawing.

use anyhow::{Context as _, Result};
use snag_analyzer::wireframe;

use super::visits::span;
use crate::cli::OnePage;
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Prints what is known of the page, and draws it if asked for.
pub(crate) async fn run(
    asked: OnePage,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    let format = asked.visits.format;
    let span = span(asked.visits)?;
    let store = super::open_derived(config, environment).await?;
    let found = snag_analyzer::page(&store, &span, &asked.page).await;
    store.close().await?;
    let found = found?;
    // What is known is told also where nothing can be drawn of it.
    let exit = super::print(&found, format)?;
    if let Some(file) = &asked.svg {
        super::write(file, &wireframe(&found)?)
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(exit)
}
