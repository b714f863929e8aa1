//! Statistics of reports: pure functions of counts, each with the source of its formula.

mod best;
mod beta;
mod compare;
mod comparison;
mod credit;
mod difference;
mod discoveries;
mod fisher;
mod gamma;
mod looks;
mod margin;
mod matched;
mod normal;
mod plan;
mod quadrature;
mod ratio;
mod sample;
mod sequential;
mod shift;
mod strata;
mod wilson;

pub use best::{Standing, best};
pub use beta::{Posterior, incomplete_beta};
pub use compare::compare;
pub use comparison::{Arm, BehindLeader, ComparedArm, Comparison, Options, Verdict, Withheld};
pub use credit::{Model, WHOLE, credit};
pub use difference::{Difference, Test, difference, newcombe};
pub use discoveries::{FALSE_DISCOVERY_RATE, adjusted};
pub use fisher::{Table, fisher, odds_ratio};
pub use gamma::log_gamma;
pub use margin::{log_odds, odds_above, share_above, share_below, upper_tail};
pub use matched::{Matched, Pair, matched};
pub use normal::two_sided;
pub use plan::{POWER, exposures_to_prove};
pub use ratio::{RatioVerdict, SampleRatio, sample_ratio};
pub use sample::exposures_for_difference;
pub use sequential::{Estimate, Evidence, FEWEST_CONVERSIONS, FEWEST_EXPOSURES, Sequence};
pub use shift::{Shift, Usual};
pub use strata::Stratum;

/// A part of a whole; nothing of nothing.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
pub fn rate(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

pub use wilson::{
    Interval, Z_95, exposures_for_bound, upper_bound_of_none, wilson, wilson_of_share,
};
