//! One request's name in the engine, and the way to stop it when nobody waits for its answer any more.
//!
//! The library can cancel nothing that has not given its first block yet, so the engine is asked by a KILL QUERY
//! from another connection, again and again until the worker is done: a kill that comes before the statement has
//! begun finds nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::engine::{Engine, Refusal};

/// The first pause between two kills; it doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What the worker and whoever waits for it share.
#[derive(Debug)]
pub(super) struct Ticket {
    mark: String,
    cancelled: CancellationToken,
    killable: AtomicBool,
    finished: AtomicBool,
}

impl Ticket {
    pub(super) fn new() -> Arc<Ticket> {
        Arc::new(Ticket {
            mark: format!("/{:032x}", rand::random::<u128>()),
            cancelled: CancellationToken::new(),
            killable: AtomicBool::new(false),
            finished: AtomicBool::new(false),
        })
    }

    /// The end of the statement's `log_comment`.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    pub(super) fn can_be_killed(&self) {
        self.killable.store(true, Ordering::Release);
    }

    pub(super) fn finish(&self) {
        self.finished.store(true, Ordering::Release);
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    pub(super) async fn cancelled(&self) {
        self.cancelled.cancelled().await;
    }

    async fn kill_until_finished(self: Arc<Ticket>, engine: Arc<Engine>) {
        let mut pause = PAUSE;
        while !self.finished.load(Ordering::Acquire) {
            if self.killable.load(Ordering::Acquire) {
                let (engine, ticket) = (Arc::clone(&engine), Arc::clone(&self));
                let outcome = tokio::task::spawn_blocking(move || engine.kill(&ticket.mark)).await;
                if let Ok(Err(Refusal(reason))) = outcome {
                    tracing::warn!(reason, "a query whose client has gone was not stopped");
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Held by whoever waits for the answer; dropping it without [`Guard::release`] stops the request.
pub(super) struct Guard {
    ticket: Arc<Ticket>,
    engine: Arc<Engine>,
    tracker: TaskTracker,
    released: bool,
}

impl Guard {
    pub(super) fn new(ticket: Arc<Ticket>, engine: Arc<Engine>, tracker: TaskTracker) -> Guard {
        Guard {
            ticket,
            engine,
            tracker,
            released: false,
        }
    }

    /// The answer is out; there is nothing to stop.
    pub(super) fn release(mut self) {
        self.released = true;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.released {
            return;
        }
        self.ticket.cancelled.cancel();
        // Outside a runtime the process is on its way out, and the engine with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let ticket = Arc::clone(&self.ticket);
            self.tracker.spawn_on(
                ticket.kill_until_finished(Arc::clone(&self.engine)),
                &runtime,
            );
        }
    }
}
