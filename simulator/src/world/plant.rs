//! Where defects can be, and which are planted.
//!
//! Invariant: what is planted is felt: on a page of its own, not on one of many alike; and no two defects are in one place.
//! The same world and seed give the same defects.

use std::collections::BTreeSet;

use rand::Rng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand_chacha::ChaCha8Rng;

use super::luck::{For, chances};
use super::site::{NOWHERE, Site};
use super::{Defect, DefectKind, Page, World};
use crate::Error;

/// A browser that fewer have is no place for a defect.
const COMMON: f64 = 0.08;
/// Pages in one folder that are many alike.
const ALIKE: usize = 3;

/// Draws so many more defects, or as many as there are places for, each of another kind than all others.
pub fn plant(world: &World, count: usize, seed: u64) -> Vec<Defect> {
    let mut rng = chances(&world.family, seed, For::Defects);
    let mut kinds: Vec<DefectKind> = DefectKind::ALL.to_vec();
    kinds.shuffle(&mut rng);
    let there = world.defects.len();
    kinds.retain(|kind| world.defects.iter().all(|defect| defect.kind != *kind));
    let mut planted = world.defects.clone();
    for kind in kinds {
        if planted.len() < there + count
            && let Some(defect) = draw(world, &Defect::of(kind, 0.0), &planted, &mut rng)
        {
            planted.push(defect);
        }
    }
    planted.split_off(there)
}

/// Gives those that were asked for a place and a strength, where they have none.
///
/// # Errors
/// [`Error::Habits`] where a site has no place for one, or none that was named.
pub(super) fn place(world: &World, wanted: Vec<Defect>, seed: u64) -> Result<Vec<Defect>, Error> {
    let mut rng = chances(&world.family, seed, For::Defects);
    let mut planted = Vec::new();
    for (number, wish) in wanted.iter().enumerate() {
        let defect = draw(world, wish, &planted, &mut rng).ok_or_else(|| Error::Habits {
            place: format!("defects[{number}]"),
            problem: format!("there is no such place for {}", wish.kind.name()),
            mend:
                "name another page, element, field or browser, or leave them out to have one drawn"
                    .to_owned(),
        })?;
        planted.push(defect);
    }
    Ok(planted)
}

impl World {
    /// The world with further defects, each placed where it was not said.
    ///
    /// # Errors
    /// [`Error::Habits`] where there is no place.
    pub fn with(mut self, defects: Vec<Defect>, seed: u64) -> Result<Self, Error> {
        let mut all = std::mem::take(&mut self.defects);
        all.extend(defects);
        self.defects = place(&self, all, seed)?;
        Ok(self)
    }
}

fn draw(world: &World, wish: &Defect, planted: &[Defect], rng: &mut ChaCha8Rng) -> Option<Defect> {
    let matches = |wish: &str, found: &str| wish.is_empty() || wish == found;
    let places: Vec<Defect> = places(world, wish.kind)
        .into_iter()
        .filter(|place| {
            matches(&wish.page, &place.page)
                && matches(&wish.element, &place.element)
                && matches(&wish.field, &place.field)
                && matches(&wish.browser, &place.browser)
                && planted.iter().all(|other| !clash(other, place))
        })
        .collect();
    let mut defect = places.choose(rng)?.clone();
    let (low, high) = wish.kind.strengths();
    let drawn = rng.random_range(low..=high);
    defect.strength = match wish.strength > 0.0 {
        true => wish.strength,
        false => (drawn * 1000.0).round() / 1000.0,
    };
    Some(defect)
}

/// Two in one form, or at one element, hide each other.
fn clash(one: &Defect, other: &Defect) -> bool {
    let is_of_form = |defect: &Defect| {
        matches!(
            defect.kind,
            DefectKind::LosingScreen
                | DefectKind::RejectingField
                | DefectKind::ScriptError
                | DefectKind::MobileFailingStep
        )
    };
    one.page == other.page && (one.element == other.element || is_of_form(one) && is_of_form(other))
}

/// All places for a kind.
fn places(world: &World, kind: DefectKind) -> Vec<Defect> {
    let site = Site::new(world);
    let mut all = Vec::new();
    for (number, page) in world.pages.iter().enumerate() {
        let at = |element: &str, field: &str, browser: &str| Defect {
            page: page.path.clone(),
            element: element.to_owned(),
            field: field.to_owned(),
            browser: browser.to_owned(),
            ..Defect::of(kind, 0.0)
        };
        if is_one_of_many(world, page) {
            continue;
        }
        let form = page.form.as_ref();
        match kind {
            DefectKind::LosingScreen | DefectKind::RejectingField => {
                let fields = form.into_iter().flat_map(|form| &form.fields);
                all.extend(fields.map(|field| at("", &field.name, "")));
            }
            DefectKind::ScriptError => {
                if let Some(form) = form {
                    let browsers = browsers(world);
                    all.extend(browsers.iter().map(|browser| at(&form.submit, "", browser)));
                }
            }
            DefectKind::MobileFailingStep => all.extend(form.map(|form| at(&form.submit, "", ""))),
            DefectKind::DeadLink | DefectKind::UnseenLink | DefectKind::BrokenLink => {
                let links = page.links.iter().enumerate();
                let links = links.filter(|(index, link)| {
                    link.at < 1.0 && link.pull > 0.0 && !is_vital(&site, number, *index)
                });
                all.extend(links.map(|(_, link)| at(&link.id, "", "")));
            }
            DefectKind::DeadControl | DefectKind::RageControl => {
                let controls = page.controls.iter();
                all.extend(controls.map(|control| at(&control.id, "", "")));
            }
            DefectKind::SlowPage => {
                if is_passed(&site, number) {
                    all.push(at("", "", ""));
                }
            }
            DefectKind::LostAround => {
                let own = page.links.len();
                if own >= 4 && is_passed(&site, number) && form.is_none() {
                    all.push(at("", "", ""));
                }
            }
            DefectKind::FailingSearch => {
                if site.results == Some(number) {
                    all.push(at("", "", ""));
                }
            }
            DefectKind::WinningAd => {
                let places = page.ads.iter().filter(|place| place.creatives.len() > 1);
                let creatives = places.flat_map(|place| &place.creatives);
                all.extend(creatives.map(|creative| at(&creative.ad, "", "")));
            }
            DefectKind::AdBelowFold => {
                let places = page.ads.iter().filter(|place| place.at < 1.0);
                all.extend(places.map(|place| at(&place.placement, "", "")));
            }
        }
    }
    all
}

/// Whether the page is one of several in its folder, so that what is wrong with one alone is hardly felt.
fn is_one_of_many(world: &World, page: &Page) -> bool {
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let own = folder(&page.path).filter(|folder| !folder.is_empty());
    let alike = world
        .pages
        .iter()
        .filter(|other| folder(&other.path) == own);
    own.is_some() && page.form.is_none() && alike.count() >= ALIKE
}

/// Whether a link is the only one of its page that leads somebody on.
fn is_vital(site: &Site<'_>, page: usize, link: usize) -> bool {
    let place = &site.pages[page];
    let Some(to) = place.page.links.get(link).map(|link| &link.to) else {
        return true;
    };
    site.ways.iter().flatten().any(|way| {
        let mut nearer = place.links.iter().filter(|other| way[other.to] < way[page]);
        let leads = nearer.clone().any(|other| &other.link.to == to);
        leads && nearer.all(|other| &other.link.to == to)
    })
}

/// Whether those who want something come by.
fn is_passed(site: &Site<'_>, page: usize) -> bool {
    site.ways.iter().flatten().any(|way| {
        let on_the_way = way[page] != NOWHERE && way[page] > 0;
        let led_there = site.pages.iter().enumerate().any(|(from, place)| {
            way[from] != NOWHERE
                && way[from] > way[page]
                && (place.links.iter().any(|other| other.to == page) || place.behind == Some(page))
        });
        let lands = site.lands.iter().flatten().any(|(land, _)| *land == page);
        on_the_way && (led_there || lands)
    })
}

/// Browsers that enough people have.
fn browsers(world: &World) -> BTreeSet<&str> {
    let all: f64 = world.devices.iter().map(|device| device.share).sum();
    let share = |browser: &str| {
        let devices = world.devices.iter();
        let own = devices.filter(|device| device.browser == browser);
        own.map(|device| device.share).sum::<f64>() / all
    };
    let names = world.devices.iter().map(|device| &*device.browser);
    names.filter(|name| share(name) >= COMMON).collect()
}
