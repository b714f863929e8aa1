//! `snag simulate`: made-up visitors, into files or sent to a collector, and what they truly did.

use std::path::Path;

use anyhow::{Context as _, Result};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use serde::Serialize;
use snag_simulator::{Habits, Options, Period, Run, World, WorldTruth};
use url::Url;

use crate::cli::Simulate;
use crate::exit::Exit;

/// Where a collector is, unless it is said.
const COLLECTOR: &str = "http://127.0.0.1:7624";

/// Makes them all and writes down what they truly did.
pub(crate) async fn run(simulate: Simulate) -> Result<Exit> {
    let collector = match &simulate.to {
        Some(url) => url.clone(),
        None => Url::parse(COLLECTOR)?,
    };
    match &simulate.habits {
        Some(habits) => by_habits(&simulate, habits, &collector).await,
        None => of_world(&simulate, &collector).await,
    }
}

async fn by_habits(simulate: &Simulate, habits: &Path, collector: &Url) -> Result<Exit> {
    let habits = Habits::read(habits)?;
    let options = Options {
        visitors: simulate.visitors,
        seed: simulate.seed,
        origin: simulate.origin.clone(),
        ..Options::default()
    };
    let bar = sending(simulate.visitors)?;
    let truth = snag_simulator::run(&habits, collector, &options, |progress| {
        bar.set_position(u64::from(progress.done));
        bar.set_message(progress.beacons.to_string());
    })
    .await;
    bar.finish_and_clear();
    let truth = truth?;
    println!(
        "{} visitors made {} pageviews",
        truth.visitors, truth.pageviews
    );
    write(simulate, &truth)?;
    Ok(Exit::Done)
}

async fn of_world(simulate: &Simulate, collector: &Url) -> Result<Exit> {
    let seed = simulate.seed;
    let mut world = match (&simulate.world, &simulate.family) {
        (Some(file), _) => World::read(file, seed)?,
        (None, Some(family)) => World::of_family(family, seed)?,
        (None, None) => anyhow::bail!("give --world or --family"),
    };
    if let Some(origin) = &simulate.origin {
        world.origin = origin.clone();
    }
    let world = world.with(simulate.planted.clone(), seed)?;
    let drawn = snag_simulator::plant(&world, simulate.defects, seed);
    let world = world.with(drawn, seed)?;
    let run = Run {
        sessions: u64::from(simulate.sessions),
        seed,
        period: Period {
            until: simulate.until,
            days: simulate.days,
        },
        reckoned: u64::from(simulate.reckoned),
    };
    let truth = match &simulate.out {
        Some(directory) => {
            let bar = ProgressBar::new(run.sessions);
            bar.set_style(ProgressStyle::with_template(
                "{bar:30} {pos}/{len} sessions, {elapsed}",
            )?);
            let made =
                snag_simulator::simulate(&world, &run, directory, |done| bar.set_position(done));
            bar.finish_and_clear();
            made?
        }
        None => {
            let bar = sending(simulate.sessions)?;
            let sent = snag_simulator::send(&world, &run, collector, |progress| {
                bar.set_position(u64::from(progress.done));
                bar.set_message(progress.beacons.to_string());
            })
            .await;
            bar.finish_and_clear();
            sent?
        }
    };
    tell(&truth);
    write(simulate, &truth)?;
    Ok(Exit::Done)
}

fn tell(truth: &WorldTruth) {
    println!(
        "{}: {} sessions made {} pageviews and {} conversions",
        truth.site,
        HumanCount(truth.sessions),
        HumanCount(truth.pageviews),
        HumanCount(truth.conversions),
    );
    for planted in &truth.defects {
        let defect = &planted.defect;
        let places = [
            &defect.page,
            &defect.element,
            &defect.field,
            &defect.browser,
            &planted.device,
        ];
        let place: Vec<&str> = places
            .into_iter()
            .map(|place| &**place)
            .filter(|place| !place.is_empty())
            .collect();
        println!(
            "  {} at {}, strength {}: met by {}, costs {:.1} % of conversions",
            defect.kind.name(),
            place.join(" "),
            defect.strength,
            HumanCount(planted.met),
            planted.share * 100.0
        );
    }
}

fn sending(count: u32) -> Result<ProgressBar> {
    let bar = ProgressBar::new(u64::from(count));
    bar.set_style(ProgressStyle::with_template(
        "{bar:30} {pos}/{len} visitors, {msg} beacons, {elapsed}",
    )?);
    Ok(bar)
}

fn write(simulate: &Simulate, truth: &impl Serialize) -> Result<()> {
    if let Some(file) = &simulate.truth {
        let text = serde_json::to_string_pretty(truth)? + "\n";
        std::fs::write(file, text)
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(())
}
