//! Events of a page that sent its raw log.
//!
//! Invariant: the log is a view's from its beginning, and only what came out at its last flush is taken: what came out
//! before was taken from batches before. The same core runs as in a page with wasm, so the events are the same.

use super::event::Records;
use super::fields::Dictionary;
use crate::detect::entry::{self, Entry};
use crate::detect::{Core, Flushed};
use crate::error::DecodeError;
use crate::reader::Reader;
use crate::{Batch, kind};

#[derive(Default)]
pub(super) struct Replay {
    core: Option<Box<Core>>,
    /// What the last entry gave, which was a flush.
    gave: Flushed,
}

impl Replay {
    /// Runs one entry.
    pub(super) fn entry(&mut self, mut payload: Reader<'_>) -> Result<(), DecodeError> {
        let mut entry: Entry = [0; entry::NUMBERS];
        for number in &mut entry {
            if !payload.is_empty() {
                *number = payload.u32()?;
            }
        }
        let core = self.core.get_or_insert_with(|| Box::new(Core::new()));
        core.entry = entry;
        self.gave = core.put();
        Ok(())
    }

    /// Adds what came out to the batch.
    pub(super) fn events<'a>(
        self,
        dictionary: &Dictionary<'a>,
        batch: &mut Batch<'a>,
    ) -> Result<(), DecodeError> {
        let Some(core) = self.core.filter(|_| self.gave > 0) else {
            return Ok(());
        };
        let site = std::iter::once(1);
        let dictionary =
            dictionary.at(site.chain(core.used(self.gave).iter().copied().map(u64::from)));
        let mut records = Records::new(&dictionary, batch.sent);
        let mut rest = Reader::new(core.records(self.gave));
        while !rest.is_empty() {
            let kind = rest.byte()?;
            let len = rest.varint()?;
            let payload = rest.part(len)?;
            if kind == kind::ELEMENT {
                records.element(payload)?;
            } else {
                batch.events.extend(records.event(kind, payload)?);
            }
        }
        Ok(())
    }
}
