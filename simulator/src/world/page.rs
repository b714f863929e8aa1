//! What a site is made of: pages with links, buttons, places for ads and forms.

use serde::{Deserialize, Serialize};

/// The site's search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// The `id` of its button.
    pub id: String,
    /// The button's text.
    pub text: String,
    /// Where it stands, in screens from the top.
    pub at: f64,
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
    /// Where the button stands, in screens from the top.
    pub at: f64,
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
