//! A search that finds nothing: all of it, or one term.

use super::FEWEST;
use crate::audit::facts::Facts;
use crate::audit::finding::{Claim, Evidence, Rule, share};
use crate::statistics::{odds_above, share_above};

/// More than half of all searches given up or tried anew.
const WHOLE: f64 = 0.5;
/// Of one term, and how many times the odds of the other terms.
const TERM: f64 = 0.3;
const ODDS: f64 = 3.0;

pub(super) fn claims(facts: &Facts) -> Vec<Claim> {
    let searches = &facts.searches;
    let all = (searches.failed, searches.searches);
    let claim = |title: String, elements: Vec<String>, affected, p, advice: &str| Claim {
        rule: Rule::Search,
        title,
        page: String::new(),
        elements,
        affected,
        p_value: Some(p),
        is_symptom: false,
        cost: None,
        evidence: vec![Evidence {
            text: format!("{} searches were given up or tried anew", share(affected)),
            command: facts.command("searches"),
            bars: Vec::new(),
        }],
        advice: advice.to_owned(),
    };
    let whole = (all.1 >= FEWEST).then(|| {
        claim(
            "the site's search does not find what people look for".to_owned(),
            Vec::new(),
            all,
            share_above(all.0, all.1, WHOLE),
            "look at the terms that fail, and let the search know their words",
        )
    });
    let terms = searches.terms.iter();
    let terms = terms.filter(|term| term.searches >= FEWEST).map(|term| {
        let this = (term.abandoned + term.refined, term.searches);
        let others = (all.0 - this.0, all.1 - this.1);
        claim(
            format!("a search for \"{}\" fails", term.term),
            vec![term.term.clone()],
            this,
            odds_above(this, others, ODDS).max(share_above(this.0, this.1, TERM)),
            "let this term find what there is, or say that there is none and what comes near",
        )
    });
    whole.into_iter().chain(terms).collect()
}
