//! Hours in which nobody came, by what other days had at the same hours.
//!
//! Pure.

use std::collections::BTreeMap;

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::period::moment_text;

const HOUR_MS: i64 = 3_600_000;
/// Days of which something is known at an hour.
const DAYS: usize = 3;
/// A silence less probable than this is told.
const ALPHA: f64 = 0.001;

/// The visits that began in an hour since 1970.
#[derive(Debug, Clone, Copy, Row, Deserialize)]
pub(super) struct Hour {
    pub(super) hour: i64,
    pub(super) visits: u64,
}

/// A stretch of hours in which no visit began.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Silence {
    /// Its start, RFC 3339 in UTC.
    pub from: String,
    /// How many hours it lasted.
    pub hours: u64,
    /// The visits that other days had at these hours, on the mean.
    pub expected: f64,
    /// How probable one as unlikely is among all hours, with visits as uneven as those of this site.
    pub p_value: f64,
}

/// What an hour of the day usually has.
#[derive(Debug, Clone, Copy, Default)]
struct Usual {
    mean: f64,
    variance: f64,
}

/// The stretches, the least probable first.
///
/// Visits are counts more uneven than Poisson's, by a factor φ, the variance over the mean of the same hours of all days: the
/// probability of none where m are usual is e^(−m/φ), and there are as many chances as hours. Source: quasi-Poisson,
/// McCullagh & Nelder, Generalized Linear Models (1989), 6.2.
#[expect(clippy::cast_precision_loss, reason = "numbers of visits and of hours")]
pub(super) fn silences(hours: &[Hour]) -> Vec<Silence> {
    let (Some(first), Some(last)) = (hours.first(), hours.last()) else {
        return Vec::new();
    };
    let visits: BTreeMap<i64, u64> = hours.iter().map(|hour| (hour.hour, hour.visits)).collect();
    let usual = |of_day: i64| {
        let days = (first.hour..=last.hour).filter(|hour| hour.rem_euclid(24) == of_day);
        let counts: Vec<f64> = days
            .map(|hour| visits.get(&hour).copied().unwrap_or(0) as f64)
            .collect();
        if counts.len() <= DAYS {
            return Usual::default();
        }
        let mean = counts.iter().sum::<f64>() / counts.len() as f64;
        let squares: f64 = counts.iter().map(|count| (count - mean).powi(2)).sum();
        Usual {
            mean,
            variance: squares / (counts.len() - 1) as f64,
        }
    };
    let usual: Vec<Usual> = (0..24).map(usual).collect();
    let sum = |of: fn(&Usual) -> f64| usual.iter().map(of).sum::<f64>();
    let unevenness = (sum(|hour| hour.variance) / sum(|hour| hour.mean)).max(1.0);
    let chances = (last.hour - first.hour + 1) as f64;
    let mut silences = Vec::new();
    for pair in hours.windows(2) {
        let silent = pair[0].hour + 1..pair[1].hour;
        let expected: f64 = silent
            .clone()
            .map(|hour| usual[hour.rem_euclid(24) as usize].mean)
            .sum();
        let p_value = ((-expected / unevenness).exp() * chances).min(1.0);
        if p_value <= ALPHA {
            silences.push(Silence {
                from: moment_text(silent.start * HOUR_MS),
                hours: silent.count() as u64,
                expected,
                p_value,
            });
        }
    }
    silences.sort_by(|one, other| other.expected.total_cmp(&one.expected));
    silences
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten days with so many pagevisits at each hour of the day, but for some hours.
    fn told(visits: u64, silent: std::ops::Range<i64>) -> Vec<Hour> {
        (0..240)
            .filter(|hour| !silent.contains(hour))
            .map(|hour| Hour { hour, visits })
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
        // Where every third day is silent, one more is nothing.
        let uneven: Vec<Hour> = told(30, 0..0)
            .into_iter()
            .filter(|hour| hour.hour / 8 % 3 > 0)
            .collect();
        assert_eq!(silences(&uneven), []);
        assert_eq!(silences(&told(10, 100..100)), []);
        let one_day: Vec<Hour> = told(100, 5..9).into_iter().take(20).collect();
        assert_eq!(silences(&one_day), []);
        assert_eq!(silences(&[]), []);
    }
}
