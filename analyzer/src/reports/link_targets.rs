//! Where links lead, and whether that is there: what there is to ask, what was answered, and the answers kept.
//!
//! Invariant: a target is what links have for it, its query and all that may name a person left out when it was collected.
//! Nobody is asked here; who does gives the answers.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::span::{Over, Span};
use crate::Error;
use crate::condition::Bindings;
use crate::format::{Cell, Column, Measure, Report, Section, thousands};
use crate::period::moment_text;

const SQL: &str = include_str!("../../../sql/reports/link_targets.sql");
const ANY_SQL: &str =
    "SELECT count() FROM link_checks FINAL WHERE site = {site:String} AND verdict = 'broken'";
/// To other sites, and to pages of the site's own.
const EXTERNAL: &str = "startsWith(href, 'http://') OR startsWith(href, 'https://')";
const OWN: &str = "startsWith(href, '/')";

/// Where links lead.
#[derive(Debug, Clone, PartialEq, Serialize, Row, Deserialize)]
pub struct LinkTarget {
    /// The target as links have it: an address, or for the site's own pages a path.
    pub href: String,
    /// The host of the pages that such links are on most.
    pub host: String,
    /// What the links say, the most frequent first, five at most.
    pub names: Vec<String>,
    /// The pages they are on, the most frequent first, five at most.
    pub pages: Vec<String>,
    /// People who saw such a link.
    pub seen: u64,
    /// Of these who clicked one.
    pub clickers: u64,
    /// What was found there last: fine, broken or unsure; empty where it was not asked yet.
    pub verdict: String,
    /// The status it answered with; 0 for none.
    pub status: u16,
    /// Why there is none, or what should be known beside it.
    pub reason: String,
    /// Where it sent those on who asked, or empty.
    pub led_to: String,
    /// When that was, in milliseconds since 1970; 0 where it was not asked yet.
    pub checked_ms: i64,
}

/// What a target answered.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize)]
pub struct LinkAnswer {
    /// Identifier of the site.
    pub site: String,
    /// The target as links have it.
    pub href: String,
    /// fine, broken or unsure.
    pub verdict: String,
    /// The status; 0 for none.
    pub status: u16,
    /// Why there is none, or what should be known beside it.
    pub reason: String,
    /// Where it sent us, or empty.
    pub led_to: String,
    /// When, in milliseconds since 1970.
    pub checked_at: i64,
}

/// The targets of links that were on a page or clicked within the span, those most clicked and then most seen first, and
/// all of them, whatever its limit; with `own` the site's own pages too.
///
/// # Errors
/// [`Error::Usage`] for what exposures do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn link_targets(store: &Store, span: &Span, own: bool) -> Result<Vec<LinkTarget>, Error> {
    span.covered(store, Over::Exposures).await?;
    let leads = match own {
        true => format!("{EXTERNAL} OR {OWN}"),
        false => EXTERNAL.to_owned(),
    };
    of(store, span, SQL, &leads, "1", Bindings::default()).await
}

/// Those that were broken when they were asked.
pub(super) async fn broken_targets(
    store: &Store,
    span: &Span,
    pages: &str,
    bindings: Bindings,
) -> Result<Vec<LinkTarget>, Error> {
    // Most sites never asked, and need not wait for an answer that is none.
    let any = span.query(store, ANY_SQL, &span.period);
    if any.fetch_one::<u64>().await? == 0 {
        return Ok(Vec::new());
    }
    let leads = format!("({EXTERNAL} OR {OWN})");
    let asked = "verdict = 'broken'";
    let sql = SQL.replace("{{filters}}", &format!("{{{{filters}}}} AND ({pages})"));
    let mut found = of(store, span, &sql, &leads, asked, bindings).await?;
    found.truncate(span.limit as usize);
    Ok(found)
}

async fn of(
    store: &Store,
    span: &Span,
    sql: &str,
    leads: &str,
    asked: &str,
    bindings: Bindings,
) -> Result<Vec<LinkTarget>, Error> {
    let sql = sql.replace("{{leads}}", leads).replace("{{asked}}", asked);
    let query = span.query_with(store, &sql, &span.period, bindings);
    Ok(query.fetch_all().await?)
}

/// Keeps what targets answered.
///
/// # Errors
/// [`Error::Store`].
pub async fn save_link_answers(store: &Store, answers: &[LinkAnswer]) -> Result<(), Error> {
    if answers.is_empty() {
        return Ok(());
    }
    let mut insert = store.client().insert::<LinkAnswer>("link_checks").await?;
    for answer in answers {
        insert.write(answer).await?;
    }
    insert.end().await?;
    Ok(())
}

/// What the targets of a site's links answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinkCheck {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Those that were asked, the broken first, then those nobody can be sure of.
    pub targets: Vec<LinkTarget>,
    /// What should be known beside the answers.
    pub notes: Vec<String>,
}

impl LinkCheck {
    /// Of targets with what they answered just now.
    #[must_use]
    pub fn new(site: &str, mut targets: Vec<LinkTarget>, notes: Vec<String>) -> Self {
        let rank = |target: &LinkTarget| match target.verdict.as_str() {
            "broken" => 0,
            "unsure" => 1,
            _ => 2,
        };
        // They come in the order in which they answered.
        targets.sort_by(|one, other| {
            (rank(one), other.clickers, other.seen, &one.href).cmp(&(
                rank(other),
                one.clickers,
                one.seen,
                &other.href,
            ))
        });
        Self {
            site: site.to_owned(),
            headline: headline(&targets),
            targets,
            notes,
        }
    }
}

fn headline(targets: &[LinkTarget]) -> String {
    let count = |verdict: &str| {
        let of = targets.iter().filter(|target| target.verdict == verdict);
        of.count() as u64
    };
    let asked = thousands(targets.len() as u64);
    let unsure = match count("unsure") {
        0 => String::new(),
        count => format!("; of {} it cannot be told", thousands(count)),
    };
    match (targets.first(), count("broken")) {
        (None, _) => "there was no target to ask".to_owned(),
        (Some(first), broken @ 1..) => format!(
            "{} of {asked} targets {} broken, {} clicked \"{}\"{unsure}",
            thousands(broken),
            if broken == 1 { "is" } else { "are" },
            match first.clickers {
                0 => "nobody".to_owned(),
                1 => "one visitor".to_owned(),
                clickers => format!("{} visitors", thousands(clickers)),
            },
            first.href
        ),
        (Some(_), 0) => format!("none of {asked} targets is broken{unsure}"),
    }
}

/// The answer in words.
fn answer(target: &LinkTarget) -> String {
    let mut words = match (target.status, target.reason.as_str()) {
        (0, reason) => reason.to_owned(),
        (status, "") => status.to_string(),
        (status, reason) => format!("{status}, {reason}"),
    };
    if !target.led_to.is_empty() {
        words = format!("{words}, at {}", target.led_to);
    }
    words
}

const COLUMNS: [Column; 9] = [
    Column::both("Target", "href", Measure::Text),
    Column::both("Verdict", "verdict", Measure::Text),
    Column::people("Answer", Measure::Text),
    Column::data("status", Measure::Count),
    Column::data("reason", Measure::Text),
    Column::data("led_to", Measure::Text),
    Column::both("Clicked by", "clickers", Measure::Count),
    Column::both("Links there", "names", Measure::Text),
    Column::both("On", "pages", Measure::Text),
];

impl Report for LinkCheck {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let row = |target: &LinkTarget| {
            vec![
                Cell::Text(target.href.clone()),
                Cell::Text(target.verdict.clone()),
                Cell::Text(answer(target)),
                Cell::Count(target.status.into()),
                Cell::Text(target.reason.clone()),
                Cell::Text(target.led_to.clone()),
                Cell::Count(target.clickers),
                Cell::Text(target.names.join("\n")),
                Cell::Text(target.pages.join("\n")),
            ]
        };
        self.targets.iter().map(row).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// Broken targets, in a report on links.
pub(super) fn section(broken: &[LinkTarget]) -> Section {
    let row = |target: &LinkTarget| {
        let time = moment_text(target.checked_ms);
        vec![
            Cell::Text(target.href.clone()),
            Cell::Text(answer(target)),
            Cell::Count(target.clickers),
            Cell::Text(target.names.join("\n")),
            Cell::Text(target.pages.join("\n")),
            Cell::Text(time.get(..16).unwrap_or(&time).replace('T', " ")),
        ]
    };
    Section {
        title: "Links to what is not there".to_owned(),
        columns: vec![
            Column::people("Target", Measure::Text),
            Column::people("Answer", Measure::Text),
            Column::people("Clicked by", Measure::Count),
            Column::people("Links there", Measure::Text),
            Column::people("On", Measure::Text),
            Column::people("Asked (UTC)", Measure::Text),
        ],
        rows: broken.iter().map(row).collect(),
    }
}
