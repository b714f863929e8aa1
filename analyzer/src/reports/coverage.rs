//! From when to when a site has events: what a report covers that was asked for no period.

use clickhouse::Row;
use serde::Deserialize;
use snag_store::Store;

use super::sites::sites;
use crate::Error;
use crate::names::nearest_first;
use crate::period::moment_text;

const SQL: &str = include_str!("../../../sql/reports/coverage.sql");

/// The times of a site's first and last events in milliseconds since 1970, bots left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Row, Deserialize)]
pub(crate) struct Coverage {
    events: u64,
    pub(crate) first_ms: i64,
    pub(crate) last_ms: i64,
}

#[cfg(test)]
impl Coverage {
    pub(crate) fn of(first_ms: i64, last_ms: i64) -> Self {
        Self {
            events: 1,
            first_ms,
            last_ms,
        }
    }
}

/// When the last event of a site was, RFC 3339 in UTC; none when it has none.
///
/// # Errors
/// [`Error::Store`].
pub async fn last_event(store: &Store, site: &str) -> Result<Option<String>, Error> {
    let coverage = known_coverage(store, site).await?;
    Ok(coverage.map(|coverage| moment_text(coverage.last_ms)))
}

async fn known_coverage(store: &Store, site: &str) -> Result<Option<Coverage>, Error> {
    let query = store.client().query(SQL).param("site", site);
    let coverage: Coverage = query.fetch_one().await?;
    Ok((coverage.events > 0).then_some(coverage))
}

/// The coverage of a site; none when there are no events of any site.
///
/// # Errors
/// [`Error::UnknownSite`] when other sites have events and this one has none.
pub(crate) async fn coverage(store: &Store, site: &str) -> Result<Option<Coverage>, Error> {
    if let Some(coverage) = known_coverage(store, site).await? {
        return Ok(Some(coverage));
    }
    let known: Vec<String> = sites(store)
        .await?
        .into_iter()
        .map(|known| known.site)
        .collect();
    match known.is_empty() {
        true => Ok(None),
        false => Err(Error::UnknownSite {
            site: site.to_owned(),
            known: nearest_first(site, known),
        }),
    }
}
