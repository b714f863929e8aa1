//! The gamma function and its tails, on which the beta and the χ² distribution rest.
//!
//! Invariant: what is small is never the difference of two large numbers; where log Γ of large arguments would cancel,
//! [`stirling_error`] is what remains of it. Not for arguments at or below 0.

use std::f64::consts::TAU;

/// From here on Stirling's series is exact to the last digit.
const LARGE: f64 = 16.0;

/// ln Γ(x) for x > 0; infinite at 0.
///
/// Source: Abramowitz & Stegun 6.1.15 (up to where the series is exact) and 6.1.41.
#[must_use]
pub fn log_gamma(x: f64) -> f64 {
    if x >= LARGE {
        return (x - 0.5) * x.ln() - x + 0.5 * TAU.ln() + series(x);
    }
    let mut product = 1.0;
    let mut shifted = x;
    while shifted < LARGE {
        product *= shifted;
        shifted += 1.0;
    }
    log_gamma(shifted) - f64::ln(product)
}

/// What Stirling's formula leaves of a factorial: ln Γ(x + 1) − ½·ln 2πx − x·ln x + x, for x > 0.
///
/// Source: Loader, Fast and Accurate Computation of Binomial Probabilities (2000).
pub(super) fn stirling_error(x: f64) -> f64 {
    if x >= LARGE {
        return series(x);
    }
    log_gamma(x + 1.0) - 0.5 * (TAU * x).ln() - x * x.ln() + x
}

/// The first terms of 6.1.41; the next is below 2e-16 from [`LARGE`] on.
fn series(x: f64) -> f64 {
    let square = x * x;
    let terms = [
        1.0 / 12.0,
        1.0 / 360.0,
        1.0 / 1260.0,
        1.0 / 1680.0,
        1.0 / 1188.0,
    ];
    // Signs alternate: each bracket is subtracted from the term before.
    let sum = terms
        .into_iter()
        .rev()
        .fold(0.0, |rest, term| term - rest / square);
    sum / x
}

/// The part of a gamma distribution of the given shape above x: Q(a, x) = Γ(a, x)/Γ(a), for a > 0 and x ≥ 0.
///
/// Source: Abramowitz & Stegun 6.5.29 below a + 1, and the even part of the continued fraction 6.5.31 beyond.
fn upper_gamma(shape: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    // x^a·e^−x/Γ(a + 1), by the deviance of x from a, which does not cancel for large shapes.
    let prefix = (-stirling_error(shape) - deviance(shape, x)).exp() / (TAU * shape).sqrt();
    if x < shape + 1.0 {
        let (mut term, mut sum, mut n) = (1.0, 1.0, shape);
        while term > sum * f64::EPSILON {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return (1.0 - prefix * sum).clamp(0.0, 1.0);
    }
    let first = x + 1.0 - shape;
    let fraction = lentz(first, |n| (-n * (n - shape), first + 2.0 * n));
    (prefix * shape / fraction).clamp(0.0, 1.0)
}

/// The part of a χ² distribution above x.
pub(super) fn chi_square_tail(x: f64, degrees: f64) -> f64 {
    upper_gamma(degrees / 2.0, x / 2.0)
}

/// x·ln(x/m) + m − x for x ≥ 0 and m > 0, to its last digits also where x is close to m.
///
/// Source: Loader (2000), `bd0`.
pub(super) fn deviance(x: f64, mean: f64) -> f64 {
    if x == 0.0 {
        return mean;
    }
    let apart = (x - mean) / (x + mean);
    if apart.abs() > 0.1 {
        return x * (x / mean).ln() + mean - x;
    }
    let square = apart * apart;
    let mut sum = (x - mean) * apart;
    let mut power = 2.0 * x * apart;
    let mut n = 1.0;
    loop {
        power *= square;
        n += 2.0;
        let next = sum + power / n;
        // Also ends where nothing is a number.
        if next.to_bits() == sum.to_bits() || next.is_nan() {
            return next;
        }
        sum = next;
    }
}

/// b₀ + a₁/(b₁ + a₂/(b₂ + …)), with aₙ and bₙ by a function of n.
///
/// Source: Lentz, Appl. Opt. 15 (1976), 668, as modified by Thompson & Barnett, J. Comput. Phys. 64 (1986), 490.
pub(super) fn lentz(first: f64, mut terms: impl FnMut(f64) -> (f64, f64)) -> f64 {
    const TINY: f64 = 1e-300;
    /// The slowest, a beta distribution of 10^16 counts at its middle, takes about 5·∛n.
    const MOST: u32 = 2_000_000;
    let apart = |x: f64| if x.abs() < TINY { TINY } else { x };
    let mut value = apart(first);
    let (mut c, mut d) = (value, 0.0);
    for n in 1..=MOST {
        let (a, b) = terms(f64::from(n));
        d = 1.0 / apart(b + a * d);
        c = apart(b + a / c);
        value *= c * d;
        if (c * d - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    #[test]
    fn logarithms_of_gamma_are_those_of_factorials_and_of_root_pi() {
        // Γ(n + 1) = n!, Γ(½) = √π.
        let cases = [
            (1.0, 0.0),
            (2.0, 0.0),
            (0.5, PI.sqrt().ln()),
            (11.0, 3_628_800_f64.ln()),
            (16.0, 1_307_674_368_000_f64.ln()),
            (21.0, 2_432_902_008_176_640_000_f64.ln()),
        ];
        for (x, expected) in cases {
            let found = log_gamma(x);
            assert!(
                (found - expected).abs() < 1e-14 * f64::max(expected.abs(), 1.0),
                "{x}: {found} {expected}"
            );
        }
    }

    #[test]
    fn log_gamma_and_what_stirling_leaves_go_on_where_the_way_changes() {
        for n in 0..40_u32 {
            let x = 8.25 + f64::from(n) / 2.0;
            let step = log_gamma(x + 1.0) - log_gamma(x);
            assert!((step - x.ln()).abs() < 2e-14, "{x}: {step}");
        }
        let (before, after) = (stirling_error(16.0 - 1e-9), stirling_error(16.0));
        assert!((before - after).abs() < 2e-11, "{before} {after}");
        // 1/12x − 1/360x³ of 10^8.
        assert!((stirling_error(1e8) - 8.333_333_333_333_333e-10).abs() < 1e-24);
    }

    #[test]
    fn tails_of_chi_square_agree_with_their_tables() {
        // Two degrees: e^(−x/2). One: the normal distribution. Others: Abramowitz & Stegun, table 26.8.
        let cases = [
            (0.0, 3.0, 1.0, 0.0),
            (5.0, 2.0, f64::exp(-2.5), 1e-15),
            (200.0, 2.0, f64::exp(-100.0), 1e-56),
            (3.841_458_820_694_124, 1.0, 0.05, 1e-14),
            (11.070_50, 5.0, 0.05, 1e-7),
            (18.307_04, 10.0, 0.05, 1e-7),
            (29.588_30, 10.0, 0.001, 1e-8),
            (124.342, 100.0, 0.05, 1e-6),
        ];
        for (x, degrees, tail, tolerance) in cases {
            let found = chi_square_tail(x, degrees);
            assert!((found - tail).abs() <= tolerance, "{x}, {degrees}: {found}");
        }
    }

    #[test]
    fn close_numbers_deviate_by_half_their_squared_distance() {
        // (x − m)²/2m·(1 − (x − m)/3m + …).
        let found = deviance(1e8 + 1.0, 1e8);
        assert!((found * 2e8 - (1.0 - 1e-8 / 3.0)).abs() < 1e-14, "{found}");
        assert_eq!(deviance(0.0, 3.0), 3.0);
        assert_eq!(deviance(5.0, 5.0), 0.0);
    }
}
