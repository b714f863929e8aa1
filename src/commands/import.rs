//! `snag import`: events, or batches that pages sent, from files.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use snag_collector::import::{
    ImportOptions, Imported, Progress, Source, import_events, import_recordings,
};
use snag_collector::{Agents, Places, Sites};
use snag_store::{Role, Store};

use crate::cli::ImportFiles;
use crate::config::{Config, Environment};
use crate::exit::Exit;

/// Imports file after file, of events or of what pages sent; a bad one does not keep the others out.
pub(crate) async fn run(
    import: ImportFiles,
    is_recorded: bool,
    config: &Config,
    environment: &Environment,
) -> Result<Exit> {
    let options = Arc::new(options(config, import.strict)?);
    let store = Store::open(&config.store(environment)?).await?;
    let mut imported = all(&store, &import, is_recorded, &options).await;
    // Reports rest on visits; who serves the store derives them by itself.
    if !matches!(store.role(), Role::Guest { .. })
        && let Err(error) = snag_sessions::catch_up(&store).await
    {
        imported = imported.and(Err(error.into()));
    }
    store.close().await?;
    imported
}

/// What an import may look at.
pub(super) fn options(config: &Config, strict: bool) -> Result<ImportOptions> {
    let geo = config.geo_database.as_deref();
    Ok(ImportOptions {
        strict,
        sites: Sites::new(config.sites()),
        agents: Agents::default(),
        places: geo.map(Places::open).transpose()?,
    })
}

async fn all(
    store: &Store,
    import: &ImportFiles,
    is_recorded: bool,
    options: &Arc<ImportOptions>,
) -> Result<Exit> {
    let mut exit = Exit::Done;
    for file in &import.files {
        let source = if file == Path::new("-") {
            Source::Stdin
        } else {
            Source::File(file.clone())
        };
        let bar = bar();
        let show = |progress| show(&bar, progress);
        let imported = match is_recorded {
            false => import_events(store, &source, options, show).await,
            true => import_recordings(store, &source, options, show).await,
        };
        bar.finish_and_clear();
        let imported = match imported {
            Ok(imported) => imported,
            Err(error @ snag_collector::import::ImportError::Open { .. }) => {
                eprintln!("error: {error}");
                exit = Exit::BadInput;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        report(&source, &imported, import);
        if !imported.is_whole() {
            exit = Exit::BadInput;
        }
    }
    Ok(exit)
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    bar
}

fn show(bar: &ProgressBar, progress: Progress) {
    if let Some(total) = progress.total.filter(|_| bar.length().is_none()) {
        bar.set_length(total);
        let style = ProgressStyle::with_template(
            "{bar:30} {bytes}/{total_bytes}, {msg} events, {elapsed}, {eta} left",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
    }
    bar.set_position(progress.read);
    bar.set_message(HumanCount(progress.events).to_string());
}

fn report(source: &Source, imported: &Imported, import: &ImportFiles) {
    let name = source.name();
    for bad in imported.bad_lines.iter().take(import.list) {
        eprintln!("{name}: {bad}");
    }
    let listed = imported.bad_lines.len().min(import.list) as u64;
    if imported.bad > listed {
        eprintln!(
            "{name}: and {} more bad lines",
            HumanCount(imported.bad - listed)
        );
    }
    if let Some(reason) = &imported.cut_short {
        eprintln!("{name}: {reason}");
    }
    if import.strict && !imported.is_whole() {
        println!(
            "{name}: nothing went in, because of {} bad lines",
            HumanCount(imported.bad)
        );
        return;
    }
    let mut line = format!("{name}: {} events went in", HumanCount(imported.events));
    if imported.already > 0 {
        line += &format!(", {} were in already", HumanCount(imported.already));
    }
    if imported.bad > 0 {
        line += &format!(", {} bad lines were left out", HumanCount(imported.bad));
    }
    for (reason, count) in &imported.dropped {
        line += &format!(", {} dropped ({reason})", HumanCount(*count));
    }
    println!("{line}");
}
