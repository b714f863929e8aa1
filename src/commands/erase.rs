//! `snag erase`: shows what would be removed, asks, and removes it for good.

use std::io::{IsTerminal as _, Write as _};

use anyhow::{Result, bail};
use indicatif::HumanCount;
use jiff::tz::TimeZone;
use snag_collector::{Aside, Flushed, SpoolDirectory, Unwanted};
use snag_store::{Role, Store};
use snag_upkeep::{Erased, Erasure, Error, Plan};

use crate::cli::Erase;
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Counts, asks and removes.
pub(crate) async fn run(asked: Erase, config: &Config, environment: &Environment) -> Result<Exit> {
    let store = Store::open(&config.store(environment)?).await?;
    let done = erase(&asked, config, &store).await;
    store.close().await?;
    done
}

async fn erase(asked: &Erase, config: &Config, store: &Store) -> Result<Exit> {
    flushed(config, store).await?;
    let erasure = match (asked.visitor, asked.before) {
        (Some(number), _) => Erasure::Visitor(number),
        (None, Some(day)) => Erasure::Before(day.to_string()),
        (None, None) => Erasure::Site,
    };
    let plan = snag_upkeep::plan(store, &asked.site, erasure).await?;
    let before = match asked.before {
        Some(day) => Some(day.to_zoned(TimeZone::UTC)?.timestamp().as_millisecond()),
        None => None,
    };
    let unwanted = Unwanted {
        site: &asked.site,
        visitors: asked.visitor.map(|_| &plan.visitors[..]),
        before,
    };
    let spool = SpoolDirectory::new(config.collector()?.spool.directory);
    let aside = spool.count_aside(unwanted)?;
    if plan.is_empty() && aside == Aside::default() {
        println!("there is nothing of it");
        return Ok(Exit::NothingToReport);
    }
    show(asked, &plan, &aside);
    if !asked.yes && !agreed(&asked.site)? {
        println!("nothing was removed");
        return Ok(Exit::Usage);
    }
    let erased = removed(store, &plan, &spool, unwanted).await?;
    println!(
        "{} rows are gone, from tables and disk",
        HumanCount(rows_of(&erased) + aside.rows)
    );
    if erased.old_parts > 0 {
        println!(
            "but {} files of tables that hold them are still there: the engine unlinks them later; ask again in ten minutes",
            erased.old_parts
        );
    }
    say_what_is_left(asked, store);
    Ok(Exit::Done)
}

/// Removes all there is of a site, also what waits and what was set aside; how many rows these were.
pub(super) async fn site(site: &str, config: &Config, store: &Store) -> Result<u64> {
    flushed(config, store).await?;
    let plan = snag_upkeep::plan(store, site, Erasure::Site).await?;
    let unwanted = Unwanted {
        site,
        visitors: None,
        before: None,
    };
    let spool = SpoolDirectory::new(config.collector()?.spool.directory);
    let aside = spool.count_aside(unwanted)?;
    let erased = removed(store, &plan, &spool, unwanted).await?;
    Ok(aside.rows + rows_of(&erased))
}

/// Sees to it that nothing waits, which would come in behind.
async fn flushed(config: &Config, store: &Store) -> Result<()> {
    if let Flushed::Waits { segments, bytes } = super::flush(config, store).await? {
        bail!(
            "nothing was removed, for what waits would be stored afterwards: {}",
            super::waits(segments, bytes)
        );
    }
    Ok(())
}

async fn removed(
    store: &Store,
    plan: &Plan,
    spool: &SpoolDirectory,
    unwanted: Unwanted<'_>,
) -> Result<Erased> {
    spool.erase_aside(unwanted)?;
    Ok(snag_upkeep::erase(store, plan).await?)
}

fn rows_of(erased: &Erased) -> u64 {
    erased.rows.iter().map(|(_, rows)| rows).sum()
}

fn show(asked: &Erase, plan: &Plan, aside: &Aside) {
    let what = match (asked.visitor, asked.before) {
        (Some(number), _) => format!("of visitor {number} of {}", asked.site),
        (None, Some(day)) => format!("of visits of {} before {day}", asked.site),
        (None, None) => format!("of {}, all there is", asked.site),
    };
    println!("{what}:");
    for (table, rows) in &plan.rows {
        println!("{table:>14}  {}", HumanCount(*rows));
    }
    if aside.rows > 0 {
        println!("{:>14}  {}", "set aside", HumanCount(aside.rows));
    }
    if plan.visitors.len() > 1 {
        let numbers: Vec<String> = plan.visitors.iter().map(u64::to_string).collect();
        println!(
            "the same person over midnight, so all of these go: {}",
            numbers.join(", ")
        );
    }
    if !aside.unreadable.is_empty() {
        println!(
            "these files of the spool cannot be read and may hold some of it, so they go as well: {}",
            aside.unreadable.join(", ")
        );
    }
}

/// Whether the person at the terminal says so.
fn agreed(site: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::Usage {
            message: "nothing was removed, for nobody can be asked".to_owned(),
            mend: "see what would be, and say --yes".to_owned(),
        }
        .into());
    }
    print!("it cannot be brought back; write {site} to remove it: ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim() == site)
}

/// What no command can reach.
fn say_what_is_left(asked: &Erase, store: &Store) {
    println!("backups made before hold it still");
    if asked.visitor.is_none() && asked.before.is_none() {
        println!(
            "beacons of {} that still come are taken as before",
            asked.site
        );
    }
    if *store.role() == Role::Server {
        println!(
            "so may the spools of collectors on other machines, the server's own backups and its log of queries"
        );
    }
}
