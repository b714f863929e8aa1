//! A step that some kind of visitors does not get past, on some browser, device, in some country or from some channel.
//!
//! Phones convert less than desktops everywhere, and that is no fault. So what is tested is not how a segment does, but
//! whether it does worse at one step than it does at the others: the logarithm of the odds ratio at the step, less the mean of
//! those at the other steps, weighted by their precision (an interaction; Altman & Bland, BMJ 326 (2003), 219).

use super::FEWEST;
use crate::audit::facts::{Facts, Told};
use crate::audit::finding::{Claim, Cost, Evidence, Rule, pair, share};
use crate::audit::flow::page;
use crate::reports::funnel::{Funnel, Segment};
use crate::statistics::{Interval, Z_95, log_odds, rate, upper_tail};

/// How many times less the odds of going on may be than the segment's own at the other steps.
const ODDS: f64 = 2.0;

/// Odds of a segment at a step against those of all others: the logarithm of their ratio, its variance, and the counts.
struct Against {
    ratio: f64,
    variance: f64,
    this: (u64, u64),
    others: (u64, u64),
}

pub(super) fn claims(facts: &Facts) -> Vec<Claim> {
    let funnels = facts.funnels.iter();
    funnels
        .flat_map(|told| {
            told.segments
                .iter()
                .flat_map(move |(dimension, by)| of_dimension(told, dimension, by))
        })
        .collect()
}

fn of_dimension(told: &Told, dimension: &str, by: &Funnel) -> Vec<Claim> {
    let mut claims = Vec::new();
    for segment in by
        .breakdown
        .iter()
        .filter(|segment| !segment.value.is_empty())
    {
        let against: Vec<Option<Against>> = (0..told.funnel.steps.len())
            .map(|at| against(told, segment, at))
            .collect();
        for (at, step) in against.iter().enumerate() {
            let Some(step) = step else { continue };
            let rest = against
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at)
                .filter_map(|(_, other)| other.as_ref());
            let (weights, sum) = rest.fold((0.0, 0.0), |(weights, sum), other| {
                (
                    weights + 1.0 / other.variance,
                    sum + other.ratio / other.variance,
                )
            });
            if weights > 0.0 {
                claims.extend(claim(
                    told,
                    dimension,
                    segment,
                    at,
                    step,
                    sum / weights,
                    1.0 / weights,
                ));
            }
        }
    }
    claims
}

/// A segment from the step before `at` on; none where it or the others are too few.
fn against(told: &Told, segment: &Segment, at: usize) -> Option<Against> {
    let (own, all) = (&segment.steps.get(at)?.step, told.funnel.steps.get(at)?);
    if own.optional {
        return None;
    }
    let this = (own.visitors, own.previous?);
    let others = (
        all.visitors.saturating_sub(this.0),
        all.previous?.saturating_sub(this.1),
    );
    if this.1 < FEWEST || others.1 < FEWEST {
        return None;
    }
    let (one, two) = (log_odds(this), log_odds(others));
    Some(Against {
        ratio: one.0 - two.0,
        variance: one.1 + two.1,
        this,
        others,
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
fn claim(
    told: &Told,
    dimension: &str,
    segment: &Segment,
    at: usize,
    step: &Against,
    usual: f64,
    usual_variance: f64,
) -> Option<Claim> {
    let excess = step.ratio - usual;
    let deviation = (step.variance + usual_variance).sqrt();
    let p = upper_tail((-excess - ODDS.ln()) / deviation);
    // What its rate would be as its own odds are at the other steps.
    let others = rate(step.others.0, step.others.1)?;
    let odds = (others / (1.0 - others).max(1e-9)) * usual.exp();
    let expected = odds / (1.0 + odds);
    let own = rate(step.this.0, step.this.1)?;
    let spread = Z_95 * (own.max(0.01) * (1.0 - own).max(0.01) / step.this.1 as f64).sqrt();
    let worth = step.this.1 as f64 * told.conversion_after(at - 1).unwrap_or(1.0);
    let before = told.funnel.steps.get(at - 1)?;
    let lost = (step.this.1 - step.this.0, step.this.1);
    let lost_of_others = (step.others.1 - step.others.0, step.others.1);
    Some(Claim {
        rule: Rule::Segment,
        title: format!(
            "visitors with {dimension} {} do not get past \"{}\"",
            segment.value, before.name
        ),
        page: page(&before.step).to_owned(),
        elements: vec![format!("{dimension}={}", segment.value)],
        affected: lost,
        p_value: Some(p),
        cost: Some(Cost {
            conversions: (expected - own) * worth,
            interval: Interval {
                low: (expected - own - spread) * worth,
                high: (expected - own + spread) * worth,
            },
        }),
        evidence: vec![Evidence {
            text: format!(
                "{} with {dimension} {} go no further, of all others {}; at the other steps they do as the others",
                share(lost),
                segment.value,
                share(lost_of_others)
            ),
            command: format!("{} --by {dimension}", told.command),
            bars: pair((&segment.value, lost), ("all others", lost_of_others)),
        }],
        advice: format!(
            "walk through this step with {dimension} {} yourself",
            segment.value
        ),
    })
}
