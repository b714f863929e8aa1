//! Several looks at a comparison of two arms, taken together (METRICS.md, Ads, c).
//!
//! Invariant: where there is no difference, all looks together prove one with a probability of at most α. A look counts for
//! the side that was ahead at it, so that both sides share one α.

use super::Interval;
use super::sequential::Sequence;

/// What all looks at two arms say together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Together {
    /// The smallest p-value of all looks at which the one was ahead; 1 where the other was shown to be ahead at some.
    pub(super) p_value: f64,
    /// The differences that no look has ruled out; those of the last look, where each was ruled out by one.
    pub(super) interval: Interval,
}

/// Cumulative conversions of exposures of one arm and another, look by look; none where no look had enough of either.
///
/// Source: Johari et al. (2022): the running minimum of always-valid p-values is one, the intersection of always-valid
/// intervals is one.
pub(super) fn together(
    looks: impl IntoIterator<Item = ((u64, u64), (u64, u64))>,
    alpha: f64,
) -> Option<Together> {
    let mut sequence = Sequence::default();
    let (mut ahead, mut behind): (f64, f64) = (1.0, 1.0);
    let mut kept: Option<Interval> = None;
    let mut last = None;
    for (one, other) in looks {
        let Some(estimate) = sequence.estimate(one, other) else {
            continue;
        };
        let side = match estimate.difference > 0.0 {
            true => &mut ahead,
            false => &mut behind,
        };
        *side = side.min(estimate.p_value());
        let interval = estimate.interval(alpha);
        kept = Some(kept.map_or(interval, |kept| Interval {
            low: kept.low.max(interval.low),
            high: kept.high.min(interval.high),
        }));
        last = Some(interval);
    }
    Some(Together {
        p_value: if behind <= alpha { 1.0 } else { ahead },
        interval: kept.filter(|kept| kept.low <= kept.high).or(last)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Estimate;

    type Look = ((u64, u64), (u64, u64));

    #[test]
    fn looks_together_keep_what_was_shown_and_for_whom() {
        let alpha = 0.05;
        let of = |looks: &[Look]| together(looks.iter().copied(), alpha);
        let (early, late) = (((120, 1_000), (50, 1_000)), ((240, 2_000), (200, 2_000)));
        let p = |(one, other)| Estimate::of_counts(one, other).unwrap().p_value();
        let both = of(&[early, late]).unwrap();
        assert!((both.p_value - p(early)).abs() < 1e-15, "{both:?}");
        // The last look alone shows nothing; with the first one no difference is ruled out.
        assert!(of(&[late]).unwrap().p_value > alpha);
        assert!(both.interval.low > 0.0, "{both:?}");
        let turned = |((a, b), (c, d))| ((c, d), (a, b));
        // Once the other was ahead for sure, nothing counts for the one.
        let against = of(&[turned(early), late]).unwrap();
        assert!((against.p_value - 1.0).abs() < 1e-15, "{against:?}");
        // What was ruled out by one look each leaves nothing but the last one.
        let reversed = of(&[early, turned(((900, 9_000), (300, 9_000)))]).unwrap();
        assert!(reversed.interval.high < 0.0, "{reversed:?}");
        assert_eq!(of(&[((4, 400), (40, 400))]), None);
        assert_eq!(of(&[]), None);
    }
}
