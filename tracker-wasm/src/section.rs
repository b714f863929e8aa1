//! The events of one batch, encoded one by one as they are told.
//!
//! Invariant: what it holds is always whole events, with a byte left for the end mark; an event that does not fit is
//! forgotten whole. It does not look at what the numbers say.

use snag_beacon::limits::PROPS;
use snag_beacon::{Writer, kind};

/// Fields of the longest event: a custom one with all properties.
pub const FIELDS: usize = 9 + 2 * PROPS;

/// Bytes of the events of one batch. Sixty events of the longest kind take about 9 KB.
pub const ROOM: usize = 16 * 1024;

/// See the module.
#[derive(Debug)]
pub struct Section {
    fields: [u64; FIELDS],
    /// Fields told, also beyond the room there is for them.
    told: usize,
    bytes: [u8; ROOM],
    len: usize,
}

impl Section {
    /// A section without events.
    #[expect(
        clippy::new_without_default,
        reason = "a static needs a const one, and two are one too many"
    )]
    #[must_use]
    pub const fn new() -> Self {
        Self {
            fields: [0; FIELDS],
            told: 0,
            bytes: [0; ROOM],
            len: 0,
        }
    }

    /// Adds a field to the event being told.
    pub fn field(&mut self, number: u64) {
        if let Some(place) = self.fields.get_mut(self.told) {
            *place = number;
        }
        self.told = self.told.saturating_add(1);
    }

    /// Ends the event being told. False where it has too many fields or there is no room for it.
    pub fn event(&mut self, kind: u8) -> bool {
        let fields = self.fields.get(..core::mem::take(&mut self.told));
        let room = self.bytes.split_last_mut().map(|(_, room)| room);
        let (Some(fields), Some(room)) = (fields, room) else {
            return false;
        };
        let mut writer = Writer::resume(room, self.len);
        let fits = writer.event(kind, fields.iter().copied()).is_ok();
        self.len = writer.len();
        fits
    }

    /// Closes the section, begins another, and gives how long the closed one is.
    pub fn take(&mut self) -> usize {
        if let Some(end) = self.bytes.get_mut(self.len) {
            *end = kind::END;
        }
        core::mem::take(&mut self.len) + 1
    }

    /// The section closed last, up to the length it had, until another event is told.
    #[must_use]
    pub const fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
