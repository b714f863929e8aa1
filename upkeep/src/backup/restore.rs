//! A store from a backup.
//!
//! Rows go into tables beside the real ones first. Once all are there and counted, which a further table marks, their parts
//! take the places of those of the real tables, partition by partition. Until then nothing of the store has changed; whatever
//! dies after that, the same restore takes up at the mark and does the rest again, to the same end. Each attempt has tables
//! of its own, so that what a broken one had asked for last hinders no other.

use std::io;
use std::path::Path;

use bytes::Bytes;
use clickhouse::Row;
use futures_util::stream;
use serde::Deserialize;
use snag_store::{BodyFormat, Role, Store, quote_name, quote_text};
use tokio::sync::mpsc;

use super::document::{Contents, Manifest};
use super::reading::{self, Whole};
use crate::passing::{MARK, RESTORE};
use crate::table::{Backing, TABLES, Table};
use crate::{Error, passing, retention};

/// Pieces that may wait for the store.
const WAITING: usize = 2;

/// A backup that was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What came back.
    pub contents: Contents,
    /// Sessions derived anew.
    pub sessions: u64,
}

/// Checks all of a file, then makes the store what it was. With `replace` what is there goes; without, there may be nothing.
///
/// # Errors
/// [`Error::File`] when the file is no whole backup, [`Error::Usage`] when the store is not empty or a running `snag serve` has
/// it; in these cases nothing has changed. [`Error::Store`], after which the same can be asked again.
pub async fn restore(store: &Store, file: &Path, replace: bool) -> Result<Restored, Error> {
    if let Role::Guest { pid } = store.role() {
        return Err(Error::usage(
            format!("process {pid} has the store open and may be writing to it"),
            "end it first, then restore",
        ));
    }
    let place = file.to_owned();
    let whole = in_background(move || reading::read(&place, |_, _, _| Ok(()))).await?;
    let left = passing::find(store, 0).await?;
    let mark = format!("{MARK}_{}", whole.head.id);
    let attempt = match left.iter().find_map(|name| attempt(name, &mark)) {
        Some(attempt) => attempt,
        None => {
            if !replace {
                refuse_what_is_there(store).await?;
            }
            passing::remove(store, &left).await?;
            let attempt = format!("{:016x}", rand::random::<u64>());
            fill(store, file, &whole, &attempt).await?;
            let sql = format!(
                "CREATE TABLE {} (none UInt8) ENGINE = MergeTree ORDER BY tuple()",
                quote_name(&passing::name(RESTORE, &attempt, &mark))
            );
            store.client().query_raw(&sql).execute().await?;
            attempt
        }
    };
    for table in TABLES {
        take_places(store, table, &whole, &attempt).await?;
        forget_tokens(store, table, &attempt).await?;
    }
    let rebuilt = snag_sessions::rebuild(store, None).await?;
    retention::keep(store).await?;
    // The mark goes first: with it a repetition would look for the others.
    let mut made = passing::find(store, 0).await?;
    made.sort_by_key(|name| !name.ends_with(&mark));
    passing::remove(store, &made).await?;
    Ok(Restored {
        contents: Contents::of(&whole.head, &whole.manifest),
        sessions: rebuilt.sessions,
    })
}

/// The attempt whose mark is named so.
fn attempt(name: &str, mark: &str) -> Option<String> {
    let rest = name.strip_suffix(mark)?.strip_suffix('_')?;
    rest.rsplit('_').next().map(str::to_owned)
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::Unlike(format!("reading the backup broke off: {error}")))?
}

async fn refuse_what_is_there(store: &Store) -> Result<(), Error> {
    for table in TABLES {
        if table.backing != Backing::Whole {
            continue;
        }
        let rows = count(store, table.name).await?;
        if rows > 0 {
            return Err(Error::usage(
                format!("the store is not empty: {} has {rows} rows", table.name),
                "restore into another one, or put the backup in place of all that is there with --replace",
            ));
        }
    }
    Ok(())
}

async fn count(store: &Store, table: &str) -> Result<u64, Error> {
    let sql = format!("SELECT count() FROM {}", quote_name(table));
    Ok(store.client().query_raw(&sql).fetch_one().await?)
}

/// Makes a table beside each, and puts the rows of the backup there.
async fn fill(store: &Store, file: &Path, whole: &Whole, attempt: &str) -> Result<(), Error> {
    let making = store.with_setting("allow_suspicious_low_cardinality_types", "1");
    for table in TABLES {
        let name = quote_name(&passing::name(RESTORE, attempt, table.name));
        let make = format!("CREATE TABLE {name} AS {}", quote_name(table.name));
        making.client().query_raw(&make).execute().await?;
        // Rows that replace each other or whose time is over would be gone before they were counted.
        let still = format!("SYSTEM STOP MERGES {name}");
        store.client().query_raw(&still).execute().await?;
    }
    let (sender, mut parts) = mpsc::channel(1);
    let place = file.to_owned();
    let reading = tokio::task::spawn_blocking(move || tell(&place, &sender));
    let plain = store.with_setting("optimize_on_insert", "0");
    while let Some((table, partition, pieces)) = parts.recv().await {
        let name = passing::name(RESTORE, attempt, &table);
        let token = format!("{attempt}-{table}-{partition}");
        let body = stream::unfold(pieces, async |mut pieces: mpsc::Receiver<Bytes>| {
            let piece = pieces.recv().await?;
            Some((Ok::<_, io::Error>(piece), pieces))
        });
        plain
            .insert_body(&name, BodyFormat::Native, &token, body)
            .await?;
    }
    let read = reading.await;
    let again = read.map_err(|error| Error::Unlike(format!("reading broke off: {error}")))??;
    if again.manifest != whole.manifest {
        return Err(Error::file(
            file,
            "has changed while it was read; try again",
        ));
    }
    counted(store, attempt, &whole.manifest, file).await
}

type Pieces = (String, String, mpsc::Receiver<Bytes>);

/// Reads the file, and hands over the pieces of each table's partition.
fn tell(file: &Path, parts: &mpsc::Sender<Pieces>) -> Result<Whole, Error> {
    let mut current: Option<(String, String, mpsc::Sender<Bytes>)> = None;
    let gone = || Error::Stopped("the store took no more of the backup");
    reading::read(file, |table, partition, bytes| {
        let is_same = current
            .as_ref()
            .is_some_and(|(of, month, _)| of == table && month == partition);
        if !is_same {
            let (sender, receiver) = mpsc::channel(WAITING);
            let place = (table.to_owned(), partition.to_owned());
            let part = (place.0.clone(), place.1.clone(), receiver);
            // The one before ends here, and with it its insert.
            current = Some((place.0, place.1, sender));
            parts.blocking_send(part).map_err(|_| gone())?;
        }
        match &current {
            Some((_, _, sender)) => sender.blocking_send(bytes.into()).map_err(|_| gone()),
            None => Ok(()),
        }
    })
}

/// Holds what went in against what the backup says it has.
async fn counted(
    store: &Store,
    attempt: &str,
    manifest: &Manifest,
    file: &Path,
) -> Result<(), Error> {
    for table in TABLES {
        let of = manifest
            .parts
            .iter()
            .filter(|part| part.table == table.name);
        let wanted: u64 = of.map(|part| part.rows).sum();
        if wanted == 0 {
            continue;
        }
        let found = count(store, &passing::name(RESTORE, attempt, table.name)).await?;
        if found != wanted {
            let (file, table) = (file.display(), table.name);
            return Err(Error::Unlike(format!(
                "{file} tells of {wanted} rows of {table}, but {found} came out of it; nothing of the store has changed"
            )));
        }
    }
    Ok(())
}

#[derive(Row, Deserialize)]
struct Partition {
    partition: String,
}

async fn partitions(store: &Store, table: &str) -> Result<Vec<String>, Error> {
    let sql = format!(
        "SELECT DISTINCT toString(_partition_id) AS partition FROM {} ORDER BY partition",
        quote_name(table)
    );
    let found = store.client().query_raw(&sql).fetch_all::<Partition>();
    Ok(found
        .await?
        .into_iter()
        .map(|part| part.partition)
        .collect())
}

/// Puts what came out of the backup in the place of what a table has.
async fn take_places(
    store: &Store,
    table: &Table,
    whole: &Whole,
    attempt: &str,
) -> Result<(), Error> {
    let name = quote_name(table.name);
    let is_there = whole.head.tables.iter().any(|name| name == table.name);
    match (table.backing, is_there) {
        // A store's own keys and salts stay where the backup has none.
        (Backing::Never, _) | (Backing::Key, false) => return Ok(()),
        (Backing::Derived, _) | (Backing::Whole, false) => {
            let sql = format!("TRUNCATE TABLE {name}");
            return Ok(store.client().query_raw(&sql).execute().await?);
        }
        (Backing::Whole | Backing::Key, true) => {}
    }
    let from = passing::name(RESTORE, attempt, table.name);
    let new = partitions(store, &from).await?;
    let old = partitions(store, table.name).await?;
    let dropped = old.iter().filter(|id| !new.contains(id));
    let drop = |id: &String| format!("ALTER TABLE {name} DROP PARTITION ID {}", quote_text(id));
    let put = |id: &String| {
        let (id, from) = (quote_text(id), quote_name(&from));
        format!("ALTER TABLE {name} REPLACE PARTITION ID {id} FROM {from}")
    };
    for sql in dropped.map(drop).chain(new.iter().map(put)) {
        store.client().query_raw(&sql).execute().await?;
    }
    Ok(())
}

#[derive(Row, Deserialize)]
struct Engine {
    engine_full: String,
}

/// Lets a table forget which inserts it has had: rows that it no longer has may come again under the same token, as by an
/// import. What its window is stands in the table beside it, also when this was broken off in between.
async fn forget_tokens(store: &Store, table: &Table, attempt: &str) -> Result<(), Error> {
    const WINDOW: &str = "non_replicated_deduplication_window";
    let beside = passing::name(RESTORE, attempt, table.name);
    let query = store.client().query(
        "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = {table:String}",
    );
    let Engine { engine_full } = query.param("table", beside).fetch_one().await?;
    let Some((_, window)) = engine_full.split_once(&format!("{WINDOW} = ")) else {
        return Ok(());
    };
    let end = window.find(|letter: char| !letter.is_ascii_digit());
    let window = &window[..end.unwrap_or(window.len())];
    for value in ["0", window] {
        let name = quote_name(table.name);
        let sql = format!("ALTER TABLE {name} MODIFY SETTING {WINDOW} = {value}");
        store.client().query_raw(&sql).execute().await?;
    }
    Ok(())
}
