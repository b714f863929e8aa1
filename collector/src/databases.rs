//! Files that enrichment looks things up in, loaded anew when they change.
//!
//! Invariant: what is in use is whole. A file that changed to something unusable is told of once and kept away; what was
//! loaded before stays in use.

use std::fmt::Display;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::enrich::{MmdbError, Networks, Places, SpamReferrers};

/// Size, inode and time of the last change: a file replaced or written over differs in one of them.
type Stamp = (u64, u64, i64, i64);

/// One file and what was last read from it.
#[derive(Debug)]
pub(crate) struct Watched<T, E> {
    path: PathBuf,
    open: fn(&Path) -> Result<T, E>,
    stamp: Mutex<Option<Stamp>>,
    current: RwLock<Arc<T>>,
}

impl<T, E: Display> Watched<T, E> {
    fn open(path: &Path, open: fn(&Path) -> Result<T, E>) -> Result<Self, E> {
        // Before reading: a change in between is seen at the next look.
        let stamp = stamp(path);
        Ok(Self {
            path: path.to_owned(),
            open,
            stamp: Mutex::new(stamp),
            current: RwLock::new(Arc::new(open(path)?)),
        })
    }

    /// What is in use.
    pub(crate) fn current(&self) -> Arc<T> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Loads the file anew if it has changed since the last look.
    fn refresh(&self) {
        let mut last = self.stamp.lock().unwrap_or_else(PoisonError::into_inner);
        let found = stamp(&self.path);
        if found.is_none() || found == *last {
            return;
        }
        *last = found;
        match (self.open)(&self.path) {
            Ok(fresh) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
                tracing::info!(file = %self.path.display(), "loaded anew, since it has changed");
            }
            Err(error) => {
                tracing::error!(%error, "the changed file cannot be used: what was loaded before stays in use");
            }
        }
    }
}

/// All files that are configured.
#[derive(Debug, Default)]
pub(crate) struct Databases {
    pub(crate) places: Option<Watched<Places, MmdbError>>,
    pub(crate) networks: Option<Watched<Networks, MmdbError>>,
    pub(crate) spam: Option<Watched<SpamReferrers, io::Error>>,
}

/// Where the files lie.
#[derive(Debug, Clone, Default)]
pub struct DatabaseFiles {
    /// A MaxMind City or Country database.
    pub geo: Option<PathBuf>,
    /// A MaxMind ASN database, by which data centres are told.
    pub asn: Option<PathBuf>,
    /// Hosts of referrer spam, one a line.
    pub spam_referrers: Option<PathBuf>,
}

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A MaxMind database.
    #[error(transparent)]
    Mmdb(#[from] MmdbError),
    /// A list of spam referrers.
    #[error("the list of spam referrers cannot be used: {0}")]
    Spam(#[from] io::Error),
}

impl Databases {
    pub(crate) fn open(files: &DatabaseFiles) -> Result<Self, DatabaseError> {
        let geo = files.geo.as_deref();
        let asn = files.asn.as_deref();
        let spam = files.spam_referrers.as_deref();
        Ok(Self {
            places: geo
                .map(|path| Watched::open(path, Places::open))
                .transpose()?,
            networks: asn
                .map(|path| Watched::open(path, Networks::open))
                .transpose()?,
            spam: spam
                .map(|path| Watched::open(path, spam_referrers))
                .transpose()?,
        })
    }

    /// Loads anew what has changed.
    pub(crate) fn refresh(&self) {
        self.places.iter().for_each(Watched::refresh);
        self.networks.iter().for_each(Watched::refresh);
        self.spam.iter().for_each(Watched::refresh);
    }
}

fn spam_referrers(path: &Path) -> io::Result<SpamReferrers> {
    let read = fs::read_to_string(path);
    let text = read.map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
    SpamReferrers::parse(&text, path)
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((
        metadata.len(),
        metadata.ino(),
        metadata.mtime(),
        metadata.mtime_nsec(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_loaded_anew_and_a_broken_one_kept_away() {
        let directory = tempfile::tempdir().expect("tempdir");
        let file = directory.path().join("spam.txt");
        let replace = |text: &str| {
            let next = directory.path().join("next");
            fs::write(&next, text).expect("write");
            fs::rename(&next, &file).expect("rename");
        };
        replace("one.example\n");
        let files = DatabaseFiles {
            spam_referrers: Some(file.clone()),
            ..DatabaseFiles::default()
        };
        let databases = Databases::open(&files).expect("open");
        let covers = |host: &str| {
            databases.refresh();
            databases
                .spam
                .as_ref()
                .expect("a list")
                .current()
                .covers(host)
        };
        assert!(covers("one.example") && !covers("two.example"));
        replace("two.example\n");
        assert!(covers("two.example") && !covers("one.example"));
        replace("no host\n");
        assert!(covers("two.example"), "the list before stays");
        fs::remove_file(&file).expect("remove");
        assert!(covers("two.example"), "also when the file is gone");
        replace("three.example\n");
        assert!(covers("three.example"));
    }

    #[test]
    fn a_file_that_is_no_database_is_refused_at_the_start() {
        let directory = tempfile::tempdir().expect("tempdir");
        let file = directory.path().join("city.mmdb");
        fs::write(&file, "nothing of the kind").expect("write");
        let files = DatabaseFiles {
            geo: Some(file),
            ..DatabaseFiles::default()
        };
        let error = Databases::open(&files).expect_err("refused").to_string();
        assert!(
            error.contains("city.mmdb") && error.contains("remove the setting"),
            "{error}"
        );
    }
}
