//! `snag spool`: what waits for the store or was set aside, and what is to become of it.
//!
//! Works on the directory, beside a running `snag serve` or without one.

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use snag_collector::{Kept, SpoolDirectory, State};

use crate::cli::{Chosen, Spool};
use crate::config::Config;
use crate::exit::Exit;

/// Lists, shows, puts back or drops.
pub(crate) fn run(command: Spool, config: &Config) -> Result<Exit> {
    let spool = SpoolDirectory::new(config.collector()?.spool.directory);
    match command {
        Spool::List => list(&spool),
        Spool::Show { name } => show(&find(&spool, &name)?),
        Spool::Retry(chosen) => {
            let kept = choose(&spool, &chosen, |state| state == State::Rejected)?;
            for segment in kept {
                let name = segment.name.clone();
                segment.retry()?;
                println!("{name} is put back and will be shipped by `snag serve`");
            }
            Ok(Exit::Done)
        }
        Spool::Drop(chosen) => {
            let is_aside = |state| matches!(state, State::Rejected | State::Damage);
            for file in choose(&spool, &chosen, is_aside)? {
                let name = file.name.clone();
                file.drop_for_good()?;
                println!("{name} is gone");
            }
            Ok(Exit::Done)
        }
    }
}

fn find(spool: &SpoolDirectory, name: &str) -> Result<Kept> {
    match spool.find(name).context("the spool cannot be read")? {
        Some(kept) => Ok(kept),
        None => bail!("the spool has no {name}: `snag spool list` says what it has"),
    }
}

fn choose(
    spool: &SpoolDirectory,
    chosen: &Chosen,
    fits: impl Fn(State) -> bool,
) -> Result<Vec<Kept>> {
    if chosen.all {
        let all = spool.list().context("the spool cannot be read")?;
        return Ok(all.into_iter().filter(|kept| fits(kept.state)).collect());
    }
    chosen.names.iter().map(|name| find(spool, name)).collect()
}

fn list(spool: &SpoolDirectory) -> Result<Exit> {
    let all = spool.list().context("the spool cannot be read")?;
    if all.is_empty() {
        println!("nothing waits and nothing was set aside");
    }
    for kept in &all {
        let reason = kept.reason.as_deref().unwrap_or_default();
        println!(
            "{}  {:8}  {:>12} bytes  since {}  {reason}",
            kept.name,
            word(kept.state),
            kept.bytes,
            since(kept),
        );
    }
    Ok(Exit::Done)
}

fn show(kept: &Kept) -> Result<Exit> {
    println!("{}: {}", kept.name, word(kept.state));
    println!("begun: {}", since(kept));
    println!("bytes: {}", kept.bytes);
    if let Some(reason) = &kept.reason {
        println!("reason: {reason}");
    }
    if kept.state == State::Damage {
        println!("bytes of a segment that are torn or damaged; everything else of it was kept");
        return Ok(Exit::Done);
    }
    let contents = kept
        .contents()
        .with_context(|| format!("{} cannot be read", kept.name))?;
    for (table, month, count) in contents.rows {
        match month {
            0 => println!("rows of {table}: {count}"),
            month => println!(
                "rows of {table}, {}-{:02}: {count}",
                month / 100,
                month % 100
            ),
        }
    }
    for damage in contents.damage {
        println!("damaged: bytes {} to {}", damage.start, damage.end);
    }
    Ok(Exit::Done)
}

fn word(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Waiting => "waiting",
        State::Rejected => "rejected",
        State::Damage => "damage",
    }
}

fn since(kept: &Kept) -> String {
    kept.since
        .and_then(|ms| Timestamp::from_millisecond(ms).ok())
        .map_or_else(|| "an unknown time".to_owned(), |time| time.to_string())
}
