//! Gaps in the tracking, which make all other numbers smaller than they are.

use super::FEWEST;
use crate::audit::facts::Facts;
use crate::audit::finding::{Claim, Evidence, Rule};
use crate::format::thousands;
use crate::reports::tracking::{Silence, Untold};

/// Silences that are told one by one.
const SHOWN: usize = 5;

pub(super) fn claims(facts: &Facts) -> Vec<Claim> {
    let targets = facts.tracking.targets.iter();
    let untold = targets
        .filter(|target| target.visitors >= FEWEST)
        .map(|target| untold(facts, target));
    untold.chain(silence(facts)).collect()
}

fn untold(facts: &Facts, target: &Untold) -> Claim {
    Claim {
        rule: Rule::Untracked,
        title: format!(
            "\"{}\" is clicked for and never tells of itself",
            target.path
        ),
        page: target.path.clone(),
        elements: target.elements.clone(),
        affected: (target.visitors, facts.visitors),
        p_value: None,
        is_symptom: false,
        cost: None,
        evidence: vec![Evidence {
            text: format!(
                "{} clicked links to it on {}, and no pageview of it was ever told",
                thousands(target.visitors),
                target.pages.join(", ")
            ),
            command: facts.command("tracking"),
            bars: Vec::new(),
        }],
        advice: "put the snippet into that page, or see whether it opens at all".to_owned(),
    }
}

/// All silences are one finding: what stopped once may have stopped again.
fn silence(facts: &Facts) -> Option<Claim> {
    let silences = &facts.tracking.silences;
    let longest = silences.first()?;
    let evidence = |silence: &Silence| Evidence {
        text: format!(
            "nobody came for {} hours from {}, where about {:.0} visits were to be expected",
            silence.hours, silence.from, silence.expected
        ),
        command: facts.command("tracking"),
        bars: Vec::new(),
    };
    Some(Claim {
        rule: Rule::Silence,
        title: match silences.len() {
            1 => format!(
                "nothing was told for {} hours from {}",
                longest.hours, longest.from
            ),
            count => format!(
                "nothing was told in {count} stretches, the largest of {} hours from {}",
                longest.hours, longest.from
            ),
        },
        page: String::new(),
        elements: Vec::new(),
        affected: (0, 0),
        p_value: silences
            .iter()
            .map(|silence| silence.p_value)
            .reduce(f64::min),
        is_symptom: false,
        cost: None,
        evidence: silences.iter().take(SHOWN).map(evidence).collect(),
        advice: "see what was changed on the site or at the collector then".to_owned(),
    })
}
