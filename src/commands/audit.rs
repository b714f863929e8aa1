//! `snag audit` and `snag findings`: what is wrong with a site, in the order of what it costs, and what is thought of it.

use std::time::Duration;

use anyhow::{Context as _, Result};
use snag_analyzer::audit::{self, State, html, judge, keep, recall};
use snag_analyzer::{AuditRequest, Period};
use snag_store::Store;

use crate::cli::{Audit, Findings, Judged};
use crate::config::{Config, Environment};
use crate::exit::Exit;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// A watched site is audited over as many days.
const WATCHED_DAYS: i64 = 28;

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
    let found = audited(&store, request, asked.keep).await;
    store.close().await?;
    let found = found?;
    if let Some(file) = &asked.html {
        super::write(file, &html(&found)?)
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    super::print(&found, asked.format)
}

async fn audited(
    store: &Store,
    request: AuditRequest,
    is_kept: bool,
) -> Result<snag_analyzer::Audit, snag_analyzer::Error> {
    let mut found = snag_analyzer::audit(store, request).await?;
    if is_kept {
        keep(store, &found, jiff::Timestamp::now().as_millisecond()).await?;
    }
    recall(store, &mut found).await?;
    Ok(found)
}

/// Audits the last weeks once a day against those before.
async fn watch(asked: Audit, config: &Config, environment: &Environment) -> Result<Exit> {
    loop {
        let now = jiff::Timestamp::now().as_millisecond();
        let start = jiff::Timestamp::from_millisecond(now - WATCHED_DAYS * DAY_MS)?;
        let request = AuditRequest {
            site: asked.site.clone(),
            period: Period::new(Some(start.to_string().parse()?), None)?,
            goal: asked.goal.clone(),
            is_compared: true,
        };
        let store = super::open_derived(config, environment).await?;
        let found = audited(&store, request, true).await;
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
