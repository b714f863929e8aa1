//! The beta distribution: what is believed of a rate after some conversions of some exposures.
//!
//! Invariant: to about 1e-11 relative for counts up to 10^8, by deviances instead of differences of log Γ. Effective
//! counts, which are no whole numbers, are as good. No other prior than the uniform.

use std::f64::consts::TAU;

use super::gamma::{deviance, lentz, stirling_error};

/// What is believed of a rate after x of n, having believed nothing: Beta(1 + x, 1 + n − x) (METRICS.md, Ads).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    conversions: f64,
    exposures: f64,
    /// ln of what the density has before its deviances.
    scale: f64,
}

impl Posterior {
    /// After `conversions` of `exposures`; none where these are no counts, or the one more than the other.
    #[must_use]
    pub fn new(conversions: f64, exposures: f64) -> Option<Self> {
        if !(conversions >= 0.0 && conversions <= exposures && exposures.is_finite()) {
            return None;
        }
        let scale = log_binomial_scale(conversions, exposures) + exposures.ln_1p();
        Some(Self {
            conversions,
            exposures,
            scale,
        })
    }

    /// The density at a rate in 0..=1: n + 1 times the binomial probability of x of n.
    ///
    /// Source: Loader, Fast and Accurate Computation of Binomial Probabilities (2000), as R's `dbeta`.
    #[must_use]
    pub fn density(&self, rate: f64) -> f64 {
        (self.scale + log_binomial_shape(self.conversions, self.exposures, rate)).exp()
    }

    /// The expected rate, (x + 1)/(n + 2).
    #[must_use]
    pub fn mean(&self) -> f64 {
        (self.conversions + 1.0) / (self.exposures + 2.0)
    }

    /// The standard deviation of the rate.
    #[must_use]
    pub fn deviation(&self) -> f64 {
        let mean = self.mean();
        (mean * (1.0 - mean) / (self.exposures + 3.0)).sqrt()
    }
}

/// The probability that a rate distributed as Beta(a, b) is at most x: Iₓ(a, b), for a and b above 0.
///
/// Source: the continued fraction of Didonato & Morris, ACM Trans. Math. Softw. 18 (1992), 360, equation 9, which is
/// the even part of Abramowitz & Stegun 26.5.8, by Lentz's way; the factor before it as a binomial probability (Loader
/// 2000).
#[must_use]
pub fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // Beyond the mean the fraction converges slowly, while that of the other tail does fast.
    if x < (a + 1.0) / (a + b + 2.0) {
        lower_tail(a, b, x, 1.0 - x)
    } else {
        1.0 - lower_tail(b, a, 1.0 - x, x)
    }
}

/// Iₓ(a, b) below the mean, with y = 1 − x.
fn lower_tail(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let log_mass = log_binomial_scale(a, n) - deviance(a, n * x) - deviance(b, n * y);
    // How far x lies below the mean is told before it is rounded away.
    let apart = a * y - b * x + 1.0;
    let fraction = lentz(a * apart / (a + 1.0), |m| {
        let odd = a + 2.0 * m - 1.0;
        let ratio = x / odd;
        (
            (a + m - 1.0) * (n + m - 1.0) * ratio * (m * (b - m) * ratio),
            m + m * (b - m) * ratio + (a + m) * (apart + m * (2.0 - x)) / (odd + 2.0),
        )
    });
    (a * b / n * log_mass.exp() / fraction).clamp(0.0, 1.0)
}

/// ln of √(n/2πx(n − x)) and of Stirling's errors; 0 at either end, where the deviances are all there is.
fn log_binomial_scale(x: f64, n: f64) -> f64 {
    if x == 0.0 || x >= n {
        return 0.0;
    }
    let rest = n - x;
    stirling_error(n) - stirling_error(x) - stirling_error(rest) + 0.5 * (n / (TAU * x) / rest).ln()
}

/// ln of pˣ(1 − p)ⁿ⁻ˣ over its largest value, or as it is where that is at an end.
fn log_binomial_shape(x: f64, n: f64, p: f64) -> f64 {
    if x == 0.0 {
        return if n == 0.0 { 0.0 } else { n * (-p).ln_1p() };
    }
    if x >= n {
        return n * p.ln();
    }
    if p <= 0.0 || p >= 1.0 {
        return f64::NEG_INFINITY;
    }
    -deviance(x, n * p) - deviance(n - x, n * (1.0 - p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_agree_with_polynomials() {
        // 1; 2θ; 6θ(1 − θ); 11·10!/(3!·7!)·θ³(1 − θ)⁷; 4(1 − θ)³.
        let cases = [
            (0.0, 0.0, 0.3, 1.0),
            (1.0, 1.0, 0.3, 0.6),
            (1.0, 2.0, 0.3, 1.26),
            (
                3.0,
                10.0,
                0.25,
                11.0 * 120.0 * 0.25_f64.powi(3) * 0.75_f64.powi(7),
            ),
            (0.0, 3.0, 0.0, 4.0),
            (2.0, 3.0, 0.0, 0.0),
            (2.0, 3.0, 1.0, 0.0),
            (3.0, 3.0, 1.0, 4.0),
        ];
        for (conversions, exposures, rate, expected) in cases {
            let posterior = Posterior::new(conversions, exposures).unwrap();
            let found = posterior.density(rate);
            assert!(
                (found - expected).abs() <= 1e-13 * expected,
                "{posterior:?} at {rate}: {found} {expected}"
            );
        }
    }

    #[test]
    fn what_is_no_count_has_no_posterior() {
        for (conversions, exposures) in [
            (-1.0, 5.0),
            (6.0, 5.0),
            (f64::NAN, 5.0),
            (1.0, f64::INFINITY),
            (1.0, f64::NAN),
        ] {
            assert_eq!(Posterior::new(conversions, exposures), None);
        }
    }

    #[test]
    fn the_incomplete_function_agrees_with_closed_forms() {
        // Iₓ(a, 1) = xᵃ; Iₓ(1, b) = 1 − (1 − x)ᵇ; Iₓ(2, 3) = 6x² − 8x³ + 3x⁴; I½(½, ½) = ½.
        let cases = [
            (3.5, 1.0, 0.2, 0.2_f64.powf(3.5)),
            (1.0, 598.0, 0.005, 1.0 - 0.995_f64.powi(598)),
            (2.0, 3.0, 0.4, 6.0 * 0.16 - 8.0 * 0.064 + 3.0 * 0.0256),
            (0.5, 0.5, 0.5, 0.5),
            (2.0, 3.0, 0.0, 0.0),
            (2.0, 3.0, 1.0, 1.0),
        ];
        for (a, b, x, expected) in cases {
            let found = incomplete_beta(a, b, x);
            assert!(
                (found - expected).abs() <= 1e-13 * expected,
                "{a} {b} {x}: {found} {expected}"
            );
        }
    }

    #[test]
    fn half_lies_below_the_middle_whatever_the_counts() {
        // By symmetry; where fractions are cut off after a fixed number of terms this fails from 10^4 on.
        for exponent in 0..=8 {
            let a = 10_f64.powi(exponent);
            let found = incomplete_beta(a, a, 0.5);
            assert!((found - 0.5).abs() < 1e-12, "{a}: {found}");
        }
    }

    #[test]
    fn large_counts_agree_with_integrals_of_forty_digits() {
        // The density integrated by mpmath.
        let cases = [
            (500_001.0, 99_500_001.0, 0.00501, 0.921_595_814_971_901_5),
            (
                100_000_001.0,
                300_000_001.0,
                0.24995,
                0.010_456_755_612_752_7,
            ),
            (8_503.0, 36_199.0, 0.195, 0.994_823_863_960_798_6),
            (21.0, 100_000_000.0, 1.3e-7, 0.025_011_848_485_792_464),
        ];
        for (a, b, x, expected) in cases {
            let found = incomplete_beta(a, b, x);
            let error = (found / expected - 1.0).abs();
            assert!(error < 1e-11, "{a} {b}: {found} {error}");
        }
    }

    #[test]
    fn large_counts_follow_the_recurrence() {
        // Iₓ(a, b) − Iₓ(a + 1, b) = the density of Beta(a + 1, b + 1) at x, times a factor (A&S 26.5.16).
        for (a, b, z) in [(1e8, 1e8, -3.0), (5e5, 9.95e7, 2.0), (20.0, 1e8, -1.5)] {
            let n: f64 = a + b;
            let x = a / n + z * (a / n * (b / n) / n).sqrt();
            let step = incomplete_beta(a, b, x) - incomplete_beta(a + 1.0, b, x);
            let mass = Posterior::new(a, n).unwrap().density(x) / (n + 1.0) * (b / n);
            assert!((step / mass - 1.0).abs() < 1e-6, "{a} {b}: {step} {mass}");
        }
    }
}
