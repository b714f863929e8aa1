//! One file of all that cannot be derived, and the store from such a file.
//!
//! Invariant: a file that bears its name is whole; nothing of a store is changed before all of a file was checked. Salts are
//! in no backup: with them visitors could be told from their addresses for longer than 48 hours. See `table.rs` for what else
//! is left out.
//!
//! A table is copied before it is read, by links to its parts, which takes milliseconds: what is read is one moment of that
//! table, whatever is stored or merged meanwhile. The moments of two tables lie a few milliseconds apart, so rows of one
//! beacon that were stored just then may be there in one table and not yet in another.

mod document;
mod reading;
mod restore;
mod snapshot;
mod writing;

use std::path::Path;

use snag_store::Store;

use self::document::{Head, Manifest, Part};
use self::snapshot::Snapshot;
use self::writing::Writing;
use crate::Error;
use crate::table::{Backing, TABLES, Table};

pub use self::document::{Contents, TableRows};
pub use self::reading::check;
pub use self::restore::{Restored, restore};

/// What a backup is to hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct BackupOptions {
    /// The key that imports hash visitors with, too.
    pub with_import_key: bool,
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// What is in it.
    pub contents: Contents,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Writes a backup to `to`, beside it and renamed when it is whole and on the disk. `done` is told of each table. Ends early
/// when `stop` does.
///
/// # Errors
/// [`Error::Usage`] when there is such a file already, [`Error::Disk`], [`Error::Store`], [`Error::Stopped`]; then there is no
/// file of that name.
pub async fn backup(
    store: &Store,
    to: &Path,
    options: BackupOptions,
    done: impl FnMut(&TableRows),
    stop: impl Future<Output = ()>,
) -> Result<Backup, Error> {
    let writing = Writing::begin(to)?;
    let tables: Vec<&Table> = TABLES
        .iter()
        .filter(|table| match table.backing {
            Backing::Whole => true,
            Backing::Key => options.with_import_key,
            Backing::Derived | Backing::Never => false,
        })
        .collect();
    crate::passing::sweep(store).await?;
    let snapshot = Snapshot::take(store, &tables).await?;
    let written = tokio::select! {
        written = write(store, &snapshot, &tables, writing, done) => written,
        () = stop => Err(Error::Stopped("there is no backup")),
    };
    // Whatever became of it, the copies go.
    let gone = snapshot.remove(store).await;
    let written = written?;
    gone?;
    Ok(written)
}

async fn write(
    store: &Store,
    snapshot: &Snapshot,
    tables: &[&Table],
    mut writing: Writing,
    mut done: impl FnMut(&TableRows),
) -> Result<Backup, Error> {
    let head = Head::new(
        snapshot.id(),
        store.migrations().await?,
        tables.iter().map(|table| table.name.to_owned()).collect(),
    );
    writing.put_json(document::HEAD, &head).await?;
    let mut parts = Vec::new();
    for table in tables {
        let first = parts.len();
        for (partition, rows) in snapshot.partitions(store, table).await? {
            let mut rows_of = snapshot.rows(store, table, &partition)?;
            let mut summed = document::Sum::default();
            let (mut piece, mut number) = (Vec::new(), 0);
            while let Some(bytes) = rows_of.next().await? {
                summed.add(&bytes);
                piece.extend_from_slice(&bytes);
                if piece.len() >= document::PIECE_BYTES {
                    let name = document::piece(table.name, &partition, number);
                    writing.put(name, std::mem::take(&mut piece)).await?;
                    number += 1;
                }
            }
            if !piece.is_empty() {
                let name = document::piece(table.name, &partition, number);
                writing.put(name, piece).await?;
            }
            parts.push(Part::new(table.name, partition, rows, summed));
        }
        done(&TableRows::of(table.name, &parts[first..]));
    }
    let manifest = Manifest {
        id: head.id.clone(),
        parts,
    };
    writing.put_json(document::MANIFEST, &manifest).await?;
    let bytes = writing.finish().await?;
    Ok(Backup {
        contents: Contents::of(&head, &manifest),
        bytes,
    })
}
