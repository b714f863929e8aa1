//! Worlds: a site, the people who come to it, and what is wrong with it, described in one TOML file.
//!
//! Invariant: a [`World`] that was read is sound: every page, field and browser it names is there, every share is a share;
//! unknown keys are errors. It draws nothing; what it describes is walked in [`walk`].
//!
//! In the file any number may be a range to draw from, `"0.2..0.4"`; of a set as many names are drawn as it counts, and
//! what says `each = "product"` stands there once for each of them, `{product}` being the name as in addresses and
//! `{Product}` as people write it. What a file leaves out of `visitors`, `devices`, `countries`, `sources`, `bots` and
//! `rhythm` is as in `families/people.toml`. A world that was drawn and written has no ranges and sets any more.

mod calendar;
mod check;
mod defect;
mod fill;
mod plant;
mod record;
mod run;
mod send;
mod sheet;
mod site;
mod template;
mod toll;
mod walk;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Agent, Error};

pub use defect::{Defect, DefectKind};
pub use plant::plant;
pub use run::{Period, Run, simulate};
pub use send::send;
pub use template::FAMILIES;
pub use toll::{Planted, WorldTruth};

/// A site, its visitors and its defects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// Site identifier, as in `data-site`.
    pub site: String,
    /// What kind of site it is.
    pub family: String,
    /// Scheme and host of its pages.
    pub origin: Url,
    /// What visitors are to do, as a step of `snag funnel`: the event that a conversion reports.
    pub goal: String,
    /// The way there, as steps of `snag funnel`.
    pub funnel: Vec<String>,
    /// When people come.
    pub rhythm: Rhythm,
    /// What all visitors have in common.
    pub visitors: Visitors,
    /// What they hold in their hands.
    pub devices: Vec<Device>,
    /// Where they live.
    pub countries: Vec<Country>,
    /// Where they come from.
    pub sources: Vec<Source>,
    /// Who is no person.
    #[serde(default)]
    pub bots: Vec<Bot>,
    /// What they came for.
    pub tasks: Vec<Task>,
    /// The search of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Search>,
    /// Links on every page that is not bare.
    #[serde(default)]
    pub everywhere: Vec<Link>,
    /// The pages.
    pub pages: Vec<Page>,
    /// What is wrong; where a place is left out, one is drawn.
    #[serde(default)]
    pub defects: Vec<Defect>,
}

/// Weights of the hours of a day and of the days of a week, Monday first, UTC; and how much days differ otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rhythm {
    /// 24 weights.
    pub hours: Vec<f64>,
    /// 7 weights.
    pub days: Vec<f64>,
    /// Standard deviation of the logarithm of a day's visits.
    pub unrest: f64,
}

/// What all visitors have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visitors {
    /// Share of the sessions that are made by somebody who was there before.
    pub returning: f64,
    /// Screens that are scrolled down below the first, on average.
    pub attention: f64,
    /// How many times rather a link is taken that leads where one wants to go.
    pub scent: f64,
    /// How much less a visitor who knows the site needs: 0.1 is a tenth of the time.
    pub learning: f64,
    /// Standard deviation of the logarithm of patience, by which the chance to leave is divided.
    pub patience: f64,
}

/// A kind of device, with its share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Weight among the devices.
    pub share: f64,
    /// Its browser, as reports name it: Chrome, Safari, Firefox, Edge.
    pub browser: String,
    /// Whether it is held in one hand.
    #[serde(default)]
    pub mobile: bool,
    /// User agent, with ranges to draw from.
    pub agent: Agent,
    /// Width and height in CSS pixels.
    pub viewport: (u16, u16),
    /// By how much it makes people leave more, 1 for not at all.
    pub toil: f64,
    /// By how much pages come slower, 1 for not at all.
    pub slowness: f64,
}

/// A country, with its share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Country {
    /// Weight among the countries.
    pub share: f64,
    /// ISO 3166-1 code.
    pub code: String,
}

/// A way to the site, with its share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Weight among the sources.
    pub share: f64,
    /// Absolute address of the page before, or empty.
    #[serde(default)]
    pub referrer: String,
    /// Query of the landing page, without `?`.
    #[serde(default)]
    pub query: String,
    /// By how much those who come this way leave more, 1 for not at all.
    pub haste: f64,
}

/// A kind of program that comes, and its share of all sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bot {
    /// Share of all sessions.
    pub share: f64,
    /// User agent.
    pub agent: Agent,
}

/// What somebody came for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Its name.
    pub name: String,
    /// Weight among the tasks.
    pub share: f64,
    /// Path of the page that ends it; empty for those who just look around.
    #[serde(default)]
    pub target: String,
    /// By how much the chance to leave is multiplied.
    pub leave: f64,
    /// Landing pages with their weights; a path that ends in `*` stands for all that begin so.
    pub lands: BTreeMap<String, f64>,
}

/// The site's search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// Path of the page of results, whose own links are what was found.
    pub to: String,
    /// Share of the pageviews in which it is used by those who want something.
    pub share: f64,
    /// What is searched for.
    pub terms: Vec<String>,
    /// Share of the searches that find nothing.
    #[serde(default)]
    pub fails: f64,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The `id` of its element.
    pub id: String,
    /// Visible text.
    pub text: String,
    /// Path of the page it leads to.
    pub to: String,
    /// Where it stands, in screens from the top.
    pub at: f64,
    /// How much it is taken, beside the others of its page.
    pub pull: f64,
    /// Share of the clicks that meet a page that is not there.
    #[serde(default)]
    pub broken: f64,
}

/// A button that does something on its page: a filter, a size, a code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// The `id` of its element.
    pub id: String,
    /// Visible text.
    pub text: String,
    /// Where it stands, in screens from the top.
    pub at: f64,
    /// Share of those who see it that use it.
    pub share: f64,
    /// Whether who uses it cannot go on without.
    #[serde(default)]
    pub needed: bool,
    /// Share of its uses that nothing answers.
    #[serde(default)]
    pub dead: f64,
    /// Share of its uses that are answered so late that people click again and again.
    #[serde(default)]
    pub late: f64,
}

/// A place for ads, of which each pageview has one, drawn evenly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// Its name, as in `data-snag-placement`.
    pub placement: String,
    /// Where it stands, in screens from the top.
    pub at: f64,
    /// What takes turns there.
    pub creatives: Vec<Creative>,
}

/// An ad.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Creative {
    /// Its name, as in `data-snag-ad`.
    pub ad: String,
    /// Visible text.
    pub text: String,
    /// Path of the page it leads to.
    pub to: String,
    /// Share of those who see it that click.
    pub rate: f64,
}

/// A form. Whose task lies behind it fills it in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The `id` of its element.
    pub id: String,
    /// The `id` of the button that submits it.
    pub submit: String,
    /// The button's text.
    pub text: String,
    /// Path of the page that follows.
    pub to: String,
    /// Its fields in their order.
    pub fields: Vec<Field>,
    /// For whom submitting fails.
    #[serde(default)]
    pub failures: Vec<Failure>,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name, and the `id` of its element.
    pub name: String,
    /// Its type: text, email, tel.
    #[serde(rename = "type")]
    pub type_: String,
    /// Seconds it takes.
    pub seconds: f64,
    /// Share of those who come to it that go no further.
    pub stops: f64,
    /// Share of those who fill it in that are told once that something is wrong, and put it right.
    pub slips: f64,
    /// Share of those who fill it in well that are refused all the same.
    #[serde(default)]
    pub rejects: f64,
}

/// For whom a form does not work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// In this browser; empty for all.
    #[serde(default)]
    pub browser: String,
    /// On what is held in one hand alone.
    #[serde(default)]
    pub mobile: bool,
    /// Share of those for whom it fails.
    pub share: f64,
    /// Words of the script's error; empty where nothing happens at all.
    #[serde(default)]
    pub message: String,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Its path.
    pub path: String,
    /// `document.title`.
    pub title: String,
    /// How long it is, in screens of a desktop.
    pub screens: f64,
    /// Milliseconds to its largest paint, as a rule.
    pub load: f64,
    /// Seconds that half of its readers stay at most.
    pub dwell: f64,
    /// Share of those without an aim that leave here, when it is quick.
    pub leave: f64,
    /// How well its links tell where they lead: 1 is well, 0 not at all.
    #[serde(default = "one")]
    pub clarity: f64,
    /// Whether it lacks what is everywhere.
    #[serde(default)]
    pub bare: bool,
    /// The event it reports whenever it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// Its own links.
    #[serde(default)]
    pub links: Vec<Link>,
    /// Its buttons.
    #[serde(default)]
    pub controls: Vec<Control>,
    /// Its places for ads.
    #[serde(default)]
    pub ads: Vec<Placement>,
    /// Its form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
}

fn one() -> f64 {
    1.0
}

/// An event that a page reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// What it is worth as a rule; absent for an event without a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// ISO 4217 code.
    #[serde(default)]
    pub currency: String,
}

impl World {
    /// Reads a world and draws what its file leaves open.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Toml`], or [`Error::Habits`] with the place and the mend.
    pub fn read(path: &Path, seed: u64) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::draw(&text, path, seed)
    }

    /// A site of one of [`FAMILIES`]; another seed gives another one.
    ///
    /// # Errors
    /// [`Error::Habits`] where there is no such family.
    pub fn of_family(name: &str, seed: u64) -> Result<Self, Error> {
        let (_, text) = FAMILIES
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| Error::Habits {
                place: "family".to_owned(),
                problem: format!("there is none named {name:?}"),
                mend: format!(
                    "choose one of {}",
                    FAMILIES.map(|(known, _)| known).join(", ")
                ),
            })?;
        Self::draw(text, Path::new(name), seed)
    }

    fn draw(text: &str, path: &Path, seed: u64) -> Result<Self, Error> {
        let drawn = template::draw(text, path, seed)?;
        let mut world: Self =
            serde_path_to_error::deserialize(drawn).map_err(|error| Error::Habits {
                place: format!("{}: {}", path.display(), error.path()),
                problem: error.inner().to_string().trim_end().to_owned(),
                mend: "write it as the files in simulator/families do".to_owned(),
            })?;
        world.check()?;
        let wanted = std::mem::take(&mut world.defects);
        world.defects = plant::place(&world, wanted, seed)?;
        Ok(world)
    }

    /// The name of the event that a conversion reports.
    pub(crate) fn goal_event(&self) -> &str {
        self.goal.strip_prefix("event:").unwrap_or(&self.goal)
    }

    pub(crate) fn page(&self, path: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.path == path)
    }

    pub(crate) fn page_mut(&mut self, path: &str) -> Option<&mut Page> {
        self.pages.iter_mut().find(|page| page.path == path)
    }
}
