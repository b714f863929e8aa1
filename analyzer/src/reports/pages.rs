//! Pages: who saw them, who came in and who went out by them.
//!
//! Invariant: an exit rate is exits of the pageviews (METRICS.md, Everyday), a bounce rate of the visits that began there.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::span::{Over, Span};
use crate::Error;
use crate::format::{Cell, Column, Measure, Report, thousands};
use crate::statistics::{Interval, Z_95, rate, wilson};

const SQL: &str = include_str!("../../../sql/reports/pages.sql");

/// Pages of a site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pages {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// One row a page, most pageviews first.
    pub rows: Vec<Page>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page {
    /// Its path; with the host where the site has several.
    pub page: String,
    /// People who saw it.
    pub visitors: u64,
    /// Times it was shown.
    pub pageviews: u64,
    /// Visits that began with it.
    pub entries: u64,
    /// Visits that ended with it.
    pub exits: u64,
    /// Exits of the pageviews.
    pub exit_rate: Option<f64>,
    /// Interval of `exit_rate`.
    pub exit_interval: Option<Interval>,
    /// Bounces of the visits that began with it.
    pub bounce_rate: Option<f64>,
    /// Interval of `bounce_rate`.
    pub bounce_interval: Option<Interval>,
}

#[derive(Row, Deserialize)]
struct Found {
    value: String,
    visitors: u64,
    views: u64,
    entries: u64,
    exits: u64,
    bounces: u64,
    values: u64,
}

/// Tells of the pages.
///
/// # Errors
/// [`Error::Usage`] for a filter that visits do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn pages(store: &Store, span: &Span) -> Result<Pages, Error> {
    let covered = span.covered(store, Over::Visits).await?;
    let found: Vec<Found> = span.query(store, SQL, &span.period).fetch_all().await?;
    let values = found.first().map_or(0, |row| row.values);
    let rows: Vec<_> = found.into_iter().map(page).collect();
    let mut notes = Vec::new();
    if values > rows.len() as u64 {
        notes.push(format!(
            "{} of {} pages are shown: --limit",
            rows.len(),
            thousands(values)
        ));
    }
    let headline = match rows.first() {
        Some(first) => format!(
            "\"{}\" is shown most, {} times; {} pages",
            first.page,
            thousands(first.pageviews),
            thousands(values)
        ),
        None => format!("{} has no visits here", span.site),
    };
    Ok(Pages {
        site: span.site.clone(),
        headline,
        from: covered.from,
        to: covered.to,
        rows,
        notes,
    })
}

fn page(found: Found) -> Page {
    // A visit without a pageview ends on a page that it did not show.
    let exits = found.exits.min(found.views);
    Page {
        page: found.value,
        visitors: found.visitors,
        pageviews: found.views,
        entries: found.entries,
        exits: found.exits,
        exit_rate: rate(exits, found.views),
        exit_interval: wilson(exits, found.views, Z_95),
        bounce_rate: rate(found.bounces, found.entries),
        bounce_interval: wilson(found.bounces, found.entries, Z_95),
    }
}

const COLUMNS: [Column; 7] = [
    Column::both("Page", "page", Measure::Text),
    Column::both("Visitors", "visitors", Measure::Count),
    Column::both("Shown", "pageviews", Measure::Count),
    Column::both("Entries", "entries", Measure::Count),
    Column::both("Exits", "exits", Measure::Count),
    Column::both("Exit rate", "exit_rate", Measure::Rate),
    Column::both("Bounces", "bounce_rate", Measure::Rate),
];

impl Report for Pages {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let cells = |row: &Page| {
            vec![
                Cell::Text(row.page.clone()),
                Cell::Count(row.visitors),
                Cell::Count(row.pageviews),
                Cell::Count(row.entries),
                Cell::Count(row.exits),
                Cell::rate(row.exit_rate, row.exit_interval),
                Cell::rate(row.bounce_rate, row.bounce_interval),
            ]
        };
        self.rows.iter().map(cells).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
