//! Whether something is not only different but worse by a margin that matters.
//!
//! On a site of many visitors every two pages differ significantly; so what is tested is not "equal" but "no worse than the
//! margin". Source: the one-sided tests of non-inferiority, Blackwelder, Control. Clin. Trials 3 (1982), 345.

use super::beta::incomplete_beta;
use super::normal::two_sided;

/// The probability of at least `successes` of `trials` where each has the probability `margin`: exact.
///
/// Source: P(X ≥ x) = Iₚ(x, n − x + 1), Abramowitz & Stegun 26.5.24.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
pub fn share_above(successes: u64, trials: u64, margin: f64) -> f64 {
    match successes {
        0 => 1.0,
        _ => incomplete_beta(
            successes as f64,
            trials.saturating_sub(successes) as f64 + 1.0,
            margin,
        ),
    }
}

/// The probability of at most `successes` of `trials` where each has the probability `margin`: exact.
#[must_use]
pub fn share_below(successes: u64, trials: u64, margin: f64) -> f64 {
    share_above(trials.saturating_sub(successes), trials, 1.0 - margin)
}

/// How probable odds like these are where those of `this` are at most `margin` times those of `other`; counts are
/// (of these, all).
///
/// The normal approximation of the logarithm of the odds ratio, half an event added to each cell. Source: Woolf, Ann. Hum.
/// Genet. 19 (1955), 251; the halves: Haldane 1956, Anscombe 1956.
#[must_use]
pub fn odds_above(this: (u64, u64), other: (u64, u64), margin: f64) -> f64 {
    let (one, two) = (log_odds(this), log_odds(other));
    upper_tail((one.0 - two.0 - margin.ln()) / (one.1 + two.1).sqrt())
}

/// The logarithm of the odds and its variance.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
pub fn log_odds((successes, trials): (u64, u64)) -> (f64, f64) {
    let yes = successes as f64 + 0.5;
    let no = trials.saturating_sub(successes) as f64 + 0.5;
    ((yes / no).ln(), 1.0 / yes + 1.0 / no)
}

/// The probability of a standard normal value above `z`.
#[must_use]
pub fn upper_tail(z: f64) -> f64 {
    match z > 0.0 {
        true => two_sided(z) / 2.0,
        false => 1.0 - two_sided(z) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn shares_are_the_binomial_s_own() {
        // 1 − 0.9³, and 3·0.5²·0.5 + 0.5³ by hand.
        close(share_above(1, 3, 0.1), 1.0 - 0.9_f64.powi(3));
        close(share_above(2, 3, 0.5), 0.5);
        close(share_above(0, 3, 0.5), 1.0);
        close(share_below(0, 3, 0.5), 0.125);
        close(share_below(3, 3, 0.5), 1.0);
        close(share_above(5, 5, 0.2), 0.2_f64.powi(5));
    }

    #[test]
    fn what_is_worse_by_less_than_the_margin_is_never_proven() {
        // 12 against 10 %, of many: different, but not by twice the odds.
        assert!(odds_above((12_000, 100_000), (10_000, 100_000), 1.0) < 1e-9);
        assert!(odds_above((12_000, 100_000), (10_000, 100_000), 2.0) > 0.999);
        assert!(odds_above((40, 100), (10, 100), 2.0) < 0.01);
        assert!(odds_above((4, 10), (1, 10), 2.0) > 0.05);
        close(upper_tail(0.0), 0.5);
        close(upper_tail(1.0) + upper_tail(-1.0), 1.0);
    }
}
