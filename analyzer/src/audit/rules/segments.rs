//! A step that some kind of visitors does not get past, on some browser, device, in some country or from some channel.
//!
//! Phones convert less than desktops everywhere, and that is no fault. So what is tested is not how a segment does, but
//! whether it does worse at one step than all others there, and than it does itself at the other steps: the logarithm of the odds
//! ratio at the step, less the median of those at the other steps (an interaction; Altman & Bland, BMJ 326 (2003), 219).

use super::FEWEST;
use crate::audit::facts::{Facts, Part, Told};
use crate::audit::finding::{Claim, Cost, Evidence, Rule, pair, share};
use crate::audit::flow::page;
use crate::format::percent;
use crate::statistics::{Interval, Z_95, log_odds, odds_above, rate, upper_tail};

/// How many times less the odds of going on may be than the segment's own at the other steps.
const ODDS: f64 = 2.0;
/// How many times the odds of leaving the others' may be.
const WORSE: f64 = 1.5;
/// The variance of what is usual where there is no other step to tell: ratios of 0.7 to 1.4 are nothing much.
const ALONE: f64 = 0.12;

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
                .flat_map(move |part| of_part(told, part))
        })
        .collect()
}

fn of_part(told: &Told, part: &Part) -> Vec<Claim> {
    let mut claims = Vec::new();
    let against: Vec<Option<Against>> = (0..told.funnel.steps.len())
        .map(|at| against(told, part, at))
        .collect();
    for (at, step) in against.iter().enumerate() {
        let Some(step) = step else { continue };
        let rest = against.iter().enumerate().filter(|(other, _)| *other != at);
        let rest: Vec<&Against> = rest.filter_map(|(_, other)| other.as_ref()).collect();
        let (usual, variance) = usual(&rest);
        claims.extend(claim(told, part, at, step, usual, variance));
    }
    claims
}

/// The median of a segment's ratios at other steps, and its variance, that of a mean times π/2 (Kenney & Keeping,
/// Mathematics of Statistics 2 (1951), 3.1): one step that is broken for somebody does not move it.
fn usual(steps: &[&Against]) -> (f64, f64) {
    let mut ratios: Vec<f64> = steps.iter().map(|step| step.ratio).collect();
    ratios.sort_by(f64::total_cmp);
    let middle = ratios.len() / 2;
    let median = match ratios.len() {
        0 => return (0.0, ALONE),
        count if count % 2 == 1 => ratios[middle],
        _ => f64::midpoint(ratios[middle - 1], ratios[middle]),
    };
    let precision: f64 = steps.iter().map(|step| 1.0 / step.variance).sum();
    (median, std::f64::consts::FRAC_PI_2 / precision)
}

/// A segment from the step before `at` on; none where it or the others are too few.
fn against(told: &Told, part: &Part, at: usize) -> Option<Against> {
    let all = told.funnel.steps.get(at)?;
    let this = part.steps.get(at).copied().flatten()?;
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
    part: &Part,
    at: usize,
    step: &Against,
    usual: f64,
    usual_variance: f64,
) -> Option<Claim> {
    let (dimension, value) = (part.dimension, &part.value);
    let excess = step.ratio - usual;
    let deviation = (step.variance + usual_variance).sqrt();
    // What its rate would be as its own odds are at the other steps.
    let others = rate(step.others.0, step.others.1)?;
    let odds = (others / (1.0 - others).max(1e-9)) * usual.exp();
    let expected = odds / (1.0 + odds);
    let own = rate(step.this.0, step.this.1)?;
    let spread = Z_95 * (own.max(0.01) * (1.0 - own).max(0.01) / step.this.1 as f64).sqrt();
    let steps = &told.funnel.steps;
    let stood = (0..at).rfind(|before| !steps[*before].optional)?;
    let before = &steps[stood];
    let worth = step.this.1 as f64 * rate(steps.last()?.visitors, steps.get(at)?.visitors)?;
    let lost = (step.this.1 - step.this.0, step.this.1);
    let lost_of_others = (step.others.1 - step.others.0, step.others.1);
    let p =
        upper_tail((-excess - ODDS.ln()) / deviation).max(odds_above(lost, lost_of_others, WORSE));
    Some(Claim {
        rule: Rule::Segment,
        title: format!(
            "visitors with {dimension} {} do not get past \"{}\"",
            value, before.name
        ),
        page: page(&before.step).to_owned(),
        elements: vec![format!("{dimension}={}", value)],
        affected: lost,
        p_value: Some(p),
        is_symptom: true,
        cost: Some(Cost {
            conversions: (expected - own) * worth,
            interval: Interval {
                low: (expected - own - spread) * worth,
                high: (expected - own + spread) * worth,
            },
        }),
        evidence: vec![Evidence {
            text: format!(
                "{} with {dimension} {} go no further, of all others {}; {} were to be expected to go on",
                share(lost),
                value,
                share(lost_of_others),
                percent(expected)
            ),
            command: format!("{} --by {dimension}", told.command),
            bars: pair((value, lost), ("all others", lost_of_others)),
        }],
        advice: format!("walk through this step with {dimension} {} yourself", value),
    })
}
