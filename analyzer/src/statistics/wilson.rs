//! Uncertainty of one proportion (METRICS.md, Proportions).

use serde::{Deserialize, Serialize};

/// The normal quantile of a two-sided 95 % interval.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// An interval of rates, both ends in 0..=1, or of their differences; in JSON `[low, high]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(into = "[f64; 2]", from = "[f64; 2]")]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl From<[f64; 2]> for Interval {
    fn from([low, high]: [f64; 2]) -> Self {
        Self { low, high }
    }
}

impl From<Interval> for [f64; 2] {
    fn from(interval: Interval) -> Self {
        [interval.low, interval.high]
    }
}

/// The Wilson score interval of `successes` of `trials`: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n).
///
/// None of no trials. The ends are exactly 0 with no success and exactly 1 with nothing else.
///
/// Source: Wilson, J. Am. Stat. Assoc. 22 (1927), 209; METRICS.md, Proportions.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of visitors stay far below 2^53"
)]
pub fn wilson(successes: u64, trials: u64, z: f64) -> Option<Interval> {
    if trials == 0 || successes > trials {
        return None;
    }
    let interval = wilson_of_share(successes as f64 / trials as f64, trials as f64, z);
    Some(Interval {
        low: if successes == 0 { 0.0 } else { interval.low },
        high: if successes == trials {
            1.0
        } else {
            interval.high
        },
    })
}

/// The same of a share of trials, which need not be whole numbers: what an interval would be after more of them.
#[must_use]
pub fn wilson_of_share(share: f64, trials: f64, z: f64) -> Interval {
    let (p, n) = (share, trials);
    let z2 = z * z;
    let center = p + z2 / (2.0 * n);
    let spread = z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    Interval {
        low: ((center - spread) / scale).max(0.0),
        high: ((center + spread) / scale).min(1.0),
    }
}

/// The exact one-sided upper bound of a rate after no success in `trials`: 1 − α^(1/n), with α = 0.05 for 95 %.
///
/// Source: METRICS.md, Proportions ("zero of n"); the "rule of three" is its first approximation.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of visitors stay far below 2^53"
)]
pub fn upper_bound_of_none(trials: u64, alpha: f64) -> f64 {
    match trials {
        0 => 1.0,
        _ => -(alpha.ln() / trials as f64).exp_m1(),
    }
}

/// How many trials without a success show that a rate lies below `bound`; none for a bound outside 0..1.
///
/// The smallest n with 1 − α^(1/n) < bound. Source: METRICS.md, Proportions (1 %: 299, 0.5 %: 598, 0.1 %: 2,995).
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be positive and small"
)]
pub fn exposures_for_bound(bound: f64, alpha: f64) -> Option<u64> {
    if !(bound > 0.0 && bound < 1.0 && alpha > 0.0 && alpha < 1.0) {
        return None;
    }
    let needed = alpha.ln() / (-bound).ln_1p();
    (needed < 1e15).then(|| needed.floor() as u64 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_agrees_with_published_values() {
        // Newcombe, Stat. Med. 17 (1998), table I, method 3; R's binom.confint; commons-math (90 %).
        let cases = [
            (
                18,
                20,
                Z_95,
                0.698_966_354_771_512_8,
                0.972_133_518_786_232,
                1e-9,
            ),
            (81, 263, Z_95, 0.2553, 0.3662, 6e-5),
            (0, 20, Z_95, 0.0, 0.1611, 6e-5),
            (
                10,
                14,
                1.96,
                0.453_504_588_275_156,
                0.882_788_120_898_909,
                1e-9,
            ),
            (
                50,
                500,
                1.644_853_626_951_472_2,
                0.080_039_19,
                0.124_266_4,
                1e-7,
            ),
        ];
        for (successes, trials, z, low, high, tolerance) in cases {
            let interval = wilson(successes, trials, z).unwrap();
            assert!(
                (interval.low - low).abs() < tolerance,
                "{successes} of {trials}: {interval:?}"
            );
            assert!(
                (interval.high - high).abs() < tolerance,
                "{successes} of {trials}: {interval:?}"
            );
        }
    }

    #[test]
    fn ends_are_exact_where_nobody_or_everybody_did_it() {
        assert_eq!(wilson(0, 7, Z_95).unwrap().low, 0.0);
        assert_eq!(wilson(7, 7, Z_95).unwrap().high, 1.0);
        assert_eq!(wilson(0, 0, Z_95), None);
        assert_eq!(wilson(2, 1, Z_95), None);
    }

    #[test]
    fn nothing_in_n_bounds_the_rate() {
        for (bound, trials) in [(0.01, 299), (0.005, 598), (0.001, 2_995)] {
            assert_eq!(exposures_for_bound(bound, 0.05), Some(trials), "{bound}");
            assert!(upper_bound_of_none(trials, 0.05) < bound);
            assert!(upper_bound_of_none(trials - 1, 0.05) >= bound);
        }
        assert_eq!(upper_bound_of_none(0, 0.05), 1.0);
        assert_eq!(exposures_for_bound(0.0, 0.05), None);
    }
}
