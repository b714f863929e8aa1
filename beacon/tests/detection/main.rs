//! What is found out of a log, through the door a page without wasm comes in by: a page's batch with its raw log.
//!
//! Invariant: a case tells what happened in a page, and looks at what all batches of that page say together.

mod clicks;
#[path = "../common/mod.rs"]
mod common;
mod fields;
mod log;
mod looks;
mod published;
mod random;
