//! One file a command.

use anyhow::Result;
use snag_analyzer::Error;
use snag_analyzer::format::{Format, Report, render};
use snag_store::{Role, Store};

use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Columns a table may take.
const WIDTH: u16 = 100;

/// Prints a report, and says whether there was anything to report.
fn print(report: &impl Report, format: Format) -> Result<Exit> {
    print!("{}", render(report, format, WIDTH)?);
    Ok(if report.is_there() {
        Exit::Done
    } else {
        Exit::NothingToReport
    })
}

/// Does one thing with the store, and closes it.
async fn with_store<T>(
    config: &Config,
    environment: &Environment,
    act: impl AsyncFnOnce(&Store) -> Result<T, Error>,
) -> Result<T> {
    let store = Store::open(&config.store(environment)?).await?;
    let done = act(&store).await;
    store.close().await?;
    Ok(done?)
}

/// The store, with sessions of all events in it: where no collector follows, nobody else has derived
/// them.
async fn open_derived(config: &Config, environment: &Environment) -> Result<Store> {
    let store = Store::open(&config.store(environment)?).await?;
    if let Role::Owner { .. } = store.role()
        && let Err(error) = snag_sessions::catch_up(&store).await
    {
        store.close().await?;
        return Err(error.into());
    }
    Ok(store)
}

pub(crate) mod ads;
pub(crate) mod audit;
pub(crate) mod costs;
pub(crate) mod definitions;
pub(crate) mod doctor;
pub(crate) mod funnel;
pub(crate) mod import;
pub(crate) mod links;
pub(crate) mod messages;
pub(crate) mod migrate;
pub(crate) mod rebuild;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod snippet;
pub(crate) mod spool;
pub(crate) mod verify;
pub(crate) mod visits;
