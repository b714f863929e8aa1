//! Agrees with the other collectors of one store on the salts of a day.
//!
//! Invariant: receiving never waits for it. What the store says first counts; a collector that could not ask goes on with
//! its own salt and takes over the agreed one when it can. Tomorrow's salt is agreed on hours before, so that only who
//! starts or has been cut off for that long ever differs. Keys travel in bodies alone, which no query log keeps.

use clickhouse::Row;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use snag_store::{Error, Store};

use crate::salts::Salts;

#[derive(Row, Serialize)]
struct Offered<'a> {
    /// Days since 1970.
    day: u16,
    key: &'a str,
}

#[derive(Row, Deserialize)]
struct Agreed {
    key: String,
}

#[derive(Row, Deserialize)]
struct Old {
    gone: String,
}

const FIND: &str =
    "SELECT key FROM salts WHERE day = toDate({day:UInt16}) ORDER BY created_at, key LIMIT 1";
const OLD: &str = "SELECT DISTINCT toString(day) AS gone FROM salts WHERE day < toDate({day:UInt16}) ORDER BY gone";

/// Offers the salts of this collector, takes over those that were there before, and forgets old ones.
///
/// # Errors
/// When the store or the disk fails; what was agreed on before that is in force.
pub(crate) async fn share(store: &Store, salts: &Salts, now: Timestamp) -> Result<(), ShareError> {
    let now = now.as_millisecond();
    for (day, own) in salts.offers(now)? {
        let agreed = agree(store, day, &own).await?;
        if agreed != own {
            salts.take_over(day, agreed, now)?;
        }
    }
    let Ok(oldest) = u16::try_from(Salts::oldest_day(now)) else {
        return Ok(());
    };
    let old = store.client().query(OLD).param("day", oldest);
    for Old { gone } in old.fetch_all::<Old>().await.map_err(Error::from)? {
        // The store's own words for a day, and nothing but.
        if gone
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-')
        {
            let forget = format!("ALTER TABLE salts DROP PARTITION '{gone}'");
            store
                .client()
                .query(&forget)
                .execute()
                .await
                .map_err(Error::from)?;
        }
    }
    Ok(())
}

/// Why salts could not be shared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShareError {
    #[error(transparent)]
    Store(#[from] Error),
    #[error("the salts cannot be written: {0}")]
    Disk(#[from] std::io::Error),
}

/// The key that counts for a day: the one that was there first, else this one.
async fn agree(store: &Store, day: i64, own: &[u8; 32]) -> Result<[u8; 32], Error> {
    let Ok(day) = u16::try_from(day) else {
        return Ok(*own);
    };
    if let Some(agreed) = find(store, day).await? {
        return Ok(agreed);
    }
    let key = blake3::Hash::from_bytes(*own).to_hex();
    let mut insert = store.client().insert::<Offered<'_>>("salts").await?;
    insert.write(&Offered { day, key: &key }).await?;
    insert.end().await?;
    Ok(find(store, day).await?.unwrap_or(*own))
}

async fn find(store: &Store, day: u16) -> Result<Option<[u8; 32]>, Error> {
    let found = store.client().query(FIND).param("day", day);
    let found = found.fetch_optional::<Agreed>().await?;
    Ok(found
        .and_then(|agreed| blake3::Hash::from_hex(agreed.key.as_bytes()).ok())
        .map(|hash| *hash.as_bytes()))
}
