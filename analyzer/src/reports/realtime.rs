//! Who is there now: visitors with an event in the last five minutes (METRICS.md, Everyday), and on which pages.
//!
//! Invariant: it reads the events themselves, which are there before sessions are derived from them.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use crate::Error;
use crate::format::{Cell, Column, Measure, Report, thousands};
use crate::reports::coverage::coverage;

const SQL: &str = include_str!("../../../sql/reports/realtime.sql");

/// Who is there now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Realtime {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Visitors on any page.
    pub visitors: u64,
    /// One row a page, most visitors first.
    pub rows: Vec<Present>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// Who is on a page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Present {
    /// Its path.
    pub page: String,
    /// Visitors with an event there.
    pub visitors: u64,
    /// Times it was shown.
    pub pageviews: u64,
}

#[derive(Row, Deserialize)]
struct Found {
    value: String,
    visitors: u64,
    views: u64,
    everybody: u64,
}

/// Tells who is there.
///
/// # Errors
/// [`Error::UnknownSite`], [`Error::Store`].
pub async fn realtime(store: &Store, site: &str, limit: u32) -> Result<Realtime, Error> {
    coverage(store, site).await?;
    let query = store
        .client()
        .query(SQL)
        .param("site", site)
        .param("limit", limit);
    let found: Vec<Found> = query.fetch_all().await?;
    let visitors = found.first().map_or(0, |row| row.everybody);
    let headline = match visitors {
        0 => "nobody is there".to_owned(),
        1 => "one visitor is there".to_owned(),
        more => format!("{} visitors are there", thousands(more)),
    };
    Ok(Realtime {
        site: site.to_owned(),
        headline,
        visitors,
        rows: found
            .into_iter()
            .map(|row| Present {
                page: row.value,
                visitors: row.visitors,
                pageviews: row.views,
            })
            .collect(),
        notes: vec!["with an event in the last five minutes".to_owned()],
    })
}

const COLUMNS: [Column; 3] = [
    Column::both("Page", "page", Measure::Text),
    Column::both("Visitors", "visitors", Measure::Count),
    Column::both("Shown", "pageviews", Measure::Count),
];

impl Report for Realtime {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let cells = |row: &Present| {
            vec![
                Cell::Text(row.page.clone()),
                Cell::Count(row.visitors),
                Cell::Count(row.pageviews),
            ]
        };
        self.rows.iter().map(cells).collect()
    }

    fn is_there(&self) -> bool {
        true
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
