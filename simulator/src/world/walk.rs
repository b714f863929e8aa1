//! One visit: landing, reading, choosing links by their scent, filling in forms, giving up.
//!
//! Invariant: a visit depends on the site, the seed and its number alone, and each choice of a pageview on a chance of its
//! own: with a defect and without, the same visit goes the same way up to where the defect is met. So what a defect costs is
//! the difference of two walks.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::fill::Filled;
use super::luck::{For, chances, lasting, milliseconds, pick};
use super::site::Site;
use super::stroll::{Next, Walker};
use super::{Run, World};

/// After so many pages everyone has had enough.
const MOST_PAGES: usize = 30;
/// Words of chance that one pageview may take.
const WORDS: u128 = 1024;
/// Days after which somebody comes back, each as often as any other; far longer than what would make one session of two.
const RETURNS: [f64; 6] = [0.5, 1.0, 2.0, 4.0, 7.0, 14.0];
/// A sight of a page is no shorter.
pub(super) const SHORTEST_MS: u64 = 1200;

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
    pub(super) patience: f64,
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
    fn of_session(world: &World, run: &Run, number: u64) -> Self {
        Self(chances(&world.family, run.seed, For::Session(number)))
    }

    /// Goes to the chances of one pageview, which do not depend on what was drawn before.
    fn go_to(&mut self, view: usize) -> &mut ChaCha8Rng {
        self.0.set_word_pos((view as u128 + 1) * WORDS);
        &mut self.0
    }
}

/// The session that the visitor of this one made before, if there was one. Each has at most one after it, so that nobody is
/// in two at once.
fn before(world: &World, run: &Run, number: u64) -> Option<u64> {
    RETURNS.iter().find_map(|days| {
        let after = milliseconds(run.sessions as f64 * days / f64::from(run.period.days)).max(1);
        let earlier = number.checked_sub(after)?;
        let [returns, when]: [f64; 2] = Luck::of_session(world, run, earlier).0.random();
        let after = pick(when, RETURNS.iter().map(|_| 1.0)).map(|place| RETURNS[place]);
        let is_it = returns < world.visitors.returning
            && after == Some(*days)
            && bot(world, run, earlier).is_none();
        is_it.then_some(earlier)
    })
}

/// The visitor of a session: one that was there before, or a new one.
fn person(site: &Site<'_>, run: &Run, number: u64) -> Person {
    let visitors = &site.world.visitors;
    let (mut root, mut earlier) = (number, 0);
    while let Some(before) = before(site.world, run, root) {
        (root, earlier) = (before, earlier + 1);
    }
    let mut luck = Luck::of_session(site.world, run, root);
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
    let mut luck = Luck::of_session(site.world, run, number);
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

/// The kind of program that made the session of this number, if one did.
fn bot(world: &World, run: &Run, number: u64) -> Option<usize> {
    let mut luck = Luck::of_session(world, run, number);
    let mut chance: f64 = luck.go_to(MOST_PAGES + 2).random();
    world.bots.iter().position(|bot| {
        chance -= bot.share;
        chance < 0.0
    })
}

/// What a program does, if one made the session of this number: it loads some pages, one after the other.
fn crawl(site: &Site<'_>, run: &Run, number: u64) -> Option<Visit> {
    let world = site.world;
    let bot = bot(world, run, number)?;
    let mut luck = Luck::of_session(world, run, number);
    let rng = luck.go_to(MOST_PAGES + 3);
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
