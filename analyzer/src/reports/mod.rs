//! The reports. Each has the SQL of its stem in `sql/reports` and states its own shape; none knows another.

mod coverage;
pub mod funnel;
mod near_names;
pub mod sites;
