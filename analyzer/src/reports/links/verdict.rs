//! What is to be thought of a link, by those who saw it and those who clicked it (METRICS.md, Clicks: Link verdicts).
//!
//! Pure. Invariant: what few people saw is undecided, and how many more would decide it is said.

use serde::Serialize;

use crate::statistics::{
    Z_95, exposures_for_bound, incomplete_beta, rate, upper_bound_of_none, wilson, wilson_of_share,
};

/// One-sided, of zero of n.
const ALPHA: f64 = 0.05;
/// Below this share of pageviews it is a fault of the place, not of the link.
pub(crate) const UNSEEN: f64 = 0.05;
/// Of the usual rate of a page's links.
const RARE: f64 = 0.2;
/// A page's usual rate is that of links which so many people saw.
const KNOWN: u64 = 50;
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
    /// It is surely clicked by more than that, by people enough to know.
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
pub struct Bounds {
    /// Below it a link is dead.
    pub dead: f64,
    /// The median rate of its page's links, where enough is known of them.
    pub usual: Option<f64>,
}

impl Bounds {
    fn rare(self) -> Option<f64> {
        self.usual
            .map(|usual| usual * RARE)
            .filter(|rare| *rare > self.dead)
    }
}

/// Counts of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Pageviews it was on.
    pub shown: u64,
    /// Of these those in which it was seen.
    pub seen: u64,
    /// People who saw it.
    pub exposed: u64,
    /// Of these who clicked it.
    pub clickers: u64,
}

/// The median rate of a page's links that enough people saw; the upper one of two.
#[must_use]
pub fn usual_rate(links: impl IntoIterator<Item = Counts>) -> Option<f64> {
    let known = links.into_iter().filter(|link| link.exposed >= KNOWN);
    let mut rates: Vec<f64> = known
        .filter_map(|link| rate(link.clickers, link.exposed))
        .collect();
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied()
}

/// The verdict, and for an undecided link how many more people have to see it, where any number would do.
#[must_use]
pub fn verdict(counts: Counts, bounds: Bounds) -> (Verdict, Option<u64>) {
    if wilson(counts.seen, counts.shown, Z_95).is_some_and(|seen| seen.high < UNSEEN) {
        return (Verdict::Unseen, None);
    }
    match by_rate(counts, bounds) {
        Some(verdict) => (verdict, None),
        None => (Verdict::Undecided, more(counts, bounds)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of people")]
fn by_rate(counts: Counts, bounds: Bounds) -> Option<Verdict> {
    let Counts {
        exposed, clickers, ..
    } = counts;
    match clickers {
        0 if exposed > 0 => below(upper_bound_of_none(exposed, ALPHA), bounds),
        0 => None,
        _ => of_clicked(clickers as f64, exposed as f64, bounds),
    }
}

/// Of a link that somebody clicked; numbers that may be no whole ones.
fn of_clicked(clickers: f64, exposed: f64, bounds: Bounds) -> Option<Verdict> {
    let high = wilson_of_share(clickers / exposed, exposed, Z_95).high;
    below(high, bounds).or_else(|| {
        let bound = bounds.rare().unwrap_or(bounds.dead);
        // Wilson's lower bound takes a single click of a few people for proof, so the exact one is asked (Clopper & Pearson,
        // Biometrika 26 (1934), 404); and of fewer people than make a usual rate nobody knows what is usual.
        let others = exposed - clickers + 1.0;
        let is_above = incomplete_beta(clickers, others, bound) <= ALPHA / 2.0;
        (is_above && exposed >= KNOWN as f64).then_some(Verdict::Working)
    })
}

fn below(high: f64, bounds: Bounds) -> Option<Verdict> {
    if high < bounds.dead {
        Some(Verdict::Dead)
    } else if bounds.rare().is_some_and(|rare| high < rare) {
        Some(Verdict::Rare)
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
    let is_decided = |exposed: f64| of_clicked(share * exposed, exposed, bounds).is_some();
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
            // One of 30 comes of a rate of 0.5 % in one case of seven, three of 60 in one of 300; 49 are too few to know.
            (60, 1, BOUNDS, Verdict::Undecided),
            (60, 3, BOUNDS, Verdict::Working),
            (49, 20, BOUNDS, Verdict::Undecided),
            (50, 50, BOUNDS, Verdict::Working),
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
            let after = |people: f64| of_clicked(share * people, people, BOUNDS);
            assert!(after(people as f64).is_some());
            assert_eq!(after((people - 1) as f64), None);
        }
        // At the threshold itself no number decides.
        assert_eq!(of(1000, 5, BOUNDS), (Verdict::Undecided, None));
    }
}
