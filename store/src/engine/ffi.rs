//! The one place that calls into the engine library: symbols, and handles that free what they own.
//!
//! Invariant: a handle is made from a live library only, the library is never unloaded, and a statement
//! borrows its connection mutably, so a connection runs one statement at a time as the library demands.
//! Policy (which settings, which format, when to cancel) is not decided here.
#![expect(unsafe_code, reason = "the engine is a C library opened at run time")]

mod connection;
mod insertion;
mod symbols;

pub(crate) use connection::{Connection, Parameter, StatementClass};
pub(crate) use insertion::Insertion;
pub(crate) use symbols::Symbols;

use std::ffi::{CStr, c_char};

/// What the engine said when it refused a statement, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) String);

/// Counters the engine keeps of one statement.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Rows read from storage.
    pub(crate) read_rows: u64,
    /// Bytes read from storage.
    pub(crate) read_bytes: u64,
    /// Rows of the result.
    pub(crate) result_rows: u64,
    /// Rows written.
    pub(crate) written_rows: u64,
    /// Bytes written.
    pub(crate) written_bytes: u64,
}

impl Tally {
    /// Adds the counters of a further chunk.
    pub(crate) fn add(&mut self, other: Tally) {
        self.read_rows += other.read_rows;
        self.read_bytes += other.read_bytes;
        self.result_rows += other.result_rows;
        self.written_rows += other.written_rows;
        self.written_bytes += other.written_bytes;
    }
}

/// Copies a message of the library; `None` when there is none.
///
/// # Safety
/// `text` is null or a NUL-terminated string that lives through the call.
unsafe fn message(text: *const c_char) -> Option<Refusal> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, and the caller promises it is NUL-terminated.
    let text = unsafe { CStr::from_ptr(text) };
    Some(Refusal(text.to_string_lossy().into_owned()))
}
