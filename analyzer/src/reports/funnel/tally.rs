//! What is counted of the runs of many people: who came how far, how long it took, what it was worth.

use std::collections::BTreeMap;

use super::people::Person;
use crate::walk::{Plan, Served};

/// Counts of one group of people. Sums do not depend on the order of people but for the last bits of money.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    /// How many came to each step.
    pub(super) reached: Vec<u64>,
    /// For each step the times from the step before it in a run, in milliseconds.
    pub(super) waits: Vec<Vec<i64>>,
    /// For each step what its events were worth, by currency.
    pub(super) worth: Vec<BTreeMap<String, f64>>,
}

impl Tally {
    pub(super) fn new(steps: usize) -> Self {
        Self {
            reached: vec![0; steps],
            waits: vec![Vec::new(); steps],
            worth: vec![BTreeMap::new(); steps],
        }
    }

    /// Adds what was counted of other people.
    pub(super) fn join(&mut self, other: Self) {
        for (own, reached) in self.reached.iter_mut().zip(other.reached) {
            *own += reached;
        }
        for (own, mut waits) in self.waits.iter_mut().zip(other.waits) {
            own.append(&mut waits);
        }
        for (own, worth) in self.worth.iter_mut().zip(other.worth) {
            for (currency, amount) in worth {
                *own.entry(currency).or_default() += amount;
            }
        }
    }

    /// Someone who did the first step, whenever that was.
    pub(super) fn add_first(&mut self) {
        if let Some(first) = self.reached.first_mut() {
            *first += 1;
        }
    }

    /// Someone's run; an empty one is no one's.
    pub(super) fn add(&mut self, plan: &Plan, run: &[Served], person: &Person) {
        let Some(last) = run.last() else {
            return;
        };
        for step in 1..=last.step {
            // A required step before the last was done, or the last would not have been.
            if plan.optional & (1 << (step - 1)) == 0 {
                self.reached[step - 1] += 1;
            }
        }
        let mut before = None;
        for served in run {
            let at = served.step - 1;
            if plan.optional & (1 << at) != 0 {
                self.reached[at] += 1;
            }
            let time = person.events[served.event].time;
            if let Some(before) = before.replace(time) {
                self.waits[at].push(time - before);
            }
            if let Some((currency, amount)) = person.worth(served.event) {
                *self.worth[at].entry(currency.to_owned()).or_default() += amount;
            }
        }
    }
}

/// The mean of times in milliseconds, in seconds.
#[expect(
    clippy::cast_precision_loss,
    reason = "sums of milliseconds of a funnel stay far below 2^53"
)]
pub(super) fn mean_seconds(waits: &[i64]) -> Option<f64> {
    (!waits.is_empty()).then(|| waits.iter().sum::<i64>() as f64 / waits.len() as f64 / 1000.0)
}

/// The time below which a share of the times lies, in seconds, between neighbours linear (type 7 of R); moves them about.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in a list, and milliseconds of at most 90 days"
)]
pub(super) fn quantile_seconds(waits: &mut [i64], share: f64) -> Option<f64> {
    let place = share * waits.len().checked_sub(1)? as f64;
    let (low, part) = (place.floor() as usize, place.fract());
    let (_, low, above) = waits.select_nth_unstable(low);
    let high = above.iter().min().unwrap_or(low);
    Some((*low as f64 + (high - *low) as f64 * part) / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        let cases: [(&[i64], f64, Option<f64>); 6] = [
            (&[], 0.5, None),
            (&[3000], 0.9, Some(3.0)),
            (&[1000, 2000], 0.5, Some(1.5)),
            (&[20_000, 0, 10_000], 0.5, Some(10.0)),
            (&[0, 10_000, 20_000], 0.5, Some(10.0)),
            (&[0, 10_000, 20_000], 0.9, Some(18.0)),
        ];
        for (waits, share, expected) in cases {
            let found = quantile_seconds(&mut waits.to_vec(), share);
            assert_eq!(found, expected, "{waits:?}");
        }
        assert_eq!(mean_seconds(&[1000, 2000]), Some(1.5));
        assert_eq!(mean_seconds(&[]), None);
    }
}
