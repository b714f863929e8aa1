//! A page that people get lost around.

use super::FEWEST;
use crate::audit::facts::Facts;
use crate::audit::finding::{Claim, Cost, Evidence, Rule, pair, share};
use crate::statistics::{odds_above, share_above};

/// How many times the odds of getting lost other pages' may be: lists are gone back to more than others.
const ODDS: f64 = 3.0;
/// One visit in twenty.
const LEAST: f64 = 0.05;

pub(super) fn claims(facts: &Facts) -> Vec<Claim> {
    let all = facts
        .lost
        .pages
        .iter()
        .fold((0, 0), |all, page| (all.0 + page.lost, all.1 + page.visits));
    let pages = facts.lost.pages.iter();
    pages
        .filter(|page| page.visits >= FEWEST)
        .map(|page| {
            let this = (page.lost, page.visits);
            let others = (all.0 - this.0, all.1 - this.1);
            let p = odds_above(this, others, ODDS).max(share_above(this.0, this.1, LEAST));
            Claim {
                rule: Rule::Lost,
                title: format!("people get lost around {}", page.page),
                page: page.page.clone(),
                elements: Vec::new(),
                affected: this,
                p_value: Some(p),
                is_symptom: true,
                cost: page.matched.map(|matched| Cost {
                    conversions: matched.lost,
                    interval: matched.interval,
                }),
                evidence: vec![Evidence {
                    text: format!(
                        "{} of the visits that went on from it came back again and again from pages they hardly looked at; \
                         of other pages {}",
                        share(this),
                        share(others)
                    ),
                    command: facts.command_to_goal("lost"),
                bars: pair((&page.page, this), ("other pages", others)),
                }],
                advice: "say on it what is behind each link, in the words of those who look for it".to_owned(),
            }
        })
        .collect()
}
