//! When to try again what could not be delivered.

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Waits between attempts. Source: Standard Webhooks, Operational considerations; together they bear a weekend.
const WAITS: [i64; 9] = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];
/// A wait is lengthened by up to this part of it, lest all come at once.
const JITTER: f64 = 0.2;
/// Who asks for more patience than this gets so much.
const LONGEST_WAIT_MS: i64 = 24 * HOUR;

/// Milliseconds until the next attempt, after so many failed ones; none once it is given up. `luck` is 0..1; `asked` what the
/// other side asked for, in milliseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "waits of a day at most"
)]
pub(crate) fn next_attempt(failed: usize, luck: f64, asked: Option<i64>) -> Option<i64> {
    let wait = *WAITS.get(failed.checked_sub(1)?)?;
    let wait = wait.max(asked.unwrap_or(0).min(LONGEST_WAIT_MS));
    Some(wait + (wait as f64 * JITTER * luck.clamp(0.0, 1.0)) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let cases = [
            (0, 0.0, None, None),
            (1, 0.0, None, Some(5_000)),
            (1, 1.0, None, Some(6_000)),
            (2, 0.5, None, Some(330_000)),
            (1, 0.0, Some(60_000), Some(60_000)),
            (1, 0.0, Some(i64::MAX), Some(LONGEST_WAIT_MS)),
            (9, 0.0, Some(1), Some(24 * HOUR)),
            (10, 0.0, None, None),
        ];
        for (failed, luck, asked, wait) in cases {
            assert_eq!(
                next_attempt(failed, luck, asked),
                wait,
                "{failed} {luck} {asked:?}"
            );
        }
    }
}
