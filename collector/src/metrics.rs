//! What the collector counts, in Prometheus' text form.

use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::enrich::DropReason;
use crate::row::Table;
use crate::spool::Spool;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TableLabel {
    table: &'static str,
}

/// The collector's counters.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    accepted: Counter,
    dropped: Family<Reason, Counter>,
    refused: Family<Reason, Counter>,
    shipped: Family<TableLabel, Counter>,
    rejected: Counter,
    spool_bytes: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("snag");
        let metrics = (
            Counter::default(),
            Family::<Reason, Counter>::default(),
            Family::<Reason, Counter>::default(),
            Family::<TableLabel, Counter>::default(),
            Counter::default(),
            Gauge::<i64>::default(),
        );
        let (accepted, dropped, refused, shipped, rejected, spool_bytes) = metrics;
        registry.register("events_accepted", "Events acknowledged", accepted.clone());
        registry.register(
            "events_dropped",
            "Events not taken, by reason",
            dropped.clone(),
        );
        registry.register(
            "batches_refused",
            "Requests answered by an error, by reason",
            refused.clone(),
        );
        registry.register(
            "rows_shipped",
            "Rows the store confirmed, by table",
            shipped.clone(),
        );
        registry.register(
            "segments_rejected",
            "Segments the store refused",
            rejected.clone(),
        );
        registry.register(
            "spool_bytes",
            "Bytes that wait to be shipped",
            spool_bytes.clone(),
        );
        Self {
            registry,
            accepted,
            dropped,
            refused,
            shipped,
            rejected,
            spool_bytes,
        }
    }
}

impl Metrics {
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

    pub(crate) fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&Reason { reason }).inc();
    }

    pub(crate) fn shipped(&self, table: Table, rows: u64) {
        self.shipped
            .get_or_create(&TableLabel {
                table: table.name(),
            })
            .inc_by(rows);
    }

    pub(crate) fn rejected(&self) {
        self.rejected.inc();
    }

    /// All figures in Prometheus' text form.
    #[must_use]
    pub(crate) fn text(self: &Arc<Self>, spool: &Spool) -> String {
        self.spool_bytes
            .set(i64::try_from(spool.bytes()).unwrap_or(i64::MAX));
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            text.clear();
        }
        text
    }
}
