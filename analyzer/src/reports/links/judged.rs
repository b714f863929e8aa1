//! Links as they were counted, over all and by page, with what is to be thought of them.
//!
//! Pure: counts in, verdicts out.

use std::collections::HashMap;

use super::verdict::{Bounds, Counts, Verdict, usual_rate, verdict};
use super::{Link, LinksRequest, Rivals, StandsOut, Told, Wrong};
use crate::statistics::{Z_95, rate, wilson};

/// All links with their verdicts, the worst first.
pub(super) fn judged(request: &LinksRequest, whole: &[Told], by_page: &[Told]) -> Vec<Link> {
    let usual = usual(by_page);
    let bounds = |page: &str| Bounds {
        dead: request.threshold,
        usual: usual.get(page).copied(),
    };
    let mut of_element: HashMap<u64, Vec<&Told>> = HashMap::new();
    for told in by_page {
        of_element.entry(told.element).or_default().push(told);
    }
    let link = |told: &Told| {
        let here = of_element.get(&told.element).map_or(&[][..], Vec::as_slice);
        let main = here.iter().max_by_key(|here| here.exposed);
        let page = main.map(|main| main.of_page.clone()).unwrap_or_default();
        let (found, undecided_for) = verdict(told.counts(), bounds(&page));
        let stands_out = here
            .iter()
            .filter(|_| here.len() > 1)
            .filter_map(|one| {
                let (other, _) = verdict(one.counts(), bounds(&one.of_page));
                (other != found && other != Verdict::Undecided).then(|| StandsOut {
                    page: one.of_page.clone(),
                    exposed: one.exposed,
                    clickers: one.clickers,
                    verdict: other,
                })
            })
            .collect();
        Link {
            name: told.name(),
            selector: told.selector.clone(),
            href: told.href.clone(),
            page,
            pages: told.pages,
            shown: told.shown,
            seen_rate: rate(told.seen, told.shown),
            exposed: told.exposed,
            clickers: told.clickers,
            rate: rate(told.clickers, told.exposed),
            interval: wilson(told.clickers, told.exposed, Z_95),
            verdict: found,
            undecided_for,
            stands_out,
        }
    };
    let mut links: Vec<Link> = whole
        .iter()
        .filter(|told| told.found == 1)
        .map(link)
        .collect();
    let rank = |verdict: Verdict| match verdict {
        Verdict::Dead => 0,
        Verdict::Rare => 1,
        Verdict::Unseen => 2,
        Verdict::Undecided => 3,
        Verdict::Working => 4,
    };
    links.sort_by_key(|link| (rank(link.verdict), std::cmp::Reverse(link.exposed)));
    links
}

/// The usual rate of each page's links.
fn usual(by_page: &[Told]) -> HashMap<String, f64> {
    let mut links: HashMap<&str, Vec<Counts>> = HashMap::new();
    for told in by_page.iter().filter(|told| told.found == 1) {
        links.entry(&told.of_page).or_default().push(told.counts());
    }
    let of_page = |(page, links): (&str, Vec<Counts>)| Some((page.to_owned(), usual_rate(links)?));
    links.into_iter().filter_map(of_page).collect()
}

pub(super) fn wrong(whole: &[Told], by_page: &[Told]) -> Vec<Wrong> {
    let mut pages: HashMap<u64, &Told> = HashMap::new();
    for told in by_page {
        let most = pages.entry(told.element).or_insert(told);
        if told.clickers > most.clickers {
            *most = told;
        }
    }
    let one = |told: &Told| {
        let most = told.dead.max(told.rage).max(told.errors);
        // A click may be told of by what went wrong alone.
        let clickers = told.clickers.max(most);
        (most > 0).then(|| Wrong {
            name: told.name(),
            selector: told.selector.clone(),
            page: pages
                .get(&told.element)
                .map(|told| told.of_page.clone())
                .unwrap_or_default(),
            is_control: told.is_control(),
            clickers,
            dead: told.dead,
            rage: told.rage,
            errors: told.errors,
            rate: rate(most, clickers),
            interval: wilson(most, clickers, Z_95),
        })
    };
    let mut wrong: Vec<Wrong> = whole.iter().filter_map(one).collect();
    wrong.sort_by_key(|one| std::cmp::Reverse(one.dead.max(one.rage).max(one.errors)));
    wrong
}

pub(super) fn rivals(by_page: &[Told]) -> Vec<Rivals> {
    let mut places: HashMap<(&str, &str), Vec<&Told>> = HashMap::new();
    for told in by_page
        .iter()
        .filter(|told| told.found == 1 && !told.href.is_empty())
    {
        places
            .entry((&told.of_page, &told.href))
            .or_default()
            .push(told);
    }
    let mut rivals: Vec<Rivals> = places
        .into_iter()
        // One that nobody takes is a matter of its own.
        .filter(|(_, links)| links.iter().filter(|link| link.clickers > 0).count() > 1)
        .map(|((page, href), links)| {
            let mut links: Vec<(String, u64)> = links
                .iter()
                .map(|link| (link.name(), link.clickers))
                .collect();
            links.sort_by(|one, other| (other.1, &one.0).cmp(&(one.1, &other.0)));
            Rivals {
                page: page.to_owned(),
                href: href.to_owned(),
                links,
            }
        })
        .collect();
    let clickers = |rivals: &Rivals| {
        rivals
            .links
            .iter()
            .map(|(_, clickers)| clickers)
            .sum::<u64>()
    };
    rivals.sort_by(|one, other| {
        (clickers(other), &one.page, &one.href).cmp(&(clickers(one), &other.page, &other.href))
    });
    rivals
}
