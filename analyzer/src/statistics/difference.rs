//! The difference of two proportions (METRICS.md, Proportions).

use serde::Serialize;

use super::{Interval, Table, Z_95, fisher, two_sided, wilson};

/// How far a rate lies from another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// The one less the other, -1..=1.
    pub difference: f64,
    /// Newcombe's interval of it, 95 %.
    pub interval: Interval,
    /// How probable a difference at least as unlikely is where there is none.
    pub p_value: f64,
    /// By which test.
    pub test: Test,
}

/// A test of two proportions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Test {
    /// Fisher's exact test, where an expected count is below 5.
    Fisher,
    /// The z test with the pooled variance, where none is.
    Z,
}

/// Below this an expected count is small.
const FEW: f64 = 5.0;

/// `successes` of `trials` against those of others; none where nobody was in either.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of visitors stay far below 2^53"
)]
pub fn difference(this: (u64, u64), other: (u64, u64)) -> Option<Difference> {
    let interval = newcombe(this, other)?;
    let ((x1, n1), (x2, n2)) = (this, other);
    let (m1, m2) = (n1 as f64, n2 as f64);
    let difference = x1 as f64 / m1 - x2 as f64 / m2;
    let pooled = (x1 + x2) as f64 / (m1 + m2);
    let least = m1.min(m2) * pooled.min(1.0 - pooled);
    let (p_value, test) = if least < FEW {
        let table = Table {
            yes: x1,
            no: n1 - x1,
            others_yes: x2,
            others_no: n2 - x2,
        };
        (fisher(table), Test::Fisher)
    } else {
        let deviation = (pooled * (1.0 - pooled) * (1.0 / m1 + 1.0 / m2)).sqrt();
        (two_sided(difference / deviation), Test::Z)
    };
    Some(Difference {
        difference,
        interval,
        p_value,
        test,
    })
}

/// The interval of the difference of two proportions from their Wilson intervals, 95 %: the ends lie as far from the
/// difference as √((p₁ − l₁)² + (u₂ − p₂)²) below and √((u₁ − p₁)² + (p₂ − l₂)²) above.
///
/// Source: Newcombe, Stat. Med. 17 (1998), 873, method 10.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of visitors stay far below 2^53"
)]
pub fn newcombe((x1, n1): (u64, u64), (x2, n2): (u64, u64)) -> Option<Interval> {
    let (one, two) = (wilson(x1, n1, Z_95)?, wilson(x2, n2, Z_95)?);
    let (p1, p2) = (x1 as f64 / n1 as f64, x2 as f64 / n2 as f64);
    let difference = p1 - p2;
    Some(Interval {
        low: difference - (p1 - one.low).hypot(two.high - p2),
        high: difference + (one.high - p1).hypot(p2 - two.low),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_agree_with_published_values() {
        // Newcombe 1998, table II, method 10.
        let cases = [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0),
        ];
        for (one, two, low, high) in cases {
            let interval = newcombe(one, two).unwrap();
            assert!(
                (interval.low - low).abs() < 6e-5,
                "{one:?} {two:?}: {interval:?}"
            );
            assert!(
                (interval.high - high).abs() < 6e-5,
                "{one:?} {two:?}: {interval:?}"
            );
        }
        assert_eq!(newcombe((0, 0), (1, 2)), None);
    }

    #[test]
    fn small_counts_are_tested_exactly_and_large_ones_by_z() {
        let small = difference((8, 10), (1, 6)).unwrap();
        assert_eq!(small.test, Test::Fisher);
        assert!((small.p_value - 0.034_965_03).abs() < 5e-9, "{small:?}");
        // z² is Pearson's χ² of the table: 150 · (56·32 − 48·14)² / (104·46·70·80) = 7.0234.
        let large = difference((56, 70), (48, 80)).unwrap();
        assert_eq!(large.test, Test::Z);
        let chi2: f64 =
            150.0 * (56.0 * 32.0 - 48.0 * 14.0_f64).powi(2) / (104.0 * 46.0 * 70.0 * 80.0);
        assert!(
            (large.p_value - two_sided(chi2.sqrt())).abs() < 1e-12,
            "{large:?}"
        );
        assert!((large.difference - 0.2).abs() < 1e-12);
    }
}
