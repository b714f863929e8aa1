//! How much one batch may hold. A decoder refuses what is over; an encoder cuts before it.

/// Bytes of one batch, binary or JSON. Browsers refuse keepalive bodies above 64 KiB.
pub const BATCH_BYTES: usize = 64 * 1024;
/// Events in one batch.
pub const EVENTS: usize = 256;
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
