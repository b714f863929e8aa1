//! Whether arms were shown as often as they should have been (METRICS.md, Ads, a).
//!
//! Invariant: what differs is only told; nothing is reweighted. A mismatch means that those who saw one arm are not
//! those who would have seen another, so that no difference between them says anything.

use serde::Serialize;

use super::gamma::chi_square_tail;

/// Below this the shares are not what they should be.
const MISMATCH: f64 = 0.001;

/// Below this they are suspicious, and nothing is ranked either.
///
/// METRICS.md stops at 0.001; Cookie Cats (44,700 and 45,489, p = 0.0086) is known to be mismatched and would pass
/// there. What is in use ranges from 0.0005 (Fabijan et al., Diagnosing Sample Ratio Mismatch, KDD 2019) to 0.01. The
/// costs are not alike: a false alarm, at one look in a hundred where nothing is wrong, withholds a ranking and names
/// why; a miss ranks arms that cannot be compared. So the wider limit withholds, and the verdict keeps the two apart.
const SUSPICIOUS: f64 = 0.01;

/// Exposures against the shares they should have had.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SampleRatio {
    /// Σ(O − E)²/E.
    pub chi_square: f64,
    /// How probable shares at least as far off are where nothing is wrong.
    pub p_value: f64,
    /// What to make of it.
    pub verdict: RatioVerdict,
}

/// What to make of a sample ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RatioVerdict {
    /// Nothing speaks against the shares.
    AsPlanned,
    /// p < 0.01: enough not to rank, not enough to be sure.
    Suspicious,
    /// p < 0.001: something went wrong.
    Mismatch,
}

/// Exposures of two or more arms against weights, which are as good as shares; none where there is nothing to check or
/// a weight is not above 0.
///
/// χ² = Σ(O − E)²/E with one degree of freedom less than arms. Source: Pearson, Phil. Mag. 50 (1900), 157; METRICS.md,
/// Ads (a).
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of exposures stay far below 2^53"
)]
pub fn sample_ratio(exposures: &[u64], weights: &[f64]) -> Option<SampleRatio> {
    let all: f64 = exposures.iter().map(|count| *count as f64).sum();
    let weight: f64 = weights.iter().sum();
    let usable = weights.iter().all(|weight| *weight > 0.0) && weight.is_finite();
    if exposures.len() < 2 || exposures.len() != weights.len() || all == 0.0 || !usable {
        return None;
    }
    let chi_square = exposures
        .iter()
        .zip(weights)
        .map(|(observed, share)| {
            let expected = all * share / weight;
            (*observed as f64 - expected).powi(2) / expected
        })
        .sum();
    let p_value = chi_square_tail(chi_square, (exposures.len() - 1) as f64);
    let verdict = if p_value < MISMATCH {
        RatioVerdict::Mismatch
    } else if p_value < SUSPICIOUS {
        RatioVerdict::Suspicious
    } else {
        RatioVerdict::AsPlanned
    };
    Some(SampleRatio {
        chi_square,
        p_value,
        verdict,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_experiments_are_judged() {
        // cases/ads_expected.json: Cookie Cats; the free trial's pageviews and its clicks that went on, as planned:
        // 883²/690203 and 33²/34553, χ²₁ tails by their normal distribution.
        let cases = [
            (
                [44_700, 45_489],
                0.008_607_987_810_836_262,
                RatioVerdict::Suspicious,
            ),
            ([345_543, 344_660], 0.287_847_5, RatioVerdict::AsPlanned),
            ([17_293, 17_260], 0.859_088, RatioVerdict::AsPlanned),
        ];
        for (exposures, p, verdict) in cases {
            let found = sample_ratio(&exposures, &[1.0, 1.0]).unwrap();
            assert!(
                (found.p_value - p).abs() < 1e-3 * p,
                "{exposures:?}: {found:?}"
            );
            assert_eq!(found.verdict, verdict, "{exposures:?}");
        }
        let cats = sample_ratio(&[44_700, 45_489], &[0.5, 0.5]).unwrap();
        assert!(
            (cats.p_value - 0.008_607_987_810_836_262).abs() < 1e-13,
            "{cats:?}"
        );
    }

    #[test]
    fn shares_may_differ_between_arms() {
        let even = sample_ratio(&[900, 100], &[9.0, 1.0]).unwrap();
        assert!(
            even.chi_square.abs() < 1e-20 && (even.p_value - 1.0).abs() < 1e-9,
            "{even:?}"
        );
        let wrong = sample_ratio(&[900, 100], &[1.0, 1.0]).unwrap();
        assert_eq!(wrong.chi_square, 640.0);
        assert_eq!(wrong.verdict, RatioVerdict::Mismatch);
        // 3² + 3² over 10, two degrees: e^(−0.9).
        let three = sample_ratio(&[7, 10, 13], &[0.1, 0.1, 0.1]).unwrap();
        assert!((three.p_value - f64::exp(-0.9)).abs() < 1e-12, "{three:?}");
    }

    #[test]
    fn what_cannot_be_checked_is_not() {
        for (exposures, weights) in [
            (&[5][..], &[1.0][..]),
            (&[0, 0], &[1.0, 1.0]),
            (&[5, 5], &[1.0]),
            (&[5, 5], &[1.0, 0.0]),
            (&[5, 5], &[1.0, f64::NAN]),
            (&[5, 5], &[1.0, f64::INFINITY]),
        ] {
            assert_eq!(
                sample_ratio(exposures, weights),
                None,
                "{exposures:?} {weights:?}"
            );
        }
    }
}
