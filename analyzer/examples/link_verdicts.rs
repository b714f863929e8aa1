//! How often a verdict on a link is right, on pages whose links' true rates are known:
//! `cargo run --release -p snag-analyzer --example link_verdicts`.

#![expect(clippy::print_stdout, reason = "it prints its tables")]
#![expect(clippy::cast_precision_loss, reason = "counts of visitors and links")]

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use snag_analyzer::reports::links::{Bounds, Counts, Verdict, usual_rate, verdict};
use snag_analyzer::statistics::{Z_95, wilson};

const PAGES: u64 = 500;
/// METRICS.md, Clicks: Link verdicts.
const DEAD: f64 = 0.005;
const RARE: f64 = 0.2;
const UNSEEN: f64 = 0.05;
const TRAFFICS: [u64; 7] = [30, 100, 300, 1_000, 3_000, 10_000, 100_000];

/// A link: the share of visitors of its page who see it, and that of these who click it.
#[derive(Clone, Copy)]
struct Link {
    seen: f64,
    rate: f64,
}

/// Links of these rates that everybody sees.
fn seen_by_all(rates: &[f64]) -> Vec<Link> {
    let link = |rate: &f64| Link {
        seen: 1.0,
        rate: *rate,
    };
    rates.iter().map(link).collect()
}

fn pages() -> Vec<(&'static str, Vec<Link>)> {
    // A menu, a few links nobody needs, a footer few see.
    let mut ordinary = seen_by_all(&[
        0.25, 0.12, 0.08, 0.06, 0.05, 0.04, 0.03, 0.03, 0.02, 0.02, 0.004, 0.002, 0.001, 0.0,
    ]);
    ordinary.extend([0.01, 0.02, 0.04, 0.08, 0.3, 0.5].map(|seen| Link { seen, rate: 0.03 }));
    let working = seen_by_all(&[0.02, 0.03, 0.05, 0.08, 0.12, 0.2]);
    let mut dying = seen_by_all(&[0.0; 10]);
    dying.extend(seen_by_all(&[0.0005, 0.001, 0.001, 0.002, 0.3]));
    let few_rare = seen_by_all(&[0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.01, 0.015, 0.02, 0.03]);
    // Next to a bound on either side of it: the hardest there are.
    let close = seen_by_all(&[
        0.003, 0.004, 0.0045, 0.0055, 0.006, 0.007, 0.008, 0.009, 0.011, 0.012, 0.05, 0.05, 0.05,
        0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05,
    ]);
    vec![
        ("ordinary", ordinary),
        ("all work", working),
        ("nearly all dead", dying),
        ("some rare", few_rare),
        ("close to the bounds", close),
    ]
}

/// Whether so much is true of a link, on a page whose links have this rate in the middle.
fn is_right(found: Verdict, link: Link, usual: f64) -> bool {
    let rare = (usual * RARE).max(DEAD);
    match found {
        Verdict::Dead => link.rate < DEAD,
        Verdict::Rare => link.rate < rare,
        Verdict::Unseen => link.seen < UNSEEN,
        Verdict::Working => link.rate >= rare,
        Verdict::Undecided => false,
    }
}

/// How often, of so many times, something of this probability happens.
fn times(probability: f64, count: u64, rng: &mut StdRng) -> u64 {
    if probability <= 0.0 {
        return 0;
    }
    if probability >= 1.0 {
        return count;
    }
    let (mut at, mut found) = (0.0, 0);
    loop {
        // The tries between two of them.
        at += ((1.0 - rng.random::<f64>()).ln() / (-probability).ln_1p()).floor() + 1.0;
        if at > count as f64 {
            return found;
        }
        found += 1;
    }
}

#[derive(Default)]
struct Outcomes {
    links: u64,
    /// Of each verdict but undecided how many were given, and how many of these are right.
    given: [(u64, u64); 4],
}

const KINDS: [Verdict; 4] = [
    Verdict::Dead,
    Verdict::Rare,
    Verdict::Unseen,
    Verdict::Working,
];

fn run(links: &[Link], visitors: u64, seed: u64) -> Outcomes {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut rates: Vec<f64> = links.iter().map(|link| link.rate).collect();
    rates.sort_by(f64::total_cmp);
    let middle = rates[rates.len() / 2];
    let mut outcomes = Outcomes::default();
    for _ in 0..PAGES {
        let counts: Vec<Counts> = links
            .iter()
            .map(|link| {
                let seen = times(link.seen, visitors, &mut rng);
                Counts {
                    shown: visitors,
                    seen,
                    exposed: seen,
                    clickers: times(link.rate, seen, &mut rng),
                }
            })
            .collect();
        let bounds = Bounds {
            dead: DEAD,
            usual: usual_rate(counts.iter().copied()),
        };
        for (link, counts) in links.iter().zip(&counts) {
            let (found, _) = verdict(*counts, bounds);
            outcomes.links += 1;
            let kinds = KINDS.iter().zip(&mut outcomes.given);
            for (_, given) in kinds.filter(|(kind, _)| **kind == found) {
                given.0 += 1;
                given.1 += u64::from(is_right(found, *link, middle));
            }
        }
    }
    outcomes
}

fn share((given, right): (u64, u64)) -> String {
    match wilson(right, given, Z_95) {
        None => "-".to_owned(),
        Some(interval) => format!(
            "{:.1} ({:.1}-{:.1})",
            100.0 * right as f64 / given as f64,
            100.0 * interval.low,
            100.0 * interval.high
        ),
    }
}

fn main() {
    println!(
        "{PAGES} pages each; right of the verdicts given, % (95 % interval), and links undecided, %\n"
    );
    println!("| page | visitors | right | dead | rare | unseen | working | undecided |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    let mut all = (0, 0);
    for (name, links) in pages() {
        for visitors in TRAFFICS {
            let found = run(&links, visitors, visitors);
            let given = found
                .given
                .iter()
                .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            all = (all.0 + given.0, all.1 + given.1);
            let kinds = found.given.map(share).join(" | ");
            println!(
                "| {name} | {visitors} | {} | {kinds} | {:.1} |",
                share(given),
                100.0 * (found.links - given.0) as f64 / found.links as f64
            );
        }
    }
    println!("\nof all verdicts {} % are right", share(all));
}
