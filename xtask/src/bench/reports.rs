//! `make bench-reports`: how long reports take over generated traffic, each interleaved with the bare scan of the columns it
//! needs, and the funnel with the shape its peers publish.
//!
//! Invariant: a report is timed as its user waits for it, from the start of the command to its end; a scan as the engine
//! answers it. The traffic is made in SQL, the same for the same number of events: ten events a visit, three visits in four
//! begin at the first step of the funnel, pages and hours of the day are skewed, three sites.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::server::{Place, Server, ask, tell};
use super::{median, setting};
use crate::build::{build, snag};
use crate::step::phase;

const EVENTS: f64 = 5_000_000.0;
const ROUNDS: usize = 5;
/// Events of one insert, that the generator stays small in memory.
const STRETCH: u64 = 5_000_000;
/// Visits of all sites a day.
const A_DAY: u64 = 100_000;

/// `{first}` to `{first} + {count}`, one a row.
const GENERATE: &str = "INSERT INTO events (site, time, received_at, seq, visitor, kind, name, host, path, title, channel, source, \
    device, browser, os, country) \
    WITH intDiv(number, 10) AS visit, number % 10 AS n, cityHash64(visit) AS luck, cityHash64(number) AS chance, \
        toDateTime64('2026-03-01 00:00:00', 3, 'UTC') + toIntervalDay(intDiv(visit, {day})) \
            + toIntervalSecond(toUInt32(86399 * pow((visit % {day}) / {day}, 0.7))) + toIntervalMillisecond(n * 20000 + chance % 15000) AS at, \
        luck % 100 AS depth \
    SELECT ['shop', 'shop', 'blog', 'docs'][1 + visit % 4], at, at, n, cityHash64(visit, 'visitor'), if(n = 9, 'click', 'pageview'), '', \
        'shop.example', multiIf( \
            n = 0 AND depth < 75, '/', n = 2 AND depth < 45, '/cart', n = 4 AND depth < 25, '/checkout', \
            n = 6 AND depth < 15, '/pay', n = 8 AND depth < 10, '/done', \
            concat('/product/', toString(toUInt32(400 * pow((chance % 10000) / 10000, 3))))) AS shown, \
        if(n = 9, '', concat('Page ', shown)), \
        ['Organic Search', 'Direct', 'Referral'][1 + luck % 3], ['Google', '', 'example.org'][1 + luck % 3], \
        ['desktop', 'mobile'][1 + luck % 2], ['Chrome', 'Safari', 'Firefox'][1 + luck % 3], ['Windows', 'iOS'][1 + luck % 2], \
        ['DE', 'IE', 'US', 'FR'][1 + luck % 4] \
    FROM numbers({first}, {count})";

/// What peers publish: all events of a visitor, through the engine's own function.
const PEERS: &str = "SELECT count() FROM (SELECT windowFunnel(86400)(toDateTime(time), path = '/', path = '/cart', \
    path = '/checkout', path = '/pay', path = '/done') AS level FROM events \
    WHERE site = 'shop' AND kind = 'pageview' AND bot = '' GROUP BY visitor) WHERE level > 0";

/// A report, and the scan of what it reads.
const REPORTS: [(&str, &[&str], &str); 7] = [
    (
        "overview",
        &["overview"],
        "SELECT sum(person) + sum(pageviews) + sum(interactions) + sum(duration_ms) FROM sessions WHERE site = 'shop'",
    ),
    (
        "pages",
        &["pages"],
        "SELECT sum(person) + sum(entry_page) + sum(exit_page) + sum(arraySum(page)) + sum(arraySum(kind)) FROM sessions WHERE site = 'shop'",
    ),
    (
        "entries",
        &["entries"],
        "SELECT sum(person) + sum(entry_page) + sum(pageviews) + sum(duration_ms) FROM sessions WHERE site = 'shop'",
    ),
    (
        "sources",
        &["sources"],
        "SELECT sum(person) + sum(length(channel)) + sum(pageviews) + sum(duration_ms) FROM sessions WHERE site = 'shop'",
    ),
    (
        "devices",
        &["devices"],
        "SELECT sum(person) + sum(length(device)) + sum(pageviews) + sum(duration_ms) FROM sessions WHERE site = 'shop'",
    ),
    (
        "realtime",
        &["realtime"],
        "SELECT count() FROM events WHERE site = 'shop' AND toDate(time) >= today() - 1",
    ),
    (
        "funnel of five steps",
        &[
            "funnel",
            "--step",
            "page:/",
            "--step",
            "page:/cart",
            "--step",
            "page:/checkout",
            "--step",
            "page:/pay",
            "--step",
            "page:/done",
            "--window",
            "1d",
        ],
        "SELECT sum(person) + sum(arraySum(page)) + sum(arraySum(at)) + sum(arraySum(kind)) + sum(toUnixTimestamp64Milli(start)) FROM sessions WHERE site = 'shop'",
    ),
];

/// Prints the table.
pub(super) fn run() -> Result<()> {
    phase("building", build)?;
    let events = setting("EVENTS", EVENTS)? as u64;
    let place = Place::new()?;
    let data = place.0.join("data");
    let server = Server::wide(&data)?;
    let engine = Engine::of(&data)?;
    let start = Instant::now();
    for first in (0..events).step_by(STRETCH as usize) {
        let sql = GENERATE
            .replace("{day}", &A_DAY.to_string())
            .replace("{first}", &first.to_string())
            .replace("{count}", &STRETCH.min(events - first).to_string());
        engine.tell(&sql)?;
    }
    let inserted = start.elapsed();
    let told = "SELECT sum(length(at)) FROM sessions FINAL";
    while (engine.ask(told)? as u64) < events {
        ensure!(
            start.elapsed() < Duration::from_secs(3600),
            "the sessions of an hour ago are not derived"
        );
        std::thread::sleep(Duration::from_secs(1));
    }
    println!(
        "{events} events in {:.0} s, their sessions {:.0} s later",
        inserted.as_secs_f64(),
        (start.elapsed() - inserted).as_secs_f64()
    );
    engine.tell("OPTIMIZE TABLE sessions FINAL")?;
    for table in ["events", "sessions"] {
        let size = format!(
            "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = '{table}'"
        );
        println!(
            "{table}: {:.1} bytes an event",
            engine.ask(&size)? / events as f64
        );
    }
    println!("\n| report | median, ms | bare scan, ms | ratio | peers' shape, ms | times faster |");
    println!("|---|---:|---:|---:|---:|---:|");
    for (name, arguments, scan) in REPORTS {
        let is_funnel = arguments.first() == Some(&"funnel");
        let (mut reports, mut scans, mut peers) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            reports.push(timed(|| report(&data, arguments))?);
            scans.push(timed(|| engine.ask(scan).map(drop))?);
            if is_funnel {
                peers.push(timed(|| engine.ask(PEERS).map(drop))?);
            }
        }
        let (report, scan) = (median(reports)?, median(scans)?);
        let peers = match is_funnel {
            true => {
                let peers = median(peers)?;
                format!("{peers:.0} | {:.1}", peers / report)
            }
            false => " | ".to_owned(),
        };
        println!(
            "| {name} | {report:.0} | {scan:.0} | {:.1} | {peers} |",
            report / scan
        );
    }
    let memory = server.usage()?;
    println!(
        "\nmemory of the server: {:.0} MB, {:.0} MB at most",
        memory.memory / 1e6,
        memory.peak / 1e6
    );
    server.stop()
}

/// Milliseconds it takes.
fn timed(act: impl FnOnce() -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    act()?;
    Ok(start.elapsed().as_secs_f64() * 1000.0)
}

fn report(data: &Path, arguments: &[&str]) -> Result<()> {
    let mut command = snag(data);
    command
        .args(arguments)
        .args(["--site", "shop", "--format", "json"]);
    let output = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()?;
    // Nobody is there in realtime.
    ensure!(
        matches!(output.status.code(), Some(0 | 3)),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// The embedded engine's own door.
struct Engine {
    address: std::net::SocketAddr,
    token: String,
}

impl Engine {
    fn of(data: &Path) -> Result<Self> {
        let lock: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(data.join("engine.lock"))?)?;
        let text = |name: &str| {
            lock[name]
                .as_str()
                .with_context(|| format!("the lock has no {name}"))
        };
        Ok(Self {
            address: text("address")?.parse()?,
            token: text("token")?.to_owned(),
        })
    }

    fn ask(&self, sql: &str) -> Result<f64> {
        ask(self.address, &self.token, sql)
    }

    fn tell(&self, sql: &str) -> Result<()> {
        tell(self.address, &self.token, sql).map(drop)
    }
}
