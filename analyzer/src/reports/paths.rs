//! Paths: from page to page within visits, forward or backward.
//!
//! Invariant: the moves of a page add up to its pageviews, for a visit that ends with it is told as such. A page shown twice
//! in a row is a move to itself.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::span::{Over, Span};
use crate::Error;
use crate::condition::Bindings;
use crate::format::{Cell, Column, Measure, Report, percent, thousands};
use crate::statistics::{Interval, Z_95, rate, wilson};
use crate::step::Step;

const SQL: &str = include_str!("../../../sql/reports/paths.sql");

/// What is asked beside the span.
#[derive(Debug, Clone, Default)]
pub struct PathsRequest {
    /// Moves of these pages alone, as a step of pageviews.
    pub page: Option<Step>,
    /// Where people came from, not where they went.
    pub is_back: bool,
}

/// Moves between pages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paths {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// Whether moves are told backward.
    pub back: bool,
    /// One row a pair of pages, most moves first.
    pub rows: Vec<Move>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// From a page to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Move {
    /// Its path; with the host where the site has several.
    pub page: String,
    /// The page after it, or before it; none where the visit ended or began.
    pub other: Option<String>,
    /// How often.
    pub moves: u64,
    /// Of all times the page was shown.
    pub rate: Option<f64>,
    /// Interval of `rate`.
    pub interval: Option<Interval>,
}

#[derive(Row, Deserialize)]
struct Found {
    page: String,
    other: String,
    moves: u64,
    views: u64,
    values: u64,
}

/// Tells of the moves.
///
/// # Errors
/// [`Error::Usage`] for what visits do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn paths(store: &Store, span: &Span, request: &PathsRequest) -> Result<Paths, Error> {
    let covered = span.covered(store, Over::Visits).await?;
    let mut bindings = Bindings::default();
    let pages = bindings.pages(request.page.as_ref())?;
    let page = format!("here IN (SELECT page FROM pages WHERE site = {{site:String}} AND {pages})");
    let (way, others) = match request.is_back {
        false => ("forward", "arrayPushBack(arrayPopFront(shown), 0)"),
        true => ("backward", "arrayPushFront(arrayPopBack(shown), 0)"),
    };
    let sql = SQL
        .replace("{{way}}", way)
        .replace("{{others}}", others)
        .replace("{{page}}", &page);
    let found: Vec<Found> = span
        .query_with(store, &sql, &span.period, bindings)
        .fetch_all()
        .await?;
    let values = found.first().map_or(0, |row| row.values);
    let rows: Vec<Move> = found.into_iter().map(of).collect();
    let mut notes = Vec::new();
    if values > rows.len() as u64 {
        notes.push(format!(
            "{} of {} pairs of pages are shown: --limit",
            rows.len(),
            thousands(values)
        ));
    }
    Ok(Paths {
        site: span.site.clone(),
        headline: headline(span, request, &rows),
        from: covered.from,
        to: covered.to,
        back: request.is_back,
        rows,
        notes,
    })
}

fn of(found: Found) -> Move {
    Move {
        page: found.page,
        other: Some(found.other).filter(|other| !other.is_empty()),
        moves: found.moves,
        rate: rate(found.moves, found.views),
        interval: wilson(found.moves, found.views, Z_95),
    }
}

fn headline(span: &Span, request: &PathsRequest, rows: &[Move]) -> String {
    let is_within = |row: &&Move| row.other.as_ref().is_some_and(|other| *other != row.page);
    let Some(most) = rows.iter().find(is_within) else {
        return match rows.is_empty() {
            true => format!("{} has no visits here", span.site),
            false => "nobody went from one page to another".to_owned(),
        };
    };
    let (page, other) = (&most.page, most.other.as_deref().unwrap_or_default());
    let share = percent(most.rate.unwrap_or(0.0));
    let times = thousands(most.moves);
    match request.is_back {
        false => format!(
            "from \"{page}\" most go to \"{other}\", {times} times ({share} of its pageviews)"
        ),
        true => format!(
            "to \"{page}\" most come from \"{other}\", {times} times ({share} of its pageviews)"
        ),
    }
}

const FORWARD: [Column; 4] = [
    Column::both("Page", "page", Measure::Text),
    Column::both("Next", "other", Measure::Text),
    Column::both("Moves", "moves", Measure::Count),
    Column::both("Of its views", "rate", Measure::Rate),
];
const BACKWARD: [Column; 4] = [
    Column::both("Page", "page", Measure::Text),
    Column::both("Before", "other", Measure::Text),
    Column::both("Moves", "moves", Measure::Count),
    Column::both("Of its views", "rate", Measure::Rate),
];

impl Report for Paths {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        if self.back { &BACKWARD } else { &FORWARD }
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let none = match self.back {
            false => "(left the site)",
            true => "(came to the site)",
        };
        let cells = |row: &Move| {
            vec![
                Cell::Text(row.page.clone()),
                Cell::Text(row.other.clone().unwrap_or_else(|| none.to_owned())),
                Cell::Count(row.moves),
                Cell::rate(row.rate, row.interval),
            ]
        };
        self.rows.iter().map(cells).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
