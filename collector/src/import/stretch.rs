//! A stretch of a file, understood: its lines' rows in blocks, one a table and month, and what was wrong.
//!
//! Invariant: the same stretch gives the same bytes each time, for they are inserted under a token of its own.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::Imported;
use super::chunk::{Chunk, LINE_BYTES, Mark};
use super::line::{BadLine, Context, parse};
use super::recording;
use crate::encoding::Native;
use crate::row::{ElementRow, EventRow, InteractionRow, Table, month_of};

/// What each line of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// An event.
    Events,
    /// A page's batch, recorded.
    Recordings,
}

impl Lines {
    /// What names stretches of such a file.
    pub(super) fn hasher(self) -> blake3::Hasher {
        match self {
            Self::Events => blake3::Hasher::new(),
            Self::Recordings => blake3::Hasher::new_derive_key("snag import recordings"),
        }
    }
}

/// One stretch, understood.
pub(super) struct Stretch {
    pub(super) mark: Mark,
    /// Events in it.
    pub(super) rows: u64,
    /// Insert bodies: table, month (0 where the table has no partitions), rows.
    pub(super) bodies: Vec<(Table, u32, Vec<u8>)>,
    pub(super) bad: u64,
    /// The first of them.
    pub(super) bad_lines: Vec<BadLine>,
    /// Events that are not stored, by the reason's word.
    pub(super) dropped: BTreeMap<&'static str, u64>,
    /// Rows that an earlier import brought; nothing is to be inserted then.
    pub(super) already: Option<u64>,
}

/// The blocks that a stretch's lines write to.
#[derive(Default)]
pub(super) struct Blocks {
    pub(super) rows: u64,
    pub(super) dropped: BTreeMap<&'static str, u64>,
    tables: BTreeMap<(Table, u32), Native>,
    // In the order of their identifiers, not of a hash table.
    elements: BTreeMap<u64, ElementRow<'static>>,
}

impl Blocks {
    pub(super) fn event(&mut self, row: &EventRow<'_>) {
        self.rows += 1;
        row.write(self.block(Table::Events, row.time));
    }

    pub(super) fn interaction(&mut self, row: &InteractionRow<'_>) {
        self.rows += 1;
        row.write(self.block(row.table(), row.event.time));
    }

    /// Keeps the element unless the stretch has told of it already.
    pub(super) fn element<'a>(&mut self, named: u64, row: impl FnOnce() -> Option<ElementRow<'a>>) {
        if let Entry::Vacant(place) = self.elements.entry(named)
            && let Some(row) = row()
        {
            place.insert(row.into_owned());
        }
    }

    fn block(&mut self, table: Table, time: i64) -> &mut Native {
        let block = self.tables.entry((table, month_of(time)));
        block.or_insert_with(|| Native::new(table))
    }

    /// Elements first, so that no event names an unknown one.
    fn bodies(self) -> Vec<(Table, u32, Vec<u8>)> {
        let mut bodies = Vec::new();
        if !self.elements.is_empty() {
            let mut block = Native::new(Table::Elements);
            let elements = self.elements.values();
            elements.for_each(|element| element.write(&mut block));
            bodies.push((Table::Elements, 0, block.finish()));
        }
        let tables = self.tables.into_iter();
        bodies.extend(tables.map(|((table, month), block)| (table, month, block.finish())));
        bodies
    }
}

impl Stretch {
    /// Understands a stretch; one that is in already is looked through for bad lines only.
    pub(super) fn read(
        lines: Lines,
        context: &Context<'_>,
        chunk: &Chunk,
        already: Option<u64>,
    ) -> Self {
        let mut stretch = Self {
            mark: chunk.mark,
            rows: 0,
            bodies: Vec::new(),
            bad: 0,
            bad_lines: Vec::new(),
            dropped: BTreeMap::new(),
            already,
        };
        let mut blocks = Blocks::default();
        for (line, text) in (chunk.first_line..).zip(split(&chunk.bytes)) {
            if chunk.too_long.contains(&line) {
                let reason = format!("is longer than {LINE_BYTES} bytes");
                stretch.note(BadLine {
                    line,
                    key: String::new(),
                    reason,
                });
            } else if !text.is_empty()
                && let Err(bad) = one(lines, context, line, text, &mut blocks)
            {
                stretch.note(bad);
            }
        }
        stretch.rows = blocks.rows;
        stretch.dropped = std::mem::take(&mut blocks.dropped);
        if stretch.already.is_none() {
            stretch.bodies = blocks.bodies();
        }
        stretch
    }

    fn note(&mut self, bad: BadLine) {
        self.bad += 1;
        if self.bad_lines.len() < Imported::LISTED {
            self.bad_lines.push(bad);
        }
    }
}

/// Puts what one line says into the blocks, or nothing of it.
fn one(
    lines: Lines,
    context: &Context<'_>,
    line: u64,
    text: &[u8],
    blocks: &mut Blocks,
) -> Result<(), BadLine> {
    match lines {
        Lines::Events => {
            let rows = parse(context, line, text)?;
            blocks.event(&rows.event);
            blocks.element(rows.event.element, || rows.element());
            Ok(())
        }
        Lines::Recordings => recording::put(context, text, blocks)
            .map_err(|(key, reason)| BadLine { line, key, reason }),
    }
}

/// The lines without the white space around them.
fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr::memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len()));
    ends.scan(0, |start, end| {
        let line = &bytes[*start..end];
        *start = end + 1;
        Some(line.trim_ascii())
    })
}
