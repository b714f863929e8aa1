//! Any URL: no panic, and nothing of query, fragment and credentials is left, now or when it is taken apart again.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|url: &str| snag_collector::fuzzing::page_address(url));
