//! The tracker's core as a page loads it: hands the loader's numbers to [`snag_beacon::detect`].
//!
//! Invariant: it allocates nothing, never panics, and its state is all zero at the start, so that none of it is in the
//! file. Only numbers cross; texts stay with the loader, and nothing here reaches for the page.
#![cfg_attr(target_family = "wasm", no_std)]

use snag_beacon::detect::Core;
use spin::Mutex;
use wasm_bindgen::prelude::wasm_bindgen;

static CORE: Mutex<Core> = Mutex::new(Core::new());

/// Bit of what [`put`] gives: there is more than fits into one batch.
pub const MORE: u32 = 1 << 31;

/// Takes an entry of [`snag_beacon::detect::entry`]. Gives of a flush the bytes of its records, in the lower 16 bits,
/// and how many texts they use, in the next; else 0.
#[wasm_bindgen]
#[expect(
    clippy::too_many_arguments,
    reason = "an entry crosses in one call, and what is left out is 0"
)]
pub fn put(
    code: u32,
    t: u32,
    a: u32,
    b: u32,
    c: u32,
    d: u32,
    e: u32,
    f: u32,
    g: u32,
    h: u32,
    i: u32,
    j: u32,
) -> u32 {
    CORE.try_lock().map_or(0, |mut core| {
        let flushed = core.put(&[code, t, a, b, c, d, e, f, g, h, i, j]);
        let more = if flushed.more { MORE } else { 0 };
        flushed.bytes as u32 | (flushed.texts as u32) << 16 | more
    })
}

/// Where the records of the last flush stand until the next [`put`].
#[wasm_bindgen]
pub fn records() -> *const u8 {
    CORE.try_lock()
        .map_or(core::ptr::null(), |core| core.records().as_ptr())
}

/// Where the texts those records use are named, 16 bits each.
#[wasm_bindgen]
pub fn used() -> *const u16 {
    CORE.try_lock()
        .map_or(core::ptr::null(), |core| core.used().as_ptr())
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
