//! The cases of `cases/funnels.json`: orders, windows, exclusions, breakdowns, times to convert.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::{Serving, place, run, visitors};
use crate::{import, shared};

/// Cases that come out otherwise, and why.
const DEVIATIONS: [(&str, &str); 0] = [];

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A regex for the text itself.
fn escaped(text: &str) -> String {
    let letter = |letter: char| match letter {
        letter if letter.is_alphanumeric() || letter == ' ' => letter.to_string(),
        letter => format!("\\{letter}"),
    };
    text.chars().map(letter).collect()
}

fn filter(filter: &Value) -> String {
    let value = &filter["value"];
    let value = value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned);
    let (operator, value) = match filter["op"].as_str().expect("op") {
        "exact" => ("=", value),
        "is_not" => ("!=", value),
        "icontains" => ("~", escaped(&value)),
        other => panic!("operator {other}"),
    };
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

fn exclusion(exclusion: &Value) -> String {
    let number = |key: &str| exclusion[key].as_u64().expect("a step") + 1;
    format!(
        "{}@{}..{}",
        step(exclusion),
        number("from_step"),
        number("to_step")
    )
}

/// The command line that asks for a case.
fn arguments(case: &Value) -> Vec<String> {
    let funnel = &case["funnel"];
    let mut arguments: Vec<String> = vec!["funnel".into()];
    let mut add = |flag: &str, value: String| arguments.extend([flag.to_owned(), value]);
    add("--site", case["id"].as_str().expect("id").to_owned());
    add("--format", "json".into());
    add("--window", format!("{}s", funnel["window_seconds"]));
    let order = match funnel["order"].as_str().expect("order") {
        "unordered" => "any",
        order => order,
    };
    add("--order", order.to_owned());
    for one in funnel["steps"].as_array().expect("steps") {
        add("--step", step(one));
    }
    for one in funnel["exclusions"].as_array().into_iter().flatten() {
        add("--exclude", exclusion(one));
    }
    let global = filters(&funnel["global_filter"]);
    if !global.is_empty() {
        add("--where", global);
    }
    if let Some(properties) = funnel["breakdown"]["properties"].as_array() {
        let name =
            |property: &Value| quoted(&format!("props.{}", property.as_str().expect("a name")));
        let names: Vec<String> = properties.iter().map(name).collect();
        add("--by", names.join(","));
        let attribution = match funnel["breakdown"]["attribution"]
            .as_str()
            .expect("attribution")
        {
            "first_touch" => "first".to_owned(),
            "last_touch" => "last".to_owned(),
            "all_events" => "all".to_owned(),
            step => {
                let step: u32 = step.trim_start_matches("step:").parse().expect("a step");
                format!("step:{}", step + 1)
            }
        };
        add("--attribution", attribution);
    }
    let times = &case["expected"]["time_to_convert"];
    if times.is_object() {
        let number = |key: &str| times[key].as_u64().expect("a step") + 1;
        add(
            "--histogram",
            format!("{}..{}", number("from_step"), number("to_step")),
        );
        if let Some(bins) = times["bin_count"].as_u64() {
            add("--bins", bins.to_string());
        }
    }
    arguments
}

fn numbers(value: &Value) -> Vec<u64> {
    let all = value.as_array().expect("numbers").iter();
    all.map(|number| number.as_u64().expect("a number"))
        .collect()
}

fn is_near(wanted: &Value, told: &Value) -> bool {
    match (wanted.as_f64(), told.as_f64()) {
        (Some(wanted), Some(told)) => (told - wanted).abs() < 0.01,
        (wanted, told) => wanted == told,
    }
}

/// What of `expected` the steps of a funnel, or of a segment, do not say; how many things were looked at.
fn differences(expected: &Value, told: &Value, held: &mut usize) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut hold = |is_right: bool, what: String| match is_right {
        true => *held += 1,
        false => wrong.push(what),
    };
    if expected["counts"].is_array() {
        let (wanted, told) = (numbers(&expected["counts"]), visitors(told));
        hold(wanted == told, format!("wanted {wanted:?}, got {told:?}"));
    }
    if expected["dropoff"].is_array() {
        let lost: Vec<u64> = told["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .map(|step| step["drop_off"].as_u64().expect("drop_off"))
            .collect();
        hold(
            numbers(&expected["dropoff"]) == lost,
            format!("lost {lost:?}"),
        );
    }
    for (key, field) in [
        ("avg_conversion_s", "mean_seconds"),
        ("median_conversion_s", "median_seconds"),
    ] {
        for (at, wanted) in expected[key].as_array().into_iter().flatten().enumerate() {
            let told = &told["steps"][at][field];
            hold(
                is_near(wanted, told),
                format!("{field} of step {}: wanted {wanted}, got {told}", at + 1),
            );
        }
    }
    let times = &expected["time_to_convert"];
    if times.is_object() {
        let told = &told["time_to_convert"];
        let bins: Vec<Value> = told["bins"]
            .as_array()
            .expect("bins")
            .iter()
            .map(|bin| {
                json!([
                    bin["from_seconds"].as_f64().expect("a start") as u64,
                    bin["visitors"]
                ])
            })
            .collect();
        hold(
            times["bins_start_s_count"] == json!(bins),
            format!("bins {bins:?}"),
        );
        hold(
            is_near(&times["average_s"], &told["mean_seconds"]),
            format!("mean of {told}"),
        );
    }
    if let Some(wanted) = expected["breakdown"].as_object() {
        let segments: BTreeMap<&str, &Value> = told["breakdown"]
            .as_array()
            .expect("a breakdown")
            .iter()
            .map(|segment| (segment["value"].as_str().expect("a value"), segment))
            .collect();
        let names: Vec<&str> = wanted.keys().map(String::as_str).collect();
        let found: Vec<&str> = segments.keys().copied().collect();
        hold(
            names.iter().all(|name| segments.contains_key(name)) && names.len() == found.len(),
            format!("segments: wanted {names:?}, got {found:?}"),
        );
        for (name, wanted) in wanted {
            if let Some(segment) = segments.get(name.as_str()) {
                let inner = differences(wanted, segment, held);
                wrong.extend(inner.into_iter().map(|what| format!("{name:?}: {what}")));
            }
        }
    }
    wrong
}

#[test]
fn published_funnels_come_out_as_their_sources_say() {
    let Some(file) = shared("cases/funnels.json") else {
        return;
    };
    let text = std::fs::read_to_string(file).expect("the cases");
    let cases: Value = serde_json::from_str(&text).expect("JSON");
    let cases = cases["cases"].as_array().expect("cases");

    let mut lines = String::new();
    let mut events = 0;
    for case in cases {
        for event in case["events"].as_array().expect("events") {
            // A name of the tracker's own would be another kind of event.
            let line = json!({
                "site": case["id"],
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

    let (mut held, mut compared, mut wrong) = (0, 0, Vec::new());
    for case in cases {
        let id = case["id"].as_str().expect("id");
        let arguments = arguments(case);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let ran = run(&data, &arguments);
        let expected = &case["expected"];
        let differences = if case["events"].as_array().is_some_and(Vec::is_empty) {
            // A site without events has nothing to report.
            let is_right =
                ran.code == 3 && numbers(&expected["counts"]).iter().all(|count| *count == 0);
            compared += 1;
            if is_right {
                Vec::new()
            } else {
                vec![format!("{ran:?}")]
            }
        } else {
            differences(expected, &ran.json(), &mut compared)
        };
        let is_known = DEVIATIONS.iter().any(|(known, _)| *known == id);
        match differences.is_empty() != is_known {
            true => held += 1,
            false => wrong.push(format!("{id}: {differences:?}")),
        }
    }
    println!(
        "{held} of {} published funnels hold, {compared} comparisons",
        cases.len()
    );
    for (id, why) in DEVIATIONS {
        println!("deviation: {id}: {why}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(held, 46);
}
