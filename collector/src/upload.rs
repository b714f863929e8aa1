//! Ships sealed segments to the store, each exactly once.
//!
//! A segment goes as one insert for each of its batches, whose deduplication token is the segment's name with the
//! batch's; only after the store's confirmation is the file unlinked. A store that cannot be reached is tried again, for
//! hours if need be; rows that it refuses move to `rejected/` with its words beside them. Never blocks receiving.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::stream;
use rand::Rng;
use snag_store::{BodyFormat, Store};

use crate::metrics::Metrics;
use crate::spool::{Batch, SEALED, Sealed, Shelf, keep_damage, keep_refused, list};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Between two looks into the directory when nothing was sealed: a person may have put a segment back.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// The task that ships.
pub(crate) struct Uploader {
    shelf: Arc<Shelf>,
    store: Store,
    metrics: Arc<Metrics>,
    /// Of the segment that is being shipped, what was confirmed.
    progress: Mutex<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    segment: String,
    confirmed: Vec<Batch>,
}

enum Outcome {
    Shipped,
    Unavailable(String),
}

impl Uploader {
    pub(crate) fn new(shelf: Arc<Shelf>, store: Store, metrics: Arc<Metrics>) -> Self {
        let progress = Mutex::default();
        Self {
            shelf,
            store,
            metrics,
            progress,
        }
    }

    /// Ships until the future is dropped; dropping it at any point loses nothing.
    pub(crate) async fn run(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.ship_all().await {
                Ok(Outcome::Shipped) => {
                    pause = FIRST_PAUSE;
                    // Whichever comes first; both only mean a look.
                    let _ = tokio::time::timeout(LOOK_AGAIN, self.shelf.sealed.notified()).await;
                }
                Ok(Outcome::Unavailable(reason)) => {
                    let waiting = self.shelf.segments();
                    tracing::warn!(%reason, waiting, retry_in = ?pause, "the store cannot take a segment now");
                    self.rest(&mut pause).await;
                }
                Err(error) => {
                    tracing::error!(%error, retry_in = ?pause, "a part of the spool cannot be read or changed");
                    // What is sealed meanwhile is not to wait for it.
                    let _ = tokio::time::timeout(pause, self.shelf.sealed.notified()).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn rest(&self, pause: &mut Duration) {
        let jitter = rand::rng().random_range(0.5..1.0);
        tokio::time::sleep(pause.mul_f64(jitter)).await;
        *pause = (*pause * 2).min(LONGEST_PAUSE);
    }

    /// Ships what is sealed now.
    pub(crate) async fn ship_everything(&self) -> Result<(), String> {
        match self.ship_all().await {
            Ok(Outcome::Shipped) => Ok(()),
            Ok(Outcome::Unavailable(reason)) => Err(reason),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn ship_all(&self) -> io::Result<Outcome> {
        loop {
            let mut waiting = Vec::new();
            for path in list(&self.shelf.config.directory, SEALED)? {
                let length = path.metadata()?.len();
                waiting.push((path, length));
            }
            let bytes = waiting.iter().map(|(_, length)| length).sum();
            self.shelf.has_counted(waiting.len() as u64, bytes);
            if waiting.is_empty() {
                return Ok(Outcome::Shipped);
            }
            let mut unreadable = None;
            for (path, length) in waiting {
                match self.ship(&path).await {
                    Ok(Outcome::Shipped) => self.shelf.has_shipped(length),
                    Ok(unavailable) => return Ok(unavailable),
                    // The others can be shipped all the same, and new ones sealed: it is its bytes alone that wait.
                    Err(error) => {
                        self.shelf.has_shipped(0);
                        let path = path.display();
                        unreadable = Some(io::Error::other(format!("{path}: {error}")));
                    }
                }
            }
            if let Some(error) = unreadable {
                return Err(error);
            }
        }
    }

    async fn ship(&self, path: &Path) -> io::Result<Outcome> {
        let sealed = {
            let path = path.to_owned();
            tokio::task::spawn_blocking(move || Sealed::read(&path))
                .await
                .map_err(io::Error::other)??
        };
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let (mut refused, mut reasons) = (Vec::new(), Vec::new());
        for batch in sealed.batches() {
            if self.is_confirmed(name, batch) {
                continue;
            }
            match self.insert(name, &sealed, batch).await {
                Ok(()) => self.confirm(batch),
                Err(Refusal::Later(reason)) => return Ok(Outcome::Unavailable(reason)),
                Err(Refusal::Rows(reason)) => {
                    refused.push(batch);
                    reasons.push(reason);
                }
            }
        }
        // Only then the segment goes: a crash in between repeats what is above, under the same tokens.
        if !refused.is_empty() {
            let reason = reasons.join("; ");
            let place = keep_refused(path, &sealed.only(&refused), &reason)?;
            self.metrics.rejected();
            tracing::error!(segment = %place.display(), reason, "the store refused rows; they were set aside: see `snag spool list`");
        }
        for damage in &sealed.damage {
            let place = keep_damage(path, damage.start, sealed.bytes(damage.clone()))?;
            self.metrics.rejected();
            tracing::error!(kept = %place.display(), bytes = damage.len(), "a segment was damaged; all else of it was stored: see `snag spool list`");
        }
        std::fs::remove_file(path)?;
        Ok(Outcome::Shipped)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_confirmed(&self, name: &str, batch: Batch) -> bool {
        let mut progress = self.progress();
        if progress.segment != name {
            *progress = Progress {
                segment: name.to_owned(),
                confirmed: Vec::new(),
            };
        }
        progress.confirmed.contains(&batch)
    }

    fn confirm(&self, batch: Batch) {
        self.progress().confirmed.push(batch);
    }

    async fn insert(&self, name: &str, sealed: &Sealed, batch: Batch) -> Result<(), Refusal> {
        let table = batch.table.name();
        let Some(body) = sealed.body(batch) else {
            return Err(Refusal::Rows(format!("{table}: its schema is damaged")));
        };
        let token = format!("{name}.{table}.{}", batch.month);
        let body = stream::iter(body.into_iter().map(Ok));
        let start = Instant::now();
        let sent = self
            .store
            .insert_body(table, BodyFormat::RowBinary, &token, body)
            .await;
        match sent {
            Ok(()) => {
                let took = start.elapsed();
                self.metrics.shipped(batch.table, sealed.rows(batch), took);
                Ok(())
            }
            Err(error) if error.is_retryable() => {
                self.metrics.not_stored("unavailable");
                Err(Refusal::Later(error.to_string()))
            }
            Err(error) => {
                self.metrics.not_stored("refused");
                Err(Refusal::Rows(format!("{table}: {error}")))
            }
        }
    }
}

/// Why an insert was not confirmed.
enum Refusal {
    /// Nothing is said against the rows.
    Later(String),
    /// The rows are at fault.
    Rows(String),
}
