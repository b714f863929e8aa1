//! The bytes that tell one kind of record from another in a binary batch: its head, its events, its end.
//!
//! Invariant: a number once given is never given to another kind. A decoder skips numbers it does not know, by the
//! payload's length. Which fields a kind has is told in `encode` and `decode`, and in the crate's `README.md`.

/// Closes the batch; nothing may follow.
pub const END: u8 = 0;
/// A page was shown: referrer, title, status.
pub const PAGEVIEW: u8 = 1;
/// Something was clicked: selector, tag, text, href, role, x, y, element (in place of the five texts), and the point
/// within it.
pub const CLICK: u8 = 2;
/// The page reported an event of its own: name, properties, currency, value (its bits, or behind them its text).
pub const CUSTOM: u8 = 3;
/// What holds of the whole batch, and its first record: site, page, sent, viewport, marks.
pub const HEAD: u8 = 4;

/// An element that later records of the batch name by its place among these, counted from 1: selector, tag, text, href,
/// role, name, type, ad, placement, campaign. No event.
pub const ELEMENT: u8 = 5;
/// Something that happened at an element, or to the page: what (see [`signal`]), element, x, y, amount, detail, name.
pub const SIGNAL: u8 = 6;
/// How a page was looked at since it was last told, and how fast it was so far: engaged, depth, status, load, LCP, INP,
/// CLS, FCP, TTFB, ten tenths of the page.
pub const ATTENTION: u8 = 7;
/// An element was on the page, and how long it was seen since it was last told: element, visible, viewable, clicks.
pub const EXPOSURE: u8 = 8;
/// How a field of a form was filled in so far: form, element, order, hesitation, dwell, corrections, focuses, message,
/// marks.
pub const FIELD: u8 = 9;
/// One entry of a page's raw log, for the other side to replay: its fields, of which [`crate::detect::entry`] tells.
pub const LOG: u8 = 10;

/// Numbers of what a signal says. None is ever given another meaning.
pub mod signal {
    /// Clicks in one place in quick succession; amount: how many.
    pub const RAGE: u32 = 1;
    /// A click that nothing answered.
    pub const DEAD: u32 = 2;
    /// A click that an error followed; amount: after how many milliseconds; detail: its message.
    pub const ERROR_CLICK: u32 = 3;
    /// Back from another page within ten seconds; amount: milliseconds away; detail: the other page.
    pub const QUICK_BACK: u32 = 4;
    /// Text was copied; amount: its length.
    pub const COPY: u32 = 5;
    /// A script failed; detail: the message; name: the source; amount: the line.
    pub const ERROR: u32 = 6;
    /// A file of the page could not be loaded; detail: its address.
    pub const RESOURCE: u32 = 7;
    /// A form was begun.
    pub const FORM_START: u32 = 8;
    /// A form was submitted; amount: milliseconds since it was begun.
    pub const FORM_SUBMIT: u32 = 9;
    /// A form was not let through; detail: the kind of the first message.
    pub const FORM_FAIL: u32 = 10;
    /// The page said who the visitor is; detail: its word.
    pub const IDENTIFY: u32 = 11;
    /// The page said what the visitor agreed to; detail: its word.
    pub const CONSENT: u32 = 12;
    /// The words of all of these in JSON, from the first on.
    pub const WORDS: [&str; 12] = [
        "rage",
        "dead",
        "error_click",
        "quick_back",
        "copy",
        "error",
        "resource",
        "form_start",
        "form_submit",
        "form_fail",
        "identify",
        "consent",
    ];
}

/// Bit of an exposure's marks: seen for long enough, see [`crate::detect`].
pub const VIEWABLE: u64 = 1;
/// Bit of a field's marks: the last one touched.
pub const LAST: u64 = 1;
/// Bit of a field's marks: its form was submitted since.
pub const SUBMITTED: u64 = 2;

/// Bit of the head's marks: the page says that a program drives the browser. The other bits are free.
pub const AUTOMATED: u64 = 1;
