//! Any text as a page's batch, as the members of one, and as its elements, records and numbers, so that few bytes reach
//! deep: decoding must not panic, and what decodes must hold every limit and be what its JSON twin decodes to.
#![no_main]

use libfuzzer_sys::fuzz_target;
use snag_beacon::{Batch, decode_with_skipped, limits, mended, to_json, validate};

const HEAD: &str = r#"{"v":2,"s":"s","p":1,"t":90000,"u":"u""#;
const ELEMENTS: &str =
    r#""e":[{"i":-1,"p":"a[id=\"b\"]","t":"input"},{"i":-2,"t":"a","href":"\n"}]"#;

fuzz_target!(|text: &str| {
    check(text);
    check(&format!(r#"{{"v":2,{text}}}"#));
    check(&format!("{HEAD},{text}}}"));
    check(&format!(
        r#"{HEAD},"e":[{{"i":-1,{text}}}],"r":[[2,1,-1]]}}"#
    ));
    check(&format!("{HEAD},{ELEMENTS},\"r\":[[{text}]]}}"));
    check(&format!("{HEAD},{ELEMENTS},\"c\":[{text}]}}"));
    check(&format!(
        "{HEAD},{ELEMENTS},\"l\":[[10],[5,0,1],[{text}],[4,80000]]}}"
    ));
});

fn check(text: &str) {
    let body = mended(text.as_bytes());
    let Ok((batch, _)) = decode_with_skipped(&body) else {
        return;
    };
    assert!(batch.events.len() <= limits::PAGE_EVENTS);
    for events in batch.events.chunks(limits::EVENTS) {
        let part = Batch {
            events: events.to_vec(),
            ..batch.clone()
        };
        assert_eq!(validate(&part), Ok(()));
        let json = to_json(&part);
        if json.len() <= limits::BATCH_BYTES {
            assert_eq!(decode_with_skipped(json.as_bytes()), Ok((part, 0)));
        }
    }
}
