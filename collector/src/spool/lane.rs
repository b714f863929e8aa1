//! Waiting for a commit within one thread.
//!
//! A receiving thread hears of each commit once and wakes its own tasks itself: that costs a tenth of waking every
//! request from the writer's thread.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::pending::{Group, SpoolError};
use super::{Rows, Spool};

type Waiters = Rc<RefCell<Vec<(Arc<Group>, Waker)>>>;

/// The place where one thread's requests wait.
#[derive(Debug, Clone)]
pub(crate) struct Lane {
    spool: Arc<Spool>,
    waiters: Waiters,
}

impl Lane {
    /// Opens a lane of this thread, which has to run a `LocalSet`, as actix's workers do.
    pub(crate) fn open(spool: Arc<Spool>) -> Self {
        let waiters = Waiters::default();
        let mut commits = spool.commits();
        let woken = Rc::downgrade(&waiters);
        tokio::task::spawn_local(async move {
            // Ends with the spool or with the lane.
            while commits.changed().await.is_ok() {
                let Some(waiters) = woken.upgrade() else {
                    return;
                };
                waiters.borrow_mut().retain(|(group, waker)| {
                    let waits = group.outcome().is_none();
                    if !waits {
                        waker.wake_by_ref();
                    }
                    waits
                });
            }
        });
        Self { spool, waiters }
    }

    /// Adds rows to the next commit, which is to be waited for: only then the disk has them.
    ///
    /// # Errors
    /// As [`Spool::append`].
    pub(crate) fn append(&self, rows: &Rows) -> Result<Commit, SpoolError> {
        Ok(Commit {
            group: self.spool.append(rows)?,
            waiters: Rc::clone(&self.waiters),
            registered: None,
        })
    }
}

/// A commit to come: how it went.
#[derive(Debug)]
pub(crate) struct Commit {
    group: Arc<Group>,
    waiters: Waiters,
    registered: Option<Waker>,
}

impl Future for Commit {
    type Output = Result<(), SpoolError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(outcome) = self.group.outcome() {
            return Poll::Ready(outcome.clone());
        }
        // A connection that hears more from its client is polled again before the commit is done.
        let waker = context.waker();
        if self
            .registered
            .as_ref()
            .is_none_or(|known| !known.will_wake(waker))
        {
            let entry = (Arc::clone(&self.group), waker.clone());
            self.waiters.borrow_mut().push(entry);
            self.registered = Some(waker.clone());
        }
        Poll::Pending
    }
}
