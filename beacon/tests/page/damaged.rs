//! What holds of every page's batch, also of one that no tracker writes or that was damaged on its way.
//!
//! Invariant: batches are drawn from what is known and what is not, so that most of them decode.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use snag_beacon::limits::{BATCH_BYTES, EVENTS};
use snag_beacon::{Problem, decode_with_skipped, encode, mended, to_json};

use crate::common::{fault, page};

fn value() -> impl Strategy<Value = Value> {
    let nested = r#"{"props":{"a":"b","c":[1]},"value":"3","currency":"EUR"}"#;
    prop_oneof![
        4 => (-15..15i32).prop_map(Value::from),
        2 => any::<i32>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(json!([[]])),
        1 => Just(json!({ "a": { "b": 1 } })),
        2 => "[ -~]{0,20}".prop_map(Value::from),
        1 => "\\PC{0,40}".prop_map(Value::from),
        1 => (0..2_500usize).prop_map(|len| Value::from("ä\0".repeat(len / 3))),
        1 => (0..2_500usize).prop_map(|len| Value::from("\n".repeat(len))),
        1 => Just(Value::from(nested)),
        1 => "[a-z]{0,4}\\[(id|data-snag)=\"[a-z0-9 ]{0,4}\"\\]".prop_map(Value::from),
    ]
}

fn element() -> impl Strategy<Value = Value> {
    let names = [
        "p",
        "t",
        "x",
        "id",
        "href",
        "role",
        "name",
        "type",
        "data-snag-ad",
        "later",
    ];
    let member = (prop::sample::select(names.to_vec()), value());
    (-12..2i32, prop::collection::vec(member, 0..8)).prop_map(|(number, members)| {
        let mut element: Map<String, Value> = members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        element.insert("i".to_owned(), number.into());
        Value::Object(element)
    })
}

fn record() -> impl Strategy<Value = Value> {
    let known = prop::sample::select(vec![1, 2, 3, 6, 6, 10]).prop_map(Value::from);
    let kind = prop_oneof![9 => known, 1 => value()];
    (kind, prop::collection::vec(value(), 0..18)).prop_map(|(kind, values)| {
        let values = [kind].into_iter().chain(values);
        values.collect()
    })
}

fn told() -> impl Strategy<Value = Value> {
    let number = || prop_oneof![4 => -15..15i32, 1 => any::<i32>()];
    let row = (6..10i32, prop::array::uniform16(number())).prop_map(|(kind, mut row)| {
        row[0] = kind;
        let len = match kind {
            6 => 7,
            7 => 16,
            8 => 5,
            _ => 11,
        };
        row[..len].to_vec()
    });
    prop::collection::vec(row, 0..40).prop_map(|rows| Value::from(rows.concat()))
}

fn log() -> impl Strategy<Value = Value> {
    let entry = (0..14i32, prop::collection::vec(value(), 0..8));
    let entry = entry.prop_map(|(code, values)| {
        let values = [code.into()].into_iter().chain(values);
        values.collect::<Value>()
    });
    prop::collection::vec(entry, 0..60).prop_map(|mut entries| {
        entries.push(json!([4, 1_000_000]));
        Value::from(entries)
    })
}

fn body() -> impl Strategy<Value = String> {
    let head = (
        0..=2_592_000_000u64,
        any::<u32>(),
        prop_oneof![Just("https://shop.example/"), Just("a\n"), Just("")],
    );
    let parts = (
        prop::collection::vec(element(), 0..12),
        prop::collection::vec(record(), 0..30),
        proptest::option::of(told()),
        proptest::option::of(log()),
    );
    (head, parts).prop_map(|((sent, view, url), (elements, records, told, log))| {
        page(json!({ "t": sent, "n": view, "u": url, "e": elements, "r": records, "c": told, "l": log }))
    })
}

/// What has to hold of what the body decodes to, if to anything.
fn check(body: &[u8]) -> Result<bool, TestCaseError> {
    let Ok((batch, _)) = decode_with_skipped(body) else {
        return Ok(false);
    };
    prop_assert_eq!(fault(&batch), None);
    let json = to_json(&batch);
    if batch.events.len() <= EVENTS && json.len() <= BATCH_BYTES {
        let again = decode_with_skipped(json.as_bytes());
        prop_assert_eq!(again.as_ref(), Ok(&(batch.clone(), 0)));
    }
    match encode(&batch) {
        Ok(bytes) => prop_assert_eq!(decode_with_skipped(&bytes), Ok((batch, 0))),
        Err(error) => prop_assert!(
            matches!(
                error.problem,
                Problem::NoPlace | Problem::TooLarge { .. } | Problem::Count { .. }
            ),
            "{}",
            error
        ),
    }
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_page_writes_of_itself_is_a_batch_whatever_its_words_and_numbers(body in body()) {
        let is_batch = check(body.as_bytes())?;
        // Without an address nothing but a page's own events can be told.
        prop_assert!(is_batch || body.contains(r#""u":"""#), "{}", body);
    }

    #[test]
    fn what_is_decoded_from_a_damaged_batch_holds_every_limit(
        body in body(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        digits in prop::collection::vec((any::<prop::sample::Index>(), b'0'..=b'9'), 0..6),
    ) {
        let mut body = body.into_bytes();
        let all = damage.into_iter();
        // A digit in place of another leaves it JSON more often.
        let places: Vec<usize> = (7..body.len()).filter(|at| body[*at].is_ascii_digit()).collect();
        for (index, byte) in digits {
            let at = index.get(&places);
            body[*at] = byte;
        }
        check(&body)?;
        for (index, byte) in all {
            let at = index.index(body.len());
            body[at] = byte;
            check(&body)?;
        }
    }

    #[test]
    fn no_beginning_of_a_batch_is_a_batch(body in body(), share in 0.0..1.0f64) {
        let len = (body.len() as f64 * share) as usize;
        prop_assert!(decode_with_skipped(&body.as_bytes()[..len]).is_err());
    }

    #[test]
    fn anything_behind_the_version_does_not_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        text in r#"[\[\]{},:"\\0-9a-zud]{0,200}"#,
    ) {
        check(&[br#"{"v":2,"#, &bytes[..]].concat())?;
        check(format!(r#"{{"v":2,"s":"s","p":1,"t":9,"u":"u",{text}}}"#).as_bytes())?;
        let halves = format!(r#"{{"v":2,"s":"s","p":1,"t":9,"u":"{}"}}"#, text.replace('"', ""));
        let whole = mended(halves.as_bytes());
        prop_assert_eq!(whole.len(), halves.len());
        check(&whole)?;
        let again = mended(&whole);
        prop_assert_eq!(&again, &whole);
    }
}
