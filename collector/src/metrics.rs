//! What the collector counts, in Prometheus' text form.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::enrich::{BotReason, DropReason, Treatment};
use crate::row::Table;
use crate::spool::Shelf;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Mark {
    reason: &'static str,
    mode: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TableLabel {
    table: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

/// The collector's counters.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    shelf: Arc<Shelf>,
    accepted: Counter,
    dropped: Family<Reason, Counter>,
    marked: Family<Mark, Counter>,
    refused: Family<Reason, Counter>,
    shipped: Family<TableLabel, Counter>,
    rejected: Counter,
    insert_seconds: Histogram,
    store_errors: Family<Kind, Counter>,
    last_shipment: Gauge,
    derived_until: Option<Arc<AtomicI64>>,
    sessions_lag: Gauge,
    spool: SpoolGauges,
}

/// What is read off the spool when somebody asks.
#[derive(Debug, Default)]
struct SpoolGauges {
    bytes: Gauge,
    segments: Gauge,
    oldest_seconds: Gauge,
    rejected: Gauge,
}

impl Metrics {
    /// Counters that stand at 0, and gauges that look at the spool and, where visits are derived, at how far that has come.
    pub(crate) fn new(shelf: Arc<Shelf>, derived_until: Option<Arc<AtomicI64>>) -> Self {
        let mut all = Registry::with_prefix("snag");
        let metrics = Self {
            accepted: Counter::default(),
            dropped: Family::default(),
            marked: Family::default(),
            refused: Family::default(),
            shipped: Family::default(),
            rejected: Counter::default(),
            insert_seconds: Histogram::new(exponential_buckets(0.001, 2.0, 18)),
            store_errors: Family::default(),
            last_shipment: Gauge::default(),
            derived_until,
            sessions_lag: Gauge::default(),
            spool: SpoolGauges::default(),
            shelf,
            registry: Registry::default(),
        };
        all.register(
            "events_accepted",
            "Events acknowledged",
            metrics.accepted.clone(),
        );
        all.register(
            "events_dropped",
            "Events not taken, by reason",
            metrics.dropped.clone(),
        );
        all.register(
            "events_marked",
            "Events taken for those of bots, by reason and by what was done: marked, dropped or, in shadow, nothing",
            metrics.marked.clone(),
        );
        all.register(
            "batches_refused",
            "Requests answered by an error, by reason",
            metrics.refused.clone(),
        );
        all.register(
            "rows_shipped",
            "Rows the store confirmed, by table",
            metrics.shipped.clone(),
        );
        all.register(
            "segments_rejected",
            "Segments set aside",
            metrics.rejected.clone(),
        );
        all.register_with_unit(
            "commit",
            "From the begin of a commit until the disk had it",
            Unit::Seconds,
            metrics.shelf.commit_seconds.clone(),
        );
        all.register_with_unit(
            "insert",
            "From the begin of an insert until the store had confirmed it",
            Unit::Seconds,
            metrics.insert_seconds.clone(),
        );
        all.register(
            "store_errors",
            "Inserts the store did not confirm: unavailable, tried again, or refused, whose rows are set aside",
            metrics.store_errors.clone(),
        );
        all.register_with_unit(
            "last_shipment_timestamp",
            "When the store last confirmed an insert, seconds since 1970; 0 before the first",
            Unit::Seconds,
            metrics.last_shipment.clone(),
        );
        if metrics.derived_until.is_some() {
            all.register_with_unit(
                "sessions_lag",
                "How far visits are behind what is stored",
                Unit::Seconds,
                metrics.sessions_lag.clone(),
            );
        }
        let spool = &metrics.spool;
        all.register(
            "spool_bytes",
            "Bytes that wait to be shipped",
            spool.bytes.clone(),
        );
        all.register(
            "spool_segments",
            "Sealed segments that wait to be shipped",
            spool.segments.clone(),
        );
        all.register_with_unit(
            "spool_oldest",
            "Age of the oldest segment that waits",
            Unit::Seconds,
            spool.oldest_seconds.clone(),
        );
        all.register(
            "spool_rejected",
            "Files set aside that wait for a person",
            spool.rejected.clone(),
        );
        Self {
            registry: all,
            ..metrics
        }
    }

    pub(crate) fn accepted(&self, events: usize) {
        self.accepted.inc_by(events as u64);
    }

    pub(crate) fn dropped(&self, reason: DropReason) {
        self.dropped
            .get_or_create(&Reason {
                reason: reason.word(),
            })
            .inc();
    }

    /// Counts what was understood and is not kept by design.
    pub(crate) fn set_aside(&self, reason: &'static str) {
        self.dropped.get_or_create(&Reason { reason }).inc();
    }

    pub(crate) fn detected(&self, (reason, treatment): (BotReason, Treatment)) {
        self.marked
            .get_or_create(&Mark {
                reason: reason.word(),
                mode: treatment.word(),
            })
            .inc();
    }

    pub(crate) fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&Reason { reason }).inc();
    }

    /// Rows of a table that the store has confirmed, and how long that took.
    pub(crate) fn shipped(&self, table: Table, rows: u64, took: Duration) {
        let table = table.name();
        self.shipped
            .get_or_create(&TableLabel { table })
            .inc_by(rows);
        self.insert_seconds.observe(took.as_secs_f64());
        self.last_shipment.set(now_ms() / 1000);
    }

    /// An insert that was not confirmed.
    pub(crate) fn not_stored(&self, kind: &'static str) {
        self.store_errors.get_or_create(&Kind { kind }).inc();
    }

    pub(crate) fn rejected(&self) {
        self.rejected.inc();
    }

    /// All figures in Prometheus' text form. Looks into the spool's directory.
    #[must_use]
    pub(crate) fn text(&self) -> String {
        self.look();
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            text.clear();
        }
        text
    }

    fn look(&self) {
        if let Some(until) = &self.derived_until {
            let until = until.load(Ordering::Relaxed);
            self.sessions_lag.set(((now_ms() - until) / 1000).max(0));
        }
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let spool = &self.spool;
        spool.bytes.set(number(self.shelf.bytes()));
        spool.segments.set(number(self.shelf.segments()));
        // A directory that cannot be read is said by who writes there; the figures stay as they were.
        let Ok(found) = self.shelf.survey() else {
            return;
        };
        let age = |since: i64| (now_ms() - since) / 1000;
        spool.oldest_seconds.set(found.oldest.map_or(0, age).max(0));
        spool.rejected.set(number(found.rejected));
    }
}

fn now_ms() -> i64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
