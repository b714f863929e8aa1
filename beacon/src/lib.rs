//! The wire contract between page and collector: what a page's tracker writes (version 2), what anybody may (JSON, version
//! 1), and a compact binary form of that.
//!
//! Invariant: decoding never panics and never allocates more than a bound that follows from [`limits`], whatever it
//! is fed. It does no I/O and judges no content: what a site allows is the collector's business.
//!
//! The layout is written down in this crate's `README.md`.
#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "std")]
mod batch;
#[cfg(feature = "std")]
mod check;
#[cfg(feature = "std")]
mod decode;
pub mod detect;
#[cfg(feature = "std")]
mod encode;
#[cfg(feature = "std")]
mod error;
#[cfg(feature = "std")]
mod json;
pub mod kind;
pub mod limits;
#[cfg(feature = "std")]
mod page;
#[cfg(feature = "std")]
mod reader;
mod writer;

#[cfg(feature = "std")]
pub use batch::{
    Area, Attention, Batch, Click, Custom, Element, Event, Exposure, Field, Kind, Pageview, Signal,
    Usage,
};
#[cfg(feature = "std")]
pub use decode::{decode, decode_with_skipped};
#[cfg(feature = "std")]
pub use encode::encode;
#[cfg(feature = "std")]
pub use error::{DecodeError, EncodeError, Place, Problem};
#[cfg(feature = "std")]
pub use json::to_json;
#[cfg(feature = "std")]
pub use page::mended;
pub use writer::{Full, Writer, varint_len};

/// Whether a batch that came another way keeps to what `decode` and `encode` hold every batch to.
///
/// # Errors
/// With the first field that does not.
#[cfg(feature = "std")]
pub fn validate(batch: &Batch<'_>) -> Result<(), EncodeError> {
    check::batch(batch, limits::EVENTS).map_err(|(path, problem)| EncodeError {
        problem,
        place: error::member(&path),
    })
}

/// The version this crate writes, and the first byte of a binary batch.
pub const VERSION: u8 = 1;
