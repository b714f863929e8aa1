//! The bytes that tell one kind of record from another in a binary batch: its head, its events, its end.
//!
//! Invariant: a number once given is never given to another kind. A decoder skips numbers it does not know, by the
//! payload's length. Which fields a kind has is told in `encode` and `decode`, and in the crate's `README.md`.

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
