//! Links that lead nowhere, that nobody clicks, that nobody sees.

use crate::audit::facts::Facts;
use crate::audit::finding::{Claim, Cost, Evidence, Rule};
use crate::format::thousands;
use crate::reports::links::{Broken, DEAD, Link, UNSEEN};
use crate::reports::trouble::Sort;
use crate::statistics::{exposures_for_bound, share_below};

/// One who mistypes an address is no broken link.
const FEWEST: u64 = 5;
/// The one-sided level of a single test; below so many people no claim about dead links can hold.
const ALPHA: f64 = 0.05;

pub(super) fn claims(facts: &Facts) -> Vec<Claim> {
    let broken = facts.links.broken.iter();
    let broken = broken
        .filter(|broken| broken.visitors >= FEWEST && is_led_to(broken))
        .map(|of| self::broken(facts, of));
    let needed = exposures_for_bound(DEAD, ALPHA).unwrap_or(u64::MAX);
    let links = facts.links.links.iter();
    let judged = links.flat_map(|link| {
        let dead = (link.exposed >= needed).then(|| dead(facts, link));
        let unseen = (link.shown >= needed).then(|| unseen(facts, link));
        dead.into_iter().chain(unseen)
    });
    broken.chain(judged).collect()
}

/// Whether something of the site leads there.
fn is_led_to(broken: &Broken) -> bool {
    !broken.elements.is_empty() || broken.came_from.iter().any(|page| !page.is_empty())
}

fn broken(facts: &Facts, broken: &Broken) -> Claim {
    let found = facts
        .troubles
        .troubles
        .iter()
        .filter(|trouble| trouble.sort == Sort::Missing && trouble.what == broken.path)
        .filter_map(|trouble| trouble.matched)
        .max_by(|one, other| one.lost.total_cmp(&other.lost));
    let answer = match broken.status {
        400.. => format!("answers {}", broken.status),
        _ => "says by its title that it is not there".to_owned(),
    };
    Claim {
        rule: Rule::BrokenLink,
        title: format!("links lead to \"{}\", which {answer}", broken.path),
        page: broken.path.clone(),
        elements: broken
            .elements
            .iter()
            .chain(&broken.came_from)
            .filter(|name| !name.is_empty())
            .cloned()
            .collect(),
        affected: (broken.visitors, facts.visitors),
        p_value: None,
        is_symptom: false,
        cost: found.map(|matched| Cost {
            conversions: matched.lost,
            interval: matched.interval,
        }),
        evidence: vec![Evidence {
            text: format!(
                "{} visitors met it{}; they came from {}",
                thousands(broken.visitors),
                match broken.elements.is_empty() {
                    true => String::new(),
                    false => format!(", by {}", quoted(&broken.elements)),
                },
                quoted(&broken.came_from)
            ),
            command: facts.command("links"),
            bars: Vec::new(),
        }],
        advice: "let the link lead where it says, or send that address on to what took its place"
            .to_owned(),
    }
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| match name.is_empty() {
            true => "elsewhere".to_owned(),
            false => format!("\"{name}\""),
        })
        .collect();
    quoted.join(", ")
}

fn dead(facts: &Facts, link: &Link) -> Claim {
    Claim {
        rule: Rule::DeadLink,
        title: format!("nobody needs the link \"{}\" on {}", link.name, place(link)),
        page: link.page.clone(),
        elements: vec![link.selector.clone()],
        affected: (link.exposed - link.clickers, link.exposed),
        p_value: Some(share_below(link.clickers, link.exposed, DEAD)),
        is_symptom: false,
        cost: None,
        evidence: vec![Evidence {
            text: format!(
                "seen by {}, clicked by {}",
                thousands(link.exposed),
                thousands(link.clickers)
            ),
            command: facts.command("links"),
            bars: Vec::new(),
        }],
        advice: "take it away, or say better what is behind it".to_owned(),
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of pageviews"
)]
fn unseen(facts: &Facts, link: &Link) -> Claim {
    let seen = (link.seen_rate.unwrap_or(0.0) * link.shown as f64).round() as u64;
    Claim {
        rule: Rule::UnseenLink,
        title: format!(
            "hardly anybody comes so far as to see \"{}\" on {}",
            link.name,
            place(link)
        ),
        page: link.page.clone(),
        elements: vec![link.selector.clone()],
        affected: (link.shown - seen, link.shown),
        p_value: Some(share_below(seen, link.shown, UNSEEN)),
        is_symptom: false,
        cost: None,
        evidence: vec![Evidence {
            text: format!(
                "on the page {} times, seen {} times",
                thousands(link.shown),
                thousands(seen)
            ),
            command: facts.command("links"),
            bars: Vec::new(),
        }],
        advice: "put it higher if it matters, take it away if it does not".to_owned(),
    }
}

fn place(link: &Link) -> String {
    match link.pages {
        0 | 1 => link.page.clone(),
        pages => format!("{} pages", thousands(pages)),
    }
}
