//! `snag users`: who has an account at the dashboard.

use anyhow::Result;

use crate::cli::Users;
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Does what is asked; links that are made are shown once.
pub(crate) async fn run(asked: Users, config: &Config, environment: &Environment) -> Result<Exit> {
    let at = match config.web()?.url {
        Some(url) => url,
        None => format!("http://{}", config.listen),
    };
    match asked {
        Users::List { format } => {
            let people = super::with_store(config, environment, async |store| {
                snag_web::people(store).await
            });
            return super::print(&people.await?, format);
        }
        Users::Invite { role, site } => {
            let path = super::with_store(config, environment, async |store| {
                snag_web::invite(store, site.as_deref(), role).await
            });
            println!("{at}{} (serves once, within seven days)", path.await?);
        }
        Users::Reset(who) => {
            let path = super::with_store(config, environment, async |store| {
                snag_web::reset(store, &who.email).await
            });
            println!("{at}{} (serves once, within seven days)", path.await?);
        }
        Users::Remove(who) => {
            super::with_store(config, environment, async |store| {
                snag_web::remove(store, &who.email).await
            })
            .await?;
            println!("{} has no account any more", who.email);
        }
    }
    Ok(Exit::Done)
}
