//! What the core writes, behind a header and a dictionary, is a batch to the collector's decoder.

use snag_beacon::{Click, Custom, Element, Event, Kind, Pageview, decode, kind};
use snag_tracker_wasm::{FIELDS, ROOM, Section};

/// Header of site `s`, sent 500, dictionary `a`, `b`, `c`, and the events.
fn batch(events: &[u8]) -> Vec<u8> {
    [
        b"\x01\x00\x0a\x01s\x07\x00\x00\x00\xf4\x03\x00\x00\x03\x01a\x01b\x01c",
        events,
    ]
    .concat()
}

fn tell(section: &mut Section, kind: u8, fields: &[u64]) -> bool {
    fields.iter().for_each(|field| section.field(*field));
    section.event(kind)
}

fn taken(section: &mut Section) -> Vec<u8> {
    let len = section.take();
    section.bytes()[..len].to_vec()
}

#[test]
fn every_kind_of_event_decodes_to_what_was_told() {
    let mut section = Section::new();
    let worth = 19.99_f64.to_bits().swap_bytes();
    assert!(tell(&mut section, kind::PAGEVIEW, &[1, 0, 1, 2, 3]));
    assert!(tell(
        &mut section,
        kind::CLICK,
        &[300, 1, 1, 2, 3, 0, 1, 2, 65_535, 0]
    ));
    assert!(tell(
        &mut section,
        kind::CUSTOM,
        &[500, 1, 0, 1, 1, 2, 3, 2, 1, worth]
    ));
    assert!(tell(&mut section, kind::CUSTOM, &[500, 1, 0, 1, 0, 0]));
    let body = batch(&taken(&mut section));
    let element = Element {
        selector: "b".into(),
        tag: "c".into(),
        text: "".into(),
        href: "a".into(),
        role: "b".into(),
    };
    let custom = Custom {
        name: "a".into(),
        props: vec![("b".into(), "c".into())],
        value: Some(19.99),
        currency: "b".into(),
    };
    let event = |at, view, url: &'static str, kind| Event {
        at,
        view,
        url: url.into(),
        kind,
    };
    assert_eq!(
        decode(&body).unwrap().events,
        [
            event(
                1,
                0,
                "a",
                Kind::Pageview(Pageview {
                    referrer: "b".into(),
                    title: "c".into()
                })
            ),
            event(
                300,
                1,
                "a",
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
                    name: "a".into(),
                    ..Custom::default()
                })
            ),
        ]
    );
}

#[test]
fn a_section_begins_anew_once_taken() {
    let mut section = Section::new();
    assert_eq!(taken(&mut section), [kind::END]);
    assert!(tell(&mut section, kind::PAGEVIEW, &[1, 0, 1]));
    assert_eq!(
        decode(&batch(&taken(&mut section))).unwrap().events.len(),
        1
    );
    assert_eq!(taken(&mut section), [kind::END]);
}

#[test]
fn a_full_section_refuses_whole_events_and_still_decodes() {
    let mut section = Section::new();
    let longest = [u64::MAX; FIELDS];
    let mut events = 0;
    while tell(&mut section, 99, &longest) {
        events += 1;
    }
    let mut one = 0;
    while tell(&mut section, 99, &[]) {
        one += 1;
    }
    assert!(!tell(&mut section, 99, &[]));
    let bytes = taken(&mut section);
    let event = FIELDS * 10 + 3;
    assert_eq!(bytes.len(), events * event + one * 2 + 1);
    assert!(
        ROOM - bytes.len() < 2,
        "{} of {ROOM} bytes used",
        bytes.len()
    );
    assert!(tell(&mut section, 99, &longest), "there is room again");
}

#[test]
fn an_event_of_too_many_fields_is_forgotten() {
    let mut section = Section::new();
    assert!(!tell(&mut section, kind::CUSTOM, &[0; FIELDS + 1]));
    assert!(tell(&mut section, kind::PAGEVIEW, &[1, 0, 1]));
    assert_eq!(
        decode(&batch(&taken(&mut section))).unwrap().events.len(),
        1
    );
}

#[test]
fn the_longest_events_of_the_largest_batch_fit() {
    let mut section = Section::new();
    // A month's milliseconds, the highest index a dictionary gives, and a value of ten bytes.
    let mut longest = [1024; FIELDS];
    (longest[0], longest[FIELDS - 1]) = (snag_beacon::limits::SENT_MS, u64::MAX);
    assert!((0..60).all(|_| tell(&mut section, kind::CUSTOM, &longest)));
}
