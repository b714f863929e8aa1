//! How often a comparison proves what is not so, and what is, looked at 20 times:
//! `cargo run --release -p snag-analyzer --example calibration`.

#![expect(clippy::print_stdout, reason = "it prints its tables")]

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use snag_analyzer::statistics::{
    Arm, Options, Sequence, Verdict, Z_95, compare, exposures_for_difference, exposures_to_prove,
    wilson,
};

const LOOKS: u64 = 20;
const EXPERIMENTS: u64 = 2_000;
/// What a sequence of looks proves at.
const ALPHA: f64 = 0.05;

/// What experiments of one kind came to.
#[derive(Default)]
struct Outcomes {
    /// An arm was proven at some look.
    proven: u64,
    /// The arm that is better was.
    rightly: u64,
    /// An arm led at some look, which is no promise.
    led: u64,
    /// The arm that is better was at the last look, had there been no other.
    at_the_end: u64,
    /// The running minimum of the first two arms' p-values fell to α.
    by_sequence: u64,
}

/// Experiments of arms with these rates, each with so many exposures in the end, the first with so many times that.
fn run(rates: &[f64], exposures: u64, first: u32, seed: u64) -> Outcomes {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut outcomes = Outcomes::default();
    let options = Options {
        is_randomised: true,
    };
    for _ in 0..EXPERIMENTS {
        let mut arms: Vec<Arm> = (0..rates.len())
            .map(|at| Arm::new(&at.to_string(), 0, 0))
            .collect();
        arms[0].weight = f64::from(first);
        let mut sequence = Sequence::default();
        let (mut proven, mut led, mut shown) = (None, false, false);
        for look in 1..=LOOKS {
            for (arm, rate) in arms.iter_mut().zip(rates) {
                let times = if arm.name == "0" { first } else { 1 };
                let until = exposures * look / LOOKS * u64::from(times);
                arm.conversions += conversions(*rate, until - arm.exposures, &mut rng);
                arm.exposures = until;
                arm.looks.push((arm.conversions, arm.exposures));
            }
            if proven.is_none() {
                let found = compare(&arms, options);
                led |= found.verdict != Verdict::Undecided;
                proven = found.leader.filter(|_| found.verdict == Verdict::Proven);
            }
            let counts = |at: usize| (arms[at].conversions, arms[at].exposures);
            shown |= sequence
                .look(counts(0), counts(1))
                .is_some_and(|evidence| evidence.p_value <= ALPHA);
        }
        for arm in &mut arms {
            arm.looks.clear();
        }
        let end = compare(&arms, options);
        let is_proven = end.verdict == Verdict::Proven && end.leader.as_deref() == Some("0");
        outcomes.at_the_end += u64::from(is_proven);
        outcomes.proven += u64::from(proven.is_some());
        outcomes.rightly += u64::from(proven.as_deref() == Some("0"));
        outcomes.led += u64::from(led);
        outcomes.by_sequence += u64::from(shown);
    }
    outcomes
}

/// Conversions of so many exposures, by the exposures between two of them.
#[expect(clippy::cast_precision_loss, reason = "thousands of exposures")]
fn conversions(rate: f64, exposures: u64, rng: &mut StdRng) -> u64 {
    let (mut at, mut found) = (0.0, 0);
    loop {
        at += ((1.0 - rng.random::<f64>()).ln() / (-rate).ln_1p()).floor() + 1.0;
        if at > exposures as f64 {
            return found;
        }
        found += 1;
    }
}

fn percent(part: u64) -> String {
    let Some(interval) = wilson(part, EXPERIMENTS, Z_95) else {
        return String::new();
    };
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let share = part as f64 / EXPERIMENTS as f64;
    format!(
        "{:.1} ({:.1}-{:.1})",
        100.0 * share,
        100.0 * interval.low,
        100.0 * interval.high
    )
}

/// Rates, and what part of the rate an arm is better by.
const BETTER: [(f64, f64); 7] = [
    (0.005, 0.5),
    (0.02, 0.2),
    (0.02, 0.5),
    (0.02, 1.0),
    (0.2, 0.05),
    (0.2, 0.1),
    (0.2, 0.2),
];

/// Whether as many exposures as are planned prove what they are to prove.
fn planned() {
    println!(
        "\nThe first arm better than all others, after the exposures that are planned for it with 80 % power; % of \
         {EXPERIMENTS}\nexperiments in which it was proven\n"
    );
    println!(
        "| arms | rate | better by | exposures planned | by one look at the end | by {LOOKS} looks | wrong arm proven |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (rate, better) in BETTER {
        for arms in [2, 5] {
            let Some(needed) = exposures_to_prove(rate, rate * better, arms) else {
                continue;
            };
            let mut rates = vec![rate; arms];
            rates[0] *= 1.0 + better;
            let found = run(&rates, needed, 1, 3);
            println!(
                "| {arms} | {} % | {} % | {needed} | {} | {} | {} |",
                100.0 * rate,
                100.0 * better,
                percent(found.at_the_end),
                percent(found.rightly),
                percent(found.proven - found.rightly)
            );
        }
    }
}

fn main() {
    println!(
        "{EXPERIMENTS} experiments of equal arms, {LOOKS} looks each; % of them (95 % interval)\n"
    );
    println!(
        "| arms | rate | exposures an arm | falsely proven | p of two arms ever ≤ {ALPHA} | ever leading |"
    );
    println!("|---|---|---|---|---|---|");
    for (rate, exposures) in [
        (0.005, 4_000),
        (0.005, 100_000),
        (0.02, 1_000),
        (0.02, 25_000),
        (0.2, 500),
        (0.2, 10_000),
    ] {
        for (arms, first) in [(2, 1), (3, 1), (5, 1), (2, 9)] {
            let found = run(&vec![rate; arms], exposures, first, 1);
            println!(
                "| {arms}{} | {} % | {exposures} | {} | {} | {} |",
                if first > 1 { ", 9 : 1" } else { "" },
                100.0 * rate,
                percent(found.proven),
                percent(found.by_sequence),
                percent(found.led)
            );
        }
    }
    println!(
        "\nThe first arm better than all others, {LOOKS} looks each; % of {EXPERIMENTS} experiments in which it was"
    );
    println!(
        "proven, after so many times the exposures that one test at 5 % and 80 % power takes\n"
    );
    println!(
        "| arms | rate | better by | exposures of one test | × 1 | × 1.5 | × 2 | × 3 | wrong arm proven, × 3 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (rate, better) in BETTER {
        let Some(needed) = exposures_for_difference(rate, rate * better, ALPHA, 0.8) else {
            continue;
        };
        for arms in [2, 5] {
            let mut rates = vec![rate; arms];
            rates[0] *= 1.0 + better;
            let found = [2, 3, 4, 6].map(|halves| run(&rates, needed * halves / 2, 1, 2));
            let cells: Vec<String> = found.iter().map(|one| percent(one.rightly)).collect();
            let wrong = found.last().map_or(0, |last| last.proven - last.rightly);
            println!(
                "| {arms} | {} % | {} % | {needed} | {} | {} |",
                100.0 * rate,
                100.0 * better,
                cells.join(" | "),
                percent(wrong)
            );
        }
    }
    planned();
}
