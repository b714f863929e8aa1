//! `snag retention`: for how many days the visits of a site are kept.

use anyhow::Result;
use indicatif::HumanCount;
use serde::Serialize;
use snag_analyzer::format::{Cell, Column, Measure, Report};
use snag_store::Store;
use snag_upkeep::Error;
use snag_upkeep::retention::{self, Kept, Retention as Limit};

use crate::cli::Retention;
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Sets, lists or forgets.
pub(crate) async fn run(
    asked: Retention,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    let store = Store::open(&config.store(environment)?).await?;
    let done = act(&asked, &store).await;
    store.close().await?;
    let (limits, kept) = done?;
    match asked {
        Retention::Set { site, days } => {
            println!(
                "visits of {site} are kept for {days} days; {} older rows are gone",
                HumanCount(kept.lapsed)
            );
            println!("backups made before hold them still");
        }
        Retention::Forget { site } => println!("visits of {site} are kept for ever"),
        Retention::List { format } => {
            let headline = match limits.len() {
                0 => "all visits are kept for ever".to_owned(),
                1 => "the visits of one site are kept for a time".to_owned(),
                count => format!("the visits of {count} sites are kept for a time"),
            };
            return super::print(&Limits { headline, limits }, format);
        }
    }
    Ok(Exit::Done)
}

async fn act(asked: &Retention, store: &Store) -> Result<(Vec<Limit>, Kept), Error> {
    match asked {
        Retention::Set { site, days } => {
            let kept = retention::set(store, site, *days).await?;
            Ok((Vec::new(), kept))
        }
        Retention::Forget { site } => {
            let kept = retention::forget(store, site).await?;
            Ok((Vec::new(), kept))
        }
        Retention::List { .. } => Ok((retention::list(store).await?, Kept::default())),
    }
}

/// The sites with a limit.
#[derive(Serialize)]
struct Limits {
    headline: String,
    limits: Vec<Limit>,
}

const COLUMNS: [Column; 2] = [
    Column::both("Site", "site", Measure::Text),
    Column::both("Days", "days", Measure::Count),
];

impl Report for Limits {
    fn headline(&self) -> &str {
        &self.headline
    }

    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let cells = |limit: &Limit| {
            vec![
                Cell::Text(limit.site.clone()),
                Cell::Count(u64::from(limit.days)),
            ]
        };
        self.limits.iter().map(cells).collect()
    }

    fn is_there(&self) -> bool {
        true
    }

    fn notes(&self) -> &[String] {
        &[]
    }
}
