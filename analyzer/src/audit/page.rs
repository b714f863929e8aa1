//! The audit as one page of HTML that stands for itself: no script, nothing fetched, made to be sent and printed.
//!
//! Invariant: all that visitors may have sent is escaped by the template.

use askama::Template;

use super::Audit;
use super::finding::{Bar, Finding, Severity};
use super::table::{cost_text, p_text, share_text};
use crate::Error;
use crate::format::{capital, interval_text, percent, printable, thousands};

#[derive(Template)]
#[template(path = "audit.html")]
struct Page<'a> {
    audit: &'a Audit,
    covered: Option<String>,
    sentence: String,
    visitors: String,
    conversions: String,
    findings: Vec<Shown<'a>>,
    notes: Vec<String>,
}

/// One finding.
#[derive(Template)]
#[template(path = "finding.html")]
struct Article<'a> {
    number: usize,
    shown: Shown<'a>,
}

/// A finding with its numbers as texts.
struct Shown<'a> {
    finding: &'a Finding,
    title: String,
    affected: String,
    share: String,
    cost: String,
    p: String,
    evidence: Vec<ShownEvidence>,
}

struct ShownEvidence {
    text: String,
    command: String,
    bars: Vec<ShownBar>,
}

/// A bar, in hundredths of the largest of its chart.
struct ShownBar {
    label: String,
    rate: String,
    words: String,
    width: String,
    low: String,
    spread: String,
    is_it: bool,
}

/// Writes the page.
///
/// # Errors
/// [`Error::Format`] when it cannot be written.
pub fn html(audit: &Audit) -> Result<String, Error> {
    let day = |moment: &Option<String>| {
        let moment = moment.as_deref()?;
        Some(moment.get(..10)?.to_owned())
    };
    let covered = match (day(&audit.from), day(&audit.to)) {
        (Some(from), Some(to)) if from == to => Some(from),
        (Some(from), Some(to)) => Some(format!("{from} to {to}")),
        _ => None,
    };
    let page = Page {
        audit,
        covered,
        sentence: capital(&printable(&audit.headline)) + ".",
        visitors: thousands(audit.visitors),
        conversions: thousands(audit.conversions),
        findings: audit.findings.iter().map(shown).collect(),
        notes: audit
            .notes
            .iter()
            .map(|note| capital(&printable(note)))
            .collect(),
    };
    page.render().map_err(unwritten)
}

/// One finding as the page has it, an `article` with its classes; `number` is its place in the list.
///
/// # Errors
/// [`Error::Format`] when it cannot be written.
pub fn article(finding: &Finding, number: usize) -> Result<String, Error> {
    let shown = shown(finding);
    let article = Article { number, shown };
    article.render().map_err(unwritten)
}

fn unwritten(error: askama::Error) -> Error {
    Error::Format {
        format: "html",
        message: error.to_string(),
    }
}

fn shown(finding: &Finding) -> Shown<'_> {
    let is_chance = finding.severity == Severity::Chance;
    Shown {
        finding,
        title: capital(&printable(&finding.title)),
        affected: match is_chance || finding.of == 0 {
            true => String::new(),
            false => thousands(finding.affected),
        },
        share: share_text(finding),
        cost: cost_text(finding).unwrap_or_default(),
        p: p_text(finding.p_adjusted),
        evidence: finding
            .evidence
            .iter()
            .map(|evidence| ShownEvidence {
                text: capital(&printable(&evidence.text)),
                command: printable(&evidence.command),
                bars: bars(&evidence.bars),
            })
            .collect(),
    }
}

fn bars(bars: &[Bar]) -> Vec<ShownBar> {
    let largest = bars
        .iter()
        .map(|bar| bar.interval.high)
        .fold(0.01, f64::max);
    let part = |rate: f64| rate / largest * 100.0;
    let of = |bar: &Bar| ShownBar {
        label: printable(&bar.label),
        rate: percent(bar.rate),
        words: format!(
            "{} ({})",
            percent(bar.rate),
            interval_text(bar.rate, bar.interval)
        ),
        width: format!("{:.1}", part(bar.rate)),
        low: format!("{:.1}", part(bar.interval.low)),
        spread: format!("{:.1}", part(bar.interval.high - bar.interval.low)),
        is_it: bar.is_it,
    };
    bars.iter().map(of).collect()
}
