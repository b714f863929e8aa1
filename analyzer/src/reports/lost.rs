//! Pages that people get lost around: they come back to them again and again from pages that were not what they looked for
//! (METRICS.md, Finding one's way: pogo-sticking).
//!
//! Invariant: a visit is lost around a page once, however often it came back; who comes back once has looked at something.

use std::collections::BTreeMap;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::span::{Over, Span};
use crate::Error;
use crate::condition::Bindings;
use crate::format::{Cell, Column, Measure, Report, percent, thousands};
use crate::goal::Goal;
use crate::statistics::{Interval, Matched, Pair, Z_95, matched, rate, wilson};

const SQL: &str = include_str!("../../../sql/reports/lost.sql");
/// Pages that fewer visits went on from say nothing.
const FEWEST: u64 = 25;

/// Where people get lost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lost {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// Those with the largest share first.
    pub pages: Vec<LostPage>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// A page and the visits that went on from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LostPage {
    /// The page, or group of pages.
    pub page: String,
    /// Visits that went on from it to another.
    pub visits: u64,
    /// Of these that came back twice and more, each time from another page hardly looked at.
    pub lost: u64,
    /// The share of these.
    pub rate: Option<f64>,
    /// Interval of `rate`.
    pub interval: Option<Interval>,
    /// Whether they did what visitors come for, beside the others; absent where too few were to be expected to.
    pub matched: Option<Matched>,
}

#[derive(Row, Deserialize)]
struct Counted {
    page: String,
    #[expect(
        dead_code,
        reason = "keeps the rows of a page apart; a row has all columns of its query"
    )]
    device: String,
    visits: u64,
    converted: u64,
    lost: u64,
    lost_and_converted: u64,
}

/// Finds pages that people get lost around.
///
/// # Errors
/// [`Error::Usage`] for a filter that visits do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn lost(store: &Store, span: &Span, goal: Option<&Goal>) -> Result<Lost, Error> {
    let covered = span.covered(store, Over::Visits).await?;
    let mut bindings = Bindings::default();
    let condition = Goal::condition(goal, &mut bindings);
    let sql = SQL
        .replace("{{goal}}", &condition)
        .replace("{{page}}", &bindings.group(&[]));
    let counted: Vec<Counted> = span
        .query_with(store, &sql, &span.period, bindings)
        .fetch_all()
        .await?;
    let mut by_page: BTreeMap<String, Vec<Counted>> = BTreeMap::new();
    for row in counted {
        by_page.entry(row.page.clone()).or_default().push(row);
    }
    let mut pages: Vec<LostPage> = by_page
        .into_iter()
        .map(|(page, rows)| of_page(page, &rows))
        .filter(|page| page.visits >= FEWEST)
        .collect();
    pages.sort_by(|one, other| {
        let share = |page: &LostPage| page.rate.unwrap_or(0.0);
        share(other)
            .total_cmp(&share(one))
            .then(other.visits.cmp(&one.visits))
    });
    let headline = match pages.first().filter(|page| page.lost > 0) {
        None => format!("no one of {} got lost around a page", span.site),
        Some(page) => format!(
            "{} of {} visits that went on from {} ({}) came back again and again from pages they hardly looked at",
            thousands(page.lost),
            thousands(page.visits),
            page.page,
            page.rate.map_or_else(String::new, percent)
        ),
    };
    pages.truncate(span.limit as usize);
    Ok(Lost {
        site: span.site.clone(),
        headline,
        from: covered.from,
        to: covered.to,
        pages,
        notes: vec![
            "hardly looked at is no longer than a quarter of all looks of the site".to_owned(),
        ],
    })
}

fn of_page(page: String, rows: &[Counted]) -> LostPage {
    let sum = |of: fn(&Counted) -> u64| rows.iter().map(of).sum();
    let (visits, lost) = (sum(|row| row.visits), sum(|row| row.lost));
    let pairs: Vec<Pair> = rows
        .iter()
        .map(|row| Pair {
            met: (row.lost_and_converted, row.lost),
            others: (
                row.converted - row.lost_and_converted,
                row.visits - row.lost,
            ),
        })
        .collect();
    LostPage {
        page,
        visits,
        lost,
        rate: rate(lost, visits),
        interval: wilson(lost, visits, Z_95),
        matched: matched(&pairs),
    }
}

const COLUMNS: [Column; 5] = [
    Column::both("Page", "page", Measure::Text),
    Column::both("Visits that went on", "visits", Measure::Count),
    Column::both("Lost", "lost", Measure::Count),
    Column::both("Of these", "rate", Measure::Rate),
    Column::both("Conversions lost", "conversions_lost", Measure::Text),
];

impl Report for Lost {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let row = |page: &LostPage| {
            vec![
                Cell::Text(page.page.clone()),
                Cell::Count(page.visits),
                Cell::Count(page.lost),
                Cell::rate(page.rate, page.interval),
                page.matched.map_or(Cell::None, |matched| {
                    let Interval { low, high } = matched.interval;
                    Cell::Text(format!("{:.0} ({low:.0} to {high:.0})", matched.lost))
                }),
            ]
        };
        self.pages.iter().map(row).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
