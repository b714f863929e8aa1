//! Dead, rage and error clicks.

use serde_json::{Value, json};
use snag_beacon::detect::entry::{self, answer};

use crate::log::Log;

#[test]
fn a_click_is_dead_unless_something_answers_it() {
    type Tell = fn(&mut Log) -> &mut Log;
    let cases: [(&str, Tell, bool); 13] = [
        ("nothing", |log| log, true),
        ("a change", |log| log.answer(1_200, answer::CHANGE), false),
        (
            "a change at the last moment",
            |log| log.answer(3_500, answer::CHANGE),
            false,
        ),
        (
            "a change too late",
            |log| log.answer(3_501, answer::CHANGE),
            true,
        ),
        (
            "a request",
            |log| log.answer(1_500, answer::ELSEWHERE),
            false,
        ),
        (
            "scrolling at once",
            |log| log.answer(1_100, answer::SCROLL),
            false,
        ),
        (
            "scrolling later",
            |log| log.answer(1_101, answer::SCROLL),
            true,
        ),
        (
            "another click",
            |log| log.press(1_400, -2).answer(1_500, answer::CHANGE),
            false,
        ),
        ("a click that is dead too", |log| log.press(1_400, -2), true),
        ("an error", |log| log.tell(&[entry::ERROR, 1_200]), true),
        ("leaving in time", |log| log.flush(3_000, true), false),
        ("leaving too late", |log| log.flush(3_501, true), true),
        ("a batch between", |log| log.flush(2_000, false), true),
    ];
    for (what, tell, is_dead) in cases {
        let mut log = Log::new();
        tell(log.press(1_000, -1)).flush(9_000, true);
        let dead = log.of("dead at 1060 on e1");
        assert_eq!(dead.len(), usize::from(is_dead), "{what}: {dead:?}");
    }
}

#[test]
fn what_changes_before_the_pointer_comes_up_answers_the_click() {
    let mut log = Log::new();
    log.down(1_000)
        .answer(1_010, answer::CHANGE)
        .click_at(1_080, -1, (5, 5))
        .flush(9_000, true);
    assert_eq!(log.of("dead"), [""; 0]);
}

#[test]
fn a_key_clicks_without_a_pointer_and_waits_from_the_click_on() {
    for (answered, is_dead) in [(3_500, false), (3_501, true)] {
        let mut log = Log::new();
        log.press(500, -2)
            .answer(510, answer::CHANGE)
            .click_at(1_000, -1, (0, 0))
            .answer(answered, answer::CHANGE)
            .flush(9_000, true);
        assert_eq!(
            log.of("dead at 1000").len(),
            usize::from(is_dead),
            "{answered}"
        );
    }
}

#[test]
fn a_click_before_anybody_listened_is_never_dead_nor_of_a_burst() {
    let mut log = Log::new();
    for t in [1_000, 1_200, 1_400, 1_600] {
        log.down(t).tell(&[entry::CLICK, t, -1, 5, 5, 1]);
    }
    log.press(1_800, -1).press(2_000, -1).flush(9_000, true);
    assert_eq!(log.of("dead").len(), 2, "{:?}", log.of("dead"));
    assert_eq!(log.of("rage"), [""; 0]);
    log.entries.pop();
    log.press(2_200, -1).flush(9_000, true);
    assert_eq!(log.of("rage"), ["rage at 1860 on e1 3 "]);
}

#[test]
fn an_error_belongs_to_an_early_click_as_to_any_other() {
    let mut log = Log::new();
    log.tell(&[entry::CLICK, 1_000, -1, 5, 5, 1])
        .tell(&[entry::ERROR, 1_200])
        .flush(9_000, true);
    assert_eq!(log.of("error_click"), ["error_click at 1000 on e1 200 "]);
}

#[test]
fn fields_and_links_that_lead_away_are_never_dead_and_fields_never_rage() {
    let cases: [(Value, usize, usize); 16] = [
        (json!({}), 4, 1),
        (json!({ "t": "div" }), 4, 1),
        (json!({ "t": "input" }), 0, 0),
        (json!({ "t": "input", "type": "text" }), 0, 0),
        (json!({ "t": "input", "type": "checkbox" }), 0, 0),
        (json!({ "t": "input", "type": "submit" }), 4, 1),
        (json!({ "t": "input", "type": "button" }), 4, 1),
        (json!({ "t": "input", "type": "image" }), 4, 1),
        (json!({ "t": "input", "type": "reset" }), 4, 1),
        (json!({ "t": "select" }), 0, 0),
        (json!({ "t": "textarea" }), 0, 0),
        (json!({ "t": "label" }), 0, 0),
        (json!({ "t": "video" }), 0, 0),
        (json!({ "t": "a", "href": "/cart" }), 0, 1),
        (json!({ "t": "a", "href": "#reviews" }), 4, 1),
        (json!({ "t": "a", "href": "" }), 4, 1),
    ];
    for (described, dead, rage) in cases {
        let mut log = Log::new();
        log.describe(described.clone());
        for click in 0..4 {
            log.press(1_000 + click * 200, -1);
        }
        log.flush(9_000, true);
        let found = (log.of("dead").len(), log.of("rage").len());
        assert_eq!(found, (dead, rage), "{described}");
    }
}

#[test]
fn an_element_nobody_described_is_dead_too() {
    let mut log = Log::new();
    log.press(1_000, -77).flush(9_000, true);
    assert_eq!(log.of("dead"), ["dead at 1060 on  0 "]);
}

#[test]
fn a_hundred_dead_clicks_a_tenth_of_a_second_apart_are_all_told() {
    let mut log = Log::new();
    for click in 0..100 {
        log.press(1_000 + click * 110, -1 - click % 9);
    }
    log.flush(30_000, true);
    assert_eq!(log.of("dead").len(), 100);
}

#[test]
fn a_burst_is_told_once_with_its_count_and_the_time_of_its_first_click() {
    let mut log = Log::new();
    for t in [1_000, 1_300, 1_700, 2_600, 3_700] {
        log.press(t, -1);
    }
    log.flush(9_000, true);
    // The last one came 1,100 ms after the one before.
    assert_eq!(log.of("rage"), ["rage at 1060 on e1 4 "]);
}

#[test]
fn a_burst_is_three_clicks_in_one_place_whatever_batches_leave_between() {
    type Tell = fn(&mut Log) -> &mut Log;
    let cases: [(&str, Tell, usize); 6] = [
        ("two", |log| log.press(1_000, -1).press(1_200, -1), 0),
        (
            "three",
            |log| log.press(1_000, -1).press(1_200, -1).press(1_400, -1),
            1,
        ),
        (
            "29 pixels apart",
            |log| {
                log.click_at(1_000, -1, (0, 0))
                    .click_at(1_200, -1, (14, 15))
                    .click_at(1_400, -1, (28, 30))
            },
            1,
        ),
        (
            "30 pixels apart",
            |log| {
                log.click_at(1_000, -1, (0, 0))
                    .click_at(1_200, -1, (15, 15))
                    .click_at(1_400, -1, (30, 30))
            },
            0,
        ),
        (
            "a batch between",
            |log| {
                log.press(1_000, -1)
                    .press(1_200, -1)
                    .flush(1_300, false)
                    .press(1_400, -1)
            },
            1,
        ),
        (
            "who leaves between has two bursts",
            |log| {
                log.press(1_000, -1)
                    .press(1_200, -1)
                    .flush(1_300, true)
                    .press(1_400, -1)
            },
            0,
        ),
    ];
    for (what, tell, bursts) in cases {
        let mut log = Log::new();
        tell(&mut log).flush(9_000, true);
        assert_eq!(log.of("rage").len(), bursts, "{what}");
    }
}

#[test]
fn what_answers_each_click_at_once_is_meant_to_be_clicked_often() {
    for (answered, pause, bursts) in [
        (5, 100, 0),
        (4, 100, 0),
        (3, 100, 1),
        (0, 100, 1),
        (5, 250, 0),
        (5, 251, 1),
    ] {
        let mut log = Log::new();
        for click in 0..5 {
            let t = 1_000 + click * 300;
            log.press(t, -1);
            if click < answered {
                log.answer(t + pause, answer::CHANGE);
            }
        }
        log.flush(9_000, true);
        assert_eq!(
            log.of("rage").len(),
            bursts,
            "{answered} of 5 answered after {pause}"
        );
    }
}

#[test]
fn an_error_belongs_to_the_click_before_it_once() {
    let mut log = Log::new();
    log.press(1_000, -1)
        .tell(&[entry::ERROR, 1_500])
        .record(json!([6, 1_500, 5, 0, 12, "pay is not defined", "app.js"]))
        .tell(&[entry::ERROR, 1_600])
        .record(json!([6, 1_600, 5, 0, 12, "nor is this", "app.js"]))
        .press(3_000, -2)
        .tell(&[entry::ERROR, 4_061])
        .flush(9_000, true);
    assert_eq!(
        log.of("error_click"),
        ["error_click at 1060 on e1 440 pay is not defined"]
    );
}

#[test]
fn a_new_view_forgets_the_clicks_of_the_one_before() {
    let mut log = Log::new();
    log.press(1_000, -1)
        .press(1_200, -1)
        .tell(&[entry::VIEW, 1_300])
        .press(1_400, -1)
        .tell(&[entry::VIEW, 1_500])
        .tell(&[entry::ERROR, 1_600])
        .flush(9_000, true);
    for word in ["dead", "rage", "error_click"] {
        assert_eq!(log.of(word), [""; 0]);
    }
}
