//! Numbers as people read them.

use std::collections::BTreeMap;

use crate::statistics::Interval;

/// Rates below this, and their intervals, are shown with one decimal.
const SMALL: f64 = 0.095;

/// `53 %`; below ten `5.3 %`. What is not nothing or all does not look so: `< 0.1 %`, `99.9 %`.
#[must_use]
pub fn percent(rate: f64) -> String {
    format!("{} %", rate_number(rate, rate < SMALL))
}

/// The interval of `rate` in per cent, `44-62`, with as many decimals as the rate itself.
#[must_use]
pub fn interval_text(rate: f64, interval: Interval) -> String {
    let fine = rate < SMALL && (rate > 0.0 || interval.high < SMALL);
    // The ends may touch 0 and 100: they are bounds, not claims.
    let end = |rate: f64| {
        if fine && rate > 0.0 {
            format!("{:.1}", rate * 100.0)
        } else {
            format!("{:.0}", rate * 100.0)
        }
    };
    format!("{}-{}", end(interval.low), end(interval.high))
}

fn rate_number(rate: f64, fine: bool) -> String {
    let hundred = rate * 100.0;
    match () {
        () if rate <= 0.0 => "0".to_owned(),
        () if rate >= 1.0 => "100".to_owned(),
        () if hundred < 0.05 => "< 0.1".to_owned(),
        () if hundred >= 99.95 => "> 99.9".to_owned(),
        () if fine || hundred >= 99.5 => format!("{hundred:.1}"),
        () => format!("{hundred:.0}"),
    }
}

/// `1,234,567`.
#[must_use]
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A difference of rates in points of a hundred, with its interval: `-18 points (-25 to -11)`.
#[must_use]
pub fn points(difference: f64, interval: Interval) -> String {
    let fine = difference.abs() < SMALL;
    let end = |rate: f64| {
        let text = if fine {
            format!("{:+.1}", rate * 100.0)
        } else {
            format!("{:+.0}", rate * 100.0)
        };
        match text.trim_start_matches(['+', '-', '0', '.']).is_empty() {
            true => text.trim_start_matches(['+', '-']).to_owned(),
            false => text,
        }
    };
    format!(
        "{} points ({} to {})",
        end(difference),
        end(interval.low),
        end(interval.high)
    )
}

/// Amounts with their currencies, those without one last: `10.50 EUR, 3.00`.
#[must_use]
pub fn money(amounts: &BTreeMap<String, f64>) -> String {
    let text = |(currency, amount): (&String, &f64)| match currency.is_empty() {
        true => format!("{amount:.2}"),
        false => format!("{amount:.2} {currency}"),
    };
    let (without, with): (Vec<_>, Vec<_>) = amounts
        .iter()
        .partition(|(currency, _)| currency.is_empty());
    with.into_iter()
        .chain(without)
        .map(text)
        .collect::<Vec<_>>()
        .join(", ")
}

/// A length of time in its two largest units: `850 ms`, `12 s`, `3m 20s`, `2h 05m`, `3d 4h`.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts saturate, and times are not negative"
)]
pub fn duration(seconds: f64) -> String {
    let milliseconds = (seconds * 1000.0).round() as u64;
    let whole = seconds.round() as u64;
    match (milliseconds, whole) {
        (0, _) => "0 s".to_owned(),
        (..1_000, _) => format!("{milliseconds} ms"),
        (..10_000, _) => format!("{seconds:.1} s"),
        (_, ..60) => format!("{whole} s"),
        (_, ..3_600) => format!("{}m {:02}s", whole / 60, whole % 60),
        (_, ..86_400) => format!("{}h {:02}m", whole / 3_600, whole % 3_600 / 60),
        _ => format!("{}d {}h", whole / 86_400, whole % 86_400 / 3_600),
    }
}

const BAR_CELLS: usize = 8;
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A bar of at most eight cells; anything above nothing shows.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 64"
)]
pub(super) fn bar(rate: f64) -> String {
    let eighths = (rate.clamp(0.0, 1.0) * (BAR_CELLS * 8) as f64).round() as usize;
    let eighths = if rate > 0.0 { eighths.max(1) } else { 0 };
    let mut bar = "█".repeat(eighths / 8);
    if eighths % 8 > 0 {
        bar.push(EIGHTHS[eighths % 8]);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_show_what_can_be_told_apart() {
        let cases = [
            (0.0, "0 %"),
            (0.000_01, "< 0.1 %"),
            (0.004, "0.4 %"),
            (0.0234, "2.3 %"),
            (0.0949, "9.5 %"),
            (0.0951, "10 %"),
            (0.534, "53 %"),
            (0.994, "99 %"),
            (0.996, "99.6 %"),
            (0.9999, "> 99.9 %"),
            (1.0, "100 %"),
        ];
        for (rate, text) in cases {
            assert_eq!(percent(rate), text, "{rate}");
        }
        assert_eq!(
            interval_text(
                0.53,
                Interval {
                    low: 0.443,
                    high: 0.616
                }
            ),
            "44-62"
        );
        assert_eq!(
            interval_text(
                0.023,
                Interval {
                    low: 0.0191,
                    high: 0.028
                }
            ),
            "1.9-2.8"
        );
        assert_eq!(
            interval_text(
                0.0,
                Interval {
                    low: 0.0,
                    high: 0.16
                }
            ),
            "0-16"
        );
    }

    #[test]
    fn counts_have_their_thousands_apart() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(count), text);
        }
    }

    #[test]
    fn durations_have_two_units() {
        let cases = [
            (0.0, "0 s"),
            (0.85, "850 ms"),
            (1.0, "1.0 s"),
            (12.4, "12 s"),
            (59.7, "1m 00s"),
            (200.0, "3m 20s"),
            (7_500.0, "2h 05m"),
            (270_000.0, "3d 3h"),
        ];
        for (seconds, text) in cases {
            assert_eq!(duration(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn differences_are_points_and_amounts_have_currencies() {
        let interval = |low, high| Interval { low, high };
        assert_eq!(
            points(-0.18, interval(-0.25, -0.11)),
            "-18 points (-25 to -11)"
        );
        assert_eq!(
            points(0.021, interval(-0.004, 0.05)),
            "+2.1 points (-0.4 to +5.0)"
        );
        assert_eq!(
            points(0.0, interval(-0.0001, 0.2)),
            "0.0 points (0.0 to +20.0)"
        );
        let amounts =
            [("", 3.0), ("EUR", 10.5)].map(|(currency, amount)| (currency.to_owned(), amount));
        assert_eq!(money(&amounts.into()), "10.50 EUR, 3.00");
    }

    #[test]
    fn bars_fill_by_eighths() {
        assert_eq!(
            [bar(0.0), bar(0.001), bar(0.5), bar(1.0)],
            ["", "▏", "████", "████████"]
        );
        assert_eq!(bar(0.53), "████▎");
    }
}
