//! A funnel for each value that people are counted under, and which values differ from the others.

use std::collections::BTreeMap;

use serde::Serialize;

use super::request::FunnelRequest;
use super::steps::{FunnelStep, steps};
use super::tally::Tally;
use crate::format::{percent, printable};
use crate::statistics::{Difference, FALSE_DISCOVERY_RATE, adjusted, difference, rate};

/// The people of one value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    /// The value, several joined with bars; empty where it is absent.
    pub value: String,
    /// The same steps for them alone.
    pub steps: Vec<SegmentStep>,
}

/// A step of a segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentStep {
    /// As of a funnel.
    #[serde(flatten)]
    pub step: FunnelStep,
    /// The rate from the previous step against that of all other values; absent at the first, and where there is nobody
    /// to compare.
    pub against_others: Option<AgainstOthers>,
}

/// A segment against all others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AgainstOthers {
    /// The others' rate from the previous step.
    pub others_rate: f64,
    /// The segment's rate less that.
    #[serde(flatten)]
    pub difference: Difference,
    /// The p-value adjusted for the number of segments (Benjamini-Hochberg).
    pub p_adjusted: f64,
    /// Whether that is at most 5 %.
    pub significant: bool,
}

/// The segments, those with the most visitors first, equal ones by their value.
pub(super) fn breakdown(
    request: &FunnelRequest,
    segments: BTreeMap<String, Tally>,
    names: &[Option<String>],
) -> Vec<Segment> {
    let step = |step| SegmentStep {
        step,
        against_others: None,
    };
    let mut segments: Vec<Segment> = segments
        .into_iter()
        .map(|(value, tally)| Segment {
            value,
            steps: steps(request, tally, names).into_iter().map(step).collect(),
        })
        .collect();
    let first = |segment: &Segment| segment.steps.first().map_or(0, |first| first.step.visitors);
    segments.sort_by_key(|segment| std::cmp::Reverse(first(segment)));
    for at in 1..request.steps.len() {
        compare(&mut segments, at);
    }
    segments
}

/// Compares one step of all segments, and adjusts for their number.
fn compare(segments: &mut [Segment], at: usize) {
    let counts: Vec<(u64, u64)> = segments
        .iter()
        .map(|segment| {
            let step = segment.steps.get(at).map(|step| &step.step);
            step.map_or((0, 0), |step| (step.visitors, step.previous.unwrap_or(0)))
        })
        .collect();
    let all = counts
        .iter()
        .fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    let mut found: Vec<(usize, f64, Difference)> = Vec::new();
    for (segment, one) in counts.iter().enumerate() {
        let others = (all.0 - one.0, all.1 - one.1);
        if let Some(difference) = difference(*one, others)
            && let Some(rate) = rate(others.0, others.1)
        {
            found.push((segment, rate, difference));
        }
    }
    let p_values: Vec<f64> = found
        .iter()
        .map(|(.., difference)| difference.p_value)
        .collect();
    for ((segment, others_rate, difference), p_adjusted) in
        found.into_iter().zip(adjusted(&p_values))
    {
        if let Some(step) = segments[segment].steps.get_mut(at) {
            step.against_others = Some(AgainstOthers {
                others_rate,
                difference,
                p_adjusted,
                significant: p_adjusted <= FALSE_DISCOVERY_RATE,
            });
        }
    }
}

/// The steps at which a segment differs significantly, a line each: `step 3: 12 % against 30 %, p = 0.002`.
pub(super) fn differing(segment: &Segment) -> String {
    let line = |step: &SegmentStep| {
        let against = step.against_others.filter(|against| against.significant)?;
        Some(format!(
            "step {}: {} against {}, {}",
            step.step.number,
            percent(step.step.rate_from_previous?),
            percent(against.others_rate),
            p_text(against.p_adjusted),
        ))
    };
    let lines: Vec<String> = segment.steps.iter().filter_map(line).collect();
    lines.join("\n")
}

/// What is said of a breakdown as a whole.
pub(super) fn note(request: &FunnelRequest, segments: &[Segment]) -> Option<String> {
    let (dimensions, _) = request.breakdown.as_ref()?;
    let differing = segments
        .iter()
        .filter(|segment| !differing(segment).is_empty())
        .count();
    let by = printable(dimensions.given());
    Some(match (segments.len(), differing) {
        (0 | 1, _) => format!("by {by} there is nothing to compare"),
        (count, 0) => format!(
            "none of {count} values of {by} differs significantly from the others (FDR 5 %)"
        ),
        (count, differing) => format!(
            "{differing} of {count} values of {by} {} significantly from the others (FDR 5 %)",
            if differing == 1 { "differs" } else { "differ" }
        ),
    })
}

/// `p = 0.012`, `p < 0.001`.
pub(super) fn p_text(p: f64) -> String {
    match p < 0.001 {
        true => "p < 0.001".to_owned(),
        false => format!("p = {p:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_differs_is_told_with_the_others_rate() {
        let steps = ["event:a", "event:b", "event:c"];
        let request = FunnelRequest::new(
            "shop",
            steps.iter().map(|step| step.parse().unwrap()).collect(),
        );
        let tally = |reached: [u64; 3]| Tally {
            reached: reached.to_vec(),
            ..Tally::new(3)
        };
        let segments = BTreeMap::from([
            ("desktop".to_owned(), tally([1000, 600, 300])),
            ("mobile".to_owned(), tally([900, 300, 150])),
            ("watch".to_owned(), tally([4, 2, 1])),
            ("none".to_owned(), tally([1, 0, 0])),
        ]);
        let found = breakdown(&request, segments, &[]);
        let values: Vec<&str> = found.iter().map(|segment| segment.value.as_str()).collect();
        assert_eq!(values, ["desktop", "mobile", "watch", "none"]);
        assert_eq!(differing(&found[0]), "step 2: 60 % against 33 %, p < 0.001");
        assert_eq!(differing(&found[1]), "step 2: 33 % against 60 %, p < 0.001");
        assert_eq!(differing(&found[2]), "");
        assert_eq!(found[0].steps[0].against_others, None);
        // Nobody of "none" came to the second step.
        assert_eq!(found[3].steps[2].against_others, None);
        let third = found[1].steps[2].against_others.unwrap();
        assert!(!third.significant && third.p_adjusted > 0.9, "{third:?}");
    }
}
