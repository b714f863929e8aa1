//! A world made ready to be walked: pages by number, how far each is from where people want to go, and what is on it.
//!
//! Invariant: it says the same as the world it was made from, and nothing in it changes while it is walked.

use std::collections::{HashMap, VecDeque};

use super::{Control, Form, Page, Placement, World};

/// Farther than any page.
pub(super) const NOWHERE: u16 = u16::MAX;

/// A world, made ready.
pub(super) struct Site<'a> {
    pub(super) world: &'a World,
    pub(super) pages: Vec<Place<'a>>,
    /// Of each task the steps that are left from each page; none where it has no target.
    pub(super) ways: Vec<Option<Vec<u16>>>,
    /// Of each task its landing pages with their weights.
    pub(super) lands: Vec<Vec<(usize, f64)>>,
    /// The page of the search's results.
    pub(super) results: Option<usize>,
}

/// A page, made ready.
pub(super) struct Place<'a> {
    pub(super) page: &'a Page,
    /// Its links: its own, then those that are everywhere.
    pub(super) links: Vec<Way<'a>>,
    /// Page behind its form.
    pub(super) behind: Option<usize>,
    /// How many of the links are its own.
    pub(super) own: usize,
    /// Pages its creatives lead to, by placement.
    pub(super) ads: Vec<Vec<usize>>,
    /// Whether its event is a conversion.
    pub(super) converts: bool,
}

/// A link, made ready.
pub(super) struct Way<'a> {
    pub(super) link: &'a super::Link,
    pub(super) to: usize,
}

impl<'a> Place<'a> {
    pub(super) fn controls(&self) -> &'a [Control] {
        &self.page.controls
    }

    pub(super) fn placements(&self) -> &'a [Placement] {
        &self.page.ads
    }

    pub(super) fn form(&self) -> Option<&'a Form> {
        self.page.form.as_ref()
    }
}

impl<'a> Site<'a> {
    /// Makes ready a world that was checked; a link to a page that is not there leads nowhere and is left out.
    pub(super) fn new(world: &'a World) -> Self {
        let pages: Vec<&Page> = world.pages.iter().collect();
        let numbers: HashMap<&str, usize> = pages
            .iter()
            .enumerate()
            .map(|(number, page)| (&*page.path, number))
            .collect();
        let number = |path: &str| numbers.get(path).copied();
        let place = |page: &'a Page| {
            let way = |link: &'a super::Link| {
                let to = number(&link.to)?;
                (link.to != page.path).then_some(Way { link, to })
            };
            let mut links: Vec<Way<'a>> = page.links.iter().filter_map(way).collect();
            let own = links.len();
            if !page.bare {
                links.extend(world.everywhere.iter().filter_map(way));
            }
            let ads = page.ads.iter();
            let creatives = |placement: &Placement| {
                let to = placement.creatives.iter();
                to.filter_map(|creative| number(&creative.to)).collect()
            };
            let event = page.event.as_ref();
            Place {
                page,
                links,
                own,
                behind: page.form.as_ref().and_then(|form| number(&form.to)),
                ads: ads.map(creatives).collect(),
                converts: event.is_some_and(|event| event.name == world.goal_event()),
            }
        };
        let places: Vec<Place<'a>> = pages.iter().map(|page| place(page)).collect();
        let results = world.search.as_ref().and_then(|search| number(&search.to));
        let tasks = world.tasks.iter();
        let ways = tasks.map(|task| number(&task.target).map(|target| steps(&places, target)));
        let lands = world.tasks.iter().map(|task| {
            let lands = task.lands.iter();
            let mut all: Vec<(usize, f64)> = Vec::new();
            for (path, weight) in lands {
                let met: Vec<usize> = pages
                    .iter()
                    .enumerate()
                    .filter(|(_, page)| meets(path, &page.path))
                    .map(|(number, _)| number)
                    .collect();
                let each = weight / met.len().max(1) as f64;
                all.extend(met.into_iter().map(|number| (number, each)));
            }
            all
        });
        Self {
            ways: ways.collect(),
            lands: lands.collect(),
            world,
            results,
            pages: places,
        }
    }
}

/// Whether a path is meant: it is the same, or begins as one does that ends in `*`.
pub(super) fn meets(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => pattern == path,
    }
}

/// From each page the fewest links and forms to the target.
fn steps(places: &[Place<'_>], target: usize) -> Vec<u16> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); places.len()];
    for (number, place) in places.iter().enumerate() {
        let links = place.links.iter().map(|way| way.to);
        for to in links.chain(place.behind) {
            before[to].push(number);
        }
    }
    let mut steps = vec![NOWHERE; places.len()];
    steps[target] = 0;
    let mut next = VecDeque::from([target]);
    while let Some(number) = next.pop_front() {
        for from in &before[number] {
            if steps[*from] == NOWHERE {
                steps[*from] = steps[number] + 1;
                next.push_back(*from);
            }
        }
    }
    steps
}
