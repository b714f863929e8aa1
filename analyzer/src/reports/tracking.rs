//! Where the tracking itself has gaps: pages that are clicked for and never tell of themselves, and hours in which nobody
//! came although many should have.
//!
//! Invariant: nothing is concluded from hours in which few were to be expected.

mod heard;
mod silences;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

pub use self::heard::{Heard, heard, silence};
pub use self::silences::Silence;
use self::silences::{Hour, silences};
use super::span::{Over, Span};
use crate::Error;
use crate::condition::Bindings;
use crate::format::{Cell, Column, Measure, Report, Section, thousands};

const TARGETS_SQL: &str = include_str!("../../../sql/reports/tracking_targets.sql");
const HOURS_SQL: &str = include_str!("../../../sql/reports/tracking_hours.sql");

/// The gaps of a site's tracking.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tracking {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// Pages that were clicked for and never told of themselves, those of most people first.
    pub targets: Vec<Untold>,
    /// Stretches in which nobody came, those with most to be expected first.
    pub silences: Vec<Silence>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// A page that never told of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Row, Deserialize)]
pub struct Untold {
    /// Its path.
    pub path: String,
    /// People who clicked a link to it.
    pub visitors: u64,
    /// Pages these links are on.
    pub pages: Vec<String>,
    /// The links.
    pub elements: Vec<String>,
}

/// Looks for gaps.
///
/// # Errors
/// [`Error::UnknownSite`], [`Error::Store`].
pub async fn tracking(store: &Store, span: &Span) -> Result<Tracking, Error> {
    let covered = span.covered(store, Over::Visits).await?;
    let targets: Vec<Untold> = span
        .query_with(store, TARGETS_SQL, &span.period, Bindings::default())
        .fetch_all()
        .await?;
    let hours: Vec<Hour> = span
        .query_with(store, HOURS_SQL, &span.period, Bindings::default())
        .fetch_all()
        .await?;
    let silences = silences(&hours);
    let headline = match (targets.first(), silences.first()) {
        (Some(first), _) => format!(
            "{} clicked through to \"{}\", which never told of itself",
            thousands(first.visitors),
            first.path
        ),
        (None, Some(first)) => format!(
            "nobody came for {} hours from {}, where about {} visits were to be expected",
            first.hours,
            first.from,
            thousands(first.expected.round() as u64)
        ),
        (None, None) => format!("no gap was found in what {} tells", span.site),
    };
    Ok(Tracking {
        site: span.site.clone(),
        headline,
        from: covered.from,
        to: covered.to,
        targets,
        silences,
        notes: Vec::new(),
    })
}

const COLUMNS: [Column; 4] = [
    Column::both("Clicked for, never told of itself", "path", Measure::Text),
    Column::both("Visitors", "visitors", Measure::Count),
    Column::both("Links", "elements", Measure::Text),
    Column::both("On", "pages", Measure::Text),
];

impl Report for Tracking {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let row = |target: &Untold| {
            vec![
                Cell::Text(target.path.clone()),
                Cell::Count(target.visitors),
                Cell::Text(target.elements.join("\n")),
                Cell::Text(target.pages.join("\n")),
            ]
        };
        self.targets.iter().map(row).collect()
    }

    fn sections(&self) -> Vec<Section> {
        let row = |silence: &Silence| {
            vec![
                Cell::Text(silence.from.clone()),
                Cell::Count(silence.hours),
                Cell::Text(format!("{:.0}", silence.expected)),
            ]
        };
        match self.silences.is_empty() {
            true => Vec::new(),
            false => vec![Section {
                title: "Silences".to_owned(),
                columns: vec![
                    Column::people("From", Measure::Text),
                    Column::people("Hours", Measure::Count),
                    Column::people("Visits to be expected", Measure::Text),
                ],
                rows: self.silences.iter().map(row).collect(),
            }],
        }
    }

    fn is_there(&self) -> bool {
        !self.targets.is_empty() || !self.silences.is_empty()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
