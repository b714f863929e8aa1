//! All visits together, beside those of the stretch of the same length before.
//!
//! Invariant: figures are those of `totals`. Without a period there is nothing before, and nothing is compared.

use serde::Serialize;
use snag_store::Store;

use super::span::{Over, Span};
use super::totals::{Counts, Totals};
use crate::Error;
use crate::format::{Cell, Column, Measure, Report, percent, thousands};
use crate::statistics::rate;

const SQL: &str = include_str!("../../../sql/reports/overview.sql");

/// All visits together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// Of the period.
    pub now: Totals,
    /// Of the stretch of the same length before, where the period has a start and an end.
    pub before: Option<Totals>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// Tells all visits together.
///
/// # Errors
/// [`Error::Usage`] for a filter that visits do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn overview(store: &Store, span: &Span) -> Result<Overview, Error> {
    let covered = span.covered(store, Over::Visits).await?;
    let counts = async |period| span.query(store, SQL, period).fetch_one::<Counts>().await;
    let now = Totals::from(counts(&span.period).await?);
    let before = match span.period.before() {
        Some(before) => Some(Totals::from(counts(&before).await?)),
        None => None,
    };
    let notes = match before {
        None => vec!["with --from and --to the stretch before is compared".to_owned()],
        Some(_) => Vec::new(),
    };
    Ok(Overview {
        site: span.site.clone(),
        headline: headline(&span.site, &now, before.as_ref()),
        from: covered.from,
        to: covered.to,
        now,
        before,
        notes,
    })
}

fn headline(site: &str, now: &Totals, before: Option<&Totals>) -> String {
    if now.sessions == 0 {
        return format!("{site} has no visits here");
    }
    let told = format!(
        "{} visitors, {} visits, {} pages shown",
        thousands(now.visitors),
        thousands(now.sessions),
        thousands(now.pageviews)
    );
    match before.filter(|before| before.visitors > 0) {
        Some(before) => format!(
            "{told}; visitors {} to the stretch before",
            change(now.visitors, before.visitors)
        ),
        None => told,
    }
}

/// How many more or fewer, of what there was.
fn change(now: u64, before: u64) -> String {
    match rate(now.abs_diff(before), before) {
        Some(rate) => format!("{}{}", if now < before { "-" } else { "+" }, percent(rate)),
        None if now == 0 => String::new(),
        None => "new".to_owned(),
    }
}

const COLUMNS: [Column; 4] = [
    Column::both("Figure", "figure", Measure::Text),
    Column::both("Now", "now", Measure::Text),
    Column::both("Before", "before", Measure::Text),
    Column::both("Change", "change", Measure::Text),
];

impl Report for Overview {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let count = |name: &str, of: fn(&Totals) -> u64| {
            vec![
                Cell::Text(name.to_owned()),
                Cell::Text(thousands(of(&self.now))),
                self.before
                    .as_ref()
                    .map_or(Cell::None, |before| Cell::Text(thousands(of(before)))),
                self.before.as_ref().map_or(Cell::None, |before| {
                    Cell::Text(change(of(&self.now), of(before)))
                }),
            ]
        };
        let text = |name: &str, of: &dyn Fn(&Totals) -> Option<String>| {
            let cell = |totals: Option<&Totals>| totals.and_then(of).map_or(Cell::None, Cell::Text);
            vec![
                Cell::Text(name.to_owned()),
                cell(Some(&self.now)),
                cell(self.before.as_ref()),
                Cell::None,
            ]
        };
        let bounces = |totals: &Totals| {
            let (rate, interval) = (totals.bounce_rate?, totals.bounce_interval?);
            Some(format!(
                "{} ({})",
                percent(rate),
                crate::format::interval_text(rate, interval)
            ))
        };
        vec![
            count("Visitors", |totals| totals.visitors),
            count("Visits", |totals| totals.sessions),
            count("Pages", |totals| totals.pageviews),
            text("Bounces", &bounces),
            text("Duration", &|totals| {
                Some(crate::format::duration(totals.mean_seconds))
            }),
        ]
    }

    fn is_there(&self) -> bool {
        self.now.sessions > 0
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
