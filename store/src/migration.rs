//! Brings a database to the schema this program is written for, one numbered statement after the other.
//!
//! Invariant: what has been applied is never changed and never skipped. The checksum of each file is kept in the
//! database, so a changed file, a file that is gone, and a database written by a newer program are told apart.
//! Each statement bears repeating (`IF NOT EXISTS`), since a crash may come between it and its record.

use std::collections::BTreeMap;

use clickhouse::{Client, Row};
use serde::{Deserialize, Serialize};

use crate::engine::quote_name;
use crate::error::Error;

/// Number, file name and text of every migration, in order.
const MIGRATIONS: &[(u32, &str, &str)] = &include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (version UInt32, name String, checksum String, \
                     applied_at DateTime64(3, 'UTC')) ENGINE = ReplacingMergeTree ORDER BY version \
                     SETTINGS fsync_after_insert = 1, fsync_part_directory = 1";

/// One numbered statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Migration {
    pub(crate) version: u32,
    pub(crate) name: String,
    pub(crate) sql: String,
}

/// A migration that was applied just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub version: u32,
    /// Its file in `sql/migrations`.
    pub name: String,
}

/// A migration that a database has had.
#[derive(Debug, Clone, PartialEq, Eq, Row, Serialize, Deserialize)]
pub struct Record {
    /// Its number.
    pub version: u32,
    /// Its file in `sql/migrations`.
    pub name: String,
    /// BLAKE3 of its text, in hexadecimal.
    pub checksum: String,
}

impl Migration {
    fn checksum(&self) -> String {
        blake3::hash(self.sql.as_bytes()).to_hex().to_string()
    }
}

/// Those of this program.
pub(crate) fn all() -> Vec<Migration> {
    let own = |&(version, name, sql): &(u32, &str, &str)| Migration {
        version,
        name: name.to_owned(),
        sql: sql.to_owned(),
    };
    MIGRATIONS.iter().map(own).collect()
}

/// Which of `known` are still to be applied to a database with these `records`.
///
/// # Errors
/// [`Error::Setup`] for a changed file, or a database that is ahead of this program.
pub(crate) fn pending<'a>(
    known: &'a [Migration],
    records: &[Record],
) -> Result<Vec<&'a Migration>, Error> {
    let by_version: BTreeMap<u32, &Record> = records
        .iter()
        .map(|record| (record.version, record))
        .collect();
    for (version, record) in &by_version {
        let Some(migration) = known.iter().find(|migration| migration.version == *version) else {
            return Err(Error::Setup {
                message: format!(
                    "the database has had the migration {}, which this snag does not know: it was written by a \
                     newer one",
                    record.name
                ),
                mend: "use the newer snag, or another database or data directory".to_owned(),
            });
        };
        if migration.checksum() != record.checksum {
            return Err(Error::Setup {
                message: format!(
                    "sql/migrations/{} is not what was applied to the database as {}: its checksum is {}, that of \
                     the one applied {}",
                    migration.name,
                    record.name,
                    migration.checksum(),
                    record.checksum
                ),
                mend: "take back the change to the file, and write a new migration for it"
                    .to_owned(),
            });
        }
    }
    let newest = by_version.keys().next_back().copied().unwrap_or(0);
    let pending: Vec<&Migration> = known
        .iter()
        .filter(|migration| !by_version.contains_key(&migration.version))
        .collect();
    if let Some(skipped) = pending.iter().find(|migration| migration.version < newest) {
        return Err(Error::Setup {
            message: format!(
                "the migration {} was never applied, but number {newest} after it was",
                skipped.name
            ),
            mend: "restore the row of table schema_migrations that is missing, or start from an empty database"
                .to_owned(),
        });
    }
    Ok(pending)
}

/// Applies what is pending, after making the database if it is missing.
pub(crate) async fn migrate(
    client: &Client,
    database: &str,
    known: &[Migration],
) -> Result<Vec<Applied>, Error> {
    ensure_database(client, database).await?;
    run(client, TABLE).await?;
    let records = records(client).await?;
    let mut applied = Vec::new();
    for migration in pending(known, &records)? {
        run(client, &migration.sql)
            .await
            .map_err(|error| at_file(error, &migration.name))?;
        let insert = "INSERT INTO schema_migrations (version, name, checksum, applied_at) \
                      SELECT {version:UInt32}, {name:String}, {checksum:String}, now64(3, 'UTC')";
        client
            .query(insert)
            .param("version", migration.version)
            .param("name", &migration.name)
            .param("checksum", migration.checksum())
            .execute()
            .await?;
        applied.push(Applied {
            version: migration.version,
            name: migration.name.clone(),
        });
    }
    Ok(applied)
}

/// Says whether the database has all this program needs.
///
/// # Errors
/// [`Error::Setup`] that asks for `snag migrate`, or what [`pending`] says.
pub(crate) async fn verify(client: &Client, known: &[Migration]) -> Result<(), Error> {
    let unmigrated = |what: String| Error::Setup {
        message: what,
        mend: "run `snag migrate`".to_owned(),
    };
    let records = match records(client).await {
        Err(error) if matches!(error.code(), Some(60 | 81)) => {
            return Err(unmigrated(
                "the database has none of snag's tables yet".to_owned(),
            ));
        }
        other => other?,
    };
    match pending(known, &records)?.as_slice() {
        [] => Ok(()),
        pending => {
            let names: Vec<&str> = pending
                .iter()
                .map(|migration| migration.name.as_str())
                .collect();
            Err(unmigrated(format!(
                "the database lacks the migrations {}",
                names.join(", ")
            )))
        }
    }
}

/// Those of this program, as a database that is up to date has them.
#[must_use]
pub fn known_migrations() -> Vec<Record> {
    let record = |migration: Migration| Record {
        checksum: migration.checksum(),
        version: migration.version,
        name: migration.name,
    };
    all().into_iter().map(record).collect()
}

/// What the database has had.
pub(crate) async fn records(client: &Client) -> Result<Vec<Record>, Error> {
    let sql = "SELECT version, name, checksum FROM schema_migrations FINAL ORDER BY version";
    Ok(client.query(sql).fetch_all().await?)
}

/// The right to create a database is asked for only if there is none.
async fn ensure_database(client: &Client, database: &str) -> Result<(), Error> {
    let outside = client.clone().with_database("default");
    let sql = "SELECT count() FROM system.databases WHERE name = {name:String}";
    let found: u64 = outside
        .query(sql)
        .param("name", database)
        .fetch_one()
        .await?;
    if found == 0 {
        run(
            &outside,
            &format!("CREATE DATABASE IF NOT EXISTS {}", quote_name(database)),
        )
        .await?;
    }
    Ok(())
}

async fn run(client: &Client, sql: &str) -> Result<(), Error> {
    // To the client a lone `?` is a placeholder, wherever it stands.
    Ok(client.query(&sql.replace('?', "??")).execute().await?)
}

fn at_file(error: Error, name: &str) -> Error {
    let place = format!("sql/migrations/{name}");
    match error {
        Error::Unavailable { code, message } => Error::Unavailable {
            code,
            message: format!("{place}: {message}"),
        },
        Error::Rejected { code, message } => Error::Rejected {
            code,
            message: format!("{place}: {message}"),
        },
        Error::Setup { message, mend } => Error::Setup {
            message: format!("{place}: {message}"),
            mend,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<Migration> {
        let one = |version: u32| Migration {
            version,
            name: format!("{version:04}_t.sql"),
            sql: format!("CREATE TABLE IF NOT EXISTS t{version} (a Int8) ENGINE = Memory"),
        };
        (1..=3).map(one).collect()
    }

    fn record(migration: &Migration) -> Record {
        Record {
            version: migration.version,
            name: migration.name.clone(),
            checksum: migration.checksum(),
        }
    }

    fn complaint(known: &[Migration], records: &[Record]) -> String {
        match pending(known, records) {
            Err(Error::Setup { message, .. }) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_has_been_applied_is_not_pending() {
        let known = known();
        let versions = |records: &[Record]| -> Vec<u32> {
            pending(&known, records)
                .unwrap()
                .iter()
                .map(|migration| migration.version)
                .collect()
        };
        assert_eq!(versions(&[]), [1, 2, 3]);
        assert_eq!(versions(&[record(&known[0])]), [2, 3]);
        let all: Vec<Record> = known.iter().map(record).collect();
        assert_eq!(versions(&all), [0; 0]);
    }

    #[test]
    fn a_changed_a_missing_and_a_skipped_migration_are_named() {
        let known = known();
        let all: Vec<Record> = known.iter().map(record).collect();
        let mut changed = known.clone();
        changed[1].sql.push(' ');
        assert!(complaint(&changed, &all).contains("sql/migrations/0002_t.sql"));
        assert!(complaint(&known[..2], &all).contains("0003_t.sql"));
        assert!(complaint(&known, &[all[0].clone(), all[2].clone()]).contains("0002_t.sql"));
    }

    #[test]
    fn the_migrations_of_this_program_are_one_statement_each_that_bears_repeating() {
        for migration in all() {
            let code: String = migration
                .sql
                .lines()
                .filter(|line| !line.trim_start().starts_with("--"))
                .flat_map(|line| [line, "\n"])
                .collect();
            let name = &migration.name;
            assert!(
                !code.trim_end().trim_end_matches(';').contains(';'),
                "{name}: more than one statement"
            );
            assert!(
                !code.trim_end().ends_with(';'),
                "{name}: a server takes no `;` at the end"
            );
            let upper = code.to_uppercase();
            assert!(
                upper.contains("IF NOT EXISTS")
                    || upper.contains("IF EXISTS")
                    || upper.contains("CREATE OR REPLACE"),
                "{name}: cannot be repeated after a crash; write it with IF NOT EXISTS"
            );
        }
    }
}
