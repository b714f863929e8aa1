//! Figures of visits, whichever of them.
//!
//! A bounce is a visit of one pageview at most and no interaction; the duration of a visit is from its first event to its
//! last, bounces included with 0 (METRICS.md, Everyday). Intervals are Wilson's, 95 %.

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::statistics::{Interval, Z_95, rate, wilson};

/// Figures of visits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Totals {
    /// People.
    pub visitors: u64,
    /// Visits.
    pub sessions: u64,
    /// Pages shown in them.
    pub pageviews: u64,
    /// Share of the visits that were bounces.
    pub bounce_rate: Option<f64>,
    /// Interval of `bounce_rate`.
    pub bounce_interval: Option<Interval>,
    /// Mean duration, in seconds.
    pub mean_seconds: f64,
}

/// What the engine counts of visits.
#[derive(Debug, Clone, Copy, Row, Deserialize)]
pub(super) struct Counts {
    pub(super) visitors: u64,
    pub(super) sessions: u64,
    pub(super) views: u64,
    pub(super) bounces: u64,
    pub(super) seconds: f64,
}

impl From<Counts> for Totals {
    fn from(counts: Counts) -> Self {
        Self {
            visitors: counts.visitors,
            sessions: counts.sessions,
            pageviews: counts.views,
            bounce_rate: rate(counts.bounces, counts.sessions),
            bounce_interval: wilson(counts.bounces, counts.sessions, Z_95),
            mean_seconds: counts.seconds,
        }
    }
}
