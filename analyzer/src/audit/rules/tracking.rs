//! Gaps in the tracking, which make all other numbers smaller than they are.

use super::FEWEST;
use crate::audit::facts::Facts;
use crate::audit::finding::{Claim, Evidence, Rule};
use crate::format::thousands;
use crate::reports::tracking::{Silence, Untold};

pub(super) fn claims(facts: &Facts) -> Vec<Claim> {
    let targets = facts.tracking.targets.iter();
    let untold = targets
        .filter(|target| target.visitors >= FEWEST)
        .map(|target| untold(facts, target));
    let silences = facts.tracking.silences.iter();
    untold
        .chain(silences.map(|silence| self::silence(facts, silence)))
        .collect()
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

fn silence(facts: &Facts, silence: &Silence) -> Claim {
    Claim {
        rule: Rule::Silence,
        title: format!(
            "nothing was told for {} hours from {}",
            silence.hours, silence.from
        ),
        page: String::new(),
        elements: vec![silence.from.clone()],
        affected: (0, 0),
        // Pageviews of visits come together, so the exponent is that of visits of about four.
        p_value: Some((-silence.expected / 4.0).exp()),
        cost: None,
        evidence: vec![Evidence {
            text: format!(
                "about {} pageviews were to be expected in these hours",
                thousands(silence.expected.round() as u64)
            ),
            command: facts.command("tracking"),
            bars: Vec::new(),
        }],
        advice: "see what was changed on the site or at the collector then".to_owned(),
    }
}
