//! `make bench-overload` and `make bench-backlog`: more than can be stored, for a minute; and a backlog of hours.
//!
//! Both count what was acknowledged against what is stored in the end.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::server::{Place, Server, ask, build_all, figure};
use super::setting;

const SQL: &str = "127.0.0.1:7625";
const ENGINE: &[(&str, &str)] = &[
    ("SNAG_ENGINE_SQL_LISTEN", SQL),
    ("SNAG_SQL_PASSWORD", "bench"),
];

/// Batches of that many events; a store takes far fewer of them than a spool.
const EVENTS: &str = "100";

fn stored() -> Result<f64> {
    ask(SQL.parse()?, "bench", "SELECT count() FROM events")
}

/// Waits until all is stored; fails where it is not exactly that many.
fn wait_for(sent: f64, patience: Duration) -> Result<f64> {
    let start = Instant::now();
    loop {
        let seen = stored()?;
        if seen >= sent {
            ensure!(seen == sent, "{seen} are stored, {sent} were acknowledged");
            return Ok(start.elapsed().as_secs_f64());
        }
        ensure!(
            start.elapsed() < patience,
            "only {seen} of {sent} are stored"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Ten times what the store takes, for a minute, into a spool that is soon full; then idle connections.
pub(super) fn run() -> Result<()> {
    build_all()?;
    let place = Place::new()?;
    let data = place.0.join("data");
    let settings = [ENGINE, &[("SNAG_SPOOL_MAX_BYTES", "200000000")]].concat();
    let snag = Server::snag(&data, &[], &settings)?;
    let seconds = setting("SNAG_BENCH_SECONDS", 60.0)?;
    // As much as this load can be made to: how much of it the store took is told below.
    let told = seconds.to_string();
    let mut load = snag.start_load(&["--seconds", &told, "--events", EVENTS])?;
    let mut memory = Vec::new();
    while !load.is_over()? {
        memory.push(snag.usage()?.memory);
        std::thread::sleep(Duration::from_millis(500));
    }
    let told = load.end()?;
    let events: f64 = EVENTS.parse()?;
    let sent = figure(&told, "/taken") * events;
    let answered = figure(&told, "/answered");
    let stored_then = stored()?;
    println!(
        "{seconds:.0} s: {answered:.0} batches of {EVENTS} events answered, {:.0} % by 503; {sent:.0} events acknowledged; p99 {:.0} ms; statuses {}",
        figure(&told, "/statuses/503") / answered * 100.0,
        figure(&told, "/ms/p99"),
        told["statuses"]
    );
    println!(
        "offered {:.1} times what was stored meanwhile ({:.0} events/s)",
        answered * events / stored_then,
        stored_then / seconds
    );
    let half = memory.split_off(memory.len() / 2);
    let most = |of: &[f64]| of.iter().copied().fold(0.0, f64::max) / 1e6;
    println!(
        "memory, engine included: at most {:.0} MB in the first half, {:.0} MB in the second",
        most(&memory),
        most(&half)
    );
    let start = Instant::now();
    let recovered = loop {
        let probe = snag.load(&["--seconds", "0.2", "--connections", "1"])?;
        if figure(&probe, "/taken") == figure(&probe, "/answered") {
            break (start.elapsed(), figure(&probe, "/taken"));
        }
        ensure!(
            start.elapsed() < Duration::from_secs(60),
            "it does not recover"
        );
    };
    println!(
        "after it: all is taken again within {:.1} s",
        recovered.0.as_secs_f64()
    );
    // Probes that were partly refused count as well.
    let waited = wait_until_empty(&data)?;
    let all = stored()?;
    println!(
        "the spool was empty {waited:.0} s later; {all:.0} events stored, {sent:.0} acknowledged under load, the rest by the probes after it"
    );
    ensure!(all >= sent + recovered.1, "acknowledged events are missing");
    idle(&snag)?;
    snag.stop()
}

fn wait_until_empty(data: &Path) -> Result<f64> {
    let start = Instant::now();
    loop {
        let spool = std::fs::read_dir(data.join("spool"))?;
        let waiting = spool.flatten().filter(|entry| {
            let path = entry.path();
            path.extension().is_some_and(|e| e == "seg" || e == "open")
        });
        if waiting.count() == 0 {
            return Ok(start.elapsed().as_secs_f64());
        }
        ensure!(
            start.elapsed() < Duration::from_secs(600),
            "the spool does not empty"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn idle(snag: &Server) -> Result<()> {
    let before = snag.usage()?.memory;
    let alone = snag.load(&["--seconds", "3", "--connections", "16"])?;
    let mut beside =
        snag.start_load(&["--seconds", "8", "--idle", "10000", "--connections", "16"])?;
    std::thread::sleep(Duration::from_secs(4));
    let with = snag.usage()?.memory;
    let mut connecting = Vec::new();
    for _ in 0..200 {
        let start = Instant::now();
        std::net::TcpStream::connect(snag.address).context("a new connection")?;
        connecting.push(start.elapsed().as_secs_f64() * 1e3);
    }
    ensure!(!beside.is_over()?, "the idle connections did not hold");
    let told = beside.end()?;
    connecting.sort_by(f64::total_cmp);
    println!(
        "10,000 idle connections: {:.1} KB of memory each; a new connection in {:.2} ms (p99 of 200); p50 of requests {:.2} ms against {:.2} ms without them",
        (with - before).max(0.0) / 10_000.0 / 1e3,
        connecting[197],
        figure(&told, "/ms/p50"),
        figure(&alone, "/ms/p50")
    );
    Ok(())
}

/// Hours without a store: `SNAG_BENCH_GIGABYTES` of backlog (10), then a store, and how fast it catches up.
pub(super) fn backlog() -> Result<()> {
    build_all()?;
    let place = Place::new()?;
    let data = place.0.join("data");
    let wanted = setting("SNAG_BENCH_GIGABYTES", 10.0)? * 1e9;
    let room = [("SNAG_SPOOL_MAX_BYTES", "40000000000")];
    let mut sent = 0.0;
    let snag = Server::snag(&data, &["--clickhouse", "http://127.0.0.1:9"], &room)?;
    while held(&data)? < wanted {
        let told = snag.load(&["--seconds", "5", "--events", EVENTS])?;
        sent += figure(&told, "/taken") * EVENTS.parse::<f64>()?;
    }
    let bytes = held(&data)?;
    println!(
        "{:.1} GB wait in {sent:.0} events; memory of the collector at most {:.0} MB",
        bytes / 1e9,
        snag.usage()?.peak / 1e6
    );
    snag.stop()?;
    let snag = Server::snag(&data, &[], &[ENGINE, &room].concat())?;
    println!(
        "memory after the restart, engine included: {:.0} MB",
        snag.usage()?.memory / 1e6
    );
    let took = wait_for(sent, Duration::from_secs(3600))?;
    println!(
        "all of them stored, each once, in {took:.0} s: {:.0} events/s, {:.1} MB/s; memory, engine included, at most {:.0} MB",
        sent / took,
        bytes / took / 1e6,
        snag.usage()?.peak / 1e6
    );
    snag.stop()
}

fn held(data: &Path) -> Result<f64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(data.join("spool"))? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes as f64)
}
