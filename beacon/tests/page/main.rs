//! A page's batch by example: what its records, its elements and its core's numbers become.
//!
//! Invariant: a case is a piece of JSON as a tracker, or nobody's tracker, writes it, and what is made of it.

#[path = "../common/mod.rs"]
mod common;
mod damaged;
mod lenient;
mod names;
mod records;
mod refused;
mod told;
