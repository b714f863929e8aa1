//! Hours without anything, by what other days had at the same hours.
//!
//! Pure.

use std::collections::BTreeMap;

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::period::moment_text;

const HOUR_MS: i64 = 3_600_000;
/// A stretch in which fewer pageviews were to be expected is no silence: real traffic comes in bursts, so that Poisson's e⁻²⁰
/// is not what it seems.
const FEWEST: f64 = 20.0;
/// Other days at the same hour of which something is known.
const DAYS: usize = 3;

/// The pageviews of an hour since 1970.
#[derive(Debug, Clone, Copy, Row, Deserialize)]
pub(super) struct Hour {
    pub(super) hour: i64,
    pub(super) views: u64,
}

/// A stretch of hours without any pageview.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Silence {
    /// Its start, RFC 3339 in UTC.
    pub from: String,
    /// How many hours it lasted.
    pub hours: u64,
    /// The pageviews that other days had at these hours, on the mean.
    pub expected: f64,
}

/// The stretches, those with most to be expected first.
#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of pageviews and of days"
)]
pub(super) fn silences(hours: &[Hour]) -> Vec<Silence> {
    let (Some(first), Some(last)) = (hours.first(), hours.last()) else {
        return Vec::new();
    };
    let views: BTreeMap<i64, u64> = hours.iter().map(|hour| (hour.hour, hour.views)).collect();
    // The mean of all days at an hour of the day, of the silent ones too: that makes it less, not more.
    let usual = |hour: i64| {
        let of_day = hour.rem_euclid(24);
        let days: Vec<i64> = (first.hour..=last.hour)
            .filter(|other| other.rem_euclid(24) == of_day)
            .collect();
        let all: u64 = days.iter().filter_map(|day| views.get(day)).sum();
        match days.len() > DAYS {
            true => all as f64 / days.len() as f64,
            false => 0.0,
        }
    };
    let usual: Vec<f64> = (0..24).map(usual).collect();
    let mut silences = Vec::new();
    for pair in hours.windows(2) {
        let silent = pair[0].hour + 1..pair[1].hour;
        let expected: f64 = silent
            .clone()
            .map(|hour| usual[hour.rem_euclid(24) as usize])
            .sum();
        if expected >= FEWEST {
            silences.push(Silence {
                from: moment_text(silent.start * HOUR_MS),
                hours: silent.count() as u64,
                expected,
            });
        }
    }
    silences.sort_by(|one, other| other.expected.total_cmp(&one.expected));
    silences
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten days with so many pageviews at each hour of the day, but for some hours.
    fn told(views: u64, silent: std::ops::Range<i64>) -> Vec<Hour> {
        (0..240)
            .filter(|hour| !silent.contains(hour))
            .map(|hour| Hour { hour, views })
            .collect()
    }

    #[test]
    fn hours_in_which_many_should_have_come_are_a_silence() {
        let found = silences(&told(10, 100..106));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].hours, &*found[0].from),
            (6, "1970-01-05T04:00:00Z")
        );
        assert!((found[0].expected - 54.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn quiet_sites_and_single_days_have_none() {
        assert_eq!(silences(&told(1, 100..106)), []);
        assert_eq!(silences(&told(10, 100..100)), []);
        let one_day: Vec<Hour> = told(100, 5..9).into_iter().take(20).collect();
        assert_eq!(silences(&one_day), []);
        assert_eq!(silences(&[]), []);
    }
}
