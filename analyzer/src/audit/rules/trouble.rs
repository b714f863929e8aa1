//! Scripts that fail, files that do not load, pages that come late, with the conversions they cost.

use super::FEWEST;
use crate::audit::facts::Facts;
use crate::audit::finding::{Claim, Cost, Evidence, Rule, share};
use crate::reports::trouble::{Sort, Trouble};
use crate::statistics::{Z_95, share_above, upper_tail};

/// Scripts fail here and there on every site, for one visitor in twenty it is the site's own.
const MANY: f64 = 0.05;
/// A page is slow where its 75th percentile is (web.dev; METRICS.md, Everyday).
const SLOW: f64 = 0.25;
/// What costs less than one conversion in a hundred is told by how often it happens.
const COST: f64 = 0.01;

pub(super) fn claims(facts: &Facts) -> Vec<Claim> {
    let troubles = facts.troubles.troubles.iter();
    troubles
        .filter(|trouble| trouble.of >= FEWEST)
        .filter_map(|trouble| claim(facts, trouble))
        .collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
fn claim(facts: &Facts, trouble: &Trouble) -> Option<Claim> {
    let (rule, margin, title, advice) = match trouble.sort {
        Sort::Error => (
            Rule::ScriptError,
            MANY,
            format!("a script of {} fails: {}", trouble.page, trouble.what),
            "mend the script; the message and the browsers it fails on say where",
        ),
        Sort::Resource => (
            Rule::Resource,
            MANY,
            format!("a file of {} does not load: {}", trouble.page, trouble.what),
            "put the file back, or take away what asks for it",
        ),
        Sort::Slow => (
            Rule::SlowPage,
            SLOW,
            format!("{} comes late", trouble.page),
            "make what is largest on its first screen smaller, and load it first",
        ),
        // Clicks, forms and links are told by rules of their own.
        Sort::Dead | Sort::Rage | Sort::ErrorClick | Sort::FormFail | Sort::Missing => return None,
    };
    let met = (trouble.visitors, trouble.of);
    let by_number = share_above(met.0, met.1, margin);
    // Two ways to be worth telling, so the better of two p-values counts twice (Bonferroni).
    let least = COST * facts.conversions as f64;
    let by_cost = trouble.matched.map_or(1.0, |matched| {
        let deviation = (matched.interval.high - matched.interval.low) / (2.0 * Z_95);
        upper_tail((matched.lost - least) / deviation)
    });
    let p = (2.0 * by_number.min(by_cost)).min(1.0);
    Some(Claim {
        rule,
        title,
        page: trouble.page.clone(),
        elements: vec![trouble.what.clone()],
        affected: met,
        p_value: Some(p),
        is_symptom: false,
        cost: trouble.matched.map(|matched| Cost {
            conversions: matched.lost,
            interval: matched.interval,
        }),
        evidence: vec![Evidence {
            text: trouble.matched.map_or_else(
                || format!("{} who were there met it", share(met)),
                |matched| {
                    format!(
                        "{} who were there met it; {:.1} % of them converted, of others on the same page and device {:.1} %",
                        share(met),
                        matched.rate * 100.0,
                        matched.others_rate * 100.0
                    )
                },
            ),
            command: facts.command_to_goal("trouble"),
                bars: Vec::new(),
        }],
        advice: advice.to_owned(),
    })
}
