//! `make bench-import`: from a file into the embedded engine.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use super::median;
use crate::build::{build, snag};
use crate::step::{phase, works};

const EVENTS: usize = 2_000_000;
const ROUNDS: usize = 5;

/// Events a second from a file into the embedded engine, against reading and understanding the file alone.
pub(super) fn run() -> Result<()> {
    phase("building", build)?;
    let place = std::env::temp_dir().join(format!("snag-bench-{}", std::process::id()));
    std::fs::create_dir_all(&place)?;
    let measured = measure(&place);
    std::fs::remove_dir_all(&place)?;
    measured
}

fn measure(place: &Path) -> Result<()> {
    let good = place.join("events.ndjson");
    let bad = place.join("bad.ndjson");
    phase("writing events", || write_events(&good, &bad))?;
    let (mut understood, mut stored) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        // A strict import of a file whose last line is bad understands every line and stores none.
        let alone = import(place, &["import", "events", "--strict"], &bad, 5)?;
        let whole = import(place, &["import", "events"], &good, 0)?;
        println!(
            "round {round}: understanding alone {alone:.0} events/s, with storing {whole:.0} events/s"
        );
        understood.push(alone);
        stored.push(whole);
    }
    let (understood, stored) = (median(understood)?, median(stored)?);
    println!(
        "median of {ROUNDS}, one core: {stored:.0} events/s stored, {understood:.0} events/s understood alone"
    );
    println!(
        "ratio of storing to understanding alone: {:.2}",
        stored / understood
    );
    Ok(())
}

/// One run in a data directory of its own, on one core; events a second of the whole process.
fn import(place: &Path, arguments: &[&str], file: &Path, exit: i32) -> Result<f64> {
    ensure!(
        works("taskset", &["-V"]),
        "taskset is missing (Debian: util-linux)"
    );
    let data = place.join("data");
    let inner = snag(&data);
    let mut command = Command::new("taskset");
    command
        .args(["-c", "0"])
        .arg(inner.get_program())
        .args(inner.get_args())
        .args(arguments)
        .arg(file);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().context("snag cannot be started")?;
    let seconds = start.elapsed().as_secs_f64();
    ensure!(
        status.code() == Some(exit),
        "snag import ended with {status}"
    );
    std::fs::remove_dir_all(&data)?;
    Ok(EVENTS as f64 / seconds)
}

/// Events of many visitors over a month, with the keys that exports have.
fn write_events(good: &Path, bad: &Path) -> Result<()> {
    let mut out = std::io::BufWriter::new(std::fs::File::create(good)?);
    let agents = [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Version/17.1 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    ];
    for n in 0..EVENTS {
        let (day, second) = (1 + n / 7 % 28, n % 86_400);
        let event = ["pageview", "pageview", "click", "purchase"][n % 4];
        writeln!(
            out,
            r##"{{"site":"shop","visitor":"visitor-{}","time":"2026-01-{day:02}T{:02}:{:02}:{:02}.{:03}Z","event":"{event}","url":"https://shop.example/product/{}?ref=mail","referrer":"https://www.google.com/","title":"Product {}","element":{{"selector":"#buy","text":"Buy","href":"/cart"}},"user_agent":"{}","props":{{"plan":"pro","seats":3}},"value":12.5,"currency":"EUR"}}"##,
            n / 9,
            second / 3600,
            second / 60 % 60,
            second % 60,
            n % 1000,
            n % 400,
            n % 400,
            agents[n % agents.len()],
        )?;
    }
    out.flush()?;
    std::fs::copy(good, bad)?;
    writeln!(std::fs::OpenOptions::new().append(true).open(bad)?, "bad")?;
    Ok(())
}
