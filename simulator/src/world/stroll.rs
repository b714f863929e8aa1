//! One visitor on the way through a site: what is seen of a page, what is done there, and where to next.
//!
//! Invariant: all chances of a pageview are drawn in the same order whatever comes of them.
//!
//! How people choose: Pirolli and Card's information foraging (1999): a link is taken the more, the better it seems to lead
//! to what is wanted. How long pages are looked at is log-normal.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1};

use super::fill::fill;
use super::luck::{impatience, lasting, milliseconds, pick};
use super::site::{NOWHERE, Place, Site, Way};
use super::walk::{Act, Person, SHORTEST_MS, View};

/// Share of those before a form that have another look at something first.
const SECOND_THOUGHTS: f64 = 0.05;
/// A stay is no longer, for 30 minutes end a session.
const LONGEST_MS: u64 = 20 * 60 * 1000;

/// Where to go.
pub(super) struct Next {
    page: Option<usize>,
    missing: String,
    term: Option<usize>,
    empty: bool,
    back: bool,
}

impl Next {
    pub(super) fn page(number: usize) -> Self {
        Self {
            page: Some(number),
            missing: String::new(),
            term: None,
            empty: false,
            back: false,
        }
    }
}

/// A visitor on the way.
pub(super) struct Walker<'a> {
    pub(super) site: &'a Site<'a>,
    pub(super) who: Person,
    /// Steps that are left from each page to where it is meant to lead.
    pub(super) way: Option<&'a [u16]>,
    /// By how much the chance to leave is multiplied.
    pub(super) haste: f64,
    /// Milliseconds since the visit began.
    pub(super) at: u64,
    pub(super) views: Vec<View>,
    /// Pages one can go back to.
    pub(super) trail: Vec<usize>,
    pub(super) converts: bool,
}

/// What one reads and does on a page before going on.
struct Reading {
    view: View,
    /// Whether the visitor gives up.
    quits: bool,
    next: Option<Next>,
}

impl Walker<'_> {
    /// Looks at a page, and says where to next, unless the visit ends there.
    pub(super) fn see(&mut self, rng: &mut ChaCha8Rng, to: Next) -> Option<Next> {
        let world = self.site.world;
        let device = &world.devices[self.who.device];
        let [leaves, wrong, depth_less]: [f64; 3] = rng.random();
        let more: f64 = Exp1.sample(rng);
        let place = to.page.map(|number| &self.site.pages[number]);
        let load = place.map_or(600.0, |place| place.page.load) * device.slowness;
        let load = lasting(rng, load, 0.35).min(60_000.0);
        let knows = 1.0 - world.visitors.learning * f64::from(self.who.earlier.min(3));
        let stay = place.map_or(6.0, |place| place.page.dwell) * knows;
        let stay = lasting(rng, stay, 0.7) * 1000.0;
        let is_aimed = self.way.is_some();
        let screens = place.map_or(1.0, |place| place.page.screens);
        // What stands on a desktop's screen takes more of them in the hand.
        let reach = if device.mobile { 1.0 / 1.4 } else { 1.0 };
        let attention = world.visitors.attention * if is_aimed { 1.6 } else { 1.0 };
        let depth = (reach * (1.0 + attention * more) * (0.9 + 0.2 * depth_less)).min(screens);
        let mut view = View {
            page: to.page,
            missing: to.missing,
            term: to.term,
            empty: to.empty,
            back: to.back,
            at: self.at,
            stay: milliseconds(stay).clamp(SHORTEST_MS, LONGEST_MS),
            load: milliseconds(load),
            depth,
            creatives: Vec::new(),
            acts: Vec::new(),
            filled: None,
        };
        let Some(place) = place else {
            // Nobody stays where nothing is: half go back.
            let back = (wrong < 0.5).then(|| self.back()).flatten();
            self.end(view);
            return back;
        };
        let tired = 1.0 + 0.06 * self.views.len() as f64;
        let leave = place.page.leave * self.haste * impatience(load / 1000.0) * tired;
        let is_there = self
            .way
            .is_some_and(|way| to.page.is_some_and(|page| way[page] == 0));
        let quits = leaves < leave.min(0.97) || is_there;
        if quits {
            view.stay = (view.stay * 2 / 3).max(SHORTEST_MS);
        }
        self.converts |= place.converts;
        let mut reading = Reading {
            view,
            quits,
            next: None,
        };
        self.look_at_ads(rng, place, &mut reading);
        self.use_controls(rng, place, &mut reading);
        self.choose(rng, place, to.page.unwrap_or_default(), &mut reading);
        let Reading { view, next, .. } = reading;
        let goes_back = next.as_ref().is_some_and(|next| next.back);
        self.end(view);
        if let (Some(page), Some(_), false) = (to.page, &next, goes_back) {
            self.trail.push(page);
        }
        next
    }

    fn end(&mut self, mut view: View) {
        // Each a second after the other, and the last before the end.
        let count = view.acts.len() as u64;
        view.stay = view.stay.max((count + 2) * 1000 + view.load.min(10_000));
        let gap = (view.stay - 1000) / (count + 1);
        for (number, (at, _)) in (1..).zip(&mut view.acts) {
            *at = number * gap;
        }
        self.at += view.stay;
        self.views.push(view);
    }

    fn back(&mut self) -> Option<Next> {
        let page = self.trail.pop()?;
        Some(Next {
            back: true,
            ..Next::page(page)
        })
    }

    fn look_at_ads(&self, rng: &mut ChaCha8Rng, place: &Place<'_>, reading: &mut Reading) {
        for (number, placement) in place.placements().iter().enumerate() {
            let [shown, clicks]: [f64; 2] = rng.random();
            let creative = pick(shown, placement.creatives.iter().map(|_| 1.0)).unwrap_or(0);
            reading.view.creatives.push(creative);
            let is_seen = placement.at <= reading.view.depth;
            if reading.next.is_none()
                && !reading.quits
                && is_seen
                && clicks < placement.creatives[creative].rate
            {
                reading.view.acts.push((0, Act::Ad(number)));
                reading.next = Some(Next::page(place.ads[number][creative]));
            }
        }
    }

    fn use_controls(&self, rng: &mut ChaCha8Rng, place: &Place<'_>, reading: &mut Reading) {
        for (number, control) in place.controls().iter().enumerate() {
            let [uses, fails, gives_up]: [f64; 3] = rng.random();
            let times = rng.random_range(3..=6);
            let is_needed = control.needed && self.way.is_some();
            // Who needs it looks for it.
            let is_seen = control.at <= reading.view.depth || is_needed;
            if reading.next.is_some() || reading.quits || !is_seen || uses >= control.share {
                continue;
            }
            let mut act = |act| reading.view.acts.push((0, act));
            if fails < control.dead {
                act(Act::Dead(number));
                if gives_up < 0.5 {
                    act(Act::Dead(number));
                }
                reading.quits |= is_needed || gives_up < 0.1;
            } else if fails < control.late {
                act(Act::Control(number, times));
                reading.quits |= gives_up < if is_needed { 0.5 } else { 0.15 };
            } else {
                act(Act::Control(number, 1));
            }
        }
    }

    /// The form, a search, a link, the way back, or out.
    fn choose(
        &mut self,
        rng: &mut ChaCha8Rng,
        place: &Place<'_>,
        here: usize,
        reading: &mut Reading,
    ) {
        let [searches, finds, term, chosen, breaks]: [f64; 5] = rng.random();
        let world = self.site.world;
        let steps = |page: usize| self.way.map_or(NOWHERE, |way| way[page]);
        let nearer = |page: usize| steps(page) < steps(here);
        if let (Some(form), Some(behind)) = (place.form(), place.behind)
            && nearer(behind)
            && reading.next.is_none()
            && (reading.quits || place.own == 0 || finds >= SECOND_THOUGHTS)
        {
            let device = &world.devices[self.who.device];
            let filled = fill(rng, form, device, self.who.patience, reading.quits);
            reading
                .view
                .acts
                .extend(filled.acts.iter().map(|act| (0, *act)));
            reading.view.stay = reading.view.stay.max(filled.length());
            if filled.is_through {
                reading.next = Some(Next::page(behind));
            }
            reading.view.filled = Some(filled);
            return;
        }
        if reading.quits || reading.next.is_some() {
            return;
        }
        if let (Some(search), Some(results)) = (&world.search, self.site.results)
            && self.way.is_some()
            && !place.page.bare
            && searches
                < if reading.view.empty {
                    0.5
                } else {
                    search.share
                }
        {
            reading.view.acts.push((0, Act::Search));
            reading.next = Some(Next {
                term: pick(term, search.terms.iter().map(|_| 1.0)),
                empty: finds < search.fails,
                ..Next::page(results)
            });
            return;
        }
        let knows = 1.0 + world.visitors.learning * f64::from(self.who.earlier.min(3));
        let scent = world.visitors.scent.powf(place.page.clarity * knows);
        let empty = reading.view.empty;
        let depth = reading.view.depth;
        let weight = |number: usize, way: &Way<'_>| match () {
            () if way.link.at > depth || empty && number < place.own => 0.0,
            () if nearer(way.to) => way.link.pull * scent,
            () => way.link.pull,
        };
        let links = place
            .links
            .iter()
            .enumerate()
            .map(|(number, way)| weight(number, way));
        let offered: f64 = links.clone().sum();
        let is_led = place
            .links
            .iter()
            .enumerate()
            .any(|(number, way)| weight(number, way) > 0.0 && nearer(way.to));
        // Where nothing leads on, one goes back; else now and then.
        let back = match (self.trail.is_empty(), is_led || self.way.is_none()) {
            (true, _) => 0.0,
            (false, true) => 0.08 * offered,
            (false, false) => 2.0 * offered.max(0.5),
        };
        match pick(chosen, links.chain(std::iter::once(back))) {
            Some(number) if number < place.links.len() => {
                let way = &place.links[number];
                reading.view.acts.push((0, Act::Link(number)));
                reading.next = Some(if breaks < way.link.broken {
                    Next {
                        page: None,
                        missing: format!("{}-gone", way.link.to.trim_end_matches('/')),
                        ..Next::page(way.to)
                    }
                } else {
                    Next::page(way.to)
                });
            }
            Some(_) => reading.next = self.back(),
            None => {}
        }
    }
}
