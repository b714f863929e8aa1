//! How links are told: the sentence, the table, and those of what is broken, goes wrong and competes.

use super::{Broken, Link, Links, Rivals, Verdict, Wrong};
use crate::format::{Cell, Column, Measure, Section, percent, thousands};
use crate::reports::link_targets::{self, LinkTarget};
use crate::statistics::{Z_95, rate, wilson};

pub(super) const COLUMNS: [Column; 10] = [
    Column::both("Link", "name", Measure::Text),
    Column::data("href", Measure::Text),
    Column::people("On", Measure::Text),
    Column::data("page", Measure::Text),
    Column::data("pages", Measure::Count),
    Column::both("Seen by", "exposed", Measure::Count),
    Column::both("Clicked by", "clickers", Measure::Count),
    Column::both("Rate", "rate", Measure::Rate),
    Column::both("Verdict", "verdict", Measure::Text),
    Column::both("To decide", "undecided_for", Measure::Count),
];

pub(super) fn row(link: &Link) -> Vec<Cell> {
    let on = match link.pages {
        0 | 1 => link.page.clone(),
        pages => format!("{} pages", thousands(pages)),
    };
    let verdict = match link.stands_out.as_slice() {
        [] => link.verdict.name().to_owned(),
        [one] => format!(
            "{}, {} on {}",
            link.verdict.name(),
            one.verdict.name(),
            one.page
        ),
        several => format!("{}, not so on {}", link.verdict.name(), several.len()),
    };
    vec![
        Cell::Text(link.name.clone()),
        Cell::Text(link.href.clone()),
        Cell::Text(on),
        Cell::Text(link.page.clone()),
        Cell::Count(link.pages),
        Cell::Count(link.exposed),
        Cell::Count(link.clickers),
        Cell::rate(link.rate, link.interval),
        Cell::Text(verdict),
        link.undecided_for.map_or(Cell::None, Cell::Count),
    ]
}

/// The worst first: a link into nothing, a dead one, one that is hardly seen.
pub(super) fn headline(
    site: &str,
    links: &[Link],
    broken: &[Broken],
    targets: &[LinkTarget],
) -> String {
    let of = |verdict| links.iter().filter(move |link| link.verdict == verdict);
    let mut found = Vec::new();
    if let Some(first) = broken.first() {
        found.push(format!(
            "{} {} not there, \"{}\" for {} visitors",
            broken.len(),
            if broken.len() == 1 {
                "page is"
            } else {
                "pages are"
            },
            first.path,
            thousands(first.visitors)
        ));
    }
    if let Some(first) = targets.first() {
        found.push(format!(
            "{} {} broken, \"{}\" for {} who clicked it",
            thousands(targets.len() as u64),
            if targets.len() == 1 {
                "link target is"
            } else {
                "link targets are"
            },
            first.href,
            thousands(first.clickers)
        ));
    }
    if let Some(first) = of(Verdict::Dead).next() {
        found.push(format!(
            "{} of {} links {} dead, \"{}\" was seen by {} and clicked by {}",
            of(Verdict::Dead).count(),
            thousands(links.len() as u64),
            if of(Verdict::Dead).count() == 1 {
                "is"
            } else {
                "are"
            },
            first.name,
            thousands(first.exposed),
            match first.clickers {
                0 => "none".to_owned(),
                clickers => thousands(clickers),
            }
        ));
    }
    if !found.is_empty() {
        return found.join("; ");
    }
    match (links.len(), of(Verdict::Undecided).count()) {
        (0, _) => format!("{site} has no inventory of links here"),
        (count, undecided) => format!(
            "none of {} links is dead; {} undecided",
            thousands(count as u64),
            thousands(undecided as u64)
        ),
    }
}

pub(super) fn sections(links: &Links) -> Vec<Section> {
    let (controls, others): (Vec<&Wrong>, Vec<&Wrong>) =
        links.wrong.iter().partition(|wrong| wrong.is_control);
    [
        broken(&links.broken),
        link_targets::section(&links.broken_targets),
        wrong("Clicks that went wrong", &controls),
        wrong("Clicked as if it were a link", &others),
        rivals(&links.rivals),
    ]
    .into_iter()
    .filter(|section| !section.rows.is_empty())
    .collect()
}

fn broken(broken: &[Broken]) -> Section {
    let none = |from: &String| match from.is_empty() {
        true => "(elsewhere)".to_owned(),
        false => from.clone(),
    };
    let row = |broken: &Broken| {
        vec![
            Cell::Text(broken.path.clone()),
            match broken.status {
                400.. => Cell::Text(broken.status.to_string()),
                _ => Cell::Text("by its title".to_owned()),
            },
            Cell::Count(broken.visitors),
            Cell::Text(
                broken
                    .came_from
                    .iter()
                    .map(none)
                    .collect::<Vec<_>>()
                    .join("\n"),
            ),
            Cell::Text(broken.elements.join("\n")),
        ]
    };
    Section {
        title: "Pages that are not there".to_owned(),
        columns: vec![
            Column::people("Page", Measure::Text),
            Column::people("Answer", Measure::Text),
            Column::people("Visitors", Measure::Count),
            Column::people("Came from", Measure::Text),
            Column::people("Links there", Measure::Text),
        ],
        rows: broken.iter().map(row).collect(),
    }
}

fn wrong(title: &str, wrong: &[&Wrong]) -> Section {
    let share = |one: &Wrong, count: u64| match count {
        0 => Cell::None,
        count => Cell::rate(rate(count, one.clickers), wilson(count, one.clickers, Z_95)),
    };
    let row = |one: &&Wrong| {
        vec![
            Cell::Text(one.name.clone()),
            Cell::Text(one.page.clone()),
            Cell::Count(one.clickers),
            share(one, one.dead),
            share(one, one.rage),
            share(one, one.errors),
        ]
    };
    Section {
        title: title.to_owned(),
        columns: vec![
            Column::people("Element", Measure::Text),
            Column::people("Page", Measure::Text),
            Column::people("Clicked by", Measure::Count),
            Column::people("Nothing happened", Measure::Rate),
            Column::people("In a rage", Measure::Rate),
            Column::people("An error followed", Measure::Rate),
        ],
        rows: wrong.iter().map(row).collect(),
    }
}

fn rivals(rivals: &[Rivals]) -> Section {
    let row = |one: &Rivals| {
        let all: u64 = one.links.iter().map(|(_, clickers)| clickers).sum();
        let share = |clickers: u64| {
            rate(clickers, all).map_or_else(String::new, |rate| format!(" ({})", percent(rate)))
        };
        let links: Vec<String> = one
            .links
            .iter()
            .map(|(name, clickers)| format!("{name}: {}{}", thousands(*clickers), share(*clickers)))
            .collect();
        vec![
            Cell::Text(one.page.clone()),
            Cell::Text(one.href.clone()),
            Cell::Text(links.join("\n")),
        ]
    };
    Section {
        title: "Links of one page to the same place".to_owned(),
        columns: vec![
            Column::people("Page", Measure::Text),
            Column::people("Leads to", Measure::Text),
            Column::people("Clicked by", Measure::Text),
        ],
        rows: rivals.iter().map(row).collect(),
    }
}
