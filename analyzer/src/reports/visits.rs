//! Visits by one thing they have: where they came from, where they began and ended, with what device, from where.
//!
//! Invariant: a visit is a row of `sessions`, and counts once and in the period in which it began; figures are those of
//! `totals`.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::span::{Over, Span};
use super::totals::{Counts, Totals};
use crate::Error;
use crate::format::{Cell, Column, Measure, Report, percent, thousands};
use crate::statistics::rate;

const SQL: &str = include_str!("../../../sql/reports/visits.sql");

/// What visits are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    /// The name it is asked for by.
    pub name: &'static str,
    column: &'static str,
    /// What one is called, and several are.
    words: [&'static str; 2],
}

impl By {
    const fn new(name: &'static str, column: &'static str, words: [&'static str; 2]) -> Self {
        Self {
            name,
            column,
            words,
        }
    }

    /// The page a visit began with.
    pub const ENTRY: Self = Self::new("entry", "entry_page", ["entry page", "entry pages"]);
    /// The page it ended with.
    pub const EXIT: Self = Self::new("exit", "exit_page", ["exit page", "exit pages"]);
    /// Where it came from, by kind, by name, by address.
    pub const SOURCES: [Self; 3] = [
        Self::new("channel", "channel", ["channel", "channels"]),
        Self::new("source", "source", ["source", "sources"]),
        Self::new("referrer", "referrer_host", ["referrer", "referrers"]),
    ];
    /// Its campaign.
    pub const CAMPAIGNS: [Self; 6] = [
        Self::new("campaign", "utm_campaign", ["campaign", "campaigns"]),
        Self::new(
            "source",
            "utm_source",
            ["campaign source", "campaign sources"],
        ),
        Self::new("medium", "utm_medium", ["medium", "media"]),
        Self::new("term", "utm_term", ["term", "terms"]),
        Self::new("content", "utm_content", ["content", "contents"]),
        Self::new(
            "click-id",
            "click_id",
            ["click identifier", "click identifiers"],
        ),
    ];
    /// Where its visitor was.
    pub const PLACES: [Self; 3] = [
        Self::new("country", "country", ["country", "countries"]),
        Self::new("region", "region", ["region", "regions"]),
        Self::new("city", "city", ["city", "cities"]),
    ];
    /// What its visitor used.
    pub const DEVICES: [Self; 3] = [
        Self::new("device", "device", ["device", "devices"]),
        Self::new("browser", "browser", ["browser", "browsers"]),
        Self::new("os", "os", ["system", "systems"]),
    ];
}

/// Visits by one thing they have.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Visits {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// What they are told apart by.
    pub by: &'static str,
    /// One row a value, most visits first.
    pub rows: Vec<VisitsRow>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// Visits that have one value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VisitsRow {
    /// The value; empty where it is not known.
    pub value: String,
    /// Their figures.
    #[serde(flatten)]
    pub totals: Totals,
}

#[derive(Row, Deserialize)]
struct Found {
    value: String,
    visitors: u64,
    sessions: u64,
    views: u64,
    bounces: u64,
    seconds: f64,
    values: u64,
}

/// Tells visits apart.
///
/// # Errors
/// [`Error::Usage`] for a filter that visits do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn visits(store: &Store, span: &Span, by: By) -> Result<Visits, Error> {
    let covered = span.covered(store, Over::Visits).await?;
    let sql = SQL.replace("{{value}}", by.column);
    let found: Vec<Found> = span.query(store, &sql, &span.period).fetch_all().await?;
    let values = found.first().map_or(0, |row| row.values);
    let row = |found: Found| VisitsRow {
        value: found.value,
        totals: Totals::from(Counts {
            visitors: found.visitors,
            sessions: found.sessions,
            views: found.views,
            bounces: found.bounces,
            seconds: found.seconds,
        }),
    };
    let rows: Vec<_> = found.into_iter().map(row).collect();
    let mut notes = Vec::new();
    if values > rows.len() as u64 {
        notes.push(format!(
            "{} of {} {} are shown: --limit",
            rows.len(),
            thousands(values),
            by.words[1]
        ));
    }
    Ok(Visits {
        site: span.site.clone(),
        headline: headline(&rows, values, by, &span.site),
        from: covered.from,
        to: covered.to,
        by: by.name,
        rows,
        notes,
    })
}

fn headline(rows: &[VisitsRow], values: u64, by: By, site: &str) -> String {
    let Some(first) = rows.first() else {
        return format!("{site} has no visits here");
    };
    let sessions: u64 = rows.iter().map(|row| row.totals.sessions).sum();
    let name = match first.value.as_str() {
        "" => format!("no known {}", by.words[0]),
        value => format!("\"{value}\""),
    };
    if values == 1 {
        return format!("all {} visits have {name}", thousands(sessions));
    }
    format!(
        "{name} has {} of {} visits, {} of those shown; {} {}",
        thousands(first.totals.sessions),
        thousands(sessions),
        percent(rate(first.totals.sessions, sessions).unwrap_or_default()),
        thousands(values),
        by.words[1],
    )
}

const COLUMNS: [Column; 8] = [
    Column::people("Value", Measure::Text),
    Column::data("value", Measure::Text),
    Column::both("Visitors", "visitors", Measure::Count),
    Column::both("Visits", "sessions", Measure::Count),
    Column::both("Pages", "pageviews", Measure::Count),
    Column::people("", Measure::Bar),
    Column::both("Bounces", "bounce_rate", Measure::Rate),
    Column::both("Duration", "mean_seconds", Measure::Seconds),
];

impl Report for Visits {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let most = self.rows.first().map_or(0, |row| row.totals.sessions);
        let cells = |row: &VisitsRow| {
            let totals = &row.totals;
            let name = match row.value.as_str() {
                "" => "(not known)",
                value => value,
            };
            vec![
                Cell::Text(name.to_owned()),
                Cell::Text(row.value.clone()),
                Cell::Count(totals.visitors),
                Cell::Count(totals.sessions),
                Cell::Count(totals.pageviews),
                Cell::Bar(rate(totals.sessions, most).unwrap_or_default()),
                Cell::rate(totals.bounce_rate, totals.bounce_interval),
                Cell::Seconds(totals.mean_seconds),
            ]
        };
        self.rows.iter().map(cells).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
