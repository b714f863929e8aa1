//! Any bytes to the HTTP front of the embedded engine, up to the engine: no panic, no end that does not come, nobody let
//! in who shows no right secret, and nothing typed that leaves its quotes.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| snag_store::fuzzing::front(bytes));
