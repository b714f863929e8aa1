//! Sources and channels: the published cases of GA4's grouping, and those of referer-parser.

use serde_json::Value;
use snag_collector::attribution;

use crate::json;

/// What the parameters of a landing page say, as a URL.
fn landing(parameters: &[(&str, &str)]) -> String {
    let mut url = url::Url::parse("https://shop.example/").expect("a URL");
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        url.query_pairs_mut().append_pair(name, value);
    }
    url.into()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

#[test]
fn every_channel_case_gives_its_channel() {
    let Some(cases) = json("cases/acquisition.json") else {
        return;
    };
    let cases = cases["channel_cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 89);
    let mut wrong = Vec::new();
    for case in cases {
        // The cases name a referrer's source; a campaign's word is resolved to the same.
        let source = match text(case, "utm_source") {
            "" => text(case, "referrer_source"),
            word => word,
        };
        let url = landing(&[
            ("utm_source", source),
            ("utm_medium", text(case, "utm_medium")),
            ("utm_campaign", text(case, "utm_campaign")),
        ]);
        let click = match text(case, "click_id_param") {
            "" => String::new(),
            name => format!("{}{name}=1", if url.contains('?') { "&" } else { "?" }),
        };
        let (_, channel) = attribution(&format!("{url}{click}"), "").expect("a page");
        if channel != text(case, "expected_channel") {
            wrong.push(format!("{channel}: {case}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_source_case_gives_its_source() {
    let Some(cases) = json("cases/acquisition.json") else {
        return;
    };
    let of_referrer = cases["referrer_cases"]
        .as_array()
        .expect("cases")
        .iter()
        .map(|case| {
            let found = attribution("https://shop.example/", text(case, "referrer"));
            (case, found.expect("a page").0)
        });
    let of_campaign = cases["utm_source_cases"]
        .as_array()
        .expect("cases")
        .iter()
        .map(|case| {
            let url = landing(&[("utm_source", text(case, "utm_source"))]);
            (case, attribution(&url, "").expect("a page").0)
        });
    let found: Vec<(&Value, String)> = of_referrer.chain(of_campaign).collect();
    assert_eq!(found.len(), 30);
    for (case, source) in found {
        assert_eq!(source, text(case, "expected_source"), "{case}");
    }
}

/// Where we say something else than referer-parser, and why.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("Twitter", "X (Twitter)", "its name today"),
    (
        "Claude.ai",
        "Claude",
        "the product, as in the channel cases",
    ),
    (
        "Perplexity.ai",
        "Perplexity",
        "the product, as in the channel cases",
    ),
    ("META.ai", "Meta AI", "the product, as for the others"),
    ("Mistral.ai", "Mistral", "the product, as for the others"),
];

#[test]
fn every_case_of_referer_parser_gives_its_source_and_medium() {
    let Some(cases) = json("data/acquisition/referer-tests.json") else {
        return;
    };
    let mut wrong = Vec::new();
    let cases = cases.as_array().expect("cases");
    for case in cases {
        let uri = text(case, "uri");
        let (source, channel) = attribution("https://shop.example/", uri).expect("a page");
        let expected = text(case, "source");
        let expected = OTHERWISE
            .iter()
            .find(|(theirs, _, _)| *theirs == expected)
            .map_or(expected, |(_, ours, _)| ours);
        let medium = match channel {
            "Organic Search" => "search",
            "Organic Social" => "social",
            "Email" => "email",
            "Display" => "paid",
            "AI Assistants" => "chatbot",
            other => other,
        };
        // A toolbar that shows results of Google is named by its maker.
        let is_toolbar = uri.starts_with("http://isearch.avg.com/") && source == "AVG";
        if (source != expected && !is_toolbar) || medium != text(case, "medium") {
            wrong.push(format!("{source}, {medium}: {case}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} {wrong:#?}",
        wrong.len(),
        cases.len()
    );
}
