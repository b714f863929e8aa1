//! Trouble: what visitors met on pages, how many, and what became of them beside others who were there and did not meet it.
//!
//! Invariant: who had converted before is not asked about; others count as often on each device as those who met it. What is
//! found is an association within devices, and says so.

use std::collections::BTreeMap;

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::span::{Over, Span};
use crate::Error;
use crate::condition::Bindings;

use crate::format::{Cell, Column, Measure, Report, thousands};
use crate::goal::Goal;
use crate::statistics::{
    FALSE_DISCOVERY_RATE, Interval, Matched, Pair, Z_95, adjusted, matched, rate, wilson,
};

const SQL: &str = include_str!("../../../sql/reports/trouble.sql");
/// What fewer people met is not told.
const FEWEST: u64 = 10;

/// What is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// A click that nothing answered.
    Dead,
    /// Clicks in quick succession.
    Rage,
    /// A click that an error followed.
    ErrorClick,
    /// A script that failed.
    Error,
    /// A file that did not load.
    Resource,
    /// A form that was not let through.
    FormFail,
    /// A link to a page that is not there.
    Missing,
    /// A page whose largest part came after more than four seconds.
    Slow,
}

impl Sort {
    const ALL: [(&'static str, Self, &'static str); 8] = [
        ("dead", Self::Dead, "a click that nothing answered"),
        ("rage", Self::Rage, "clicks in a rage"),
        (
            "error_click",
            Self::ErrorClick,
            "a click that an error followed",
        ),
        ("error", Self::Error, "a script that failed"),
        ("resource", Self::Resource, "a file that did not load"),
        ("form_fail", Self::FormFail, "a form that was refused"),
        (
            "missing",
            Self::Missing,
            "a link to a page that is not there",
        ),
        ("slow", Self::Slow, "a slow page"),
    ];

    fn of(word: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|(name, ..)| *name == word);
        found.map(|(_, sort, _)| sort)
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        let found = Self::ALL.into_iter().find(|(_, sort, _)| *sort == self);
        found.map_or("", |(.., words)| words)
    }
}

/// The trouble of a site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Troubles {
    /// Identifier of the site.
    pub site: String,
    /// The finding in one sentence.
    pub headline: String,
    /// Start of what is covered, RFC 3339 in UTC.
    pub from: Option<String>,
    /// End of what is covered, inclusive.
    pub to: Option<String>,
    /// What counts as a conversion, as a step is written; absent where nothing does.
    pub goal: Option<String>,
    /// What most surely costs conversions first, then what most people met.
    pub troubles: Vec<Trouble>,
    /// What should be known beside the numbers.
    pub notes: Vec<String>,
}

/// What was met on a page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trouble {
    /// The page, or group of pages.
    pub page: String,
    /// What it is.
    pub sort: Sort,
    /// The message, address or element.
    pub what: String,
    /// Selector of the element, or empty.
    pub selector: String,
    /// People who met it there.
    pub visitors: u64,
    /// People who were there.
    pub of: u64,
    /// The share of these that met it.
    pub rate: Option<f64>,
    /// Interval of `rate`.
    pub interval: Option<Interval>,
    /// What became of them beside the others; absent where too few conversions were to be expected.
    pub matched: Option<Matched>,
    /// The p-value of that, adjusted for all that is told here (Benjamini-Hochberg).
    pub p_adjusted: Option<f64>,
}

#[derive(Row, Deserialize)]
struct Counted {
    page: String,
    what: String,
    word: String,
    selector: String,
    text: String,
    device: String,
    people: u64,
    converted: u64,
}

/// Finds the trouble of a site.
///
/// # Errors
/// [`Error::Usage`] for a filter that exposures do not answer, [`Error::UnknownSite`], [`Error::Store`].
pub async fn trouble(store: &Store, span: &Span, goal: Option<&Goal>) -> Result<Troubles, Error> {
    let covered = span.covered(store, Over::Exposures).await?;
    let mut bindings = Bindings::default();
    let condition = Goal::condition(goal, &mut bindings);
    let sql = SQL
        .replace("{{goal}}", &condition)
        .replace("{{page}}", &bindings.group(&[]));
    let counted: Vec<Counted> = span
        .query_with(store, &sql, &span.period, bindings)
        .param("fewest", FEWEST)
        .fetch_all()
        .await?;
    let mut troubles = troubles(counted);
    let mut notes = Vec::new();
    match goal {
        Some(goal) => notes.push(format!(
            "a conversion is {}; those who met something are compared with others on the same page and device who did not: \
             what else sets them apart is not known",
            goal.step
        )),
        None => notes.push("nothing is known to be a conversion: `snag goal save`".to_owned()),
    }
    let count = troubles.len();
    let limit = span.limit as usize;
    let headline = headline(&span.site, &troubles);
    if count > limit {
        troubles.truncate(limit);
        notes.push(format!("{limit} of {count} are shown: --limit"));
    }
    Ok(Troubles {
        site: span.site.clone(),
        headline,
        from: covered.from,
        to: covered.to,
        goal: goal.map(|goal| goal.step.to_string()),
        troubles,
        notes,
    })
}

/// The page, what was met, its words and selector.
type Place = (String, Sort, String, String);
/// People who converted and all, by device.
type ByDevice = BTreeMap<String, (u64, u64)>;

fn troubles(counted: Vec<Counted>) -> Vec<Trouble> {
    let mut pages: BTreeMap<String, ByDevice> = BTreeMap::new();
    let mut met: BTreeMap<Place, ByDevice> = BTreeMap::new();
    for row in counted {
        let counts = (row.converted, row.people);
        match Sort::of(&row.what) {
            None => {
                pages
                    .entry(row.page)
                    .or_default()
                    .insert(row.device, counts);
            }
            Some(sort) => {
                let named = [row.word, row.text, row.selector.clone()];
                let what = named.into_iter().find(|name| !name.trim().is_empty());
                let key = (row.page, sort, what.unwrap_or_default(), row.selector);
                // Two elements of one name on a group of pages are one.
                let of = met.entry(key).or_default().entry(row.device).or_default();
                *of = (of.0 + counts.0, of.1 + counts.1);
            }
        }
    }
    let mut troubles: Vec<Trouble> = met
        .into_iter()
        .filter_map(|((page, sort, what, selector), devices)| {
            let there = pages.get(&page)?;
            let pairs: Vec<Pair> = devices
                .iter()
                .map(|(device, met)| {
                    let all = there.get(device).copied().unwrap_or_default();
                    let others = (all.0.saturating_sub(met.0), all.1.saturating_sub(met.1));
                    Pair { met: *met, others }
                })
                .collect();
            let of: u64 = there.values().map(|(_, people)| people).sum();
            let visitors = devices
                .values()
                .map(|(_, people)| people)
                .sum::<u64>()
                .min(of);
            Some(Trouble {
                page,
                sort,
                what,
                selector,
                visitors,
                of,
                rate: rate(visitors, of),
                interval: wilson(visitors, of, Z_95),
                matched: matched(&pairs),
                p_adjusted: None,
            })
        })
        .collect();
    let tested: Vec<(usize, f64)> = troubles
        .iter()
        .enumerate()
        .filter_map(|(at, trouble)| Some((at, trouble.matched?.p_value)))
        .collect();
    let p_values: Vec<f64> = tested.iter().map(|(_, p)| *p).collect();
    for ((at, _), p) in tested.iter().zip(adjusted(&p_values)) {
        troubles[*at].p_adjusted = Some(p);
    }
    troubles.sort_by(|one, other| {
        let lost = |trouble: &Trouble| cost(trouble).unwrap_or(0.0);
        lost(other)
            .total_cmp(&lost(one))
            .then(other.visitors.cmp(&one.visitors))
            .then_with(|| {
                (&one.page, one.sort, &one.what).cmp(&(&other.page, other.sort, &other.what))
            })
    });
    troubles
}

/// Conversions that were lost, where that is proven.
fn cost(trouble: &Trouble) -> Option<f64> {
    let is_proven = trouble.p_adjusted? <= FALSE_DISCOVERY_RATE;
    let lost = trouble.matched?.lost;
    (is_proven && lost > 0.0).then_some(lost)
}

fn headline(site: &str, troubles: &[Trouble]) -> String {
    let Some(first) = troubles.first() else {
        return format!("no one of {site} met any trouble that the tracker tells of");
    };
    let who = format!(
        "{} of {} visitors of {} met {}",
        thousands(first.visitors),
        thousands(first.of),
        first.page,
        first.sort.words()
    );
    match cost(first) {
        Some(lost) => format!("{who}, and about {lost:.0} conversions fewer came of them"),
        None => format!("{who}; nothing is proven to cost conversions"),
    }
}

const COLUMNS: [Column; 9] = [
    Column::both("Page", "page", Measure::Text),
    Column::both("Met", "sort", Measure::Text),
    Column::both("What", "what", Measure::Text),
    Column::data("selector", Measure::Text),
    Column::both("Visitors", "visitors", Measure::Count),
    Column::both("Of those there", "rate", Measure::Rate),
    Column::both("Converted", "converted", Measure::Text),
    Column::both("Lost", "lost", Measure::Text),
    Column::both("p", "p_adjusted", Measure::Text),
];

impl Report for Troubles {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let row = |trouble: &Trouble| {
            let of = |tell: &dyn Fn(&Matched) -> String| match &trouble.matched {
                None => Cell::None,
                Some(matched) => Cell::Text(tell(matched)),
            };
            vec![
                Cell::Text(trouble.page.clone()),
                Cell::Text(trouble.sort.words().to_owned()),
                Cell::Text(trouble.what.clone()),
                Cell::Text(trouble.selector.clone()),
                Cell::Count(trouble.visitors),
                Cell::rate(trouble.rate, trouble.interval),
                of(&|matched| {
                    format!(
                        "{:.1} %, others {:.1} %",
                        matched.rate * 100.0,
                        matched.others_rate * 100.0
                    )
                }),
                of(&|matched| {
                    let Interval { low, high } = matched.interval;
                    format!("{:.0} ({low:.0} to {high:.0})", matched.lost)
                }),
                match trouble.p_adjusted {
                    None => Cell::None,
                    Some(p) if p < 0.001 => Cell::Text("< 0.001".to_owned()),
                    Some(p) => Cell::Text(format!("{p:.3}")),
                },
            ]
        };
        self.troubles.iter().map(row).collect()
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
