//! One visit: landing, reading, choosing links by their scent, filling in forms, giving up.
//!
//! Invariant: a visit depends on the site, the seed and its number alone, and each choice of a pageview on a chance of its
//! own: with a defect and without, the same visit goes the same way up to where the defect is met. So what a defect costs is
//! the difference of two walks.
//!
//! How people choose: Pirolli and Card's information foraging (1999): a link is taken the more, the better it seems to lead
//! to what is wanted. How long pages are looked at is log-normal. What slowness does: Google and SOASTA (2017): with
//! 1 to 3 seconds the chance to leave grows by 32 %, to 5 by 90 %, to 6 by 106 %, to 10 by 123 %.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, StandardNormal};

use super::Run;
use super::fill::{Filled, fill};
use super::site::{NOWHERE, Place, Site};

/// After so many pages everyone has had enough.
const MOST_PAGES: usize = 30;
/// Words of chance that one pageview may take.
const WORDS: u128 = 1024;
/// By how much the load grows the chance to leave: seconds, factor.
const IMPATIENCE: [(f64, f64); 5] = [
    (1.0, 1.0),
    (3.0, 1.32),
    (5.0, 1.9),
    (6.0, 2.06),
    (10.0, 2.23),
];
/// A stay is no longer, for 30 minutes end a session.
const LONGEST_MS: u64 = 20 * 60 * 1000;
/// Share of those before a form that have another look at something first.
const SECOND_THOUGHTS: f64 = 0.05;
/// After which share of the period somebody returns, at least and at most: six hours to two weeks of four.
const RETURN: (f64, f64) = (0.009, 0.5);
/// A sight of a page is no shorter.
const SHORTEST_MS: u64 = 1200;

/// What one visitor does in one session.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Visit {
    /// Who it is.
    pub(super) who: Person,
    /// Why it is no person, as the number of its kind of program.
    pub(super) bot: Option<usize>,
    /// Where it came from.
    pub(super) source: usize,
    /// Pageviews in order, at least one.
    pub(super) views: Vec<View>,
    /// Whether it did what visitors are to do.
    pub(super) converts: bool,
}

/// A visitor.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    /// Number of the session in which the visitor came first.
    pub(super) root: u64,
    /// How many sessions came before.
    pub(super) earlier: u32,
    pub(super) device: usize,
    pub(super) country: usize,
    pub(super) agent: String,
    patience: f64,
}

/// One page load. Times are milliseconds.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct View {
    /// Number of the page; none where it is a page that is not there.
    pub(super) page: Option<usize>,
    /// Its path, where it is not there.
    pub(super) missing: String,
    /// What is searched for.
    pub(super) term: Option<usize>,
    /// Whether the search found nothing.
    pub(super) empty: bool,
    /// Whether the visitor came back to it.
    pub(super) back: bool,
    /// From the beginning of the visit.
    pub(super) at: u64,
    pub(super) stay: u64,
    /// To its largest paint.
    pub(super) load: u64,
    /// Screens seen, from the top.
    pub(super) depth: f64,
    /// Which creative each placement shows.
    pub(super) creatives: Vec<usize>,
    /// What was done, in order.
    pub(super) acts: Vec<(u64, Act)>,
    /// How the form was filled in.
    pub(super) filled: Option<Filled>,
}

/// A deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// A click on a link of this number.
    Link(usize),
    /// A click on a creative of this placement.
    Ad(usize),
    /// A click on a control, of which there were so many: 1 where it was answered at once.
    Control(usize, u32),
    /// A click on a control that nothing answered.
    Dead(usize),
    /// The search was used.
    Search,
    /// The button of the form was clicked.
    Submit(Submitted),
}

/// What became of a click on a form's button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Submitted {
    /// It went through.
    Through,
    /// A field was told to be wrong.
    Refused(usize),
    /// A script failed: the number of the failure.
    Failed(usize),
}

/// The chances of one visit.
pub(super) struct Luck(ChaCha8Rng);

impl Luck {
    fn of_visit(seed: u64, number: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number);
        Self(rng)
    }

    /// Goes to the chances of one pageview, which do not depend on what was drawn before.
    fn go_to(&mut self, view: usize) -> &mut ChaCha8Rng {
        self.0.set_word_pos((view as u128 + 1) * WORDS);
        &mut self.0
    }
}

/// A log-normal time.
pub(super) fn lasting(rng: &mut ChaCha8Rng, median: f64, spread: f64) -> f64 {
    let normal: f64 = StandardNormal.sample(rng);
    median * (spread * normal).exp()
}

/// One of several by weight; none where all weights are 0.
pub(super) fn pick(chance: f64, weights: impl Iterator<Item = f64> + Clone) -> Option<usize> {
    let sum: f64 = weights.clone().sum();
    let mut left = chance * sum;
    let mut last = None;
    for (number, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
        last = Some(number);
        left -= weight;
        if left < 0.0 {
            break;
        }
    }
    last
}

/// The visitor of a session: one that was there before, or a new one.
fn person(site: &Site<'_>, run: &Run, number: u64) -> Person {
    let seed = run.seed;
    let visitors = &site.world.visitors;
    let (mut root, mut earlier) = (number, 0);
    loop {
        let mut luck = Luck::of_visit(seed, root);
        let [returns, back]: [f64; 2] = luck.0.random();
        // Most come back soon, but never within what would be one session.
        let (least, most) = RETURN;
        let after = least + (most - least) * back * back;
        let before = milliseconds(after * run.sessions as f64).max(1);
        if returns >= visitors.returning || before > root {
            break;
        }
        (root, earlier) = (root - before, earlier + 1);
    }
    let mut luck = Luck::of_visit(seed, root);
    let rng = &mut luck.0;
    let [_, _, device, country]: [f64; 4] = rng.random();
    let patience = lasting(rng, 1.0, visitors.patience);
    let world = site.world;
    let device = pick(device, world.devices.iter().map(|device| device.share)).unwrap_or(0);
    Person {
        root,
        earlier,
        device,
        country: pick(country, world.countries.iter().map(|country| country.share)).unwrap_or(0),
        agent: world.devices[device].agent.draw(rng),
        patience,
    }
}

/// Walks the session of this number.
pub(super) fn walk(site: &Site<'_>, run: &Run, number: u64) -> Visit {
    if let Some(crawl) = crawl(site, run, number) {
        return crawl;
    }
    let who = person(site, run, number);
    // Apart from the chances of the person, which other sessions may share.
    let mut luck = Luck::of_visit(run.seed, number);
    let [task, land, source]: [f64; 3] = {
        let rng = luck.go_to(0);
        rng.random()
    };
    let world = site.world;
    let task = pick(task, world.tasks.iter().map(|task| task.share)).unwrap_or(0);
    let source = pick(source, world.sources.iter().map(|source| source.share)).unwrap_or(0);
    let lands = &site.lands[task];
    let landing = pick(land, lands.iter().map(|(_, weight)| *weight)).map_or(0, |at| lands[at].0);
    let mut walker = Walker {
        site,
        way: site.ways[task].as_deref(),
        haste: world.tasks[task].leave
            * world.sources[source].haste
            * world.devices[who.device].toil
            / who.patience,
        who,
        at: 0,
        views: Vec::new(),
        trail: Vec::new(),
        converts: false,
    };
    let mut next = Some(Next::page(landing));
    while let Some(to) = next.filter(|_| walker.views.len() < MOST_PAGES) {
        let rng = luck.go_to(walker.views.len() + 1);
        next = walker.see(rng, to);
    }
    Visit {
        who: walker.who,
        bot: None,
        source,
        views: walker.views,
        converts: walker.converts,
    }
}

/// What a program does, if one made the session of this number: it loads some pages, one after the other.
fn crawl(site: &Site<'_>, run: &Run, number: u64) -> Option<Visit> {
    let world = site.world;
    let mut luck = Luck::of_visit(run.seed, number);
    let rng = luck.go_to(MOST_PAGES + 2);
    let mut chance: f64 = rng.random();
    let bot = world.bots.iter().position(|bot| {
        chance -= bot.share;
        chance < 0.0
    })?;
    let pages = rng.random_range(1..=5);
    let views = (0..pages).map(|index| View {
        page: Some(rng.random_range(0..site.pages.len())),
        at: index * SHORTEST_MS,
        stay: SHORTEST_MS,
        load: 300,
        depth: 1.0,
        ..View::default()
    });
    let mut views: Vec<View> = views.collect();
    for view in &mut views {
        let page = view.page.map(|page| &site.pages[page]);
        view.creatives = vec![0; page.map_or(0, |page| page.placements().len())];
    }
    Some(Visit {
        who: Person {
            root: number,
            earlier: 0,
            device: 0,
            country: 0,
            agent: world.bots[bot].agent.draw(rng),
            patience: 1.0,
        },
        bot: Some(bot),
        source: 0,
        views,
        converts: false,
    })
}

/// Where to go.
struct Next {
    page: Option<usize>,
    missing: String,
    term: Option<usize>,
    empty: bool,
    back: bool,
}

impl Next {
    fn page(number: usize) -> Self {
        Self {
            page: Some(number),
            missing: String::new(),
            term: None,
            empty: false,
            back: false,
        }
    }
}

struct Walker<'a> {
    site: &'a Site<'a>,
    who: Person,
    way: Option<&'a [u16]>,
    haste: f64,
    at: u64,
    views: Vec<View>,
    /// Pages one can go back to.
    trail: Vec<usize>,
    converts: bool,
}

/// What one reads and does on a page before going on.
struct Reading {
    view: View,
    /// Whether the visitor gives up.
    quits: bool,
    next: Option<Next>,
}

impl Walker<'_> {
    fn see(&mut self, rng: &mut ChaCha8Rng, to: Next) -> Option<Next> {
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
        let weight = |number: usize, way: &super::site::Way<'_>| match () {
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

/// By how much a load of so many seconds grows the chance to leave.
fn impatience(seconds: f64) -> f64 {
    let mut before = IMPATIENCE[0];
    for next in IMPATIENCE {
        if seconds < next.0 {
            let part = (seconds - before.0).max(0.0) / (next.0 - before.0).max(f64::EPSILON);
            return before.1 + part * (next.1 - before.1);
        }
        before = next;
    }
    before.1
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times are positive and far below the limit, and the cast saturates"
)]
pub(super) fn milliseconds(time: f64) -> u64 {
    time as u64
}
