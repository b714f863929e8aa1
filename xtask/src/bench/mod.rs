//! `make bench…`: figures as medians of interleaved runs, never as tests.

mod collector;
mod import;
mod overload;
mod reports;
mod server;
mod truth;

use anyhow::{Context as _, Result, bail};

use crate::step;

/// Runs the benchmark of that name.
pub(crate) fn bench(name: &str) -> Result<()> {
    match name {
        "import" => import::run(),
        "collector" => collector::run(),
        "backlog" => overload::backlog(),
        "overload" => overload::run(),
        "reports" => reports::run(),
        "tracker" => tracker(),
        "truth" => truth::run(),
        _ => bail!(
            "there is no benchmark {name}; there are: import, collector, backlog, overload, reports, tracker, truth"
        ),
    }
}

/// What the tracker costs a page, measured in Chromium.
fn tracker() -> Result<()> {
    crate::tracker::build(false)?;
    step::run(&mut step::cargo(&["build", "--bin", "snag"]))?;
    step::run(&mut step::command("node", &["tests/tracker/bench.mjs"]))
}

fn median(mut figures: Vec<f64>) -> Result<f64> {
    figures.sort_by(f64::total_cmp);
    figures
        .get(figures.len() / 2)
        .copied()
        .context("nothing was measured")
}

/// A number from the environment, else the default.
fn setting(name: &str, default: f64) -> Result<f64> {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .with_context(|| format!("{name} is no number: {text}")),
        Err(_) => Ok(default),
    }
}
