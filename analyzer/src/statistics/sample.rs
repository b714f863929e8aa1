//! How many exposures it takes to show something (METRICS.md, Proportions).
//!
//! Invariant: numbers are of one arm. For a comparison they are those of a test at one time fixed before; one that may
//! be looked at at any time takes more ([`super::exposures_to_prove`]).

use super::normal::deviate;

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
}
