//! Visits over time: by hour, day, week or month.
//!
//! Invariant: every stretch from the first to the last has a row, also where nobody came; a visit counts in the stretch in
//! which it began. TimelineRowes begin where they do in the time zone that is asked for.

use clickhouse::Row;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::span::{Over, Span};
use super::totals::{Counts, Totals};
use crate::Error;
use crate::format::{Cell, Column, Measure, Report, thousands};
use crate::statistics::rate;

const SQL: &str = include_str!("../../../sql/reports/timeline.sql");
/// TimelineRowes at most; more could not be told apart.
const MOST: usize = 2_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How long a stretch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week from Monday on.
    Week,
    /// A month of the calendar.
    Month,
}

impl Unit {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The one in which so many milliseconds show best.
    #[must_use]
    pub fn fitting(milliseconds: i64) -> Self {
        match milliseconds {
            _ if milliseconds <= 2 * DAY_MS => Self::Hour,
            _ if milliseconds <= 120 * DAY_MS => Self::Day,
            _ if milliseconds <= 750 * DAY_MS => Self::Week,
            _ => Self::Month,
        }
    }

    fn next(self, at: &Zoned) -> Option<Zoned> {
        let span = match self {
            Self::Hour => 1.hour(),
            Self::Day => 1.day(),
            Self::Week => 1.week(),
            Self::Month => 1.month(),
        };
        at.checked_add(span).ok()
    }

    /// When the stretch begins that a moment lies in.
    fn start_of(self, at: &Zoned) -> Option<Zoned> {
        let day = || at.start_of_day().ok();
        match self {
            Self::Hour => at
                .with()
                .minute(0)
                .second(0)
                .subsec_nanosecond(0)
                .build()
                .ok(),
            Self::Day => day(),
            Self::Week => {
                let since_monday = at.weekday().to_monday_zero_offset();
                day()?.checked_sub(i64::from(since_monday).days()).ok()
            }
            Self::Month => day()?.first_of_month().ok(),
        }
    }
}

impl std::str::FromStr for Unit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|unit| unit.name() == text);
        found.ok_or_else(|| {
            Error::usage(
                format!("no unit {text:?}"),
                "write hour, day, week or month",
            )
        })
    }
}

/// Where stretches begin: the name of a time zone as IANA has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone(TimeZone, String);

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self(TimeZone::UTC, "UTC".to_owned())
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.1
    }
}

impl std::str::FromStr for Zone {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = TimeZone::get(text).ok();
        found
            .map(|zone| Self(zone, text.to_owned()))
            .ok_or_else(|| {
                Error::usage(
                    format!("no time zone {text:?}"),
                    "write one such as Europe/Dublin or UTC",
                )
            })
    }
}

/// What a timeline is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineRequest {
    /// How long a stretch is; the one that fits the period where none is given.
    pub unit: Option<Unit>,
    /// Where stretches begin.
    pub zone: Zone,
}

/// Visits over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeline {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// How long a stretch is.
    pub unit: Unit,
    /// Where stretches begin.
    pub zone: String,
    /// One row a stretch, the first one first.
    pub rows: Vec<TimelineRow>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// Visits that began in a stretch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimelineRow {
    /// When it begins, with its zone's offset.
    pub at: String,
    /// Their figures.
    #[serde(flatten)]
    pub totals: Totals,
}

#[derive(Row, Deserialize)]
struct Found {
    at_ms: i64,
    visitors: u64,
    sessions: u64,
    views: u64,
    bounces: u64,
    seconds: f64,
}

/// Tells visits over time.
///
/// # Errors
/// [`Error::Usage`] for a filter that visits do not answer and for too many stretches, [`Error::UnknownSite`],
/// [`Error::Store`].
pub async fn timeline(
    store: &Store,
    span: &Span,
    request: &TimelineRequest,
) -> Result<Timeline, Error> {
    let covered = span.covered(store, Over::Visits).await?;
    let moment = |text: &Option<String>| -> Option<Timestamp> { text.as_deref()?.parse().ok() };
    let ends = moment(&covered.from).zip(moment(&covered.to));
    let length = ends.map_or(0, |(from, to)| to.as_millisecond() - from.as_millisecond());
    let unit = request.unit.unwrap_or(Unit::fitting(length));
    let sql = SQL.replace("{{unit}}", unit.name());
    let query = span.query(store, &sql, &span.period);
    let found: Vec<Found> = query.param("zone", request.zone.name()).fetch_all().await?;
    let rows = without_gaps(found, span, unit, &request.zone.0)?;
    Ok(Timeline {
        site: span.site.clone(),
        headline: headline(&rows, unit, &span.site),
        from: covered.from,
        to: covered.to,
        unit,
        zone: request.zone.name().to_owned(),
        rows,
        notes: Vec::new(),
    })
}

/// One row for each stretch of the period as far as it is bounded, else from the first visits to the last.
fn without_gaps(
    found: Vec<Found>,
    span: &Span,
    unit: Unit,
    zone: &TimeZone,
) -> Result<Vec<TimelineRow>, Error> {
    let (Some(first), Some(last)) = (found.first(), found.last()) else {
        return Ok(Vec::new());
    };
    let start = span.period.start().unwrap_or(first.at_ms);
    let start = Timestamp::from_millisecond(start).ok();
    let mut at = start.and_then(|start| unit.start_of(&start.to_zoned(zone.clone())));
    // What is still to come is no stretch without visits.
    let now = Timestamp::now().as_millisecond();
    let told = last.at_ms + 1;
    let end = span.period.end().map_or(told, |end| end.min(now).max(told));
    let mut found = found.into_iter().peekable();
    let mut rows = Vec::new();
    while let Some(stretch) = at {
        let ms = stretch.timestamp().as_millisecond();
        if ms >= end {
            break;
        }
        if rows.len() == MOST {
            return Err(Error::usage(
                format!(
                    "this period has more than {} {}s",
                    thousands(MOST as u64),
                    unit.name()
                ),
                "ask for a shorter period or a longer unit",
            ));
        }
        let counts = found.next_if(|row| row.at_ms <= ms).map_or(
            Counts {
                visitors: 0,
                sessions: 0,
                views: 0,
                bounces: 0,
                seconds: 0.0,
            },
            |row| Counts {
                visitors: row.visitors,
                sessions: row.sessions,
                views: row.views,
                bounces: row.bounces,
                seconds: row.seconds,
            },
        );
        rows.push(TimelineRow {
            at: stretch.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            totals: Totals::from(counts),
        });
        at = unit.next(&stretch);
    }
    Ok(rows)
}

fn headline(rows: &[TimelineRow], unit: Unit, site: &str) -> String {
    let most = rows.iter().max_by_key(|row| row.totals.visitors);
    match most {
        None => format!("{site} has no visits here"),
        Some(most) => format!(
            "{} visits in {} {}s; most visitors, {}, in the {} from {} on",
            thousands(rows.iter().map(|row| row.totals.sessions).sum()),
            rows.len(),
            unit.name(),
            thousands(most.totals.visitors),
            unit.name(),
            &most.at.get(..16).unwrap_or(&most.at).replace('T', " "),
        ),
    }
}

const COLUMNS: [Column; 7] = [
    Column::both("From", "at", Measure::Text),
    Column::both("Visitors", "visitors", Measure::Count),
    Column::people("", Measure::Bar),
    Column::both("Visits", "sessions", Measure::Count),
    Column::both("Pages", "pageviews", Measure::Count),
    Column::both("Bounces", "bounce_rate", Measure::Rate),
    Column::both("Duration", "mean_seconds", Measure::Seconds),
];

impl Report for Timeline {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let most = self.rows.iter().map(|row| row.totals.visitors).max();
        let cells = |row: &TimelineRow| {
            let totals = &row.totals;
            vec![
                Cell::Text(row.at.get(..16).unwrap_or(&row.at).replace('T', " ")),
                Cell::Count(totals.visitors),
                Cell::Bar(rate(totals.visitors, most.unwrap_or(0)).unwrap_or_default()),
                Cell::Count(totals.sessions),
                Cell::Count(totals.pageviews),
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
