//! What holds of every log.
//!
//! Invariant: logs are drawn with times that never fall, as a page tells them, but where any number may come.

use proptest::prelude::*;
use serde_json::{Value, json};
use snag_beacon::detect::Core;
use snag_beacon::detect::entry::{self, Entry};
use snag_beacon::limits::SENT_MS;
use snag_beacon::{Batch, Kind, decode};

use crate::common::{fault, page};

/// Elements -1 to -9 of all sorts, some of which are never dead.
fn elements() -> Value {
    let tags = [
        "button", "a", "input", "div", "label", "form", "a", "select", "form",
    ];
    let described = tags.iter().zip(1..).map(|(tag, number)| {
        let href = if number == 2 { "/cart" } else { "" };
        json!({ "i": -number, "p": format!("e{number}"), "t": tag, "href": href })
    });
    described.collect()
}

/// Errors whose words error clicks may have.
fn errors() -> Value {
    let failed = (0..20).map(|error| {
        json!([
            6,
            error * 900,
            5,
            0,
            error,
            format!("error {error}"),
            "app.js"
        ])
    });
    failed.collect()
}

fn is_flush(entry: &Entry) -> bool {
    entry[0] == entry::FLUSH
}

/// A log whose entries have such codes; the last one is a flush.
fn log(codes: &'static [i32]) -> impl Strategy<Value = Vec<Entry>> {
    let element = -9..0i32;
    let one = (
        prop::sample::select(codes),
        0..1_500i32,
        element,
        prop::array::uniform4(0..7i32),
    );
    prop::collection::vec(one, 1..120).prop_map(|told| {
        let mut now = 10;
        let mut log = vec![
            [entry::VIEW, now, 0, 0, 0, 0],
            [entry::STATE, now, 1, 0, 0, 0],
        ];
        for (code, pause, element, [a, b, c, d]) in told {
            now += pause;
            log.push(match code {
                entry::CLICK => [code, now, element, a * 5, b * 5, i32::from(d == 0)],
                // Forms are -8 and -9, and none.
                entry::FIELD => [code, now, a.min(5), [0, -8, -9][b as usize % 3], element, c],
                entry::SEEN => [code, now, element, a % 2, 0, 0],
                entry::SCROLL => [code, now, a * 10, (a + b) * 10, 0, 0],
                entry::SHIFT => [code, now, a * 10_000, 0, 0, 0],
                entry::INTERACTION => [code, a * 50, 0, 0, 0, 0],
                _ => [code, now, a % 2, 0, 0, 0],
            });
        }
        log.push([entry::FLUSH, now + 5_000, 1, 0, 0, 0]);
        log
    })
}

const ALL: &[i32] = &[
    0, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6, 7, 7, 8, 8, 8, 9, 10, 11, 12, 13,
];
const WITHOUT_VIEWS: &[i32] = &[0, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6, 7, 7, 8, 8, 8, 9, 11, 12];

/// What a page's batch looks like that has this of its core.
fn sent(member: &str, told: Value) -> String {
    let mut members = json!({ "t": 10_000_000, "w": [1280, 720], "e": elements(), "r": errors() });
    members[member] = told;
    page(members)
}

/// A run of the core over the log: what it told at each flush, and where in the log that was.
fn flushes(log: &[Entry]) -> Vec<(usize, Vec<i32>)> {
    let mut core = Box::new(Core::new());
    let mut told = Vec::new();
    for (place, entry) in log.iter().enumerate() {
        core.put(*entry);
        if is_flush(entry) {
            told.push((place, core.told().to_vec()));
        }
    }
    told
}

fn judged(batch: &Batch<'_>) -> usize {
    let is_judged = |kind: &Kind<'_>| match kind {
        Kind::Signal(found) => ["dead", "rage", "error_click"].contains(&found.what),
        _ => false,
    };
    batch
        .events
        .iter()
        .filter(|event| is_judged(&event.kind))
        .count()
}

/// Numbers that are large, small, or just about any.
fn any_number() -> impl Strategy<Value = i32> {
    prop_oneof![
        any::<i32>(),
        -15..15i32,
        prop::sample::select(&[i32::MIN, i32::MIN + 1, -1024, -1025, i32::MAX - 1, i32::MAX][..]),
    ]
}

fn any_log() -> impl Strategy<Value = Vec<Entry>> {
    let entry = (
        prop_oneof![0..14i32, any_number()],
        prop::array::uniform5(any_number()),
    );
    let entry = entry.prop_map(|(code, [t, a, b, c, d])| [code, t, a, b, c, d]);
    prop::collection::vec(entry, 0..300)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_that_is_replayed_whole_for_each_batch_gives_what_a_page_with_wasm_sends(log in log(ALL)) {
        for (place, told) in flushes(&log) {
            let (with_core, without) = (sent("c", json!(told)), sent("l", json!(log[..=place])));
            let found = decode(with_core.as_bytes()).expect("a batch");
            prop_assert_eq!(&decode(without.as_bytes()).expect("a batch"), &found);
            prop_assert_eq!(fault(&found), None);
        }
    }

    #[test]
    fn a_log_of_a_view_gives_the_same_whatever_views_were_before_it(
        before in log(WITHOUT_VIEWS),
        view in log(WITHOUT_VIEWS),
    ) {
        let end = before.last().map_or(0, |last| last[1]);
        let view: Vec<Entry> = view
            .into_iter()
            .map(|[code, t, a, b, c, d]| [code, if code == entry::INTERACTION { t } else { t + end }, a, b, c, d])
            .collect();
        let alone = flushes(&view);
        let whole = flushes(&[before, view].concat());
        let behind = &whole[whole.len() - alone.len()..];
        for ((_, alone), (_, behind)) in alone.iter().zip(behind) {
            prop_assert_eq!(alone, behind);
        }
    }

    #[test]
    fn batches_are_cut_anywhere_without_changing_what_was_found(log in log(WITHOUT_VIEWS)) {
        // Clicks that are dead, bursts and errors do not depend on when batches leave.
        let last = log.len() - 1;
        let stays = |(place, entry): (usize, &Entry)| (place == last || !is_flush(entry)).then_some(*entry);
        let whole: Vec<Entry> = log.iter().enumerate().filter_map(stays).collect();
        let cut: Vec<Entry> = log
            .iter()
            .enumerate()
            .map(|(place, entry)| match *entry {
                [entry::FLUSH, t, ..] if place < last => [entry::FLUSH, t, 0, 0, 0, 0],
                other => other,
            })
            .collect();
        let count = |log: &[Entry]| -> usize {
            let batches = flushes(log).into_iter().map(|(_, told)| sent("c", json!(told)));
            batches.map(|body| judged(&decode(body.as_bytes()).expect("a batch"))).sum()
        };
        prop_assert_eq!(count(&cut), count(&whole));
    }

    #[test]
    fn numbers_fed_one_by_one_are_entries(log in prop_oneof![log(ALL), any_log()]) {
        let (mut put, mut fed) = (Box::new(Core::new()), Box::new(Core::new()));
        for entry in log {
            put.put(entry);
            for number in entry {
                fed.feed(number);
            }
            prop_assert_eq!(put.told(), fed.told());
        }
    }

    #[test]
    fn no_entries_make_the_core_panic_or_a_batch_that_is_none(log in any_log(), t in 0..=SENT_MS) {
        let mut log = log;
        log.push([entry::FLUSH, i32::MAX, 0, 0, 0, 0]);
        let (_, told) = flushes(&log).pop().expect("one flush at least");
        let told = page(json!({ "t": t, "e": elements(), "c": told }));
        let logged = page(json!({ "t": t, "e": elements(), "l": log }));
        let found = decode(logged.as_bytes()).expect("a batch");
        prop_assert_eq!(&decode(told.as_bytes()).expect("a batch"), &found);
        prop_assert_eq!(fault(&found), None);
    }

    #[test]
    fn no_numbers_that_claim_to_be_told_make_a_batch_that_is_none(
        numbers in prop::collection::vec(any_number(), 0..400),
        kinds in prop::collection::vec((6..10i32, prop::array::uniform16(any_number())), 0..60),
    ) {
        // Rows of the right kinds and lengths, with anything in them, and then anything.
        let rows = kinds.into_iter().flat_map(|(kind, mut row)| {
            row[0] = kind;
            let len = match kind { 6 => 7, 7 => 16, 8 => 5, _ => 11 };
            row.into_iter().take(len)
        });
        let told: Vec<i32> = rows.chain(numbers).take(2_048).collect();
        let body = sent("c", json!(told));
        prop_assert_eq!(fault(&decode(body.as_bytes()).expect("a batch")), None);
    }
}
