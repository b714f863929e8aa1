//! Whether beacons can be taken and stored right now, for whoever leads them here or elsewhere.
//!
//! Invariant: however many ask, the store and the disk are asked once a second at most. What is told names no address and
//! nothing of what is stored, for anybody may ask.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use snag_store::{Error, Store};
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use crate::spool::Shelf;

/// For how long what was found is told again.
const FRESH: Duration = Duration::from_secs(1);
/// How long the store may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is not as it should be; nothing, where all is.
pub(crate) type Complaints = Vec<&'static str>;

/// Looks after store and spool.
pub(crate) struct Health {
    store: Store,
    shelf: Arc<Shelf>,
    /// Connections to the store are not to end with the thread of a receiver.
    runtime: Handle,
    found: Mutex<Option<(Instant, Complaints)>>,
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").finish_non_exhaustive()
    }
}

impl Health {
    /// `runtime` is the one that lasts.
    pub(crate) fn new(store: Store, shelf: Arc<Shelf>, runtime: Handle) -> Self {
        Self {
            store,
            shelf,
            runtime,
            found: Mutex::default(),
        }
    }

    /// What stands in the way of taking and storing beacons.
    pub(crate) async fn complaints(&self) -> Complaints {
        let mut found = self.found.lock().await;
        if let Some((at, complaints)) = &*found
            && at.elapsed() < FRESH
        {
            return complaints.clone();
        }
        let store = self.store.clone();
        let asked = self.runtime.spawn(async move { of_store(&store).await });
        let shelf = Arc::clone(&self.shelf);
        let looked = self.runtime.spawn_blocking(move || shelf.complaint());
        let of_store = asked.await.unwrap_or(Some("the store could not be asked"));
        let of_spool = looked.await.unwrap_or(Some("the spool could not be asked"));
        let complaints: Complaints = [of_spool, of_store].into_iter().flatten().collect();
        *found = Some((Instant::now(), complaints.clone()));
        complaints
    }
}

/// A store that answers and has the tables takes rows, as far as can be told without giving it any.
async fn of_store(store: &Store) -> Option<&'static str> {
    match tokio::time::timeout(PATIENCE, store.verify()).await {
        Ok(Ok(())) => None,
        Ok(Err(Error::Setup { .. })) => {
            Some("the store is not set up for this version: see `snag doctor`")
        }
        Ok(Err(_)) | Err(_) => Some("the store does not answer: beacons wait in the spool"),
    }
}
