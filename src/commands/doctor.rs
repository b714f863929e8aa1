//! `snag doctor`: what is there and what is missing, each failing line with what mends it.

use anyhow::Result;
use snag_store::Examination;

use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Prints all checks; the exit tells whether one failed.
pub(crate) async fn run(config: &Config, environment: &Environment) -> Result<Exit> {
    let store = config.store(environment)?;
    let listen: Vec<_> = [Some(config.listen), config.engine.sql_listen]
        .into_iter()
        .flatten()
        .collect();
    let examination = Examination {
        config: &store,
        listen: &listen,
        geo_database: config.geo_database.as_deref(),
        least_free: config.spool.max_bytes,
    };
    let checks = snag_store::doctor(&examination).await;
    for check in &checks {
        println!(
            "{} {}: {}",
            if check.ok { "ok  " } else { "FAIL" },
            check.name,
            check.detail
        );
        if let (false, Some(mend)) = (check.ok, &check.mend) {
            println!("     to mend it: {mend}");
        }
    }
    Ok(if checks.iter().all(|check| check.ok) {
        Exit::Done
    } else {
        Exit::Store
    })
}
