//! What messages look like in each form.

use serde_json::Value;
use snag_messages::{Change, Style, Told, body, html, slack, subject, text};

use crate::told::{NASTY, rate, silence, snag, weekly};

fn list() -> Told {
    weekly(
        vec![
            snag("\"Pay\" does nothing", "severe", Change::New),
            snag("the phone field stops people", "moderate", Change::Worse),
            snag("\"Press\" is never clicked", "minor", Change::Same),
        ],
        vec![snag("/gone is not there", "severe", Change::Mended)],
    )
}

fn at(text: &str, words: &[&str]) {
    let mut from = 0;
    for word in words {
        let found = text[from..].find(word);
        assert!(
            found.is_some(),
            "{word:?} is not behind the others in:\n{text}"
        );
        from += found.unwrap() + word.len();
    }
}

#[test]
fn subjects_say_what_changed() {
    let cases = [
        (list(), "shop: 3 snags, 1 new, 1 worse, 1 mended"),
        (
            weekly(vec![snag("it fails", "severe", Change::Same)], Vec::new()),
            "shop: 1 snag; first: it fails",
        ),
        (
            weekly(Vec::new(), Vec::new()),
            "shop: nothing wrong was found",
        ),
        (
            weekly(
                vec![snag("\"B\" does better", "chance", Change::New)],
                Vec::new(),
            ),
            "shop: nothing wrong was found",
        ),
        (rate(), "shop: the rate of checkout fell"),
        (silence(), "shop: nothing was told for 1h 27m"),
    ];
    for (told, expected) in cases {
        assert_eq!(subject(&told), expected);
    }
    let long = weekly(
        vec![snag(&"x".repeat(500), "severe", Change::Same)],
        Vec::new(),
    );
    assert!(subject(&long).chars().count() <= 120);
}

#[test]
fn text_and_html_tell_the_same_in_the_same_order() {
    let words = [
        "2026-03-02 to 2026-03-08, 7 days",
        "1 new, 1 worse, 1 mended",
        "does nothing",
        "12 (8.1 to 17), 248 EUR",
        "see what its script does",
        "snag trouble --site shop --from 2026-03-02",
        "phone field",
        "is never clicked",
        "/gone is not there",
        "snag audit --site shop --since 2026-03-02",
        "snag findings fix 1a2b3c4d",
        "61 claims",
    ];
    let told = list();
    at(&html(&told).unwrap(), &words);
    // Paragraphs are broken into lines, commands are not.
    at(
        &text(&told).replace("\n   ", " ").replace("\n", " "),
        &words[..8],
    );
    let told = text(&told);
    assert!(
        told.lines().all(|line| line.chars().count() <= 80),
        "{told}"
    );
    assert!(told.contains("\n   snag trouble --site shop --from 2026-03-02 --to 2026-03-08\n"));
}

#[test]
fn html_fetches_nothing_and_runs_nothing() {
    for told in [list(), rate(), silence()] {
        let page = html(&told).unwrap();
        for word in [
            "<script", "src=", "url(", "http:", "https:", "<link", "@import", "<a ",
        ] {
            assert!(!page.contains(word), "{word}");
        }
        assert!(
            page.len() < 100_000,
            "mail programs cut what is longer than 102 KB"
        );
    }
}

#[test]
fn a_chat_is_commanded_by_nothing_that_visitors_sent() {
    let payload = slack(&weekly(
        vec![snag(NASTY, "severe", Change::New)],
        Vec::new(),
    ));
    let all = payload.to_string();
    assert!(
        !all.contains("<!channel>") && !all.contains("<img"),
        "{all}"
    );
    let blocks = payload["blocks"].as_array().unwrap();
    let section = blocks
        .iter()
        .find(|block| block["type"] == "section")
        .unwrap();
    let markup = section["text"]["text"].as_str().unwrap();
    assert!(
        markup.contains("&lt;!channel&gt;") && markup.contains("&amp;"),
        "{markup}"
    );
    assert_eq!(payload["text"], "shop: 1 snag, 1 new");
}

#[test]
fn a_chat_s_limits_are_kept() {
    let many = (0..80)
        .map(|_| snag(&"<&>".repeat(2_000), "severe", Change::New))
        .collect();
    let payload = slack(&weekly(
        many,
        vec![snag(&"~".repeat(9_000), "minor", Change::Gone)],
    ));
    let blocks = payload["blocks"].as_array().unwrap();
    assert!(blocks.len() <= 50, "{}", blocks.len());
    let length = |block: &Value| {
        block["text"]["text"]
            .as_str()
            .map_or(0, |text| text.chars().count())
    };
    for block in blocks {
        let most = if block["type"] == "header" {
            150
        } else {
            3_000
        };
        assert!(length(block) <= most, "{block}");
    }
    assert!(
        payload
            .to_string()
            .contains("70 more are in the whole list")
    );
}

#[test]
fn the_body_of_a_webhook_is_what_the_readme_shows() {
    let created = "2026-03-09T08:00:00Z".parse().unwrap();
    let told = body(&list(), Style::Plain, created);
    let readme = include_str!("../../README.md");
    let examples: Vec<Value> = readme
        .split("```json\n")
        .skip(1)
        .map(|example| serde_json::from_str(example.split("```").next().unwrap()).unwrap())
        .collect();
    let shape = |value: &Value| shape(value, "");
    let of = |kind: &str| {
        let found = examples.iter().find(|example| example["type"] == kind);
        found.unwrap_or_else(|| panic!("{kind} is not in the README"))
    };
    assert_eq!(shape(of("snags.weekly")), shape(&told));
    assert_eq!(
        shape(of("rate.changed")),
        shape(&body(&rate(), Style::Plain, created))
    );
    assert_eq!(
        shape(of("beacons.stopped")),
        shape(&body(&silence(), Style::Plain, created))
    );
}

/// The names of all fields, with what kind of value each has; of money the currencies do not count.
fn shape(value: &Value, name: &str) -> Vec<String> {
    match value {
        Value::Object(fields) if !name.ends_with("money") => fields
            .iter()
            .flat_map(|(field, value)| shape(value, &format!("{name}.{field}")))
            .collect(),
        Value::Array(items) => items
            .first()
            .map_or_else(Vec::new, |item| shape(item, &format!("{name}[]"))),
        Value::Number(_) => vec![format!("{name}: number")],
        Value::String(_) => vec![format!("{name}: text")],
        Value::Bool(_) => vec![format!("{name}: truth")],
        Value::Object(_) => vec![format!("{name}: amounts")],
        Value::Null => vec![format!("{name}: none")],
    }
}
