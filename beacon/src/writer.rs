//! Writes the binary layout into a buffer somebody else owns.
//!
//! Invariant: every call writes whole or not at all, so a refused record leaves a buffer that is still good. It
//! neither allocates nor panics, and it knows numbers and bytes, not events: the wasm core and the encoder share it.

/// The buffer has no room left for what was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// A buffer and how much of it is written.
#[derive(Debug)]
pub struct Writer<'a> {
    bytes: &'a mut [u8],
    len: usize,
}

/// Bytes that `number` takes as a varint: 1 to 10.
#[must_use]
pub const fn varint_len(mut number: u64) -> usize {
    let mut len = 1;
    while number > 0x7f {
        number >>= 7;
        len += 1;
    }
    len
}

impl<'a> Writer<'a> {
    /// Writes from the buffer's start.
    pub const fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes, len: 0 }
    }

    /// Writes on after the `len` bytes that are in the buffer already.
    pub const fn resume(bytes: &'a mut [u8], len: usize) -> Self {
        Self { bytes, len }
    }

    /// Bytes written.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing has been written.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn room(&self) -> usize {
        self.bytes.len().saturating_sub(self.len)
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }

    fn push_varint(&mut self, mut number: u64) {
        while number > 0x7f {
            self.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.push(number as u8);
    }

    /// Writes one byte.
    ///
    /// # Errors
    /// [`Full`] where there is no room.
    pub fn byte(&mut self, byte: u8) -> Result<(), Full> {
        self.bytes(&[byte])
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// [`Full`] where there is no room for all of them; none is written then.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Full> {
        if self.room() < bytes.len() {
            return Err(Full);
        }
        for byte in bytes {
            self.push(*byte);
        }
        Ok(())
    }

    /// Writes an unsigned LEB128 number.
    ///
    /// # Errors
    /// [`Full`] where there is no room; nothing is written then.
    pub fn varint(&mut self, number: u64) -> Result<(), Full> {
        if self.room() < varint_len(number) {
            return Err(Full);
        }
        self.push_varint(number);
        Ok(())
    }

    /// Writes a text: its length in bytes, then its UTF-8.
    ///
    /// # Errors
    /// [`Full`] where there is no room for both; nothing is written then.
    pub fn text(&mut self, text: &str) -> Result<(), Full> {
        if self.room() < varint_len(text.len() as u64) + text.len() {
            return Err(Full);
        }
        self.push_varint(text.len() as u64);
        self.bytes(text.as_bytes())
    }

    /// Writes a record: its kind, the payload's length, and the payload, which is the fields as varints.
    ///
    /// # Errors
    /// [`Full`] where there is no room for the whole record; nothing of it is written then.
    pub fn record(
        &mut self,
        kind: u8,
        fields: impl IntoIterator<Item = u64> + Clone,
    ) -> Result<(), Full> {
        let payload = fields.clone().into_iter().map(varint_len).sum::<usize>();
        if self.room() < 1 + varint_len(payload as u64) + payload {
            return Err(Full);
        }
        self.push(kind);
        self.push_varint(payload as u64);
        for field in fields {
            self.push_varint(field);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_the_bytes_that_are_said_of_them() {
        for (number, expected) in [
            (0, &[0][..]),
            (127, &[127]),
            (128, &[0x80, 1]),
            (300, &[0xac, 2]),
            (u64::MAX, &[255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
        ] {
            let mut buffer = [0; 16];
            let mut writer = Writer::new(&mut buffer);
            writer.varint(number).unwrap();
            let len = writer.len();
            assert_eq!(&buffer[..len], expected);
            assert_eq!(varint_len(number), expected.len());
        }
    }

    #[test]
    fn a_record_without_room_leaves_no_trace() {
        let whole = {
            let mut buffer = [0; 64];
            let mut writer = Writer::new(&mut buffer);
            writer.record(2, [1, 300, u64::MAX]).unwrap();
            writer.len()
        };
        for room in 0..whole {
            let mut buffer = vec![0xee; room + 1];
            let mut writer = Writer::new(&mut buffer);
            writer.byte(7).unwrap();
            assert_eq!(
                writer.record(2, [1, 300, u64::MAX]),
                Err(Full),
                "room {room}"
            );
            assert_eq!(writer.len(), 1);
            assert_eq!(buffer[0], 7);
            assert!(buffer[1..].iter().all(|byte| *byte == 0xee), "room {room}");
        }
    }

    #[test]
    fn a_text_without_room_leaves_no_trace() {
        let mut buffer = [0xee; 5];
        let mut writer = Writer::new(&mut buffer);
        assert_eq!(writer.text("hello"), Err(Full));
        assert!(writer.is_empty());
        assert_eq!(writer.text("hell"), Ok(()));
        assert_eq!(&buffer, b"\x04hell");
    }

    #[test]
    fn writing_resumes_where_it_was_left() {
        let mut buffer = [0; 4];
        Writer::new(&mut buffer).bytes(b"ab").unwrap();
        let mut writer = Writer::resume(&mut buffer, 2);
        assert_eq!(writer.bytes(b"cde"), Err(Full));
        writer.bytes(b"cd").unwrap();
        assert_eq!(&buffer, b"abcd");
    }
}
