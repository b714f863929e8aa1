//! The shape of a segment file: a head, then frames that each prove themselves.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `SNAGSPL1` |
//! | 8 | the segment's random generation |
//! | then frames | `length u32`, `crc32 u32`, `kind u8`, `rows u32`, payload of `length` bytes; all little-endian |
//!
//! The checksum also covers the generation and the frame's offset, so that bytes left over from another file or
//! place never pass for a frame. Kind: the table's number, with the high bit set where the payload is its schema.

use crate::row::Table;

pub(super) const MAGIC: &[u8; 8] = b"SNAGSPL1";
pub(super) const HEAD_BYTES: usize = 16;
const FRAME_HEAD_BYTES: usize = 13;
const SCHEMA_BIT: u8 = 0x80;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// The head of the table's `RowBinaryWithNamesAndTypes` document.
    Schema(Table),
    /// That many rows of the table.
    Rows(Table, u32),
}

/// One frame of a segment in memory.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    pub(super) content: Content,
    pub(super) payload: &'a [u8],
}

/// The head of a segment file.
pub(super) fn head(generation: u64) -> [u8; HEAD_BYTES] {
    let mut head = [0; HEAD_BYTES];
    head[..8].copy_from_slice(MAGIC);
    head[8..].copy_from_slice(&generation.to_le_bytes());
    head
}

/// Appends a frame that will stand at `offset` of the file.
pub(super) fn put(
    out: &mut Vec<u8>,
    generation: u64,
    offset: u64,
    content: Content,
    payload: &[u8],
) {
    let (kind, rows) = match content {
        Content::Schema(table) => (table as u8 | SCHEMA_BIT, 0),
        Content::Rows(table, rows) => (table as u8, rows),
    };
    let length =
        u32::try_from(payload.len()).expect("a frame holds one request's rows, far below 4 GiB");
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&checksum(generation, offset, kind, rows, payload).to_le_bytes());
    out.push(kind);
    out.extend_from_slice(&rows.to_le_bytes());
    out.extend_from_slice(payload);
}

fn checksum(generation: u64, offset: u64, kind: u8, rows: u32, payload: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&generation.to_le_bytes());
    crc.update(&offset.to_le_bytes());
    crc.update(&[kind]);
    crc.update(&rows.to_le_bytes());
    crc.update(payload);
    crc.finalize()
}

/// The frames of a segment, up to the first that does not prove itself.
#[derive(Debug)]
pub(super) struct Frames<'a> {
    bytes: &'a [u8],
    generation: u64,
    /// Where the next frame would stand; after the last one: the length of the sound prefix.
    pub(super) offset: usize,
}

impl<'a> Frames<'a> {
    /// `None` when the head itself is damaged.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let (magic, rest) = bytes.split_at_checked(8)?;
        let generation = u64::from_le_bytes(*rest.first_chunk()?);
        (magic == MAGIC).then_some(Self {
            bytes,
            generation,
            offset: HEAD_BYTES,
        })
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Frame<'a>> {
        let rest = self.bytes.get(self.offset..)?;
        let (head, rest) = rest.split_at_checked(FRAME_HEAD_BYTES)?;
        let word = |at: usize| Some(u32::from_le_bytes(*head.get(at..)?.first_chunk()?));
        let (length, crc, kind, rows) = (word(0)?, word(4)?, head[8], word(9)?);
        let payload = rest.get(..usize::try_from(length).ok()?)?;
        if checksum(self.generation, self.offset as u64, kind, rows, payload) != crc {
            return None;
        }
        let table = Table::from_number(kind & !SCHEMA_BIT)?;
        let content = if kind & SCHEMA_BIT == 0 {
            Content::Rows(table, rows)
        } else {
            Content::Schema(table)
        };
        self.offset += FRAME_HEAD_BYTES + payload.len();
        Some(Frame { content, payload })
    }
}
