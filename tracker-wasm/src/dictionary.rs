//! The texts of one batch, each once.
//!
//! Invariant: what is kept is at most as many texts and bytes as a batch may have; a text that finds no room is
//! forgotten and said to be.

use snag_beacon::limits::{BATCH_BYTES, STRINGS};
use snag_beacon::{Full, Writer};

/// See the module.
#[derive(Debug)]
pub struct Dictionary {
    bytes: [u8; BATCH_BYTES],
    /// Bytes told, also beyond the room there is for them; those after the last text's end are of the next one.
    told: usize,
    ends: [usize; STRINGS],
    count: usize,
}

impl Dictionary {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; BATCH_BYTES],
            told: 0,
            ends: [0; STRINGS],
            count: 0,
        }
    }

    pub(crate) const fn clear(&mut self) {
        self.told = 0;
        self.count = 0;
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.told) {
            *place = byte;
        }
        self.told = self.told.saturating_add(1);
    }

    /// Ends the text being told. Gives its place: 0 for the empty one, else counted from 1.
    pub(crate) fn text(&mut self) -> Result<u64, Full> {
        let start = self.texts().last().map_or(0, |(end, _)| end);
        let told = core::mem::replace(&mut self.told, start);
        let text = self.bytes.get(start..told).ok_or(Full)?;
        if text.is_empty() {
            return Ok(0);
        }
        let known = self.texts().position(|(_, known)| known == text);
        if let Some(index) = known {
            return Ok(index as u64 + 1);
        }
        *self.ends.get_mut(self.count).ok_or(Full)? = told;
        self.told = told;
        self.count += 1;
        Ok(self.count as u64)
    }

    /// Ends and texts, in their order.
    fn texts(&self) -> impl Iterator<Item = (usize, &[u8])> {
        self.ends.iter().take(self.count).scan(0, |start, end| {
            let text = self.bytes.get(*start..*end)?;
            *start = *end;
            Some((*end, text))
        })
    }

    /// Writes how many texts there are, then each with its length before it.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<(), Full> {
        writer.varint(self.count as u64)?;
        self.texts().try_for_each(|(_, text)| {
            writer.varint(text.len() as u64)?;
            writer.bytes(text)
        })
    }
}
