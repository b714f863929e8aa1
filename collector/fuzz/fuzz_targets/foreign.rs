//! Any body to Plausible's and Umami's entrances, and any query to the pixel's: no panic, and what is translated keeps
//! to the limits of our own batches.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| snag_collector::fuzzing::foreign(body));
