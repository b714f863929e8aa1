//! The tracker's core: takes numbers, gives the events of a binary batch.
//!
//! Invariant: it allocates nothing, never panics, and its state is all zero at the start, so that none of it is in the
//! file. Texts, the batch's header and its dictionary are the loader's; here they are numbers.
//!
//! The loader calls [`field`] for each field of an event in the order of the layout, then [`event`] with its kind; and
//! for a batch [`take`], which says how many bytes from [`start`] on are its events.
#![cfg_attr(target_family = "wasm", no_std)]

mod section;

pub use section::{FIELDS, ROOM, Section};

use spin::Mutex;
use wasm_bindgen::prelude::wasm_bindgen;

static SECTION: Mutex<Section> = Mutex::new(Section::new());

/// Adds a whole number to the event being told; what is below 0 counts as 0.
#[wasm_bindgen]
pub fn field(number: f64) {
    if let Some(mut section) = SECTION.try_lock() {
        section.field(number as u64);
    }
}

/// Adds a number with a fraction: what a custom event is worth.
#[wasm_bindgen]
pub fn value(number: f64) {
    if let Some(mut section) = SECTION.try_lock() {
        section.field(number.to_bits().swap_bytes());
    }
}

/// Ends the event being told. False where there was no room for it; then it is forgotten.
#[wasm_bindgen]
pub fn event(kind: u8) -> bool {
    SECTION
        .try_lock()
        .is_some_and(|mut section| section.event(kind))
}

/// Closes the section of events and begins another. Gives its length in bytes; they stand at [`start`] until the next
/// call of [`event`].
#[wasm_bindgen]
pub fn take() -> usize {
    SECTION.try_lock().map_or(0, |mut section| section.take())
}

/// Address of the section's first byte.
#[wasm_bindgen]
pub fn start() -> *const u8 {
    SECTION
        .try_lock()
        .map_or(core::ptr::null(), |section| section.bytes().as_ptr())
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
