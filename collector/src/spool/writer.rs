//! The thread that commits: one write and one `fdatasync` for all who wait.
//!
//! Alone, a request is committed at once. Under load the thread waits until as many are there as came the last time,
//! but no longer than the configured wait, since a commit costs the same for one as for hundreds. An error of the disk is
//! final for its segment: everyone in the group is told so, the segment ends at what was committed before, and the
//! next request gets a new file.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use super::disk::Disk;
use super::pending::{Group, Pending, Rows, SpoolError};
use super::segment::OpenSegment;
use super::shelf::Shelf;

/// Between two looks at how much room the disk has.
const ROOM_CHECK: Duration = Duration::from_secs(1);
/// Between two tries to seal what could not be sealed.
const SEAL_AGAIN: Duration = Duration::from_secs(5);
/// Between two words about a disk that goes on failing.
const COMPLAIN_AGAIN: Duration = Duration::from_secs(60);
/// Between two looks whether the store has caught up, so that a segment may be sealed by its age.
const BEHIND: Duration = Duration::from_millis(100);

pub(super) struct Writer {
    shelf: Arc<Shelf>,
    disk: Box<dyn Disk>,
    open: Option<OpenSegment>,
    /// Segments that could not be sealed yet.
    stuck: Vec<OpenSegment>,
    tried_stuck: Instant,
    checked_room: Option<Instant>,
    has_room: bool,
    last_requests: usize,
    last_commit: Instant,
    /// When a person was last told that the disk fails, while it does.
    complained: Option<Instant>,
}

impl Writer {
    pub(super) fn new(shelf: Arc<Shelf>, disk: Box<dyn Disk>) -> Self {
        let now = Instant::now();
        Self {
            shelf,
            disk,
            open: None,
            stuck: Vec::new(),
            tried_stuck: now,
            checked_room: None,
            has_room: true,
            last_requests: 0,
            last_commit: now,
            complained: None,
        }
    }

    /// Commits until the spool is closed. Rings `commits` after each.
    pub(super) fn run(mut self, commits: &watch::Sender<()>) {
        let shelf = Arc::clone(&self.shelf);
        // However the thread ends, nobody is to wait for it any more.
        let _ending = Ending {
            shelf: &shelf,
            commits,
        };
        let mut room = Rows::default();
        loop {
            let mut pending = self.gather();
            let closing = pending.closing;
            if pending.requests > 0 {
                let (group, rows, requests) = pending.take(std::mem::take(&mut room));
                drop(pending);
                self.last_requests = requests;
                self.last_commit = Instant::now();
                // However the commit ends, those who wait for it hear of it.
                let group = Unsettled(group);
                group.0.settle(self.commit(&rows));
                commits.send_replace(());
                room = rows;
            } else {
                drop(pending);
            }
            if self
                .open
                .as_ref()
                .is_some_and(|s| closing || self.is_ripe(s))
            {
                self.seal();
            }
            self.seal_stuck(closing);
            if closing {
                return;
            }
        }
    }

    /// Waits for the first request, then for company where the last group had some. An open segment that gets ripe,
    /// and a wish to close, end the waiting.
    fn gather(&self) -> MutexGuard<'_, Pending> {
        let mut pending = lock(&self.shelf);
        let mut until = self.ripens();
        loop {
            let wanted = match pending.requests {
                0 => 1,
                _ => self.last_requests.max(1),
            };
            if pending.closing || pending.requests >= wanted {
                break;
            }
            if pending.requests > 0 {
                until = Some(self.last_commit + self.shelf.config.commit_wait);
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                break;
            }
            pending.wake_at = Some(wanted);
            let waited = match left {
                None => self.shelf.work.wait(pending),
                Some(left) => self
                    .shelf
                    .work
                    .wait_timeout(pending, left)
                    .map(|(pending, _)| pending)
                    .map_err(|error| PoisonError::new(error.into_inner().0)),
            };
            pending = waited.unwrap_or_else(PoisonError::into_inner);
            pending.wake_at = None;
        }
        pending
    }

    /// When there is something to do even if nobody comes.
    fn ripens(&self) -> Option<Instant> {
        let stuck = (!self.stuck.is_empty()).then(|| self.tried_stuck + SEAL_AGAIN);
        let open = self.open.as_ref().map(|segment| {
            let aged = segment.opened + self.shelf.config.segment_age;
            if self.shelf.is_behind() {
                aged.max(Instant::now() + BEHIND)
            } else {
                aged
            }
        });
        [stuck, open].into_iter().flatten().min()
    }

    /// A segment is shipped when it is large; by its age only where nothing else waits to be shipped, so that a store
    /// that was away is given few large segments and not many small ones.
    fn is_ripe(&self, segment: &OpenSegment) -> bool {
        let limits = &self.shelf.config;
        segment.committed >= limits.segment_bytes
            || segment.rows >= limits.segment_rows
            || segment.opened.elapsed() >= limits.segment_age && !self.shelf.is_behind()
    }

    fn commit(&mut self, rows: &Rows) -> Result<(), SpoolError> {
        if !self.disk_has_room() {
            return Err(SpoolError::Full("the disk's reserve is reached"));
        }
        let start = Instant::now();
        match self.write(rows) {
            Ok(()) => {
                self.shelf.is_failing.store(false, Ordering::Relaxed);
                self.count_unsealed();
                if self.complained.take().is_some() {
                    tracing::info!("the spool can be written again");
                }
                self.shelf
                    .commit_seconds
                    .observe(start.elapsed().as_secs_f64());
                Ok(())
            }
            Err(error) => {
                self.shelf.is_failing.store(true, Ordering::Relaxed);
                let is_told = self
                    .complained
                    .is_some_and(|at| at.elapsed() < COMPLAIN_AGAIN);
                if !is_told {
                    self.complained = Some(Instant::now());
                    tracing::error!(%error, "the spool cannot be written: beacons are turned away until it can");
                }
                self.seal();
                Err(SpoolError::Disk(Arc::new(error)))
            }
        }
    }

    fn write(&mut self, rows: &Rows) -> std::io::Result<()> {
        let segment = match &mut self.open {
            Some(segment) => segment,
            None => {
                let directory = &self.shelf.config.directory;
                let segment = OpenSegment::create(&*self.disk, directory, unix_ms())?;
                self.open.insert(segment)
            }
        };
        segment.commit(&rows.parts)
    }

    /// Whether writing leaves the disk's reserve alone. What cannot be found out is left to the write itself.
    fn disk_has_room(&mut self) -> bool {
        let config = &self.shelf.config;
        let is_fresh = self
            .checked_room
            .is_some_and(|at| at.elapsed() < ROOM_CHECK);
        if config.min_free_bytes > 0 && !is_fresh {
            self.checked_room = Some(Instant::now());
            let had_room = self.has_room;
            let free = self.disk.free(&config.directory).unwrap_or(u64::MAX);
            self.has_room = free >= config.min_free_bytes;
            if had_room && !self.has_room {
                let reserve = config.min_free_bytes;
                tracing::error!(
                    free,
                    reserve,
                    "the disk is nearly full: beacons are turned away until there is room"
                );
            }
        }
        self.has_room
    }

    fn seal(&mut self) {
        let Some(mut segment) = self.open.take() else {
            return;
        };
        match segment.seal(&*self.disk) {
            Ok(()) => self.shelf.has_sealed(segment.committed),
            Err(error) => {
                tracing::error!(%error, "a segment could not be sealed; it is tried again");
                self.tried_stuck = Instant::now();
                self.stuck.push(segment);
            }
        }
        self.count_unsealed();
    }

    fn seal_stuck(&mut self, now: bool) {
        if self.stuck.is_empty() || !now && self.tried_stuck.elapsed() < SEAL_AGAIN {
            return;
        }
        self.tried_stuck = Instant::now();
        let (shelf, disk) = (&self.shelf, &*self.disk);
        self.stuck.retain_mut(|segment| match segment.seal(disk) {
            Ok(()) => {
                shelf.has_sealed(segment.committed);
                false
            }
            Err(error) => {
                tracing::error!(%error, "a segment still could not be sealed; what it holds is shipped once it can, at the latest after a restart");
                true
            }
        });
        self.count_unsealed();
    }

    fn count_unsealed(&self) {
        let unsealed = self.stuck.iter().chain(&self.open);
        let bytes = unsealed.map(|segment| segment.committed).sum();
        self.shelf.open_bytes.store(bytes, Ordering::Relaxed);
    }
}

/// A group that is being committed.
struct Unsettled(Arc<Group>);

impl Drop for Unsettled {
    fn drop(&mut self) {
        self.0.settle(Err(SpoolError::Closed));
    }
}

struct Ending<'a> {
    shelf: &'a Shelf,
    commits: &'a watch::Sender<()>,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let mut pending = lock(self.shelf);
        pending.closed = true;
        pending.group.settle(Err(SpoolError::Closed));
        drop(pending);
        self.commits.send_replace(());
    }
}

pub(super) fn lock(shelf: &Shelf) -> MutexGuard<'_, Pending> {
    shelf.pending.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unix_ms() -> i64 {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
