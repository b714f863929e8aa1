//! MaxMind databases: read whole, checked, and looked up with a memory of what was decoded.
//!
//! Records are shared by many networks, so they are remembered by their place in the file. A database never changes once
//! open; when its file does, another is opened in its stead.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use maxminddb::Reader;
use quick_cache::sync::Cache;
use serde::Deserialize;

/// How many records are remembered.
const REMEMBERED: usize = 20_000;

/// A database that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}; give a readable MaxMind {kind} database, or remove the setting")]
pub struct MmdbError {
    path: PathBuf,
    kind: &'static str,
    reason: String,
}

/// An open database, whose records are kept as `T`.
#[derive(Debug)]
pub(super) struct Lookup<T> {
    reader: Reader<Vec<u8>>,
    decoded: Cache<usize, T>,
}

impl<T: Clone> Lookup<T> {
    /// Reads the file and checks all of it. `kinds` are words of which the database's type has to hold one.
    pub(super) fn open(path: &Path, kind: &'static str, kinds: &[&str]) -> Result<Self, MmdbError> {
        let fail = |reason: String| MmdbError {
            path: path.to_owned(),
            kind,
            reason,
        };
        let reader = Reader::open_readfile(path).map_err(|error| fail(error.to_string()))?;
        reader.verify().map_err(|error| fail(error.to_string()))?;
        let found = &reader.metadata().database_type;
        if !kinds.iter().any(|kind| found.contains(kind)) {
            return Err(fail(format!("it is a database of the type {found}")));
        }
        Ok(Self {
            reader,
            decoded: Cache::new(REMEMBERED),
        })
    }

    /// The address's record, decoded as `R` unless it is remembered.
    pub(super) fn find<'de, R>(&'de self, address: IpAddr) -> Option<T>
    where
        R: Deserialize<'de>,
        T: From<R>,
    {
        let found = self.reader.lookup(address).ok()?;
        let offset = found.offset()?;
        if let Some(known) = self.decoded.get(&offset) {
            return Some(known);
        }
        let decoded = T::from(found.decode::<R>().ok()??);
        self.decoded.insert(offset, decoded.clone());
        Some(decoded)
    }
}
