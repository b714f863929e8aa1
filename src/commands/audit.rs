//! `snag audit` and `snag findings`: what is wrong with a site, in the order of what it costs, and what is thought of it.

use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use snag_analyzer::audit::{self, State, daily, html, judge, keep, recall};
use snag_analyzer::{AuditRequest, Period};
use snag_store::Store;

use crate::cli::{Audit, Findings, Judged};
use crate::config::{Config, Environment};
use crate::exit::Exit;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Prints what was found, and writes the page if asked for.
pub(crate) async fn run(asked: Audit, config: &Config, environment: &Environment) -> Result<Exit> {
    if asked.watch {
        return watch(asked, config, environment).await;
    }
    let is_compared = asked.since.is_some();
    let request = AuditRequest {
        site: asked.site,
        period: Period::new(asked.since.or(asked.from), asked.to)?,
        goal: asked.goal,
        is_compared,
    };
    let store = super::open_derived(config, environment).await?;
    let found = async {
        let found = snag_analyzer::audit(&store, request).await?;
        told(&store, found, asked.keep).await
    };
    let found = found.await;
    store.close().await?;
    let found = found?;
    if let Some(file) = &asked.html {
        super::write(file, &html(&found)?)
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    super::print(&found, asked.format)
}

/// An audit with what is known of its findings, kept if asked for.
async fn told(
    store: &Store,
    mut found: snag_analyzer::Audit,
    is_kept: bool,
) -> Result<snag_analyzer::Audit, snag_analyzer::Error> {
    if is_kept {
        keep(store, &found, Timestamp::now().as_millisecond()).await?;
    }
    recall(store, &mut found).await?;
    Ok(found)
}

/// Audits the last weeks once a day against those before.
async fn watch(asked: Audit, config: &Config, environment: &Environment) -> Result<Exit> {
    loop {
        let store = super::open_derived(config, environment).await?;
        let found = async {
            let goal = asked.goal.clone();
            let found = daily(&store, &asked.site, goal, Timestamp::now()).await?;
            told(&store, found, true).await
        };
        let found = found.await;
        store.close().await?;
        super::print(&found?, asked.format)?;
        tokio::select! {
            () = tokio::time::sleep(DAY) => {}
            stopped = tokio::signal::ctrl_c() => {
                stopped?;
                return Ok(Exit::Done);
            }
        }
    }
}

/// Lists findings, or says what is thought of one.
pub(crate) async fn findings(
    asked: Findings,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    let (judged, state) = match asked {
        Findings::List(listed) => {
            let report = super::with_store(config, environment, async |store| {
                audit::findings(store, &listed.site).await
            });
            return super::print(&report.await?, listed.format);
        }
        Findings::Accept(judged) => (judged, State::Accepted),
        Findings::Fix(judged) => (judged, State::Fixed),
        Findings::Mute(judged) => (judged, State::Muted),
    };
    let Judged { id, site, note } = judged;
    let kept = super::with_store(config, environment, async |store| {
        judge(store, &site, &id, state, &note).await
    });
    println!("{}: {} is {}", site, kept.await?.title, state.name());
    Ok(Exit::Done)
}
