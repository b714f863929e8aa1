//! The thread that commits: one write and one `fdatasync` for all who wait.
//!
//! Alone, a request is committed at once. Under load the thread waits a moment for company first, since a commit
//! costs the same for one as for hundreds. An error of the disk is final for its segment: everyone in the group is
//! told so, the segment ends at what was committed before, and the next request gets a new file.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::segment::OpenSegment;
use super::{Command, Shelf, SpoolError, Waiting};

/// Requests in one commit at most.
const GROUP: usize = 4096;

pub(super) fn run(shelf: &Shelf, inbox: &Receiver<Command>) {
    let mut open: Option<OpenSegment> = None;
    let mut last_group = 0;
    loop {
        let (group, closing) = gather(shelf, inbox, open.as_ref(), last_group);
        last_group = group.len();
        if !group.is_empty() {
            commit(shelf, &mut open, group);
        }
        if open
            .as_ref()
            .is_some_and(|segment| closing || is_ripe(shelf, segment))
        {
            seal(shelf, &mut open);
        }
        if closing {
            return;
        }
    }
}

fn is_ripe(shelf: &Shelf, segment: &OpenSegment) -> bool {
    let limits = &shelf.config;
    segment.bytes() >= limits.segment_bytes
        || segment.rows >= limits.segment_rows
        || segment.opened.elapsed() >= limits.segment_age
}

/// Waits for the first request, then for company where the last group had some. An open segment that gets ripe, and a
/// wish to close, end the waiting.
fn gather(
    shelf: &Shelf,
    inbox: &Receiver<Command>,
    open: Option<&OpenSegment>,
    last_group: usize,
) -> (Vec<Waiting>, bool) {
    let mut group = Vec::new();
    let ripe_in = |segment: &OpenSegment| {
        shelf
            .config
            .segment_age
            .saturating_sub(segment.opened.elapsed())
    };
    let first = match open {
        None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        Some(segment) => inbox.recv_timeout(ripe_in(segment)),
    };
    match first {
        Ok(Command::Append(waiting)) => group.push(waiting),
        Ok(Command::Close) | Err(RecvTimeoutError::Disconnected) => return (group, true),
        Err(RecvTimeoutError::Timeout) => return (group, false),
    }
    if last_group > 1 {
        std::thread::sleep(shelf.config.commit_wait);
    }
    while group.len() < GROUP {
        match inbox.try_recv() {
            Ok(Command::Append(waiting)) => group.push(waiting),
            Ok(Command::Close) => return (group, true),
            Err(_) => break,
        }
    }
    (group, false)
}

fn commit(shelf: &Shelf, open: &mut Option<OpenSegment>, group: Vec<Waiting>) {
    let before = open.as_ref().map_or(0, OpenSegment::bytes);
    let written = write(shelf, open, &group);
    match &written {
        Ok(after) => {
            shelf.bytes.fetch_add(after - before, Ordering::Relaxed);
        }
        Err(error) => {
            tracing::error!(%error, waiting = group.len(), "the spool cannot be written: beacons are turned away");
            seal(shelf, open);
        }
    }
    let outcome = written.map(drop).map_err(Arc::new);
    for Waiting { reply, .. } in group {
        // Who no longer listens needs no answer.
        let _ = reply.send(outcome.clone().map_err(SpoolError::Disk));
    }
}

fn write(shelf: &Shelf, open: &mut Option<OpenSegment>, group: &[Waiting]) -> std::io::Result<u64> {
    let segment = match open {
        Some(segment) => segment,
        None => open.insert(OpenSegment::create(&shelf.config.directory, unix_ms())?),
    };
    group
        .iter()
        .for_each(|waiting| segment.stage(&waiting.rows));
    segment.commit()?;
    Ok(segment.bytes())
}

fn seal(shelf: &Shelf, open: &mut Option<OpenSegment>) {
    let Some(segment) = open.take() else { return };
    match segment.seal() {
        Ok(_) => shelf.sealed.notify_one(),
        // It stays as it is and is taken up at the next start.
        Err(error) => {
            tracing::error!(%error, "a segment could not be sealed; it will be shipped after a restart")
        }
    }
}

fn unix_ms() -> i64 {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
