//! Sends the sessions of a world to a running collector, as their pages would have.
//!
//! Invariant: each batch is what [`simulate`](super::simulate) writes for the session, but for the time: the end of the
//! period is now.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use url::Url;

use super::calendar::Calendar;
use super::record::Recorder;
use super::site::Site;
use super::toll::{Counts, WorldTruth, reckon};
use super::walk::walk;
use super::{Run, World};
use crate::courier::{Courier, Loaded};
use crate::{Addresses, Error, Progress};

/// Days back that a batch can tell of, within the 30 that a collector believes.
const MOST_DAYS: u32 = 29;
/// Visits under way at once.
const CONCURRENCY: usize = 32;

/// Sends all sessions to the collector at `target`, and gives the truth about them.
///
/// # Errors
/// As [`run`](crate::run()); and [`Error::Habits`] for a period of more than 29 days.
pub async fn send(
    world: &World,
    run: &Run,
    target: &Url,
    mut progress: impl FnMut(Progress),
) -> Result<WorldTruth, Error> {
    if run.period.days > MOST_DAYS {
        return Err(Error::Habits {
            place: "days".to_owned(),
            problem: format!("no beacon tells of what is {} days ago", run.period.days),
            mend: format!("ask for at most {MOST_DAYS}, or write files"),
        });
    }
    let spoilt = world.spoilt();
    let site = &Site::new(&spoilt);
    let recorder = &Recorder::new(site);
    let calendar = &Calendar::new(&world.rhythm, &run.period, run.sessions, run.seed);
    let courier = &Courier::new(target, &world.origin)?;
    let instant = Instant::now();
    let mut counts = Counts::of(world.defects.len());
    let mut so_far = Progress {
        visitors: u32::try_from(run.sessions).unwrap_or(u32::MAX),
        ..Progress::default()
    };
    let mut visits = stream::iter(0..run.sessions)
        .map(|number| async move {
            let visit = walk(site, run, number);
            let begin = run.period.ends() - calendar.begin(number);
            let begin = Duration::from_millis(begin.unsigned_abs());
            let mut batches = Vec::new();
            recorder.tell(number, &visit, |sent| {
                let (before, after) = sent.body;
                batches.push((sent.loaded, before.to_owned(), after.to_owned()));
            });
            let visitor = u32::try_from(visit.who.root).unwrap_or(u32::MAX);
            let address = Addresses::new(run.seed).of(visitor, visitor % 4 == 0);
            let (mut beacons, mut slowest) = (0, Duration::ZERO);
            for (loaded, before, after) in batches {
                let loaded = Loaded {
                    before: begin.saturating_sub(Duration::from_millis(loaded)),
                    instant,
                };
                let body = |ago: u64| Ok(format!("{before}{ago}{after}").into_bytes());
                let took = courier
                    .deliver(&visit.who.agent, address, loaded, body)
                    .await?;
                beacons += 1;
                slowest = slowest.max(took);
            }
            Ok::<_, Error>((visit, beacons, slowest))
        })
        .buffer_unordered(CONCURRENCY);
    while let Some(made) = visits.next().await {
        let (visit, beacons, slowest) = made?;
        counts.count(&spoilt, &visit);
        so_far.done += 1;
        so_far.beacons += beacons;
        so_far.slowest = so_far.slowest.max(slowest);
        progress(so_far);
    }
    Ok(reckon(world, run, &counts))
}
