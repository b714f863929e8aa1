//! The contract by example: bytes that version 1 fixes for good, bodies that are refused and with what words.

use snag_beacon::{
    Batch, Click, Custom, Element, Event, Kind, Pageview, decode, decode_with_skipped, encode,
    to_json,
};

/// Version, flags, dictionary `s`, `u`, `p`, head: site `s`, page 0x04030201, sent 300, viewport 1280 × 720.
const HEAD: &[u8] =
    b"\x01\x00\x03\x01s\x01u\x01p\x04\x0b\x01\x81\x84\x8c\x20\xac\x02\x80\x0a\xd0\x05";

fn sample(kind: Kind<'_>) -> Batch<'_> {
    let event = Event {
        at: 200,
        view: 1,
        url: "u".into(),
        kind,
    };
    Batch {
        site: "s".into(),
        page: 0x0403_0201,
        sent: 300,
        viewport: (1280, 720),
        automated: false,
        events: vec![event],
    }
}

fn body(events: &[u8]) -> Vec<u8> {
    [HEAD, events].concat()
}

#[test]
fn the_bytes_of_version_1_stay_what_they_are() {
    let pageview = Kind::Pageview(Pageview {
        title: "p".into(),
        ..Pageview::default()
    });
    let element = Element {
        selector: "p".into(),
        tag: "u".into(),
        ..Element::default()
    };
    let click = Kind::Click(Click {
        element,
        x: 5,
        y: 300,
        ..Click::default()
    });
    let props = vec![("p".into(), "u".into())];
    let custom = Kind::Custom(Custom {
        name: "p".into(),
        props,
        value: Some(12.5),
        currency: "u".into(),
    });
    let bare = Kind::Custom(Custom {
        name: "p".into(),
        ..Custom::default()
    });
    for (kind, events) in [
        (pageview, &b"\x01\x06\xc8\x01\x01\x02\x00\x03\x00"[..]),
        (
            click,
            b"\x02\x0c\xc8\x01\x01\x02\x03\x02\x00\x00\x00\x05\xac\x02\x00",
        ),
        (
            custom,
            b"\x03\x13\xc8\x01\x01\x02\x03\x01\x03\x02\x02\x01\x80\x80\x80\x80\x80\x80\xc0\x94\x40\x00",
        ),
        (bare, b"\x03\x08\xc8\x01\x01\x02\x03\x00\x00\x00\x00"),
    ] {
        let batch = sample(kind);
        assert_eq!(decode(&body(events)).unwrap(), batch);
        assert_eq!(encode(&batch).unwrap(), body(events));
    }
}

#[test]
fn fields_a_payload_lacks_are_empty_and_fields_it_adds_are_passed_over() {
    let pageview = |title: &'static str| {
        sample(Kind::Pageview(Pageview {
            title: title.into(),
            ..Pageview::default()
        }))
    };
    assert_eq!(
        decode(&body(b"\x01\x04\xc8\x01\x01\x02\x00")).unwrap(),
        pageview("")
    );
    assert_eq!(
        decode(&body(b"\x01\x05\xc8\x01\x01\x02\x00\x00")).unwrap(),
        pageview("")
    );
    assert_eq!(
        decode(&body(b"\x01\x08\xc8\x01\x01\x02\x00\x03\xff\xff\x00")).unwrap(),
        pageview("p")
    );
    let longer = b"\x01\x00\x02\x01s\x01u\x04\x0e\x01\x81\x84\x8c\x20\xac\x02\x80\x0a\xd0\x05\x00\xff\xff\x01\x04\xc8\x01\x01\x02\x00";
    assert_eq!(decode(longer).unwrap(), pageview(""));
    let shorter =
        b"\x01\x00\x02\x01s\x01u\x04\x07\x01\x81\x84\x8c\x20\xac\x02\x01\x04\xc8\x01\x01\x02\x00";
    let driven = b"\x01\x00\x02\x01s\x01u\x04\x0c\x01\x81\x84\x8c\x20\xac\x02\x80\x0a\xd0\x05\x03\x01\x04\xc8\x01\x01\x02\x00";
    assert!(decode(driven).unwrap().automated);
    let unseen = Batch {
        viewport: (0, 0),
        ..pageview("")
    };
    assert_eq!(decode(shorter).unwrap(), unseen);
}

#[test]
fn events_of_unknown_kinds_are_passed_over_and_counted() {
    let events = b"\x63\x03abc\x01\x04\xc8\x01\x01\x02\x64\x00\x00";
    let (batch, skipped) = decode_with_skipped(&body(events))
        .map(|(b, s)| (b.events.len(), s))
        .unwrap();
    assert_eq!((batch, skipped), (1, 2));
    let json = br#"{"version":1,"site":"s","events":[{"kind":"later","ms":5},{"kind":"pageview","url":"u"}]}"#;
    let (batch, skipped) = decode_with_skipped(json).unwrap();
    assert_eq!((batch.events.len(), skipped), (1, 1));
}

#[test]
fn a_person_can_write_a_batch_by_hand() {
    let text = r#" {"version":1,"site":"shop","events":[{"kind":"pageview","url":"https://shop.example/"}]} "#;
    let batch = decode(text.as_bytes()).unwrap();
    assert_eq!(
        (&*batch.site, batch.page, batch.sent, batch.viewport),
        ("shop", 0, 0, (0, 0))
    );
    assert_eq!(batch.events[0].url, "https://shop.example/");
    assert!(matches!(batch.events[0].url, std::borrow::Cow::Borrowed(_)));

    let text = r#"{"version":1,"site":"shop","events":[{"kind":"custom","name":"purchase","at":70,"referrer":7e0,
        "props":{"plan":"pro","seats":3,"tax":1.5,"big":1e300,"gift":false,"none":null,"low":-2},"value":12}]}"#
        .replace("\"referrer\":7e0,", "\"currency\":null,\"later\":[{}],");
    let batch = decode(text.as_bytes()).unwrap();
    let Kind::Custom(custom) = &batch.events[0].kind else {
        panic!("{batch:?}")
    };
    let props: Vec<(&str, &str)> = custom
        .props
        .iter()
        .map(|(key, value)| (&**key, &**value))
        .collect();
    let expected = [
        ("plan", "pro"),
        ("seats", "3"),
        ("tax", "1.5"),
        ("big", "1e300"),
        ("gift", "false"),
        ("low", "-2"),
    ];
    assert_eq!(props, expected);
    assert_eq!((custom.value, batch.sent), (Some(12.0), 70));
}

#[test]
fn json_says_what_the_readme_shows() {
    let batch = sample(Kind::Click(Click {
        element: Element {
            selector: "#pay".into(),
            tag: "button".into(),
            text: "Pay".into(),
            ..Element::default()
        },
        x: 1,
        y: 2,
        ..Click::default()
    }));
    assert_eq!(
        to_json(&batch),
        concat!(
            r##"{"version":1,"site":"s","page":67305985,"sent":300,"viewport":[1280,720],"events":[{"kind":"click","##,
            r##""at":200,"view":1,"url":"u","element":{"selector":"#pay","tag":"button","text":"Pay"},"x":1,"y":2}]}"##
        )
    );
}
