//! Derives `sessions` from `events`: one row a session, its events as arrays in the order of time.
//!
//! Invariant: what is derived depends on the events alone, however often and in whatever order they came: deriving again
//! gives the same rows. Several processes may derive side by side; what one of them has not seen yet it derives again
//! when it sees it. Nothing is decided here that SQL does not say: see `sql/sessions/derive.sql`.

mod derive;
mod follow;

pub use derive::{Rebuilt, rebuild};
pub use follow::{Follower, catch_up};
