//! The reports. Each has the SQL of its stem in `sql/reports` and states its own shape; none knows another.

pub mod ads;
pub mod arms;
pub(crate) mod coverage;
pub mod discover;
pub mod experiments;
pub mod forms;
pub mod funnel;
pub mod link_targets;
pub mod links;
pub mod lost;
mod near_names;
pub mod overview;
pub mod page;
pub mod pages;
pub mod paths;
pub mod realtime;
pub mod searches;
pub mod sites;
pub mod span;
pub mod timeline;
pub mod totals;
pub mod tracking;
pub mod trouble;
pub mod visits;
