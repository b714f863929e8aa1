//! Events of a page that sent its raw log.
//!
//! Invariant: the log is a view's from its beginning, and only what came out at its last flush is taken: what came out
//! before was taken from batches before. The same core runs as in a page with wasm, so the events are the same.

use super::event::Records;
use super::fields::Dictionary;
use crate::detect::Core;
use crate::detect::entry::{self, Entry};
use crate::error::DecodeError;
use crate::reader::Reader;
use crate::{Batch, kind};

#[derive(Default)]
pub(super) struct Replay {
    core: Option<Box<Core>>,
    /// Whether the last entry was a flush that gave something.
    gave: bool,
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
        self.gave = core.put(&entry).bytes > 0;
        Ok(())
    }

    /// Adds what came out to the batch.
    pub(super) fn events<'a>(
        self,
        dictionary: &Dictionary<'a>,
        batch: &mut Batch<'a>,
    ) -> Result<(), DecodeError> {
        let Some(core) = self.core.filter(|_| self.gave) else {
            return Ok(());
        };
        let site = std::iter::once(1);
        let dictionary = dictionary.at(site.chain(core.used().iter().copied().map(u64::from)));
        let mut records = Records::new(&dictionary, batch.sent);
        let mut rest = Reader::new(core.records());
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
