//! Ships sealed segments to the store, each exactly once.
//!
//! A segment goes as one insert per table whose deduplication token is the segment's name; only after the store's
//! confirmation is the file unlinked. A store that cannot be reached is tried again, for hours if need be; rows that it
//! refuses move to `rejected/` with its words beside them. Never blocks receiving.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::stream;
use rand::Rng;
use snag_store::{BodyFormat, Store};

use crate::metrics::Metrics;
use crate::row::Table;
use crate::spool::{REJECTED, SEALED_EXTENSION, Sealed, Shelf, list, sync_directory};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

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
                    self.shelf.sealed.notified().await;
                }
                Ok(Outcome::Unavailable(reason)) => {
                    tracing::warn!(%reason, retry_in = ?pause, "the store cannot take a segment now");
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
            let waiting = list(&self.shelf.config.directory, SEALED_EXTENSION)?;
            if waiting.is_empty() {
                return Ok(Outcome::Shipped);
            }
            for path in waiting {
                if let Outcome::Unavailable(reason) = self.ship(&path).await? {
                    return Ok(Outcome::Unavailable(reason));
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
        for table in Table::ALL {
            let (rows, body) = sealed.body(table);
            if rows == 0 {
                continue;
            }
            let token = format!("{name}.{}", table.name());
            let body = stream::iter(body.into_iter().map(Ok));
            let format = BodyFormat::RowBinary;
            match self
                .store
                .insert_body(table.name(), format, &token, body)
                .await
            {
                Ok(()) => self.metrics.shipped(table, rows),
                Err(error) if error.is_retryable() => {
                    return Ok(Outcome::Unavailable(error.to_string()));
                }
                Err(error) => {
                    self.reject(path, &format!("{}: {error}", table.name()))?;
                    return Ok(Outcome::Shipped);
                }
            }
        }
        match sealed.damage() {
            Some(at) => self.reject(
                path,
                &format!("damaged at byte {at}; what stood before it was stored"),
            )?,
            None => self.remove(path)?,
        }
        Ok(Outcome::Shipped)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let length = path.metadata()?.len();
        std::fs::remove_file(path)?;
        self.shelf.bytes.fetch_sub(length, Ordering::Relaxed);
        Ok(())
    }

    fn reject(&self, path: &Path, reason: &str) -> io::Result<()> {
        let directory = self.shelf.config.directory.join(REJECTED);
        std::fs::create_dir_all(&directory)?;
        let place: PathBuf = directory.join(path.file_name().unwrap_or_default());
        std::fs::write(place.with_extension("reason.txt"), format!("{reason}\n"))?;
        let length = path.metadata()?.len();
        std::fs::rename(path, &place)?;
        sync_directory(&directory)?;
        self.shelf.bytes.fetch_sub(length, Ordering::Relaxed);
        self.metrics.rejected();
        tracing::error!(segment = %place.display(), reason, "the store refused a segment; it was set aside");
        Ok(())
    }
}
