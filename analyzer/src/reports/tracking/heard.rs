//! Whether a site tells of itself now: how long nothing came, against what usually comes at such hours of the week.
//!
//! Invariant: whoever looks all the time for a year at a site whose visits are as uneven as those of the last four weeks sees
//! a silence with a probability of at most [`YEARLY`]. Of a site of less than two weeks nothing is said.

use std::collections::BTreeMap;

use serde::Serialize;
use snag_store::Store;

use super::HOURS_SQL;
use super::silences::Hour;
use crate::Error;
use crate::condition::Bindings;
use crate::period::Period;
use crate::reports::coverage::{Coverage, coverage};
use crate::reports::span::Span;

const HOUR_MS: i64 = 3_600_000;
/// Hours of a week.
const WEEK: i64 = 168;
/// Weeks that tell what is usual, at most and at least.
const WEEKS: i64 = 4;
const FEWEST_WEEKS: i64 = 2;
/// The probability of a false alarm of a site in a year.
const YEARLY: f64 = 0.05;
/// What is shorter is no silence, however many come to a site, and is not looked at.
const SHORTEST_MS: i64 = 5 * 60_000;
/// Weeks of a year.
const WEEKS_A_YEAR: f64 = 365.25 / 7.0;

/// What was heard of a site last.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Heard {
    /// The last event, in milliseconds since 1970.
    pub last_ms: i64,
    /// Visits that usually begin in a time like that since then.
    pub expected: f64,
    /// How many silences like this one, or longer, a year has by chance; absent where too little is known, or it is short.
    pub yearly: Option<f64>,
}

impl Heard {
    /// Whether somebody should look.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        self.yearly.is_some_and(|yearly| yearly <= YEARLY)
    }
}

/// Looks, at a moment in milliseconds since 1970; none of a store without events.
///
/// # Errors
/// [`Error::UnknownSite`], [`Error::Store`].
pub async fn heard(store: &Store, site: &str, now: i64) -> Result<Option<Heard>, Error> {
    let Some(known) = coverage(store, site).await? else {
        return Ok(None);
    };
    let last = known.last_ms.min(now);
    Ok(Some(between(store, site, known, last, now).await?))
}

/// Looks back at a time without events that is over; none of a store without events.
///
/// # Errors
/// [`Error::UnknownSite`], [`Error::Store`].
pub async fn silence(
    store: &Store,
    site: &str,
    since: i64,
    until: i64,
) -> Result<Option<Heard>, Error> {
    let Some(known) = coverage(store, site).await? else {
        return Ok(None);
    };
    Ok(Some(between(store, site, known, since, until).await?))
}

async fn between(
    store: &Store,
    site: &str,
    known: Coverage,
    last: i64,
    now: i64,
) -> Result<Heard, Error> {
    let first_hour = known.first_ms.div_euclid(HOUR_MS) + 1;
    // What is usual is told by the time before the silence, in whole weeks.
    let end = last.div_euclid(HOUR_MS);
    let weeks = ((end - first_hour) / WEEK).min(WEEKS);
    if weeks < FEWEST_WEEKS || now - last < SHORTEST_MS {
        return Ok(Heard {
            last_ms: last,
            expected: 0.0,
            yearly: None,
        });
    }
    let start = end - weeks * WEEK;
    let span = Span {
        site: site.to_owned(),
        period: Period::between(start * HOUR_MS, end * HOUR_MS),
        filters: Vec::new(),
        limit: 1,
    };
    let hours: Vec<Hour> = span
        .query_with(store, HOURS_SQL, &span.period, Bindings::default())
        .fetch_all()
        .await?;
    Ok(judged(&hours, start, weeks, last, now))
}

/// The silence from `last` to `now` against the hours of so many weeks from `start` on.
///
/// Visits are counts more uneven than Poisson's by a factor φ, Pearson's χ² over the degrees of freedom with a mean for each
/// hour of the week: the probability that none comes where m are usual is e^(−m/φ). A silence may begin behind every visit,
/// so a year has as many chances as visits, over φ, since they come in such bunches. Source: quasi-Poisson, McCullagh &
/// Nelder, Generalized Linear Models (1989), 6.2; the union bound over visits.
#[expect(clippy::cast_precision_loss, reason = "numbers of visits and of hours")]
fn judged(hours: &[Hour], start: i64, weeks: i64, last: i64, now: i64) -> Heard {
    let visits: BTreeMap<i64, u64> = hours.iter().map(|hour| (hour.hour, hour.visits)).collect();
    let at = |hour: i64| visits.get(&hour).copied().unwrap_or(0) as f64;
    // By the hour of the week, counted from the start.
    let of_week = |slot: i64| (0..weeks).map(move |week| start + slot + week * WEEK);
    let means: Vec<f64> = (0..WEEK)
        .map(|slot| of_week(slot).map(at).sum::<f64>() / weeks as f64)
        .collect();
    let (mut squares, mut slots) = (0.0, 0);
    for (slot, mean) in (0..).zip(&means).filter(|(_, mean)| **mean > 0.0) {
        squares += of_week(slot)
            .map(|hour| (at(hour) - mean).powi(2) / mean)
            .sum::<f64>();
        slots += 1;
    }
    let freedom = (slots * (weeks - 1)).max(1) as f64;
    let unevenness = (squares / freedom).max(1.0);
    let expected: f64 = (last.div_euclid(HOUR_MS)..=now.div_euclid(HOUR_MS))
        .map(|hour| {
            let from = last.max(hour * HOUR_MS);
            let to = now.min((hour + 1) * HOUR_MS);
            let mean = means.get((hour - start).rem_euclid(WEEK) as usize);
            mean.copied().unwrap_or(0.0) * (to - from).max(0) as f64 / HOUR_MS as f64
        })
        .sum();
    let chances = means.iter().sum::<f64>() * WEEKS_A_YEAR / unevenness;
    Heard {
        last_ms: last,
        expected,
        yearly: Some(chances * (-expected / unevenness).exp()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four weeks with so many visits an hour by day and by night, and none at weekends if so.
    fn weeks(day: u64, night: u64, has_weekends: bool) -> Vec<Hour> {
        (0..WEEKS * WEEK)
            .map(|hour| {
                let is_day = (8..20).contains(&(hour % 24));
                let is_off = !has_weekends && hour % WEEK >= 120;
                let visits = if is_day { day } else { night };
                Hour {
                    hour,
                    visits: if is_off { 0 } else { visits },
                }
            })
            .filter(|hour| hour.visits > 0)
            .collect()
    }

    fn after(hours: &[Hour], from: i64, minutes: i64) -> Heard {
        let last = (WEEKS * WEEK + from) * HOUR_MS;
        judged(hours, 0, WEEKS, last, last + minutes * 60_000)
    }

    #[test]
    fn a_busy_site_is_missed_within_minutes_and_a_quiet_one_within_hours() {
        // A year has 50 · 84 + 10 · 84 visits a week, 262,980; ln(262,980 / 0.05) = 15.5 are to be expected.
        let busy = weeks(50, 10, true);
        assert!(!after(&busy, 10, 18).is_silence());
        assert!(after(&busy, 10, 19).is_silence());
        assert!(!after(&busy, 0, 92).is_silence());
        assert!(after(&busy, 0, 94).is_silence());
        assert!((after(&busy, 10, 18).expected - 15.0).abs() < 1e-9);
        let quiet = weeks(1, 0, true);
        assert!(!after(&quiet, 8, 11 * 60).is_silence());
        assert!(after(&quiet, 8, 48 * 60).is_silence());
    }

    #[test]
    fn weekends_on_which_nobody_ever_comes_are_no_silence() {
        let office = weeks(50, 10, false);
        assert!(!after(&office, 120, 48 * 60).is_silence());
        assert!(after(&office, 120, 48 * 60 + 100).is_silence());
    }

    #[test]
    fn visits_that_come_in_bunches_are_waited_for_longer() {
        let bunches: Vec<Hour> = weeks(50, 10, true)
            .into_iter()
            .filter(|hour| hour.hour / 24 % 2 == 0)
            .map(|hour| Hour {
                visits: hour.visits * 2,
                ..hour
            })
            .collect();
        assert!(!after(&bunches, 10, 300).is_silence());
    }
}
