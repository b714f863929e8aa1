//! How much one batch may hold. A decoder refuses what is over; an encoder cuts before it.

/// Bytes of one batch as it is sent, and of one that is no page's. Browsers refuse keepalive bodies above 64 KiB.
pub const BATCH_BYTES: usize = 64 * 1024;
/// Bytes of a page's batch, which may have been compressed.
pub const PAGE_BYTES: usize = 256 * 1024;
/// Events in one batch.
pub const EVENTS: usize = 256;
/// What a page's batch may have of each: records, elements it describes, numbers its core told, entries of a raw log. It
/// comes to at most [`PAGE_EVENTS`] events.
pub const RECORDS: usize = 256;
/// See [`RECORDS`].
pub const ELEMENTS: usize = 768;
/// See [`RECORDS`].
pub const TOLD: usize = 2048;
/// See [`RECORDS`].
pub const ENTRIES: usize = 2048;
/// Events of a page's batch.
pub const PAGE_EVENTS: usize = 768;
/// Strings in the dictionary of one binary batch.
pub const STRINGS: usize = 1024;
/// Bytes of one string.
pub const STRING_BYTES: usize = 2048;
/// Bytes of a site identifier.
pub const SITE_BYTES: usize = 64;
/// Properties of one custom event.
pub const PROPS: usize = 30;
/// Bytes of an event's name or a property's name.
pub const NAME_BYTES: usize = 120;
/// Milliseconds from the start of a page load to its sending: 30 days. A page left open longer is a wrong clock.
pub const SENT_MS: u64 = 30 * 24 * 60 * 60 * 1000;
/// Bytes one decoding may hold at any moment beside the body. The largest part is a batch of nothing but properties:
/// [`EVENTS`] × [`PROPS`] pairs of 48 bytes, beside vectors that grow by doubling and the texts with escapes of a JSON
/// body.
pub const DECODE_BYTES: usize = 2 * 1024 * 1024;
