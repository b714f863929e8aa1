//! The key that visitors of import files are hashed with: random, made once, shared by all imports of an installation.

use clickhouse::Row;
use serde::Deserialize;
use snag_store::{Error, Store};

#[derive(Row, Deserialize)]
struct Secret {
    value: String,
}

const FIND: &str =
    "SELECT value FROM secrets WHERE name = 'import' ORDER BY created_at, value LIMIT 1";
const MAKE: &str = "INSERT INTO secrets (name, value, created_at) SELECT 'import', {value:String}, now64(6, 'UTC')";

/// Finds the key or makes it. Of two made at once the older counts, for everyone.
pub(super) async fn import_key(store: &Store) -> Result<[u8; 32], Error> {
    if let Some(key) = find(store).await? {
        return Ok(key);
    }
    let fresh = blake3::Hash::from_bytes(rand::random())
        .to_hex()
        .to_string();
    store
        .client()
        .query(MAKE)
        .param("value", &fresh)
        .execute()
        .await?;
    find(store).await?.ok_or_else(|| Error::Rejected {
        code: None,
        message: "the import key was stored but cannot be read".to_owned(),
    })
}

async fn find(store: &Store) -> Result<Option<[u8; 32]>, Error> {
    let secret = store
        .client()
        .query(FIND)
        .fetch_optional::<Secret>()
        .await?;
    Ok(secret
        .and_then(|secret| blake3::Hash::from_hex(secret.value.as_bytes()).ok())
        .map(|hash| *hash.as_bytes()))
}
