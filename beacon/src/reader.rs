//! Reads numbers, bytes and texts off a binary batch.
//!
//! Invariant: it never reads past its end and never moves on an error; every error carries the offset of the first
//! byte it concerns. It knows nothing of events.

use crate::error::{DecodeError, Place, Problem};

/// A part of the body, and how far it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    /// Offset in the body of the next byte.
    offset: usize,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// An error about the next byte.
    pub(crate) const fn error(&self, problem: Problem) -> DecodeError {
        DecodeError {
            problem,
            place: Place::Byte(self.offset),
        }
    }

    pub(crate) fn bytes(&mut self, len: u64) -> Result<&'a [u8], DecodeError> {
        let taken = usize::try_from(len)
            .ok()
            .and_then(|len| self.bytes.split_at_checked(len));
        let (head, tail) = taken.ok_or_else(|| self.error(Problem::CutOff))?;
        self.bytes = tail;
        self.offset += head.len();
        Ok(head)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, DecodeError> {
        let (first, tail) = self
            .bytes
            .split_first()
            .ok_or_else(|| self.error(Problem::CutOff))?;
        self.bytes = tail;
        self.offset += 1;
        Ok(*first)
    }

    /// The next `len` bytes as a reader of their own.
    pub(crate) fn part(&mut self, len: u64) -> Result<Reader<'a>, DecodeError> {
        let offset = self.offset;
        Ok(Reader {
            bytes: self.bytes(len)?,
            offset,
        })
    }

    pub(crate) fn varint(&mut self) -> Result<u64, DecodeError> {
        let mut number = 0;
        for (index, byte) in self.bytes.iter().enumerate().take(10) {
            // The tenth byte has room for the 64th bit alone; a last byte of nothing is one too many.
            if (index == 9 && *byte > 1) || (index > 0 && *byte == 0) {
                return Err(self.error(Problem::Varint));
            }
            number |= u64::from(byte & 0x7f) << (7 * index);
            if *byte < 0x80 {
                self.bytes(index as u64 + 1)?;
                return Ok(number);
            }
        }
        Err(self.error(Problem::CutOff))
    }

    /// A number of at most `limit`.
    pub(crate) fn number(&mut self, limit: u64) -> Result<u64, DecodeError> {
        let before = *self;
        let number = self.varint()?;
        if number > limit {
            return Err(before.error(Problem::Number { limit }));
        }
        Ok(number)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, DecodeError> {
        self.number(u32::MAX.into()).map(|number| number as u32)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, DecodeError> {
        self.number(u16::MAX.into()).map(|number| number as u16)
    }

    /// A length and as many bytes of UTF-8.
    pub(crate) fn text(&mut self, limit: usize) -> Result<&'a str, DecodeError> {
        let before = *self;
        let len = self.varint()?;
        if len > limit as u64 {
            return Err(before.error(Problem::LongText { limit }));
        }
        let start = *self;
        std::str::from_utf8(self.bytes(len)?).map_err(|_| start.error(Problem::Utf8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_only_in_its_shortest_form() {
        let max = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        let over = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2];
        let long = [0x80; 11];
        for (bytes, expected) in [
            (&[0][..], Ok(0)),
            (&[127], Ok(127)),
            (&[0x80, 1], Ok(128)),
            (&max, Ok(u64::MAX)),
            (&over, Err(Problem::Varint)),
            (&long, Err(Problem::Varint)),
            (&[0x80, 0], Err(Problem::Varint)),
            (&[0xff, 0x80, 0], Err(Problem::Varint)),
            (&[], Err(Problem::CutOff)),
            (&[0x80], Err(Problem::CutOff)),
        ] {
            assert_eq!(
                Reader::new(bytes).varint().map_err(|error| error.problem),
                expected,
                "{bytes:x?}"
            );
        }
    }

    #[test]
    fn an_error_moves_nothing_and_names_its_byte() {
        let mut reader = Reader::new(&[7, 9, b'a']);
        reader.byte().unwrap();
        let error = reader.text(16).unwrap_err();
        assert_eq!(error.place, Place::Byte(2));
        assert_eq!(error.problem, Problem::CutOff);
    }
}
