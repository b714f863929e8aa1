//! Tables that are made for as long as a backup or a restore takes.
//!
//! Invariant: they are told by how their names begin, which nobody reads who may only read. A process that dies leaves
//! them behind, with all that is in them; so whoever erases or keeps deadlines removes them too.

use clickhouse::Row;
use serde::Deserialize;
use snag_store::{PASSING_TABLES, Store, quote_name};

use crate::Error;

#[derive(Row, Deserialize)]
struct Found {
    name: String,
}

/// What passing tables are for.
pub(crate) const BACKUP: &str = "backup";
pub(crate) const RESTORE: &str = "restore";

/// The name of a passing table: what it is for, of which backup, a copy of which table.
pub(crate) fn name(purpose: &str, id: &str, table: &str) -> String {
    format!("{PASSING_TABLES}{purpose}_{id}_{table}")
}

/// Passing tables that are at least so many hours old.
pub(crate) async fn find(store: &Store, hours: u32) -> Result<Vec<String>, Error> {
    let found = store
        .client()
        .query(
            "SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, {start:String}) \
             AND metadata_modification_time <= now() - INTERVAL {hours:UInt32} HOUR ORDER BY name",
        )
        .param("start", PASSING_TABLES)
        .param("hours", hours)
        .fetch_all::<Found>()
        .await?;
    Ok(found.into_iter().map(|found| found.name).collect())
}

/// Removes passing tables, from the disk too.
pub(crate) async fn remove(store: &Store, names: &[String]) -> Result<(), Error> {
    for name in names {
        let sql = format!("DROP TABLE IF EXISTS {} SYNC", quote_name(name));
        store.client().query_raw(&sql).execute().await?;
    }
    Ok(())
}

/// How the end of a restore's mark begins: all of its tables are filled, and those of the store are being replaced.
pub(crate) const MARK: &str = "whole";

/// Removes what backups and restores left behind that died more than a day ago. Says whether a restore was broken off half
/// way: then its tables stay, for it has to be repeated.
///
/// # Errors
/// [`Error::Store`].
pub async fn sweep(store: &Store) -> Result<bool, Error> {
    let mark = format!("_{MARK}_");
    let is_half = find(store, 0)
        .await?
        .iter()
        .any(|name| name.contains(&mark));
    let mut left = find(store, 24).await?;
    let of_backup = format!("{PASSING_TABLES}{BACKUP}_");
    left.retain(|name| !is_half || name.starts_with(&of_backup));
    remove(store, &left).await?;
    Ok(is_half)
}
