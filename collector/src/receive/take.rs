//! The one way in: what any entrance has read is enriched, made durable and counted here.
//!
//! Invariant: [`Taken::Stored`] is only said after the spool has the rows on the disk; otherwise nothing is stored. It
//! knows nothing of HTTP: entrances translate what they were sent into a batch, and what comes back into an answer.

use jiff::Timestamp;

use super::Receiving;
use crate::databases::Watched;
use crate::encoding::RowBinary;
use crate::enrich::{DropReason, Knowledge, Sender, enrich};
use crate::row::{ElementRow, EventRow, InteractionRow, Table, month_of};
use crate::spool::{Batch, Commit, Rows};

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
pub(super) async fn take(
    receiving: &Receiving,
    sender: &Sender<'_>,
    batch: &snag_beacon::Batch<'_>,
) -> Taken {
    match put(receiving, sender, batch) {
        Ok(put) => put.settle(receiving).await,
        Err(taken) => taken,
    }
}

/// What was put into the spool and waits for its commit; nothing of the batch itself is needed any more.
#[derive(Debug)]
pub(super) struct Put {
    /// None where nothing was to be stored.
    commit: Option<Commit>,
    accepted: usize,
    dropped: Vec<DropReason>,
    elements: Vec<(u64, i64)>,
}

impl Put {
    /// Waits until the disk has it.
    pub(super) async fn settle(self, receiving: &Receiving) -> Taken {
        let Self {
            commit,
            accepted,
            dropped,
            elements,
        } = self;
        if let Some(commit) = commit {
            if let Err(error) = commit.await {
                return unavailable(receiving, &error);
            }
            receiving.known_elements.remember(&elements);
            receiving.metrics.accepted(accepted);
        }
        Taken::Stored { accepted, dropped }
    }
}

/// Enriches a batch and puts what is left of it into the spool.
///
/// # Errors
/// When it is not taken: nothing of it is stored then.
pub(super) fn put(
    receiving: &Receiving,
    sender: &Sender<'_>,
    batch: &snag_beacon::Batch<'_>,
) -> Result<Put, Taken> {
    let now = Timestamp::now().as_millisecond();
    let salts = receiving.salts.at(now).map_err(|error| {
        tracing::error!(%error, "the day's salt cannot be written: beacons are turned away");
        unavailable(receiving, &error)
    })?;
    let databases = &receiving.databases;
    let places = databases.places.as_ref().map(Watched::current);
    let networks = databases.networks.as_ref().map(Watched::current);
    let spam = databases.spam.as_ref().map(Watched::current);
    let knowledge = Knowledge {
        now,
        salts: &salts,
        sites: &receiving.sites,
        bots: &receiving.bots,
        agents: &receiving.agents,
        places: places.as_deref(),
        networks: networks.as_deref(),
        spam: spam.as_deref().unwrap_or(&receiving.known_spam),
    };
    let enriched = enrich(&knowledge, sender, batch);
    for reason in &enriched.dropped {
        receiving.metrics.dropped(*reason);
    }
    for detected in &enriched.detected {
        receiving.metrics.detected(*detected);
        let agent = sender.user_agent;
        receiving
            .detections
            .note(&batch.site, *detected, agent, now);
    }
    let mut put = Put {
        commit: None,
        accepted: enriched.events.len() + enriched.interactions.len(),
        dropped: enriched.dropped,
        elements: Vec::new(),
    };
    if put.accepted > 0 {
        let mut rows = receiving.rows.borrow_mut();
        rows.clear();
        encode_events(&mut rows, &enriched.events);
        encode_interactions(&mut rows, &enriched.interactions);
        put.elements = encode_elements(receiving, &mut rows, &enriched.elements);
        if rows.bytes() > ROWS_BYTES {
            receiving.metrics.refused("too_large");
            return Err(Taken::TooLarge);
        }
        let appended = receiving.lane.append(&rows);
        put.commit = Some(appended.map_err(|error| unavailable(receiving, &error))?);
    }
    Ok(put)
}

fn unavailable(receiving: &Receiving, reason: &dyn std::error::Error) -> Taken {
    tracing::debug!(%reason, "a batch was turned away");
    receiving.metrics.refused("unavailable");
    Taken::Unavailable
}

fn encode_events(rows: &mut Rows, events: &[EventRow<'_>]) {
    for event in events {
        let batch = Batch {
            table: Table::Events,
            month: month_of(event.time),
        };
        event.write(&mut RowBinary(rows.grow(batch, 1)));
    }
}

fn encode_interactions(rows: &mut Rows, interactions: &[InteractionRow<'_>]) {
    for row in interactions {
        let batch = Batch {
            table: row.table(),
            month: month_of(row.event.time),
        };
        row.write(&mut RowBinary(rows.grow(batch, 1)));
    }
}

/// Leaves out elements that were stored lately; gives those that are in.
fn encode_elements(
    receiving: &Receiving,
    rows: &mut Rows,
    elements: &[ElementRow<'_>],
) -> Vec<(u64, i64)> {
    let known = &receiving.known_elements;
    let fresh = elements
        .iter()
        .filter(|row| !known.knows(row.element, row.seen_at));
    fresh
        .map(|row| {
            let batch = Batch {
                table: Table::Elements,
                month: 0,
            };
            row.write(&mut RowBinary(rows.grow(batch, 1)));
            (row.element, row.seen_at)
        })
        .collect()
}
