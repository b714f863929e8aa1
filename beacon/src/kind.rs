//! The numbers that tell one kind of record from another, in a binary batch and in a page's.
//!
//! Invariant: a number once given is never given to another kind. A decoder skips numbers it does not know. Which fields a
//! kind has is told in the crate's `README.md`.

/// Closes the batch; nothing may follow.
pub const END: u8 = 0;
/// A page was shown: referrer, title.
pub const PAGEVIEW: u8 = 1;
/// Something was clicked: selector, tag, text, href, role, x, y.
pub const CLICK: u8 = 2;
/// The page reported an event of its own: name, properties, currency, value.
pub const CUSTOM: u8 = 3;
/// What holds of the whole batch, and its first record: site, page, sent, viewport, marks.
pub const HEAD: u8 = 4;

/// Bit of the head's marks: the page says that a program drives the browser. The other bits are free.
pub const AUTOMATED: u64 = 1;

/// Something that happened at an element, or to the page, of a page's batch only, as are those below.
pub const SIGNAL: i32 = 6;
/// How a page was looked at since it was last told.
pub const ATTENTION: i32 = 7;
/// An element was on the page, and how long it was seen since it was last told.
pub const EXPOSURE: i32 = 8;
/// How a field of a form was filled in so far.
pub const FIELD: i32 = 9;
/// How fast the page came.
pub const SPEED: i32 = 10;

/// Bit of a field's marks: the last one touched.
pub const LAST: i32 = 1;
/// Bit of a field's marks: its form was submitted since.
pub const SUBMITTED: i32 = 2;

/// Numbers of what a signal says. None is ever given another meaning.
pub mod signal {
    /// Clicks in one place in quick succession; amount: how many.
    pub const RAGE: i32 = 1;
    /// A click that nothing answered.
    pub const DEAD: i32 = 2;
    /// A click that an error followed; amount: after how many milliseconds; detail: its message.
    pub const ERROR_CLICK: i32 = 3;
    /// Text was copied; amount: its length.
    pub const COPY: i32 = 4;
    /// A script failed; detail: the message; name: the source; amount: the line.
    pub const ERROR: i32 = 5;
    /// A file of the page could not be loaded; detail: its address.
    pub const RESOURCE: i32 = 6;
    /// A form was begun.
    pub const FORM_START: i32 = 7;
    /// A form was submitted.
    pub const FORM_SUBMIT: i32 = 8;
    /// A form was not let through; detail: the kind of the first message, which a page tells as its amount.
    pub const FORM_FAIL: i32 = 9;
    /// The page said who the visitor is; detail: its word.
    pub const IDENTIFY: i32 = 10;
    /// The page said what the visitor agreed to; detail: its word.
    pub const CONSENT: i32 = 11;
    /// The words of all of these in JSON, from the first on.
    pub const WORDS: [&str; 11] = [
        "rage",
        "dead",
        "error_click",
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

/// Kinds of validation messages, in the order of HTML's `ValidityState`, from 1 on.
pub const MESSAGES: [&str; 10] = [
    "valueMissing",
    "typeMismatch",
    "patternMismatch",
    "tooLong",
    "tooShort",
    "rangeUnderflow",
    "rangeOverflow",
    "stepMismatch",
    "badInput",
    "customError",
];
