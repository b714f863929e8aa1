//! What the core told: rows of numbers.

use serde_json::json;
use snag_beacon::{Area, Event, Exposure, Field, Kind, Signal, Usage, decode};

use crate::common::page;

fn kinds(members: serde_json::Value) -> Vec<Kind<'static>> {
    let described = json!({
        "e": [
            { "i": -1, "p": "button", "t": "button" },
            { "i": -2, "p": "form", "t": "form" },
            { "i": -3, "p": "input", "t": "input", "name": "q" },
        ],
    });
    let mut all = described;
    if let (Some(all), serde_json::Value::Object(members)) = (all.as_object_mut(), members) {
        all.extend(members);
    }
    let body = page(all).leak();
    let batch = decode(body.as_bytes()).expect("a batch");
    batch
        .events
        .into_iter()
        .map(|event: Event<'static>| event.kind)
        .collect()
}

fn selector(kind: &Kind<'_>) -> String {
    match kind {
        Kind::Signal(found) => found.element.selector.to_string(),
        Kind::Exposure(found) => found.element.selector.to_string(),
        Kind::Field(found) => format!("{}>{}", found.form.selector, found.element.selector),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_row_becomes_an_event() {
    let told = kinds(json!({ "c": [
        6, 100, 1, -1, 20, 30, 4,
        8, 200, -1, 1500, 1,
        9, 300, -2, -3, 2, 400, 3000, 5, 6, 1, 3,
    ] }));
    let names: Vec<String> = told.iter().map(selector).collect();
    assert_eq!(names, ["button", "button", "form>input"]);
    let [
        Kind::Signal(signal),
        Kind::Exposure(exposure),
        Kind::Field(field),
    ] = &told[..]
    else {
        panic!("{told:?}")
    };
    let Signal {
        what, x, y, amount, ..
    } = signal;
    assert_eq!((*what, *x, *y, *amount), ("rage", 20, 30, 4));
    let Exposure {
        visible, viewable, ..
    } = exposure;
    assert_eq!((*visible, *viewable), (1500, true));
    let Field { message, usage, .. } = field;
    let wanted = Usage {
        order: 2,
        hesitation: 400,
        dwell: 3000,
        corrections: 5,
        focuses: 6,
        last: true,
        submitted: true,
    };
    assert_eq!((&**message, *usage), ("valueMissing", wanted));
}

#[test]
fn where_an_element_is_on_the_page_is_told_with_its_exposure() {
    let area = |left, top, width, height| Area {
        left,
        top,
        width,
        height,
    };
    for (told, found) in [
        (json!([10, 20, 300, 40]), area(10, 20, 300, 40)),
        (json!([9.6, 20.4, 300, 40]), area(10, 20, 300, 40)),
        // Of what begins beyond the edge only the rest is on the page.
        (json!([-100, 20, 300, 40]), area(0, 20, 200, 40)),
        (json!([10, 70_000, 300, 40]), Area::default()),
        // What is wholly beyond the edge, or has no size, is nowhere.
        (json!([-9999, 20, 300, 40]), Area::default()),
        (json!([10, 20, 0, 0]), Area::default()),
        (json!([null, null, null, null]), Area::default()),
        (json!(null), Area::default()),
    ] {
        let element = json!({ "i": -1, "p": "button", "t": "button", "b": told });
        let batch = json!({ "e": [element], "c": [8, 200, -1, 0, 0] });
        let kinds = kinds(batch);
        let [Kind::Exposure(exposure)] = &kinds[..] else {
            panic!("{kinds:?}")
        };
        assert_eq!(exposure.area, found, "{told}");
    }
}

#[test]
fn of_a_row_that_is_cut_off_and_behind_one_not_known_there_is_nothing() {
    let exposure = [8, 200, -1, 1500, 1];
    for (more, count) in [
        (&[][..], 1),
        (&[8, 200, -1, 1500, 1], 2),
        (&[8, 200, -1, 1500], 1),
        (&[8], 1),
        (&[11, 200, 8, 200, -1, 1500, 1], 1),
        (&[-8, 200, 8, 200, -1, 1500, 1], 1),
        // A signal not known has the length of all signals.
        (&[6, 200, 99, -1, 0, 0, 0, 8, 200, -1, 1500, 1], 2),
    ] {
        let told = [&exposure[..], more].concat();
        assert_eq!(kinds(json!({ "c": told })).len(), count, "{more:?}");
    }
}

#[test]
fn what_the_core_told_goes_before_the_log() {
    let log = json!([[10, 0], [8, 1, -1, 0], [4, 500]]);
    assert_eq!(kinds(json!({ "l": log })).len(), 1);
    assert_eq!(kinds(json!({ "l": log, "c": [] })).len(), 0);
    assert_eq!(kinds(json!({ "l": log, "c": null })).len(), 1);
    // Of a log that does not end with a flush nothing is told, for that is in no batch yet.
    assert_eq!(
        kinds(json!({ "l": [[10, 0], [4, 500], [8, 501, -1, 0]] })).len(),
        0
    );
}

#[test]
fn an_error_click_has_the_words_of_the_error_at_its_time() {
    let click = [6, 1000, 3, -1, 5, 5, 200];
    let error = |at: i32, words: &str| json!([6, at, 5, 0, 1, words]);
    for (errors, wanted) in [
        (vec![error(1200, "it")], "it"),
        (vec![error(1201, "later")], ""),
        (vec![error(1199, "before")], ""),
        (
            vec![
                error(1199, "before"),
                error(1200, "it"),
                error(1202, "later"),
            ],
            "it",
        ),
        (vec![json!([6, 1200, 6, 0, 0, "a file"])], ""),
        (vec![], ""),
    ] {
        let told = kinds(json!({ "r": errors, "c": click }));
        let Some(Kind::Signal(found)) = told.last() else {
            panic!("{told:?}")
        };
        assert_eq!(
            (found.what, &*found.detail, found.amount),
            ("error_click", wanted, 200),
            "{errors:?}"
        );
    }
}

#[test]
fn links_to_another_page_are_never_dead_and_links_within_one_are() {
    for (href, url, is_dead) in [
        ("/cart", "https://shop.example/", false),
        ("https://else.example/", "https://shop.example/", false),
        ("?page=2", "https://shop.example/", false),
        ("", "https://shop.example/", true),
        ("#", "https://shop.example/", true),
        ("#top", "https://shop.example/", true),
        ("javascript:void(0)", "https://shop.example/", true),
        ("/list#top", "https://shop.example/list", true),
        ("/list#top", "https://shop.example/list#end", true),
        ("/list#top", "https://shop.example/cart", false),
        (
            "https://shop.example/list#top",
            "https://shop.example/list#end",
            true,
        ),
        (
            "https://shop.example/list#top",
            "https://shop.example/",
            false,
        ),
    ] {
        let link = json!([{ "i": -1, "p": "a", "t": "a", "href": href }]);
        let told = kinds(json!({ "u": url, "e": link, "c": [6, 100, 2, -1, 0, 0, 0] }));
        assert_eq!(told.len(), usize::from(is_dead), "{href} on {url}");
    }
}
