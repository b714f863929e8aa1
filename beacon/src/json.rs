//! The JSON twin: the same batch for servers and people.
//!
//! Invariant: `decode(to_json(batch))` equals the batch, and the limits are those of the binary layout. Members it does
//! not know are ignored and members with a default may be left out or null, so that a person can write one by hand.

mod read;
mod value;
mod write;

pub(crate) use read::decode;
pub(crate) use value::{List, Text};
pub use write::to_json;
