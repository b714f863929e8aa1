//! Tests of two rates that may be looked at as often as one likes (METRICS.md, Ads, c).
//!
//! Invariant: where there is no difference, a p-value of at most α comes up at any of all looks with a probability of
//! at most α, as far as counts are large enough for the normal distribution. Nothing overflows, however large the
//! difference. Not for means of money, whose variance cannot be told from counts.

use super::{Interval, rate};

/// An arm of fewer exposures is not tested (METRICS.md, Ads, e).
pub const FEWEST_EXPOSURES: u64 = 50;

/// An arm of fewer conversions is not tested: below, the normal distribution is no likeness of it.
pub const FEWEST_CONVERSIONS: u64 = 5;

/// The difference one expects, τ, in parts of the rate (of its complement, if that is smaller).
///
/// Λ needs fewest exposures for differences of about τ (Johari et al. 2017, 2022: the mixture should match the effects
/// that occur), and forgives too large a τ sooner than too small a one. Solving Λ = 20 for δ²/V, to prove at 5 % a
/// difference of 5, 10, 20, 50 and 100 % of the rate takes at least 9.2 squared standard errors and with τ of 30 % of
/// it 12.1, 10.7, 9.5, 9.6 and 12.7: never over two fifths more. With 10 % the last one takes 28.3.
const EXPECTED: f64 = 0.3;

/// A difference of rates and how surely it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The one less the other, -1..=1.
    pub difference: f64,
    /// Its variance, above 0.
    pub variance: f64,
    /// τ: the standard deviation of the differences one expects, above 0.
    pub expected: f64,
}

impl Estimate {
    /// From `conversions` of `exposures` of two arms; none where one has no exposures, or more conversions than these.
    ///
    /// V = Σp(1 − p)/n. Source: METRICS.md, Ads (c).
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of exposures stay far below 2^53"
    )]
    pub fn of_counts(one: (u64, u64), other: (u64, u64)) -> Option<Self> {
        let pooled = smoothed_rate((one.0 + other.0) as f64, (one.1 + other.1) as f64);
        Some(Self {
            difference: rate(one.0, one.1)? - rate(other.0, other.1)?,
            variance: variance(one.0, one.1)? + variance(other.0, other.1)?,
            expected: expected_difference(pooled),
        })
    }

    /// The always-valid p-value of this one look: min(1, 1/Λ) with Λ = √(V/(V+τ²))·exp(τ²δ²/(2V(V+τ²))).
    ///
    /// Source: Johari, Koomen, Pekelis & Walsh, Peeking at A/B Tests, KDD 2017; Always Valid Inference, Oper. Res. 70
    /// (2022), 1806; METRICS.md, Ads (c).
    #[must_use]
    pub fn p_value(&self) -> f64 {
        let (variance, mixed) = (self.variance, self.expected * self.expected);
        let log_ratio = 0.5 * (variance / (variance + mixed)).ln()
            + mixed / (variance + mixed) * self.difference * self.difference / (2.0 * variance);
        // Not a number only where a field is none; that proves nothing.
        (-log_ratio).exp().min(1.0)
    }

    /// The differences that a p-value above `alpha` goes with: an interval that holds at all looks together with a
    /// probability of 1 − α.
    ///
    /// Source: Johari et al. (2022): the set of hypotheses that are not rejected.
    #[must_use]
    pub fn interval(&self, alpha: f64) -> Interval {
        let (variance, mixed) = (self.variance, self.expected * self.expected);
        let sum = variance + mixed;
        let half = (variance * sum / mixed * ((sum / variance).ln() - 2.0 * alpha.ln())).sqrt();
        Interval {
            low: (self.difference - half).max(-1.0),
            high: (self.difference + half).min(1.0),
        }
    }
}

/// τ for arms of about this rate.
pub(super) fn expected_difference(rate: f64) -> f64 {
    EXPECTED * rate.min(1.0 - rate)
}

/// p(1 − p)/n; where no one or everyone did it, with half a conversion on either side, lest there be no variance.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of exposures stay far below 2^53"
)]
pub(super) fn variance(conversions: u64, exposures: u64) -> Option<f64> {
    if conversions > exposures {
        return None;
    }
    let p = match rate(conversions, exposures)? {
        0.0 | 1.0 => smoothed_rate(conversions as f64, exposures as f64),
        p => p,
    };
    Some(p * (1.0 - p) / exposures as f64)
}

/// (x + ½)/(n + 1), never 0 nor 1.
pub(super) fn smoothed_rate(conversions: f64, exposures: f64) -> f64 {
    (conversions + 0.5) / (exposures + 1.0)
}

/// Looks at a running comparison of two arms.
///
/// τ is that of the first look at which both arms have enough, for the test to be one and the same throughout.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sequence {
    expected: Option<f64>,
    strongest: Option<Evidence>,
}

/// The look that spoke most clearly so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The running minimum of the p-values.
    pub p_value: f64,
    /// The one less the other at that look; its sign tells which was ahead.
    pub difference: f64,
}

impl Sequence {
    /// Looks at cumulative `conversions` of `exposures`, and tells what is known by now; nothing while either arm has
    /// fewer than 50 exposures or 5 conversions.
    pub fn look(&mut self, one: (u64, u64), other: (u64, u64)) -> Option<Evidence> {
        if let Some(estimate) = self.estimate(one, other) {
            let p_value = estimate.p_value();
            if self
                .strongest
                .is_none_or(|strongest| p_value < strongest.p_value)
            {
                self.strongest = Some(Evidence {
                    p_value,
                    difference: estimate.difference,
                });
            }
        }
        self.strongest
    }

    /// This look's estimate with the τ of the first one; none where either arm has not enough.
    pub(super) fn estimate(&mut self, one: (u64, u64), other: (u64, u64)) -> Option<Estimate> {
        let enough = |arm: (u64, u64)| arm.0 >= FEWEST_CONVERSIONS && arm.1 >= FEWEST_EXPOSURES;
        if !enough(one) || !enough(other) {
            return None;
        }
        let mut estimate = Estimate::of_counts(one, other)?;
        estimate.expected = *self.expected.get_or_insert(estimate.expected);
        Some(estimate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_that_of_the_formula() {
        // V = τ² = 1: Λ = √½·exp(δ²/4). V = 1, τ² = 3: ½·exp(3δ²/8).
        let cases = [
            (4.0, 1.0, 1.0, 2.0_f64.sqrt() * f64::exp(-4.0)),
            (4.0, 1.0, 3.0_f64.sqrt(), 2.0 * f64::exp(-6.0)),
            (0.0, 1.0, 1.0, 1.0),
        ];
        for (difference, variance, expected, p) in cases {
            let estimate = Estimate {
                difference,
                variance,
                expected,
            };
            assert!((estimate.p_value() - p).abs() < 1e-15, "{estimate:?}");
        }
    }

    #[test]
    fn known_experiments_come_out() {
        // Worked by hand from cases/ads_expected.json with τ of 0.3 pooled rates. The free trial: δ = 0.0205549,
        // V = 1.909799e-5, τ = 0.0625847, Λ = 0.0696578·exp(11.00777); Cookie Cats' seventh day: δ = 0.0082013,
        // V = 6.718537e-6, τ = 0.0558205, Λ = 0.0463848·exp(4.994881).
        let cases = [
            ((3_785, 17_293), (3_423, 17_260), 2.3791e-4, 1e-8),
            ((8_502, 44_700), (8_279, 45_489), 0.146_007, 1e-6),
        ];
        for (one, other, p, tolerance) in cases {
            let found = Estimate::of_counts(one, other).unwrap().p_value();
            assert!((found - p).abs() < tolerance, "{one:?} {other:?}: {found}");
        }
    }

    #[test]
    fn nothing_overflows() {
        let cases = [
            ((0, 100_000_000), (100_000_000, 100_000_000), true),
            ((0, 3), (0, 3), false),
            ((3, 3), (3, 3), false),
            ((0, 50), (50, 50), true),
            ((50_000_000, 100_000_000), (50_000_000, 100_000_000), false),
            ((50_000_000, 100_000_000), (50_100_000, 100_000_000), true),
        ];
        for (one, other, differs) in cases {
            let estimate = Estimate::of_counts(one, other).unwrap();
            let p = estimate.p_value();
            assert!((0.0..=1.0).contains(&p), "{one:?} {other:?}: {p}");
            assert_eq!(p < 0.01, differs, "{one:?} {other:?}: {p}");
            let interval = estimate.interval(0.01);
            assert_eq!(
                interval.low > 0.0 || interval.high < 0.0,
                differs,
                "{interval:?}"
            );
        }
        assert_eq!(Estimate::of_counts((0, 0), (1, 5)), None);
        assert_eq!(Estimate::of_counts((6, 5), (1, 5)), None);
    }

    #[test]
    fn the_interval_leaves_out_none_where_the_p_value_is_alpha() {
        let estimate = Estimate::of_counts((3_785, 17_293), (3_423, 17_260)).unwrap();
        let interval = estimate.interval(estimate.p_value());
        assert!(interval.low.abs() < 1e-15, "{interval:?}");
        assert!(
            (interval.high - 2.0 * estimate.difference).abs() < 1e-15,
            "{interval:?}"
        );
    }

    #[test]
    fn later_looks_never_take_back_what_was_shown() {
        let mut sequence = Sequence::default();
        assert_eq!(sequence.look((4, 400), (40, 400)), None);
        assert_eq!(sequence.look((5, 49), (5, 49)), None);
        let first = sequence.look((50, 1_000), (120, 1_000)).unwrap();
        assert!(first.p_value < 0.05 && first.difference < 0.0, "{first:?}");
        // The second arm fell behind since; what was seen stays, with the side it was seen for.
        assert_eq!(sequence.look((180, 2_000), (150, 2_000)), Some(first));
        let last = sequence.look((900, 9_000), (1_800, 9_000)).unwrap();
        assert!(last.p_value < first.p_value, "{last:?}");
    }
}
