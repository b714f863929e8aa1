//! What could not be shipped: kept in `rejected/`, each file with its reason beside it, until a person decides.
//!
//! Invariant: nothing is dropped but on a person's word; what can be retried is only what the store never took, so that
//! a retry stores nothing twice, however late it comes; a name given by a person never leads out of the directory.

use std::fs;
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::segment::{OPEN, SEALED, Sealed, list, sync_directory};

/// Directory of what could not be shipped, below the spool's.
const REJECTED: &str = "rejected";
const REASON: &str = "reason.txt";
/// Extension of bytes that are no sound frame.
const DAMAGE: &str = "damage";

/// Keeps a segment of those batches alone that the store refused, with its words. Returns where.
pub(crate) fn keep_refused(path: &Path, segment: &[u8], reason: &str) -> io::Result<PathBuf> {
    keep(path, &format!("{}.{SEALED}", stem(path)), segment, reason)
}

/// Keeps bytes of the segment at `path` that are no sound frame. Returns where.
pub(crate) fn keep_damage(path: &Path, at: usize, bytes: &[u8]) -> io::Result<PathBuf> {
    let name = format!("{}-{at}.{DAMAGE}", stem(path));
    let to = at + bytes.len();
    let reason = format!("bytes {at} to {to} are torn or damaged; everything else is stored");
    keep(path, &name, bytes, &reason)
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn keep(path: &Path, name: &str, bytes: &[u8], reason: &str) -> io::Result<PathBuf> {
    let directory = path.parent().unwrap_or(Path::new(".")).join(REJECTED);
    fs::create_dir_all(&directory)?;
    let place = directory.join(name);
    fs::write(place.with_extension(REASON), format!("{reason}\n"))?;
    fs::write(&place, bytes)?;
    fs::File::open(&place)?.sync_all()?;
    sync_directory(&directory)?;
    Ok(place)
}

/// What a file of the spool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being written, or left open by a crash: taken up at the next start.
    Open,
    /// Waits for the store.
    Waiting,
    /// The store refused it.
    Rejected,
    /// Bytes that were torn or damaged; they can be looked at and dropped, but not retried.
    Damage,
}

/// One file of the spool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its name, without extension: begins with its time in hexadecimal milliseconds.
    pub name: String,
    /// What it is.
    pub state: State,
    /// When it was begun, milliseconds since 1970; `None` where the name does not tell.
    pub since: Option<i64>,
    /// Its length.
    pub bytes: u64,
    /// Why it is here, where it was set aside.
    pub reason: Option<String>,
    pub(super) path: PathBuf,
}

/// What a segment holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Table, month (year times 100 and month; 0 where the table has no partitions) and how many rows.
    pub rows: Vec<(&'static str, u32, u64)>,
    /// Bytes that are torn or damaged.
    pub damage: Vec<Range<usize>>,
}

/// A spool's directory, looked at from outside, also while it is written.
#[derive(Debug, Clone)]
pub struct SpoolDirectory(PathBuf);

impl SpoolDirectory {
    /// The directory.
    #[must_use]
    pub fn new(directory: PathBuf) -> Self {
        Self(directory)
    }

    /// All that is kept, oldest first.
    ///
    /// # Errors
    /// When the directory cannot be read. One that is not there keeps nothing.
    pub fn list(&self) -> io::Result<Vec<Kept>> {
        let rejected = self.0.join(REJECTED);
        let mut kept = Vec::new();
        for (directory, extension, state) in [
            (&self.0, OPEN, State::Open),
            (&self.0, SEALED, State::Waiting),
            (&rejected, SEALED, State::Rejected),
            (&rejected, DAMAGE, State::Damage),
        ] {
            let found = match list(directory, extension) {
                Ok(found) => found,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            for path in found {
                match look(path, state) {
                    Ok(file) => kept.push(file),
                    // Shipped or sealed since it was listed.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
        }
        kept.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(kept)
    }

    /// What was kept under that name.
    ///
    /// # Errors
    /// As [`SpoolDirectory::list`].
    pub fn find(&self, name: &str) -> io::Result<Option<Kept>> {
        Ok(self.list()?.into_iter().find(|kept| kept.name == name))
    }
}

fn look(path: PathBuf, state: State) -> io::Result<Kept> {
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let since = name
        .split('-')
        .next()
        .and_then(|time| i64::from_str_radix(time, 16).ok());
    let reason = fs::read_to_string(path.with_extension(REASON)).ok();
    Ok(Kept {
        since,
        state,
        bytes: path.metadata()?.len(),
        reason: reason.map(|text| text.trim_end().to_owned()),
        name,
        path,
    })
}

impl Kept {
    /// What is in it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn contents(&self) -> io::Result<Contents> {
        let sealed = Sealed::read(&self.path)?;
        let batches = sealed.batches().into_iter();
        let rows = batches.map(|batch| (batch.table.name(), batch.month, sealed.rows(batch)));
        Ok(Contents {
            rows: rows.collect(),
            damage: sealed.damage.clone(),
        })
    }

    /// Puts a rejected segment back among those that are shipped.
    ///
    /// # Errors
    /// When it is no rejected segment or cannot be moved.
    pub fn retry(self) -> io::Result<()> {
        if self.state != State::Rejected {
            return Err(io::Error::other(format!(
                "{} is not a rejected segment: only those can be retried",
                self.name
            )));
        }
        let rejected = self.path.parent().unwrap_or(Path::new("."));
        let spool = rejected.parent().unwrap_or(Path::new("."));
        let back = spool.join(self.path.file_name().unwrap_or_default());
        fs::rename(&self.path, back)?;
        sync_directory(spool)?;
        self.forget_reason()
    }

    /// Removes what was set aside, for good.
    ///
    /// # Errors
    /// When it waits to be shipped or cannot be removed.
    pub fn drop_for_good(self) -> io::Result<()> {
        if matches!(self.state, State::Open | State::Waiting) {
            return Err(io::Error::other(format!(
                "{} waits to be shipped: only what was set aside can be dropped",
                self.name
            )));
        }
        fs::remove_file(&self.path)?;
        self.forget_reason()
    }

    /// Puts other bytes in the place of a file that was set aside, and another reason in that of its own.
    pub(super) fn replace(&self, bytes: &[u8], reason: &str) -> io::Result<()> {
        // Under one name, so that a crash leaves no old bytes behind but these.
        let written = self.path.with_extension("new");
        let mut file = fs::File::create(&written)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&written, &self.path)?;
        fs::write(self.path.with_extension(REASON), format!("{reason}\n"))?;
        sync_directory(self.path.parent().unwrap_or(Path::new(".")))
    }

    fn forget_reason(&self) -> io::Result<()> {
        match fs::remove_file(self.path.with_extension(REASON)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
