//! How many exposures it takes to show something (METRICS.md, Proportions).
//!
//! Invariant: numbers are of one arm. For a comparison they are those of a test at one time fixed before; one that may
//! be looked at at any time takes more (`cargo run --release -p snag-analyzer --example calibration` tells how many).

use super::{exposures_for_bound, incomplete_beta, normal::deviate};

/// No number of exposures beyond this is worth telling.
const MOST: u64 = 1 << 50;

/// Exposures an arm, to find a difference from a baseline rate at level α (two-sided) with the given power, rounded to
/// the nearest as in the source; none where the rates do not both lie within 0..1, or α or power do not.
///
/// n = (z(α/2)·√(2p(1−p)) + z(β)·√(p(1−p) + q(1−q)))²/δ² with q = p + δ.
///
/// Source: Miller, How Not To Run an A/B Test (2010), his calculator: 20 %, 5 points, 5 %, 80 % take 1,030.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be positive and small"
)]
pub fn exposures_for_difference(
    baseline: f64,
    difference: f64,
    alpha: f64,
    power: f64,
) -> Option<u64> {
    let within = |p: f64| p > 0.0 && p < 1.0;
    let changed = baseline + difference;
    if ![baseline, changed, alpha, power].into_iter().all(within) || difference == 0.0 {
        return None;
    }
    let spread = |rate: f64| rate * (1.0 - rate);
    let same = (2.0 * spread(baseline)).sqrt();
    let different = (spread(baseline) + spread(changed)).sqrt();
    let root = deviate(alpha / 2.0) * same + deviate(1.0 - power) * different;
    let needed = (root / difference).powi(2).round();
    (needed < 1e15).then_some((needed as u64).max(1))
}

/// Exposures until a rate is shown to lie below `bound` although there were so many conversions: the fewest of which
/// the exact upper limit is below it. None where the bound or α do not lie within 0..1, or it takes more than 10^15.
///
/// Source: Clopper & Pearson, Biometrika 26 (1934), 404, one-sided: P(X ≤ x) < α at the bound, which is
/// I₁₋ₜ(n − x, x + 1); with no conversion METRICS.md, Proportions (zero of n).
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "at most 2^50")]
pub fn exposures_despite(conversions: u64, bound: f64, alpha: f64) -> Option<u64> {
    let without = exposures_for_bound(bound, alpha)?;
    if conversions == 0 {
        return Some(without);
    }
    let shown = |exposures: u64| {
        let rest = (exposures - conversions) as f64;
        incomplete_beta(rest, conversions as f64 + 1.0, 1.0 - bound) < alpha
    };
    // Conversions only make it harder; doubled until it is shown, then halved in between.
    let mut high = without.max(conversions.checked_add(1)?);
    let mut low = high - 1;
    while !shown(high) {
        low = high;
        high = high.checked_mul(2).filter(|high| *high <= MOST)?;
    }
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        match shown(middle) {
            true => high = middle,
            false => low = middle,
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_take_as_many_as_published() {
        // cases/statistics.json, from the source's calculator.
        assert_eq!(exposures_for_difference(0.2, 0.05, 0.05, 0.8), Some(1_030));
        // By hand: 1.959964·√0.32 + 1.281552·√(0.16 + 0.1275) = 1.795875, over 0.05, squared.
        assert_eq!(exposures_for_difference(0.2, -0.05, 0.05, 0.9), Some(1_290));
        for (baseline, difference, alpha, power) in [
            (0.2, 0.0, 0.05, 0.8),
            (0.2, 0.9, 0.05, 0.8),
            (0.0, 0.1, 0.05, 0.8),
            (0.2, 0.1, 0.0, 0.8),
            (0.2, 0.1, 0.05, 1.0),
            (f64::NAN, 0.1, 0.05, 0.8),
        ] {
            assert_eq!(
                exposures_for_difference(baseline, difference, alpha, power),
                None
            );
        }
    }

    #[test]
    fn without_a_click_a_link_is_dead_after_the_published_numbers() {
        for (bound, exposures) in [(0.01, 299), (0.005, 598), (0.001, 2_995)] {
            assert_eq!(
                exposures_despite(0, bound, 0.05),
                Some(exposures),
                "{bound}"
            );
        }
    }

    #[test]
    fn clicks_take_more_exposures_and_the_fewest_are_found() {
        // The binomial sums themselves: with one click (1 − t)ⁿ + n·t·(1 − t)ⁿ⁻¹ first falls below 5 % at 473 for 1 %
        // (the known attribute sample of 473 items for one error and 1 %).
        assert_eq!(exposures_despite(1, 0.01, 0.05), Some(473));
        let chance = |n: i32, bound: f64| {
            let none = (1.0 - bound).powi(n);
            let one = f64::from(n) * bound * (1.0 - bound).powi(n - 1);
            let two = f64::from(n * (n - 1) / 2) * bound * bound * (1.0 - bound).powi(n - 2);
            none + one + two
        };
        for bound in [0.4, 0.05, 0.005] {
            let found = i32::try_from(exposures_despite(2, bound, 0.05).unwrap()).unwrap();
            assert!(
                chance(found, bound) < 0.05 && chance(found - 1, bound) >= 0.05,
                "{bound}: {found}"
            );
        }
        assert!(exposures_despite(1_000_000, 0.005, 0.05).unwrap() > 200_000_000);
        assert_eq!(exposures_despite(3, 1.5, 0.05), None);
        assert_eq!(exposures_despite(u64::MAX, 0.5, 0.05), None);
    }
}
