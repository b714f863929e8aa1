//! One site's day derived anew, and all of them.

use clickhouse::Row;
use serde::Deserialize;
use snag_store::{Error, Store};

const DERIVE: &str = include_str!("../../sql/sessions/derive.sql");

/// Visitors derived with one statement: what it holds of each in memory is all its events of a week.
const VISITORS: u64 = 50_000;

/// A site's day, and how many visitors are to be derived.
#[derive(Debug, Clone, Row, Deserialize)]
pub(crate) struct Day {
    pub(crate) site: String,
    /// As in 2026-01-05.
    pub(crate) day: String,
    pub(crate) visitors: u64,
}

/// Which visitors of the day.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who {
    /// Those touched after the first and up to the second time, milliseconds since 1970.
    Touched(i64, i64),
    /// All that have events or sessions.
    All,
}

impl Who {
    /// The visitors as a statement; a part of `parts` of them.
    fn sql(self) -> &'static str {
        match self {
            Who::Touched(..) => {
                "SELECT DISTINCT visitor FROM touched WHERE site = {site:String} AND day = {day:Date} \
                 AND at > fromUnixTimestamp64Milli({after:Int64}) AND at <= fromUnixTimestamp64Milli({until:Int64}) \
                 AND visitor % {parts:UInt64} = {part:UInt64}"
            }
            Who::All => {
                "SELECT DISTINCT visitor FROM events WHERE site = {site:String} AND toDate(time) = {day:Date} \
                 AND visitor % {parts:UInt64} = {part:UInt64} \
                 UNION DISTINCT \
                 SELECT DISTINCT person FROM sessions WHERE site = {site:String} AND toDate(start) = {day:Date} \
                 AND person % {parts:UInt64} = {part:UInt64}"
            }
        }
    }
}

/// Derives a day of a site anew. Of two derivations of one session that with the higher version counts.
pub(crate) async fn derive(store: &Store, day: &Day, who: Who, version: i64) -> Result<(), Error> {
    let sql = DERIVE.replace("{{visitors}}", who.sql());
    let parts = day.visitors.div_ceil(VISITORS).max(1);
    for part in 0..parts {
        let mut query = store
            .client()
            .query(&sql)
            .param("site", &day.site)
            .param("day", &day.day)
            .param("version", version)
            .param("parts", parts)
            .param("part", part);
        if let Who::Touched(after, until) = who {
            query = query.param("after", after).param("until", until);
        }
        query.execute().await?;
    }
    Ok(())
}

/// The engine's time, milliseconds since 1970: other machines' clocks have no say in what was derived last.
async fn now(store: &Store) -> Result<i64, Error> {
    let now = store
        .client()
        .query("SELECT toUnixTimestamp64Milli(now64(3))");
    Ok(now.fetch_one::<i64>().await?)
}

/// What a rebuilding did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// Days of sites.
    pub days: u64,
    /// Sessions there are now.
    pub sessions: u64,
}

/// Derives everything anew, `site` or all of them.
///
/// # Errors
/// When the store does not answer, or refuses; what was derived until then is right.
pub async fn rebuild(store: &Store, site: Option<&str>) -> Result<Rebuilt, Error> {
    let site = site.unwrap_or_default();
    for sql in [
        "INSERT INTO midnights SELECT DISTINCT site, visitor, visitor_before FROM events \
         WHERE visitor_before != 0 AND bot = '' AND ({site:String} = '' OR site = {site:String})",
        "INSERT INTO pages SELECT DISTINCT site, cityHash64(host, path), host, path FROM events \
         WHERE bot = '' AND ({site:String} = '' OR site = {site:String})",
    ] {
        store
            .client()
            .query(sql)
            .param("site", site)
            .execute()
            .await?;
    }
    let days = store
        .client()
        .query(
            "SELECT toString(site) AS site, toString(day) AS day, sum(visitors) AS visitors FROM ( \
                 SELECT site, toDate(time) AS day, uniq(visitor) AS visitors FROM events GROUP BY site, day \
                 UNION ALL \
                 SELECT site, toDate(start) AS day, uniq(person) AS visitors FROM sessions GROUP BY site, day \
             ) WHERE {site:String} = '' OR site = {site:String} GROUP BY site, day ORDER BY site, day",
        )
        .param("site", site)
        .fetch_all::<Day>()
        .await?;
    let version = now(store).await? * 2;
    for day in &days {
        derive(store, day, Who::All, version).await?;
    }
    let count =
        "SELECT count() FROM sessions FINAL WHERE {site:String} = '' OR site = {site:String}";
    let sessions = store
        .client()
        .query(count)
        .param("site", site)
        .fetch_one()
        .await?;
    Ok(Rebuilt {
        days: days.len() as u64,
        sessions,
    })
}
