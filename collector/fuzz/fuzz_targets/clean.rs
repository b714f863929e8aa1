//! Any text: no panic, and what was cleaned of what may name a person stays as it is when cleaned again.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| snag_collector::fuzzing::clean(text));
