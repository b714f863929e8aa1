//! Searches on the site, and which of them fail (METRICS.md, Finding one's way: Search).
//!
//! Invariant: a search fails where whoever searched did nothing more, or searched for something else within a minute; whether
//! anything was found the page alone knows.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::span::{Over, Span};
use crate::Error;
use crate::condition::Bindings;
use crate::format::{Cell, Column, Measure, Report, percent, thousands};
use crate::statistics::{Interval, Z_95, rate, wilson};

const SQL: &str = include_str!("../../../sql/reports/searches.sql");

/// The searches of a site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Searches {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// All searches.
    pub searches: u64,
    /// Of these that failed.
    pub failed: u64,
    /// Terms, those most searched for first.
    pub terms: Vec<Term>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// A term that was searched for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Term {
    /// In small letters.
    pub term: String,
    /// People who searched for it.
    pub visitors: u64,
    /// How often.
    pub searches: u64,
    /// After which nothing followed.
    pub abandoned: u64,
    /// After which another search followed within a minute.
    pub refined: u64,
    /// The share that failed in one way or the other.
    pub failed_rate: Option<f64>,
    /// Interval of `failed_rate`.
    pub failed_interval: Option<Interval>,
}

#[derive(Row, Deserialize)]
struct Counted {
    term: String,
    visitors: u64,
    searches: u64,
    abandoned: u64,
    refined: u64,
}

/// Tells of the searches.
///
/// # Errors
/// [`Error::UnknownSite`], [`Error::Store`].
pub async fn searches(store: &Store, span: &Span) -> Result<Searches, Error> {
    let covered = span.covered(store, Over::Events).await?;
    let counted: Vec<Counted> = span
        .query_with(store, SQL, &span.period, Bindings::default())
        .fetch_all()
        .await?;
    let term = |row: Counted| {
        let failed = row.abandoned + row.refined;
        Term {
            failed_rate: rate(failed, row.searches),
            failed_interval: wilson(failed, row.searches, Z_95),
            term: row.term,
            visitors: row.visitors,
            searches: row.searches,
            abandoned: row.abandoned,
            refined: row.refined,
        }
    };
    let mut terms: Vec<Term> = counted.into_iter().map(term).collect();
    let all = terms.iter().map(|term| term.searches).sum();
    let failed = terms.iter().map(|term| term.abandoned + term.refined).sum();
    let mut notes = Vec::new();
    let (count, limit) = (terms.len(), span.limit as usize);
    if count > limit {
        terms.truncate(limit);
        notes.push(format!("{limit} of {count} terms are shown: --limit"));
    }
    let headline = match rate(failed, all) {
        None => format!("nobody searched {} here", span.site),
        Some(share) => format!(
            "{} of {} searches ({}) were given up or tried anew",
            thousands(failed),
            thousands(all),
            percent(share)
        ),
    };
    Ok(Searches {
        site: span.site.clone(),
        headline,
        from: covered.from,
        to: covered.to,
        searches: all,
        failed,
        terms,
        notes,
    })
}

const COLUMNS: [Column; 6] = [
    Column::both("Searched for", "term", Measure::Text),
    Column::both("Visitors", "visitors", Measure::Count),
    Column::both("Searches", "searches", Measure::Count),
    Column::both("Left", "abandoned", Measure::Count),
    Column::both("Tried anew", "refined", Measure::Count),
    Column::both("Failed", "failed_rate", Measure::Rate),
];

impl Report for Searches {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let row = |term: &Term| {
            vec![
                Cell::Text(term.term.clone()),
                Cell::Count(term.visitors),
                Cell::Count(term.searches),
                Cell::Count(term.abandoned),
                Cell::Count(term.refined),
                Cell::rate(term.failed_rate, term.failed_interval),
            ]
        };
        self.terms.iter().map(row).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
