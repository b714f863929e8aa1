//! How much runs side by side: queries and inserts have places of their own, so neither waits for the other.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::failure::Failure;
use super::ticket::Ticket;

/// Inserts at once; each is a thread that mostly waits for its client or the disk.
const INSERTS: usize = 8;
/// Queries at once, whatever the machine.
const LEAST_QUERIES: usize = 8;
/// How long a request waits for a place.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a place is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Insert,
    Query,
}

/// The places.
pub(super) struct Slots {
    inserts: Arc<Semaphore>,
    queries: Arc<Semaphore>,
    runtime: Handle,
}

impl Slots {
    pub(super) fn new(runtime: Handle) -> Slots {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Slots {
            inserts: Arc::new(Semaphore::new(INSERTS)),
            queries: Arc::new(Semaphore::new(LEAST_QUERIES.max(2 * cores))),
            runtime,
        }
    }

    /// Waits for a place, on a thread that may block.
    ///
    /// # Errors
    /// Code 202 when none comes free in time, 236 when the request is given up meanwhile.
    pub(super) fn take(
        &self,
        purpose: Use,
        ticket: &Ticket,
    ) -> Result<OwnedSemaphorePermit, Failure> {
        let places = match purpose {
            Use::Insert => &self.inserts,
            Use::Query => &self.queries,
        };
        let wait = async {
            tokio::select! {
                permit = tokio::time::timeout(PATIENCE, Arc::clone(places).acquire_owned()) => Some(permit),
                () = ticket.cancelled() => None,
            }
        };
        match self.runtime.block_on(wait) {
            Some(Ok(Ok(permit))) => Ok(permit),
            Some(Err(_late)) => {
                let message = format!("no place came free in {} s", PATIENCE.as_secs());
                Err(Failure::new(202, "TOO_MANY_SIMULTANEOUS_QUERIES", &message))
            }
            Some(Ok(Err(_))) | None => Err(Failure::stopping()),
        }
    }
}
