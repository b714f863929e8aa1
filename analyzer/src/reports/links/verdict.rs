//! What is to be thought of a link, by those who saw it and those who clicked it (METRICS.md, Clicks: Link verdicts).
//!
//! Pure. Invariant: what few people saw is undecided, and how many more would decide it is said.

use serde::Serialize;

use crate::statistics::{
    Z_95, exposures_for_bound, rate, upper_bound_of_none, wilson, wilson_of_share,
};

/// One-sided, of zero of n.
const ALPHA: f64 = 0.05;
/// Below this share of pageviews it is a fault of the place, not of the link.
const UNSEEN: f64 = 0.05;
/// Of the usual rate of a page's links.
const RARE: f64 = 0.2;
/// More people than this will not come by waiting.
const FURTHEST: f64 = 10_000_000.0;

/// The verdict on a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is surely clicked by less than the threshold.
    Dead,
    /// It is surely clicked by less than a fifth of what is usual on its page.
    Rare,
    /// Hardly anybody comes so far as to see it.
    Unseen,
    /// It is surely clicked by more than that.
    Working,
    /// Too few have seen it.
    Undecided,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dead => "dead",
            Self::Rare => "rare",
            Self::Unseen => "unseen",
            Self::Working => "working",
            Self::Undecided => "undecided",
        }
    }
}

/// Below which rates a link is what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    /// Below it a link is dead.
    pub(super) dead: f64,
    /// The median rate of its page's links, where enough is known of them.
    pub(super) usual: Option<f64>,
}

impl Bounds {
    fn rare(self) -> Option<f64> {
        self.usual
            .map(|usual| usual * RARE)
            .filter(|rare| *rare > self.dead)
    }
}

/// Counts of a link: pageviews it was on and in which it was seen, people who saw it and who clicked it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) shown: u64,
    pub(super) seen: u64,
    pub(super) exposed: u64,
    pub(super) clickers: u64,
}

/// The verdict, and for an undecided link how many more people have to see it, where any number would do.
pub(super) fn verdict(counts: Counts, bounds: Bounds) -> (Verdict, Option<u64>) {
    if wilson(counts.seen, counts.shown, Z_95).is_some_and(|seen| seen.high < UNSEEN) {
        return (Verdict::Unseen, None);
    }
    match by_rate(counts.clickers, counts.exposed, bounds) {
        Some(verdict) => (verdict, None),
        None => (Verdict::Undecided, more(counts, bounds)),
    }
}

fn by_rate(clickers: u64, exposed: u64, bounds: Bounds) -> Option<Verdict> {
    let interval = wilson(clickers, exposed, Z_95)?;
    let high = match clickers {
        0 => upper_bound_of_none(exposed, ALPHA),
        _ => interval.high,
    };
    by_interval(interval.low, high, bounds)
}

fn by_interval(low: f64, high: f64, bounds: Bounds) -> Option<Verdict> {
    let rare = bounds.rare();
    if high < bounds.dead {
        Some(Verdict::Dead)
    } else if rare.is_some_and(|rare| high < rare) {
        Some(Verdict::Rare)
    } else if low >= rare.unwrap_or(bounds.dead) {
        Some(Verdict::Working)
    } else {
        None
    }
}

/// How many more would decide, if they click as those before them.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of people up to ten million"
)]
fn more(counts: Counts, bounds: Bounds) -> Option<u64> {
    let Some(share) = rate(counts.clickers, counts.exposed).filter(|share| *share > 0.0) else {
        let bound = bounds.rare().unwrap_or(bounds.dead);
        return Some(exposures_for_bound(bound, ALPHA)?.saturating_sub(counts.exposed));
    };
    let is_decided = |exposed: f64| {
        let then = wilson_of_share(share, exposed, Z_95);
        by_interval(then.low, then.high, bounds).is_some()
    };
    // Twice as many until it is decided, then between the last two.
    let now = counts.exposed as f64;
    let mut high = now;
    while !is_decided(high) {
        high *= 2.0;
        if high > FURTHEST {
            return None;
        }
    }
    let mut low = high / 2.0;
    while high - low > 0.5 {
        let middle = f64::midpoint(low, high);
        if is_decided(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(((high - now).ceil() as u64).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        dead: 0.005,
        usual: None,
    };

    fn of(exposed: u64, clickers: u64, bounds: Bounds) -> (Verdict, Option<u64>) {
        let counts = Counts {
            shown: exposed,
            seen: exposed,
            exposed,
            clickers,
        };
        verdict(counts, bounds)
    }

    #[test]
    fn a_link_is_dead_only_when_its_upper_bound_is_below_the_threshold() {
        let usual = Bounds {
            usual: Some(0.2),
            ..BOUNDS
        };
        let cases = [
            // METRICS.md: 598 without a click show less than 0.5 %.
            (597, 0, BOUNDS, Verdict::Undecided),
            (598, 0, BOUNDS, Verdict::Dead),
            (598, 1, BOUNDS, Verdict::Undecided),
            (3000, 3, BOUNDS, Verdict::Dead),
            (1000, 50, BOUNDS, Verdict::Working),
            (0, 0, BOUNDS, Verdict::Undecided),
            // A fifth of 20 % is 4 %.
            (100, 0, usual, Verdict::Rare),
            (1000, 20, usual, Verdict::Rare),
            (1000, 60, usual, Verdict::Working),
            (1000, 40, usual, Verdict::Undecided),
            (10_000, 5, usual, Verdict::Dead),
        ];
        for (exposed, clickers, bounds, expected) in cases {
            let (found, more) = of(exposed, clickers, bounds);
            assert_eq!(found, expected, "{clickers} of {exposed}");
            assert!(found == Verdict::Undecided || more.is_none());
        }
    }

    #[test]
    fn a_link_that_hardly_anybody_scrolls_to_is_unseen_and_not_dead() {
        let counts = Counts {
            shown: 20_000,
            seen: 700,
            exposed: 700,
            clickers: 0,
        };
        assert_eq!(verdict(counts, BOUNDS).0, Verdict::Unseen);
        // Three of forty might as well be six of a hundred.
        let few = Counts {
            shown: 40,
            seen: 1,
            exposed: 1,
            clickers: 0,
        };
        assert_eq!(verdict(few, BOUNDS).0, Verdict::Undecided);
    }

    #[test]
    fn an_undecided_link_says_how_many_more_decide_it() {
        assert_eq!(of(100, 0, BOUNDS), (Verdict::Undecided, Some(498)));
        for (exposed, clickers) in [(100, 1), (1000, 1), (700, 1)] {
            let people = exposed + of(exposed, clickers, BOUNDS).1.unwrap();
            let share = clickers as f64 / exposed as f64;
            let then = wilson_of_share(share, people as f64, Z_95);
            assert!(by_interval(then.low, then.high, BOUNDS).is_some());
            let before = wilson_of_share(share, (people - 1) as f64, Z_95);
            assert_eq!(by_interval(before.low, before.high, BOUNDS), None);
        }
        // At the threshold itself no number decides.
        assert_eq!(of(1000, 5, BOUNDS), (Verdict::Undecided, None));
    }
}
