//! What one beacon says, whichever way it was written.

use std::borrow::Cow;

/// One request's worth of events from one page load.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch<'a> {
    /// Site identifier, as in `data-site`.
    pub site: Cow<'a, str>,
    /// Random number of the page load (not of the visitor): ties the batches of one load together.
    pub page: u32,
    /// Milliseconds from the start of the page load to the moment of sending.
    pub sent: u64,
    /// Width and height of the viewport in CSS pixels; 0 when unknown.
    pub viewport: (u16, u16),
    /// The page says that a program drives the browser (`navigator.webdriver`).
    pub automated: bool,
    /// The events, in the order they happened.
    pub events: Vec<Event<'a>>,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event<'a> {
    /// Milliseconds from the start of the page load to the event; never more than the batch's `sent`.
    pub at: u64,
    /// How many pageviews this load had seen before this one: 0 on the first, 1 after one in-page navigation, …
    pub view: u32,
    /// Absolute URL of the page at that moment.
    pub url: Cow<'a, str>,
    /// What happened.
    pub kind: Kind<'a>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind<'a> {
    /// A page was shown.
    Pageview(Pageview<'a>),
    /// Something was clicked.
    Click(Click<'a>),
    /// The page reported an event of its own.
    Custom(Custom<'a>),
}

/// A page was shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pageview<'a> {
    /// Absolute URL the visitor came from, or empty.
    pub referrer: Cow<'a, str>,
    /// `document.title`, or empty.
    pub title: Cow<'a, str>,
}

/// Something was clicked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Click<'a> {
    /// The nearest clickable element, or the innermost one where nothing clickable was hit.
    pub element: Element<'a>,
    /// Pointer position in CSS pixels from the left of the document.
    pub x: u16,
    /// Pointer position in CSS pixels from the top of the document.
    pub y: u16,
}

/// An element of the page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Element<'a> {
    /// Selector that finds the element again: `#pay`, or the shortest path found.
    pub selector: Cow<'a, str>,
    /// Tag name in lower case.
    pub tag: Cow<'a, str>,
    /// Visible text, cut.
    pub text: Cow<'a, str>,
    /// Link target, absolute, or empty.
    pub href: Cow<'a, str>,
    /// ARIA role, or empty.
    pub role: Cow<'a, str>,
}

/// An event the page named itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Custom<'a> {
    /// Name of the event.
    pub name: Cow<'a, str>,
    /// Properties, in the order given.
    pub props: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// What the event is worth.
    pub value: Option<f64>,
    /// ISO 4217 code of the value's currency, or empty.
    pub currency: Cow<'a, str>,
}
