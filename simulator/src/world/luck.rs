//! Where all chances of a world come from.
//!
//! Invariant: chances depend on the seed, the kind of site and what they are for; two families of one seed have nothing in
//! common.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// By how much the load grows the chance to leave: seconds, factor. Google and SOASTA (2017): with 1 to 3 seconds it grows by
/// 32 %, to 5 by 90 %, to 6 by 106 %, to 10 by 123 %.
const IMPATIENCE: [(f64, f64); 5] = [
    (1.0, 1.0),
    (3.0, 1.32),
    (5.0, 1.9),
    (6.0, 2.06),
    (10.0, 2.23),
];
/// What chances are for.
#[derive(Debug, Clone, Copy)]
pub(super) enum For {
    /// Which site of a family it is.
    Site,
    /// Which defects it has, and where.
    Defects,
    /// When people come.
    Calendar,
    /// What becomes of the session of this number.
    Session(u64),
    /// How well the session of this number sees what it looks at.
    Sight(u64),
}

/// The chances for one thing.
pub(super) fn chances(family: &str, seed: u64, what: For) -> ChaCha8Rng {
    let (kind, stream) = match what {
        For::Site => (0, 0),
        For::Defects => (1, 0),
        For::Calendar => (2, 0),
        For::Session(number) => (3, number),
        For::Sight(number) => (4, number),
    };
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8] = kind;
    for (place, byte) in key[9..].iter_mut().zip(family.bytes()) {
        *place = byte;
    }
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(stream);
    rng
}

/// A log-normal time.
pub(super) fn lasting(rng: &mut ChaCha8Rng, median: f64, spread: f64) -> f64 {
    let normal: f64 = StandardNormal.sample(rng);
    median * (spread * normal).exp()
}

/// One of several by weight; none where all weights are 0.
pub(super) fn pick(chance: f64, weights: impl Iterator<Item = f64> + Clone) -> Option<usize> {
    let sum: f64 = weights.clone().sum();
    let mut left = chance * sum;
    let mut last = None;
    for (number, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
        last = Some(number);
        left -= weight;
        if left < 0.0 {
            break;
        }
    }
    last
}

/// By how much a load of so many seconds grows the chance to leave.
pub(super) fn impatience(seconds: f64) -> f64 {
    let mut before = IMPATIENCE[0];
    for next in IMPATIENCE {
        if seconds < next.0 {
            let part = (seconds - before.0).max(0.0) / (next.0 - before.0).max(f64::EPSILON);
            return before.1 + part * (next.1 - before.1);
        }
        before = next;
    }
    before.1
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times are positive and far below the limit, and the cast saturates"
)]
pub(super) fn milliseconds(time: f64) -> u64 {
    time as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn chances_for_one_thing_are_apart_from_those_for_any_other() {
        let first = |family, seed, what| chances(family, seed, what).random::<u64>();
        let all = [
            first("shop", 1, For::Site),
            first("shop", 2, For::Site),
            first("news", 1, For::Site),
            first("shop", 1, For::Defects),
            first("shop", 1, For::Session(0)),
            first("shop", 1, For::Session(1)),
            first("shop", 1, For::Sight(1)),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(!all[place + 1..].contains(one));
        }
        assert_eq!(first("shop", 1, For::Session(1)), all[5]);
    }

    #[test]
    fn slowness_makes_people_leave_as_was_measured() {
        for (seconds, factor) in [
            (0.2, 1.0),
            (1.0, 1.0),
            (2.0, 1.16),
            (3.0, 1.32),
            (5.0, 1.9),
            (8.0, 2.145),
            (30.0, 2.23),
        ] {
            assert!((impatience(seconds) - factor).abs() < 1e-9, "{seconds}");
        }
    }

    #[test]
    fn what_has_no_weight_is_never_picked() {
        let weights = [0.0, 1.0, 0.0, 3.0, 0.0];
        for (chance, picked) in [(0.0, 1), (0.24, 1), (0.26, 3), (0.999, 3), (1.0, 3)] {
            assert_eq!(
                pick(chance, weights.iter().copied()),
                Some(picked),
                "{chance}"
            );
        }
        assert_eq!(pick(0.5, [0.0, 0.0].iter().copied()), None);
    }
}
