//! Whether a rate is still what it usually is: some days against those before them.
//!
//! Invariant: days are as uneven as they showed themselves to be, so what comes and goes by itself is no shift; of counts in
//! the hundreds a p-value is never smaller than Fisher's exact one.

use serde::Serialize;

use super::beta::incomplete_beta;
use super::{Interval, Table, fisher, rate};

/// Fewer days with anybody tell nothing of how uneven days are.
const FEWEST_DAYS: usize = 14;
/// Fewer people are not judged.
const FEWEST_PEOPLE: u64 = 25;
/// From this expected count on the binomial distribution is normal also where it is one in a hundred thousand.
const MANY: f64 = 1_000.0;

/// What a rate usually is, by days of (conversions, people).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    counts: (u64, u64),
    rate: f64,
    /// Days less one.
    freedom: f64,
    /// The variance of days in that of binomial counts, at least 1.
    unevenness: f64,
}

/// Some days against what is usual.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shift {
    /// Their rate.
    pub rate: f64,
    /// The usual rate.
    pub usual: f64,
    /// Rates that so many people may have by chance, with a probability of 1 − α.
    pub interval: Interval,
    /// How probable a rate at least as far away is if nothing changed.
    pub p_value: f64,
}

impl Usual {
    /// None where too few days had anybody, or nobody or everybody did it.
    ///
    /// Unevenness is Pearson's χ² over the degrees of freedom. Source: quasi-binomial counts, McCullagh & Nelder, Generalized
    /// Linear Models (1989), 4.5.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of people stay far below 2^53"
    )]
    pub fn of(days: &[(u64, u64)]) -> Option<Self> {
        let days: Vec<(u64, u64)> = days.iter().copied().filter(|(_, of)| *of > 0).collect();
        let sum = days
            .iter()
            .fold((0, 0), |sum, day| (sum.0 + day.0, sum.1 + day.1));
        let rate = rate(sum.0, sum.1)?;
        if days.len() < FEWEST_DAYS || rate <= 0.0 || rate >= 1.0 {
            return None;
        }
        let squares = days.iter().map(|(part, of)| {
            let of = *of as f64;
            (*part as f64 - of * rate).powi(2) / (of * rate * (1.0 - rate))
        });
        let freedom = (days.len() - 1) as f64;
        Some(Self {
            counts: sum,
            rate,
            freedom,
            unevenness: (squares.sum::<f64>() / freedom).max(1.0),
        })
    }

    /// Holds (conversions, people) of other days against it; none of too few people.
    ///
    /// The larger of two p-values: Student's of the difference, whose variance is φp(1 − p)(1/n + 1/N), and Fisher's, which
    /// heeds that small counts are not normal.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of people stay far below 2^53"
    )]
    pub fn against(&self, days: (u64, u64), alpha: f64) -> Option<Shift> {
        let (part, of) = days;
        if of < FEWEST_PEOPLE || part > of {
            return None;
        }
        let rate = rate(part, of)?;
        let people = 1.0 / of as f64 + 1.0 / self.counts.1 as f64;
        let deviation = (self.unevenness * self.rate * (1.0 - self.rate) * people).sqrt();
        let student = two_sided_t((rate - self.rate) / deviation, self.freedom);
        let exact = || {
            fisher(Table {
                yes: part,
                no: of - part,
                others_yes: self.counts.0,
                others_no: self.counts.1 - self.counts.0,
            })
        };
        let few = of as f64 * self.rate.min(1.0 - self.rate);
        // Summing up many tables is worth it only where they decide.
        let p_value = match student <= alpha && few < MANY {
            true => student.max(exact()),
            false => student,
        };
        let half = quantile(alpha, self.freedom) * deviation;
        Some(Shift {
            rate,
            usual: self.rate,
            interval: Interval {
                low: (self.rate - half).max(0.0),
                high: (self.rate + half).min(1.0),
            },
            p_value,
        })
    }
}

/// The probability of a value at least as far from 0 as `t` under Student's distribution.
///
/// Source: Abramowitz & Stegun 26.7.1: I with x = ν/(ν + t²) of ν/2 and 1/2.
fn two_sided_t(t: f64, freedom: f64) -> f64 {
    incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
}

/// The value that `alpha` lies beyond, on both sides together: by halving.
fn quantile(alpha: f64, freedom: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1e6);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        match two_sided_t(middle, freedom) > alpha {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn student_s_distribution_is_the_tables_own() {
        // Tables of the t distribution, two-sided.
        for (t, freedom, p) in [
            (2.052, 27.0, 0.05),
            (2.771, 27.0, 0.01),
            (3.690, 27.0, 0.001),
            (12.706, 1.0, 0.05),
        ] {
            let found = two_sided_t(t, freedom);
            assert!((found / p - 1.0).abs() < 2e-3, "{t} {freedom}: {found}");
            assert!((quantile(p, freedom) - t).abs() < 2e-3, "{p} {freedom}");
        }
    }

    #[test]
    fn even_days_make_a_narrow_interval_and_uneven_ones_a_wide_one() {
        let even = Usual::of(&[(10, 100); 28]).unwrap();
        let uneven: Vec<(u64, u64)> = (0..28).map(|day| (4 + 12 * (day % 2), 100)).collect();
        let uneven = Usual::of(&uneven).unwrap();
        let (one, other) = (
            even.against((25, 100), 0.001).unwrap(),
            uneven.against((25, 100), 0.001).unwrap(),
        );
        assert!(
            one.p_value < 0.001 && one.rate > one.interval.high,
            "{one:?}"
        );
        assert!(
            other.p_value > 0.001 && other.rate < other.interval.high,
            "{other:?}"
        );
        // χ²/27 of ±6 about 10 of 100: 28 · 36/9 / 27.
        assert!(
            (uneven.unevenness - 28.0 * 4.0 / 27.0).abs() < 1e-12,
            "{uneven:?}"
        );
        assert!((even.unevenness - 1.0).abs() < 1e-12);
    }

    #[test]
    fn too_little_is_not_judged() {
        assert_eq!(Usual::of(&[(10, 100); 13]), None);
        assert_eq!(Usual::of(&[(0, 100); 28]), None);
        assert_eq!(Usual::of(&[(100, 100); 28]), None);
        let usual = Usual::of(&[(10, 100); 28]).unwrap();
        assert_eq!(usual.against((0, 24), 0.05), None);
        assert!(usual.against((0, 25), 0.05).is_some());
    }
}
