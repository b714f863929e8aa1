//! The texts of a binary batch, and the fields of its records.
//!
//! Invariant: a field that has to be there is an error where it is not; one that came with a later tracker is empty or 0.

use std::borrow::Cow;

use crate::check;
use crate::error::{DecodeError, Problem};
use crate::limits::{NAME_BYTES, STRING_BYTES, STRINGS};
use crate::reader::Reader;

/// What is left of a payload. Fields that older trackers do not write are empty or 0 where it ends before them.
pub(super) struct Fields<'d, 'a, 'p> {
    pub(super) payload: Reader<'p>,
    pub(super) dictionary: &'d Dictionary<'a>,
}

impl<'a> Fields<'_, 'a, '_> {
    pub(super) fn text(&mut self, limit: usize) -> Result<Cow<'a, str>, DecodeError> {
        let start = self.payload;
        let index = self.payload.varint()?;
        let text = self
            .dictionary
            .text(index)
            .map_err(|problem| start.error(problem))?;
        if text.len() > limit {
            return Err(start.error(Problem::LongText { limit }));
        }
        Ok(Cow::Borrowed(text))
    }

    pub(super) fn name(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        let start = self.payload;
        let name = self.text(NAME_BYTES)?;
        check::name(&name).map_err(|problem| start.error(problem))?;
        Ok(name)
    }

    pub(super) fn later_text(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        if self.payload.is_empty() {
            Ok(Cow::Borrowed(""))
        } else {
            self.text(STRING_BYTES)
        }
    }

    pub(super) fn later_u16(&mut self) -> Result<u16, DecodeError> {
        if self.payload.is_empty() {
            Ok(0)
        } else {
            self.payload.u16()
        }
    }

    pub(super) fn later_u32(&mut self) -> Result<u32, DecodeError> {
        if self.payload.is_empty() {
            Ok(0)
        } else {
            self.payload.u32()
        }
    }

    pub(super) fn later_number(&mut self) -> Result<u64, DecodeError> {
        if self.payload.is_empty() {
            Ok(0)
        } else {
            self.payload.varint()
        }
    }
}

/// The texts of a binary batch; index 0 is the empty one, 1 the first.
pub(super) struct Dictionary<'a>(Vec<&'a str>);

impl<'a> Dictionary<'a> {
    pub(super) fn read(body: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let start = *body;
        let count = body.varint()?;
        if count > STRINGS as u64 {
            return Err(start.error(Problem::Count {
                what: "different texts",
                limit: STRINGS,
            }));
        }
        let mut texts = Vec::with_capacity(count as usize);
        for _ in 0..count {
            let start = *body;
            let text = body.text(STRING_BYTES)?;
            check::text(text, STRING_BYTES).map_err(|problem| start.error(problem))?;
            texts.push(text);
        }
        Ok(Self(texts))
    }

    pub(super) fn text(&self, index: u64) -> Result<&'a str, Problem> {
        let Some(before) = index.checked_sub(1) else {
            return Ok("");
        };
        let found = usize::try_from(before)
            .ok()
            .and_then(|before| self.0.get(before));
        found.copied().ok_or(Problem::Dictionary {
            index,
            count: self.0.len(),
        })
    }

    /// A dictionary of the texts at these places of this one; a place beyond it is an empty text.
    pub(super) fn at(&self, places: impl Iterator<Item = u64>) -> Self {
        Self(
            places
                .map(|place| self.text(place).unwrap_or_default())
                .collect(),
        )
    }
}
