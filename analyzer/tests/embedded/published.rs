//! The ordered cases of published test suites, restated in `cases/funnels.json` of the shared folder.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::world::{ORIGIN_MS, World, custom, filtered, page, request, visitors, within};

fn cases() -> Option<Vec<Value>> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = std::env::var_os("SNAG_SHARED").map_or(default, PathBuf::from);
    let text = std::fs::read_to_string(folder.join("cases/funnels.json")).ok()?;
    let file: Value = serde_json::from_str(&text).unwrap();
    file["cases"].as_array().cloned()
}

/// Ordered, and of nothing that is not built.
fn is_ours(case: &Value) -> bool {
    let funnel = &case["funnel"];
    funnel["order"] == "ordered" && funnel["exclusions"].is_null() && funnel["breakdown"].is_null()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

fn condition(filter: &Value, prefix: &str) -> String {
    let text = |key: &str| filter[key].as_str().unwrap();
    let operator = match text("op") {
        "exact" => "=",
        "icontains" => "~",
        other => panic!("no operator {other}"),
    };
    format!(
        "{}{operator}{}",
        quoted(&format!("{prefix}{}", text("property"))),
        quoted(text("value"))
    )
}

fn conditions(filters: &Value, prefix: &str) -> String {
    let filters = filters.as_array().into_iter().flatten();
    filters
        .map(|filter| condition(filter, prefix))
        .collect::<Vec<_>>()
        .join(",")
}

fn step(step: &Value) -> String {
    let target = step["event"]
        .as_str()
        .map_or("any:".to_owned(), |name| format!("event:{}", quoted(name)));
    match conditions(&step["filter"], "props.") {
        none if none.is_empty() => target,
        conditions => format!("{target}[{conditions}]"),
    }
}

fn numbers(value: &Value) -> Option<Vec<Option<f64>>> {
    Some(value.as_array()?.iter().map(Value::as_f64).collect())
}

#[tokio::test]
async fn published_cases_are_met() {
    let Some(cases) = cases() else {
        println!(
            "skipped: there is no cases/funnels.json in ../shared; SNAG_SHARED names another folder"
        );
        return;
    };
    let ours: Vec<&Value> = cases.iter().filter(|case| is_ours(case)).collect();
    assert!(ours.len() >= 17, "only {} cases are ordered", ours.len());
    let world = World::open().await;
    // The case without any event needs a store without any.
    let (empty, full): (Vec<&Value>, Vec<&Value>) = ours
        .iter()
        .partition(|case| case["events"] == serde_json::json!([]));
    for case in empty.into_iter().chain(full) {
        let id = case["id"].as_str().unwrap();
        let events: Vec<_> = case["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| {
                let text = |key: &str| event[key].as_str().unwrap();
                let time: jiff::Timestamp = text("ts").parse().unwrap();
                let second = (time.as_millisecond() - ORIGIN_MS) as f64 / 1000.0;
                let made = match text("event") {
                    "$pageview" => page(text("user"), second, "/"),
                    name => custom(text("user"), second, name),
                };
                let props = event["properties"].as_object().unwrap();
                let made = props.iter().fold(made, |made, (key, value)| {
                    made.prop(key, value.as_str().unwrap())
                });
                made.with(|made| made.site = id.to_owned())
            })
            .collect();
        if !events.is_empty() {
            world.add(&events).await;
        }
        let funnel = &case["funnel"];
        let steps: Vec<String> = funnel["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(step)
            .collect();
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        let mut asked = within(request(&steps), &format!("{}s", funnel["window_seconds"]));
        if funnel["global_filter"].is_array() {
            asked = filtered(asked, &conditions(&funnel["global_filter"], "props."));
        }
        asked.site = id.to_owned();
        let found = world.funnel(&asked).await.unwrap();

        let expected = &case["expected"];
        let counts: Vec<u64> = expected["counts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n.as_u64().unwrap())
            .collect();
        assert_eq!(visitors(&found), counts, "{id}");
        if let Some(lost) = numbers(&expected["dropoff"]) {
            let found: Vec<_> = found
                .steps
                .iter()
                .map(|step| Some(step.drop_off as f64))
                .collect();
            assert_eq!(found, lost, "{id}");
        }
        if let Some(means) = numbers(&expected["avg_conversion_s"]) {
            assert_eq!(
                found
                    .steps
                    .iter()
                    .map(|step| step.mean_seconds)
                    .collect::<Vec<_>>(),
                means,
                "{id}"
            );
        }
        if let Some(medians) = numbers(&expected["median_conversion_s"]) {
            assert_eq!(
                found
                    .steps
                    .iter()
                    .map(|step| step.median_seconds)
                    .collect::<Vec<_>>(),
                medians,
                "{id}"
            );
        }
    }
    world.close().await;
}
