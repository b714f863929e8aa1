//! Any text as a JSON batch, as the members of one, and as those of one event, so that few bytes reach deep: decoding
//! must not panic, and what decodes must be what its two encodings decode to.
#![no_main]

use libfuzzer_sys::fuzz_target;
use snag_beacon::{Problem, decode_with_skipped, encode, limits, to_json, validate};

fuzz_target!(|text: &str| {
    check(text);
    check(&format!(r#"{{"version":1,"site":"s",{text}}}"#));
    check(&format!(
        r#"{{"version":1,"site":"s","sent":9,"events":[{{{text}}},{{"kind":"later"}}]}}"#
    ));
});

fn check(text: &str) {
    let Ok((batch, _)) = decode_with_skipped(text.as_bytes()) else {
        return;
    };
    // A page's batch is another target's.
    if text.starts_with(r#"{"v":2,"#) {
        return;
    }
    assert_eq!(validate(&batch), Ok(()));
    let json = to_json(&batch);
    if json.len() <= limits::BATCH_BYTES {
        let again = decode_with_skipped(json.as_bytes());
        assert_eq!(again.as_ref(), Ok(&(batch.clone(), 0)));
    }
    match encode(&batch) {
        Ok(bytes) => assert_eq!(decode_with_skipped(&bytes), Ok((batch, 0))),
        Err(error) => assert!(
            matches!(
                error.problem,
                Problem::TooLarge { .. }
                    | Problem::NoPlace
                    | Problem::Count {
                        what: "different texts",
                        ..
                    }
            ),
            "{error}"
        ),
    }
}
