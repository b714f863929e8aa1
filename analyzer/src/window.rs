//! The conversion window: how long a run through a funnel may take from its first step.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::Error;

/// A length of time of at least one second, whole seconds; written `300s`, `30m`, `12h`, `14d` or `2w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window(u32);

const UNITS: [(char, u32); 5] = [
    ('w', 604_800),
    ('d', 86_400),
    ('h', 3_600),
    ('m', 60),
    ('s', 1),
];
/// What happens months later has other reasons.
const LONGEST: u32 = 90 * 86_400;
const MEND: &str = "write a number and a unit, such as 300s, 30m, 12h or 14d, from 1s to 90d";

impl Window {
    /// Whole seconds.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0
    }

    pub(crate) fn milliseconds(self) -> i64 {
        i64::from(self.0) * 1000
    }
}

impl Default for Window {
    /// 14 days.
    fn default() -> Self {
        Self(14 * 86_400)
    }
}

impl TryFrom<Duration> for Window {
    type Error = Error;

    fn try_from(duration: Duration) -> Result<Self, Error> {
        u32::try_from(duration.as_secs())
            .ok()
            .filter(|seconds| (1..=LONGEST).contains(seconds) && duration.subsec_nanos() == 0)
            .map(Self)
            .ok_or_else(|| Error::usage(format!("no window of {duration:?}"), MEND))
    }
}

impl FromStr for Window {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::usage(format!("no window {text:?}"), MEND);
        let trimmed = text.trim();
        let (number, factor) = UNITS
            .iter()
            .find_map(|(unit, factor)| Some((trimmed.strip_suffix(*unit)?, *factor)))
            .ok_or_else(wrong)?;
        let seconds = number
            .trim_end()
            .parse::<u32>()
            .ok()
            .and_then(|number| number.checked_mul(factor));
        match seconds {
            Some(seconds @ 1..=LONGEST) => Ok(Self(seconds)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, factor) = UNITS[1..]
            .iter()
            .find(|(_, factor)| self.0.is_multiple_of(*factor))
            .unwrap_or(&('s', 1));
        write!(f, "{}{unit}", self.0 / factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_a_number_and_a_unit() {
        let cases = [
            ("300s", 300, "5m"),
            ("90s", 90, "90s"),
            ("30m", 1_800, "30m"),
            ("24h", 86_400, "1d"),
            ("14d", 1_209_600, "14d"),
            ("2w", 1_209_600, "14d"),
            (" 5 m ", 300, "5m"),
        ];
        for (text, seconds, shown) in cases {
            let window: Window = text.parse().unwrap();
            assert_eq!(
                (window.seconds(), window.to_string().as_str()),
                (seconds, shown),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_window_says_how_to_write_one() {
        for text in [
            "",
            "30",
            "m",
            "0s",
            "-5m",
            "1.5h",
            "30min",
            "99999999w",
            "91d",
        ] {
            let error = text.parse::<Window>().unwrap_err().to_string();
            assert!(error.contains("such as 300s"), "{text}: {error}");
        }
    }

    #[test]
    fn durations_become_windows_where_they_are_whole_seconds() {
        assert_eq!(
            Window::try_from(Duration::from_secs(60)).unwrap().seconds(),
            60
        );
        assert!(Window::try_from(Duration::from_millis(1500)).is_err());
        assert!(Window::try_from(Duration::ZERO).is_err());
    }
}
