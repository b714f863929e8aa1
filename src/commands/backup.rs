//! `snag backup` and `snag restore`: all that is stored, in one file and back.

use anyhow::Result;
use indicatif::{HumanBytes, HumanCount};
use snag_collector::Flushed;
use snag_store::Store;
use snag_upkeep::{BackupOptions, Contents, TableRows};

use crate::cli::{Backup, Restore};
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Writes a file of all that is stored.
pub(crate) async fn backup(
    asked: Backup,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    let store = Store::open(&config.store(environment)?).await?;
    let made = make(&asked, config, &store).await;
    store.close().await?;
    made
}

async fn make(asked: &Backup, config: &Config, store: &Store) -> Result<Exit> {
    let flushed = super::flush(config, store).await?;
    let options = BackupOptions {
        with_import_key: asked.with_import_key,
    };
    let stop = async {
        // Where the signal cannot be heard the process ends by it.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let made = snag_upkeep::backup(store, &asked.file, options, say, stop).await?;
    println!(
        "{} is whole: {} rows of {} tables, {}",
        asked.file.display(),
        HumanCount(made.contents.rows()),
        made.contents.tables.len(),
        HumanBytes(made.bytes)
    );
    let key = match asked.with_import_key {
        true => "",
        false => " and the key of imports (--with-import-key)",
    };
    println!(
        "not in it: the salts of visitors{key}; visits, which a restore derives anew; what was set aside in the spool; the \
         configuration"
    );
    if let Flushed::Waits { segments, bytes } = flushed {
        println!("not in it either: {}", super::waits(segments, bytes));
    }
    Ok(Exit::Done)
}

fn say(table: &TableRows) {
    if table.rows > 0 {
        println!("{:>14}  {}", table.table, HumanCount(table.rows));
    }
}

/// Makes the store what a file says.
pub(crate) async fn restore(
    asked: Restore,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    if asked.check {
        let contents = snag_upkeep::check(&asked.file)?;
        println!("{} is whole: {}", asked.file.display(), told(&contents));
        contents.tables.iter().for_each(say);
        return Ok(Exit::Done);
    }
    let store = Store::open(&config.store(environment)?).await?;
    let restored = snag_upkeep::restore(&store, &asked.file, asked.replace).await;
    store.close().await?;
    let restored = restored?;
    restored.contents.tables.iter().for_each(say);
    println!(
        "the store is what it was: {}; visits derived anew: {}",
        told(&restored.contents),
        HumanCount(restored.sessions)
    );
    Ok(Exit::Done)
}

fn told(contents: &Contents) -> String {
    format!(
        "{} rows of {} tables, of {} by snag {}",
        HumanCount(contents.rows()),
        contents.tables.len(),
        contents.made_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        contents.snag
    )
}
