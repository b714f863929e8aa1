//! Any lines of `X-Forwarded-For` and `Forwarded`: no panic, and what a trusted proxy appended is what is found.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|lines: Vec<String>| snag_collector::fuzzing::forwarded(&lines));
