//! What is found out of a log, through the door a page without wasm comes in by: a binary batch of its entries.

use proptest::prelude::*;
use snag_beacon::detect::entry::{self, Entry, NUMBERS, answer, field, mark, vital};
use snag_beacon::detect::{Core, Flushed};
use snag_beacon::{Attention, Event, Kind, Writer, decode, kind};

/// Types of a signal's fields, and of a field's, as the loader tells them.
const SIGNAL: u32 = 345;
const FIELD: u32 = 71_002;

/// A log, begun with a view and its page's texts: 1 the site, 2 the address, 3 to 9 words.
struct Log(Vec<Vec<u32>>);

impl Log {
    fn new() -> Self {
        let mut log = Self(Vec::new());
        log.tell(&[entry::VIEW, 10, 0, 2, 200]);
        log.tell(&[entry::STATE, 10, 1]);
        for element in 1..=9 {
            // Selector and tag.
            log.tell(&[entry::ELEMENT, element, element % 7 + 3, 3]);
        }
        log
    }

    fn tell(&mut self, entry: &[u32]) -> &mut Self {
        self.0.push(entry.to_vec());
        self
    }

    fn down(&mut self, t: u32) -> &mut Self {
        self.tell(&[entry::DOWN, t])
    }

    fn click_at(&mut self, t: u32, element: u32, (x, y): (u32, u32), marks: u32) -> &mut Self {
        self.tell(&[
            entry::CLICK | marks << 8,
            t,
            kind::SIGNAL.into(),
            SIGNAL,
            2,
            element,
            x,
            y,
        ])
    }

    fn press(&mut self, t: u32, element: u32) -> &mut Self {
        self.down(t).click_at(t + 60, element, (100, 100), 0)
    }

    fn answer(&mut self, t: u32, how: u32) -> &mut Self {
        self.tell(&[entry::ANSWER, t, how])
    }

    fn field(&mut self, t: u32, what: u32, element: u32, message: u32) -> &mut Self {
        let mut told = vec![
            entry::FIELD | what << 8,
            t,
            kind::FIELD.into(),
            FIELD,
            9,
            element,
        ];
        told.extend([0, 0, 0, 0, 0, message]);
        self.tell(&told)
    }

    fn flush(&mut self, t: u32, is_last: bool) -> &mut Self {
        self.tell(&[entry::FLUSH, t, is_last.into()])
    }

    /// What the collector makes of it.
    fn events(&self) -> Vec<String> {
        let body = body(&self.0);
        let batch = decode(&body).expect("a batch");
        batch.events.iter().map(told).collect()
    }

    /// Of what it makes those that begin so.
    fn of(&self, word: &str) -> Vec<String> {
        let mut events = self.events();
        events.retain(|event| event.starts_with(word));
        events
    }
}

fn body(entries: &[Vec<u32>]) -> Vec<u8> {
    let mut bytes = vec![0; 65_536];
    let mut writer = Writer::new(&mut bytes);
    let texts = [
        "shop",
        "https://shop.example/",
        "a",
        "b",
        "c",
        "d",
        "e",
        "f",
        "g",
    ];
    writer.bytes(&[1, 0, texts.len() as u8]).expect("room");
    for text in texts {
        writer.text(text).expect("room");
    }
    writer
        .record(kind::HEAD, [1, 7, 10_000_000, 0, 0])
        .expect("room");
    for entry in entries {
        let fields = entry.iter().map(|number| u64::from(*number));
        writer.record(kind::LOG, fields).expect("room");
    }
    writer.byte(kind::END).expect("room");
    let len = writer.len();
    bytes.truncate(len);
    bytes
}

/// An event in short.
fn told(event: &Event<'_>) -> String {
    let at = event.at;
    match &event.kind {
        Kind::Signal(signal) => format!(
            "{} at {at} on {} {} {}",
            signal.what, signal.element.selector, signal.amount, signal.detail
        ),
        Kind::Exposure(exposure) => format!(
            "exposure of {} {} {}",
            exposure.element.selector, exposure.viewable, exposure.visible
        ),
        Kind::Field(found) => format!("field {} {:?}", found.message, found.usage),
        Kind::Attention(found) => format!(
            "attention {} {} {:?}",
            found.engaged, found.depth, found.tenths
        ),
        Kind::Click(click) => format!("click at {at} on {}", click.element.selector),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_click_is_dead_unless_something_answers_it() {
    type Tell = fn(&mut Log);
    let cases: [(&str, Tell, bool); 11] = [
        ("nothing", |_| {}, true),
        (
            "a change",
            |log| {
                log.answer(1_200, answer::CHANGE);
            },
            false,
        ),
        (
            "a change at the last moment",
            |log| {
                log.answer(3_500, answer::CHANGE);
            },
            false,
        ),
        (
            "a change too late",
            |log| {
                log.answer(3_501, answer::CHANGE);
            },
            true,
        ),
        (
            "a request",
            |log| {
                log.answer(1_500, answer::ELSEWHERE);
            },
            false,
        ),
        (
            "scrolling at once",
            |log| {
                log.answer(1_100, answer::SCROLL);
            },
            false,
        ),
        (
            "scrolling later",
            |log| {
                log.answer(1_101, answer::SCROLL);
            },
            true,
        ),
        (
            "another click",
            |log| {
                log.press(1_400, 2).answer(1_500, answer::CHANGE);
            },
            false,
        ),
        (
            "a click that is dead too",
            |log| {
                log.press(1_400, 2);
            },
            true,
        ),
        (
            "leaving in time",
            |log| {
                log.flush(3_000, true);
            },
            false,
        ),
        (
            "a batch between",
            |log| {
                log.flush(2_000, false);
            },
            true,
        ),
    ];
    for (what, tell, is_dead) in cases {
        let mut log = Log::new();
        log.press(1_000, 1);
        tell(&mut log);
        log.flush(9_000, true);
        let dead = log.of("dead at 1060 on b");
        assert_eq!(dead.len(), usize::from(is_dead), "{what}: {dead:?}");
    }
}

#[test]
fn what_changes_before_the_pointer_comes_up_answers_the_click() {
    let mut log = Log::new();
    log.down(1_000)
        .answer(1_010, answer::CHANGE)
        .click_at(1_080, 1, (5, 5), 0)
        .flush(9_000, true);
    assert_eq!(log.of("dead"), [""; 0]);
}

#[test]
fn fields_and_links_are_never_dead_and_fields_never_rage() {
    let mut log = Log::new();
    for click in 0..4 {
        let t = 1_000 + click * 200;
        log.down(t)
            .click_at(t, 1, (5, 5), mark::NEVER_DEAD | mark::NEVER_RAGE);
    }
    log.flush(9_000, true);
    assert_eq!(log.events().len(), 1, "attention alone: {:?}", log.events());
}

#[test]
fn a_hundred_dead_clicks_fifty_milliseconds_apart_are_all_told() {
    let mut log = Log::new();
    for click in 0..100 {
        log.press(1_000 + click * 110, 1 + click % 9);
    }
    log.flush(30_000, true);
    assert_eq!(log.of("dead").len(), 100);
}

#[test]
fn a_burst_is_told_once_with_its_count_and_the_time_of_its_first_click() {
    let mut log = Log::new();
    for t in [1_000, 1_300, 1_700, 2_600, 3_700] {
        log.press(t, 1);
    }
    log.flush(9_000, true);
    // The last one came 1,100 ms after the one before.
    assert_eq!(log.of("rage"), ["rage at 1060 on b 4 "]);
}

#[test]
fn what_answers_each_click_at_once_is_meant_to_be_clicked_often() {
    for (answered, bursts) in [(5, 0), (4, 0), (3, 1), (0, 1)] {
        let mut log = Log::new();
        for click in 0..5 {
            let t = 1_000 + click * 300;
            log.press(t, 1);
            if click < answered {
                log.answer(t + 100, answer::CHANGE);
            }
        }
        log.flush(9_000, true);
        assert_eq!(log.of("rage").len(), bursts, "{answered} of 5 answered");
    }
}

#[test]
fn an_error_belongs_to_the_click_before_it_once() {
    let mut log = Log::new();
    log.press(1_000, 1)
        .tell(&[entry::ERROR, 1_500, 4])
        .tell(&[entry::ERROR, 1_600, 5])
        .press(3_000, 2)
        .tell(&[entry::ERROR, 4_061, 6])
        .flush(9_000, true);
    assert_eq!(log.of("error_click"), ["error_click at 1060 on b 440 b"]);
}

#[test]
fn an_element_is_viewable_after_a_second_at_a_stretch_on_a_focused_page() {
    type Tell = fn(&mut Log);
    let cases: [(&str, Tell, &str); 6] = [
        (
            "never on the screen",
            |log| {
                log.tell(&[entry::SEEN, 1_000, 1, 0]);
            },
            "false 0",
        ),
        (
            "for a second",
            |log| {
                log.tell(&[entry::SEEN, 1_000, 1, 1])
                    .tell(&[entry::SEEN, 2_000, 1, 0]);
            },
            "true 1000",
        ),
        (
            "a little less",
            |log| {
                log.tell(&[entry::SEEN, 1_000, 1, 1])
                    .tell(&[entry::SEEN, 1_999, 1, 0]);
            },
            "false 0",
        ),
        (
            "twice half a second",
            |log| {
                for t in [1_000, 3_000] {
                    log.tell(&[entry::SEEN, t, 1, 1])
                        .tell(&[entry::SEEN, t + 600, 1, 0]);
                }
            },
            "false 0",
        ),
        (
            "interrupted by another tab",
            |log| {
                log.tell(&[entry::SEEN, 1_000, 1, 1])
                    .tell(&[entry::STATE, 1_600, 0])
                    .tell(&[entry::STATE, 9_000, 1])
                    .tell(&[entry::SEEN, 9_600, 1, 0]);
            },
            "false 0",
        ),
        (
            "until the end, over a flush",
            |log| {
                log.tell(&[entry::SEEN, 1_000, 1, 1]);
            },
            "true 9000",
        ),
    ];
    for (what, tell, wanted) in cases {
        let mut log = Log::new();
        tell(&mut log);
        log.flush(10_000, true);
        assert_eq!(
            log.of("exposure"),
            [format!("exposure of b {wanted}")],
            "{what}"
        );
    }
}

#[test]
fn time_counts_while_the_page_is_visible_focused_and_in_use() {
    let mut log = Log::new();
    // Ten seconds in use, an hour away, then idle: thirty seconds of that count.
    log.tell(&[entry::ACTIVE, 5_010])
        .tell(&[entry::SCROLL, 5_010, 0, 25])
        .tell(&[entry::STATE, 10_010, 0])
        .tell(&[entry::STATE, 3_600_000, 1])
        .flush(3_700_000, true);
    // The first two tenths and half of the third were on the screen from the fifth second on.
    let seen = [35_000, 35_000, 35_000, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(
        log.of("attention"),
        [format!("attention 40000 25 {seen:?}")]
    );
}

#[test]
fn of_a_field_order_hesitation_dwell_corrections_and_message_are_told() {
    let mut log = Log::new();
    log.field(1_000, field::FOCUS, 1, 0)
        .field(1_400, field::INPUT, 1, 0)
        .field(1_500, field::CORRECTION, 1, 0)
        .field(2_000, field::BLUR, 1, 0)
        .field(2_000, field::FOCUS, 2, 0)
        .field(2_500, field::BLUR, 2, 0)
        .field(2_600, field::INVALID, 1, 5)
        .field(2_700, field::FOCUS, 1, 0)
        .flush(3_000, true);
    assert_eq!(
        log.of("field"),
        [
            "field c Usage { order: 1, hesitation: 400, dwell: 1300, corrections: 1, focuses: 2, last: true, submitted: false }",
            "field  Usage { order: 2, hesitation: 0, dwell: 500, corrections: 0, focuses: 1, last: false, submitted: false }",
        ]
    );
}

#[test]
fn layout_shifts_add_up_in_windows_of_five_seconds_and_pauses_of_one() {
    let shift = |start: u32, size: u32, is_expected: u32| {
        vec![entry::VITAL, vital::CLS, start, size, is_expected]
    };
    let mut log = Log::new();
    for told in [
        shift(1_000, 100_000, 0),
        shift(1_900, 50_000, 0),
        // Expected, for an input had just been made.
        shift(2_000, 900_000, 1),
        // After a pause: a window of its own.
        shift(2_950, 120_000, 0),
        shift(3_100, 20_000, 0),
    ] {
        log.tell(&told);
    }
    log.flush(5_000, true);
    let batch_body = body(&log.0);
    let batch = decode(&batch_body).expect("a batch");
    let found = batch.events.iter().find_map(|event| match &event.kind {
        Kind::Attention(found) => Some(*found),
        _ => None,
    });
    assert_eq!(
        found.map(|Attention { cls, .. }| cls),
        Some(1_500),
        "0.1 and 0.05"
    );
}

/// `rage_clicks.json` of the published cases, where they are: thresholds are PostHog's, which are ours.
#[test]
fn published_cases_of_rage_clicks_hold() {
    let shared = std::env::var("SNAG_SHARED").unwrap_or_else(|_| "../../shared".to_owned());
    let file = std::path::Path::new(&shared).join("cases/rage_clicks.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        // They lie outside the project.
        return;
    };
    let cases: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let number = |value: &serde_json::Value| value.as_u64().expect("a number") as u32;
    let mut run = 0;
    for case in cases["cases"].as_array().expect("cases") {
        let config = &case["config"];
        if [
            ("click_count", 3),
            ("timeout_ms", 1000),
            ("threshold_px", 30),
        ]
        .iter()
        .any(|(name, ours)| number(&config[*name]) != *ours)
        {
            continue;
        }
        run += 1;
        let clicks = case["clicks"].as_array().expect("clicks");
        let mut log = Log::new();
        for click in clicks {
            let (t, at) = (
                number(&click["t_ms"]) + 1_000,
                (number(&click["x"]), number(&click["y"])),
            );
            log.down(t).click_at(t, 1, at, 0);
        }
        log.flush(60_000, true);
        // A burst is told once, where theirs fires on its third click.
        let fired = case["rage_at_click"].as_array().expect("verdicts");
        let fired = fired.iter().filter(|fired| **fired == true).count();
        assert_eq!(log.of("rage").len(), fired, "{}", case["name"]);
    }
    assert!(run >= 6, "{run} cases are of our thresholds");
}

/// Entries at random, in order of time.
fn entries() -> impl Strategy<Value = Vec<Vec<u32>>> {
    let small = 0..10u32;
    let one = (
        prop::sample::select(vec![
            0, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7, 7, 8, 8, 9, 11, 12, 13,
        ]),
        0..1_500u32,
        prop::collection::vec(small, 8),
    );
    prop::collection::vec(one, 1..120).prop_map(|told| {
        let mut now = 10;
        let mut all = Log::new().0;
        for (code, pause, rest) in told {
            now += pause;
            let mut entry = match code {
                entry::CLICK => vec![
                    code | (rest[7] % 4) << 8,
                    now,
                    kind::SIGNAL.into(),
                    SIGNAL,
                    2,
                ],
                entry::FIELD => vec![code | (rest[7] % 6) << 8, now, kind::FIELD.into(), FIELD],
                entry::RECORD => vec![code, now, kind::SIGNAL.into(), SIGNAL, 5],
                entry::ELEMENT | entry::VITAL => vec![code],
                _ => vec![code, now],
            };
            entry.extend(rest);
            if code == entry::FLUSH {
                entry.truncate(3);
                entry[2] %= 2;
            }
            all.push(entry);
        }
        all.push(vec![entry::FLUSH, now + 5_000, 1]);
        all
    })
}

/// What a page with wasm sends: the core is told each entry once, and each flush is a batch.
fn batches(entries: &[Vec<u32>]) -> Vec<(Vec<u8>, Vec<u16>)> {
    let mut core = Box::new(Core::new());
    let mut batches = Vec::new();
    for told in entries {
        let mut entry: Entry = [0; NUMBERS];
        entry[..told.len()].copy_from_slice(told);
        core.entry = entry;
        let flushed: Flushed = core.put();
        if told[0] == entry::FLUSH {
            batches.push((core.records(flushed).to_vec(), core.used(flushed).to_vec()));
        }
    }
    batches
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_that_is_replayed_whole_for_each_batch_gives_what_a_page_with_wasm_sends(entries in entries()) {
        let sent = batches(&entries);
        let ends = entries.iter().enumerate().filter(|(_, entry)| entry[0] == entry::FLUSH);
        for ((end, _), (records, used)) in ends.zip(&sent) {
            let whole = body(&entries[..=end]);
            let replayed = decode(&whole).expect("a batch");
            // The same records between the same head and end, their texts in the order of their use.
            let texts = ["shop", "https://shop.example/", "a", "b", "c", "d", "e", "f", "g"];
            let mut bytes = vec![0; 65_536];
            let mut writer = Writer::new(&mut bytes);
            writer.bytes(&[1, 0, used.len() as u8 + 1]).expect("room");
            writer.text("shop").expect("room");
            for place in used {
                writer.text(texts.get(usize::from(*place) - 1).copied().unwrap_or_default()).expect("room");
            }
            writer.record(kind::HEAD, [1, 7, 10_000_000, 0, 0]).expect("room");
            writer.bytes(records).expect("room");
            writer.byte(kind::END).expect("room");
            let len = writer.len();
            prop_assert_eq!(&replayed, &decode(&bytes[..len]).expect("a batch"));
        }
    }

    #[test]
    fn no_entries_make_the_core_panic(entries in prop::collection::vec(prop::collection::vec(any::<u32>(), 1..20), 0..200)) {
        let _ = batches(&entries);
        let _ = decode(&body(&entries));
    }

    #[test]
    fn batches_are_cut_anywhere_without_changing_what_was_found(entries in entries()) {
        // Clicks that are dead, bursts and errors do not depend on when batches leave.
        let whole: Vec<_> = entries.iter().filter(|entry| entry[0] != entry::FLUSH).cloned().collect();
        let Some(last) = entries.last() else { return Ok(()) };
        let count = |entries: &[Vec<u32>]| -> usize {
            let ends: Vec<usize> = (0..entries.len()).filter(|at| entries[*at][0] == entry::FLUSH).collect();
            ends.iter().map(|end| {
                let told = body(&entries[..=*end]);
                let batch = decode(&told).expect("a batch");
                batch.events.iter().filter(|event| matches!(&event.kind, Kind::Signal(signal) if ["dead", "rage", "error_click"].contains(&signal.what))).count()
            }).sum()
        };
        let cut: Vec<_> = entries.iter().map(|entry| {
            if entry[0] == entry::FLUSH && entry != last { vec![entry::FLUSH, entry[1], 0] } else { entry.clone() }
        }).collect();
        let whole = [whole, vec![last.clone()]].concat();
        prop_assert_eq!(count(&cut), count(&whole));
    }
}
