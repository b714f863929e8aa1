//! Tails of the normal distribution.

use std::f64::consts::{FRAC_2_SQRT_PI, SQRT_2};

/// The probability of a standard normal value at least as far from 0 as `z`, on either side.
#[must_use]
pub fn two_sided(z: f64) -> f64 {
    complementary_error(z.abs() / SQRT_2)
}

/// The value that a standard normal one exceeds with the given probability, within 0..1.
///
/// By halving between values whose tails are known; exact to the last digits, and not for hot paths.
pub(super) fn deviate(tail: f64) -> f64 {
    if tail > 0.5 {
        return -deviate(1.0 - tail);
    }
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..64 {
        let middle = f64::midpoint(low, high);
        match two_sided(middle) > 2.0 * tail {
            true => low = middle,
            false => high = middle,
        }
    }
    low
}

/// erfc for x ≥ 0: below 2 by the series of erf, above by its continued fraction.
///
/// Source: Abramowitz & Stegun, 7.1.6 and 7.1.14.
fn complementary_error(x: f64) -> f64 {
    if x < 2.0 {
        let mut term = x;
        let mut sum = x;
        let mut n = 0.0;
        while term > sum * f64::EPSILON {
            n += 1.0;
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
        }
        return (1.0 - FRAC_2_SQRT_PI * (-x * x).exp() * sum).max(0.0);
    }
    // From the far end of the fraction back; so many terms are enough from 2 on.
    let tail = (1..=60)
        .rev()
        .fold(0.0, |tail, n| f64::from(n) / 2.0 / (x + tail));
    (-x * x).exp() * FRAC_2_SQRT_PI / 2.0 / (x + tail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Z_95;

    #[test]
    fn tails_agree_with_published_values() {
        // The 95 % quantile; Abramowitz & Stegun, table 26.1; R's pnorm.
        let cases = [
            (0.0, 1.0, 1e-15),
            (Z_95, 0.05, 1e-14),
            (1.0, 0.317_310_507_862_914, 1e-14),
            (2.9, 0.003_731_626_6, 1e-10),
            (-3.0, 0.002_699_796_063_260_2, 1e-15),
            (6.0, 1.973_175_290_075_4e-9, 1e-21),
        ];
        for (z, p, tolerance) in cases {
            assert!(
                (two_sided(z) - p).abs() < tolerance,
                "{z}: {}",
                two_sided(z)
            );
        }
    }
    #[test]
    fn deviates_are_those_of_the_table() {
        // Abramowitz & Stegun, table 26.5 and 26.6.
        let cases = [
            (0.025, Z_95),
            (0.5, 0.0),
            (0.2, 0.841_621_233_572_914),
            (0.9, -1.281_551_565_544_6),
            (1e-6, 4.753_424_308_822_9),
        ];
        for (tail, z) in cases {
            let found = deviate(tail);
            assert!((found - z).abs() < 1e-11, "{tail}: {found}");
        }
    }
}
