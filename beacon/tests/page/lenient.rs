//! What a browser, or a page's own words, make absurd: it is cut or bounded, and the rest is not lost for it.

use serde_json::{Value, json};
use snag_beacon::{Kind, decode, decode_with_skipped};

use crate::common::{fault, page};

#[test]
fn numbers_are_whole_and_within_their_bounds() {
    for (given, x) in [
        (json!(7), 7),
        (json!(7.9), 7),
        (json!(-1), 0),
        (json!(-0.5), 0),
        (json!(65_535), 65_535),
        (json!(65_536), 65_535),
        (json!(1e300), 65_535),
        (json!(-1e300), 0),
        (json!(u64::MAX), 65_535),
        (json!(i64::MIN), 0),
        // NaN and what is not there.
        (json!(null), 0),
        (json!(true), 1),
        (json!(false), 0),
        (json!("7"), 0),
        (json!([7]), 0),
        (json!({ "x": 7 }), 0),
    ] {
        let body = page(json!({ "r": [[2, 1, -1, given]] }));
        let batch = decode(body.as_bytes()).expect("a batch");
        assert!(
            matches!(&batch.events[0].kind, Kind::Click(click) if click.x == x),
            "{given}: {:?}",
            batch.events
        );
    }
}

#[test]
fn an_event_happens_between_the_start_and_the_sending() {
    for (at, wanted) in [
        (json!(500), 500),
        (json!(500.5), 500),
        (json!(10_001), 10_000),
        (json!(1e300), 10_000),
        (json!(-5), 0),
        (json!(null), 0),
        (json!("x"), 0),
    ] {
        let body = page(json!({ "r": [[1, at]] }));
        assert_eq!(
            decode(body.as_bytes()).expect("a batch").events[0].at,
            wanted,
            "{at}"
        );
    }
    for (at, wanted) in [(500, 500), (-5, 0), (i32::MIN, 0), (i32::MAX, 10_000)] {
        let body = page(json!({ "c": [8, at, -1, 0, 0] }));
        assert_eq!(
            decode(body.as_bytes()).expect("a batch").events[0].at,
            wanted,
            "{at}"
        );
    }
}

#[test]
fn entries_of_a_log_are_filled_up_and_cut() {
    let seen = |entry: Value| {
        let body = page(
            json!({ "e": [{ "i": -1, "p": "a" }], "l": [[10], [5, 0, true], entry, [4, 2_000.9, null]] }),
        );
        let batch = decode(body.as_bytes()).expect("a batch");
        batch.events.iter().any(|event| {
            matches!(&event.kind, Kind::Exposure(found) if found.viewable && found.visible == 1_500)
        })
    };
    for (entry, is_seen) in [
        (json!([8, 500, -1, 1, 0, 0]), true),
        (json!([8, 500, -1, 1]), true),
        (json!([8, 500, -1, true]), true),
        (json!([8.7, 500.9, -1.9, 1.5]), true),
        (json!([8, 500, -1, 1, 0, 0, 9, "x", [], {}]), true),
        (json!([8, 500, -1, null]), false),
        (json!([8, 500, -1, "1"]), false),
        (json!([8, 500, -1]), false),
        (json!([]), false),
        (json!([99, 1]), false),
    ] {
        assert_eq!(seen(entry.clone()), is_seen, "{entry}");
    }
}

#[test]
fn texts_end_at_a_nul_and_at_their_limit() {
    let long = "ä".repeat(1_100);
    let body = page(json!({
        "u": format!("https://shop.example/\u{0}x"),
        "r": [[1, 1, "https://a.example/\u{0}", long], [3, 1, long], [6, 1, 5, 0, 0, "a\u{0}b", long]],
    }));
    let (batch, skipped) = decode_with_skipped(body.as_bytes()).expect("a batch");
    assert_eq!((skipped, fault(&batch)), (0, None));
    let [pageview, custom, signal] = &batch.events[..] else {
        panic!("{batch:?}")
    };
    assert_eq!(pageview.url, "https://shop.example/");
    let (Kind::Pageview(pageview), Kind::Custom(custom), Kind::Signal(signal)) =
        (&pageview.kind, &custom.kind, &signal.kind)
    else {
        panic!("{batch:?}")
    };
    assert_eq!(
        (&*pageview.referrer, pageview.title.len()),
        ("https://a.example/", 2_048)
    );
    assert_eq!(custom.name.len(), 120);
    assert_eq!((&*signal.detail, signal.name.len()), ("a", 2_048));
}

#[test]
fn a_record_may_say_more_than_is_known_and_a_batch_too() {
    let mut record = json!([1, 1, "", "title", 200, 0]);
    if let Some(values) = record.as_array_mut() {
        values.extend((0..50).map(|value| json!([value])));
    }
    let body = page(json!({ "r": [record, [99, 1], [98]], "later": [{ "a": [] }], "c": null }));
    let (batch, skipped) = decode_with_skipped(body.as_bytes()).expect("a batch");
    assert_eq!((batch.events.len(), skipped), (1, 2));
}

#[test]
fn what_a_batch_does_not_say_is_not_known() {
    let body = br#"{"v":2,"s":"shop","p":7,"t":9,"u":""}"#;
    let batch = decode(body).expect("a batch");
    assert_eq!(
        (batch.viewport, batch.automated, batch.events.len()),
        ((0, 0), false, 0)
    );
    for (automated, wanted) in [(json!(1), true), (json!(0), false), (json!(null), false)] {
        let body = page(json!({ "a": automated, "w": [1280, 720], "n": null, "r": [[1, 1]] }));
        let batch = decode(body.as_bytes()).expect("a batch");
        assert_eq!((batch.viewport, batch.automated), ((1280, 720), wanted));
        assert_eq!(batch.events[0].view, 0);
    }
    // A browser that zooms.
    for (told, viewport) in [
        (json!([853.3333, 479.99]), (853, 479)),
        (json!([65_535.9, 0]), (65_535, 0)),
    ] {
        let body = page(json!({ "w": told, "r": [[1, 1]] }));
        assert_eq!(decode(body.as_bytes()).expect("a batch").viewport, viewport);
    }
}

#[test]
fn texts_without_escapes_are_borrowed() {
    let body = page(json!({ "e": [{ "i": -1, "p": "form>a", "t": "a" }], "r": [[2, 1, -1]] }));
    let batch = decode(body.as_bytes()).expect("a batch");
    let Kind::Click(click) = &batch.events[0].kind else {
        panic!("{batch:?}")
    };
    for text in [
        &batch.site,
        &batch.events[0].url,
        &click.element.selector,
        &click.element.tag,
    ] {
        assert!(matches!(text, std::borrow::Cow::Borrowed(_)), "{text}");
    }
}
