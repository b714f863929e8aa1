//! How often daily looks at a rate for a year alarm where nothing changed, and after how many days they do where it fell:
//! `cargo run --release -p snag-analyzer --example alarms`.

#![expect(clippy::print_stdout, reason = "it prints its tables")]

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use snag_analyzer::watch::{alpha, episodes};

const YEARS: u32 = 2_000;
const BEFORE: usize = 28;
const YEAR: usize = 365;

/// People and conversions of a day: their rate, by how much of it days differ beside chance, what a weekend leaves of it.
#[derive(Debug, Clone, Copy)]
struct Site {
    people: u32,
    rate: f64,
    uneven: f64,
    weekend: f64,
    /// By how much of the rate it moves from one day to the next, for good.
    drift: f64,
}

fn days(site: Site, count: usize, luck: &mut StdRng) -> Vec<(u64, u64)> {
    let mut level: f64 = 1.0;
    (0..count)
        .map(|at| {
            let off = if at % 7 > 4 { site.weekend } else { 1.0 };
            level = (level * (1.0 + site.drift * luck.random_range(-1.0..1.0))).clamp(0.5, 2.0);
            let swing = 1.0 + site.uneven * luck.random_range(-1.0..1.0);
            let people = (f64::from(site.people) * off * luck.random_range(0.7..1.3)) as u64;
            let rate = (site.rate * off * swing * level).min(1.0);
            let part = (0..people).filter(|_| luck.random_bool(rate)).count() as u64;
            (part, people)
        })
        .collect()
}

fn main() {
    let even = Site {
        people: 200,
        rate: 0.08,
        uneven: 0.0,
        weekend: 1.0,
        drift: 0.0,
    };
    let kinds = [
        ("even days", even),
        (
            "few people, rare",
            Site {
                people: 60,
                rate: 0.02,
                ..even
            },
        ),
        (
            "few people, every other",
            Site {
                people: 40,
                rate: 0.5,
                ..even
            },
        ),
        (
            "many people",
            Site {
                people: 1_500,
                ..even
            },
        ),
        (
            "days uneven by 40 %",
            Site {
                uneven: 0.4,
                ..even
            },
        ),
        (
            "weekends half",
            Site {
                weekend: 0.5,
                ..even
            },
        ),
        (
            "uneven, weekends 70 %",
            Site {
                uneven: 0.3,
                weekend: 0.7,
                ..even
            },
        ),
        (
            "drifts 1 % a day",
            Site {
                drift: 0.01,
                ..even
            },
        ),
        (
            "drifts 3 % a day",
            Site {
                drift: 0.03,
                ..even
            },
        ),
    ];
    println!(
        "years of {YEARS} with a false alarm, where 5 % are promised but of drifts, which are changes"
    );
    for (name, site) in kinds {
        let mut luck = StdRng::seed_from_u64(1);
        let alarmed = (0..YEARS)
            .filter(|_| !episodes(&days(site, YEAR + BEFORE, &mut luck), alpha(1)).is_empty())
            .count();
        println!(
            "{name:<26} {:5.1} %",
            100.0 * alarmed as f64 / f64::from(YEARS)
        );
    }
    println!("\ndays until a fall is told (median, nine of ten; told within 28 days)");
    for people in [50, 200, 1_000, 5_000] {
        for left in [0.25, 0.5, 0.75] {
            let before = Site {
                people,
                uneven: 0.2,
                ..even
            };
            let after = Site {
                rate: before.rate * left,
                ..before
            };
            let mut luck = StdRng::seed_from_u64(2);
            let mut waits: Vec<usize> = (0..400)
                .filter_map(|_| {
                    let mut both = days(before, BEFORE, &mut luck);
                    both.extend(days(after, 28, &mut luck));
                    let found = episodes(&both, alpha(1));
                    let first = found
                        .iter()
                        .find(|found| found.shift.rate < found.shift.usual)?;
                    Some(first.day + 1 - BEFORE)
                })
                .collect();
            waits.sort_unstable();
            let of = |part: usize| {
                waits
                    .get(waits.len() * part / 10)
                    .copied()
                    .unwrap_or_default()
            };
            println!(
                "{people:>5} a day, {:>2.0} % left: {:>2} {:>2}  {:>3.0} %",
                left * 100.0,
                of(5),
                of(9),
                waits.len() as f64 / 4.0
            );
        }
    }
}
