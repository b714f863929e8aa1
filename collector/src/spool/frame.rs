//! The shape of a segment file: a head, then frames that each prove themselves.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `SNAGSPL2` |
//! | 8 | the segment's random generation |
//! | then frames | `marker u32`, `length u32`, `crc32 u32`, `kind u8`, `month u32`, `rows u32`, payload of `length` bytes; all little-endian |
//!
//! The marker is the generation's lower half: where a frame is damaged, the next sound one is found by it. The checksum
//! also covers the generation and the frame's offset, so that bytes left over from another file or place never pass
//! for a frame. Kind: the table's number, with the high bit set where the payload is its schema.

use std::ops::Range;

use memchr::memmem;

use crate::row::Table;

pub(super) const MAGIC: &[u8; 8] = b"SNAGSPL2";
pub(super) const HEAD_BYTES: usize = 16;
const FRAME_HEAD_BYTES: usize = 21;
const SCHEMA_BIT: u8 = 0x80;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// The head of the table's `RowBinaryWithNamesAndTypes` document.
    Schema(Table),
    /// Rows of one batch.
    Rows {
        /// Where they go.
        batch: Batch,
        /// How many they are.
        rows: u32,
    },
}

/// Rows that one insert may carry: of one table and one partition, so that it is one part, in whole or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Batch {
    /// The table.
    pub(crate) table: Table,
    /// The partition: year times 100 and month; 0 where the table has none.
    pub(crate) month: u32,
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
    let (kind, month, rows) = match content {
        Content::Schema(table) => (table as u8 | SCHEMA_BIT, 0, 0),
        Content::Rows { batch, rows } => (batch.table as u8, batch.month, rows),
    };
    let length = u32::try_from(payload.len()).expect("a group's rows are bounded, far below 4 GiB");
    let mut tail = [0; 9];
    tail[0] = kind;
    tail[1..5].copy_from_slice(&month.to_le_bytes());
    tail[5..].copy_from_slice(&rows.to_le_bytes());
    out.extend_from_slice(&marker(generation));
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&checksum(generation, offset, &tail, payload).to_le_bytes());
    out.extend_from_slice(&tail);
    out.extend_from_slice(payload);
}

fn marker(generation: u64) -> [u8; 4] {
    let [a, b, c, d, ..] = generation.to_le_bytes();
    [a, b, c, d]
}

fn checksum(generation: u64, offset: u64, tail: &[u8], payload: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&generation.to_le_bytes());
    crc.update(&offset.to_le_bytes());
    crc.update(tail);
    crc.update(payload);
    crc.finalize()
}

/// The frames of a segment that prove themselves, in their order, and what lies between them.
#[derive(Debug)]
pub(super) struct Frames<'a> {
    bytes: &'a [u8],
    generation: u64,
    /// Behind the last sound frame.
    pub(super) sound: usize,
    /// Bytes before `sound` that are no frame.
    pub(super) damage: Vec<Range<usize>>,
}

impl<'a> Frames<'a> {
    /// `None` when the head itself is damaged.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let (magic, rest) = bytes.split_at_checked(8)?;
        let generation = u64::from_le_bytes(*rest.first_chunk()?);
        (magic == MAGIC).then_some(Self {
            bytes,
            generation,
            sound: HEAD_BYTES,
            damage: Vec::new(),
        })
    }

    /// The frame at `offset`, if one proves itself there.
    fn at(&self, offset: usize) -> Option<Frame<'a>> {
        let rest = self.bytes.get(offset..)?;
        let (head, rest) = rest.split_at_checked(FRAME_HEAD_BYTES)?;
        let word = |at: usize| Some(u32::from_le_bytes(*head.get(at..)?.first_chunk()?));
        let (length, crc, tail) = (word(4)?, word(8)?, &head[12..]);
        let payload = rest.get(..usize::try_from(length).ok()?)?;
        if head[..4] != marker(self.generation)
            || checksum(self.generation, offset as u64, tail, payload) != crc
        {
            return None;
        }
        let (kind, month, rows) = (tail[0], word(13)?, word(17)?);
        let table = Table::from_number(kind & !SCHEMA_BIT)?;
        let content = if kind & SCHEMA_BIT == 0 {
            let batch = Batch { table, month };
            Content::Rows { batch, rows }
        } else {
            Content::Schema(table)
        };
        Some(Frame { content, payload })
    }

    /// Where the next sound frame after `offset` is.
    fn search(&self, offset: usize) -> Option<(usize, Frame<'a>)> {
        let marker = marker(self.generation);
        memmem::find_iter(self.bytes.get(offset..)?, &marker)
            .map(|at| offset + at)
            .find_map(|at| Some((at, self.at(at)?)))
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Frame<'a>> {
        let (start, frame) = self.search(self.sound)?;
        if start > self.sound {
            self.damage.push(self.sound..start);
        }
        self.sound = start + FRAME_HEAD_BYTES + frame.payload.len();
        Some(frame)
    }
}
