//! Bodies that are refused: what is wrong with each, and where.

use serde_json::{Value, json};
use snag_beacon::limits::{BATCH_BYTES, ELEMENTS, ENTRIES, PAGE_BYTES, RECORDS, TOLD};
use snag_beacon::{Place, decode, decode_with_skipped};

use crate::common::page;

#[test]
fn a_body_that_is_no_such_json_is_refused_with_the_byte_where_that_shows() {
    for (body, label, place) in [
        (r#"{"v":2,"#, "malformed", 7),
        (r#"{"v":2,"s":"sh"#, "malformed", 14),
        (r#"{"v":2,"s":"shop","r":[[1,1],"#, "malformed", 29),
        (r#"{"v":2,}"#, "json", 7),
        (r#"{"v":2,"s":shop}"#, "json", 11),
        ("{\"v\":2,\n\"s\":\"shop\",\n\"p\":x}", "json", 24),
        (r#"{"v":2,"s":"shop","p":-1}"#, "json", 23),
        (r#"{"v":2,"s":"shop"}"#, "json", 17),
        (r#"{"v":2,"s":"shop","p":7,"t":9,"u":"u"} x"#, "json", 39),
        (r#"{"v":2,"s":"shop","p":7,"t":9,"u":"\ud83d"}"#, "json", 41),
    ] {
        let error = decode(body.as_bytes()).expect_err(body);
        assert_eq!(
            (error.problem.label(), &error.place),
            (label, &Place::Byte(place)),
            "{body}: {error}"
        );
    }
    let error = decode(b"{\"v\":2,\"s\":\"\xff\"}").expect_err("not a text");
    assert_eq!(error.problem.label(), "json");
}

#[test]
fn a_member_of_another_kind_is_refused() {
    for members in [
        json!({ "s": 7 }),
        json!({ "s": null }),
        json!({ "u": null }),
        json!({ "p": 4_294_967_296u64 }),
        json!({ "t": -1 }),
        json!({ "w": [70_000, 1] }),
        json!({ "w": [1] }),
        json!({ "w": [-1, 1] }),
        json!({ "w": [null, 1] }),
        json!({ "e": {} }),
        json!({ "e": [{ "p": "a" }] }),
        json!({ "r": [1] }),
        json!({ "c": [1.5] }),
        json!({ "c": [3_000_000_000u32] }),
        json!({ "l": [1] }),
    ] {
        let error = decode(page(members.clone()).as_bytes()).expect_err("no batch");
        assert_eq!(error.problem.label(), "json", "{members}: {error}");
    }
}

#[test]
fn a_batch_over_a_limit_is_refused_with_the_member_that_is() {
    let many = |item: Value, count: usize| Value::from(vec![item; count]);
    for (members, label, place) in [
        (
            json!({ "e": many(json!({ "i": -1 }), ELEMENTS + 1) }),
            "count",
            "elements",
        ),
        (
            json!({ "r": many(json!([]), RECORDS + 1) }),
            "count",
            "records",
        ),
        (json!({ "c": many(json!(0), TOLD + 1) }), "count", "numbers"),
        (
            json!({ "l": many(json!([]), ENTRIES + 1) }),
            "count",
            "entries",
        ),
        (json!({ "s": "a b" }), "site", "site"),
        (json!({ "s": "" }), "site", "site"),
        (json!({ "t": 2_592_000_001u64 }), "time", "sent"),
        (
            json!({ "u": "", "r": [[1, 1]] }),
            "missing",
            "events[0].url",
        ),
        (
            json!({ "u": "", "r": [[3, 1, "a"], [2, 1]] }),
            "missing",
            "events[1].url",
        ),
        (
            json!({ "u": "\u{0}", "r": [[1, 1]] }),
            "missing",
            "events[0].url",
        ),
    ] {
        let error = decode(page(members).as_bytes()).expect_err(place);
        let wanted = Place::Member(place.to_owned());
        assert_eq!(
            (error.problem.label(), &error.place),
            (label, &wanted),
            "{error}"
        );
    }
}

#[test]
fn what_is_just_at_its_limit_is_not_refused() {
    let many = |item: Value, count: usize| Value::from(vec![item; count]);
    let rows = [8, 1, -1, 0, 0].repeat(TOLD / 5);
    let told = [&rows[..], &[7, 1, 0]].concat();
    let body = page(json!({
        "e": many(json!({ "i": -1 }), ELEMENTS),
        "r": many(json!([2, 1, -1]), RECORDS),
        "c": told,
        "l": many(json!([]), ENTRIES),
    }));
    let (batch, skipped) = decode_with_skipped(body.as_bytes()).expect("a batch");
    assert_eq!((batch.events.len(), skipped), (RECORDS + TOLD / 5, 0));
}

#[test]
fn a_pages_body_may_be_longer_than_any_other() {
    let long = |len: usize| {
        let body = page(json!({}));
        format!("{body}{}", " ".repeat(len - body.len()))
    };
    assert!(decode(long(PAGE_BYTES).as_bytes()).is_ok());
    let error = decode(long(PAGE_BYTES + 1).as_bytes()).expect_err("too long");
    assert_eq!(
        (error.problem.label(), error.place),
        ("too_large", Place::Byte(PAGE_BYTES))
    );
    // What does not begin as one is none.
    let other = format!(" {}", long(BATCH_BYTES));
    let error = decode(other.as_bytes()).expect_err("too long");
    assert_eq!(
        (error.problem.label(), error.place),
        ("too_large", Place::Byte(BATCH_BYTES))
    );
}

#[test]
fn texts_that_have_to_be_copied_too_often_are_refused() {
    // With an escape, so that they cannot be borrowed.
    let long = format!("\n{}", "a".repeat(2_000));
    let clicks = |count: usize| vec![json!([2, 1, -1]); count];
    let error_clicks = [6, 1, 3, -2, 0, 0, 0].repeat(200);
    for (what, members, count) in [
        (
            "an element",
            json!({ "e": [{ "i": -1, "href": long }], "r": clicks(100) }),
            100,
        ),
        ("an address", json!({ "u": long, "r": clicks(100) }), 100),
        (
            "words",
            json!({ "r": [[6, 1, 5, 0, 0, long]], "c": &error_clicks[..700] }),
            101,
        ),
    ] {
        let body = page(members);
        assert_eq!(
            decode(body.as_bytes()).map(|batch| batch.events.len()),
            Ok(count),
            "{what}"
        );
    }
    for (what, members) in [
        (
            "an element",
            json!({ "e": [{ "i": -1, "href": long }], "r": clicks(200) }),
        ),
        ("an address", json!({ "u": long, "r": clicks(200) })),
        (
            "words",
            json!({ "r": [[6, 1, 5, 0, 0, long]], "c": error_clicks }),
        ),
    ] {
        let error = decode(page(members).as_bytes()).expect_err(what);
        let place = Place::Member("events".to_owned());
        assert_eq!(
            (error.problem.label(), error.place),
            ("too_large", place),
            "{what}"
        );
    }
}

#[test]
fn a_message_repeats_nothing_of_what_was_sent() {
    let long = "\u{1}\n\"".repeat(5_000);
    for members in [
        json!({ "s": long }),
        json!({ "p": long }),
        json!({ "e": long }),
        json!({ "e": [{ "i": long }] }),
        json!({ "c": [long] }),
        json!({ (long.clone()): 1, "p": "x" }),
    ] {
        let message = decode(page(members).as_bytes())
            .expect_err("no batch")
            .to_string();
        assert!(
            message.len() < 200 && !message.contains(char::is_control),
            "{message}"
        );
    }
}
