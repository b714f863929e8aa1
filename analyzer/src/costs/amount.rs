//! Amounts of money as exports write them: `1,234.50`, `1.234,50`, `€12`.
//!
//! Invariant: an amount is exact, in billionths, so that sums do not depend on their order. Which sign is the decimal one is
//! a matter of the whole file; one that has both is refused by who reads it.

use std::iter::Sum;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// Decimals that are kept; further ones are rounded.
const DECIMALS: usize = 9;
const ONE: i128 = 1_000_000_000;
/// Digits before the decimal sign, far below what the store can hold.
const MOST_DIGITS: usize = 18;

/// An amount, in billionths of its currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Amount(i128);

impl Amount {
    /// The same as the nearest number.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the nearest is what is asked for"
    )]
    pub(crate) fn number(self) -> f64 {
        self.0 as f64 / ONE as f64
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), |mut sum, amount| {
            sum += amount;
            sum
        })
    }
}

/// The sign before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Point,
    Comma,
}

impl Sign {
    /// The sign that an amount can only have been written with; none where it has no decimals or three digits behind one sign.
    pub(super) fn of(text: &str) -> Option<Self> {
        let (points, commas) = (text.matches('.').count(), text.matches(',').count());
        let behind = |sign: char| {
            let digits = text.rsplit(sign).next().unwrap_or_default();
            digits.chars().filter(char::is_ascii_digit).count()
        };
        match (points, commas) {
            (0, 0) => None,
            (1, 0) => (behind('.') != 3).then_some(Self::Point),
            (0, 1) => (behind(',') != 3).then_some(Self::Comma),
            (_, 0) => Some(Self::Comma),
            (0, _) => Some(Self::Point),
            _ if text.rfind('.') > text.rfind(',') => Some(Self::Point),
            _ => Some(Self::Comma),
        }
    }

    fn letters(self) -> (char, char) {
        match self {
            Self::Point => ('.', ','),
            Self::Comma => (',', '.'),
        }
    }
}

/// Reads an amount of nothing or more. What stands for none is nothing.
pub(super) fn amount(text: &str, sign: Sign) -> Option<Amount> {
    let plain = plain(text);
    if is_none(&plain) {
        return Some(Amount::default());
    }
    let (decimal, group) = sign.letters();
    let (whole, rest) = plain.split_once(decimal).unwrap_or((&plain, ""));
    let whole: String = whole.chars().filter(|letter| *letter != group).collect();
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(&whole) || !is_digits(rest) || whole.len() > MOST_DIGITS {
        return None;
    }
    if whole.is_empty() && rest.is_empty() {
        return None;
    }
    let kept = &rest[..rest.len().min(DECIMALS)];
    let fraction: i128 = format!("{kept:0<DECIMALS$}").parse().ok()?;
    let rounded = i128::from(
        rest.as_bytes()
            .get(DECIMALS)
            .is_some_and(|digit| *digit >= b'5'),
    );
    let whole: i128 = match whole.as_str() {
        "" => 0,
        whole => whole.parse().ok()?,
    };
    Some(Amount(whole * ONE + fraction + rounded))
}

/// Reads a number of things: `1,180`, `1.180`, `12.00`.
pub(super) fn count(text: &str) -> Option<u64> {
    let plain = plain(text);
    if is_none(&plain) {
        return Some(0);
    }
    let (whole, last) = plain.rsplit_once(['.', ',']).unwrap_or((&plain, ""));
    // Three digits behind the last sign are thousands, noughts are decimals.
    let whole = match last.len() {
        0 | 3 => plain.as_str(),
        _ if last.bytes().all(|byte| byte == b'0') => whole,
        _ => return None,
    };
    let digits: String = whole
        .chars()
        .filter(|letter| !matches!(letter, '.' | ','))
        .collect();
    digits.parse().ok()
}

/// Without what is no part of the number: blanks, apostrophes between thousands, signs of currencies.
fn plain(text: &str) -> String {
    let is_kept = |letter: &char| {
        !letter.is_whitespace() && !matches!(letter, '\'' | '’' | '$' | '€' | '£' | '¥')
    };
    text.chars().filter(is_kept).collect()
}

fn is_none(plain: &str) -> bool {
    plain.is_empty()
        || plain
            .chars()
            .all(|letter| matches!(letter, '-' | '–' | '—'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_with_either_sign() {
        let cases = [
            ("12.40", Sign::Point, 12_400_000_000),
            ("1,234.56", Sign::Point, 1_234_560_000_000),
            ("1.234,56", Sign::Comma, 1_234_560_000_000),
            ("1 234,56 €", Sign::Comma, 1_234_560_000_000),
            ("$165", Sign::Point, 165_000_000_000),
            ("1’234.50", Sign::Point, 1_234_500_000_000),
            ("1.429999948", Sign::Point, 1_429_999_948),
            ("0.1234567895", Sign::Point, 123_456_790),
            (".5", Sign::Point, 500_000_000),
            ("1,234", Sign::Point, 1_234_000_000_000),
            (" --", Sign::Point, 0),
            ("", Sign::Comma, 0),
        ];
        for (text, sign, billionths) in cases {
            assert_eq!(amount(text, sign), Some(Amount(billionths)), "{text}");
        }
        for text in [
            "abc",
            "1e-5",
            "-3",
            "1.2.3",
            "12 %",
            ".",
            "9999999999999999999",
        ] {
            assert_eq!(amount(text, Sign::Point), None, "{text}");
        }
    }

    #[test]
    fn the_decimal_sign_is_told_by_what_can_be_nothing_else() {
        let cases = [
            ("12.40", Some(Sign::Point)),
            ("12,4", Some(Sign::Comma)),
            ("1,234.56", Some(Sign::Point)),
            ("1.234,56", Some(Sign::Comma)),
            ("1,234,567", Some(Sign::Point)),
            ("1.234.567", Some(Sign::Comma)),
            ("1,234", None),
            ("1.234", None),
            ("890", None),
        ];
        for (text, sign) in cases {
            assert_eq!(Sign::of(text), sign, "{text}");
        }
    }

    #[test]
    fn counts_have_thousands_and_no_parts() {
        let cases = [
            ("1,180", Some(1180)),
            ("1.180", Some(1180)),
            ("204,823,716", Some(204_823_716)),
            ("12.00", Some(12)),
            ("--", Some(0)),
            ("1.5", None),
            ("many", None),
        ];
        for (text, expected) in cases {
            assert_eq!(count(text), expected, "{text}");
        }
    }

    #[test]
    fn a_sum_does_not_depend_on_the_order() {
        let amounts: Vec<Amount> = ["0.1", "0.2", "1000000.3"]
            .into_iter()
            .filter_map(|text| amount(text, Sign::Point))
            .collect();
        let sum: Amount = amounts.iter().copied().sum();
        assert_eq!(sum.number(), 1_000_000.6);
        assert_eq!(amounts.into_iter().rev().sum::<Amount>(), sum);
    }
}
