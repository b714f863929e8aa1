//! What was saved of a site: `snag funnel save`, `snag funnels`, `snag goal save`, `snag goals`.

use anyhow::Result;
use snag_analyzer::definitions::{self, Name, SavedFunnel};

use super::visits::Which;
use super::with_store;
use crate::cli::{Funnels, Goal, Goals};
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Keeps a funnel.
pub(crate) async fn save_funnel(
    name: &Name,
    site: &str,
    funnel: &SavedFunnel,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    let replaced = with_store(config, environment, async |store| {
        definitions::save_funnel(store, site, name, funnel).await
    })
    .await?;
    say_saved("funnel", name, replaced, site);
    println!("show it with: snag funnel {name} --site {site}");
    Ok(Exit::Done)
}

/// Lists or forgets funnels.
pub(crate) async fn funnels(
    asked: Funnels,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    match asked {
        Funnels::List(listed) => {
            let report = with_store(config, environment, async |store| {
                definitions::funnels(store, &listed.site).await
            })
            .await?;
            super::print(&report, listed.format)
        }
        Funnels::Discover(visits) => {
            super::visits::run(Which::Discover, visits, config, environment).await
        }
        Funnels::Delete(named) => {
            with_store(config, environment, async |store| {
                definitions::delete_funnel(store, &named.site, &named.name).await
            })
            .await?;
            println!("the funnel {} of {} is deleted", named.name, named.site);
            Ok(Exit::Done)
        }
    }
}

/// Keeps a goal.
pub(crate) async fn goal(asked: Goal, config: &Config, environment: &Environment) -> Result<Exit> {
    let Goal::Save { named, step } = asked;
    let replaced = with_store(config, environment, async |store| {
        definitions::save_goal(store, &named.site, &named.name, &step).await
    })
    .await?;
    say_saved("goal", &named.name, replaced, &named.site);
    Ok(Exit::Done)
}

/// Lists or forgets goals.
pub(crate) async fn goals(
    asked: Goals,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    match asked {
        Goals::List(listed) => {
            let report = with_store(config, environment, async |store| {
                definitions::goals(store, &listed.site).await
            })
            .await?;
            super::print(&report, listed.format)
        }
        Goals::Delete(named) => {
            with_store(config, environment, async |store| {
                definitions::delete_goal(store, &named.site, &named.name).await
            })
            .await?;
            println!("the goal {} of {} is deleted", named.name, named.site);
            Ok(Exit::Done)
        }
    }
}

fn say_saved(what: &str, name: &Name, replaced: bool, site: &str) {
    let how = if replaced { "replaced" } else { "saved" };
    println!("the {what} {name} of {site} is {how}");
}
