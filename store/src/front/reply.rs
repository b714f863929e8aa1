//! The way of an answer from a worker's thread to whoever waits for it.

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::failure::Failure;
use crate::engine::Tally;

/// What is known when the answer begins.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) format: String,
    pub(super) tally: Tally,
    pub(super) elapsed_ns: u128,
    /// The whole answer, if it is complete already; otherwise it follows block by block.
    pub(super) whole: Option<Bytes>,
}

/// Where the answer goes.
pub(super) struct Outlet {
    pub(super) head: oneshot::Sender<Result<Head, Failure>>,
    pub(super) blocks: mpsc::Sender<Result<Bytes, Failure>>,
}

/// The outlet, and how far it has been used.
pub(super) struct Reply {
    head: Option<oneshot::Sender<Result<Head, Failure>>>,
    blocks: mpsc::Sender<Result<Bytes, Failure>>,
}

impl Reply {
    pub(super) fn new(outlet: Outlet) -> Reply {
        Reply {
            head: Some(outlet.head),
            blocks: outlet.blocks,
        }
    }

    /// Gives the head, with the whole answer or before its first block.
    pub(super) fn begin(&mut self, head: Head) {
        if let Some(sender) = self.head.take() {
            // Nobody waiting is found out when a block is sent.
            let _ = sender.send(Ok(head));
        }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.head.is_none()
    }

    /// Gives a block; `false` when there is nobody to give it to.
    pub(super) fn send(&mut self, block: Bytes) -> bool {
        self.blocks.blocking_send(Ok(block)).is_ok()
    }

    /// Gives an error instead of the answer, or instead of the rest of it.
    pub(super) fn fail(&mut self, failure: Failure) {
        match self.head.take() {
            Some(sender) => drop(sender.send(Err(failure))),
            None => drop(self.blocks.blocking_send(Err(failure))),
        }
    }
}
