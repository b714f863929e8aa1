//! The one way in: what any entrance has read is enriched, made durable and counted here.
//!
//! Invariant: [`Taken::Stored`] is only said after the spool has the rows on the disk; otherwise nothing is stored. It
//! knows nothing of HTTP: entrances translate what they were sent into a batch, and what comes back into an answer.

use jiff::Timestamp;
use snag_beacon::Batch;

use crate::Collecting;
use crate::encoding::RowBinary;
use crate::enrich::{DropReason, Enriched, Knowledge, Sender, enrich};
use crate::row::{ElementRow, Table};
use crate::spool::{Rows, SpoolError};

/// Bytes the rows of one batch may take: a batch can name one long text many times.
pub(super) const ROWS_BYTES: u64 = 1024 * 1024;

/// What became of a batch.
#[derive(Debug)]
pub(super) enum Taken {
    /// What was to be stored is on the disk.
    Stored {
        /// Events stored.
        accepted: usize,
        /// Events not stored, each with its reason.
        dropped: Vec<DropReason>,
    },
    /// The rows would take more than [`ROWS_BYTES`].
    TooLarge,
    /// Nothing can be stored right now.
    Unavailable,
}

/// Enriches a batch, stores what is left of it and counts both.
pub(super) async fn take(collecting: &Collecting, sender: &Sender<'_>, batch: &Batch<'_>) -> Taken {
    let now = Timestamp::now().as_millisecond();
    let salts = match collecting.salts.at(now) {
        Ok(salts) => salts,
        Err(error) => {
            tracing::error!(%error, "the day's salt cannot be written: beacons are turned away");
            return unavailable(collecting);
        }
    };
    let knowledge = Knowledge {
        now,
        salts: &salts,
        sites: &collecting.sites,
        bots: collecting.bots,
        agents: &collecting.agents,
        places: collecting.places.as_ref(),
    };
    let enriched = enrich(&knowledge, sender, batch);
    enriched
        .dropped
        .iter()
        .for_each(|reason| collecting.metrics.dropped(*reason));
    let accepted = enriched.events.len();
    if accepted > 0 {
        let (rows, elements) = rows(collecting, &enriched);
        if rows.bytes() > ROWS_BYTES {
            collecting.metrics.refused("too_large");
            return Taken::TooLarge;
        }
        match collecting.spool.append(rows).await {
            Ok(()) => collecting.known_elements.remember(&elements),
            Err(SpoolError::Full | SpoolError::Disk(_) | SpoolError::Closed) => {
                return unavailable(collecting);
            }
        }
        collecting.metrics.accepted(accepted);
    }
    Taken::Stored {
        accepted,
        dropped: enriched.dropped,
    }
}

fn unavailable(collecting: &Collecting) -> Taken {
    collecting.metrics.refused("unavailable");
    Taken::Unavailable
}

/// Encodes what is to be stored. Elements that were stored lately are left out; those that are in are named.
fn rows(collecting: &Collecting, enriched: &Enriched) -> (Rows, Vec<(u64, i64)>) {
    let mut events = RowBinary(Vec::with_capacity(256 * enriched.events.len()));
    enriched
        .events
        .iter()
        .for_each(|row| row.write(&mut events));
    let mut parts = vec![(Table::Events, count(enriched.events.len()), events.0)];
    let fresh: Vec<&ElementRow> = enriched
        .elements
        .iter()
        .filter(|row| !collecting.known_elements.knows(row.element, row.seen_at))
        .collect();
    if !fresh.is_empty() {
        let mut elements = RowBinary::default();
        fresh.iter().for_each(|row| row.write(&mut elements));
        parts.push((Table::Elements, count(fresh.len()), elements.0));
    }
    (
        Rows { parts },
        fresh.iter().map(|row| (row.element, row.seen_at)).collect(),
    )
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
