//! The wire contract between page and collector, version 1: a compact binary batch and its JSON twin.
//!
//! Invariant: decoding never panics and never allocates more than a bound that follows from [`limits`], whatever it
//! is fed. It does no I/O and judges no content: what a site allows is the collector's business.
#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "std")]
mod batch;
pub mod limits;

#[cfg(feature = "std")]
pub use batch::{Batch, Click, Custom, Element, Event, Kind, Pageview};

/// The version this crate writes, and the first byte of a binary batch.
pub const VERSION: u8 = 1;
