//! The stretch of time a report is asked for.
//!
//! All times are UTC. Days and moments are inclusive at both ends, as people mean them; the engine is given half-open
//! bounds in milliseconds.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::Error;

/// A day or a moment, as given with `--from` or `--to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A whole day, UTC.
    Day(Date),
    /// One moment.
    Time(Timestamp),
}

const DAY_MS: i64 = 86_400_000;

impl Moment {
    /// The first millisecond in it.
    fn first(self) -> i64 {
        match self {
            Self::Day(day) => midnight(day),
            Self::Time(time) => time.as_millisecond(),
        }
    }

    /// The first millisecond after it.
    fn after(self) -> i64 {
        match self {
            Self::Day(day) => midnight(day).saturating_add(DAY_MS),
            Self::Time(time) => time.as_millisecond().saturating_add(1),
        }
    }
}

fn midnight(day: Date) -> i64 {
    day.to_zoned(TimeZone::UTC)
        .map_or(0, |zoned| zoned.timestamp().as_millisecond())
}

impl FromStr for Moment {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let trimmed = text.trim();
        let moment = if trimmed.contains(['T', 't', ' ']) {
            let zoned = trimmed.parse::<Timestamp>().ok();
            let plain = || {
                trimmed
                    .parse::<DateTime>()
                    .ok()?
                    .to_zoned(TimeZone::UTC)
                    .ok()
            };
            zoned.or_else(|| Some(plain()?.timestamp())).map(Self::Time)
        } else {
            trimmed.parse::<Date>().ok().map(Self::Day)
        };
        moment.filter(|moment| (1900..=2200).contains(&moment.year())).ok_or_else(|| {
            Error::usage(
                format!("no date {text:?}"),
                "write a day such as 2026-03-31 or a moment such as 2026-03-31T12:00:00Z, from 1900 to 2200",
            )
        })
    }
}

impl Moment {
    fn year(self) -> i16 {
        match self {
            Self::Day(day) => day.year(),
            Self::Time(time) => time.to_zoned(TimeZone::UTC).year(),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Time(time) => write!(f, "{time}"),
        }
    }
}

/// The stretch a report is asked for; an end that is not given is open, so that the default covers all data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    from: Option<Moment>,
    to: Option<Moment>,
}

impl Period {
    /// From the start of `from` to the end of `to`.
    ///
    /// # Errors
    /// [`Error::Usage`] when it would end before it starts.
    pub fn new(from: Option<Moment>, to: Option<Moment>) -> Result<Self, Error> {
        if let (Some(start), Some(end)) = (from, to)
            && start.first() >= end.after()
        {
            return Err(Error::usage(
                format!("the period from {start} to {end} ends before it starts"),
                "exchange --from and --to",
            ));
        }
        Ok(Self { from, to })
    }

    /// All data there is.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Whether neither end was given.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// From one moment until right before another, in milliseconds since 1970.
    pub(crate) fn between(start: i64, end: i64) -> Self {
        let moment = |at| Timestamp::from_millisecond(at).ok().map(Moment::Time);
        Self {
            from: moment(start),
            to: moment(end - 1),
        }
    }

    /// The stretch of the same length right before, of a period with both ends.
    pub(crate) fn before(&self) -> Option<Self> {
        let (start, end) = (self.start()?, self.end()?);
        let moment = |at| Timestamp::from_millisecond(at).ok().map(Moment::Time);
        Some(Self {
            from: moment(start.checked_sub(end - start)?),
            to: moment(start - 1),
        })
    }

    /// As options of a command: ` --from 2026-01-31 --to 2026-02-28`.
    #[must_use]
    pub fn options(&self) -> String {
        let bound = |name: &str, moment: Option<Moment>| {
            moment.map_or_else(String::new, |moment| format!(" --{name} {moment}"))
        };
        bound("from", self.from) + &bound("to", self.to)
    }

    /// The first millisecond since 1970 within, if bounded.
    pub(crate) fn start(&self) -> Option<i64> {
        self.from.map(Moment::first)
    }

    /// The first millisecond since 1970 after the period, if bounded.
    pub(crate) fn end(&self) -> Option<i64> {
        self.to.map(Moment::after)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (None, None) => write!(f, "at any time"),
            (Some(from), None) => write!(f, "from {from} on"),
            (None, Some(to)) => write!(f, "until {to}"),
            (Some(from), Some(to)) if from == to => write!(f, "on {from}"),
            (Some(from), Some(to)) => write!(f, "from {from} to {to}"),
        }
    }
}

/// Milliseconds since 1970 as an RFC 3339 moment in UTC.
pub(crate) fn moment_text(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| String::new(), |time| time.to_string())
}

/// Milliseconds since 1970 as a day in UTC.
pub(crate) fn day_text(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).map_or_else(
        |_| String::new(),
        |time| time.to_zoned(TimeZone::UTC).date().to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_before_is_as_long_and_ends_where_the_other_starts() {
        let week = period("1970-01-08", "1970-01-14").unwrap();
        let before = week.before().unwrap();
        assert_eq!((before.start(), before.end()), (Some(0), Some(7 * DAY_MS)));
        assert_eq!(period("1970-01-08", "").unwrap().before(), None);
    }

    fn period(from: &str, to: &str) -> Result<Period, Error> {
        let moment = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        Period::new(moment(from), moment(to))
    }

    #[test]
    fn days_and_moments_are_inclusive() {
        let cases = [
            ("1970-01-02", "1970-01-02", Some(DAY_MS), Some(2 * DAY_MS)),
            (
                "1970-01-02T00:00:01Z",
                "1970-01-02T00:00:01Z",
                Some(DAY_MS + 1000),
                Some(DAY_MS + 1001),
            ),
            (
                "1970-01-02T01:00:00+01:00",
                "1970-01-02 00:00",
                Some(DAY_MS),
                Some(DAY_MS + 1),
            ),
            (
                "1970-01-02",
                "1970-01-02T12:00:00",
                Some(DAY_MS),
                Some(DAY_MS + DAY_MS / 2 + 1),
            ),
            ("", "1970-01-01", None, Some(DAY_MS)),
        ];
        for (from, to, start, end) in cases {
            let period = period(from, to).unwrap();
            assert_eq!((period.start(), period.end()), (start, end), "{from} {to}");
        }
    }

    #[test]
    fn a_period_that_ends_before_it_starts_is_refused() {
        let error = period("2026-02-01", "2026-01-31").unwrap_err().to_string();
        assert_eq!(
            error,
            "the period from 2026-02-01 to 2026-01-31 ends before it starts: exchange --from and --to"
        );
        assert!(period("2026-02-01T12:00:00Z", "2026-02-01T11:00:00Z").is_err());
        assert!(period("2026-02-01T12:00:00Z", "2026-02-01").is_ok());
    }

    #[test]
    fn what_is_no_date_says_how_to_write_one() {
        for text in [
            "",
            "yesterday",
            "2026-02-30",
            "2026-13-01",
            "31.12.2026",
            "9999-01-01",
            "2026-01-01T25:00",
        ] {
            let error = text.parse::<Moment>().unwrap_err().to_string();
            assert!(error.contains("such as 2026-03-31"), "{text}: {error}");
        }
    }
}
