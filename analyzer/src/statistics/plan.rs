//! How many exposures it takes to prove a difference with the test that proves it (METRICS.md, Ads: Comparison).
//!
//! Invariant: the number is enough for one look at the end, so for daily looks too, which can only prove it earlier.
//! `cargo run --release -p snag-analyzer --example calibration` holds it against simulated experiments.

use super::compare::PROVEN;
use super::normal::deviate;
use super::sequential::expected_difference;
use super::{FEWEST_CONVERSIONS, FEWEST_EXPOSURES};

/// How probably a difference of that size is proven by then.
pub const POWER: f64 = 0.8;

/// Nobody waits for more.
const MOST: f64 = 1e12;

/// Exposures an arm until one of `arms` that is better than each other by `difference`, at a rate of `baseline` of those,
/// is proven to be so with a probability of [`POWER`]; none where the rates do not both lie within 0..1, the difference is
/// not above 0, there are fewer than two arms, or no number anybody could wait for is enough.
///
/// Proven is |δ|²/V ≥ (1 + V/τ²)·(ln(1 + τ²/V) − 2·ln α), which is Λ ≥ 1/α solved for δ (Johari et al. 2017), and the
/// estimate falls short of δ by more than z(β)·√V with a probability of β. Against several arms each test gets its share of
/// the 1 − power that may go wrong (Bonferroni).
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "checked to be positive and small"
)]
pub fn exposures_to_prove(baseline: f64, difference: f64, arms: usize) -> Option<u64> {
    let better = baseline + difference;
    let is_rate = |rate: f64| rate > 0.0 && rate < 1.0;
    if !is_rate(baseline) || !is_rate(better) || difference <= 0.0 || arms < 2 {
        return None;
    }
    let spread = baseline * (1.0 - baseline) + better * (1.0 - better);
    let expected = expected_difference(f64::midpoint(baseline, better)).powi(2);
    let short = deviate((1.0 - POWER) / (arms - 1) as f64);
    let is_enough = |exposures: f64| {
        let variance = spread / exposures;
        let bound =
            (1.0 + variance / expected) * ((1.0 + expected / variance).ln() - 2.0 * PROVEN.ln());
        difference / variance.sqrt() >= bound.sqrt() + short
    };
    let least = (FEWEST_CONVERSIONS as f64 / baseline).max(FEWEST_EXPOSURES as f64);
    let mut high = least;
    while !is_enough(high) {
        high *= 2.0;
        if high > MOST {
            return None;
        }
    }
    let mut low = (high / 2.0).max(least);
    while high - low > 0.5 {
        let middle = f64::midpoint(low, high);
        match is_enough(middle) {
            true => high = middle,
            false => low = middle,
        }
    }
    Some(high.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::exposures_for_difference;

    #[test]
    fn the_number_is_where_the_formula_turns() {
        // Worked by hand for 20 % against 25 %: τ = 0.3·0.225 = 0.0675, z = 0.841621. At 1,900 exposures V = 0.3475/1900,
        // δ/√V = 3.6972, (1 + 0.040142)·(ln(25.9117) + 5.991465) = 9.6175, its root and z 3.9428: not enough. At 2,200:
        // 3.9784; (1.034668)·(ln(29.8451) + 5.991465) = 9.7132, 3.1166 + 0.8416 = 3.9582: enough.
        let found = exposures_to_prove(0.2, 0.05, 2).unwrap();
        assert!((1_900..=2_200).contains(&found), "{found}");
    }

    #[test]
    fn what_may_be_looked_at_at_any_time_takes_more_and_more_arms_take_more() {
        for (baseline, difference) in [(0.02, 0.002), (0.2, 0.02), (0.005, 0.0025), (0.5, 0.1)] {
            let one_look = exposures_for_difference(baseline, difference, 0.05, POWER).unwrap();
            let two = exposures_to_prove(baseline, difference, 2).unwrap();
            let five = exposures_to_prove(baseline, difference, 5).unwrap();
            assert!(two > one_look && two < 4 * one_look, "{two} {one_look}");
            assert!(five > two && five < 2 * two, "{five} {two}");
        }
    }

    #[test]
    fn what_cannot_be_planned_is_not() {
        for (baseline, difference, arms) in [
            (0.0, 0.1, 2),
            (0.95, 0.1, 2),
            (0.2, 0.0, 2),
            (0.2, -0.1, 2),
            (0.2, 0.1, 1),
            (0.2, 1e-9, 2),
            (f64::NAN, 0.1, 2),
        ] {
            assert_eq!(exposures_to_prove(baseline, difference, arms), None);
        }
        // A difference nobody could overlook still takes what any ranking does.
        assert_eq!(exposures_to_prove(0.05, 0.9, 2), Some(100));
    }
}
