//! The tracker's core as a page loads it: hands the loader's numbers to [`snag_beacon::detect`].
//!
//! Invariant: it allocates nothing, never panics, and its state is all zero at the start, so that none of it is in the
//! file. Only numbers cross; texts stay with the loader, and nothing here reaches for the page.
#![cfg_attr(target_family = "wasm", no_std)]

use snag_beacon::detect::Core;
use spin::mutex::SpinMutex as Mutex;
use wasm_bindgen::prelude::wasm_bindgen;

static CORE: Mutex<Core> = Mutex::new(Core::new());

/// Takes the next number of an entry, one of [`snag_beacon::detect::entry`]; the last one puts it. Gives where the core keeps
/// what the last flush told: how many numbers, then the numbers.
#[wasm_bindgen]
pub fn put(number: i32) -> *mut Core {
    if let Some(mut core) = CORE.try_lock() {
        core.feed(number);
    }
    CORE.as_mut_ptr()
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
