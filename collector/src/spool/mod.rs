//! The durable log between the answer to a beacon and its row in the store.
//!
//! Invariant: a [`Commit`] says `Ok` only after its rows were forced to the disk; what it said `Ok` of is shipped, whatever dies in between. It knows nothing of HTTP or of the store.

mod disk;
mod frame;
mod lane;
mod pending;
mod rejected;
mod segment;
mod shelf;
mod sift;
mod writer;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

use disk::{Disk, RealDisk};
use writer::{Writer, lock};

pub(crate) use frame::Batch;
pub(crate) use lane::{Commit, Lane};
pub(crate) use pending::{Group, Rows, SpoolError};
pub use rejected::{Contents, Kept, SpoolDirectory, State};
pub(crate) use rejected::{keep_damage, keep_refused};
pub(crate) use segment::{SEALED, Sealed, list};
pub(crate) use shelf::Shelf;
pub use sift::{Aside, Unwanted};

/// Bytes that may wait for a commit, which is what the spool may take of memory; there are two such groups at most, one
/// filling and one being written.
const WAITING_BYTES: u64 = 8 * 1024 * 1024;

/// Limits of the spool.
#[derive(Debug, Clone)]
pub struct SpoolConfig {
    /// Where the segments lie.
    pub directory: PathBuf,
    /// Bytes that may wait in all before beacons are turned away.
    pub max_bytes: u64,
    /// Bytes that are left free on the disk.
    pub min_free_bytes: u64,
    /// Bytes after which a segment is sealed.
    pub segment_bytes: u64,
    /// Rows after which a segment is sealed.
    pub segment_rows: u64,
    /// Age after which a segment with rows is sealed.
    pub segment_age: Duration,
    /// How long a commit waits for company under load.
    pub commit_wait: Duration,
}

/// The open spool.
#[derive(Debug)]
pub(crate) struct Spool {
    shelf: Arc<Shelf>,
    commits: watch::Receiver<()>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Held as long as the spool is open: two writers of one spool would lose each other's segments.
    _lock: File,
}

impl Spool {
    /// Opens the directory, makes what a crash left behind ready to ship, and starts the writer.
    ///
    /// # Errors
    /// When the directory cannot be made, read or written.
    pub(crate) fn open(config: SpoolConfig) -> io::Result<Self> {
        Self::open_on(Box::new(RealDisk), config)
    }

    fn open_on(disk: Box<dyn Disk>, config: SpoolConfig) -> io::Result<Self> {
        std::fs::create_dir_all(&config.directory)?;
        let lock = claim(&config.directory)?.ok_or_else(|| {
            let path = config.directory.join(LOCK);
            let path = path.display();
            io::Error::other(format!(
                "another `snag serve` has {path}; end it, or give this one a --data-dir of its own"
            ))
        })?;
        for path in list(&config.directory, segment::OPEN)? {
            match segment::recover(&path) {
                Ok(rows) => {
                    tracing::info!(segment = %path.display(), rows, "took up a segment left open");
                }
                // One bad file is no reason to turn all beacons away; it is tried again at the next start.
                Err(error) => {
                    tracing::error!(segment = %path.display(), %error, "a segment left open could not be taken up");
                }
            }
        }
        let (segments, bytes) = held(&config.directory)?;
        let shelf = Arc::new(Shelf::new(config));
        shelf.has_counted(segments, bytes);
        let (ring, commits) = watch::channel(());
        let writer = Writer::new(Arc::clone(&shelf), disk);
        let writer = std::thread::Builder::new()
            .name("spool".into())
            .spawn(move || writer.run(&ring))?;
        Ok(Self {
            shelf,
            commits,
            writer: Mutex::new(Some(writer)),
            _lock: lock,
        })
    }

    /// Adds rows to the next commit, whose group is given. Does not wait; [`Commit`] does.
    ///
    /// # Errors
    /// [`SpoolError::Full`] over a quota, [`SpoolError::Closed`] after the end; nothing counts then.
    fn append(&self, rows: &Rows) -> Result<Arc<Group>, SpoolError> {
        let bytes = rows.bytes();
        let shelf = &*self.shelf;
        let mut pending = lock(shelf);
        if pending.closing || pending.closed {
            return Err(SpoolError::Closed);
        }
        if pending.bytes + bytes > WAITING_BYTES {
            return Err(SpoolError::Full("too much waits for the disk"));
        }
        if shelf.bytes() + pending.bytes + bytes > shelf.config.max_bytes {
            return Err(SpoolError::Full("too much waits for the store"));
        }
        pending.add(rows);
        let group = Arc::clone(&pending.group);
        if pending.wake_at.is_some_and(|at| pending.requests >= at) {
            pending.wake_at = None;
            drop(pending);
            shelf.work.notify_one();
        }
        Ok(group)
    }

    /// Changes whenever a group is settled.
    fn commits(&self) -> watch::Receiver<()> {
        self.commits.clone()
    }

    pub(crate) fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf)
    }

    /// Commits what was taken, seals the last segment and ends the writer. Blocks for one commit.
    pub(crate) fn close(&self) {
        lock(&self.shelf).closing = true;
        self.shelf.work.notify_one();
        let mut writer = self
            .writer
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(writer) = writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the spool's writer ended by a panic");
        }
    }
}

/// What a spool's one writer holds.
const LOCK: &str = "lock";

/// Whether a spool has a writer, in whatever process.
pub(crate) fn has_writer(directory: &Path) -> io::Result<bool> {
    Ok(claim(directory)?.is_none())
}

/// The right to write; none where another has it.
fn claim(directory: &Path) -> io::Result<Option<File>> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(directory.join(LOCK))?;
    Ok(file.try_lock().is_ok().then_some(file))
}

/// How many segments wait, and their bytes.
fn held(directory: &Path) -> io::Result<(u64, u64)> {
    let mut held = (0, 0);
    for path in list(directory, SEALED)? {
        held = (held.0 + 1, held.1 + path.metadata()?.len());
    }
    Ok(held)
}

#[cfg(test)]
mod tests;
