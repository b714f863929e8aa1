//! Any bytes: decoding must not panic, and what decodes must be what its two encodings decode to.
#![no_main]

use libfuzzer_sys::fuzz_target;
use snag_beacon::{Problem, decode, decode_with_skipped, encode, limits, to_json};

fuzz_target!(|body: &[u8]| {
    let Ok((batch, _)) = decode_with_skipped(body) else {
        return;
    };
    match encode(&batch) {
        Ok(bytes) => assert_eq!(decode(&bytes).as_ref(), Ok(&batch)),
        Err(error) => assert!(
            matches!(
                error.problem,
                Problem::TooLarge { .. } | Problem::NoPlace | Problem::Count { .. }
            ),
            "{error}"
        ),
    }
    let json = to_json(&batch);
    // A page's batch may have more events than its JSON twin.
    if json.len() <= limits::BATCH_BYTES && batch.events.len() <= limits::EVENTS {
        assert_eq!(decode(json.as_bytes()), Ok(batch));
    }
});
