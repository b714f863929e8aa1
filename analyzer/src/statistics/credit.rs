//! How the credit for a conversion is divided among the touches before it.
//!
//! Invariant: shares are whole billionths and sum to one conversion exactly, whatever the model and the number of touches.

use serde::Serialize;

/// The parts that one conversion is divided into.
pub const WHOLE: u64 = 1_000_000_000;

/// A rule of division (METRICS.md, Ads).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// All to the last touch.
    Last,
    /// All to the first.
    First,
    /// The same to each.
    Linear,
    /// Half as much to a touch seven days before another.
    TimeDecay,
    /// 40 % to the first and the last, and 20 % to those between; half to each of two.
    Position,
}

impl Model {
    /// All of them, the default first.
    pub const ALL: [Self; 5] = [
        Self::Last,
        Self::First,
        Self::Linear,
        Self::TimeDecay,
        Self::Position,
    ];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Last => "last touch",
            Self::First => "first touch",
            Self::Linear => "linear",
            Self::TimeDecay => "time decay",
            Self::Position => "by position",
        }
    }
}

const HALF_LIFE_DAYS: f64 = 7.0;
const DAY_MS: f64 = 86_400_000.0;
/// Tenths of the first and of the last of three touches and more, and of those between together.
const END: f64 = 4.0;
const BETWEEN: f64 = 2.0;

/// The share of each touch, in billionths; `ages` are the milliseconds from touch to conversion, the first touch first. None of
/// no touches.
///
/// Source: the models of Google Analytics, which names the half-life of 7 days and 40/20/40
/// (support.google.com/analytics/answer/1665189); Matomo's multi-channel attribution divides by position alike.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of touches, and shares between nothing and one whole"
)]
pub fn credit(model: Model, ages: &[i64]) -> Vec<u64> {
    let count = ages.len();
    let youngest = ages.iter().copied().min().unwrap_or_default();
    let weight = |(at, age): (usize, &i64)| -> f64 {
        let is_end = at == 0 || at + 1 == count;
        match model {
            Model::Last => f64::from(u8::from(at + 1 == count)),
            Model::First => f64::from(u8::from(at == 0)),
            Model::Linear => 1.0,
            // From the youngest on: very old ones alone must not come to nothing.
            Model::TimeDecay => (-((age - youngest) as f64) / DAY_MS / HALF_LIFE_DAYS).exp2(),
            Model::Position if count < 3 || is_end => END,
            Model::Position => BETWEEN / (count - 2) as f64,
        }
    };
    let weights: Vec<f64> = ages.iter().enumerate().map(weight).collect();
    let sum: f64 = weights.iter().sum();
    let mut shares: Vec<u64> = weights
        .iter()
        .map(|weight| (weight / sum * WHOLE as f64).floor() as u64)
        .collect();
    // What rounding down left over.
    let given: u64 = shares.iter().sum();
    let heaviest = (0..count).max_by(|one, other| weights[*one].total_cmp(&weights[*other]));
    if let Some(heaviest) = heaviest {
        shares[heaviest] = (shares[heaviest] + WHOLE).saturating_sub(given);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000;

    #[test]
    fn each_model_divides_as_it_says() {
        let ages = [14 * DAY, 7 * DAY, 7 * DAY, 0];
        let cases = [
            (Model::Last, vec![0, 0, 0, WHOLE]),
            (Model::First, vec![WHOLE, 0, 0, 0]),
            (Model::Linear, vec![WHOLE / 4; 4]),
            // 1/4, 1/2, 1/2 and 1, of 9/4.
            (
                Model::TimeDecay,
                vec![111_111_111, 222_222_222, 222_222_222, 444_444_445],
            ),
            (
                Model::Position,
                vec![400_000_000, 100_000_000, 100_000_000, 400_000_000],
            ),
        ];
        for (model, shares) in cases {
            assert_eq!(credit(model, &ages), shares, "{model:?}");
            assert_eq!(credit(model, &[DAY]), [WHOLE], "{model:?}");
            assert_eq!(credit(model, &[]), Vec::<u64>::new(), "{model:?}");
        }
        assert_eq!(credit(Model::Position, &[DAY, 0]), [WHOLE / 2; 2]);
    }

    proptest! {
        #[test]
        fn the_shares_of_every_model_sum_to_the_conversion(
            mut ages in proptest::collection::vec(0..400 * DAY, 1..60)
        ) {
            ages.sort_unstable_by(|one, other| other.cmp(one));
            for model in Model::ALL {
                let shares = credit(model, &ages);
                prop_assert_eq!(shares.len(), ages.len());
                prop_assert_eq!(shares.iter().sum::<u64>(), WHOLE, "{:?}", model);
            }
        }
    }
}
