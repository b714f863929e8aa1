//! Statistics of reports: pure functions of counts, each with the source of its formula.

mod difference;
mod discoveries;
mod fisher;
mod normal;
mod wilson;

pub use difference::{Difference, Test, difference, newcombe};
pub use discoveries::{FALSE_DISCOVERY_RATE, adjusted};
pub use fisher::{Table, fisher, odds_ratio};
pub use normal::two_sided;
pub use wilson::{Interval, Z_95, exposures_for_bound, upper_bound_of_none, wilson};
