//! For how many days the visits of a site are kept.
//!
//! Invariant: the definitions in `retention` are the truth; the tables' TTL is made of them, and only changed where it is not
//! so yet. Tables with visits alone lapse: elements, pages, costs, definitions and findings tell of the site, not of visitors.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use snag_store::{Store, quote_name, quote_text};

use crate::Error;
use crate::table::{TABLES, Table};

/// Days at most: the times of the engine end in 2106.
pub const MOST_DAYS: u32 = 20_000;

const LIST: &str = "SELECT toString(site) AS site, days FROM retention FINAL ORDER BY site";
const WRITE: &str = "INSERT INTO retention SELECT {site:String}, {days:UInt32}, toUnixTimestamp64Nano(now64(9)), {is_deleted:UInt8}";
const TTL: &str = "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = {table:String}";

/// How long a site's visits are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Row, Deserialize)]
pub struct Retention {
    /// Identifier of the site.
    pub site: String,
    /// Days.
    pub days: u32,
}

#[derive(Row, Deserialize)]
struct Engine {
    engine_full: String,
}

/// What was done so that tables keep what they should.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// Tables whose rule changed.
    pub changed: usize,
    /// Rows whose time was over, which are gone now.
    pub lapsed: u64,
}

/// The sites whose visits are kept for a time, by their names.
///
/// # Errors
/// [`Error::Store`].
pub async fn list(store: &Store) -> Result<Vec<Retention>, Error> {
    Ok(store.client().query(LIST).fetch_all().await?)
}

/// Keeps the visits of a site for so many days from now on, and removes older ones. A site may be named that has none yet.
///
/// # Errors
/// [`Error::Usage`] for what is no site or no number of days, [`Error::Store`].
pub async fn set(store: &Store, site: &str, days: u32) -> Result<Kept, Error> {
    check_site(site)?;
    if days == 0 || days > MOST_DAYS {
        return Err(Error::usage(
            format!("{days} is no number of days to keep visits for"),
            format!("give 1 to {MOST_DAYS}; `snag erase` removes all of them"),
        ));
    }
    write(store, site, days, false).await?;
    keep(store).await
}

/// Keeps the visits of a site for ever again. What is gone stays gone.
///
/// # Errors
/// [`Error::Usage`] where they are already, [`Error::Store`].
pub async fn forget(store: &Store, site: &str) -> Result<Kept, Error> {
    let known = list(store).await?;
    if !known.iter().any(|kept| kept.site == site) {
        let sites: Vec<&str> = known.iter().map(|kept| kept.site.as_str()).collect();
        let mend = match sites.as_slice() {
            [] => "no site has one; `snag retention set` sets one".to_owned(),
            sites => format!("those of {} have one", sites.join(", ")),
        };
        return Err(Error::usage(
            format!("the visits of {site:?} have no limit"),
            mend,
        ));
    }
    write(store, site, 0, true).await?;
    keep(store).await
}

async fn write(store: &Store, site: &str, days: u32, is_deleted: bool) -> Result<(), Error> {
    let query = store
        .client()
        .query(WRITE)
        .param("site", site)
        .param("days", days)
        .param("is_deleted", u8::from(is_deleted));
    Ok(query.execute().await?)
}

/// Whether a text may be a site's identifier, as beacons bear it.
#[must_use]
pub fn is_site(site: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=64).contains(&site.len()) && site.bytes().all(is_letter)
}

/// Letters that the collector takes in a site's name.
pub(crate) fn check_site(site: &str) -> Result<(), Error> {
    if is_site(site) {
        return Ok(());
    }
    Err(Error::usage(
        format!("{site:?} is no name of a site"),
        "write it as in data-site: letters, digits, dot, hyphen and underscore",
    ))
}

/// Makes the tables keep what the definitions say, and removes what is older by now. Once a day is often enough: the engine
/// removes rows by itself too, but in its own time.
///
/// # Errors
/// [`Error::Store`].
pub async fn keep(store: &Store) -> Result<Kept, Error> {
    let rules = list(store).await?;
    let waiting = store.with_setting("mutations_sync", "2");
    let mut kept = Kept::default();
    for table in TABLES.iter().filter(|table| table.lapses) {
        let Some(time) = table.time else { continue };
        let lapsed = lapsed(store, table, time, &rules).await?;
        kept.lapsed += lapsed;
        let name = quote_name(table.name);
        let (wanted, found) = (ttl(time, &rules), found(store, table).await?);
        let sql = if wanted == found {
            if lapsed == 0 {
                continue;
            }
            format!("ALTER TABLE {name} MATERIALIZE TTL")
        } else {
            kept.changed += 1;
            match wanted {
                None => format!("ALTER TABLE {name} REMOVE TTL"),
                // This removes what is over as well.
                Some(rules) => format!("ALTER TABLE {name} MODIFY TTL {rules}"),
            }
        };
        waiting.client().query_raw(&sql).execute().await?;
    }
    Ok(kept)
}

/// A table's rules as the engine writes them, so that they can be compared; none without any.
fn ttl(time: &str, rules: &[Retention]) -> Option<String> {
    let rule = |rule: &Retention| {
        let (days, site) = (rule.days, quote_text(&rule.site));
        format!("toDateTime({time}) + toIntervalDay({days}) WHERE site = {site}")
    };
    let rules: Vec<String> = rules.iter().map(rule).collect();
    (!rules.is_empty()).then(|| rules.join(", "))
}

/// The rules that a table has.
async fn found(store: &Store, table: &Table) -> Result<Option<String>, Error> {
    let query = store.client().query(TTL).param("table", table.name);
    let Engine { engine_full } = query.fetch_one().await?;
    Ok(rules_in(&engine_full))
}

fn rules_in(engine: &str) -> Option<String> {
    let (_, rules) = engine.split_once(" TTL ")?;
    let end = rules.find(" SETTINGS ").unwrap_or(rules.len());
    Some(rules[..end].to_owned())
}

/// Rows whose time is over.
async fn lapsed(
    store: &Store,
    table: &Table,
    time: &str,
    rules: &[Retention],
) -> Result<u64, Error> {
    if rules.is_empty() {
        return Ok(0);
    }
    let sql = format!(
        "SELECT count() FROM {} WHERE toDateTime({time}) + toIntervalDay(transform(toString(site), {{sites:Array(String)}}, \
         {{days:Array(UInt32)}}, 0)) < now() AND site IN ({{sites:Array(String)}})",
        quote_name(table.name)
    );
    let sites: Vec<&str> = rules.iter().map(|rule| rule.site.as_str()).collect();
    let days: Vec<u32> = rules.iter().map(|rule| rule.days).collect();
    let query = store.client().query(&sql);
    let query = query.param("sites", sites).param("days", days);
    Ok(query.fetch_one().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_read_as_they_are_written() {
        let rules = [("blog", 90), ("shop", 30)].map(|(site, days)| Retention {
            site: site.to_owned(),
            days,
        });
        let told = ttl("time", &rules).expect("rules");
        let engine =
            format!("MergeTree ORDER BY site TTL {told} SETTINGS index_granularity = 8192");
        assert_eq!(rules_in(&engine).as_deref(), Some(told.as_str()));
        assert_eq!(rules_in("MergeTree ORDER BY site SETTINGS x = 1"), None);
        assert_eq!(ttl("time", &[]), None);
    }
}
