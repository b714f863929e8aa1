//! Records: what happened, in words.

use serde_json::{Value, json};
use snag_beacon::{Attention, Click, Custom, Element, Kind, Pageview, Signal, decode_with_skipped};

use crate::common::page;

fn pay() -> Element<'static> {
    Element {
        selector: "#pay".into(),
        tag: "button".into(),
        text: "Pay now".into(),
        ..Element::default()
    }
}

/// What a batch says that has one record, beside the element it may name as -1.
fn kinds(record: &Value) -> (Vec<(u64, Kind<'static>)>, u32) {
    let pay = json!({ "i": -1, "p": r#"button[id="pay"]"#, "t": "button", "x": "Pay now" });
    let body = page(json!({ "e": [pay], "r": [record] })).leak();
    let (batch, skipped) = decode_with_skipped(body.as_bytes()).expect("a batch");
    let kinds = batch.events.into_iter().map(|event| (event.at, event.kind));
    (kinds.collect(), skipped)
}

#[test]
fn a_record_becomes_an_event() {
    let click = |x, y, within| {
        Kind::Click(Click {
            element: pay(),
            x,
            y,
            within,
        })
    };
    let signal = |what, amount| Signal {
        what,
        amount,
        ..Signal::default()
    };
    let cases = [
        (
            json!([1, 12, "https://search.example/", "A shop", 404, true]),
            Kind::Pageview(Pageview {
                referrer: "https://search.example/".into(),
                title: "A shop".into(),
                status: 404,
                back: true,
            }),
        ),
        (
            json!([1, 12, "", "A shop", 200, false]),
            Kind::Pageview(Pageview {
                title: "A shop".into(),
                status: 200,
                ..Pageview::default()
            }),
        ),
        (json!([1, 12]), Kind::Pageview(Pageview::default())),
        (
            json!([2, 12, -1, 640, 512, 10, 20, 100, 40]),
            click(640, 512, (100, 500)),
        ),
        // What stands outside counts as the edge, and what has no size as its corner.
        (
            json!([2, 12, -1, 640, 512, -3, 80, 100, 40]),
            click(640, 512, (0, 1000)),
        ),
        (
            json!([2, 12, -1, 640, 512, 10, 20, 0, 0]),
            click(640, 512, (0, 0)),
        ),
        (
            json!([2, 12, -1, 640.7, 512.2, 33.4, 0.5, 100.2, 40]),
            click(640, 512, (333, 12)),
        ),
        // The first stage tells no more.
        (json!([2, 12, -1, 640, 512]), click(640, 512, (0, 0))),
        (json!([2, 12, -7]), Kind::Click(Click::default())),
        (
            json!([6, 12, 4, -1, 42]),
            Kind::Signal(Signal {
                element: pay(),
                ..signal("copy", 42)
            }),
        ),
        (
            json!([
                6,
                12,
                5,
                0,
                17,
                "x is not defined",
                "https://shop.example/app.js"
            ]),
            Kind::Signal(Signal {
                detail: "x is not defined".into(),
                name: "https://shop.example/app.js".into(),
                ..signal("error", 17)
            }),
        ),
        (
            json!([6, 12, 6, null, 0, "https://shop.example/a.png"]),
            Kind::Signal(Signal {
                detail: "https://shop.example/a.png".into(),
                ..signal("resource", 0)
            }),
        ),
        (
            json!([6, 12, 7, -1]),
            Kind::Signal(Signal {
                element: pay(),
                ..signal("form_start", 0)
            }),
        ),
        (
            json!([6, 12, 8, -1]),
            Kind::Signal(Signal {
                element: pay(),
                ..signal("form_submit", 0)
            }),
        ),
        (
            json!([6, 12, 9, -1, 5]),
            Kind::Signal(Signal {
                element: pay(),
                detail: "tooShort".into(),
                ..signal("form_fail", 0)
            }),
        ),
        (
            json!([6, 12, 9, 0, 11, "more"]),
            Kind::Signal(signal("form_fail", 0)),
        ),
        (
            json!([6, 12, 10, 0, 0, "user-17"]),
            Kind::Signal(Signal {
                detail: "user-17".into(),
                ..signal("identify", 0)
            }),
        ),
        (
            json!([6, 12, 11, 0, 0, "granted"]),
            Kind::Signal(Signal {
                detail: "granted".into(),
                ..signal("consent", 0)
            }),
        ),
    ];
    for (record, kind) in cases {
        assert_eq!(kinds(&record), (vec![(12, kind)], 0), "{record}");
    }
}

#[test]
fn what_makes_no_sense_is_passed_over_and_counted() {
    for record in [
        json!([]),
        json!([1]),
        json!([0, 12]),
        json!([99, 12, "later"]),
        json!(["1", 12]),
        json!([null, null]),
        json!([-1, 12]),
        json!([1e300, 12]),
        json!([3, 12]),
        json!([3, 12, "", "{}"]),
        json!([3, 12, 7, "{}"]),
        json!([3, 12, "\u{0}"]),
        json!([6, 12]),
        json!([6, 12, 0]),
        json!([6, 12, 12]),
        json!([6, 12, -1]),
        // The core's, which no page writes as words.
        json!([7, 12, 1]),
        json!([8, 12, -1]),
        json!([9, 12, -1]),
        json!([10, 12, 3, 4]),
        json!([10, 12, -1, 4]),
        json!([11, 12]),
    ] {
        assert_eq!(kinds(&record), (vec![], 1), "{record}");
    }
}

#[test]
fn an_event_of_the_pages_own_is_what_it_was_given() {
    let custom = |props: &[(&'static str, &'static str)], value, currency: &'static str| Custom {
        name: "purchase".into(),
        props: props
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
        value,
        currency: currency.into(),
    };
    let long = "n".repeat(121);
    let many: serde_json::Map<_, _> = (10..50)
        .map(|index| (format!("p{index}"), json!("x")))
        .collect();
    let cases = [
        (
            json!({ "props": { "plan": "pro", "seats": "3", "gift": "false" }, "value": "12.5", "currency": "EUR" }),
            // In the order of the names, as this test writes them.
            custom(
                &[("gift", "false"), ("plan", "pro"), ("seats", "3")],
                Some(12.5),
                "EUR",
            ),
        ),
        (json!({ "value": 12.5 }), custom(&[], Some(12.5), "")),
        (json!({ "value": " 12 " }), custom(&[], Some(12.0), "")),
        (json!({ "value": "-1e3" }), custom(&[], Some(-1000.0), "")),
        (
            json!({ "value": "12 EUR", "currency": "EUR" }),
            custom(&[], None, "EUR"),
        ),
        (json!({ "value": "NaN" }), custom(&[], None, "")),
        (json!({ "value": "Infinity" }), custom(&[], None, "")),
        (
            json!({ "value": null, "currency": null, "props": null }),
            custom(&[], None, ""),
        ),
        (
            json!({ "value": [1], "currency": { "a": 1 }, "later": [{}] }),
            custom(&[], None, ""),
        ),
        (
            json!({ "value": 3, "currency": 978 }),
            custom(&[], Some(3.0), ""),
        ),
        // What cannot be kept of it takes nothing else with it.
        (
            json!({ "props": { "a": [1], "b": { "c": 1 }, "d": null, "e": "x", "": "y" }, "value": 3 }),
            custom(&[("e", "x")], Some(3.0), ""),
        ),
        (
            json!({ "props": ["a", "b"], "value": 3 }),
            custom(&[], Some(3.0), ""),
        ),
        (
            json!({ "props": "a", "value": 3 }),
            custom(&[], Some(3.0), ""),
        ),
        (
            json!({ "props": true, "value": 3 }),
            custom(&[], Some(3.0), ""),
        ),
        (
            json!({ "props": 7, "value": 3 }),
            custom(&[], Some(3.0), ""),
        ),
        (
            json!({ "props": -7, "value": 3 }),
            custom(&[], Some(3.0), ""),
        ),
        (
            json!({ "props": 7.5, "value": 3 }),
            custom(&[], Some(3.0), ""),
        ),
        (
            json!({ "props": { "a\u{0}b": "x\u{0}y" } }),
            custom(&[("a", "x")], None, ""),
        ),
        (
            json!({ "currency": "E".repeat(121) }),
            custom(&[], None, "E".repeat(120).leak()),
        ),
        (
            json!({ "props": { (long.clone()): "x" } }),
            custom(&[(long[..120].to_owned().leak(), "x")], None, ""),
        ),
        (json!("nonsense"), custom(&[], None, "")),
        (json!(12), custom(&[], None, "")),
        (json!({}), custom(&[], None, "")),
    ];
    for (given, wanted) in cases {
        let record = json!([3, 12, "purchase", given.to_string()]);
        let found = kinds(&record);
        assert_eq!(found, (vec![(12, Kind::Custom(wanted))], 0), "{given}");
    }
    let (found, _) = kinds(&json!([
        3,
        12,
        "purchase",
        json!({ "props": many }).to_string()
    ]));
    assert!(matches!(&found[..], [(_, Kind::Custom(custom))] if custom.props.len() == 30));
    for bare in [
        json!([3, 12, "purchase"]),
        json!([3, 12, "purchase", null]),
        json!([3, 12, "purchase", "{"]),
    ] {
        let wanted = vec![(12, Kind::Custom(custom(&[], None, "")))];
        assert_eq!(kinds(&bare), (wanted, 0), "{bare}");
    }
}

#[test]
fn half_a_character_in_what_was_given_takes_nothing_else_with_it() {
    let given = r#"{"props":{"a":"cut \ud83d","b":"\ud83d\ude00"},"value":3}"#;
    let (found, _) = kinds(&json!([3, 12, "purchase", given]));
    let [(_, Kind::Custom(found))] = &found[..] else {
        panic!("{found:?}")
    };
    let props: Vec<(&str, &str)> = found
        .props
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    assert_eq!(props, [("a", "cut \u{fffd}"), ("b", "\u{1f600}")]);
    assert_eq!(found.value, Some(3.0));
}

#[test]
fn figures_of_speed_are_one_event_with_how_the_page_was_looked_at() {
    let speed = [
        json!([10, 30, 1, 800.4, 0]),
        json!([10, 40, 1, 700, 0]),
        json!([10, 50, 0, 900.9, 0]),
        json!([10, 60, 0, 1500.5, 0]),
        json!([10, 70, 2, 0, 2100.5, 120.7]),
    ];
    let attention = [
        7, 5000, 4000, 80, 96, 123_456, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ];
    let fast = Attention {
        fcp: 800,
        lcp: 1500,
        load: 2100,
        ttfb: 120,
        ..Attention::default()
    };
    let seen = Attention {
        engaged: 4000,
        depth: 80,
        inp: 96,
        cls: 1234,
        tenths: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        ..Attention::default()
    };
    let both = Attention {
        fcp: 800,
        lcp: 1500,
        load: 2100,
        ttfb: 120,
        ..seen
    };
    for (body, at, wanted) in [
        (json!({ "r": speed }), 30, fast),
        (json!({ "c": attention }), 5000, seen),
        (json!({ "r": speed, "c": attention }), 30, both),
    ] {
        let body = page(body);
        let (batch, skipped) = decode_with_skipped(body.as_bytes()).expect("a batch");
        let events: Vec<_> = batch
            .events
            .iter()
            .map(|event| (event.at, &event.kind))
            .collect();
        assert_eq!((events, skipped), (vec![(at, &Kind::Attention(wanted))], 0));
    }
}

#[test]
fn events_are_in_the_order_records_findings_speed_and_all_of_the_same_page_and_view() {
    let body = page(json!({
        "n": 3,
        "r": [[10, 5, 0, 900], [1, 900], [2, 700, -1]],
        "c": [6, 650, 2, -1, 1, 2, 0, 8, 10_000, -1, 500, 1],
    }));
    let (batch, _) = decode_with_skipped(body.as_bytes()).expect("a batch");
    let events: Vec<_> = batch
        .events
        .iter()
        .map(|event| (event.at, event.view, &*event.url))
        .collect();
    let url = "https://shop.example/";
    assert_eq!(events, [900, 700, 650, 10_000, 5].map(|at| (at, 3, url)));
    assert_eq!((batch.page, batch.sent, &*batch.site), (7, 10_000, "shop"));
    assert_eq!((batch.viewport, batch.automated), ((0, 0), false));
}
