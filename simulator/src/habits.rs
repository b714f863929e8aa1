//! The habits file: a site as a graph of pages, and what visitors tend to do on each.
//!
//! Invariant: [`Habits`] that were read are sound: every name in them stands for something, every share is a share.
//! Unknown keys are errors. It draws nothing; that is `visit`'s business.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::SignedDuration;
use serde::Deserialize;
use url::Url;

use crate::{Agent, Error, Step};

/// How visitors of one site behave.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Habits {
    /// Site identifier, as in `data-site`.
    pub site: String,
    /// Scheme, host and port of the site's pages.
    pub origin: Url,
    /// How long before now the visits lie: the last ends now, the first ends this much earlier.
    pub spread: SignedDuration,
    /// Pages after which a visitor has had enough, whatever the graph says.
    pub most_pages: u16,
    /// Share of the visitors who have an IPv6 address.
    #[serde(default)]
    pub ipv6: f64,
    /// File of the funnel that the truth is told for, one step a line, beside the habits.
    pub funnel: String,
    /// The steps read from that file.
    #[serde(skip)]
    pub steps: Vec<Step>,
    /// What visitors hold in their hands; the shares are relative to their sum.
    pub devices: Vec<Device>,
    /// Where visitors come from; the shares are relative to their sum.
    pub sources: Vec<Source>,
    /// What can be clicked, by a name of its own.
    pub elements: BTreeMap<String, ElementHabit>,
    /// What is on every page.
    #[serde(default)]
    pub everywhere: Vec<Shown>,
    /// Pages by path.
    pub pages: BTreeMap<String, Page>,
}

/// A kind of device.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Weight among the devices.
    pub share: f64,
    /// User agent, with ranges to draw from.
    pub agent: Agent,
    /// Width and height in CSS pixels.
    pub viewport: (u16, u16),
}

/// A way to the site.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Weight among the sources.
    pub share: f64,
    /// Absolute address of the page the visitor came from, or empty.
    #[serde(default)]
    pub referrer: String,
    /// Query of the landing page, without `?`.
    #[serde(default)]
    pub query: String,
    /// Landing pages with their weights.
    pub lands: BTreeMap<String, f64>,
}

/// Something to click.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElementHabit {
    /// Selector as the tracker would find it.
    pub selector: String,
    /// Tag name in lower case.
    pub tag: String,
    /// Visible text.
    #[serde(default)]
    pub text: String,
    /// Link target, absolute or relative to the origin.
    #[serde(default)]
    pub href: String,
    /// ARIA role.
    #[serde(default)]
    pub role: String,
    /// Name of a field.
    #[serde(default)]
    pub name: String,
    /// Which creative it is.
    #[serde(default)]
    pub ad: String,
    /// Where the creative stands.
    #[serde(default)]
    pub placement: String,
    /// What the creative is for.
    #[serde(default)]
    pub campaign: String,
}

/// A page and what people do there. What the shares of `moves` leave of 1 leaves the site.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// `document.title`.
    pub title: String,
    /// HTTP status it answers with; 0 for one that nobody knows.
    #[serde(default)]
    pub status: u16,
    /// Time spent.
    pub dwell: Dwell,
    /// What is on the page and can be clicked, beside what `clicks` and `moves` name and what is everywhere.
    #[serde(default)]
    pub shows: Vec<Shown>,
    /// Names of elements of which each pageview has one, drawn evenly.
    #[serde(default)]
    pub rotates: Vec<String>,
    /// Whether the page leaves out what is everywhere.
    #[serde(default)]
    pub bare: bool,
    /// Its form.
    #[serde(default)]
    pub form: Option<Form>,
    /// Messages of the errors that its scripts throw in every pageview.
    #[serde(default)]
    pub errors: Vec<String>,
    /// What the page reports by itself.
    #[serde(default)]
    pub events: Vec<EventHabit>,
    /// Clicks that lead nowhere.
    #[serde(default)]
    pub clicks: Vec<Clicked>,
    /// Ways on.
    #[serde(default)]
    pub moves: Vec<Move>,
}

/// A log-normal time in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dwell {
    /// Half of the visitors stay shorter than this.
    pub median: f64,
    /// Standard deviation of the logarithm; 0 for always the same.
    pub spread: f64,
}

/// An event that the page reports.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventHabit {
    /// Its name.
    pub name: String,
    /// Share of the pageviews that report it.
    pub share: f64,
    /// Least and greatest value, drawn to the cent; absent for an event without a value.
    #[serde(default)]
    pub value: Option<(f64, f64)>,
    /// ISO 4217 code.
    #[serde(default)]
    pub currency: String,
    /// Properties.
    #[serde(default)]
    pub props: BTreeMap<String, String>,
}

/// A habit of clicking.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clicked {
    /// Name of the element.
    pub element: String,
    /// Share of the pageviews in which it happens.
    pub share: f64,
    /// Clicks in a row, a second or more apart.
    #[serde(default = "once")]
    pub times: u8,
    /// Whether anything happens then.
    #[serde(default = "yes")]
    pub answered: bool,
}

fn yes() -> bool {
    true
}

/// An element that is on a page.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// Its name.
    pub element: String,
    /// Share of the pageviews in which it is on the screen for a second; those who click it see it, too.
    pub seen: f64,
}

/// A form: who goes on by its button fills in all of it, who does not stops at one of its fields.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Its selector.
    pub selector: String,
    /// Name of the element that submits it.
    pub submit: String,
    /// Its fields in their order.
    pub fields: Vec<FieldHabit>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldHabit {
    /// Name of its element.
    pub element: String,
    /// Share of those who do not go on that stop at it; what all fields leave of 1 touches none.
    #[serde(default)]
    pub stops: f64,
    /// Kind of the message that those who stop at it were shown: patternMismatch, valueMissing.
    #[serde(default)]
    pub message: String,
}

fn once() -> u8 {
    1
}

/// A way on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Path of the next page, with its query if any.
    pub to: String,
    /// Share of the pageviews that go on this way.
    pub share: f64,
    /// Names of the elements clicked for it, in order; none for the back button.
    #[serde(default)]
    pub by: Vec<String>,
}

impl Move {
    /// The next page's path, without query.
    pub fn path(&self) -> &str {
        self.to.split_once('?').map_or(&*self.to, |(path, _)| path)
    }
}

impl Habits {
    /// Reads a habits file and the funnel file it names.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Toml`], [`Error::Step`], or [`Error::Habits`] with the place and the mend.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = read(path)?;
        let mut habits = Self::parse(&text, path)?;
        habits.steps = Step::list(&read(&path.with_file_name(&habits.funnel))?)?;
        habits.check()?;
        Ok(habits)
    }

    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        toml::from_str(text).map_err(|source| Error::Toml {
            path: path.to_owned(),
            source: Box::new(source),
        })
    }
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })
}
