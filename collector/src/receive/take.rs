//! The one way in: what any entrance has read is enriched, made durable and counted here.
//!
//! Invariant: [`Taken::Stored`] is only said after the spool has the rows on the disk; otherwise nothing is stored. It
//! knows nothing of HTTP: entrances translate what they were sent into a batch, and what comes back into an answer.

use jiff::Timestamp;

use super::Receiving;
use crate::databases::Watched;
use crate::encoding::RowBinary;
use crate::enrich::{DropReason, Enriched, Knowledge, Sender, enrich};
use crate::row::{Table, month_of};
use crate::spool::{Batch, Rows};

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
    let now = Timestamp::now().as_millisecond();
    let salts = match receiving.salts.at(now) {
        Ok(salts) => salts,
        Err(error) => {
            tracing::error!(%error, "the day's salt cannot be written: beacons are turned away");
            return unavailable(receiving);
        }
    };
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
    enriched
        .dropped
        .iter()
        .for_each(|reason| receiving.metrics.dropped(*reason));
    for detected in &enriched.detected {
        receiving.metrics.detected(*detected);
        let agent = sender.user_agent;
        receiving
            .detections
            .note(&batch.site, *detected, agent, now);
    }
    let accepted = enriched.events.len() + enriched.interactions.len();
    if accepted > 0 {
        let (rows, elements) = rows(receiving, &enriched);
        if rows.bytes() > ROWS_BYTES {
            receiving.metrics.refused("too_large");
            return Taken::TooLarge;
        }
        if let Err(error) = receiving.lane.append(&rows).await {
            tracing::debug!(%error, "a batch was turned away");
            return unavailable(receiving);
        }
        receiving.known_elements.remember(&elements);
        receiving.metrics.accepted(accepted);
    }
    Taken::Stored {
        accepted,
        dropped: enriched.dropped,
    }
}

fn unavailable(receiving: &Receiving) -> Taken {
    receiving.metrics.refused("unavailable");
    Taken::Unavailable
}

/// Encodes what is to be stored. Elements that were stored lately are left out; those that are in are named.
fn rows(receiving: &Receiving, enriched: &Enriched<'_>) -> (Rows, Vec<(u64, i64)>) {
    let (mut rows, mut elements) = (Rows::default(), Vec::new());
    for event in &enriched.events {
        let batch = Batch {
            table: Table::Events,
            month: month_of(event.time),
        };
        event.write(&mut RowBinary(rows.grow(batch, 1)));
    }
    for row in &enriched.interactions {
        let batch = Batch {
            table: row.table(),
            month: month_of(row.event.time),
        };
        row.write(&mut RowBinary(rows.grow(batch, 1)));
    }
    for element in &enriched.elements {
        if receiving
            .known_elements
            .knows(element.element, element.seen_at)
        {
            continue;
        }
        let batch = Batch {
            table: Table::Elements,
            month: 0,
        };
        element.write(&mut RowBinary(rows.grow(batch, 1)));
        elements.push((element.element, element.seen_at));
    }
    (rows, elements)
}
