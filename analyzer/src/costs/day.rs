//! Days as exports write them: `2026-08-31`, `31.08.2026`, `Aug 31, 2026`, `8/31/2026`.
//!
//! Invariant: whether the day or the month stands first in `3/4/2026` is a matter of the whole file, and never guessed.

use jiff::civil::Date;

/// A day as far as its own text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    Known(Date),
    /// Two numbers of which one is the day and one the month, and the year.
    Either(i8, i8, i16),
}

/// What stands first in days of two numbers and a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    Day,
    Month,
}

const YEARS: std::ops::RangeInclusive<i16> = 1970..=2148;

impl Day {
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        // A time behind the day says nothing more.
        let head = text.get(..10).filter(|_| {
            let rest = text.as_bytes().get(10);
            matches!(rest, None | Some(b'T' | b' '))
        });
        if let Some(date) = head.and_then(|head| head.parse::<Date>().ok()) {
            return Self::known(date);
        }
        for form in [
            "%Y%m%d",
            "%d.%m.%Y",
            "%Y/%m/%d",
            "%b %d, %Y",
            "%d %b %Y",
            "%B %d, %Y",
            "%d %B %Y",
        ] {
            if let Ok(date) = Date::strptime(form, text) {
                return Self::known(date);
            }
        }
        let mut parts = text.split(['/', '-']);
        let (one, other) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
        let day = Self::Either(one, other, year);
        let is_possible = [First::Day, First::Month]
            .into_iter()
            .any(|first| day.date(first).is_some());
        (parts.next().is_none() && is_possible).then_some(day)
    }

    fn known(date: Date) -> Option<Self> {
        YEARS.contains(&date.year()).then_some(Self::Known(date))
    }

    /// What has to stand first for it to be a day at all.
    pub(super) fn needs(self) -> Option<First> {
        match self {
            Self::Known(_) => None,
            Self::Either(one, ..) if one > 12 => Some(First::Day),
            Self::Either(_, other, _) if other > 12 => Some(First::Month),
            // The same either way.
            Self::Either(..) => None,
        }
    }

    /// Whether it is another day the other way round.
    pub(super) fn is_unclear(self) -> bool {
        matches!(self, Self::Either(one, other, _) if one <= 12 && other <= 12 && one != other)
    }

    pub(super) fn date(self, first: First) -> Option<Date> {
        let date = match (self, first) {
            (Self::Known(date), _) => return Some(date),
            (Self::Either(day, month, year), First::Day)
            | (Self::Either(month, day, year), First::Month) => Date::new(year, month, day),
        };
        date.ok().filter(|date| YEARS.contains(&date.year()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_all_spellings_are_read() {
        let expected = Date::new(2026, 8, 31).unwrap();
        for text in [
            "2026-08-31",
            "2026-08-31T00:00:00",
            "2026-08-31 00:00",
            "20260831",
            "31.08.2026",
            "2026/08/31",
            "Aug 31, 2026",
            "31 Aug 2026",
            "August 31, 2026",
        ] {
            assert_eq!(Day::read(text), Some(Day::Known(expected)), "{text}");
        }
        for (text, first) in [("8/31/2026", First::Month), ("31-08-2026", First::Day)] {
            let day = Day::read(text).unwrap();
            assert_eq!(
                (day.needs(), day.date(first)),
                (Some(first), Some(expected)),
                "{text}"
            );
        }
        let unclear = Day::read("3/4/2026").unwrap();
        assert_eq!((unclear.needs(), unclear.is_unclear()), (None, true));
        assert!(!Day::read("4/4/2026").unwrap().is_unclear());
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in [
            "",
            "--",
            "Total",
            "2026",
            "2026-02-30",
            "13/13/2026",
            "8/31/26",
            "1/2/3/2026",
            "1899-01-01",
        ] {
            assert_eq!(Day::read(text), None, "{text}");
        }
    }
}
