//! How rows become insert bodies: row by row for the spool, column by column for imports.
//!
//! [`RowBinary`] can be appended to at any time, which a log needs. [`Native`] takes the engine a third of the time,
//! since it parses whole columns, but is only complete at the end. Both write the same values.

use std::borrow::Cow;

use crate::row::Table;

/// Takes the values of rows, column after column.
pub(crate) trait Values {
    /// A text.
    fn text(&mut self, text: &str);
    /// A number of fixed width, little-endian.
    fn number<const N: usize>(&mut self, bytes: [u8; N]);
    /// A map of texts.
    fn map(&mut self, entries: &[(Cow<'_, str>, Cow<'_, str>)]);
    /// A list of numbers.
    fn numbers(&mut self, numbers: &[u32]);
    /// A number that may be missing.
    fn optional(&mut self, value: Option<f64>);
    /// All columns have had their value.
    fn end_row(&mut self);
}

/// Appends rows of `RowBinaryWithNamesAndTypes`, without its head.
#[derive(Debug)]
pub(crate) struct RowBinary<'a>(pub(crate) &'a mut Vec<u8>);

impl RowBinary<'_> {
    /// The head of a document: column count, names, types.
    pub(crate) fn head(table: Table) -> Vec<u8> {
        let columns = table.columns();
        let mut out = Vec::with_capacity(64 * columns.len());
        put_length(&mut out, columns.len());
        for (name, _) in columns {
            put_text(&mut out, name);
        }
        for (_, kind) in columns {
            put_text(&mut out, kind);
        }
        out
    }
}

impl Values for RowBinary<'_> {
    fn text(&mut self, text: &str) {
        put_text(self.0, text);
    }

    fn number<const N: usize>(&mut self, bytes: [u8; N]) {
        self.0.extend_from_slice(&bytes);
    }

    fn map(&mut self, entries: &[(Cow<'_, str>, Cow<'_, str>)]) {
        put_length(self.0, entries.len());
        for (key, value) in entries {
            put_text(self.0, key);
            put_text(self.0, value);
        }
    }

    fn numbers(&mut self, numbers: &[u32]) {
        put_length(self.0, numbers.len());
        for number in numbers {
            self.number(number.to_le_bytes());
        }
    }

    fn optional(&mut self, value: Option<f64>) {
        self.0.push(u8::from(value.is_none()));
        if let Some(value) = value {
            self.0.extend_from_slice(&value.to_le_bytes());
        }
    }

    fn end_row(&mut self) {}
}

/// One block of ClickHouse's `Native` format.
#[derive(Debug)]
pub(crate) struct Native {
    table: Table,
    columns: Vec<Column>,
    at: usize,
    rows: usize,
}

/// A column's streams in their order: offsets or null marks, then keys, then values.
#[derive(Debug, Default)]
struct Column {
    marks: Vec<u8>,
    keys: Vec<u8>,
    values: Vec<u8>,
    entries: u64,
}

impl Native {
    /// An empty block of the table.
    pub(crate) fn new(table: Table) -> Self {
        let columns = table.columns().iter().map(|_| Column::default()).collect();
        Self {
            table,
            columns,
            at: 0,
            rows: 0,
        }
    }

    /// The block's bytes.
    pub(crate) fn finish(self) -> Vec<u8> {
        let length =
            |column: &Column| column.marks.len() + column.keys.len() + column.values.len() + 64;
        let mut out = Vec::with_capacity(self.columns.iter().map(length).sum());
        put_length(&mut out, self.columns.len());
        put_length(&mut out, self.rows);
        for (column, (name, kind)) in self.columns.iter().zip(self.table.columns()) {
            put_text(&mut out, name);
            // The engine builds the dictionaries of low cardinality itself, faster than it reads them one by one.
            put_text(&mut out, &kind.replace("LowCardinality(String)", "String"));
            for stream in [&column.marks, &column.keys, &column.values] {
                out.extend_from_slice(stream);
            }
        }
        out
    }

    fn next(&mut self) -> &mut Column {
        self.at += 1;
        &mut self.columns[self.at - 1]
    }
}

impl Values for Native {
    fn text(&mut self, text: &str) {
        put_text(&mut self.next().values, text);
    }

    fn number<const N: usize>(&mut self, bytes: [u8; N]) {
        self.next().values.extend_from_slice(&bytes);
    }

    fn map(&mut self, entries: &[(Cow<'_, str>, Cow<'_, str>)]) {
        let column = self.next();
        column.entries += entries.len() as u64;
        column
            .marks
            .extend_from_slice(&column.entries.to_le_bytes());
        for (key, value) in entries {
            put_text(&mut column.keys, key);
            put_text(&mut column.values, value);
        }
    }

    fn numbers(&mut self, numbers: &[u32]) {
        let column = self.next();
        column.entries += numbers.len() as u64;
        column
            .marks
            .extend_from_slice(&column.entries.to_le_bytes());
        for number in numbers {
            column.values.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn optional(&mut self, value: Option<f64>) {
        let column = self.next();
        column.marks.push(u8::from(value.is_none()));
        column
            .values
            .extend_from_slice(&value.unwrap_or_default().to_le_bytes());
    }

    fn end_row(&mut self) {
        debug_assert_eq!(
            self.at,
            self.columns.len(),
            "a row with a value too few or too many"
        );
        self.at = 0;
        self.rows += 1;
    }
}

fn put_length(out: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        out.push((length as u8) | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_length(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use snag_beacon::{Attention, Usage};

    use crate::row::{ElementRow, EventRow, Interaction, InteractionRow};

    #[test]
    fn lengths_are_written_as_leb128() {
        for (length, bytes) in [
            (0, vec![0]),
            (127, vec![127]),
            (128, vec![0x80, 1]),
            (300, vec![0xac, 2]),
        ] {
            let mut out = Vec::new();
            put_length(&mut out, length);
            assert_eq!(out, bytes);
        }
    }

    #[test]
    fn rows_have_a_value_for_every_column_of_their_table() {
        let mut events = Native::new(Table::Events);
        EventRow::default().write(&mut events);
        assert_eq!(events.rows, 1);
        let mut elements = Native::new(Table::Elements);
        ElementRow::default().write(&mut elements);
        assert_eq!(elements.rows, 1);
        for what in [
            Interaction::Exposure(true, 1000, snag_beacon::Area::default()),
            Interaction::Attention(Attention::default()),
            Interaction::Field(7, Usage::default()),
        ] {
            let event = EventRow::default();
            let row = InteractionRow { event, what };
            let mut block = Native::new(row.table());
            row.write(&mut block);
            assert_eq!(block.rows, 1);
        }
    }
}
