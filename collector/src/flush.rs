//! What waits in a spool goes to the store, for whoever is about to copy or to remove what is stored.
//!
//! Works beside a running `snag serve`, which ships by itself and is only waited for, and without one, when it ships itself.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use snag_store::Store;

use crate::metrics::Metrics;
use crate::spool::{Spool, SpoolConfig, SpoolDirectory, State, has_writer};
use crate::upload::Uploader;

/// How long the store may take for what waits.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// What became of what waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flushed {
    /// All of it is stored, or was set aside.
    All,
    /// So many segments still wait, of so many bytes.
    Waits {
        /// Segments.
        segments: usize,
        /// Their bytes.
        bytes: u64,
    },
}

/// Sees to it that what waits now is stored.
///
/// # Errors
/// When the directory cannot be read or written. A store that does not take it is no error: it waits then.
pub async fn flush(config: SpoolConfig, store: &Store) -> io::Result<Flushed> {
    if !config.directory.is_dir() {
        return Ok(Flushed::All);
    }
    let directory = config.directory.clone();
    let waited: BTreeSet<String> = waiting(&directory)?.map(|(name, _)| name).collect();
    if waited.is_empty() {
        return Ok(Flushed::All);
    }
    let still = || -> io::Result<(usize, u64)> {
        let of_then = waiting(&directory)?.filter(|(name, _)| waited.contains(name));
        Ok(of_then.fold((0, 0), |(count, sum), (_, bytes)| (count + 1, sum + bytes)))
    };
    let begun = Instant::now();
    if has_writer(&directory)? {
        while still()?.0 > 0 && begun.elapsed() < PATIENCE {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    } else {
        let spool = tokio::task::spawn_blocking(move || {
            let spool = Spool::open(config)?;
            spool.close();
            Ok::<_, io::Error>(spool)
        });
        let spool = spool.await.map_err(io::Error::other)??;
        let metrics = Arc::new(Metrics::new(spool.shelf(), None));
        let uploader = Uploader::new(spool.shelf(), store.clone(), metrics);
        let shipped = tokio::time::timeout(PATIENCE, uploader.ship_everything()).await;
        if let Ok(Err(reason)) = shipped {
            tracing::warn!(%reason, "the store does not take what waits in the spool");
        }
    }
    Ok(match still()? {
        (0, _) => Flushed::All,
        (segments, bytes) => Flushed::Waits { segments, bytes },
    })
}

/// Names and lengths of what waits.
fn waiting(directory: &Path) -> io::Result<impl Iterator<Item = (String, u64)>> {
    let kept = SpoolDirectory::new(directory.to_owned()).list()?;
    let waiting = |state| matches!(state, State::Open | State::Waiting);
    Ok(kept
        .into_iter()
        .filter(move |kept| waiting(kept.state))
        .map(|kept| (kept.name, kept.bytes)))
}
