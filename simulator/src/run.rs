//! Sends a number of visitors to a collector and gives the truth about them.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use url::Url;

use crate::beacons::batches;
use crate::courier::{Courier, Loaded, body};
use crate::{Error, Habits, Truth, Visit};

/// How many visitors, and which.
#[derive(Debug, Clone)]
pub struct Options {
    /// Visitors.
    pub visitors: u32,
    /// Another seed gives other visitors.
    pub seed: u64,
    /// Visitors whose beacons are under way at the same time.
    pub concurrency: usize,
    /// Where the site's pages are, if not where the habits say.
    pub origin: Option<Url>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            visitors: 3000,
            seed: 1,
            concurrency: 32,
            origin: None,
        }
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Visitors whose every beacon was acknowledged.
    pub done: u32,
    /// Visitors in all.
    pub visitors: u32,
    /// Beacons acknowledged.
    pub beacons: u64,
    /// Longest time an acknowledgement took. Above a second, neighbouring deeds may have changed places.
    pub slowest: Duration,
}

/// Sends the visitors to the collector at `target`, and gives the truth about them once every beacon is acknowledged.
/// `progress` is called after each visitor.
///
/// # Errors
/// The first beacon that could not be delivered ends the run: [`Error::Unreachable`], [`Error::Refused`],
/// [`Error::Busy`], [`Error::Beacon`]; [`Error::Target`] and [`Error::Habits`] before anything is sent.
pub async fn run(
    habits: &Habits,
    target: &Url,
    options: &Options,
    mut progress: impl FnMut(Progress),
) -> Result<Truth, Error> {
    let mut habits = habits.clone();
    if let Some(origin) = &options.origin {
        habits.origin = origin.clone();
    }
    habits.check()?;
    let habits = &habits;
    let courier = &Courier::new(target, &habits.origin)?;
    let mut truth = Truth::empty(&habits.site, &habits.steps);
    let mut so_far = Progress {
        visitors: options.visitors,
        ..Progress::default()
    };
    let mut visits = stream::iter(0..options.visitors)
        .map(|visitor| async move {
            let visit = Visit::draw(habits, options.seed, visitor);
            let sent = make(habits, courier, &visit).await?;
            Ok::<_, Error>((visit, sent))
        })
        .buffer_unordered(options.concurrency.max(1));
    while let Some(made) = visits.next().await {
        let (visit, sent) = made?;
        truth.count(&habits.steps, &visit);
        so_far.done += 1;
        so_far.beacons += sent.beacons;
        so_far.slowest = so_far.slowest.max(sent.slowest);
        progress(so_far);
    }
    Ok(truth)
}

struct Sent {
    beacons: u64,
    slowest: Duration,
}

/// Makes a visit that ended `visit.ago`, one beacon after the other.
async fn make(habits: &Habits, courier: &Courier, visit: &Visit) -> Result<Sent, Error> {
    let instant = Instant::now();
    let begun = visit.ago + Duration::from_millis(visit.length());
    let mut sent = Sent {
        beacons: 0,
        slowest: Duration::ZERO,
    };
    for (number, view) in (1..).zip(&visit.views) {
        let goes_on = number < visit.views.len();
        let loaded = Loaded {
            before: begun - Duration::from_millis(view.at),
            instant,
        };
        for mut batch in batches(habits, view, goes_on, visit.viewport) {
            let write = |ago| {
                batch.sent = ago;
                body(&batch)
            };
            let took = courier
                .deliver(&visit.agent, visit.address, loaded, write)
                .await?;
            sent.beacons += 1;
            sent.slowest = sent.slowest.max(took);
        }
    }
    Ok(sent)
}
