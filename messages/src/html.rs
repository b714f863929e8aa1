//! As HTML that mail programs show: tables, styles on each element, nothing fetched, no script; dark where they know how.
//!
//! Invariant: all that visitors may have sent is escaped by the templates.

use askama::Template;

use crate::clean::{capital, line};
use crate::told::{Change, Snag, Told, Weekly};
use crate::words::{
    change, command, cost, covered, headline, met, sentences, subject, tally, unsubscribe,
};

#[derive(Template)]
#[template(path = "weekly.html")]
struct List<'a> {
    subject: String,
    site: String,
    covered: String,
    headline: String,
    tally: String,
    days: i64,
    findings: Vec<Shown<'a>>,
    gone: Vec<Shown<'a>>,
    command: String,
    notes: Vec<String>,
    unsubscribe: String,
}

#[derive(Template)]
#[template(path = "alert.html")]
struct Alert {
    subject: String,
    headline: String,
    /// What it is about: nothing good, or good again.
    is_good: bool,
    sentences: Vec<String>,
    command: String,
    unsubscribe: String,
}

/// A finding with its words, and the class of its colour.
struct Shown<'a> {
    id: &'a str,
    tone: &'static str,
    colour: &'static str,
    severity: &'a str,
    change: &'static str,
    is_accepted: bool,
    title: String,
    cost: String,
    met: String,
    evidence: String,
    advice: String,
    command: String,
}

/// The page.
///
/// # Errors
/// None that is known: where a template cannot be written.
pub fn html(told: &Told) -> Result<String, askama::Error> {
    match told {
        Told::Weekly(weekly) => list(told, weekly).render(),
        other => Alert {
            subject: subject(other),
            headline: headline(other) + ".",
            is_good: matches!(
                other,
                Told::RateBack(_) | Told::BeaconsBack(_) | Told::Test { .. }
            ),
            sentences: sentences(other)
                .iter()
                .map(|sentence| line(sentence))
                .collect(),
            command: command(other),
            unsubscribe: unsubscribe(other),
        }
        .render(),
    }
}

fn list<'a>(told: &Told, weekly: &'a Weekly) -> List<'a> {
    List {
        subject: subject(told),
        site: line(&weekly.site),
        covered: covered(weekly),
        headline: headline(told) + ".",
        tally: tally(weekly),
        days: weekly.days,
        findings: weekly.findings.iter().map(shown).collect(),
        gone: weekly.gone.iter().map(shown).collect(),
        command: line(&weekly.command),
        notes: weekly
            .notes
            .iter()
            .map(|note| capital(&line(note)) + ".")
            .collect(),
        unsubscribe: unsubscribe(told),
    }
}

fn shown(snag: &Snag) -> Shown<'_> {
    let (tone, colour) = match (snag.change, snag.severity.as_str()) {
        (Change::Gone | Change::Mended, _) | (_, "chance") => ("good", "#067647"),
        (_, "severe") => ("severe", "#b42318"),
        (_, "moderate") => ("moderate", "#b54708"),
        _ => ("minor", "#475467"),
    };
    let sentence = |text: &str| match text.is_empty() {
        true => String::new(),
        // A number and its sign stay together.
        false => capital(&line(text)).replace(" %", "\u{a0}%") + ".",
    };
    Shown {
        id: &snag.id,
        tone,
        colour,
        severity: &snag.severity,
        change: change(snag),
        is_accepted: snag.accepted,
        title: capital(&line(&snag.title)),
        cost: sentence(&cost(snag).unwrap_or_default()),
        met: sentence(&met(snag).unwrap_or_default()),
        evidence: sentence(&snag.evidence),
        advice: line(&snag.advice),
        command: line(&snag.command),
    }
}
