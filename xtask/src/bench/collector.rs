//! `make bench-collector`: what a durable beacon costs, against a server that does nothing.
//!
//! Server on one core, load on the other, kinds of load in turn. `SNAG_BENCH_SECONDS` and `SNAG_BENCH_ROUNDS` change how
//! long it takes.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::server::{Place, Server, ask, build_all, figure};
use super::{median, setting};

/// A server nobody has: the engine is off, beacons stay in the spool.
const AWAY: &[&str] = &["--clickhouse", "http://127.0.0.1:9"];
const ROOM: &[(&str, &str)] = &[("SNAG_SPOOL_MAX_BYTES", "40000000000")];

/// Name, whether it is the empty server's, and what is sent.
const KINDS: &[(&str, bool, &[&str], f64)] = &[
    ("empty handler", true, &["--form", "binary"], 1.0),
    ("binary, 1 event", false, &["--form", "binary"], 1.0),
    ("JSON, 1 event", false, &["--form", "json"], 1.0),
    (
        "binary, 10 events",
        false,
        &["--form", "binary", "--events", "10"],
        10.0,
    ),
];

pub(super) fn run() -> Result<()> {
    build_all()?;
    let place = Place::new()?;
    let empty = Server::empty()?;
    let snag = Server::snag(&place.0.join("data"), AWAY, ROOM)?;
    let seconds = setting("SNAG_BENCH_SECONDS", 4.0)?.to_string();
    let rounds = setting("SNAG_BENCH_ROUNDS", 5.0)? as usize;
    let mut speeds = vec![Vec::new(); KINDS.len()];
    let mut costs = vec![Vec::new(); KINDS.len()];
    for round in 1..=rounds {
        for (kind, (name, is_empty, arguments, _)) in KINDS.iter().enumerate() {
            let server = if *is_empty { &empty } else { &snag };
            let before = server.usage()?;
            let told = server.load(&[&["--seconds", &seconds], *arguments].concat())?;
            let cpu = server.usage()?.cpu - before.cpu;
            let (speed, taken) = (figure(&told, "/per_second"), figure(&told, "/taken"));
            ensure!(
                figure(&told, "/answered") == taken && figure(&told, "/broken") == 0.0,
                "not all was taken: {told}"
            );
            let busy = figure(&told, "/generator_cpu");
            println!(
                "round {round}: {name}: {speed:.0} requests/s, p99 {:.1} ms, {:.1} µs of CPU a request (load's core {:.0} % busy)",
                figure(&told, "/ms/p99"),
                cpu / taken * 1e6,
                busy * 100.0
            );
            speeds[kind].push(speed);
            costs[kind].push(cpu / taken * 1e6);
        }
    }
    let speeds: Vec<f64> = speeds.into_iter().map(median).collect::<Result<_>>()?;
    let costs: Vec<f64> = costs.into_iter().map(median).collect::<Result<_>>()?;
    println!("median of {rounds}, 256 connections, one core:");
    for (kind, (name, _, _, events)) in KINDS.iter().enumerate() {
        println!(
            "  {name}: {:.0} requests/s, {:.2} of the empty handler; {:.0} events/s; {:.1} µs of CPU a request, {:.2} of the empty handler's",
            speeds[kind],
            speeds[kind] / speeds[0],
            speeds[kind] * events,
            costs[kind],
            costs[0] / costs[kind],
        );
    }
    println!(
        "  batches of 10: {:.1} times the events/s of single ones",
        speeds[3] * 10.0 / speeds[1]
    );
    let rate = (0.7 * speeds[1]).to_string();
    let told = snag.load(&["--seconds", "10", "--rate", &rate])?;
    println!(
        "at 70 % of that: p50 {:.1} ms, p99 {:.1} ms, p99.9 {:.1} ms",
        figure(&told, "/ms/p50"),
        figure(&told, "/ms/p99"),
        figure(&told, "/ms/p999")
    );
    let few = snag.load(&["--seconds", "4", "--connections", "4"])?;
    println!(
        "4 connections: {:.0} requests/s, p50 {:.2} ms",
        figure(&few, "/per_second"),
        figure(&few, "/ms/p50")
    );
    println!(
        "memory of the collector without engine: at most {:.0} MB",
        snag.usage()?.peak / 1e6
    );
    drop(snag);
    drop(empty);
    with_engine(&place)
}

/// Events until they are visible, engine and collector on one core.
fn with_engine(place: &Place) -> Result<()> {
    let sql = "127.0.0.1:7625";
    let data = place.0.join("engine");
    let settings = [
        ("SNAG_ENGINE_SQL_LISTEN", sql),
        ("SNAG_SQL_PASSWORD", "bench"),
    ];
    let snag = Server::snag(&data, &[], &settings)?;
    let before = snag.usage()?;
    let start = Instant::now();
    let told = snag.load(&["--seconds", "15", "--events", "10", "--connections", "64"])?;
    let sent = figure(&told, "/taken") * 10.0;
    let address = sql.parse()?;
    let mut seen = 0.0;
    while seen < sent {
        ensure!(
            start.elapsed() < Duration::from_secs(600),
            "only {seen} of {sent} became visible"
        );
        std::thread::sleep(Duration::from_millis(100));
        seen = ask(address, "bench", "SELECT count() FROM events")?;
    }
    ensure!(seen == sent, "{seen} are visible, {sent} were acknowledged");
    let took = start.elapsed().as_secs_f64();
    let used = snag.usage()?;
    println!(
        "with the engine on the same core: {:.0} events/s acknowledged, {:.0} events/s until all {sent} were visible; {:.1} µs of CPU an event in all; memory at most {:.0} MB",
        sent / figure(&told, "/seconds"),
        sent / took,
        (used.cpu - before.cpu) / sent * 1e6,
        used.peak / 1e6
    );
    snag.stop()
}
