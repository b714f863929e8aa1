//! A funnel for each day or week in which its runs began.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Serialize;

use super::request::FunnelRequest;
use super::steps::{FunnelStep, steps};
use super::tally::Tally;
use crate::Error;
use crate::period::day_text;

/// How long a stretch of a trend is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trend {
    /// A day, UTC.
    Day,
    /// A week from Monday on, UTC.
    Week,
}

const DAY_MS: i64 = 86_400_000;
/// 1970 began on a Thursday.
const THURSDAY: i64 = 3;

impl Trend {
    /// The name it is asked for by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    fn days(self) -> i64 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
        }
    }

    /// The number of the first day, since 1970, of the stretch that a time in milliseconds lies in.
    pub(super) fn first_day(self, time: i64) -> i64 {
        let day = time.div_euclid(DAY_MS);
        match self {
            Self::Day => day,
            Self::Week => day - (day + THURSDAY).rem_euclid(7),
        }
    }
}

impl FromStr for Trend {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            _ => Err(Error::usage(
                format!("no trend {text:?}"),
                "write day or week",
            )),
        }
    }
}

/// The runs that began in a day or week.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stretch {
    /// Its first day.
    pub day: String,
    /// The same steps for them alone.
    pub steps: Vec<FunnelStep>,
}

/// So many stretches without anybody are put between two that have somebody.
const LONGEST_GAP: i64 = 400;

/// The stretches in their order, also those between in which nobody began.
pub(super) fn trend(
    request: &FunnelRequest,
    mut tallies: BTreeMap<i64, Tally>,
    names: &[Option<String>],
) -> Vec<Stretch> {
    let Some(trend) = request.trend else {
        return Vec::new();
    };
    let days: Vec<i64> = tallies.keys().copied().collect();
    for pair in days.windows(2) {
        let mut day = pair[0] + trend.days();
        if (pair[1] - day) / trend.days() > LONGEST_GAP {
            continue;
        }
        while day < pair[1] {
            tallies.insert(day, Tally::new(request.steps.len()));
            day += trend.days();
        }
    }
    let stretch = |(day, tally): (i64, Tally)| Stretch {
        day: day_text(day * DAY_MS),
        steps: steps(request, tally, names),
    };
    tallies.into_iter().map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_monday_and_days_at_midnight() {
        // 2026-01-05 is a Monday, the 20,458th day after 1970-01-01.
        let monday = 20_458;
        let cases = [
            (Trend::Day, monday * DAY_MS, monday),
            (Trend::Day, monday * DAY_MS - 1, monday - 1),
            (Trend::Week, monday * DAY_MS, monday),
            (Trend::Week, (monday + 7) * DAY_MS - 1, monday),
            (Trend::Week, monday * DAY_MS - 1, monday - 7),
            (Trend::Week, -1, -3),
        ];
        for (trend, time, day) in cases {
            assert_eq!(trend.first_day(time), day, "{trend:?} {time}");
        }
    }

    #[test]
    fn days_without_anybody_are_told_between_days_with_somebody() {
        let steps = ["event:a", "event:b"].map(|step| step.parse().unwrap());
        let mut request = FunnelRequest::new("shop", steps.into());
        request.trend = Some(Trend::Day);
        let mut tally = Tally::new(2);
        tally.reached = vec![3, 1];
        let tallies = BTreeMap::from([(20_458, tally.clone()), (20_460, tally)]);
        let found: Vec<(String, u64)> = trend(&request, tallies, &[])
            .into_iter()
            .map(|stretch| (stretch.day, stretch.steps[0].visitors))
            .collect();
        let expected = [("2026-01-05", 3), ("2026-01-06", 0), ("2026-01-07", 3)];
        assert_eq!(
            found,
            expected.map(|(day, visitors)| (day.to_owned(), visitors))
        );
    }
}
