//! Bodies that are refused: what is wrong with each, where, and in what words.

use snag_beacon::{
    Attention, Batch, Click, Custom, Element, Event, Exposure, Field, Kind, Pageview, Place,
    Problem, Signal, decode, encode, limits, to_json,
};

/// Version, flags, dictionary `s`, `u`, `p`, head: site `s`, page 0x04030201, sent 300, viewport 1280 × 720.
const HEAD: &[u8] =
    b"\x01\x00\x03\x01s\x01u\x01p\x04\x0b\x01\x81\x84\x8c\x20\xac\x02\x80\x0a\xd0\x05";
/// The least head for a dictionary whose first text is the site.
const LEAST: &[u8] = b"\x04\x03\x01\x00\x00";

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
fn a_refused_binary_batch_says_what_is_wrong_and_at_which_byte() {
    let many = [&b"\x01\x00\x81\x08"[..], &[1, b'a'].repeat(1025)].concat();
    let long = [&b"\x01\x00\x01\x81\x10"[..], &[b'a'; 2049]].concat();
    let site = [&b"\x01\x00\x01\x41"[..], &[b'a'; 65], LEAST].concat();
    let events = [HEAD, &b"\x63\x00".repeat(257), b"\x00"].concat();
    for (body, label, place) in [
        (&b""[..], "empty", 0),
        (b"  \n", "empty", 0),
        (b"\x02\x00", "version", 0),
        (b"hello", "version", 0),
        (b"\xff", "version", 0),
        (b"\x01\x80", "version", 1),
        (&many, "count", 2),
        (&long, "text", 3),
        (b"\x01\x00\x01\x03a\0b\x04\x03\x01\0\0\0", "text", 3),
        (b"\x01\x00\x01\x02\xc3\x28\x04\x03\x01\0\0\0", "text", 4),
        (b"\x01\x00\x00\x00", "malformed", 3),
        (b"\x01\x00\x00\x04\x03\x00\x00\x00\x00", "site", 5),
        (b"\x01\x00\x01\x01 \x04\x03\x01\x00\x00\x00", "site", 7),
        (&site, "site", 71),
        (b"\x01\x00\x01\x01s\x04\x03\x02\x00\x00\x00", "malformed", 7),
        (b"\x01\x00\x01\x01s\x04\x02\x01\x00\x00", "malformed", 9),
        (
            b"\x01\x00\x01\x01s\x04\x07\x01\xff\xff\xff\xff\x10\x00\x00",
            "number",
            8,
        ),
        (
            b"\x01\x00\x01\x01s\x04\x07\x01\x00\x81\x90\xfb\xd3\x09\x00",
            "time",
            9,
        ),
        (
            b"\x01\x00\x01\x01s\x04\x06\x01\x00\x00\x80\x80\x04\x00",
            "number",
            10,
        ),
        (&body(b"\x04\x03\x01\x00\x00\x00"), "malformed", HEAD.len()),
        (&events, "count", HEAD.len() + 512),
        (
            &body(b"\x01\x04\xad\x02\x01\x02\x00"),
            "time",
            HEAD.len() + 2,
        ),
        (
            &body(b"\x01\x04\xc8\x01\x01\x04\x00"),
            "malformed",
            HEAD.len() + 5,
        ),
        (
            &body(b"\x01\x04\xc8\x01\x01\x00\x00"),
            "missing",
            HEAD.len() + 5,
        ),
        (
            &body(b"\x01\x03\xc8\x01\x01\x00"),
            "malformed",
            HEAD.len() + 5,
        ),
        (
            &body(b"\x01\x04\xc8\x00\x01\x02\x00"),
            "malformed",
            HEAD.len() + 2,
        ),
        (
            &body(b"\x01\x7f\xc8\x01\x01\x02\x00"),
            "malformed",
            HEAD.len() + 2,
        ),
        (
            &body(b"\x03\x05\xc8\x01\x01\x02\x00\x00"),
            "missing",
            HEAD.len() + 6,
        ),
        (
            &body(b"\x03\x06\xc8\x01\x01\x02\x02\x1f\x00"),
            "count",
            HEAD.len() + 7,
        ),
        (
            &body(b"\x03\x08\xc8\x01\x01\x02\x02\x01\x00\x00\x00"),
            "missing",
            HEAD.len() + 8,
        ),
        (
            &body(
                b"\x03\x11\xc8\x01\x01\x02\x02\x00\x00\x01\x80\x80\x80\x80\x80\x80\x80\xf8\x7f\x00",
            ),
            "number",
            HEAD.len() + 10,
        ),
        (
            &body(b"\x03\x08\xc8\x01\x01\x02\x02\x00\x00\x02\x00"),
            "number",
            HEAD.len() + 9,
        ),
        (&body(b"\x00\x00"), "malformed", HEAD.len() + 1),
        (&body(b""), "malformed", HEAD.len()),
        (
            &vec![1; limits::BATCH_BYTES + 1],
            "too_large",
            limits::BATCH_BYTES,
        ),
    ] {
        let error = decode(body).expect_err(label);
        let head = &body[..body.len().min(40)];
        assert_eq!(
            (error.problem.label(), &error.place),
            (label, &Place::Byte(place)),
            "{head:x?}: {error}"
        );
    }
}

#[test]
fn a_refused_json_batch_says_what_is_wrong_and_in_which_member() {
    let event = |event: &str| format!(r#"{{"version":1,"site":"s","sent":9,"events":[{event}]}}"#);
    let props: Vec<String> = (0..31).map(|index| format!(r#""p{index}":1"#)).collect();
    let names = "n".repeat(121);
    for (body, label, words) in [
        ("{".to_owned(), "malformed", "the batch is cut off"),
        ("{]".to_owned(), "json", "(at the top)"),
        (
            r#"{"version":2,"page":"x"}"#.to_owned(),
            "version",
            "version 2 is not known",
        ),
        (
            r#"{"version":2,"site":"s","events":[]}"#.to_owned(),
            "version",
            "(at version)",
        ),
        (
            r#"{"version":1,"events":[]}"#.to_owned(),
            "json",
            "missing field `site`",
        ),
        (
            r#"{"version":1,"site":"s"}"#.to_owned(),
            "json",
            "missing field `events`",
        ),
        (
            r#"{"version":1,"site":"a b","events":[]}"#.to_owned(),
            "site",
            "(at site)",
        ),
        (
            r#"{"version":1,"site":"","events":[]}"#.to_owned(),
            "site",
            "(at site)",
        ),
        (
            r#"{"version":1,"site":"s","events":[]} x"#.to_owned(),
            "json",
            "trailing",
        ),
        (
            r#"{"version":1,"site":"s","sent":2592000001,"events":[]}"#.to_owned(),
            "time",
            "(at sent)",
        ),
        (
            r#"{"version":1,"site":"s","sent":-1,"events":[]}"#.to_owned(),
            "json",
            "(at sent)",
        ),
        (
            r#"{"version":1,"site":"s","viewport":[1,70000],"events":[]}"#.to_owned(),
            "json",
            "(at viewport[1])",
        ),
        (
            event(r#"{"kind":"pageview","url":"u","at":10}"#),
            "time",
            "(at events[0].at)",
        ),
        (
            event(r#"{"kind":"pageview"}"#),
            "missing",
            "`url` is missing or empty (at events[0].url)",
        ),
        (
            event(r#"{"kind":"pageview","url":"a\u0000"}"#),
            "text",
            "NUL",
        ),
        (
            event(r#"{"kind":"clik","url":"u"}"#),
            "kind",
            "(at events[0].kind)",
        ),
        (
            event(r#"{"kind":"pageview","url":"u"},{"kind":"pageview","url":7}"#),
            "json",
            "expected a string at line 1",
        ),
        (
            event(r#"{"kind":"pageview","url":"u"},{"kind":"pageview","url":7}"#),
            "json",
            "(at events[1].url)",
        ),
        (
            event(r#"{"kind":"custom"}"#),
            "missing",
            "(at events[0].name)",
        ),
        (
            event(&format!(r#"{{"kind":"custom","name":"{names}"}}"#)),
            "text",
            "over 120 bytes",
        ),
        (
            event(&format!(
                r#"{{"kind":"custom","name":"n","props":{{{}}}}}"#,
                props.join(",")
            )),
            "count",
            "properties",
        ),
        (
            event(r#"{"kind":"custom","name":"n","props":{"a":[]}}"#),
            "json",
            "(at events[0].props.a)",
        ),
        (
            event(r#"{"kind":"custom","name":"n","value":1e999}"#),
            "json",
            "out of range",
        ),
        (
            event(&format!(
                r#"{{"kind":"pageview","url":"{}"}}"#,
                "u".repeat(2049)
            )),
            "text",
            "over 2048 bytes",
        ),
        (
            event(&vec![r#"{"kind":"pageview","url":"u"}"#; 257].join(",")),
            "count",
            "more than 256 events",
        ),
    ] {
        let error = decode(body.as_bytes()).expect_err(label);
        assert_eq!(error.problem.label(), label, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let error = decode(b"{\"version\":1,\"site\":\"\xff\"}").unwrap_err();
    assert_eq!(
        (error.problem.label(), error.place),
        ("text", Place::Byte(21))
    );
}

#[test]
fn the_encoder_refuses_what_the_decoder_would() {
    let texts: Vec<String> = (0..1100).map(|index| format!("text {index}")).collect();
    let mut many = sample(Kind::Pageview(Pageview::default()));
    many.events = texts
        .chunks(5)
        .map(|texts| {
            let [selector, tag, text, href, role] =
                [0, 1, 2, 3, 4].map(|at| texts[at].as_str().into());
            let element = Element {
                selector,
                tag,
                text,
                href,
                role,
                ..Element::default()
            };
            Event {
                at: 0,
                view: 0,
                url: "u".into(),
                kind: Kind::Click(Click {
                    element,
                    ..Click::default()
                }),
            }
        })
        .collect();
    assert_eq!(encode(&many).unwrap_err().problem.label(), "count");

    let long: Vec<String> = (0..40)
        .map(|index| format!("{index:02}{}", "x".repeat(2000)))
        .collect();
    let mut large = sample(Kind::Pageview(Pageview::default()));
    large.events = long
        .iter()
        .map(|url| Event {
            at: 0,
            view: 0,
            url: url.as_str().into(),
            kind: Kind::Pageview(Pageview::default()),
        })
        .collect();
    assert_eq!(encode(&large).unwrap_err().problem.label(), "too_large");

    let unreal = Custom {
        name: "n".into(),
        value: Some(f64::NAN),
        ..Custom::default()
    };
    assert_eq!(
        encode(&sample(Kind::Custom(unreal)))
            .unwrap_err()
            .to_string(),
        "a value is not a finite number (at events[0].value)"
    );
}

#[test]
fn the_encoder_refuses_what_binary_has_no_place_for_and_names_it() {
    let element = |name: &'static str| {
        let mut element = Element::default();
        let text = match name {
            "name" => &mut element.name,
            "type" => &mut element.type_,
            "ad" => &mut element.ad,
            "placement" => &mut element.placement,
            "campaign" => &mut element.campaign,
            _ => &mut element.rotation,
        };
        *text = "x".into();
        Kind::Click(Click {
            element,
            ..Click::default()
        })
    };
    let pageview = |status, back| {
        Kind::Pageview(Pageview {
            status,
            back,
            ..Pageview::default()
        })
    };
    let within = Kind::Click(Click {
        within: (0, 1),
        ..Click::default()
    });
    let signal = Kind::Signal(Signal {
        what: "copy",
        ..Signal::default()
    });
    for (kind, member) in [
        (pageview(404, false), "status"),
        (pageview(0, true), "back"),
        (within, "within"),
        (element("name"), "element.name"),
        (element("type"), "element.type"),
        (element("ad"), "element.ad"),
        (element("placement"), "element.placement"),
        (element("campaign"), "element.campaign"),
        (element("rotation"), "element.rotation"),
        (signal, "kind"),
        (Kind::Attention(Attention::default()), "kind"),
        (Kind::Exposure(Exposure::default()), "kind"),
        (Kind::Field(Field::default()), "kind"),
    ] {
        let batch = sample(kind);
        let error = encode(&batch).expect_err(member);
        let place = Place::Member(format!("events[0].{member}"));
        assert_eq!((error.problem, error.place), (Problem::NoPlace, place));
        assert_eq!(
            decode(to_json(&batch).as_bytes()),
            Ok(batch),
            "JSON has one"
        );
    }
}

#[test]
fn an_error_message_is_short_whatever_was_sent() {
    let long = "\u{1}\n\"".repeat(5_000);
    let text = serde_json::json!(long).to_string();
    for body in [
        format!(r#"{{"version":{text}}}"#),
        format!(r#"{{"version":1,"site":{text},"events":[]}}"#),
        format!(r#"{{"version":1,"site":"s","page":{text},"events":[]}}"#),
        format!(r#"{{"version":1,"site":"s","events":{text}}}"#),
        format!(r#"{{"version":1,"site":"s","events":[{{"kind":{text}}}]}}"#),
        format!(
            r#"{{"version":1,"site":"s","events":[{{"kind":"custom","props":{{{text}:[]}}}}]}}"#
        ),
        format!(
            r#"{{"version":1,"site":"s","events":[{{"kind":"custom","value":1{}}}]}}"#,
            "0".repeat(9_000)
        ),
    ] {
        let message = decode(body.as_bytes()).unwrap_err().to_string();
        assert!(message.len() < 300, "{message}");
        assert!(!message.contains(char::is_control), "{message:?}");
    }
}
