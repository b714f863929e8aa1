//! What has to come to rest before rows are gone: statements that had read them, and parts that still hold them.

use std::time::Duration;

use snag_store::{Store, quote_name};
use tokio::time::{Instant, sleep};

use crate::Error;

/// How long parts that were rewritten may lie on the disk; the engine looks for them within a minute.
const OLD_PARTS: Duration = Duration::from_secs(120);
/// How long a statement that derives sessions may take.
const DERIVING: Duration = Duration::from_secs(300);
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// The table that is derived while others are erased.
pub(super) const SESSIONS: &str = "sessions";

/// Waits until no statement runs any more that may have read events before they were removed and tells sessions of them
/// afterwards.
pub(super) async fn derived(store: &Store) -> Result<(), Error> {
    let begun = Instant::now();
    loop {
        let since = begun.elapsed();
        let older = store
            .client()
            .query(
                "SELECT count() FROM system.processes WHERE query_kind = 'Insert' AND elapsed > {since:Float64} \
                 AND position(query, {statement:String}) > 0",
            )
            .param("since", since.as_secs_f64())
            .param("statement", format!("INSERT INTO {SESSIONS}"))
            .fetch_one::<u64>()
            .await?;
        if older == 0 {
            return Ok(());
        }
        if since > DERIVING {
            return Err(Error::Unlike(format!(
                "visits are being derived for longer than {} s; wait until that is done, then try again",
                DERIVING.as_secs()
            )));
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// Parts that were rewritten are kept for some minutes in case the machine fails; a second must do meanwhile.
pub(super) async fn unlink_soon(store: &Store, tables: &[&str], soon: bool) -> Result<(), Error> {
    for table in tables {
        let setting = match soon {
            true => "MODIFY SETTING old_parts_lifetime = 1",
            false => "RESET SETTING old_parts_lifetime",
        };
        let sql = format!("ALTER TABLE {} {setting}", quote_name(table));
        store.client().query_raw(&sql).execute().await?;
    }
    Ok(())
}

/// Waits until no part lies on the disk that was rewritten up to now; says how many still do.
pub(super) async fn unlinked(store: &Store, tables: &[&str]) -> Result<u64, Error> {
    let now: u32 = store
        .client()
        .query("SELECT toUInt32(toUnixTimestamp(now()))")
        .fetch_one()
        .await?;
    let begun = Instant::now();
    loop {
        let old = store
            .client()
            .query(
                "SELECT count() FROM system.parts WHERE database = currentDatabase() AND NOT active AND rows > 0 \
                 AND table IN ({tables:Array(String)}) AND toUnixTimestamp(remove_time) <= {now:UInt32}",
            )
            .param("tables", tables)
            .param("now", now)
            .fetch_one::<u64>()
            .await?;
        if old == 0 || begun.elapsed() > OLD_PARTS {
            return Ok(old);
        }
        for table in tables {
            // Nothing was stopped, but the engine looks for what to clean up; where that is not known it does so later.
            let nudge = format!("SYSTEM START CLEANUP {}", quote_name(table));
            let _ = store.client().query_raw(&nudge).execute().await;
        }
        sleep(LOOK_AGAIN).await;
    }
}
