//! The durable log between the answer to a beacon and its row in the store.
//!
//! Invariant: [`Spool::append`] returns `Ok` only after the rows were forced to the disk; what it returned `Ok` for is
//! shipped, whatever dies in between. It knows nothing of HTTP or of the store.

mod frame;
mod segment;
mod writer;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

pub(crate) use segment::Rows;
pub(crate) use segment::{REJECTED, Sealed, list, sync_directory};
pub(crate) const SEALED_EXTENSION: &str = segment::SEALED;

/// Requests that may wait for a commit; more are turned away.
const WAITING: usize = 16 * 1024;
/// Bytes that may wait for a commit, which is what the spool may take of memory.
const WAITING_BYTES: u64 = 64 * 1024 * 1024;

/// Limits of the spool.
#[derive(Debug, Clone)]
pub struct SpoolConfig {
    /// Where the segments lie.
    pub directory: PathBuf,
    /// Bytes that may wait in all before beacons are turned away.
    pub max_bytes: u64,
    /// Bytes after which a segment is sealed.
    pub segment_bytes: u64,
    /// Rows after which a segment is sealed.
    pub segment_rows: u64,
    /// Age after which a segment with rows is sealed.
    pub segment_age: Duration,
    /// How long a commit waits for company under load.
    pub commit_wait: Duration,
}

/// Why rows were not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpoolError {
    /// More waits than the quota or the queue allows; later it may fit.
    #[error("the spool is full")]
    Full,
    /// The disk refused; nothing of the rows counts.
    #[error("the spool cannot be written: {0}")]
    Disk(Arc<io::Error>),
    /// The spool was closed.
    #[error("the spool is closed")]
    Closed,
}

enum Command {
    Append(Waiting),
    Close,
}

/// Rows that wait for a commit, and who waits for it.
struct Waiting {
    rows: Rows,
    reply: oneshot::Sender<Result<(), SpoolError>>,
    _room: Room,
}

/// Bytes of the queue that rows take until they are committed, whether or not someone still waits for them.
struct Room {
    shelf: Arc<Shelf>,
    bytes: u64,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.shelf.queued.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// What writer and uploader share.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) config: SpoolConfig,
    /// Bytes in all segment files.
    pub(crate) bytes: AtomicU64,
    /// Bytes that wait for a commit.
    queued: AtomicU64,
    /// Rung whenever a segment was sealed.
    pub(crate) sealed: Notify,
}

/// The open spool.
#[derive(Debug)]
pub(crate) struct Spool {
    shelf: Arc<Shelf>,
    commands: SyncSender<Command>,
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
        std::fs::create_dir_all(&config.directory)?;
        let lock = lock(&config.directory)?;
        for path in list(&config.directory, segment::OPEN)? {
            let rows = segment::recover(&path)?;
            tracing::info!(segment = %path.display(), rows, "took up a segment left open");
        }
        let bytes = held_bytes(&config.directory)?;
        let shelf = Arc::new(Shelf {
            config,
            bytes: AtomicU64::new(bytes),
            queued: AtomicU64::new(0),
            sealed: Notify::new(),
        });
        let (commands, inbox) = sync_channel(WAITING);
        let writer = {
            let shelf = Arc::clone(&shelf);
            std::thread::Builder::new()
                .name("spool".into())
                .spawn(move || writer::run(&shelf, &inbox))?
        };
        Ok(Self {
            shelf,
            commands,
            writer: Mutex::new(Some(writer)),
            _lock: lock,
        })
    }

    /// Appends rows and waits until the disk has them.
    ///
    /// # Errors
    /// [`SpoolError::Full`] over the quota, [`SpoolError::Disk`] when the disk refuses; nothing counts then.
    pub(crate) async fn append(&self, rows: Rows) -> Result<(), SpoolError> {
        let bytes = rows.bytes();
        let queued = self.shelf.queued.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let shelf = self.shelf();
        let room = Room { shelf, bytes };
        if queued > WAITING_BYTES || self.bytes() + queued > self.shelf.config.max_bytes {
            return Err(SpoolError::Full);
        }
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting {
            rows,
            reply,
            _room: room,
        };
        self.commands
            .try_send(Command::Append(waiting))
            .map_err(|error| match error {
                TrySendError::Full(_) => SpoolError::Full,
                TrySendError::Disconnected(_) => SpoolError::Closed,
            })?;
        answer.await.unwrap_or(Err(SpoolError::Closed))
    }

    /// Bytes that wait to be shipped.
    #[must_use]
    pub(crate) fn bytes(&self) -> u64 {
        self.shelf.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf)
    }

    /// Commits what was taken, seals the last segment and ends the writer. Blocks for one commit.
    pub(crate) fn close(&self) {
        // A writer that is gone already has nothing left to close.
        let _ = self.commands.send(Command::Close);
        let writer = self
            .writer
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take();
        if let Some(writer) = writer
            && writer.join().is_err()
        {
            tracing::error!("the spool's writer ended by a panic");
        }
    }
}

fn lock(directory: &Path) -> io::Result<File> {
    let path = directory.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)?;
    file.try_lock().map_err(|_| {
        let path = path.display();
        io::Error::other(format!(
            "another `snag serve` has {path}; end it, or give this one a --data-dir of its own"
        ))
    })?;
    Ok(file)
}

fn held_bytes(directory: &Path) -> io::Result<u64> {
    list(directory, segment::SEALED)?
        .iter()
        .map(|path| Ok(path.metadata()?.len()))
        .sum()
}

#[cfg(test)]
mod tests;
