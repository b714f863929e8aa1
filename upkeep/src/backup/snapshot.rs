//! One moment of the tables, held by copies that share their parts with them.

use clickhouse::Row;
use clickhouse::query::BytesCursor;
use serde::Deserialize;
use snag_store::{Store, quote_name};

use crate::Error;
use crate::passing::{self, BACKUP};
use crate::table::Table;

/// Copies of tables, to be removed with [`Snapshot::remove`].
#[derive(Debug)]
pub(super) struct Snapshot {
    id: String,
    made: Vec<String>,
}

#[derive(Row, Deserialize)]
struct Partition {
    partition: String,
    rows: u64,
}

impl Snapshot {
    /// Copies the tables one after the other.
    pub(super) async fn take(store: &Store, tables: &[&Table]) -> Result<Self, Error> {
        let mut snapshot = Self {
            id: format!("{:016x}", rand::random::<u64>()),
            made: Vec::new(),
        };
        match snapshot.copy(store, tables).await {
            Ok(()) => Ok(snapshot),
            Err(error) => {
                // What stands in the way of one is likely to stand in the way of the other; the first is told.
                let _ = snapshot.remove(store).await;
                Err(error)
            }
        }
    }

    async fn copy(&mut self, store: &Store, tables: &[&Table]) -> Result<(), Error> {
        for table in tables {
            let name = passing::name(BACKUP, &self.id, table.name);
            self.made.push(name.clone());
            let (name, of) = (quote_name(&name), quote_name(table.name));
            let client = store.client();
            let copy = format!("CREATE TABLE {name} CLONE AS {of}");
            client.query_raw(&copy).execute().await?;
            // Rows that replace each other or whose time is over would be gone between counting and reading.
            let still = format!("SYSTEM STOP MERGES {name}");
            client.query_raw(&still).execute().await?;
        }
        Ok(())
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The partitions of a table and how many rows they have.
    pub(super) async fn partitions(
        &self,
        store: &Store,
        table: &Table,
    ) -> Result<Vec<(String, u64)>, Error> {
        let name = quote_name(&passing::name(BACKUP, &self.id, table.name));
        let sql = format!(
            "SELECT toString(_partition_id) AS partition, count() AS rows FROM {name} GROUP BY partition ORDER BY partition"
        );
        let found = store.client().query_raw(&sql).fetch_all::<Partition>();
        let found = found.await?.into_iter();
        Ok(found.map(|part| (part.partition, part.rows)).collect())
    }

    /// The rows of a table's partition as `Native`.
    pub(super) fn rows(
        &self,
        store: &Store,
        table: &Table,
        partition: &str,
    ) -> Result<BytesCursor, Error> {
        let name = quote_name(&passing::name(BACKUP, &self.id, table.name));
        let sql = format!("SELECT * FROM {name} WHERE _partition_id = {{partition:String}}");
        let query = store.client().query_raw(&sql).param("partition", partition);
        Ok(query.fetch_bytes("Native")?)
    }

    /// Removes the copies.
    pub(super) async fn remove(self, store: &Store) -> Result<(), Error> {
        passing::remove(store, &self.made).await
    }
}
