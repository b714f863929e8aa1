//! `snag import costs`: what ads cost, from files.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::Result;
use indicatif::HumanCount;
use snag_analyzer::Error;
use snag_analyzer::costs::{Costs, Imported, import_costs, site_of_costs};

use super::with_store;
use crate::cli::ImportCosts;
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Imports file after file; a bad one does not keep the others out.
pub(crate) async fn import(
    asked: ImportCosts,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    let mut exit = Exit::Done;
    let mut read = Vec::new();
    for file in &asked.files {
        match costs(file, asked.currency.as_deref()) {
            Ok(costs) => read.push((file, costs)),
            Err(reason) => {
                eprintln!("error: {}: {reason}", file.display());
                exit = Exit::BadInput;
            }
        }
    }
    if read.is_empty() {
        return Ok(exit);
    }
    with_store(config, environment, async |store| {
        let site = site_of_costs(store, asked.site.as_deref()).await?;
        for (file, costs) in &read {
            let imported = import_costs(store, &site, costs).await?;
            println!("{}", told(file, costs.layout, &site, imported));
        }
        Ok::<_, Error>(())
    })
    .await?;
    Ok(exit)
}

fn costs(file: &Path, currency: Option<&str>) -> Result<Costs, String> {
    let mut bytes = Vec::new();
    let read = match file == Path::new("-") {
        true => std::io::stdin().lock().read_to_end(&mut bytes),
        false => File::open(file).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    read.map_err(|error| format!("it cannot be read ({error})"))?;
    Costs::read(&bytes, currency).map_err(|error| error.to_string())
}

fn told(file: &Path, layout: &str, site: &str, imported: Imported) -> String {
    let Imported {
        new,
        replaced,
        already,
    } = imported;
    let days = |count: u64| match count {
        0 => "nothing new".to_owned(),
        1 => "1 day of a campaign".to_owned(),
        count => format!("{} days of campaigns", HumanCount(count)),
    };
    let mut line = format!(
        "{}, read as {layout}: {} went in for {site}",
        file.display(),
        days(new + replaced)
    );
    if replaced > 0 {
        line += &format!(
            ", {} of them in place of what was known",
            HumanCount(replaced)
        );
    }
    if already > 0 {
        line += &format!(", {} had been known like this", HumanCount(already));
    }
    line
}
