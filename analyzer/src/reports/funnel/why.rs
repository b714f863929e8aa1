//! Why visitors do not go on: where they go, what they met, at which field; of the step that loses most.
//!
//! The people are asked for a second time, with all they did, since most funnels are asked for without that.

use std::collections::{HashMap, HashSet};

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use super::leavers::{Leavers, Reason};
use super::question::Question;
use super::steps::FunnelStep;
use super::tally::quantile_seconds;
use crate::Error;
use crate::statistics::rate;
use crate::walk::{Plan, Walker};

/// What is known of those who left at a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// The step, from 1.
    pub step: usize,
    /// How many left there.
    pub leavers: u64,
    /// How many went on.
    pub went_on: u64,
    /// What they met, the most significant first; only what 25 people met at least.
    pub reasons: Vec<Reason>,
    /// The fields that those who left touched last on the page, the most frequent first.
    pub fields: Vec<Field>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// Its name, else its selector.
    pub name: String,
    /// Those who left and touched it last.
    pub visitors: u64,
    /// Of all who left at the step.
    pub share: f64,
    /// Half of them took at most so long from focus to first input; absent where nobody typed.
    pub median_hesitation_seconds: Option<f64>,
    /// How often they corrected it, on the mean.
    pub mean_corrections: f64,
    /// How often they came to it, on the mean.
    pub mean_focuses: f64,
}

/// A row of `sql/reports/funnel_fields.sql`.
#[derive(Debug, Clone, Copy, Row, Deserialize)]
pub(super) struct Touched {
    pageview: u64,
    element: u64,
    hesitation: u32,
    corrections: u32,
    focuses: u32,
}

/// So many fields are told of.
const FIELDS: usize = 5;

/// Looks at all who left, more closely at those of one step, and writes where they went into the steps.
pub(super) async fn why(
    question: &Question<'_>,
    plan: &Plan,
    worst: usize,
    steps: &mut [FunnelStep],
) -> Result<Why, Error> {
    let mut leavers = Leavers::new(plan, worst, usual_time(worst, plan, steps));
    let mut walker = Walker::new(plan.clone());
    let mut people = question.people(plan, true)?;
    while let Some(person) = people.next().await? {
        let run = walker.walk(&person.events);
        leavers.add(plan, run, person);
    }
    for (at, step) in steps.iter_mut().enumerate() {
        step.leavers = leavers.went(at);
    }
    let (left, went_on) = leavers.counts();
    Ok(Why {
        step: worst,
        leavers: left,
        went_on,
        reasons: leavers.reasons(),
        fields: fields(question, &leavers.pageviews, left).await?,
    })
}

/// The milliseconds within which nine of ten had gone on from a step; without end where nobody did.
#[expect(
    clippy::cast_possible_truncation,
    reason = "casts saturate, and times are of at most 90 days"
)]
fn usual_time(step: usize, plan: &Plan, steps: &[FunnelStep]) -> i64 {
    let is_required = |step: &&FunnelStep| plan.optional & (1 << (step.number - 1)) == 0;
    let next = steps.iter().skip(step).find(is_required);
    next.and_then(|step| step.p90_seconds)
        .map_or(i64::MAX, |seconds| (seconds * 1000.0) as i64)
}

async fn fields(
    question: &Question<'_>,
    pageviews: &[u64],
    left: u64,
) -> Result<Vec<Field>, Error> {
    let wanted: HashSet<u64> = pageviews
        .iter()
        .copied()
        .filter(|pageview| *pageview != 0)
        .collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut cursor = question.fields()?;
    let mut touched: HashMap<u64, Vec<Touched>> = HashMap::new();
    while let Some(row) = cursor.next().await? {
        if wanted.contains(&row.pageview) {
            touched.entry(row.element).or_default().push(row);
        }
    }
    let mut touched: Vec<(u64, Vec<Touched>)> = touched.into_iter().collect();
    touched.sort_by_key(|(element, rows)| (std::cmp::Reverse(rows.len()), *element));
    touched.truncate(FIELDS);
    let elements: Vec<u64> = touched.iter().map(|(element, _)| *element).collect();
    let names = question.element_names(&elements).await?;
    let field = |(element, rows): (u64, Vec<Touched>)| {
        let visitors = rows.len() as u64;
        let mut hesitations: Vec<i64> = rows
            .iter()
            .filter(|row| row.hesitation > 0)
            .map(|row| i64::from(row.hesitation))
            .collect();
        let mean = |figure: fn(&Touched) -> u32| {
            let sum = rows.iter().map(|row| u64::from(figure(row))).sum();
            rate(sum, visitors).unwrap_or(0.0)
        };
        Some(Field {
            name: names
                .get(&element)
                .cloned()
                .unwrap_or_else(|| format!("element {element}")),
            visitors,
            share: rate(visitors, left)?,
            median_hesitation_seconds: quantile_seconds(&mut hesitations, 0.5),
            mean_corrections: mean(|row| row.corrections),
            mean_focuses: mean(|row| row.focuses),
        })
    };
    Ok(touched.into_iter().filter_map(field).collect())
}
