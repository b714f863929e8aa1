//! Who sees a page, how long, how far down, and how fast it is for them; over all devices and on each.
//!
//! Invariant: of what is not known there is nothing, never a nought: a pageview without a depth is in no share of those that
//! came so far, one without a largest paint in no percentile.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use super::{Narrowed, Span, parted};
use crate::Error;
use crate::statistics::{Interval, Z_95, rate, wilson};

const VIEWS_SQL: &str = include_str!("../../../../sql/reports/page_views.sql");
const ATTENTION_SQL: &str = include_str!("../../../../sql/reports/page_attention.sql");

/// Parts of a page, from the top.
const TENTHS: usize = 10;

/// What a page is to those who see it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Audience {
    /// Times it was shown.
    pub views: u64,
    /// People who saw it.
    pub visitors: u64,
    /// Visits in which it was shown.
    pub visits: u64,
    /// Of these those that began with it.
    pub entries: u64,
    /// Of these those that ended with it.
    pub exits: u64,
    /// Exits of the pageviews (METRICS.md, Everyday).
    pub exit_rate: Option<f64>,
    /// Interval of `exit_rate`.
    pub exit_interval: Option<Interval>,
    /// Pageviews of which it is known how they were looked at.
    pub looked_at: u64,
    /// In half of these it was visible, focused and in use for at most so long.
    pub median_engaged_seconds: Option<f64>,
    /// The page in ten parts, from the top; none where no depth is known.
    pub tenths: Vec<Tenth>,
    /// Largest Contentful Paint, Interaction to Next Paint, Cumulative Layout Shift.
    pub vitals: Vec<Vital>,
    /// The end of the load.
    pub load: Speed,
    /// The first byte.
    pub first_byte: Speed,
}

/// What a page is to those who see it with one kind of device.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeviceAudience {
    /// The kind of device; empty where it is not known.
    pub device: String,
    /// The figures.
    #[serde(flatten)]
    pub audience: Audience,
}

/// A tenth of a page's height.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tenth {
    /// Where it begins, in per cent of the height.
    pub from: u8,
    /// Pageviews in which a part of it was on the screen.
    pub reached: u64,
    /// Of those of which the depth is known.
    pub rate: Option<f64>,
    /// Interval of `rate`.
    pub interval: Option<Interval>,
    /// Seconds of use a pageview for which it was on the screen, on the mean.
    pub mean_seconds: f64,
    /// The share of the time that all tenths were on the screen.
    pub attention: Option<f64>,
}

/// A web vital. Times are seconds, a shift is a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Vital {
    /// `LCP`, `INP` or `CLS`.
    pub name: &'static str,
    /// Three of four pageviews keep to this or less; absent where nobody told.
    pub p75: Option<f64>,
    /// Up to this it is good.
    pub good: f64,
    /// Above this it is poor.
    pub poor: f64,
    /// `good`, `fair` or `poor`; absent as `p75` is.
    pub verdict: Option<&'static str>,
    /// Pageviews that tell it.
    pub views: u64,
}

/// How soon something came.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Speed {
    /// In half of the pageviews at most so long after the start; absent where nobody told.
    pub median_seconds: Option<f64>,
    /// Pageviews that tell it.
    pub views: u64,
}

/// Audiences of a page.
pub(super) struct Audiences {
    pub(super) pages: u64,
    pub(super) whole: Audience,
    pub(super) devices: Vec<DeviceAudience>,
}

#[derive(Row, Deserialize)]
struct Shown {
    by_device: bool,
    of_device: String,
    pages: u64,
    views: u64,
    visitors: u64,
    visits: u64,
    entries: u64,
    exits: u64,
}

#[derive(Row, Deserialize)]
struct Looked {
    by_device: bool,
    of_device: String,
    looked: u64,
    measured: u64,
    engaged_seconds: f64,
    reached: Vec<u64>,
    tenths_ms: Vec<u64>,
    lcp_views: u64,
    lcp_seconds: f64,
    inp_views: u64,
    inp_seconds: f64,
    cls_views: u64,
    cls_score: f64,
    load_views: u64,
    load_seconds: f64,
    ttfb_views: u64,
    ttfb_seconds: f64,
}

/// Asks for them.
pub(super) async fn audiences(
    store: &Store,
    span: &Span,
    narrowed: &Narrowed,
) -> Result<Audiences, Error> {
    let (of_visits, of_pages) = parted(span);
    let mut bindings = narrowed.bindings.clone();
    let pages = format!(
        "({}) AND ({})",
        narrowed.pages,
        bindings.filters(&of_pages.filters)
    );
    let sql = VIEWS_SQL.replace("{{pages}}", &pages);
    let shown: Vec<Shown> = of_visits
        .query_with(store, &sql, &span.period, bindings)
        .fetch_all()
        .await?;
    let looked: Vec<Looked> = narrowed.rows(store, span, ATTENTION_SQL).await?;

    let of = |is_device: bool, device: &str| {
        let looked = looked
            .iter()
            .find(|row| row.by_device == is_device && row.of_device == device);
        looked.map(audience).unwrap_or_default()
    };
    let mut found = Audiences {
        pages: shown.first().map_or(0, |row| row.pages),
        whole: of(false, ""),
        devices: Vec::new(),
    };
    for row in &shown {
        let audience = row.of(of(row.by_device, &row.of_device));
        match row.by_device {
            true => found.devices.push(DeviceAudience {
                device: row.of_device.clone(),
                audience,
            }),
            // Of no pageview at all there is a row too.
            false => found.whole = audience,
        }
    }
    Ok(found)
}

impl Shown {
    /// How it was looked at, and by how many.
    fn of(&self, looked: Audience) -> Audience {
        // A visit without a pageview ends on a page that it did not show.
        let exits = self.exits.min(self.views);
        Audience {
            views: self.views,
            visitors: self.visitors,
            visits: self.visits,
            entries: self.entries,
            exits,
            exit_rate: rate(exits, self.views),
            exit_interval: wilson(exits, self.views, Z_95),
            ..looked
        }
    }
}

fn audience(row: &Looked) -> Audience {
    if row.looked == 0 {
        return Audience::default();
    }
    let vital = |name, figure: f64, views, [good, poor]: [f64; 2]| {
        let p75 = (views > 0).then_some(figure);
        Vital {
            name,
            p75,
            good,
            poor,
            verdict: p75.map(|p75| match p75 {
                _ if p75 <= good => "good",
                _ if p75 <= poor => "fair",
                _ => "poor",
            }),
            views,
        }
    };
    let speed = |seconds, views| Speed {
        median_seconds: (views > 0).then_some(seconds),
        views,
    };
    Audience {
        looked_at: row.looked,
        median_engaged_seconds: Some(row.engaged_seconds),
        tenths: match row.measured {
            0 => Vec::new(),
            _ => (0..TENTHS).map(|tenth| row.tenth(tenth)).collect(),
        },
        // web.dev/articles/vitals, as METRICS.md, Everyday.
        vitals: vec![
            vital("LCP", row.lcp_seconds, row.lcp_views, [2.5, 4.0]),
            vital("INP", row.inp_seconds, row.inp_views, [0.2, 0.5]),
            vital("CLS", row.cls_score, row.cls_views, [0.1, 0.25]),
        ],
        load: speed(row.load_seconds, row.load_views),
        first_byte: speed(row.ttfb_seconds, row.ttfb_views),
        ..Audience::default()
    }
}

impl Looked {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "milliseconds stay far below 2^53, and there are ten tenths"
    )]
    fn tenth(&self, tenth: usize) -> Tenth {
        let of = |list: &[u64]| list.get(tenth).copied().unwrap_or_default();
        let (reached, shown) = (of(&self.reached), of(&self.tenths_ms));
        Tenth {
            from: (tenth * 100 / TENTHS) as u8,
            reached,
            rate: rate(reached, self.measured),
            interval: wilson(reached, self.measured, Z_95),
            mean_seconds: shown as f64 / 1000.0 / self.looked as f64,
            attention: rate(shown, self.tenths_ms.iter().sum()),
        }
    }
}
