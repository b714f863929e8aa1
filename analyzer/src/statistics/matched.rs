//! What those who met something did, against others like them.
//!
//! Invariant: the others count in each stratum as often as those who met it, so that a difference does not come from phones
//! converting less than desktops. It remains an association within strata, which those who read it are told.

use serde::Serialize;

use super::normal::two_sided;
use super::{Interval, Z_95};

/// People of one stratum: those who met it and those who did not, as (converted, all).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pair {
    /// Who met it.
    pub met: (u64, u64),
    /// Who was there and did not.
    pub others: (u64, u64),
}

/// Those who met something against others like them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Matched {
    /// Who met it, in strata that have others.
    pub people: u64,
    /// The share of these who converted.
    pub rate: f64,
    /// What it would have been as the others', stratum by stratum.
    pub others_rate: f64,
    /// Conversions these lost: the rates' difference times the people; below 0 where they did better.
    pub lost: f64,
    /// Interval of `lost`, 95 %.
    pub interval: Interval,
    /// How probable a difference at least as large is where there is none, two-sided.
    pub p_value: f64,
}

/// Below this many conversions expected nothing is said: the normal approximation does not hold.
const FEWEST_EXPECTED: f64 = 5.0;

/// Compares; none where too few conversions are to be expected of those who met it.
///
/// lost = Σ nₛ·(qₛ − pₛ) over strata, with pₛ and qₛ the rates of the two and nₛ who met it, so that the others are
/// standardised to them; its variance Σ nₛ²·(p̃ₛ(1 − p̃ₛ)/nₛ + q̃ₛ(1 − q̃ₛ)/mₛ) with one success and one failure added to each
/// rate. Source: direct standardisation, Rothman, Greenland & Lash, Modern Epidemiology (2008), chapters 3 and 15; the
/// added ones: Agresti & Caffo, Am. Stat. 54 (2000), 280.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
pub fn matched(pairs: &[Pair]) -> Option<Matched> {
    let (mut people, mut converted) = (0, 0);
    let (mut expected, mut variance) = (0.0, 0.0);
    let spread = |(yes, all): (u64, u64)| {
        let all = all as f64 + 2.0;
        let share = (yes as f64 + 1.0) / all;
        share * (1.0 - share) / all
    };
    for pair in pairs {
        if pair.met.1 == 0 || pair.others.1 == 0 {
            continue;
        }
        let count = pair.met.1 as f64;
        people += pair.met.1;
        converted += pair.met.0;
        expected += count * pair.others.0 as f64 / pair.others.1 as f64;
        variance += count * count * (spread(pair.met) + spread(pair.others));
    }
    if expected < FEWEST_EXPECTED {
        return None;
    }
    let lost = expected - converted as f64;
    let deviation = variance.sqrt();
    Some(Matched {
        people,
        rate: converted as f64 / people as f64,
        others_rate: expected / people as f64,
        lost,
        interval: Interval {
            low: lost - Z_95 * deviation,
            high: lost + Z_95 * deviation,
        },
        p_value: two_sided(lost / deviation),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_the_strata_alone_is_no_loss() {
        // Phones convert at 2 %, desktops at 20 %, whether they met it or not; those who met it are on phones.
        let pairs = [
            Pair {
                met: (20, 1_000),
                others: (2, 100),
            },
            Pair {
                met: (20, 100),
                others: (200, 1_000),
            },
        ];
        let found = matched(&pairs).unwrap();
        assert!(found.lost.abs() < 1e-9 && found.p_value > 0.99, "{found:?}");
    }

    #[test]
    fn a_loss_is_counted_in_conversions() {
        let found = matched(&[Pair {
            met: (10, 200),
            others: (200, 1_000),
        }])
        .unwrap();
        // 200 people at 20 % would have been 40.
        assert!((found.lost - 30.0).abs() < 1e-9, "{found:?}");
        assert!(
            found.interval.low > 20.0 && found.interval.high < 40.0,
            "{found:?}"
        );
        assert!(found.p_value < 1e-6);
        assert_eq!(found.people, 200);
    }

    #[test]
    fn few_expected_conversions_say_nothing() {
        let pair = Pair {
            met: (0, 20),
            others: (200, 1_000),
        };
        assert_eq!(matched(&[pair]), None);
        let alone = Pair {
            met: (0, 2_000),
            others: (0, 0),
        };
        assert_eq!(matched(&[alone]), None);
    }
}
