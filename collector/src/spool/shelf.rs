//! What writer, receivers and uploader share of a spool: its limits, what waits, and how much of it there is.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex};

use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use tokio::sync::Notify;

use super::SpoolConfig;
use super::disk::{Disk as _, RealDisk, SegmentFile as _};
use super::pending::Pending;
use super::rejected::{SpoolDirectory, State};
use super::writer::lock;

/// The shared part of a spool.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) config: SpoolConfig,
    pub(super) pending: Mutex<Pending>,
    /// Rung when the writer is wanted.
    pub(super) work: Condvar,
    /// Bytes of the segment being written, and of those that could not be sealed yet.
    pub(super) open_bytes: AtomicU64,
    /// Sealed segments that wait for the store, and their bytes.
    segments: AtomicU64,
    segment_bytes: AtomicU64,
    /// Seconds from the begin of a commit until the disk had it.
    pub(crate) commit_seconds: Histogram,
    /// Rung whenever a segment was sealed.
    pub(crate) sealed: Notify,
    /// The last commit failed at the disk.
    pub(super) is_failing: AtomicBool,
}

impl Shelf {
    pub(super) fn new(config: SpoolConfig) -> Self {
        Self {
            config,
            pending: Mutex::default(),
            work: Condvar::new(),
            open_bytes: AtomicU64::new(0),
            segments: AtomicU64::new(0),
            segment_bytes: AtomicU64::new(0),
            commit_seconds: Histogram::new(exponential_buckets(0.000_1, 2.0, 16)),
            sealed: Notify::new(),
            is_failing: AtomicBool::new(false),
        }
    }

    /// Why no rows can be taken now, if so. A disk that failed is tried with a file of its own: where nobody is led here any
    /// more no commit would find out that it works again. Blocks.
    pub(crate) fn complaint(&self) -> Option<&'static str> {
        let pending = lock(self);
        if pending.closing || pending.closed {
            return Some("the spool is closed");
        }
        drop(pending);
        if self.bytes() >= self.config.max_bytes {
            return Some("the spool is full: too much waits for the store");
        }
        let directory = &self.config.directory;
        let free = RealDisk.free(directory).unwrap_or(u64::MAX);
        if free < self.config.min_free_bytes {
            return Some("the disk of the spool is nearly full");
        }
        if self.is_failing.load(Ordering::Relaxed) && probe(directory).is_err() {
            return Some("the disk of the spool cannot be written");
        }
        None
    }

    /// Bytes that wait for the store.
    pub(crate) fn bytes(&self) -> u64 {
        self.open_bytes.load(Ordering::Relaxed) + self.segment_bytes.load(Ordering::Relaxed)
    }

    /// Sealed segments that wait for the store.
    pub(crate) fn segments(&self) -> u64 {
        self.segments.load(Ordering::Relaxed)
    }

    /// Whether sealed segments wait for the store.
    pub(super) fn is_behind(&self) -> bool {
        self.segments() > 0
    }

    /// One more segment waits.
    pub(super) fn has_sealed(&self, bytes: u64) {
        if bytes > 0 {
            self.segments.fetch_add(1, Ordering::Relaxed);
            self.segment_bytes.fetch_add(bytes, Ordering::Relaxed);
        }
        self.sealed.notify_one();
    }

    /// One segment less waits.
    pub(crate) fn has_shipped(&self, bytes: u64) {
        for (count, less) in [(&self.segments, 1), (&self.segment_bytes, bytes)] {
            // The closure always gives a value.
            let _ = count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
                Some(count.saturating_sub(less))
            });
        }
    }

    /// What a look into the directory found to wait.
    pub(crate) fn has_counted(&self, segments: u64, bytes: u64) {
        self.segments.store(segments, Ordering::Relaxed);
        self.segment_bytes.store(bytes, Ordering::Relaxed);
    }
}

/// Writes and removes a file.
fn probe(directory: &Path) -> std::io::Result<()> {
    let path = directory.join("probe");
    let mut file = std::fs::File::create(&path)?;
    let written = file.append(b"probe");
    std::fs::remove_file(&path)?;
    written
}

/// What a look into the directory tells beside what is counted anyway.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// When the oldest segment that waits was begun, milliseconds since 1970.
    pub(crate) oldest: Option<i64>,
    /// Files that were set aside.
    pub(crate) rejected: u64,
}

impl Shelf {
    /// Looks into the directory.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn survey(&self) -> std::io::Result<Survey> {
        let mut survey = Survey::default();
        for kept in SpoolDirectory::new(self.config.directory.clone()).list()? {
            match kept.state {
                State::Open | State::Waiting => {
                    survey.oldest = [survey.oldest, kept.since].into_iter().flatten().min();
                }
                State::Rejected | State::Damage => survey.rejected += 1,
            }
        }
        Ok(survey)
    }
}
