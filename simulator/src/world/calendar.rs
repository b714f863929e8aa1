//! When people come: more by day than by night, more on some days of the week, and no two days alike.
//!
//! Invariant: sessions begin in the order of their numbers, within the period, and the same seed gives the same times.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::walk::{lasting, milliseconds};
use super::{Period, Rhythm};

const HOUR_MS: u64 = 60 * 60 * 1000;

/// Hours with their weights, added up.
pub(super) struct Calendar {
    begins: i64,
    /// Up to the end of each hour, as a share of all.
    shares: Vec<f64>,
    sessions: u64,
    rng: ChaCha8Rng,
}

impl Calendar {
    pub(super) fn new(rhythm: &Rhythm, period: &Period, sessions: u64, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(u64::MAX);
        let mut sum = 0.0;
        let mut shares = Vec::new();
        for day in 0..period.days {
            let unrest = lasting(&mut rng, 1.0, rhythm.unrest);
            let weekday = (usize::from(period.first_weekday()) + day as usize) % rhythm.days.len();
            for hour in &rhythm.hours {
                sum += rhythm.days[weekday] * hour * unrest;
                shares.push(sum);
            }
        }
        shares.iter_mut().for_each(|share| *share /= sum);
        Self {
            begins: period.begins(),
            shares,
            sessions,
            rng,
        }
    }

    /// When the session of this number begins, in milliseconds since 1970.
    pub(super) fn begin(&self, number: u64) -> i64 {
        let mut rng = self.rng.clone();
        rng.set_word_pos(1 << 40 | u128::from(number) << 4);
        let chance: f64 = rng.random();
        let share = (number as f64 + chance) / self.sessions.max(1) as f64;
        let hour = self.shares.partition_point(|end| *end < share);
        let hour = hour.min(self.shares.len() - 1);
        let start = if hour == 0 {
            0.0
        } else {
            self.shares[hour - 1]
        };
        let part = (share - start) / (self.shares[hour] - start);
        let within = milliseconds(part.clamp(0.0, 1.0) * HOUR_MS as f64).min(HOUR_MS - 1);
        self.begins + i64::try_from(hour as u64 * HOUR_MS + within).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn sessions_begin_in_order_within_the_period_and_mostly_by_day() {
        let mut hours = vec![1.0; 24];
        hours[12] = 9.0;
        let rhythm = Rhythm {
            hours,
            days: vec![2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
            unrest: 0.0,
        };
        let period = Period {
            until: date(2026, 6, 28),
            days: 28,
        };
        let calendar = Calendar::new(&rhythm, &period, 32_000, 1);
        let begins: Vec<i64> = (0..32_000).map(|number| calendar.begin(number)).collect();
        assert!(begins.is_sorted());
        // 2026-06-01, a Monday, and 2026-06-29 at midnight.
        assert!(begins[0] >= 1_780_272_000_000 && begins[31_999] < 1_782_691_200_000);
        let share = |of: &dyn Fn(i64) -> bool| {
            begins.iter().filter(|begin| of(**begin)).count() as f64 / 32_000.0
        };
        let noon = share(&|begin| begin / 3_600_000 % 24 == 12);
        assert!((noon - 9.0 / 32.0).abs() < 0.01, "{noon}");
        let monday = share(&|begin| (begin - 1_780_272_000_000) / 86_400_000 % 7 == 0);
        assert!((monday - 2.0 / 8.0).abs() < 0.01, "{monday}");
    }
}
