//! Reports over the stored events, and over the sessions derived from them.
//!
//! A report is one file in `sql/reports` and one of the same stem in `reports`; it takes a request and gives a plain
//! structure, which [`format`] turns into a table, JSON, CSV or Markdown. What numbers mean is said in METRICS.md.
//!
//! Invariant: what a user typed and what a visitor sent reaches the engine as a bound parameter, never as SQL. Rows of
//! bots are counted nowhere. Nothing is read but the store, nothing written but [`definitions`], [`costs`], the history of
//! [`mod@audit`] and what link targets answered, nothing printed.

pub mod audit;
mod breakdown;
mod condition;
pub mod costs;
pub mod definitions;
mod error;
mod exclusion;
mod filter;
pub mod format;
mod goal;
mod kind;
mod names;
mod order;
mod pattern;
mod period;
mod regex;
pub mod reports;
pub mod statistics;
mod step;
pub mod walk;
pub mod watch;
mod window;
mod word;

pub use audit::{Audit, AuditRequest, audit};
pub use breakdown::{Attribution, Dimensions};
pub use error::Error;
pub use exclusion::Exclusion;
pub use filter::{Dimension, Filter, Filters, Operator};
pub use format::Format;
pub use goal::Goal;
pub use order::Order;
pub use pattern::Pattern;
pub use period::{Moment, Period};
pub use reports::ads::{
    Ads, AdsRequest, Arms, Attributed, AttributionRequest, Campaigns, CampaignsRequest, ads,
    attribution, campaigns, compare_ads,
};
pub use reports::arms::{ArmsCompared, Plan, PlanRequest, WorthHaving};
pub use reports::coverage::last_event;
pub use reports::discover::{Discovered, discover};
pub use reports::experiments::{ExperimentRequest, experiment};
pub use reports::forms::{Forms, forms};
pub use reports::funnel::{
    Compare, Destination, Funnel, FunnelRequest, FunnelStep, Histogram, Trend, funnel,
};
pub use reports::link_targets::{
    LinkAnswer, LinkCheck, LinkTarget, link_targets, save_link_answers,
};
pub use reports::links::{Links, LinksRequest, links};
pub use reports::lost::{Lost, lost};
pub use reports::overview::{Overview, overview};
pub use reports::page::{OnePage, hosts, known_paths, page, wireframe};
pub use reports::pages::{Pages, pages};
pub use reports::paths::{Paths, PathsRequest, paths};
pub use reports::realtime::{Realtime, realtime};
pub use reports::searches::{Searches, searches};
pub use reports::sites::{Site, site_names, sites};
pub use reports::span::Span;
pub use reports::timeline::{Timeline, TimelineRequest, TimelineRow, Unit, Zone, timeline};
pub use reports::totals::Totals;
pub use reports::tracking::{Heard, Tracking, heard, silence, tracking};
pub use reports::trouble::{Troubles, trouble};
pub use reports::visits::{By, Visits, visits};
pub use step::{ClickTarget, Step, Target};
pub use window::Window;
