//! Stretches of days in which a rate was not what it usually is.
//!
//! Pure. Invariant: whoever looks each day for a year at all rates of a site that do not change sees a stretch begin with a
//! probability of at most [`YEARLY`], as far as days are as uneven as those before them.

use serde::Serialize;

use crate::statistics::{Shift, Usual};

/// The probability of a false alarm of a site in a year.
pub const YEARLY: f64 = 0.05;
/// Looks of a year.
const LOOKS: f64 = 366.0;
/// Days that are taken together: one shows what broke overnight, fourteen what a small site could not show in one.
const WINDOWS: [usize; 4] = [1, 3, 7, 14];
/// Days that tell what is usual.
const BEFORE: usize = 28;
/// A change of less than this part of the rate is told to nobody, however sure.
const MARGIN: f64 = 0.1;
/// A day is as usual where one as far away comes up by itself more often than this.
const CALM: f64 = 0.05;
/// So many days in a row that are as usual end a stretch.
const CALM_DAYS: usize = 3;
/// What lasted so long has become usual.
const LONGEST: usize = BEFORE;

/// How many days have to be known for the last one to be judged as if all were.
pub(super) const DAYS: usize = BEFORE + LONGEST + 14;

/// A stretch in which a rate was not what it usually is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Episode {
    /// The place, among the days given, of the day on which it showed.
    pub day: usize,
    /// How many days up to that one showed it.
    pub window: usize,
    /// These days against those before them.
    pub shift: Shift,
    /// The place of the day that ended it.
    pub end: Option<usize>,
}

/// The probability that one look at a rate alarms where nothing changed, of so many rates of a site.
///
/// Source: the union bound (Bonferroni), which holds however looks hang together, as they do: each shares days with others. A
/// sequential test is no help here, for it knows one comparison that grows, not one that forgets.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "numbers of rates")]
pub fn alpha(rates: usize) -> f64 {
    YEARLY / (LOOKS * WINDOWS.len() as f64 * rates.max(1) as f64)
}

/// The stretches among days of (conversions, people), in their order.
///
/// What is usual is that of the days before a stretch for as long as it lasts, lest it become its own measure; and behind it
/// neither do its days count nor any before a level that has become usual, lest one cause be seen twice.
#[must_use]
pub fn episodes(days: &[(u64, u64)], alpha: f64) -> Vec<Episode> {
    let mut found: Vec<Episode> = Vec::new();
    let mut open: Option<(Usual, usize)> = None;
    let mut past = Past {
        days,
        is_out: vec![false; days.len()],
        first: 0,
    };
    for (at, day) in days.iter().enumerate() {
        let (Some((usual, calm)), Some(last)) = (&mut open, found.last_mut()) else {
            if let Some((usual, episode)) = past.begins(at, alpha) {
                found.push(episode);
                open = Some((usual, 0));
            }
            continue;
        };
        match usual.against(*day, CALM) {
            Some(shift) if shift.p_value > CALM => *calm += 1,
            Some(_) => *calm = 0,
            None => {}
        }
        let began = last.day + 1 - last.window;
        if *calm == CALM_DAYS {
            past.first = at + 1 - CALM_DAYS;
            past.is_out[began..past.first].fill(true);
        } else if at - last.day >= LONGEST {
            past.first = at + 1;
            past.is_out[..=last.day].fill(true);
        } else {
            continue;
        }
        last.end = Some(at);
        open = None;
    }
    found
}

/// The days so far, and which of them count.
struct Past<'a> {
    days: &'a [(u64, u64)],
    /// Whether a day tells nothing of what is usual.
    is_out: Vec<bool>,
    /// The first day that may be part of a new stretch.
    first: usize,
}

impl Past<'_> {
    /// The stretch that shows on a day.
    fn begins(&self, at: usize, alpha: f64) -> Option<(Usual, Episode)> {
        WINDOWS.into_iter().find_map(|window| {
            let start = (at + 1).checked_sub(window)?;
            if start < self.first {
                return None;
            }
            let before = (0..start).rev().filter(|day| !self.is_out[*day]);
            let before: Vec<(u64, u64)> = before.take(BEFORE).map(|day| self.days[day]).collect();
            let usual = Usual::of(&before)?;
            let sum = self.days[start..=at]
                .iter()
                .fold((0, 0), |sum, day| (sum.0 + day.0, sum.1 + day.1));
            let shift = usual.against(sum, alpha)?;
            let matters = (shift.rate / shift.usual - 1.0).abs() >= MARGIN;
            (matters && shift.p_value <= alpha).then_some((
                usual,
                Episode {
                    day: at,
                    window,
                    shift,
                    end: None,
                },
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days at one rate, then at another, then at the first again.
    fn days(rates: &[(usize, u64)]) -> Vec<(u64, u64)> {
        let part = |(days, part): &(usize, u64)| vec![(*part, 1_000); *days];
        rates.iter().flat_map(part).collect()
    }

    #[test]
    fn a_rate_that_falls_is_told_once_and_ends_when_it_is_back() {
        let found = episodes(&days(&[(30, 100), (10, 40), (40, 100)]), alpha(1));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].day, found[0].window), (30, 1));
        assert!(found[0].shift.rate < found[0].shift.interval.low);
        // Three days of the old rate.
        assert_eq!(found[0].end, Some(42));
    }

    #[test]
    fn what_a_day_cannot_show_a_week_does() {
        let found = episodes(&days(&[(30, 100), (10, 75)]), alpha(1));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].window > 1 && found[0].day > 30, "{found:?}");
        assert_eq!(found[0].end, None);
    }

    #[test]
    fn a_rate_that_stays_elsewhere_is_the_usual_one_after_four_weeks() {
        let found = episodes(&days(&[(30, 100), (70, 30)]), alpha(1));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].end, Some(found[0].day + LONGEST));
        // Back from there it is another cause.
        let found = episodes(&days(&[(30, 100), (40, 30), (5, 100)]), alpha(1));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].shift.rate > found[1].shift.usual, "{found:?}");
    }

    #[test]
    fn small_changes_and_days_without_anybody_alarm_nobody() {
        let many: Vec<(u64, u64)> = (0..60)
            .map(|day| (if day < 30 { 100_000 } else { 92_000 }, 1_000_000))
            .collect();
        assert_eq!(episodes(&many, alpha(1)), []);
        let mut gap = days(&[(40, 100)]);
        gap[35] = (0, 0);
        assert_eq!(episodes(&gap, alpha(1)), []);
        assert_eq!(episodes(&days(&[(10, 100), (5, 0)]), alpha(1)), []);
        assert_eq!(episodes(&[], alpha(1)), []);
    }
}
