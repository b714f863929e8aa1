//! Sends beacons as fast as they are answered, or at a steady rate, over many connections from one thread, and prints
//! as JSON what came of it.
//!
//! At a rate, latency counts from the moment a request was due, so that a server that stalls is not forgiven the
//! requests that could not be sent meanwhile. Only to addresses of this machine.
#![expect(clippy::print_stdout, reason = "prints what it measured")]

mod connection;
mod requests;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::{Parser, ValueEnum};
use hdrhistogram::Histogram;
use mio::{Events, Poll, Token};
use rustix::time::{ClockId, clock_gettime};

use connection::{Connection, Heard};

/// How a batch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Binary,
    Json,
}

#[derive(Debug, Parser)]
struct Options {
    /// The server
    #[arg(long)]
    to: SocketAddr,
    #[arg(long, default_value_t = 256)]
    connections: usize,
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Requests a second; without it, as many as are answered
    #[arg(long)]
    rate: Option<f64>,
    #[arg(long, value_enum, default_value_t = Form::Binary)]
    form: Form,
    /// Events in a batch
    #[arg(long, default_value_t = 1)]
    events: usize,
    /// Idle connections held open beside
    #[arg(long, default_value_t = 0)]
    idle: usize,
}

/// How long the last answers are waited for.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

fn main() -> Result<()> {
    let options = Options::parse();
    ensure!(options.to.ip().is_loopback(), "only to this machine");
    ensure!(options.seconds <= 600.0, "ten minutes at most");
    let requests = requests::all(options.form, options.events);
    let idle: Vec<std::net::TcpStream> = (0..options.idle)
        .map(|_| std::net::TcpStream::connect(options.to))
        .collect::<Result<_, _>>()?;
    let told = run(&options, &requests)?;
    drop(idle);
    println!("{told}");
    Ok(())
}

/// What is counted while it runs.
struct Tally {
    latency: Histogram<u64>,
    statuses: BTreeMap<u16, u64>,
    broken: u64,
}

fn run(options: &Options, requests: &[Vec<u8>]) -> Result<serde_json::Value> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(4096);
    let mut connections = Vec::with_capacity(options.connections);
    for number in 0..options.connections {
        connections.push(Connection::open(
            options.to,
            poll.registry(),
            Token(number),
        )?);
    }
    let mut tally = Tally {
        latency: Histogram::new_with_bounds(1, 120_000_000, 3)?,
        statuses: BTreeMap::new(),
        broken: 0,
    };
    let mut idle: VecDeque<usize> = (0..connections.len()).collect();
    let (mut sent, mut cpu) = (0_u64, cpu_seconds());
    let start = Instant::now();
    let end = start + Duration::from_secs_f64(options.seconds);
    let due = |number: u64| match options.rate {
        Some(rate) => start + Duration::from_secs_f64(number as f64 / rate),
        None => start,
    };
    loop {
        let now = Instant::now();
        // What is under way is waited for, so that the counts of both sides agree.
        let is_over = now >= end;
        if is_over && (idle.len() == connections.len() || now >= end + LAST_ANSWERS) {
            break;
        }
        while !is_over && due(sent) <= now {
            let Some(number) = idle.pop_front() else {
                break;
            };
            let from = if options.rate.is_some() {
                due(sent)
            } else {
                now
            };
            let request = &requests[sent as usize % requests.len()];
            connections[number].send(request, from)?;
            sent += 1;
        }
        let wait = match options.rate {
            // Finer than the clock of the poll: look again at once.
            Some(_) if !is_over && !idle.is_empty() => Duration::ZERO,
            _ if is_over => LAST_ANSWERS,
            _ => end - now,
        };
        poll.poll(&mut events, Some(wait))?;
        for event in &events {
            let Token(number) = event.token();
            match connections[number].listen(poll.registry())? {
                Heard::Nothing => {}
                Heard::Answer { status, after } => {
                    let micros = u64::try_from(after.as_micros()).unwrap_or(u64::MAX);
                    tally.latency.saturating_record(micros.max(1));
                    *tally.statuses.entry(status).or_default() += 1;
                    idle.push_back(number);
                }
                Heard::End { waited } => {
                    tally.broken += u64::from(waited);
                    let fresh = Connection::open(options.to, poll.registry(), Token(number))?;
                    connections[number] = fresh;
                    if waited {
                        idle.push_back(number);
                    }
                }
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    cpu = cpu_seconds() - cpu;
    let answered = tally.latency.len();
    let taken = tally.statuses.get(&204).copied().unwrap_or(0);
    let millis = |quantile| tally.latency.value_at_quantile(quantile) as f64 / 1000.0;
    Ok(serde_json::json!({
        "seconds": seconds,
        "answered": answered,
        "taken": taken,
        "per_second": taken as f64 / seconds,
        "statuses": tally.statuses,
        "broken": tally.broken,
        "bytes_of_a_body": requests::body(options.form, options.events, 0).len(),
        "ms": { "p50": millis(0.5), "p90": millis(0.9), "p99": millis(0.99), "p999": millis(0.999), "max": millis(1.0) },
        "generator_cpu": cpu / seconds,
    }))
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
