//! The most a decoding holds in memory, measured on the bodies that make it hold most.
//!
//! Invariant: this has one test, so that no other test's allocations are counted with it.

mod page;

use allocation_counter::measure;
use snag_beacon::limits::{BATCH_BYTES, DECODE_BYTES, EVENTS, PROPS, STRINGS};
use snag_beacon::{Writer, decode, kind};

fn filled(head: &str, item: &str, tail: &str) -> Vec<u8> {
    let count = (BATCH_BYTES - head.len() - tail.len()) / (item.len() + 1);
    format!("{head}{}{tail}", vec![item; count].join(",")).into_bytes()
}

/// As many events with as many properties as are allowed, all of one text.
fn properties() -> Vec<u8> {
    let mut bytes = vec![0; BATCH_BYTES];
    let mut writer = Writer::new(&mut bytes);
    writer
        .bytes(b"\x01\x00\x01\x01a\x04\x05\x01\0\0\0\0")
        .expect("room");
    for _ in 0..EVENTS {
        let head = [0, 0, 1, 1, PROPS as u64];
        writer
            .record(kind::CUSTOM, head.into_iter().chain([1; PROPS * 2]))
            .expect("room");
    }
    writer.byte(kind::END).expect("room");
    let len = writer.len();
    bytes.truncate(len);
    bytes
}

fn dictionary() -> Vec<u8> {
    let mut body = vec![1, 0, (STRINGS & 0x7f) as u8 | 0x80, (STRINGS >> 7) as u8];
    body.extend([1, b'a'].repeat(STRINGS));
    body.extend(b"\x04\x05\x01\0\0\0\0");
    body.push(kind::END);
    body
}

#[test]
fn no_body_makes_decoding_hold_more_than_the_bound() {
    let head = r#"{"version":1,"site":"s","events":["#;
    let props = |props: &str, count: usize| {
        let event = format!(r#"{{"kind":"custom","name":"a","props":{{{props}}}}}"#);
        format!("{head}{}]}}", vec![event; count].join(",")).into_bytes()
    };
    let pair = |pair: &str, count: usize| vec![pair; count].join(",");
    let bodies: [(&str, Vec<u8>); 14] = [
        ("properties", properties()),
        ("dictionary", dictionary()),
        ("empty objects", filled(head, "{}", "]}")),
        (
            "least events",
            filled(head, r#"{"kind":"click","url":"a"}"#, "]}"),
        ),
        (
            "escaped texts",
            filled(
                head,
                r#"{"kind":"click","url":"\n","element":{"tag":"\n"}}"#,
                "]}",
            ),
        ),
        (
            "numbers as properties",
            props(&pair(r#""a":1e99"#, PROPS), 150),
        ),
        ("short properties", props(&pair(r#""\n":1"#, PROPS), 220)),
        ("five properties an event", props(&pair(r#""a":1"#, 5), 256)),
        (
            "properties over the limit",
            props(&pair(r#""a":1"#, 10_000), 1),
        ),
        (
            "nested lists",
            filled(r#"{"version":1,"x":"#, "[[[[[[[[", ""),
        ),
        ("deep", [b"{\"x\":".to_vec(), b"[".repeat(60_000)].concat()),
        (
            "one long text",
            format!(
                r#"{{"version":1,"site":"{}\n","events":[]}}"#,
                "a".repeat(65_000)
            )
            .into_bytes(),
        ),
        (
            "a text where a number belongs",
            format!(r#"{{"version":"{}\n"}}"#, "a".repeat(65_000)).into_bytes(),
        ),
        ("ten megabytes", vec![b'{'; 10_000_000]),
    ];
    let mut decoded = 0;
    let mut most = 0;
    for (name, body) in bodies.iter().chain(&page::bodies()) {
        let used = measure(|| {
            if decode(body).is_ok() {
                decoded += 1;
            }
        });
        assert!(
            used.bytes_max < DECODE_BYTES as u64,
            "{name}: {} bytes at once",
            used.bytes_max
        );
        most = most.max(used.bytes_max);
    }
    // The heaviest are batches in full.
    assert!(decoded >= 17, "{decoded} bodies decoded");
    // A bound far above them would bound nothing.
    assert!(most > DECODE_BYTES as u64 / 2, "{most} bytes at most");
}
