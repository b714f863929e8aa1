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
#[expect(
    clippy::large_enum_variant,
    reason = "a batch has few events, and most have an element: a box each would cost more than the room"
)]
#[derive(Debug, Clone, PartialEq)]
pub enum Kind<'a> {
    /// A page was shown.
    Pageview(Pageview<'a>),
    /// Something was clicked.
    Click(Click<'a>),
    /// The page reported an event of its own.
    Custom(Custom<'a>),
    /// Something the tracker found out.
    Signal(Signal<'a>),
    /// How a page was looked at, and how fast it was.
    Attention(Attention),
    /// An element was on the page, and perhaps seen.
    Exposure(Exposure<'a>),
    /// How a field was filled in.
    Field(Field<'a>),
}

/// A page was shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pageview<'a> {
    /// Absolute URL the visitor came from, or empty.
    pub referrer: Cow<'a, str>,
    /// `document.title`, or empty.
    pub title: Cow<'a, str>,
    /// HTTP status the page came with; 0 when unknown.
    pub status: u16,
    /// The visitor went back to it, or forward, in the browser's history.
    pub back: bool,
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
    /// Pointer position within the element in thousandths of its width and height.
    pub within: (u16, u16),
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
    /// Link target, absolute or from the root of the page's host, or empty. Where it is not empty and the selector is, the
    /// selector is `tag[href="…"]`.
    pub href: Cow<'a, str>,
    /// ARIA role, or empty.
    pub role: Cow<'a, str>,
    /// Name of a field, or empty.
    pub name: Cow<'a, str>,
    /// Type of a field, or empty.
    pub type_: Cow<'a, str>,
    /// On-site creative the element is or belongs to, or empty.
    pub ad: Cow<'a, str>,
    /// Where the creative stands, or empty.
    pub placement: Cow<'a, str>,
    /// What the creative is part of, or empty.
    pub campaign: Cow<'a, str>,
    /// Rotation in which chance chose it, or empty.
    pub rotation: Cow<'a, str>,
}

impl<'a> Element<'a> {
    /// All that is said of it.
    #[must_use]
    pub fn texts(&self) -> [&Cow<'a, str>; 11] {
        [
            &self.selector,
            &self.tag,
            &self.text,
            &self.href,
            &self.role,
            &self.name,
            &self.type_,
            &self.ad,
            &self.placement,
            &self.campaign,
            &self.rotation,
        ]
    }
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

/// Something the tracker found out. What the members mean for each `what` is told in [`kind::signal`](crate::kind::signal).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signal<'a> {
    /// One of [`kind::signal::WORDS`](crate::kind::signal::WORDS).
    pub what: &'static str,
    /// Where it happened; its members are empty for the page as a whole.
    pub element: Element<'a>,
    /// Pointer position in CSS pixels from the left of the document.
    pub x: u16,
    /// Pointer position in CSS pixels from the top of the document.
    pub y: u16,
    /// How many, or how long.
    pub amount: u32,
    /// In which words.
    pub detail: Cow<'a, str>,
    /// Where from.
    pub name: Cow<'a, str>,
}

/// How a page was looked at since it was last told, and how fast it was so far. Times are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Attention {
    /// Visible, focused and in use, since it was last told.
    pub engaged: u32,
    /// How far down the page was seen, 0 to 100 %.
    pub depth: u8,
    /// From the start to the end of the `load` event.
    pub load: u32,
    /// Largest Contentful Paint.
    pub lcp: u32,
    /// Interaction to Next Paint.
    pub inp: u32,
    /// Cumulative Layout Shift, in ten-thousandths.
    pub cls: u32,
    /// First Contentful Paint.
    pub fcp: u32,
    /// Time to First Byte.
    pub ttfb: u32,
    /// Milliseconds each tenth of the page, from the top, was on the screen while engaged, since it was last told.
    pub tenths: [u32; 10],
}

/// An element was on the page, and perhaps seen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exposure<'a> {
    /// The element.
    pub element: Element<'a>,
    /// Milliseconds it was visible since it was last told.
    pub visible: u32,
    /// Whether it was visible for long enough at once so far.
    pub viewable: bool,
    /// Where it is on the page.
    pub area: Area,
}

/// A part of a page in CSS pixels from the document's corner; all 0 when unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// From the left of the document.
    pub left: u16,
    /// From the top of the document.
    pub top: u16,
    /// Its width.
    pub width: u16,
    /// Its height.
    pub height: u16,
}

impl Area {
    /// The area of left, top, width and height, whole pixels of what is on the document; unknown where nothing is.
    #[must_use]
    pub fn of([left, top, width, height]: [f64; 4]) -> Self {
        let end = |start: f64, length: f64| (start + length.max(0.0)).round().max(0.0) as u16;
        let start = |start: f64| start.round().max(0.0) as u16;
        let area = Self {
            left: start(left),
            top: start(top),
            width: end(left, width).saturating_sub(start(left)),
            height: end(top, height).saturating_sub(start(top)),
        };
        match area.width == 0 || area.height == 0 {
            true => Self::default(),
            false => area,
        }
    }
}

/// How a field was filled in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Field<'a> {
    /// The form; its members are empty for a field without one.
    pub form: Element<'a>,
    /// The field.
    pub element: Element<'a>,
    /// Kind of the validation message shown last, or empty.
    pub message: Cow<'a, str>,
    /// The figures.
    pub usage: Usage,
}

/// Figures of a field so far. Times are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Its place in the order of first focus on this page, from 1.
    pub order: u32,
    /// From the first focus to the first input; 0 where nothing was put in.
    pub hesitation: u32,
    /// With the focus on it.
    pub dwell: u32,
    /// Deletions.
    pub corrections: u32,
    /// Times the focus came.
    pub focuses: u32,
    /// Of all fields of the page the last one touched.
    pub last: bool,
    /// Its form was submitted since.
    pub submitted: bool,
}
