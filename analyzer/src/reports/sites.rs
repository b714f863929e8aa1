//! Which sites there are.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::Store;

use crate::Error;
use crate::period::moment_text;

const SQL: &str = include_str!("../../../sql/reports/sites.sql");
/// Far less to read than events: a row a page.
const NAMES: &str = "SELECT DISTINCT toString(site) AS name FROM pages ORDER BY name";

/// A site that has events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Site {
    /// Its identifier.
    pub site: String,
    /// Events, those of bots left out.
    pub events: u64,
    /// Time of the first of them, RFC 3339 in UTC.
    pub first: String,
    /// Time of the last of them, RFC 3339 in UTC.
    pub last: String,
}

#[derive(Row, Deserialize)]
struct SiteRow {
    site: String,
    events: u64,
    first_ms: i64,
    last_ms: i64,
}

/// The sites that have events, by their identifiers.
///
/// # Errors
/// [`Error::Store`] when the store does not answer.
pub async fn sites(store: &Store) -> Result<Vec<Site>, Error> {
    let rows = store.client().query(SQL).fetch_all::<SiteRow>().await?;
    let site = |row: SiteRow| Site {
        site: row.site,
        events: row.events,
        first: moment_text(row.first_ms),
        last: moment_text(row.last_ms),
    };
    Ok(rows.into_iter().map(site).collect())
}

/// The identifiers of the sites that have events, those of bots left out.
///
/// # Errors
/// [`Error::Store`] when the store does not answer.
pub async fn site_names(store: &Store) -> Result<Vec<String>, Error> {
    Ok(store.client().query(NAMES).fetch_all().await?)
}
