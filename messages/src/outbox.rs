//! What was told, what is not over and what waits to be delivered: one file of the data directory.
//!
//! A file and not a table, for what waits has to be known while the store is away, and since tables know no "only once":
//! two servers of one store would both read that nothing was sent yet. So one of them has the `[[messages]]`.
//!
//! Invariant: the file is replaced as a whole and synced, so it is what it was before or after a change. What is to be told
//! stands in it, with what made it due, before the first attempt, and until it is delivered or given up. So a restart misses
//! nothing; a crash between an answer and its record repeats one message under the same identifier, by which receivers know
//! it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::place::digest;
use crate::retry::next_attempt;
use crate::send::Outcome;
use crate::{Causes, Schedule, Told};

/// Why what was told is not known, or cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// It is there and is no outbox.
    #[error("{file} cannot be read ({message}): move it away; what waited in it is then not sent")]
    Damaged {
        /// Which file.
        file: String,
        /// What is wrong with it.
        message: String,
    },
    /// The disk.
    #[error("{file}: {source}")]
    Disk {
        /// Which file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A message to one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    /// Names it for ever: of what it tells and to whom.
    pub id: String,
    /// The name of the place, and of what it is told.
    pub place: String,
    /// What it tells.
    pub told: Told,
    /// When it was told.
    pub created: Timestamp,
    /// Attempts that failed.
    pub failed: usize,
    /// When to try next.
    pub next: Timestamp,
}

/// What the file holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct State {
    /// The last time at which a weekly message was due and told, by place.
    weekly: BTreeMap<String, Timestamp>,
    /// The last day, counted from 1970, whose rates were looked at, by site.
    looked: BTreeMap<String, i64>,
    causes: Causes,
    waiting: Vec<Parcel>,
}

/// What was told and what waits.
#[derive(Debug)]
pub struct Outbox {
    file: PathBuf,
    state: State,
}

impl Outbox {
    /// What the file says; an empty one where there is none.
    ///
    /// # Errors
    /// [`OutboxError`].
    pub fn open(file: &Path) -> Result<Self, OutboxError> {
        let state = match std::fs::read(file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| OutboxError::Damaged {
                file: file.display().to_string(),
                message: error.to_string(),
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(disk(file, error)),
        };
        Ok(Self {
            file: file.to_owned(),
            state,
        })
    }

    /// Writes all of it. What was told since the last time is to be sent only after this.
    ///
    /// # Errors
    /// [`OutboxError::Disk`]; the file is then as it was.
    pub fn save(&self) -> Result<(), OutboxError> {
        let write = || {
            let directory = self.file.parent().unwrap_or(Path::new("."));
            // Readable by its owner alone: titles of pages and addresses stand in it.
            let mut beside = tempfile::NamedTempFile::new_in(directory)?;
            serde_json::to_writer_pretty(&mut beside, &self.state)?;
            beside.flush()?;
            beside.as_file().sync_all()?;
            beside.persist(&self.file).map_err(|error| error.error)?;
            std::fs::File::open(directory)?.sync_all()
        };
        write().map_err(|error| disk(&self.file, error))
    }

    /// When a weekly message to a place is due that was not told yet. One that is met for the first time begins with the next.
    pub fn weekly_due(
        &mut self,
        place: &str,
        schedule: &Schedule,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let due = schedule.latest(now)?;
        let told = self.state.weekly.entry(place.to_owned()).or_insert(due);
        (due > *told).then_some(due)
    }

    /// Puts a weekly message into the box, once for each time it is due.
    pub fn tell_weekly(&mut self, place: &str, told: Told, due: Timestamp, now: Timestamp) {
        if self.state.weekly.insert(place.to_owned(), due) < Some(due) {
            let occasion = format!("{} weekly {due}", told.site());
            self.put(place, told, &occasion, now);
        }
    }

    /// Whether the rates of a day, counted from 1970, are still to be looked at.
    #[must_use]
    pub fn is_to_look(&self, site: &str, day: i64) -> bool {
        self.state
            .looked
            .get(site)
            .is_none_or(|looked| *looked < day)
    }

    /// Notes that they were.
    pub fn looked(&mut self, site: &str, day: i64) {
        self.state.looked.insert(site.to_owned(), day);
    }

    /// What was told and is not over.
    pub fn causes(&mut self) -> &mut Causes {
        &mut self.state.causes
    }

    /// Puts an alert into the box, for each of the places.
    pub fn tell(&mut self, places: &[String], told: &Told, now: Timestamp) {
        let what = serde_json::to_string(told).unwrap_or_default();
        let occasion = format!("{now} {what}");
        for place in places {
            self.put(place, told.clone(), &occasion, now);
        }
    }

    fn put(&mut self, place: &str, told: Told, occasion: &str, now: Timestamp) {
        let id = digest(&format!("{place}\0{occasion}"));
        self.state.waiting.push(Parcel {
            id: format!("msg_{}", &id[..24]),
            place: place.to_owned(),
            told,
            created: now,
            failed: 0,
            next: now,
        });
    }

    /// What is to be sent now, the oldest first.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Vec<Parcel> {
        let due = self
            .state
            .waiting
            .iter()
            .filter(|parcel| parcel.next <= now);
        due.cloned().collect()
    }

    /// When the next one is to be sent, if any waits.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.state.waiting.iter().map(|parcel| parcel.next).min()
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state.waiting.len()
    }

    /// Notes what came of an attempt, with a luck of 0..1; when it is tried again, if it is.
    pub fn settle(
        &mut self,
        id: &str,
        outcome: &Outcome,
        now: Timestamp,
        luck: f64,
    ) -> Option<Timestamp> {
        let at = self
            .state
            .waiting
            .iter()
            .position(|parcel| parcel.id == id)?;
        if let Outcome::Later { wait_ms, .. } = outcome {
            let parcel = &mut self.state.waiting[at];
            parcel.failed += 1;
            let wait = next_attempt(parcel.failed, luck, *wait_ms);
            let next = wait.and_then(|wait| {
                let ms = now.as_millisecond().checked_add(wait)?;
                Timestamp::from_millisecond(ms).ok()
            });
            if let Some(next) = next {
                parcel.next = next;
                return Some(next);
            }
        }
        self.state.waiting.remove(at);
        None
    }

    /// Forgets what waits for places that are no more, and gives it.
    pub fn keep_only(&mut self, places: &BTreeSet<String>) -> Vec<Parcel> {
        let (kept, gone) = std::mem::take(&mut self.state.waiting)
            .into_iter()
            .partition(|parcel| places.contains(&parcel.place));
        self.state.waiting = kept;
        gone
    }
}

fn disk(file: &Path, source: std::io::Error) -> OutboxError {
    OutboxError::Disk {
        file: file.display().to_string(),
        source,
    }
}

#[cfg(test)]
mod tests;
