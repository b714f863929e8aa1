//! Any URL: no panic, nothing of query, fragment and credentials is left, and what is clean stays as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|url: &str| snag_collector::fuzzing::page_address(url));
