//! Statistics of reports: pure functions of counts, each with the source of its formula.

mod wilson;

pub use wilson::{Interval, Z_95, exposures_for_bound, upper_bound_of_none, wilson};
