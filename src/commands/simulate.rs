//! `snag simulate`: sends made-up visitors with known habits to a collector.

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressStyle};
use snag_simulator::{Habits, Options};

use crate::cli::Simulate;
use crate::exit::Exit;

/// Sends them all and writes down what they truly did.
pub(crate) async fn run(simulate: Simulate) -> Result<Exit> {
    let habits = Habits::read(&simulate.habits)?;
    let options = Options {
        visitors: simulate.visitors,
        seed: simulate.seed,
        origin: simulate.origin,
        ..Options::default()
    };
    let bar = ProgressBar::new(u64::from(simulate.visitors));
    bar.set_style(ProgressStyle::with_template(
        "{bar:30} {pos}/{len} visitors, {msg} beacons, {elapsed}",
    )?);
    let truth = snag_simulator::run(&habits, &simulate.to, &options, |progress| {
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
    if let Some(file) = &simulate.truth {
        let text = serde_json::to_string_pretty(&truth)? + "\n";
        std::fs::write(file, text)
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(Exit::Done)
}
