//! The shape of a backup: a tar file, packed with Zstandard, of
//!
//! | entry | what |
//! |---|---|
//! | `snaglist-backup.json` | [`Head`]: what made it and when, the migrations its tables had, which tables it has |
//! | `tables/TABLE/PARTITION/NUMBER.native` | rows of a table and partition (its month; `all` where it has none) as ClickHouse's `Native`, cut into pieces |
//! | `manifest.json` | [`Manifest`]: of each table and partition how many rows and bytes, and the BLAKE3 hash of the bytes |
//!
//! The manifest comes last, so that a file that was cut has none. The whole is under Zstandard's own checksum.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use snag_store::Record;

pub(super) const HEAD: &str = "snaglist-backup.json";
pub(super) const MANIFEST: &str = "manifest.json";
/// What a later version that cannot be read by this one counts up.
pub(super) const FORMAT: u32 = 1;
/// Bytes after which a piece is ended. One may be longer by what the store sends at once.
pub(super) const PIECE_BYTES: usize = 4 << 20;

/// The first entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) format: u32,
    /// Random; names what a restore of this backup makes.
    pub(super) id: String,
    /// Version of the program.
    pub(super) snag: String,
    pub(super) made_at: Timestamp,
    pub(super) migrations: Vec<Record>,
    pub(super) tables: Vec<String>,
}

impl Head {
    pub(super) fn new(id: &str, migrations: Vec<Record>, tables: Vec<String>) -> Self {
        Self {
            format: FORMAT,
            id: id.to_owned(),
            snag: env!("CARGO_PKG_VERSION").to_owned(),
            made_at: Timestamp::now(),
            migrations,
            tables,
        }
    }
}

/// The last entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// That of the head.
    pub(super) id: String,
    pub(super) parts: Vec<Part>,
}

/// A table's partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) table: String,
    pub(super) partition: String,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) blake3: String,
}

impl Part {
    pub(super) fn new(table: &str, partition: String, rows: u64, sum: Sum) -> Self {
        Self {
            table: table.to_owned(),
            partition,
            rows,
            bytes: sum.bytes,
            blake3: sum.hasher.finalize().to_hex().to_string(),
        }
    }
}

/// Counts and hashes bytes.
#[derive(Debug, Default)]
pub(super) struct Sum {
    bytes: u64,
    hasher: blake3::Hasher,
}

impl Sum {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.hasher.update(bytes);
    }

    /// Whether these are the bytes of a part.
    pub(super) fn is_of(&self, part: &Part) -> bool {
        self.bytes == part.bytes && self.hasher.finalize().to_hex().as_str() == part.blake3
    }
}

/// The name of an entry.
pub(super) fn piece(table: &str, partition: &str, number: u32) -> String {
    format!("tables/{table}/{partition}/{number:06}.native")
}

/// Table, partition and number in the name of an entry.
pub(super) fn piece_of(name: &str) -> Option<(&str, &str, u32)> {
    let mut words = name.split('/');
    let (Some("tables"), Some(table), Some(partition), Some(number), None) = (
        words.next(),
        words.next(),
        words.next(),
        words.next(),
        words.next(),
    ) else {
        return None;
    };
    let number = number.strip_suffix(".native")?.parse().ok()?;
    // Such as go into statements.
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    (is_word(table) && is_word(partition)).then_some((table, partition, number))
}

/// How much there is of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRows {
    /// Its name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
}

impl TableRows {
    pub(super) fn of(table: &str, parts: &[Part]) -> Self {
        Self {
            table: table.to_owned(),
            rows: parts.iter().map(|part| part.rows).sum(),
        }
    }
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// When it was made.
    pub made_at: Timestamp,
    /// The version of the program that made it.
    pub snag: String,
    /// All its tables, empty ones too.
    pub tables: Vec<TableRows>,
}

impl Contents {
    pub(super) fn of(head: &Head, manifest: &Manifest) -> Self {
        let tables = head.tables.iter().map(|table| {
            let of = manifest.parts.iter().filter(|part| part.table == *table);
            TableRows {
                table: table.clone(),
                rows: of.map(|part| part.rows).sum(),
            }
        });
        Self {
            made_at: head.made_at,
            snag: head.snag.clone(),
            tables: tables.collect(),
        }
    }

    /// Rows of all tables.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pieces_are_read_as_they_are_written_and_nothing_else_is() {
        assert_eq!(
            piece_of(&piece("events", "202611", 7)),
            Some(("events", "202611", 7))
        );
        for name in [
            "tables/events/202611/x.native",
            "tables/events/202611/1.csv",
            "tables/../202611/1.native",
            "tables/events/2026'11/1.native",
            "tables/events/202611/a/1.native",
            "tables//202611/1.native",
            "etc/passwd",
        ] {
            assert_eq!(piece_of(name), None, "{name}");
        }
    }
}
