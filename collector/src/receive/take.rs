//! The one way in: what any entrance has read is enriched, made durable and counted here.
//!
//! Invariant: [`Taken::Stored`] is only said after the spool has the rows on the disk; otherwise nothing is stored, of
//! several batches of one request either. It knows nothing of HTTP: entrances translate what they were sent into
//! batches, and what comes back into an answer.

use jiff::Timestamp;
use snag_beacon::{Click, Element, Event, Kind};

use super::Receiving;
use crate::databases::Watched;
use crate::encoding::RowBinary;
use crate::enrich::{DropReason, Knowledge, Sender, Visitors, enrich};
use crate::row::{ElementRow, EventRow, InteractionRow, Table, month_of};
use crate::spool::{Batch, Commit, Rows};

/// Bytes the rows of one request may take, and the texts they are made from: a batch can name one long text many times.
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

/// Enriches the batches of one request, stores what is left of them and counts both.
pub(super) async fn take(
    receiving: &Receiving,
    sender: &Sender<'_>,
    batches: &[snag_beacon::Batch<'_>],
) -> Taken {
    match put(receiving, sender, batches) {
        Ok(put) => put.settle(receiving).await,
        Err(taken) => taken,
    }
}

/// What was put into the spool and waits for its commit; nothing of the batches themselves is needed any more.
#[derive(Debug, Default)]
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

/// Enriches the batches of one request and puts what is left of them into the spool, as one.
///
/// # Errors
/// When they are not taken: nothing of any is stored then.
pub(super) fn put(
    receiving: &Receiving,
    sender: &Sender<'_>,
    batches: &[snag_beacon::Batch<'_>],
) -> Result<Put, Taken> {
    // Before any of it is worked on.
    let bytes: usize = batches.iter().map(text_bytes).sum();
    if bytes as u64 > ROWS_BYTES {
        return Err(too_large(receiving));
    }
    let now = Timestamp::now().as_millisecond();
    let salts = receiving.salts.at(now);
    let salts = salts.map_err(|error| unavailable(receiving, &error))?;
    let databases = &receiving.databases;
    let places = databases.places.as_ref().map(Watched::current);
    let networks = databases.networks.as_ref().map(Watched::current);
    let spam = databases.spam.as_ref().map(Watched::current);
    let knowledge = Knowledge {
        now,
        visitors: Visitors::Salted(&salts),
        sites: &receiving.sites,
        bots: &receiving.bots,
        agents: &receiving.agents,
        places: places.as_deref(),
        networks: networks.as_deref(),
        spam: spam.as_deref().unwrap_or(&receiving.known_spam),
    };
    let mut put = Put::default();
    let mut rows = receiving.rows.borrow_mut();
    rows.clear();
    for batch in batches {
        let enriched = enrich(&knowledge, sender, batch);
        for reason in &enriched.dropped {
            receiving.metrics.dropped(*reason);
        }
        for detected in &enriched.detected {
            receiving.metrics.detected(*detected);
        }
        let (detected, agent) = (&enriched.detected, sender.user_agent);
        receiving.detections.note(&batch.site, detected, agent, now);
        encode_events(&mut rows, &enriched.events);
        encode_interactions(&mut rows, &enriched.interactions);
        let elements = encode_elements(receiving, &mut rows, &enriched.elements);
        put.accepted += enriched.events.len() + enriched.interactions.len();
        put.dropped.extend(enriched.dropped);
        put.elements.extend(elements);
    }
    if put.accepted > 0 {
        if rows.bytes() > ROWS_BYTES {
            return Err(too_large(receiving));
        }
        let appended = receiving.lane.append(&rows);
        put.commit = Some(appended.map_err(|error| unavailable(receiving, &error))?);
    }
    Ok(put)
}

/// Bytes of all texts that the events name, each as often as it is named.
fn text_bytes(batch: &snag_beacon::Batch<'_>) -> usize {
    let of_event = |event: &Event<'_>| {
        let texts = match &event.kind {
            Kind::Pageview(pageview) => pageview.referrer.len() + pageview.title.len(),
            Kind::Click(Click { element, .. }) => element_bytes(element),
            Kind::Custom(custom) => {
                let props = custom.props.iter();
                let props: usize = props.map(|(key, value)| key.len() + value.len()).sum();
                custom.name.len() + custom.currency.len() + props
            }
            Kind::Signal(signal) => {
                element_bytes(&signal.element) + signal.detail.len() + signal.name.len()
            }
            Kind::Attention(_) => 0,
            Kind::Exposure(exposure) => element_bytes(&exposure.element),
            Kind::Field(field) => {
                element_bytes(&field.form) + element_bytes(&field.element) + field.message.len()
            }
        };
        event.url.len() + texts
    };
    batch.events.iter().map(of_event).sum()
}

fn element_bytes(element: &Element<'_>) -> usize {
    element.texts().iter().map(|text| text.len()).sum()
}

fn too_large(receiving: &Receiving) -> Taken {
    receiving.metrics.refused("too_large");
    Taken::TooLarge
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
