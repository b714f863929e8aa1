//! What the core writes is a batch to the collector's decoder.

use snag_beacon::limits::{EVENTS, STRINGS};
use snag_beacon::{Click, Custom, Element, Event, Kind, Pageview, decode, kind};
use snag_tracker_wasm::{Batch, FIELDS, RECORD_BYTES};

/// A field as the loader tells it.
#[derive(Clone, Copy)]
enum Told<'a> {
    Number(u64),
    Text(&'a str),
}
use Told::{Number, Text};

fn tell(batch: &mut Batch, kind: u8, fields: &[Told<'_>]) {
    for field in fields {
        match field {
            Number(number) => batch.field(*number),
            Text(text) => {
                text.bytes().for_each(|byte| batch.byte(byte));
                batch.text();
            }
        }
    }
    batch.record(kind);
}

fn begun() -> Batch {
    let mut batch = Batch::new();
    tell(
        &mut batch,
        kind::HEAD,
        &[
            Text("shop"),
            Number(7),
            Number(500),
            Number(1280),
            Number(720),
        ],
    );
    batch
}

#[test]
fn every_kind_of_event_decodes_to_what_was_told() {
    let mut batch = begun();
    let worth = Number(19.99_f64.to_bits());
    let url = Text("https://shop.example/");
    tell(
        &mut batch,
        kind::PAGEVIEW,
        &[
            Number(1),
            Number(0),
            url,
            Text(""),
            Text("Ein schöner Laden"),
        ],
    );
    let element = [
        Text("#pay"),
        Text("button"),
        Text("Pay"),
        Text(""),
        Text("button"),
    ];
    let click = [
        &[Number(300), Number(1), url],
        &element[..],
        &[Number(65_535), Number(0)],
    ]
    .concat();
    tell(&mut batch, kind::CLICK, &click);
    let prop = [
        Number(1),
        Text("plan"),
        Text("pro"),
        Text("EUR"),
        Number(1),
        worth,
    ];
    tell(
        &mut batch,
        kind::CUSTOM,
        &[
            &[Number(500), Number(1), Text(""), Text("bought")],
            &prop[..],
        ]
        .concat(),
    );
    tell(
        &mut batch,
        kind::CUSTOM,
        &[
            Number(500),
            Number(1),
            Text(""),
            Text("seen"),
            Number(0),
            Text(""),
            Number(0),
        ],
    );
    let body = batch.take().to_vec();
    let found = decode(&body).unwrap();
    assert_eq!(
        (&*found.site, found.page, found.sent, found.viewport),
        ("shop", 7, 500, (1280, 720))
    );
    let element = Element {
        selector: "#pay".into(),
        tag: "button".into(),
        text: "Pay".into(),
        href: "".into(),
        role: "button".into(),
    };
    let custom = Custom {
        name: "bought".into(),
        props: vec![("plan".into(), "pro".into())],
        value: Some(19.99),
        currency: "EUR".into(),
    };
    let url = "https://shop.example/";
    let event = |at, view, url: &'static str, kind| Event {
        at,
        view,
        url: url.into(),
        kind,
    };
    let title = "Ein schöner Laden".into();
    assert_eq!(
        found.events,
        [
            event(
                1,
                0,
                url,
                Kind::Pageview(Pageview {
                    referrer: "".into(),
                    title
                })
            ),
            event(
                300,
                1,
                url,
                Kind::Click(Click {
                    element,
                    x: 65_535,
                    y: 0
                })
            ),
            event(500, 1, "", Kind::Custom(custom)),
            event(
                500,
                1,
                "",
                Kind::Custom(Custom {
                    name: "seen".into(),
                    ..Custom::default()
                })
            ),
        ]
    );
    assert_eq!(
        snag_beacon::encode(&found).unwrap(),
        body,
        "there is one way to write a batch"
    );
}

#[test]
fn a_batch_begins_anew_once_taken() {
    let mut batch = begun();
    tell(
        &mut batch,
        kind::PAGEVIEW,
        &[Number(1), Number(0), Text("a")],
    );
    assert_eq!(decode(batch.take()).unwrap().events[0].url, "a");
    tell(&mut batch, kind::HEAD, &[Text("b"), Number(7), Number(500)]);
    tell(
        &mut batch,
        kind::PAGEVIEW,
        &[Number(1), Number(0), Text("c")],
    );
    let found = decode(batch.take()).unwrap();
    assert_eq!((&*found.site, &*found.events[0].url), ("b", "c"));
    // Whatever is left of one nobody closed is not the next one's.
    batch.field(3);
    batch.byte(b'x');
    batch.take();
    tell(&mut batch, kind::HEAD, &[Text("b"), Number(7), Number(500)]);
    assert_eq!(decode(batch.take()).unwrap().site, "b");
}

#[test]
fn what_finds_no_room_leaves_no_batch_and_the_next_one_is_whole() {
    type Fill = fn(&mut Batch);
    let fills: [(&str, Fill); 5] = [
        ("fields", |batch| {
            tell(batch, kind::CUSTOM, &[Number(0); FIELDS + 1])
        }),
        ("records", |batch| {
            for _ in 0..=RECORD_BYTES / 10 / FIELDS {
                tell(batch, kind::CUSTOM, &[Number(u64::MAX); FIELDS]);
            }
        }),
        ("texts", |batch| {
            for index in 0..=STRINGS {
                tell(batch, 99, &[Text(&index.to_string())]);
            }
        }),
        ("bytes of texts", |batch| {
            for index in 0..70 {
                tell(batch, 99, &[Text(&format!("{index}{}", "x".repeat(1000)))]);
            }
        }),
        ("bytes of the batch", |batch| {
            for index in 0..62 {
                tell(batch, 99, &[Text(&format!("{index}{}", "x".repeat(1000)))]);
                tell(batch, 99, &[Number(u64::MAX); 20]);
            }
        }),
    ];
    for (what, fill) in fills {
        let mut batch = begun();
        fill(&mut batch);
        assert_eq!(batch.take(), b"", "{what}");
        tell(&mut batch, kind::HEAD, &[Text("b"), Number(7), Number(500)]);
        assert_eq!(decode(batch.take()).unwrap().site, "b", "{what}");
    }
}

#[test]
fn as_many_texts_as_a_dictionary_holds_are_each_kept_once() {
    let mut batch = begun();
    let names: Vec<String> = (0..STRINGS - 2)
        .map(|index| format!("name {index}"))
        .collect();
    for _ in 0..2 {
        for names in names.chunks(30) {
            let head = [
                Number(0),
                Number(0),
                Text(""),
                Text("seen"),
                Number(names.len() as u64),
            ];
            let props = names.iter().flat_map(|name| [Text(name), Text("")]);
            tell(
                &mut batch,
                kind::CUSTOM,
                &head.into_iter().chain(props).collect::<Vec<_>>(),
            );
        }
    }
    let body = batch.take();
    let found = decode(body).unwrap();
    assert!(found.events.len() < EVENTS);
    let kept = found.events.iter().flat_map(|event| match &event.kind {
        Kind::Custom(custom) => custom.props.iter().map(|(name, _)| name.to_string()),
        other => panic!("{other:?}"),
    });
    assert!(kept.eq(names.iter().chain(&names).cloned()));
}
