//! `snag links` and `snag links check`: what links are worth, and whether where they lead is there.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{Timestamp, ToSpan as _};
use snag_analyzer::{
    LinkAnswer, LinkCheck, LinkTarget, LinksRequest, Period, Span, link_targets, save_link_answers,
};
use snag_checker::{Checker, Finding, NAME, Options};
use snag_store::Store;
use url::Url;

use super::visits::{Which, run as report};
use crate::cli::{LinkChecks, Links, LinksAction};
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// How long a target that was fine is left alone.
const FRESH_MS: i64 = 24 * 60 * 60 * 1000;
/// Links that were on no page for so long may be gone.
const DAYS: i64 = 30;
/// Answers that may be lost when the command is stopped.
const KEPT_AT_ONCE: usize = 20;

/// Tells of the links, or asks where they lead.
pub(crate) async fn run(links: Links, config: &Config, environment: &Environment) -> Result<Exit> {
    if let Some(LinksAction::Check(asked)) = links.action {
        return check(asked, config, environment).await;
    }
    let which = Which::Links(LinksRequest {
        page: links.page,
        groups: links.groups,
        threshold: links.threshold / 100.0,
    });
    let visits = links.visits.context("no site is named: --site SITE")?;
    report(which, visits, config, environment).await
}

async fn check(asked: LinkChecks, config: &Config, environment: &Environment) -> Result<Exit> {
    let format = asked.format;
    let from = match asked.from {
        Some(from) => from,
        None => (Timestamp::now() - (24 * DAYS).hours())
            .to_string()
            .parse()?,
    };
    let filters = asked.filters.iter().cloned();
    let span = Span {
        site: asked.site.clone(),
        period: Period::new(Some(from), asked.to)?,
        filters: filters.flat_map(|filters| filters.0).collect(),
        limit: asked.limit,
    };
    let store = Store::open(&config.store(environment)?).await?;
    let checked = ask(&store, &span, &asked).await;
    store.close().await?;
    super::print(&checked?, format)
}

/// Asks the targets of a site's links, and keeps what they answer.
async fn ask(store: &Store, span: &Span, asked: &LinkChecks) -> Result<LinkCheck> {
    let found = link_targets(store, span, asked.own.is_some()).await?;
    let contact = match (&asked.agent, found.first()) {
        (Some(contact), _) => contact.clone(),
        (None, Some(target)) => format!("https://{}/", target.host),
        (None, None) => span.site.clone(),
    };
    let checker = Checker::new(Options {
        agent: format!(
            "{NAME}/{} (looks for broken links; {contact})",
            env!("CARGO_PKG_VERSION")
        ),
        pause: Duration::from_secs_f64(asked.pause),
        timeout: Duration::from_secs_f64(asked.timeout),
        parallel: asked.parallel.into(),
        allow_private: asked.allow_private,
    })?;
    let (targets, mut notes) = choose(found, asked);
    let mut waiting: HashMap<Url, Vec<LinkTarget>> = HashMap::new();
    let mut urls = Vec::new();
    for (url, target) in targets {
        let alike = waiting.entry(url.clone()).or_default();
        if alike.is_empty() {
            urls.push(url);
        }
        alike.push(target);
    }
    let bar = progress(urls.len())?;
    let (mut done, mut unsaved) = (Vec::new(), Vec::new());
    let mut answers = std::pin::pin!(checker.check(urls));
    while let Some((url, finding)) = answers.next().await {
        bar.inc(1);
        for mut target in waiting.remove(&url).unwrap_or_default() {
            let answer = answer(&span.site, &target.href, &finding);
            fill_in(&mut target, &answer);
            unsaved.push(answer);
            done.push(target);
        }
        if unsaved.len() >= KEPT_AT_ONCE {
            save_link_answers(store, &unsaved).await?;
            unsaved.clear();
        }
    }
    save_link_answers(store, &unsaved).await?;
    bar.finish_and_clear();
    let may_lack = |target: &LinkTarget| target.verdict == "broken" && target.status != 0;
    if done.iter().any(may_lack) {
        notes.push(
            "what follows a question mark is not kept of an address, and was not asked for: one that needs it seems broken"
                .to_owned(),
        );
    }
    Ok(LinkCheck::new(&span.site, done, notes))
}

/// Which are asked, each with its address, and what is to be said of the others.
fn choose(found: Vec<LinkTarget>, asked: &LinkChecks) -> (Vec<(Url, LinkTarget)>, Vec<String>) {
    let now = Timestamp::now().as_millisecond();
    let (mut fresh, mut cut, mut unasked) = (0_u32, 0_u32, 0_u32);
    let mut chosen = Vec::new();
    for target in found {
        let Some(url) = address(&target, asked) else {
            cut += 1;
            continue;
        };
        if !asked.again && target.verdict == "fine" && now - target.checked_ms < FRESH_MS {
            fresh += 1;
        } else if chosen.len() >= asked.limit as usize {
            unasked += 1;
        } else {
            chosen.push((url, target));
        }
    }
    let mut notes = Vec::new();
    for (count, what) in [
        (
            fresh,
            "were fine within the last day: --again asks them too",
        ),
        (unasked, "more were not asked: --limit"),
        (
            cut,
            "cannot be asked: what may name a person was cut out of their addresses",
        ),
    ] {
        if count > 0 {
            notes.push(format!("{count} {what}"));
        }
    }
    (chosen, notes)
}

/// The address of a target; none where it was not kept whole.
fn address(target: &LinkTarget, asked: &LinkChecks) -> Option<Url> {
    let is_whole = !["{email}", "{number}", "{ip}", "{token}"]
        .iter()
        .any(|mark| target.href.contains(mark));
    let url = match (&asked.own, target.href.starts_with('/')) {
        (Some(Some(origin)), true) => origin.join(&target.href),
        (_, true) => Url::parse(&format!("https://{}{}", target.host, target.href)),
        (_, false) => Url::parse(&target.href),
    };
    url.ok().filter(|_| is_whole)
}

fn answer(site: &str, href: &str, finding: &Finding) -> LinkAnswer {
    LinkAnswer {
        site: site.to_owned(),
        href: href.to_owned(),
        verdict: finding.verdict().name().to_owned(),
        status: finding.status(),
        reason: finding.reason().to_owned(),
        led_to: finding
            .led_to
            .as_ref()
            .map(Url::to_string)
            .unwrap_or_default(),
        checked_at: Timestamp::now().as_millisecond(),
    }
}

fn fill_in(target: &mut LinkTarget, answer: &LinkAnswer) {
    target.verdict.clone_from(&answer.verdict);
    target.status = answer.status;
    target.reason.clone_from(&answer.reason);
    target.led_to.clone_from(&answer.led_to);
    target.checked_ms = answer.checked_at;
}

fn progress(count: usize) -> Result<ProgressBar> {
    let bar = ProgressBar::new(count as u64);
    bar.set_style(ProgressStyle::with_template(
        "{bar:30} {pos}/{len} targets, {elapsed}",
    )?);
    Ok(bar)
}
