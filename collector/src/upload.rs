//! Ships sealed segments to the store, each exactly once.
//!
//! A segment goes as one insert for each of its batches, whose deduplication token is the segment's name with the
//! batch's; only after the store's confirmation is the file unlinked. A store that cannot be reached is tried again, for
//! hours if need be; rows that it refuses move to `rejected/` with its words beside them. Never blocks receiving.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream;
use rand::Rng;
use snag_store::{BodyFormat, Store};

use crate::metrics::Metrics;
use crate::spool::{Batch, SEALED, Sealed, Shelf, list, move_aside};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Between two looks into the directory when nothing was sealed: a person may have put a segment back.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// The task that ships.
pub(crate) struct Uploader {
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) store: Store,
    pub(crate) metrics: Arc<Metrics>,
}

enum Outcome {
    Shipped,
    Unavailable(String),
}

impl Uploader {
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
                    tracing::error!(%error, retry_in = ?pause, "the spool's directory cannot be read or changed");
                    self.rest(&mut pause).await;
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
            let waiting = list(&self.shelf.config.directory, SEALED)?;
            let mut bytes = 0;
            for path in &waiting {
                bytes += path.metadata()?.len();
            }
            self.shelf.has_counted(waiting.len() as u64, bytes);
            if waiting.is_empty() {
                return Ok(Outcome::Shipped);
            }
            for path in waiting {
                match self.ship(&path).await? {
                    Outcome::Shipped => self.shelf.has_shipped(),
                    unavailable => return Ok(unavailable),
                }
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
        let mut refusals = Vec::new();
        for batch in sealed.batches() {
            match self.insert(name, &sealed, batch).await {
                Ok(()) => {}
                Err(Refusal::Later(reason)) => return Ok(Outcome::Unavailable(reason)),
                Err(Refusal::Rows(reason)) => refusals.push(reason),
            }
        }
        for damage in &sealed.damage {
            let (from, to) = (damage.start, damage.end);
            refusals.push(format!("damaged from byte {from} to {to}"));
        }
        if refusals.is_empty() {
            std::fs::remove_file(path)?;
            return Ok(Outcome::Shipped);
        }
        let reason = format!("{}; everything else was stored", refusals.join("; "));
        let place = move_aside(path, &reason)?;
        self.metrics.rejected();
        tracing::error!(segment = %place.display(), reason, "a segment was set aside: see `snag spool list`");
        Ok(Outcome::Shipped)
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
            Err(error) if error.is_retryable() => Err(Refusal::Later(error.to_string())),
            Err(error) => Err(Refusal::Rows(format!("{table}: {error}"))),
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
