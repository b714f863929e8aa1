//! What waits for the next commit, and how those who sent it learn how it went.
//!
//! Rows are copied straight into the group's buffers, one a batch, so that a commit is one write of a few frames
//! however many requests it serves.

use std::io;
use std::sync::{Arc, OnceLock};

use super::frame::Batch;
use super::segment::Part;

/// Why rows were not taken; nothing of them counts then.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum SpoolError {
    /// More waits than the quota, the memory or the disk's reserve allows; later it may fit.
    #[error("the spool is full: {0}")]
    Full(&'static str),
    /// The disk refused.
    #[error("the spool cannot be written: {0}")]
    Disk(Arc<io::Error>),
    /// The spool was closed.
    #[error("the spool is closed")]
    Closed,
}

/// Bytes of a buffer that are kept for the next group.
const KEPT_BYTES: usize = 1024 * 1024;

/// All requests of one commit.
#[derive(Debug, Default)]
pub(crate) struct Group(OnceLock<Result<(), SpoolError>>);

impl Group {
    /// How the commit went, once it has.
    pub(crate) fn outcome(&self) -> Option<&Result<(), SpoolError>> {
        self.0.get()
    }

    /// Says how it went; only the first word counts.
    pub(super) fn settle(&self, outcome: Result<(), SpoolError>) {
        // A group has one writer, which says it once.
        let _ = self.0.set(outcome);
    }
}

/// The rows of one request, a part each batch.
#[derive(Debug, Default, Clone)]
pub(crate) struct Rows {
    /// Its batches, no two the same.
    pub(crate) parts: Vec<Part>,
}

impl Rows {
    /// Bytes of all parts.
    pub(crate) fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes.len() as u64).sum()
    }

    /// The bytes of a batch, to which that many rows will be appended.
    pub(crate) fn grow(&mut self, batch: Batch, rows: u32) -> &mut Vec<u8> {
        let known = self.parts.iter().position(|part| part.batch == batch);
        let at = known.unwrap_or_else(|| {
            let (rows, bytes) = (0, Vec::new());
            self.parts.push(Part { batch, rows, bytes });
            self.parts.len() - 1
        });
        let part = &mut self.parts[at];
        part.rows += rows;
        &mut part.bytes
    }

    /// Forgets the rows and keeps the room they took, but for batches that had none.
    pub(crate) fn clear(&mut self) {
        self.parts.retain(|part| part.rows > 0);
        for part in &mut self.parts {
            part.rows = 0;
            part.bytes.clear();
            part.bytes.shrink_to(KEPT_BYTES);
        }
    }
}

/// What waits, behind the spool's lock.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub(super) group: Arc<Group>,
    pub(super) rows: Rows,
    pub(super) bytes: u64,
    pub(super) requests: usize,
    pub(super) closing: bool,
    /// The writer has gone: nothing will be committed any more.
    pub(super) closed: bool,
    /// At how many requests the writer wants to be woken; `None` while it is at work.
    pub(super) wake_at: Option<usize>,
}

impl Pending {
    /// Adds the rows of one request.
    pub(super) fn add(&mut self, rows: &Rows) {
        for part in &rows.parts {
            let into = self.rows.grow(part.batch, part.rows);
            into.extend_from_slice(&part.bytes);
        }
        self.bytes += rows.bytes();
        self.requests += 1;
    }

    /// Hands the group over and begins another, in the room of one that is done.
    pub(super) fn take(&mut self, mut room: Rows) -> (Arc<Group>, Rows, usize) {
        room.clear();
        let requests = std::mem::take(&mut self.requests);
        self.bytes = 0;
        (
            std::mem::take(&mut self.group),
            std::mem::replace(&mut self.rows, room),
            requests,
        )
    }
}
