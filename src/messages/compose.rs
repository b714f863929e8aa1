//! Reports as messages: what was found in the words of who is told.

use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use snag_analyzer::audit::{self, Finding, Recent, cost_text, keep, recall, recent, share_text};
use snag_analyzer::format::{duration, for_shell, interval_text, percent};
use snag_analyzer::watch::{WatchedRate, rates};
use snag_analyzer::{Heard, heard, silence};
use snag_messages::{Change, Cost, Rate, RateNow, Silence, SilenceNow, Snag, Told, Weekly};
use snag_store::Store;

/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60_000;

/// The snag list of the days before a moment. Kept, its findings can be said to be mended or muted.
pub(crate) async fn weekly(
    store: &Store,
    site: &str,
    zone: &TimeZone,
    now: Timestamp,
    is_kept: bool,
) -> Result<Told> {
    let Recent {
        mut audit,
        days,
        command,
    } = recent(store, site, now, zone).await?;
    if is_kept {
        keep(store, &audit, now.as_millisecond()).await?;
    }
    recall(store, &mut audit).await?;
    Ok(Told::Weekly(Weekly {
        from: audit.from.unwrap_or_default(),
        to: audit.to.unwrap_or_default(),
        days,
        headline: audit.headline,
        visitors: audit.visitors,
        goal: audit.goal,
        conversions: audit.conversions,
        tested: audit.tested as u64,
        findings: audit.findings.iter().map(snag).collect(),
        gone: audit.gone.iter().map(snag).collect(),
        notes: audit.notes,
        command,
        site: audit.site,
    }))
}

fn snag(finding: &Finding) -> Snag {
    let rule = serde_json::to_value(finding.rule).unwrap_or_default();
    let first = finding.evidence.first();
    let cost = finding.cost.zip(cost_text(finding));
    Snag {
        id: finding.id.clone(),
        rule: rule.as_str().unwrap_or_default().to_owned(),
        severity: finding.severity.name().to_owned(),
        title: finding.title.clone(),
        page: finding.page.clone(),
        change: change(finding),
        accepted: finding.state == Some("accepted"),
        affected: finding.affected,
        of: finding.of,
        share: share_text(finding),
        cost: cost.map(|(cost, words)| Cost {
            conversions: cost.conversions,
            interval: cost.interval.into(),
            words,
        }),
        money: finding.money.clone(),
        evidence: first.map(|first| first.text.clone()).unwrap_or_default(),
        command: first.map(|first| first.command.clone()).unwrap_or_default(),
        advice: finding.advice.clone(),
    }
}

fn change(finding: &Finding) -> Change {
    match (finding.change, finding.state) {
        (Some(audit::Change::Gone), Some("mended")) => Change::Mended,
        (Some(audit::Change::Gone), _) => Change::Gone,
        (_, Some("back")) => Change::Back,
        (Some(audit::Change::New), _) => Change::New,
        (Some(audit::Change::Worse), _) => Change::Worse,
        (Some(audit::Change::Better), _) => Change::Better,
        (Some(audit::Change::Same) | None, _) => Change::Same,
    }
}

/// The rates of a site up to a day, counted from 1970.
pub(crate) async fn rates_now(
    store: &Store,
    site: &str,
    day: i64,
    now: Timestamp,
) -> Result<Vec<RateNow>> {
    let found = rates(store, site, day, now.as_millisecond()).await?;
    let now = |rate: WatchedRate| RateNow {
        off: rate.off.map(|off| {
            let shift = off.episode.shift;
            Rate {
                site: site.to_owned(),
                name: rate.name.clone(),
                is_goal: rate.is_goal,
                from: off.from,
                to: off.to,
                rate: shift.rate,
                usual: shift.usual,
                interval: shift.interval.into(),
                words: format!(
                    "{}, where {} are usual and {} % come by chance",
                    percent(shift.rate),
                    percent(shift.usual),
                    interval_text(shift.usual, shift.interval)
                ),
                command: rate.command,
            }
        }),
        name: rate.name,
    };
    Ok(found.into_iter().map(now).collect())
}

/// What is heard of a site; nothing of one that never told of itself.
pub(crate) async fn heard_now(
    store: &Store,
    site: &str,
    now: Timestamp,
) -> Result<Option<SilenceNow>> {
    let Some(found) = heard(store, site, now.as_millisecond()).await? else {
        return Ok(None);
    };
    Ok(Some(SilenceNow {
        is_silent: found.is_silence(),
        silence: told_silence(site, &found, now)?,
    }))
}

/// The silence that ended with an event, whose last event before it was at a time that is told.
pub(crate) async fn ended(
    store: &Store,
    site: &str,
    since: &str,
    until: &str,
) -> Result<Option<Silence>> {
    let (since, until): (Timestamp, Timestamp) = (since.parse()?, until.parse()?);
    let (from, to) = (since.as_millisecond(), until.as_millisecond());
    let found = silence(store, site, from, to).await?;
    found
        .map(|found| told_silence(site, &found, until))
        .transpose()
}

fn told_silence(site: &str, found: &Heard, now: Timestamp) -> Result<Silence> {
    let since = Timestamp::from_millisecond(found.last_ms)?;
    let minutes = (now.as_millisecond() - found.last_ms) / MINUTE_MS;
    Ok(Silence {
        site: site.to_owned(),
        // Of one length, so that the later of two is the larger text.
        since: format!("{since:.3}"),
        until: format!("{now:.0}"),
        minutes,
        lasted: duration((minutes * 60) as f64),
        expected: found.expected,
        command: format!("snag tracking --site {}", for_shell(site)),
    })
}
