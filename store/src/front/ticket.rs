//! One request's name in the engine, and the way to stop it when nobody waits for its answer any more.
//!
//! The library can cancel nothing that has not given its first block yet, so the engine is asked by a KILL QUERY
//! from another connection, again and again until the worker is done: a kill that comes before the statement has
//! begun finds nothing. That is done by a thread and not by a task, because a runtime that is shut down drops
//! its tasks and then waits for its workers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

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
    finished: Mutex<bool>,
    end: Condvar,
}

impl Ticket {
    pub(super) fn new() -> Arc<Ticket> {
        Arc::new(Ticket {
            mark: format!("/{:032x}", rand::random::<u128>()),
            cancelled: CancellationToken::new(),
            killable: AtomicBool::new(false),
            finished: Mutex::new(false),
            end: Condvar::new(),
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
        *self
            .finished
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner()) = true;
        self.end.notify_all();
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    pub(super) async fn cancelled(&self) {
        self.cancelled.cancelled().await;
    }

    /// Waits for the worker's end, but no longer than `pause`; whether it has come.
    fn ends_within(&self, pause: Duration) -> bool {
        let finished = self
            .finished
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let waited = self
            .end
            .wait_timeout_while(finished, pause, |finished| !*finished);
        *waited.unwrap_or_else(|poisoned| poisoned.into_inner()).0
    }

    fn kill_until_finished(&self, engine: &Engine) {
        let mut pause = PAUSE;
        while !self.ends_within(Duration::ZERO) {
            if self.killable.load(Ordering::Acquire)
                && let Err(Refusal(reason)) = engine.kill(&self.mark)
            {
                tracing::warn!(reason, "a query whose client has gone was not stopped");
            }
            if self.ends_within(pause) {
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Held by whoever waits for the answer; dropping it without [`Guard::release`] stops the request.
pub(super) struct Guard {
    ticket: Arc<Ticket>,
    engine: Arc<Engine>,
    released: bool,
}

impl Guard {
    pub(super) fn new(ticket: Arc<Ticket>, engine: Arc<Engine>) -> Guard {
        Guard {
            ticket,
            engine,
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
        let (ticket, engine) = (Arc::clone(&self.ticket), Arc::clone(&self.engine));
        let killer = std::thread::Builder::new().name("snag-kill".to_owned());
        if let Err(error) = killer.spawn(move || ticket.kill_until_finished(&engine)) {
            tracing::warn!(%error, "there is no thread to stop a query whose client has gone");
        }
    }
}
