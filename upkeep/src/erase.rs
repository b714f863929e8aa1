//! Removes rows for good: all of a site, one visitor's, or those before a day.
//!
//! Invariant: what was counted before is counted again afterwards, and it is done when nothing is left, neither in a table nor
//! in parts that were rewritten and still lie on the disk. Backups that were made before are out of reach.
//!
//! A visitor has another number each day; those that were told to be one person, over midnight, go together.

mod settling;

use clickhouse::Row;
use clickhouse::query::Query;
use serde::Deserialize;
use snag_store::{Store, quote_name};

use crate::retention::check_site;
use crate::table::{TABLES, Table};
use crate::{Error, passing, retention};
use settling::{SESSIONS, derived, unlink_soon, unlinked};

/// How often rows are removed that came while others were.
const ROUNDS: u32 = 3;

/// What is to be removed of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erasure {
    /// All, its definitions and costs too.
    Site,
    /// What one visitor did.
    Visitor(u64),
    /// Visits before a day, as in 2026-01-31.
    Before(String),
}

/// What would be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    site: String,
    erasure: Erasure,
    /// Numbers of the one visitor on several days; empty unless one is asked for.
    pub visitors: Vec<u64>,
    /// Tables that hold something of it, and how many rows.
    pub rows: Vec<(&'static str, u64)>,
}

/// What was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// From which tables, and how many rows.
    pub rows: Vec<(&'static str, u64)>,
    /// Parts with what was removed that the engine has still not unlinked; none, unless it is slow.
    pub old_parts: u64,
}

#[derive(Row, Deserialize)]
struct Pair {
    visitor: u64,
    before: u64,
}

impl Plan {
    /// Whether there is nothing to remove.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Which rows of a table are meant, as SQL; none where it holds nothing of the kind.
    fn condition(&self, table: &Table) -> Option<String> {
        if !table.has_site {
            return None;
        }
        let of_site = "site = {site:String}";
        match &self.erasure {
            Erasure::Site => Some(of_site.to_owned()),
            Erasure::Visitor(_) => {
                let is_one = |column: &&str| format!("{column} IN ({{visitors:Array(UInt64)}})");
                let any: Vec<String> = table.visitors.iter().map(is_one).collect();
                (!any.is_empty()).then(|| format!("{of_site} AND ({})", any.join(" OR ")))
            }
            Erasure::Before(_) => match table.time {
                Some(time) => Some(format!("{of_site} AND toDate({time}) < {{day:Date}}")),
                // Of these only those who are still there tell anything.
                None if !table.visitors.is_empty() => Some(format!(
                    "{of_site} AND visitor NOT IN (SELECT visitor FROM events WHERE {of_site} AND toDate(time) >= {{day:Date}})"
                )),
                None => None,
            },
        }
    }

    fn bind(&self, query: Query) -> Query {
        let query = query.param("site", &self.site);
        match &self.erasure {
            Erasure::Site => query,
            Erasure::Visitor(_) => query.param("visitors", &self.visitors),
            Erasure::Before(day) => query.param("day", day),
        }
    }

    /// How many rows there are of it now.
    async fn count(&self, store: &Store) -> Result<Vec<(&'static str, u64)>, Error> {
        let mut rows = Vec::new();
        for table in TABLES {
            let Some(condition) = self.condition(table) else {
                continue;
            };
            let name = quote_name(table.name);
            let sql = format!("SELECT count() FROM {name} WHERE {condition}");
            let query = self.bind(store.client().query_raw(&sql));
            let count: u64 = query.fetch_one().await?;
            if count > 0 {
                rows.push((table.name, count));
            }
        }
        Ok(rows)
    }
}

/// Counts what would be removed; changes nothing.
///
/// # Errors
/// [`Error::Usage`] for what is no name of a site, [`Error::Store`].
pub async fn plan(store: &Store, site: &str, erasure: Erasure) -> Result<Plan, Error> {
    check_site(site)?;
    let visitors = match erasure {
        Erasure::Visitor(number) => same_person(store, site, number).await?,
        Erasure::Site | Erasure::Before(_) => Vec::new(),
    };
    let mut plan = Plan {
        site: site.to_owned(),
        erasure,
        visitors,
        rows: Vec::new(),
    };
    plan.rows = plan.count(store).await?;
    Ok(plan)
}

/// All numbers that are told to be one person's: over one midnight after another.
async fn same_person(store: &Store, site: &str, number: u64) -> Result<Vec<u64>, Error> {
    let mut known = vec![number];
    loop {
        let query = store
            .client()
            .query(
                "SELECT DISTINCT visitor, visitor_before AS before FROM events WHERE site = {site:String} \
                 AND visitor_before != 0 AND (visitor IN ({known:Array(UInt64)}) OR visitor_before IN ({known:Array(UInt64)}))",
            )
            .param("site", site)
            .param("known", &known);
        let pairs: Vec<Pair> = query.fetch_all().await?;
        let mut all: Vec<u64> = pairs
            .iter()
            .flat_map(|pair| [pair.visitor, pair.before])
            .chain(known.iter().copied())
            .collect();
        all.sort_unstable();
        all.dedup();
        if all.len() == known.len() {
            return Ok(all);
        }
        known = all;
    }
}

/// Removes what was planned, waits until it is gone, and makes sure that it is.
///
/// # Errors
/// [`Error::Unlike`] when rows are still there, for they keep coming; [`Error::Store`]. In both cases it may be asked again.
pub async fn erase(store: &Store, plan: &Plan) -> Result<Erased, Error> {
    // A backup that is being made ends by this: it would hold what is to be gone.
    let passing = passing::find(store, 0).await?;
    passing::remove(store, &passing).await?;
    let mut left = plan.count(store).await?;
    let erased = left.clone();
    let tables: Vec<&'static str> = erased.iter().map(|(table, _)| *table).collect();
    unlink_soon(store, &tables, true).await?;
    let removed = remove(store, plan, &mut left).await;
    let unlinked = match removed {
        Ok(()) => unlinked(store, &tables).await,
        Err(error) => Err(error),
    };
    unlink_soon(store, &tables, false).await?;
    Ok(Erased {
        rows: erased,
        old_parts: unlinked?,
    })
}

async fn remove(
    store: &Store,
    plan: &Plan,
    left: &mut Vec<(&'static str, u64)>,
) -> Result<(), Error> {
    let waiting = store.with_setting("mutations_sync", "2");
    for _ in 0..ROUNDS {
        for table in TABLES {
            let is_sessions = table.name == SESSIONS;
            if is_sessions {
                derived(store).await?;
            }
            let is_left = is_sessions || left.iter().any(|(name, _)| *name == table.name);
            let Some(condition) = plan.condition(table).filter(|_| is_left) else {
                continue;
            };
            let name = quote_name(table.name);
            let sql = format!("ALTER TABLE {name} DELETE WHERE {condition}");
            let query = plan.bind(waiting.client().query_raw(&sql));
            query.execute().await?;
        }
        // Visits that reach over the day are derived anew from what is left of them.
        if let Erasure::Before(_) = plan.erasure {
            let sql = "INSERT INTO touched SELECT DISTINCT site, toDate(time) AS day, visitor, now64(3, 'UTC') AS at FROM events \
                       WHERE site = {site:String} AND toDate(time) = {day:Date} AND bot = ''";
            plan.bind(store.client().query(sql)).execute().await?;
        }
        *left = plan.count(store).await?;
        if left.is_empty() {
            // The rule of a site that is gone goes as well.
            if plan.erasure == Erasure::Site {
                retention::keep(store).await?;
            }
            return Ok(());
        }
    }
    let told: Vec<String> = left
        .iter()
        .map(|(table, rows)| format!("{rows} of {table}"))
        .collect();
    Err(Error::Unlike(format!(
        "rows are still there ({}), for new ones keep coming; stop the tracker of {} and try again",
        told.join(", "),
        plan.site
    )))
}
