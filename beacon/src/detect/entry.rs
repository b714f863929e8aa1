//! Entries of a page's log: what the loader tells the core, and what a page without wasm sends instead.
//!
//! Invariant: as with [`kind`](crate::kind), numbers and fields once given keep their meaning. All fields are whole
//! numbers; `t` is milliseconds since the load of the page began and never falls, an element is its number in the
//! page, which is below 0, and what is left out is 0.

/// Numbers of one entry: its code and its fields.
pub const NUMBERS: usize = 6;

/// One entry.
pub type Entry = [i32; NUMBERS];

/// The visitor is there: t.
pub const ACTIVE: i32 = 0;
/// A button or finger went down: t.
pub const DOWN: i32 = 1;
/// A click: t, element, x, y, 1 where nothing listened for answers yet.
pub const CLICK: i32 = 2;
/// Something was done to a field: t, what, form, element, kind of a message.
pub const FIELD: i32 = 3;
/// Gives what is known: t, 1 where the visitor leaves or navigates.
pub const FLUSH: i32 = 4;
/// Whether the page is visible and focused: t, 1 or 0.
pub const STATE: i32 = 5;
/// What of the page is on the screen: t, top and bottom in hundredths of its height.
pub const SCROLL: i32 = 6;
/// Something answered: t, how.
pub const ANSWER: i32 = 7;
/// An element came onto or went off the screen: t, element, 1 or 0.
pub const SEEN: i32 = 8;
/// A script failed: t.
pub const ERROR: i32 = 9;
/// A page is shown, and all before it is over: t.
pub const VIEW: i32 = 10;
/// A layout shift that no input had caused: t, millionths.
pub const SHIFT: i32 = 11;
/// Interaction to Next Paint as it is now: milliseconds.
pub const INTERACTION: i32 = 12;

/// Entries before this one show that the visitor is there.
pub(super) const ACTS: i32 = FLUSH;
/// Entries before this one are told at their time.
pub(super) const TIMED: i32 = VIEW;

/// Ways to answer.
pub mod answer {
    /// The page changed, or what is in it.
    pub const CHANGE: i32 = 0;
    /// It scrolled.
    pub const SCROLL: i32 = 1;
    /// A request, or another window.
    pub const ELSEWHERE: i32 = 2;
}

/// What is done to a field.
pub mod field {
    /// It has the focus.
    pub const FOCUS: i32 = 0;
    /// It lost the focus.
    pub const BLUR: i32 = 1;
    /// Something was put in.
    pub const INPUT: i32 = 2;
    /// Something was deleted.
    pub const CORRECTION: i32 = 3;
    /// A validation message is shown.
    pub const INVALID: i32 = 4;
    /// Its form is submitted; there is no field.
    pub const SUBMIT: i32 = 5;
}
