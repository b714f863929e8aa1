//! One batch, written down record by record as it is told.
//!
//! Invariant: a batch is given whole or not at all. What found no room is remembered as a fault, and the batch is then
//! an empty one: half a batch would decode, and nobody would know what it lacks.

use snag_beacon::limits::{BATCH_BYTES, PROPS};
use snag_beacon::{Full, VERSION, Writer, kind};

use crate::Dictionary;

/// Fields of the longest record: a custom event with all properties.
pub const FIELDS: usize = 9 + 2 * PROPS;

/// Bytes of the records of one batch; the loader tells of at most a hundred events, of about 40 bytes each.
pub const RECORD_BYTES: usize = 16 * 1024;

/// See the module.
#[derive(Debug)]
pub struct Batch {
    dictionary: Dictionary,
    fields: [u64; FIELDS],
    /// Fields told, also beyond the room there is for them.
    told: usize,
    records: [u8; RECORD_BYTES],
    len: usize,
    faulty: bool,
    closed: [u8; BATCH_BYTES],
}

impl Batch {
    /// A batch nothing has been told of.
    #[expect(
        clippy::new_without_default,
        reason = "a static needs a const one, and two are one too many"
    )]
    #[must_use]
    pub const fn new() -> Self {
        Self {
            dictionary: Dictionary::new(),
            fields: [0; FIELDS],
            told: 0,
            records: [0; RECORD_BYTES],
            len: 0,
            faulty: false,
            closed: [0; BATCH_BYTES],
        }
    }

    /// Adds a field to the record being told.
    pub fn field(&mut self, number: u64) {
        if let Some(place) = self.fields.get_mut(self.told) {
            *place = number;
        }
        self.told = self.told.saturating_add(1);
    }

    /// Adds a byte to the text being told.
    pub fn byte(&mut self, byte: u8) {
        self.dictionary.byte(byte);
    }

    /// Ends the text being told, and adds it to the record.
    pub fn text(&mut self) {
        match self.dictionary.text() {
            Ok(index) => self.field(index),
            Err(Full) => self.faulty = true,
        }
    }

    /// Ends the record being told.
    pub fn record(&mut self, kind: u8) {
        let told = core::mem::take(&mut self.told);
        let mut writer = Writer::resume(&mut self.records, self.len);
        let written = self
            .fields
            .get(..told)
            .map(|fields| writer.record(kind, fields.iter().copied()));
        self.len = writer.len();
        self.faulty |= written != Some(Ok(()));
    }

    /// Closes the batch and begins another. Gives the closed one, or nothing where not all found room.
    pub fn take(&mut self) -> &[u8] {
        let mut writer = Writer::new(&mut self.closed);
        let written = Self::write(&mut writer, &self.dictionary, self.records.get(..self.len));
        let len = if written.is_ok() && !self.faulty {
            writer.len()
        } else {
            0
        };
        self.dictionary.clear();
        self.told = 0;
        self.len = 0;
        self.faulty = false;
        self.closed.get(..len).unwrap_or_default()
    }

    fn write(
        writer: &mut Writer<'_>,
        dictionary: &Dictionary,
        records: Option<&[u8]>,
    ) -> Result<(), Full> {
        writer.bytes(&[VERSION, 0])?;
        dictionary.write(writer)?;
        writer.bytes(records.unwrap_or_default())?;
        writer.byte(kind::END)
    }

    /// Address of the closed batch's first byte.
    #[must_use]
    pub const fn start(&self) -> *const u8 {
        self.closed.as_ptr()
    }
}
