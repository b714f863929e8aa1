//! Funnels and goals that are saved under a name, through the command line.

use serde_json::json;

use crate::harness::{place, run};

fn visit(visitor: usize, second: u32, event: &str, path: &str) -> String {
    let line = json!({ "site": "shop", "visitor": format!("v{visitor}"), "time": format!("2026-01-05T10:00:{second:02}Z"),
        "event": event, "url": format!("https://shop.example{path}") });
    format!("{line}\n")
}

#[test]
fn a_saved_funnel_is_asked_for_by_its_name_and_stands_on_saved_goals() {
    let place = place();
    let data = place.path().join("data");
    let mut lines = String::new();
    for visitor in 0..8 {
        lines += &visit(visitor, 0, "pageview", "/");
        if visitor < 4 {
            lines += &visit(visitor, 1, "pageview", "/cart");
        }
        if visitor < 2 {
            lines += &visit(visitor, 2, "purchase", "/cart");
        }
    }
    let file = place.path().join("events.ndjson");
    std::fs::write(&file, lines).expect("write");
    let file = file.to_str().expect("a path");
    assert_eq!(run(&data, &["import", "events", file]).code, 0);

    let site = ["--site", "shop"];
    let with = |arguments: &[&'static str]| run(&data, &[arguments, &site].concat());
    let steps = [
        "--step",
        "page:/",
        "--step",
        "page:/cart",
        "--step",
        "goal:bought",
    ];
    let save = [
        &["funnel", "save", "checkout", "--window", "1h"],
        &steps[..],
    ]
    .concat();
    // The goal is not there yet, and nothing is saved.
    let refused = with(&save);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("no goal \"bought\""), "{refused:?}");
    assert_eq!(with(&["funnels", "list"]).code, 3);

    let goal = with(&["goal", "save", "bought", "--step", "event:purchase"]);
    assert!(goal.out.contains("bought of shop is saved"), "{goal:?}");
    let saved = with(&save);
    assert!(saved.out.contains("checkout of shop is saved"), "{saved:?}");
    let again = with(&save);
    assert!(
        again.out.contains("checkout of shop is replaced"),
        "{again:?}"
    );
    let listed = with(&["funnels", "list", "--format", "json"]).json();
    assert_eq!(
        listed["funnels"][0]["steps"],
        json!(["page:/", "page:/cart", "goal:bought"])
    );
    assert_eq!(listed["funnels"].as_array().map(Vec::len), Some(1));

    let report = with(&["funnel", "checkout", "--format", "json"]).json();
    let reached: Vec<_> = report["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .map(|step| &step["visitors"])
        .collect();
    assert_eq!(reached, [8, 4, 2]);
    assert_eq!(report["window_seconds"], 3600);
    let narrowed = with(&[
        "funnel", "checkout", "--where", "path!=/", "--format", "json",
    ])
    .json();
    assert_eq!(narrowed["steps"][0]["visitors"], 0);

    let slip = with(&["funnel", "chekout"]);
    assert_eq!(slip.code, 2);
    assert!(
        slip.err
            .contains("no funnel \"chekout\": shop has checkout"),
        "{slip:?}"
    );
    let both = with(&["funnel", "checkout", "--step", "page:/a"]);
    assert_eq!(both.code, 2, "{both:?}");
    let word = with(&[&["funnel", "save", "list"], &steps[..]].concat());
    assert!(word.err.contains("a command's word"), "{word:?}");

    assert_eq!(with(&["funnels", "delete", "checkout"]).code, 0);
    assert_eq!(with(&["funnels", "delete", "checkout"]).code, 2);
    assert_eq!(with(&["funnel", "checkout"]).code, 2);
    assert_eq!(with(&["goals", "delete", "bought"]).code, 0);
    assert_eq!(with(&["goals", "list"]).code, 3);
}
