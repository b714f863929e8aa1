//! Controls that do not answer, are clicked in a rage, or end in an error; and what looks as if it could be clicked.

use super::FEWEST;
use crate::audit::facts::Facts;
use crate::audit::finding::{Claim, Cost, Evidence, Rule, share};
use crate::format::{percent, thousands};
use crate::reports::links::Wrong;
use crate::reports::trouble::{Sort, Trouble};
use crate::statistics::{rate, share_above};

/// A control that does not answer one in five: slow ones, and those that answer where the tracker does not see it, fail fewer.
const DEAD: f64 = 0.2;
/// One in ten.
const OFTEN: f64 = 0.1;
/// What is no control is clicked here and there: by one visitor of the page in twenty it looks like one.
const LOOKS: f64 = 0.05;

pub(super) fn claims(facts: &Facts) -> Vec<Claim> {
    let wrong = facts.links.wrong.iter();
    wrong
        .filter(|wrong| wrong.clickers >= FEWEST)
        .flat_map(|wrong| {
            [
                (Rule::DeadClick, Sort::Dead, wrong.dead, DEAD),
                (Rule::RageClick, Sort::Rage, wrong.rage, OFTEN),
                (Rule::ErrorClick, Sort::ErrorClick, wrong.errors, OFTEN),
            ]
            .into_iter()
            .filter(|(_, _, people, _)| *people > 0)
            .map(move |(rule, sort, people, margin)| {
                claim(facts, wrong, rule, sort, people, margin)
            })
        })
        .collect()
}

fn claim(facts: &Facts, wrong: &Wrong, rule: Rule, sort: Sort, people: u64, margin: f64) -> Claim {
    let found = facts.troubles.troubles.iter().find(|trouble: &&Trouble| {
        trouble.sort == sort
            && trouble.page == wrong.page
            && (trouble.selector == wrong.selector || trouble.what == wrong.name)
    });
    let met = (people, wrong.clickers);
    let by_clickers = share_above(met.0, met.1, margin);
    let p = match (wrong.is_control, found) {
        (true, _) => by_clickers,
        (false, Some(found)) => by_clickers.max(share_above(found.visitors, found.of, LOOKS)),
        (false, None) => 1.0,
    };
    let (name, page) = (&wrong.name, &wrong.page);
    let (title, advice) = match (rule, wrong.is_control) {
        (Rule::DeadClick, true) => (
            format!("\"{name}\" on {page} does not answer"),
            "make it do what it says, or take it away",
        ),
        (Rule::DeadClick, false) => (
            format!("\"{name}\" on {page} is clicked and is no link"),
            "make it lead where people expect, or make it look less like a link",
        ),
        (Rule::RageClick, _) => (
            format!("\"{name}\" on {page} is clicked again and again"),
            "answer the first click at once, and show that something is under way",
        ),
        _ => (
            format!("a click on \"{name}\" of {page} ends in an error"),
            "mend the script behind it",
        ),
    };
    Claim {
        rule,
        title,
        page: page.clone(),
        elements: vec![wrong.selector.clone()],
        affected: met,
        p_value: Some(p),
        is_symptom: false,
        cost: found.and_then(|found| found.matched).map(|matched| Cost {
            conversions: matched.lost,
            interval: matched.interval,
        }),
        evidence: vec![Evidence {
            text: format!(
                "{} of {} who clicked it met that ({})",
                thousands(people),
                thousands(wrong.clickers),
                rate(people, wrong.clickers).map_or_else(String::new, percent)
            ) + &found.map_or_else(String::new, |found| {
                format!("; of all on the page {}", share((found.visitors, found.of)))
            }),
            command: facts.command("links"),
            bars: Vec::new(),
        }],
        advice: advice.to_owned(),
    }
}
