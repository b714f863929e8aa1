//! Two audits of one site held against each other: what is new, worse, better, gone.
//!
//! Invariant: worse and better are tested, all together; what is no longer claimed is gone only where its rate surely fell.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::finding::{Claim, Finding};
use crate::statistics::{FALSE_DISCOVERY_RATE, adjusted, difference};

/// What became of a finding since the period before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It was not found before.
    New,
    /// It happens to a larger share of people, surely.
    Worse,
    /// It happens to a smaller share of people, surely.
    Better,
    /// Nothing surely changed.
    Same,
    /// It was found before, is not any more, and happens to a smaller share of people, surely.
    Gone,
}

impl Change {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Same => "same",
            Self::Gone => "gone",
        }
    }
}

/// People it happened to, and of how many.
type Counts = (u64, u64);

/// The counts of all claims, by the names they have as findings.
pub(super) fn counts(claims: &[Claim]) -> HashMap<String, Counts> {
    claims
        .iter()
        .map(|claim| (claim.id(), claim.affected))
        .collect()
}

/// Marks what was found now by what was found before, and gives what is gone. `now` has the counts of all that was claimed
/// now, whether it held or not.
pub(super) fn mark(
    findings: &mut [Finding],
    before: Vec<Finding>,
    now: &HashMap<String, Counts>,
) -> Vec<Finding> {
    let old: HashMap<&str, &Finding> = before
        .iter()
        .map(|finding| (finding.id.as_str(), finding))
        .collect();
    let pairs: Vec<Option<(Counts, Counts)>> = findings
        .iter()
        .map(|finding| {
            let old = old.get(finding.id.as_str())?;
            Some(((finding.affected, finding.of), (old.affected, old.of)))
        })
        .chain(before.iter().map(|finding| {
            let is_there = findings.iter().any(|now| now.id == finding.id);
            // What was not even claimed now happens to nobody of as many as before.
            let now = now.get(&finding.id).copied().unwrap_or((0, finding.of));
            (!is_there).then_some((now, (finding.affected, finding.of)))
        }))
        .collect();
    let tested: Vec<Option<(f64, f64)>> = pairs
        .iter()
        .map(|pair| {
            let (this, other) = (*pair)?;
            let found = difference(this, other)?;
            Some((found.difference, found.p_value))
        })
        .collect();
    let p_values: Vec<f64> = tested.iter().flatten().map(|(_, p)| *p).collect();
    let mut adjusted = adjusted(&p_values).into_iter();
    let mut sure = tested.into_iter().map(|tested| {
        let (difference, _) = tested?;
        let is_sure = adjusted.next()? <= FALSE_DISCOVERY_RATE;
        Some(if is_sure { difference } else { 0.0 })
    });
    for finding in findings.iter_mut() {
        finding.change = Some(match sure.next().flatten() {
            None if old.contains_key(finding.id.as_str()) => Change::Same,
            None => Change::New,
            Some(0.0) => Change::Same,
            Some(rise) if rise > 0.0 => Change::Worse,
            Some(_) => Change::Better,
        });
    }
    let fell: Vec<bool> = before
        .iter()
        .map(|_| sure.next().flatten().is_some_and(|rise| rise < 0.0))
        .collect();
    let gone = before.into_iter().zip(fell).filter(|(_, fell)| *fell);
    gone.map(|(mut finding, _)| {
        finding.change = Some(Change::Gone);
        finding
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::finding::{Over, Rule};

    fn found(element: &str, affected: (u64, u64)) -> Finding {
        claim(element, affected).finding(
            None,
            &Over {
                weeks: 1.0,
                conversions: 0,
                worth: None,
            },
        )
    }

    fn claim(element: &str, affected: (u64, u64)) -> Claim {
        Claim {
            rule: Rule::DeadClick,
            title: element.to_owned(),
            page: "/".to_owned(),
            elements: vec![element.to_owned()],
            affected,
            p_value: Some(0.001),
            is_symptom: false,
            cost: None,
            evidence: Vec::new(),
            advice: String::new(),
        }
    }

    #[test]
    fn findings_are_new_worse_better_the_same_or_gone() {
        let mut now = vec![
            found("new", (50, 100)),
            found("worse", (400, 500)),
            found("better", (150, 500)),
            found("same", (101, 200)),
        ];
        let before = vec![
            found("worse", (200, 500)),
            found("better", (400, 500)),
            found("same", (100, 200)),
            found("gone", (200, 250)),
            found("too few now", (30, 100)),
        ];
        let claims = [claim("gone", (3, 250)), claim("too few now", (1, 4))];
        let gone = mark(&mut now, before, &counts(&claims));
        let changes: Vec<Change> = now.iter().filter_map(|finding| finding.change).collect();
        assert_eq!(
            changes,
            [Change::New, Change::Worse, Change::Better, Change::Same]
        );
        let names: Vec<&str> = gone.iter().map(|finding| finding.title.as_str()).collect();
        assert_eq!(names, ["gone"]);
    }
}
