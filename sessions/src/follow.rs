//! Follows the events: derives what was touched since the last look.
//!
//! Invariant: a touch is derived at least once. An insert tells its time before it can be seen, so that one may be seen
//! behind later ones: touches of the last [`LATE`] are counted at each look, and derived again when there are more than
//! there were.

use std::time::Duration;

use snag_store::{Error, Store};
use tokio::time::sleep;

use crate::derive::{Day, Who, derive, now};

/// Between two looks.
const LOOK: Duration = Duration::from_secs(1);
/// Between two tries when the store does not answer.
const AWAY: Duration = Duration::from_secs(10);
/// Milliseconds an insert may take from telling its time to being seen.
const LATE: i64 = 300_000;
/// Looks after which is written down how far it got.
const PASSES: u32 = 30;

/// How far the derivation has got.
#[expect(
    missing_debug_implementations,
    reason = "a store shows nothing of itself"
)]
pub struct Follower {
    store: Store,
    /// Touches up to this time were derived, but for late ones.
    until: i64,
    /// Touches of the last [`LATE`] before that.
    late: u64,
    /// Looks since it was written down.
    unwritten: u32,
}

impl Follower {
    /// Begins where the last one, of whatever process, had got to.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn new(store: Store) -> Result<Self, Error> {
        let last = store
            .client()
            .query("SELECT toUnixTimestamp64Milli(max(until)) FROM session_passes")
            .fetch_one::<i64>()
            .await?;
        Ok(Self {
            store,
            // What came late was perhaps not seen.
            until: (last - LATE).max(0),
            late: 0,
            unwritten: 0,
        })
    }

    /// Follows until it is dropped. A store that does not answer is asked again.
    pub async fn follow(store: Store) {
        let mut follower = None;
        loop {
            let looked = match &mut follower {
                None => match Self::new(store.clone()).await {
                    Ok(new) => {
                        follower = Some(new);
                        continue;
                    }
                    Err(error) => Err(error),
                },
                Some(follower) => follower.look().await,
            };
            match looked {
                Ok(_) => sleep(LOOK).await,
                Err(error) => {
                    tracing::warn!(%error, "sessions are not derived for now");
                    sleep(AWAY).await;
                }
            }
        }
    }

    /// Derives what was touched since the last look; gives how many days of sites that were.
    ///
    /// # Errors
    /// When the store does not answer; the same is looked at again then.
    pub async fn look(&mut self) -> Result<usize, Error> {
        let until = now(&self.store).await?;
        let late = self.touches(self.until - LATE, self.until).await?;
        let after = if late == self.late {
            self.until
        } else {
            self.until - LATE
        };
        let days = self
            .store
            .client()
            .query(
                "SELECT toString(site) AS site, toString(day) AS day, uniq(visitor) AS visitors FROM touched \
                 WHERE at > fromUnixTimestamp64Milli({after:Int64}) AND at <= fromUnixTimestamp64Milli({until:Int64}) \
                 GROUP BY site, day ORDER BY site, day",
            )
            .param("after", after)
            .param("until", until)
            .fetch_all::<Day>()
            .await?;
        for day in &days {
            derive(&self.store, day, Who::Touched(after, until), until * 2).await?;
        }
        self.late = self.touches(until - LATE, until).await?;
        self.until = until;
        self.unwritten += u32::from(!days.is_empty() || self.unwritten > 0);
        if self.unwritten > PASSES {
            self.write().await?;
        }
        Ok(days.len())
    }

    /// Writes down how far it got.
    async fn write(&mut self) -> Result<(), Error> {
        self.store
            .client()
            .query("INSERT INTO session_passes SELECT fromUnixTimestamp64Milli({until:Int64})")
            .param("until", self.until)
            .execute()
            .await?;
        self.unwritten = 0;
        Ok(())
    }

    async fn touches(&self, after: i64, until: i64) -> Result<u64, Error> {
        let count = "SELECT count() FROM touched WHERE at > fromUnixTimestamp64Milli({after:Int64}) \
                     AND at <= fromUnixTimestamp64Milli({until:Int64})";
        let count = self.store.client().query(count);
        Ok(count
            .param("after", after.max(0))
            .param("until", until)
            .fetch_one()
            .await?)
    }
}

/// Derives all that waits, for whoever reads `sessions` while no collector follows.
///
/// # Errors
/// When the store does not answer, or refuses.
pub async fn catch_up(store: &Store) -> Result<(), Error> {
    let mut follower = Follower::new(store.clone()).await?;
    if follower.look().await? > 0 {
        follower.write().await?;
    }
    Ok(())
}
