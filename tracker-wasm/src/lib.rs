//! The tracker's core: takes numbers, gives a binary batch.
//!
//! Invariant: it allocates nothing, never panics, and its state is all zero at the start, so that none of it is in the
//! file. What the page says comes from the loader, byte by byte where it is text; nothing here reaches for it.
//!
//! The loader tells each record's fields in the order of the layout, a number by [`field`] or [`value`] and a text by
//! its [`byte`]s and [`text`], then closes it with [`record`]; and for a batch calls [`take`], which says how many
//! bytes stand from [`start`] on.
#![cfg_attr(target_family = "wasm", no_std)]

mod batch;
mod dictionary;

pub use batch::{Batch, FIELDS, RECORD_BYTES};
pub use dictionary::Dictionary;

use spin::Mutex;
use wasm_bindgen::prelude::wasm_bindgen;

static BATCH: Mutex<Batch> = Mutex::new(Batch::new());

/// Adds a whole number to the record being told; what is below 0 counts as 0.
#[wasm_bindgen]
pub fn field(number: f64) {
    if let Some(mut batch) = BATCH.try_lock() {
        batch.field(number as u64);
    }
}

/// Adds a number with a fraction: what a custom event is worth.
#[wasm_bindgen]
pub fn value(number: f64) {
    if let Some(mut batch) = BATCH.try_lock() {
        batch.field(number.to_bits());
    }
}

/// Adds a byte to the text being told.
#[wasm_bindgen]
pub fn byte(byte: u8) {
    if let Some(mut batch) = BATCH.try_lock() {
        batch.byte(byte);
    }
}

/// Ends the text being told, and adds it to the record as its place in the dictionary.
#[wasm_bindgen]
pub fn text() {
    if let Some(mut batch) = BATCH.try_lock() {
        batch.text();
    }
}

/// Ends the record being told.
#[wasm_bindgen]
pub fn record(kind: u8) {
    if let Some(mut batch) = BATCH.try_lock() {
        batch.record(kind);
    }
}

/// Closes the batch and begins another. Gives its length in bytes, or 0 where not all that was told found room; it
/// stands at [`start`] until the next call.
#[wasm_bindgen]
pub fn take() -> usize {
    BATCH.try_lock().map_or(0, |mut batch| batch.take().len())
}

/// Address of the closed batch's first byte.
#[wasm_bindgen]
pub fn start() -> *const u8 {
    BATCH
        .try_lock()
        .map_or(core::ptr::null(), |batch| batch.start())
}

#[cfg(target_family = "wasm")]
mod bare {
    //! What `std` would bring along, without its bulk.

    #[global_allocator]
    static ALLOCATOR: lol_alloc::FailAllocator = lol_alloc::FailAllocator;

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}
