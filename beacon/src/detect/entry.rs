//! Entries of a page's log: what the loader tells the core, and what a page without wasm sends instead.
//!
//! Invariant: as with [`kind`](crate::kind), numbers and fields once given keep their meaning. All fields are whole
//! numbers; `t` is milliseconds since the load of the page began and never falls, texts are places in the page's
//! dictionary, elements are places among the page's elements, and what is left out is 0.

/// Numbers of one entry: its code, from the 8th bit on its marks, and its fields.
pub const NUMBERS: usize = 80;

/// One entry.
pub type Entry = [u32; NUMBERS];

/// The beginning of an entry that the core keeps to make a record of it.
pub(super) type Row = [u32; 16];

/// The visitor is there: t.
pub const ACTIVE: u32 = 0;
/// A button or finger went down: t.
pub const DOWN: u32 = 1;
/// A click, told as a [`RECORD`] of the signal that it is dead: t, kind, types, what, element, x, y.
pub const CLICK: u32 = 2;
/// Something was done to a field, told as a [`RECORD`] of it: t, kind, types, form, element, and behind the figures the
/// text of a message.
pub const FIELD: u32 = 3;
/// Gives what is known: t, 1 where the visitor leaves or navigates.
pub const FLUSH: u32 = 4;
/// Whether the page is visible and focused: t, 1 or 0.
pub const STATE: u32 = 5;
/// What of the page is on the screen: t, top and bottom in hundredths of its height.
pub const SCROLL: u32 = 6;
/// Something answered: t, how.
pub const ANSWER: u32 = 7;
/// An element came onto or went off the screen: t, element, 1 or 0.
pub const SEEN: u32 = 8;
/// A script failed: t, message.
pub const ERROR: u32 = 9;
/// A page is shown, and all before it is over: t, view, url, status.
pub const VIEW: u32 = 10;
/// What an element is: element, then selector, tag, text, href, role, name, type, ad, placement, campaign.
pub const ELEMENT: u32 = 11;
/// A figure of the page's speed: which, milliseconds, and of a layout shift its size and whether it was expected.
pub const VITAL: u32 = 12;
/// A record that needs no detection: t, its [`kind`](crate::kind), the types of its fields, then these fields. A type is
/// two bits, those of the first field the lowest: 0 a text, 1 a number, 2 an element.
pub const RECORD: u32 = 13;

/// Entries before this one show that the visitor is there.
pub(super) const ACTS: u32 = FLUSH;
/// Entries before this one are told at their time.
pub(super) const TIMED: u32 = VIEW;

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

/// Marks of what is done to a field.
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
    /// The end of the `load` event, told with [`TTFB`].
    pub const LOAD: u32 = 3;
    /// Largest Contentful Paint: start.
    pub const LCP: u32 = 4;
    /// Interaction to Next Paint, as it is now.
    pub const INP: u32 = 5;
    /// A layout shift: start, millionths, 1 where an input had just been made.
    pub const CLS: u32 = 6;
    /// First Contentful Paint: start.
    pub const FCP: u32 = 7;
    /// The answer began: start; its size is the end of the `load` event.
    pub const TTFB: u32 = 8;
}
