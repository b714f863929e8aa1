//! The published cases of sources and channels, each a visit, through `snag sources`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::{Serving, place, run};
use crate::{import, shared};

/// One visit of a case as a line of an import.
fn visit(site: &str, number: usize, referrer: &str, parameters: &[(&str, &str)]) -> String {
    let mut url = url::Url::parse("https://shop.example/").expect("a URL");
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        url.query_pairs_mut().append_pair(name, value);
    }
    let line = json!({
        "site": site,
        "visitor": format!("{site}-{number}"),
        "time": "2026-01-05T10:00:00Z",
        "event": "pageview",
        "url": url.as_str(),
        "referrer": referrer,
    });
    format!("{line}\n")
}

#[test]
fn published_sources_and_channels_are_those_of_the_report() {
    let Some(cases) = shared("cases/acquisition.json") else {
        return;
    };
    let cases: Value =
        serde_json::from_str(&std::fs::read_to_string(cases).expect("the cases")).expect("JSON");
    let text = |case: &Value, key: &str| case[key].as_str().unwrap_or_default().to_owned();
    let list = |key: &str| cases[key].as_array().expect("cases").clone();
    let mut lines = String::new();
    let mut count = 0;
    let mut expected: BTreeMap<&str, BTreeMap<String, u64>> = BTreeMap::new();
    let mut expect = |by: &'static str, value: String| {
        *expected.entry(by).or_default().entry(value).or_default() += 1;
    };
    for case in list("channel_cases") {
        // The cases name a referrer's source; a campaign's word is resolved to the same.
        let source = match text(&case, "utm_source") {
            word if word.is_empty() => text(&case, "referrer_source"),
            word => word,
        };
        let click = text(&case, "click_id_param");
        lines += &visit(
            "channel",
            count,
            "",
            &[
                ("utm_source", &source),
                ("utm_medium", &text(&case, "utm_medium")),
                ("utm_campaign", &text(&case, "utm_campaign")),
                (&click, if click.is_empty() { "" } else { "1" }),
            ],
        );
        expect("channel", text(&case, "expected_channel"));
        count += 1;
    }
    for case in list("referrer_cases") {
        lines += &visit("source", count, &text(&case, "referrer"), &[]);
        expect("source", text(&case, "expected_source"));
        count += 1;
    }
    for case in list("utm_source_cases") {
        let source = text(&case, "utm_source");
        lines += &visit("source", count, "", &[("utm_source", &source)]);
        expect("source", text(&case, "expected_source"));
        count += 1;
    }
    assert_eq!(count, 119);
    let place = place();
    let data = place.path().join("data");
    import(&data, &lines, count);
    let _serving = Serving::start(&data);
    for (by, expected) in expected {
        let report = run(
            &data,
            &[
                "sources", "--site", by, "--by", by, "--limit", "1000", "--format", "json",
            ],
        )
        .json();
        let found: BTreeMap<String, u64> = report["rows"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| {
                (
                    text(row, "value"),
                    row["sessions"].as_u64().expect("a count"),
                )
            })
            .collect();
        assert_eq!(found, expected, "{by}");
    }
    println!("{count} published cases of sources and channels hold");
}
