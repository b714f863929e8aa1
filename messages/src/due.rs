//! When a weekly message is due.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// Once a week at an hour of a time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    weekday: Weekday,
    hour: i8,
    zone: TimeZone,
}

/// Why there is no such hour anywhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// Nobody knows the zone.
    #[error("time_zone {0:?} is unknown: write a name such as Europe/Dublin, or UTC")]
    Zone(String),
    /// A day has 24 hours.
    #[error("hour is {0}: write 0 to 23")]
    Hour(i8),
}

impl Schedule {
    /// On that day of the week, at that full hour.
    ///
    /// # Errors
    /// [`ZoneError`].
    pub fn new(weekday: Weekday, hour: i8, zone: &str) -> Result<Self, ZoneError> {
        if !(0..24).contains(&hour) {
            return Err(ZoneError::Hour(hour));
        }
        let zone = TimeZone::get(zone).map_err(|_| ZoneError::Zone(zone.to_owned()))?;
        Ok(Self {
            weekday,
            hour,
            zone,
        })
    }

    /// The zone whose days count.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The last time, up to a moment, at which it was due; none where the calendar ends.
    ///
    /// An hour that the clocks leap over is the one after it; of one that comes twice it is the first.
    #[must_use]
    pub fn latest(&self, now: Timestamp) -> Option<Timestamp> {
        let today = now.to_zoned(self.zone.clone()).date();
        let ago = i64::from(today.weekday().since(self.weekday));
        [ago, ago + 7].into_iter().find_map(|ago| {
            let day = today.checked_sub(ago.days()).ok()?;
            let due = day
                .at(self.hour, 0, 0, 0)
                .to_zoned(self.zone.clone())
                .ok()?;
            (due.timestamp() <= now).then(|| due.timestamp())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_once_a_week_by_the_clock_on_the_wall() {
        let berlin = Schedule::new(Weekday::Monday, 8, "Europe/Berlin").unwrap();
        let sunday = Schedule::new(Weekday::Sunday, 2, "Europe/Berlin").unwrap();
        let cases = [
            // 2026-03-30 is a Monday, a day after the clocks went forward.
            (&berlin, "2026-03-30T05:59:59Z", "2026-03-23T07:00:00Z"),
            (&berlin, "2026-03-30T06:00:00Z", "2026-03-30T06:00:00Z"),
            (&berlin, "2026-04-05T23:00:00Z", "2026-03-30T06:00:00Z"),
            // Two o'clock is leapt over on the 29th of March, and comes twice on the 25th of October.
            (&sunday, "2026-03-29T12:00:00Z", "2026-03-29T01:00:00Z"),
            (&sunday, "2026-10-25T12:00:00Z", "2026-10-25T00:00:00Z"),
        ];
        for (schedule, now, due) in cases {
            let latest = schedule.latest(now.parse().unwrap()).unwrap();
            assert_eq!(latest.to_string(), due, "{now}");
        }
    }

    #[test]
    fn hours_and_zones_that_are_not_there_are_named() {
        let wrong = |hour, zone| {
            Schedule::new(Weekday::Monday, hour, zone)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(wrong(24, "UTC"), "hour is 24: write 0 to 23");
        assert!(wrong(8, "Mars/Olympus").contains("Mars/Olympus"));
    }
}
