//! The ordered cases of `cases/funnels.json`.

use serde_json::{Value, json};

use crate::harness::{Serving, place, run, visitors};
use crate::{import, shared};

/// Strict and any order, exclusions and breakdowns are not built yet.
fn is_ordered(case: &Value) -> bool {
    let funnel = &case["funnel"];
    funnel["order"] == "ordered"
        && funnel["exclusions"].is_null()
        && case["expected"]["counts"].is_array()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn filter(filter: &Value) -> String {
    let operator = match filter["op"].as_str().expect("op") {
        "exact" => "=",
        "is_not" => "!=",
        "icontains" => "~",
        other => panic!("operator {other}"),
    };
    let value = &filter["value"];
    let value = value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned);
    let property = format!("props.{}", filter["property"].as_str().expect("property"));
    format!("{}{operator}{}", quoted(&property), quoted(&value))
}

fn filters(list: &Value) -> String {
    let all: Vec<String> = list.as_array().into_iter().flatten().map(filter).collect();
    all.join(",")
}

fn step(step: &Value) -> String {
    let base = step["event"]
        .as_str()
        .map_or("any:".to_owned(), |name| format!("event:{}", quoted(name)));
    match filters(&step["filter"]) {
        none if none.is_empty() => base,
        some => format!("{base}[{some}]"),
    }
}

#[test]
fn published_ordered_funnels_come_out_as_their_sources_say() {
    let Some(file) = shared("cases/funnels.json") else {
        return;
    };
    let text = std::fs::read_to_string(file).expect("the cases");
    let cases: Value = serde_json::from_str(&text).expect("JSON");
    let cases: Vec<&Value> = cases["cases"]
        .as_array()
        .expect("cases")
        .iter()
        .filter(|case| is_ordered(case))
        .collect();

    let mut lines = String::new();
    let mut events = 0;
    for case in &cases {
        let site = case["id"].as_str().expect("id");
        for event in case["events"].as_array().expect("events") {
            // A name of the tracker's own would be another kind of event.
            let line = json!({
                "site": site,
                "visitor": event["user"],
                "time": event["ts"],
                "event": event["event"].as_str().expect("event"),
                "props": event["properties"],
            });
            lines += &format!("{line}\n");
            events += 1;
        }
    }
    let place = place();
    let data = place.path().join("data");
    import(&data, &lines, events);
    let _serving = Serving::start(&data);

    let (mut held, mut wrong) = (0, Vec::new());
    for case in &cases {
        let id = case["id"].as_str().expect("id");
        let funnel = &case["funnel"];
        let window = format!("{}s", funnel["window_seconds"]);
        let mut arguments: Vec<String> = [
            "funnel", "--site", id, "--format", "json", "--window", &window,
        ]
        .map(Into::into)
        .into();
        for one in funnel["steps"].as_array().expect("steps") {
            arguments.extend(["--step".to_owned(), step(one)]);
        }
        let global = filters(&funnel["global_filter"]);
        if !global.is_empty() {
            arguments.extend(["--where".to_owned(), global]);
        }
        let expected = &case["expected"];
        let counts = expected["counts"].as_array().expect("counts");
        let counts: Vec<u64> = counts
            .iter()
            .map(|count| count.as_u64().expect("count"))
            .collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = run(&data, &arguments);
        if case["events"].as_array().is_some_and(Vec::is_empty) {
            assert_eq!(ran.code, 3, "{id}: a site without events: {ran:?}");
            assert!(counts.iter().all(|count| *count == 0));
            held += 1;
            continue;
        }
        let report = ran.json();
        let got = visitors(&report);
        let times = |key: &str| expected[key].as_array().cloned().unwrap_or_default();
        let mut is_right = got == counts;
        for (key, field) in [
            ("avg_conversion_s", "mean_seconds"),
            ("median_conversion_s", "median_seconds"),
        ] {
            for (at, seconds) in times(key).iter().enumerate() {
                let told = report["steps"][at][field].as_f64();
                is_right &= seconds
                    .as_f64()
                    .is_none_or(|wanted| told.is_some_and(|told| (told - wanted).abs() < 0.01));
            }
        }
        if is_right {
            held += 1
        } else {
            wrong.push(format!("{id}: wanted {expected}, got {got:?}"))
        }
    }
    println!("{held} of {} published ordered cases hold", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(held, 20);
}
