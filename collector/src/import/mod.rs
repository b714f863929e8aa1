//! Events from files: newline-delimited JSON through the same steps as beacons, one event a line, or one recorded batch
//! of a page with when and from whom it came.
//!
//! Invariant: a stretch of a file that is in goes in no second time, also when the file has grown since, for each
//! stretch is recorded under the hash of everything up to its end, and inserted under a token made of that hash.
//! Bad lines are told with line, key and reason; good ones go in, or none of either when strict.

mod chunk;
mod key;
mod line;
mod load;
mod recording;
mod shape;
mod source;
mod stretch;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use crate::enrich::{Agents, Places, Sites};

pub use line::BadLine;
pub use load::{import_body, import_events, import_recordings};

/// Where events come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file; gzip and Zstandard are recognised by their first bytes.
    File(PathBuf),
}

impl Source {
    /// Whether a second reading gives what the first gave; a pipe gives nothing.
    pub(crate) fn can_be_read_again(&self) -> bool {
        match self {
            Self::Stdin => false,
            Self::File(path) => path.metadata().is_ok_and(|metadata| metadata.is_file()),
        }
    }

    /// What the user calls it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "standard input".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

/// What an import may look at and how it behaves.
#[derive(Debug)]
pub struct ImportOptions {
    /// With one bad line nothing goes in.
    pub strict: bool,
    /// Configured sites, for the query parameters they keep.
    pub sites: Sites,
    /// User agents, parsed once each.
    pub agents: Agents,
    /// The geo database, if one is configured.
    pub places: Option<Places>,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the source read so far, before decompression.
    pub read: u64,
    /// Bytes of the source in all, where known.
    pub total: Option<u64>,
    /// Events in so far.
    pub events: u64,
}

/// What became of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Events that went in.
    pub events: u64,
    /// Events that were in already, from an import of the same file before.
    pub already: u64,
    /// How many lines were bad.
    pub bad: u64,
    /// The first of them, at most [`Imported::LISTED`].
    pub bad_lines: Vec<BadLine>,
    /// Events of recordings that a collector would not have stored either, by the reason's word.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Where and why the source could not be read to its end.
    pub cut_short: Option<String>,
}

impl Imported {
    /// How many bad lines are kept for listing.
    pub const LISTED: usize = 1000;

    pub(crate) fn note(&mut self, bad: u64, lines: Vec<BadLine>) {
        self.bad += bad;
        let room = Self::LISTED.saturating_sub(self.bad_lines.len());
        self.bad_lines.extend(lines.into_iter().take(room));
    }

    /// Whether everything that was there went in.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.bad == 0 && self.cut_short.is_none()
    }
}

/// Why an import could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The source cannot be opened.
    #[error("cannot read {name}: {error}")]
    Open {
        /// What the user calls the source.
        name: String,
        /// What the system said.
        error: io::Error,
    },
    /// The store failed; what had gone in before is in, and repeating the import goes on from there.
    #[error(transparent)]
    Store(#[from] snag_store::Error),
    /// A thread of the import ended badly.
    #[error("the import was broken off: {0}")]
    Broken(String),
}
