//! One file a command.

use std::path::Path;

use anyhow::{Context as _, Result};
use indicatif::HumanBytes;
use snag_analyzer::Error;
use snag_analyzer::format::{Format, Report, render};
use snag_collector::Flushed;
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

/// Writes a file in whole or not at all.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, file)
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

/// Ships what waits in the spool, and says so where it does not go: what is stored is about to be copied or removed.
async fn flush(config: &Config, store: &Store) -> Result<Flushed> {
    let flushed = snag_collector::flush(config.collector()?.spool, store).await;
    flushed.context("the spool cannot be read")
}

/// How much waits, in words.
fn waits(segments: usize, bytes: u64) -> String {
    let files = if segments == 1 { "file" } else { "files" };
    format!(
        "{segments} {files} ({}) still wait for the store; see `snag spool list`",
        HumanBytes(bytes)
    )
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
pub(crate) mod backup;
pub(crate) mod costs;
pub(crate) mod definitions;
pub(crate) mod doctor;
pub(crate) mod erase;
pub(crate) mod funnel;
pub(crate) mod import;
pub(crate) mod links;
pub(crate) mod messages;
pub(crate) mod migrate;
pub(crate) mod page;
pub(crate) mod rebuild;
pub(crate) mod retention;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod snippet;
pub(crate) mod spool;
pub(crate) mod users;
pub(crate) mod verify;
pub(crate) mod visits;
