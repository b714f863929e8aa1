//! The turns at which an origin is asked.

use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use crate::robots::Rules;

/// A host that wants to be asked more rarely than this is asked as often as this.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What is remembered of an origin; whoever holds it is the only one who asks there.
#[derive(Debug, Default)]
pub(crate) struct Origin(Mutex<Turn>);

#[derive(Debug, Default)]
pub(crate) struct Turn {
    /// Absent until it was asked for.
    pub(crate) rules: Option<Rules>,
    /// When it may be asked again.
    free_at: Option<Instant>,
}

impl Origin {
    pub(crate) async fn turn(&self) -> MutexGuard<'_, Turn> {
        self.0.lock().await
    }
}

impl Turn {
    /// Waits until the origin may be asked.
    pub(crate) async fn wait(&self) {
        if let Some(free_at) = self.free_at {
            tokio::time::sleep_until(free_at).await;
        }
    }

    /// Notes that it was asked just now.
    pub(crate) fn asked(&mut self, pause: Duration) {
        let wanted = self.rules.as_ref().and_then(Rules::pause);
        let pause = wanted.map_or(pause, |wanted| wanted.min(LONGEST_PAUSE).max(pause));
        self.free_at = Some(Instant::now() + pause);
    }
}
