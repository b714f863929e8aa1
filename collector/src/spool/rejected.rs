//! What could not be shipped: kept in `rejected/`, each file with its reason beside it, until a person decides.
//!
//! Invariant: nothing is dropped but on a person's word; a name given by a person never leads out of the directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::segment::{OPEN, SEALED, Sealed, list, sync_directory};

/// Directory of what could not be shipped, below the spool's.
const REJECTED: &str = "rejected";
const REASON: &str = "reason.txt";
/// Extension of the end of a segment that was torn or damaged.
const TAIL: &str = "tail";

/// Keeps bytes of the segment at `path` under `extension`, with the reason. Returns where.
pub(crate) fn set_aside(
    path: &Path,
    extension: &str,
    bytes: &[u8],
    reason: &str,
) -> io::Result<PathBuf> {
    let place = place_of(path)?.with_extension(extension);
    explain(&place, reason)?;
    fs::write(&place, bytes)?;
    fs::File::open(&place)?.sync_all()?;
    sync_directory(place.parent().unwrap_or(Path::new(".")))?;
    Ok(place)
}

/// Moves the segment at `path` out of what is shipped, with the reason. Returns where to.
pub(crate) fn move_aside(path: &Path, reason: &str) -> io::Result<PathBuf> {
    let place = place_of(path)?;
    explain(&place, reason)?;
    fs::rename(path, &place)?;
    sync_directory(place.parent().unwrap_or(Path::new(".")))?;
    Ok(place)
}

fn place_of(path: &Path) -> io::Result<PathBuf> {
    let directory = path.parent().unwrap_or(Path::new(".")).join(REJECTED);
    fs::create_dir_all(&directory)?;
    Ok(directory.join(path.file_name().unwrap_or_default()))
}

fn explain(place: &Path, reason: &str) -> io::Result<()> {
    fs::write(place.with_extension(REASON), format!("{reason}\n"))
}

/// What a file of the spool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being written, or left open by a crash: taken up at the next start.
    Open,
    /// Waits for the store.
    Waiting,
    /// The store refused it, or a part of it is damaged.
    Rejected,
    /// The end of a segment that was torn or damaged; it can be looked at and dropped, but not retried.
    Tail,
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
    path: PathBuf,
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
            (&rejected, TAIL, State::Tail),
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
    /// What is in it: per table and month (year times 100 and month, 0 without) how many rows, and the places in the
    /// file that are damaged.
    ///
    /// # Errors
    /// When it cannot be read.
    #[expect(clippy::type_complexity, reason = "two lists of plain pairs")]
    pub fn contents(
        &self,
    ) -> io::Result<(Vec<(&'static str, u32, u64)>, Vec<std::ops::Range<usize>>)> {
        let sealed = Sealed::read(&self.path)?;
        let rows = sealed.batches().into_iter().map(|batch| {
            let rows = sealed.rows(batch);
            (batch.table.name(), batch.month, rows)
        });
        Ok((rows.collect(), sealed.damage.clone()))
    }

    /// Puts a rejected segment back among those that are shipped. It goes under the name it had, so that what the store
    /// took of it already is not taken twice.
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

    fn forget_reason(&self) -> io::Result<()> {
        match fs::remove_file(self.path.with_extension(REASON)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
