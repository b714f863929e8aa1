//! The tracker's core as a page loads it: hands the loader's numbers to [`snag_beacon::detect`].
//!
//! Invariant: it allocates nothing, never panics, and its state is all zero at the start, so that none of it is in the
//! file. Only numbers cross; texts stay with the loader, and nothing here reaches for the page.
#![cfg_attr(target_family = "wasm", no_std)]

use snag_beacon::detect::Core;
use spin::mutex::SpinMutex as Mutex;
use wasm_bindgen::prelude::wasm_bindgen;

static CORE: Mutex<Core> = Mutex::new(Core::new());

/// Where the core stands: the loader writes the numbers of an entry there before it calls [`put`], and finds at
/// [`Core::PLACES`] behind it what a flush gave, until the next call.
#[wasm_bindgen]
pub fn core() -> *mut Core {
    CORE.as_mut_ptr()
}

/// Takes the entry, one of [`snag_beacon::detect::entry`]; gives what it [`Flushed`](snag_beacon::detect::Flushed).
#[wasm_bindgen]
pub fn put() -> u32 {
    CORE.try_lock().map_or(0, |mut core| core.put())
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
