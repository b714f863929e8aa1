//! Entries of a page's log: what the loader tells the core, and what a page without wasm sends instead.
//!
//! Invariant: as with [`kind`](crate::kind), numbers and fields once given keep their meaning. All fields are whole
//! numbers; `t` is milliseconds since the load of the page began and never falls, texts are places in the page's
//! dictionary, elements are places among the page's elements, and what is left out is 0.

/// Numbers of one entry: its code and at most eleven fields.
pub const NUMBERS: usize = 12;

/// One entry.
pub type Entry = [u32; NUMBERS];

/// Gives what is known: t, title of the page, 1 where the visitor leaves or navigates.
pub const FLUSH: u32 = 0;
/// A page is shown, and all before it is over: t, view, url, referrer, status, milliseconds spent on another page since
/// this one was left (only where the visitor came back by going back), text of that page's address.
pub const VIEW: u32 = 1;
/// What an element is: element, then selector, tag, text, href, role, name, type, ad, placement, campaign.
pub const ELEMENT: u32 = 2;
/// Whether the page is visible and focused: t, 1 or 0.
pub const STATE: u32 = 3;
/// The visitor is there: t.
pub const ACTIVE: u32 = 4;
/// What of the page is on the screen: t, top and bottom in thousandths of its height.
pub const SCROLL: u32 = 5;
/// A button or finger went down: t.
pub const DOWN: u32 = 6;
/// A click: t, element, x, y, marks, and the point within the element.
pub const CLICK: u32 = 7;
/// Something answered: t, how.
pub const ANSWER: u32 = 8;
/// An element came onto or went off the screen: t, element, 1 or 0.
pub const SEEN: u32 = 9;
/// A script failed: t, message, source, line.
pub const ERROR: u32 = 10;
/// A file could not be loaded: t, address, element.
pub const RESOURCE: u32 = 11;
/// Something was done to a field: t, what, field, form, text.
pub const FIELD: u32 = 12;
/// A property of the next custom event: name, value.
pub const PROP: u32 = 13;
/// A custom event: t, name, currency, its value as a text.
pub const CUSTOM: u32 = 14;
/// A signal that needs no detection: t, what, element, amount, detail.
pub const SIGNAL: u32 = 15;
/// A figure of the page's speed: which, start, duration or size, interaction.
pub const VITAL: u32 = 16;

/// Marks of a click.
pub mod mark {
    /// It needs no answer to be seen: a field, a canvas, a link that leads away.
    pub const NEVER_DEAD: u32 = 1;
    /// To be clicked often is its use: a field, a stepper, a toggle.
    pub const NEVER_RAGE: u32 = 2;
}

/// Ways to answer.
pub mod answer {
    /// The page changed, or what is in it.
    pub const CHANGE: u32 = 0;
    /// It scrolled.
    pub const SCROLL: u32 = 1;
    /// A request, or another window.
    pub const ELSEWHERE: u32 = 2;
}

/// What is done to a field.
pub mod field {
    /// It has the focus.
    pub const FOCUS: u32 = 0;
    /// It lost the focus.
    pub const BLUR: u32 = 1;
    /// Something was put in.
    pub const INPUT: u32 = 2;
    /// Something was deleted.
    pub const CORRECTION: u32 = 3;
    /// A validation message is shown; the text is its kind.
    pub const INVALID: u32 = 4;
    /// Its form is submitted; there is no field.
    pub const SUBMIT: u32 = 5;
}

/// Figures of a page's speed: places in the record of its attention.
pub mod vital {
    /// The end of the `load` event: start.
    pub const LOAD: u32 = 3;
    /// Largest Contentful Paint: start.
    pub const LCP: u32 = 4;
    /// An interaction: start, duration, its number.
    pub const INTERACTION: u32 = 5;
    /// A layout shift: start, millionths; interaction is 1 where an input had just been made.
    pub const SHIFT: u32 = 6;
    /// First Contentful Paint: start.
    pub const FCP: u32 = 7;
    /// The answer began: start.
    pub const TTFB: u32 = 8;
}
