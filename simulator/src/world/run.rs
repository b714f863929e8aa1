//! Walks the sessions of a world and writes them down: recordings for `snag import recordings`, the truth, and the world.
//!
//! Invariant: the same world, seed, sessions and period give the same bytes, however many processors work at it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use rayon::prelude::*;

use super::World;
use super::calendar::Calendar;
use super::record::Recorder;
use super::site::Site;
use super::toll::{Counts, WorldTruth, reckon};
use super::walk::{Visit, walk};
use crate::Error;

/// Sessions that are written at once by one processor.
const BLOCK: u64 = 2000;
/// Blocks that are made before they are written.
const BLOCKS: u64 = 16;
/// As quick as it gets: recordings are written once and read once.
const LEVEL: i32 = 1;

/// How many sessions of a world, and when.
#[derive(Debug, Clone)]
pub struct Run {
    /// Sessions, of people and programs.
    pub sessions: u64,
    /// Another seed gives other visitors.
    pub seed: u64,
    /// The days.
    pub period: Period,
    /// Sessions over which costs are reckoned at least.
    pub reckoned: u64,
}

/// Days, from the first's midnight to the last's, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The last day.
    pub until: Date,
    /// How many.
    pub days: u32,
}

impl Period {
    pub(super) fn first(&self) -> Date {
        let before = i64::from(self.days.saturating_sub(1)).days();
        self.until.saturating_sub(before)
    }

    /// Monday is 0.
    pub(super) fn first_weekday(&self) -> u8 {
        self.first()
            .weekday()
            .to_monday_zero_offset()
            .unsigned_abs()
    }

    /// Milliseconds since 1970.
    pub(super) fn begins(&self) -> i64 {
        let midnight = self.first().to_zoned(TimeZone::UTC);
        midnight.map_or(0, |midnight| midnight.timestamp().as_millisecond())
    }

    /// Milliseconds since 1970.
    pub(super) fn ends(&self) -> i64 {
        self.begins() + i64::from(self.days) * 24 * 60 * 60 * 1000
    }
}

/// Writes `recordings.ndjson.zst`, `truth.json` and `world.toml` into the directory. `progress` is told sessions written.
///
/// # Errors
/// [`Error::Write`] when a file cannot be written.
pub fn simulate(
    world: &World,
    run: &Run,
    directory: &Path,
    mut progress: impl FnMut(u64),
) -> Result<WorldTruth, Error> {
    let fail = |name: &str| {
        let path = directory.join(name);
        move |source| Error::Write { path, source }
    };
    std::fs::create_dir_all(directory).map_err(fail(""))?;
    let spoilt = world.spoilt();
    let site = Site::new(&spoilt);
    let recorder = Recorder::new(&site);
    let calendar = Calendar::new(&world.rhythm, &run.period, run.sessions, run.seed);
    let name = "recordings.ndjson.zst";
    let mut file = File::create(directory.join(name)).map_err(fail(name))?;
    let mut counts = Counts::of(world.defects.len());
    for first in (0..run.sessions).step_by((BLOCK * BLOCKS) as usize) {
        let starts: Vec<u64> = (0..BLOCKS)
            .map(|block| first + block * BLOCK)
            .filter(|start| *start < run.sessions)
            .collect();
        let blocks: Vec<_> = starts
            .into_par_iter()
            .map(|start| {
                let numbers = start..run.sessions.min(start + BLOCK);
                let mut lines = String::new();
                let mut counts = Counts::of(world.defects.len());
                for number in numbers {
                    let visit = walk(&site, run, number);
                    counts.count(&spoilt, &visit);
                    write_down(&mut lines, &spoilt, &recorder, &calendar, number, &visit);
                }
                (zstd::bulk::compress(lines.as_bytes(), LEVEL), counts)
            })
            .collect();
        for (packed, more) in blocks {
            let packed = packed.map_err(fail(name))?;
            file.write_all(&packed).map_err(fail(name))?;
            counts.add(more);
            progress(counts.sessions + counts.bots);
        }
    }
    let truth = reckon(world, run, &counts);
    let text = serde_json::to_string_pretty(&truth).map_err(std::io::Error::from);
    let text = text.map_err(fail("truth.json"))? + "\n";
    std::fs::write(directory.join("truth.json"), text).map_err(fail("truth.json"))?;
    let text = toml::to_string(world).map_err(std::io::Error::other);
    let text = text.map_err(fail("world.toml"))?;
    std::fs::write(directory.join("world.toml"), text).map_err(fail("world.toml"))?;
    Ok(truth)
}

/// One line a batch.
fn write_down(
    lines: &mut String,
    world: &World,
    recorder: &Recorder<'_>,
    calendar: &Calendar,
    number: u64,
    visit: &Visit,
) {
    let begin = calendar.begin(number);
    let country = &world.countries[visit.who.country].code;
    recorder.tell(number, visit, |sent| {
        let time = begin + i64::try_from(sent.at).unwrap_or(0);
        let time = Timestamp::from_millisecond(time).unwrap_or_default();
        let (before, after) = sent.body;
        // Agents and countries are plain ASCII, which was checked.
        let _ = writeln!(
            lines,
            r#"{{"time":"{time}","visitor":"v{}","user_agent":"{}","country":"{country}","body":{before}{}{after}}}"#,
            visit.who.root,
            visit.who.agent,
            sent.at - sent.loaded,
        );
    });
}
