//! `make bench-truth`: what the audit finds of what was planted, and what it claims besides.
//!
//! Sites of several families are made up, a third of them sound, the others with one to six defects drawn from the seed;
//! each is imported and audited like anybody's. Invariant: thresholds of rules come from theory, not from here: `HELD=1`
//! takes other seeds and two families that are never looked at while rules are written.

mod matched;
mod tally;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use self::matched::{Found, Planted};
use self::tally::{Site, Tally};
use super::server::Place;
use super::setting;
use crate::build::{build, snag};
use crate::step::phase;

/// Sites a traffic, of which every third is sound.
const SITES: f64 = 60.0;
const FAMILIES: [&str; 6] = ["shop", "saas", "magazine", "docs", "agency", "news"];
/// Two families more where what was held back is asked.
const HELD_FAMILIES: [&str; 8] = [
    "travel", "shop", "charity", "saas", "magazine", "docs", "agency", "news",
];
const HELD_SEEDS: u64 = 200_000;
const MOST_DEFECTS: u64 = 6;

/// Prints the tables.
pub(super) fn run() -> Result<()> {
    phase("building", build)?;
    let sites = setting("SITES", SITES)? as u64;
    let is_held = setting("HELD", 0.0)? > 0.0;
    let traffics = std::env::var("SESSIONS").unwrap_or_else(|_| "1000 10000".to_owned());
    let place = Place::new()?;
    for traffic in traffics.split_whitespace() {
        let sessions: u64 = traffic
            .parse()
            .with_context(|| format!("SESSIONS has no number: {traffic}"))?;
        let mut tally = Tally::default();
        for number in 0..sites {
            tally.add(site(&place.0, number, sessions, is_held)?);
        }
        tally.print(sessions, is_held);
    }
    Ok(())
}

/// One site, made up, imported and audited in a store of its own.
fn site(place: &Path, number: u64, sessions: u64, is_held: bool) -> Result<Site> {
    let (families, seeds) = match is_held {
        true => (&HELD_FAMILIES[..], HELD_SEEDS),
        false => (&FAMILIES[..], 1),
    };
    let family = families[number as usize % families.len()];
    let defects = match number % 3 {
        0 => 0,
        _ => 1 + number / 3 % MOST_DEFECTS,
    };
    let (made, data) = (place.join("made"), place.join("store"));
    for directory in [&made, &data] {
        if directory.exists() {
            std::fs::remove_dir_all(directory)?;
        }
    }
    let numbers = [defects, seeds + number, sessions].map(|number| number.to_string());
    let output = snag(&data)
        .args(["simulate", "--family", family, "--defects", &numbers[0]])
        .args(["--seed", &numbers[1], "--sessions", &numbers[2], "--out"])
        .arg(&made)
        .output()?;
    ensure!(
        output.status.success(),
        "{family}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let truth: Value = serde_json::from_slice(&std::fs::read(made.join("truth.json"))?)?;
    let name = truth["site"].as_str().context("a truth without a site")?;
    let imported = snag(&data)
        .args(["import", "recordings"])
        .arg(made.join("recordings.ndjson.zst"))
        .output()?;
    ensure!(
        imported.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&imported.stderr)
    );
    // What visitors come for a site's owner knows.
    let goal = truth["goal"].as_str().context("a truth without a goal")?;
    let saved = snag(&data)
        .args(["goal", "save", "known", "--site", name, "--step", goal])
        .output()?;
    ensure!(
        saved.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&saved.stderr)
    );
    let start = Instant::now();
    let audited = snag(&data)
        .args(["audit", "--site", name, "--format", "json"])
        .output()?;
    let seconds = start.elapsed().as_secs_f64();
    ensure!(
        audited.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&audited.stderr)
    );
    let audit: Value = serde_json::from_slice(&audited.stdout)?;
    Ok(Site {
        name: name.to_owned(),
        planted: Planted::all(&truth)?,
        found: Found::all(&audit)?,
        seconds,
    })
}
