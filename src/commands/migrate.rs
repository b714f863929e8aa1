//! `snag migrate`: brings the store's tables up to this version.

use anyhow::Result;
use snag_store::Store;

use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Applies what is missing and says what that was.
pub(crate) async fn run(config: &Config, environment: &Environment) -> Result<Exit> {
    let store = Store::connect(&config.store(environment)?).await?;
    let applied = store.migrate().await;
    store.close().await?;
    let applied = applied?;
    for migration in &applied {
        println!("applied {}", migration.name);
    }
    if applied.is_empty() {
        println!("the tables are up to date");
    }
    Ok(Exit::Done)
}
