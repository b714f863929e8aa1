//! Elements: what the page says of one, and what it is called.

use serde_json::{Value, json};
use snag_beacon::{Element, Kind, decode};

use crate::common::page;

/// The element as it is in an event that names it.
fn named(described: &Value) -> Element<'static> {
    let mut described = described.clone();
    described["i"] = json!(-1);
    let body = page(json!({ "e": [described], "r": [[2, 1, -1]] })).leak();
    let mut batch = decode(body.as_bytes()).expect("a batch");
    match batch.events.pop().map(|event| event.kind) {
        Some(Kind::Click(click)) => click.element,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_mark_or_a_plain_id_stands_alone_and_all_else_stays() {
    let fits = format!(r#"a[href="/{}"]"#, "a".repeat(501));
    let long = format!(r#"a[href="/{}"]"#, "a".repeat(502));
    assert_eq!(fits.len(), 512);
    for (path, selector) in [
        ("", ""),
        ("button", "button"),
        (r#"button[id="pay"]"#, "#pay"),
        (r#"my-button[id="pay"]"#, "#pay"),
        (r#"[id="pay"]"#, "#pay"),
        (r#"form[id="_a-B_1"]"#, "#_a-B_1"),
        (
            r#"ul[id="list"]>li:nth-of-type(2)>a"#,
            "#list>li:nth-of-type(2)>a",
        ),
        (r#"a[data-snag="x"]"#, r#"[data-snag="x"]"#),
        (r#"a[data-snag="x"]>span"#, r#"[data-snag="x"]>span"#),
        (
            r#"x-host[id="cart"] >>> button[id="pay"]"#,
            r#"#cart >>> button[id="pay"]"#,
        ),
        (
            r#"x-host >>> button[id="pay"]"#,
            r#"x-host >>> button[id="pay"]"#,
        ),
        (r#"div>button[id="pay"]"#, r#"div>button[id="pay"]"#),
        // What CSS does not take behind a `#` as it is.
        (r#"button[id="1a"]"#, r#"button[id="1a"]"#),
        (r#"button[id="-a"]"#, r#"button[id="-a"]"#),
        (r#"button[id="a.b"]"#, r#"button[id="a.b"]"#),
        (r#"button[id="a b"]"#, r#"button[id="a b"]"#),
        (r#"button[id="käse"]"#, r#"button[id="käse"]"#),
        (r#"button[id="a\"]b"]"#, r#"button[id="a\"]b"]"#),
        (r#"button[id=""]"#, r#"button[id=""]"#),
        (r#"input[name="q"]"#, r#"input[name="q"]"#),
        (r#"a[data-snag-ad="x"]"#, r#"a[data-snag-ad="x"]"#),
        (&fits, &fits),
        // Cut it would find something else.
        (&long, ""),
        ("a[name=\"\u{0}\"]", ""),
    ] {
        assert_eq!(named(&json!({ "p": path })).selector, selector, "{path}");
    }
}

#[test]
fn the_first_stage_tells_an_id_and_no_path() {
    let long = "a".repeat(513);
    for (described, selector) in [
        (json!({ "id": "pay" }), "#pay"),
        (json!({ "id": "1a", "t": "b" }), r#"b[id="1a"]"#),
        (json!({ "id": "a\"b", "t": "b" }), r#"b[id="a\"b"]"#),
        // Another one on the next load.
        (json!({ "id": "x123" }), ""),
        (json!({ "id": "_r_5" }), ""),
        (json!({ "id": "" }), ""),
        (json!({}), ""),
        (json!({ "id": 7 }), ""),
        (json!({ "id": long }), ""),
        (json!({ "id": "pay\u{0}" }), ""),
        (json!({ "id": "pay", "p": "form>button" }), "form>button"),
    ] {
        assert_eq!(named(&described).selector, selector, "{described}");
    }
}

#[test]
fn what_an_element_says_is_spaced_singly_and_cut_in_whole_characters() {
    let long = "ä".repeat(81);
    let words = "one  two ".repeat(60);
    let cut_words = "one two ".repeat(20);
    for (text, wanted) in [
        ("Pay now", "Pay now"),
        (" Pay\n\t now ", "Pay now"),
        ("Pay\u{a0}now", "Pay now"),
        ("\n \t", ""),
        ("Pay\u{0}now", "Pay"),
        (&long, &long[..160]),
        (&format!(" a{long}"), &format!("a{long}")[..159]),
        (&words, &cut_words[..160]),
        (&format!(" {}", "x".repeat(300)), &"x".repeat(160)),
    ] {
        assert_eq!(named(&json!({ "x": text })).text, wanted, "{text:?}");
    }
}

#[test]
fn an_element_is_all_that_is_said_of_it() {
    let described = json!({
        "p": "p", "t": "t", "x": "x", "href": "h", "role": "r", "name": "n", "type": "y",
        "data-snag-ad": "a", "data-snag-placement": "l", "data-snag-campaign": "c",
        "data-snag-rotated": "o", "later": [1],
    });
    let element = Element {
        selector: "p".into(),
        tag: "t".into(),
        text: "x".into(),
        href: "h".into(),
        role: "r".into(),
        name: "n".into(),
        type_: "y".into(),
        ad: "a".into(),
        placement: "l".into(),
        campaign: "c".into(),
        rotation: "o".into(),
    };
    assert_eq!(named(&described), element);
}

#[test]
fn what_is_no_text_is_empty_and_what_is_long_is_cut() {
    let members = [
        "t",
        "href",
        "role",
        "name",
        "type",
        "data-snag-ad",
        "data-snag-placement",
        "data-snag-campaign",
        "data-snag-rotated",
    ];
    for value in [
        json!(null),
        json!(false),
        json!(7),
        json!([]),
        json!({ "baseVal": "x" }),
    ] {
        let described: Value = members
            .iter()
            .map(|member| ((*member).to_owned(), value.clone()))
            .collect();
        assert_eq!(named(&described), Element::default(), "{value}");
    }
    let long = "x".repeat(2_100);
    let described: Value = members
        .iter()
        .map(|member| ((*member).to_owned(), json!(long)))
        .collect();
    let found = named(&described);
    for text in [
        found.tag,
        found.href,
        found.role,
        found.name,
        found.type_,
        found.ad,
        found.placement,
        found.campaign,
        found.rotation,
    ] {
        assert_eq!(text.len(), 2_048);
    }
}

#[test]
fn of_two_elements_of_one_number_the_later_one_counts_and_unknown_numbers_are_empty() {
    let body = page(json!({
        "e": [{ "i": -1, "p": "a" }, { "i": -1, "p": "b" }],
        "r": [[2, 1, -1], [2, 1, -2], [2, 1, 0], [2, 1]],
    }));
    let batch = decode(body.as_bytes()).expect("a batch");
    let selectors: Vec<&str> = batch
        .events
        .iter()
        .map(|event| match &event.kind {
            Kind::Click(click) => &*click.element.selector,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(selectors, ["b", "", "", ""]);
}
