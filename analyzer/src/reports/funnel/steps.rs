//! Counts of a funnel as its steps: rates with their intervals, losses, times and worth.

use std::collections::BTreeMap;

use serde::Serialize;

use super::FunnelRequest;
use super::leavers::Went;
use super::tally::{Tally, mean_seconds, quantile_seconds};
use crate::Order;
use crate::format::printable;
use crate::statistics::{Interval, Z_95, rate, wilson};

/// A step of a funnel. Rates of nobody are absent; intervals are Wilson's, 95 %.
///
/// The previous step of one is the last before it that everyone has to do. In any order the k-th is any k of the steps.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FunnelStep {
    /// 1 for the first.
    pub number: usize,
    /// The step as it was written; in any order how many of them.
    pub step: String,
    /// What people call it: the title of its page, else its own words.
    pub name: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// Visitors who reached at least this step; of an optional step those who did it on their way.
    pub visitors: u64,
    /// Of the visitors of the first step.
    pub rate_from_first: Option<f64>,
    /// Interval of `rate_from_first`.
    pub interval_from_first: Option<Interval>,
    /// Of the visitors of the previous step; absent at the first.
    pub rate_from_previous: Option<f64>,
    /// Interval of `rate_from_previous`.
    pub interval: Option<Interval>,
    /// Visitors lost between the previous step and this one; 0 at the first and at optional ones.
    pub drop_off: u64,
    /// Those who got here and no further; absent at the last step, at optional ones, and where nobody came.
    pub abandon: Option<Abandon>,
    /// Mean time from the step that was done before, in seconds; times are of the run that counts.
    pub mean_seconds: Option<f64>,
    /// Median of that time, between two middle values their mean (type 7 of R).
    pub median_seconds: Option<f64>,
    /// 90th percentile of that time, of the same kind.
    pub p90_seconds: Option<f64>,
    /// What the events that served the step were worth, by currency.
    pub revenue: BTreeMap<String, f64>,
    /// Where those went who got here and no further, if asked for; the shares sum to 1.
    pub leavers: Vec<Went>,
    #[serde(skip)]
    pub(crate) screen: bool,
    /// Visitors of the previous step.
    #[serde(skip)]
    pub(crate) previous: Option<u64>,
}

/// Who gave up after a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Abandon {
    /// Visitors who reached the step and not the next.
    pub visitors: u64,
    /// Of the visitors of the step.
    pub rate: f64,
    /// Interval of `rate`.
    pub interval: Interval,
}

/// The steps of a request with what was counted; `names` are titles of screens where they are known.
pub(super) fn steps(
    request: &FunnelRequest,
    mut tally: Tally,
    names: &[Option<String>],
) -> Vec<FunnelStep> {
    let required: Vec<usize> = (0..request.steps.len())
        .filter(|at| !request.steps[*at].optional)
        .collect();
    let reached = |at: usize| tally.reached.get(at).copied().unwrap_or(0);
    let first = reached(0);
    let of = |part: u64, whole: u64| (rate(part, whole), wilson(part, whole, Z_95));
    let mut steps = Vec::with_capacity(request.steps.len());
    for (at, step) in request.steps.iter().enumerate() {
        let visitors = reached(at);
        let previous = required
            .iter()
            .rfind(|before| **before < at)
            .map(|at| reached(*at));
        let next = required
            .iter()
            .find(|after| **after > at)
            .map(|at| reached(*at));
        let (rate_from_first, interval_from_first) = of(visitors, first);
        let (rate_from_previous, interval) =
            previous.map_or((None, None), |previous| of(visitors, previous));
        let (step_text, name) = match request.order {
            Order::Any => {
                let name = format!("any {} of {}", at + 1, request.steps.len());
                (name.clone(), name)
            }
            _ => {
                let title = names.get(at).cloned().flatten();
                let name = title.unwrap_or_else(|| printable(&step.plain_name()));
                (step.to_string(), name)
            }
        };
        steps.push(FunnelStep {
            number: at + 1,
            step: step_text,
            name,
            optional: step.optional,
            visitors,
            rate_from_first,
            interval_from_first,
            rate_from_previous,
            interval,
            drop_off: previous
                .filter(|_| !step.optional)
                .map_or(0, |previous| previous.saturating_sub(visitors)),
            abandon: next
                .filter(|_| !step.optional)
                .and_then(|next| abandon(visitors, next)),
            mean_seconds: None,
            median_seconds: None,
            p90_seconds: None,
            revenue: BTreeMap::new(),
            leavers: Vec::new(),
            screen: request.order != Order::Any && step.is_screen(),
            previous,
        });
    }
    for ((step, waits), worth) in steps.iter_mut().zip(&mut tally.waits).zip(tally.worth) {
        step.mean_seconds = mean_seconds(waits);
        step.median_seconds = quantile_seconds(waits, 0.5);
        step.p90_seconds = quantile_seconds(waits, 0.9);
        step.revenue = worth;
    }
    steps
}

fn abandon(visitors: u64, went_on: u64) -> Option<Abandon> {
    let lost = visitors.saturating_sub(went_on);
    Some(Abandon {
        visitors: lost,
        rate: rate(lost, visitors)?,
        interval: wilson(lost, visitors, Z_95)?,
    })
}
