//! The e-shop of 2008 (UCI 553, CC BY 4.0): 165,474 clicks of real people, with funnels computed independently.
//!
//! The data has no times of day, only the order of clicks in a session, so a click's time is its day plus its rank in
//! seconds, and a session is a visitor.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Serving, place, run, visitors};
use crate::{import, shared};

/// Funnels counted independently, in all orders.
const HELD: usize = 18;
const CATEGORIES: [&str; 4] = ["trousers", "skirts", "blouses", "sale"];

fn unzip(path: &std::path::Path) -> String {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path).expect("the archive"))
        .expect("a zip archive");
    let mut text = String::new();
    archive
        .by_index(0)
        .expect("its file")
        .read_to_string(&mut text)
        .expect("text");
    text
}

#[test]
fn the_funnels_of_a_real_shop_are_met_exactly() {
    let (Some(archive), Some(expected)) = (
        shared("data/eshop2008/eshop2008.zip"),
        shared("cases/eshop2008_expected.json"),
    ) else {
        return;
    };
    let expected: Value =
        serde_json::from_str(&std::fs::read_to_string(expected).expect("the expectations"))
            .expect("JSON");
    let mut lines = String::new();
    let mut rows = 0;
    for row in unzip(&archive).lines().skip(1) {
        let cell: Vec<&str> = row.trim().split(';').collect();
        let rank: u32 = cell[3].parse().expect("rank");
        let category = CATEGORIES[cell[6].parse::<usize>().expect("category") - 1];
        let month: u32 = cell[1].parse().expect("month");
        let day: u32 = cell[2].parse().expect("day");
        let line = json!({
            "site": "eshop",
            "visitor": cell[5],
            "session": cell[5],
            "time": format!("2008-{month:02}-{day:02}T10:{:02}:{:02}Z", rank / 60, rank % 60),
            "event": "pageview",
            "url": format!("https://eshop.example/{category}/{}", cell[7]),
            "props": { "page": cell[13] },
        });
        lines += &format!("{line}\n");
        rows += 1;
    }
    assert_eq!(rows, expected["rows"].as_u64().expect("rows") as usize);
    let place = place();
    let data = place.path().join("data");
    import(&data, &lines, rows);
    let _serving = Serving::start(&data);

    let mut held = 0;
    let kinds: BTreeMap<&str, fn(&str) -> String> = BTreeMap::from([
        (
            "funnels",
            (|name: &str| format!("page:/{name}/*")) as fn(&str) -> String,
        ),
        ("funnels_by_page_number", |name: &str| {
            format!("any:[props.page={name}]")
        }),
    ]);
    for (key, step) in kinds {
        for (funnel, counts) in expected[key].as_object().expect("funnels") {
            let mut arguments: Vec<String> = [
                "funnel", "--site", "eshop", "--format", "json", "--window", "14d",
            ]
            .map(Into::into)
            .into();
            for name in funnel.split(" > ") {
                arguments.extend(["--step".to_owned(), step(name)]);
            }
            // Not all of them were counted in each order.
            for (order, key) in [
                ("ordered", "ordered"),
                ("strict", "strict(adjacent)"),
                ("any", "unordered(any order, no window)"),
            ] {
                let Some(counts) = counts[key].as_array() else {
                    continue;
                };
                let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                arguments.extend(["--order", order]);
                let report = run(&data, &arguments).json();
                let wanted: Vec<u64> = counts.iter().map(|n| n.as_u64().expect("count")).collect();
                assert_eq!(visitors(&report), wanted, "{funnel}, {order}");
                held += 1;
            }
        }
    }
    visits(&data, &expected);
    transitions(&data, &expected);
    println!("{held} funnels of the e-shop hold");
    assert_eq!(held, HELD);
}

/// From which category visits went on to which.
fn transitions(data: &Path, expected: &Value) {
    let arguments = [
        "paths", "--site", "eshop", "--limit", "100000", "--format", "json",
    ];
    for back in [false, true] {
        let mut arguments = arguments.to_vec();
        if back {
            arguments.push("--back");
        }
        let report = run(data, &arguments).json();
        let category = |path: &Value| {
            let path = path.as_str()?;
            Some(path.split('/').nth(1).expect("a category").to_owned())
        };
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        let mut ends = 0;
        for row in report["rows"].as_array().expect("rows") {
            let moves = row["moves"].as_u64().expect("a count");
            let page = category(&row["page"]).expect("a page");
            match category(&row["other"]) {
                None => ends += moves,
                Some(other) if back => {
                    *found.entry(format!("{other}>{page}")).or_default() += moves
                }
                Some(other) => *found.entry(format!("{page}>{other}")).or_default() += moves,
            }
        }
        assert_eq!(json!(found), expected["transitions"]);
        assert_eq!(Some(ends), expected["sessions"].as_u64());
    }
}

/// Visits, bounces, and with which category visits began and ended.
fn visits(data: &Path, expected: &Value) {
    let report = |name: &str| {
        run(
            data,
            &[
                name, "--site", "eshop", "--limit", "1000", "--format", "json",
            ],
        )
        .json()
    };
    let wanted = expected["sessions"].as_u64();
    let end = Instant::now() + Duration::from_secs(120);
    // Sessions follow the events.
    while report("overview")["now"]["sessions"].as_u64() != wanted && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(500));
    }
    let now = &report("overview")["now"];
    assert_eq!(now["sessions"].as_u64(), wanted);
    assert_eq!(now["visitors"].as_u64(), wanted);
    assert_eq!(now["pageviews"], expected["rows"]);
    let rate = now["bounce_rate"].as_f64().expect("a rate");
    let bounces = expected["bounce_rate"].as_f64().expect("a rate");
    assert!((rate - bounces).abs() < 1e-6, "{rate} and {bounces}");
    for (name, key) in [("entries", "entry"), ("exits", "exit")] {
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        for row in report(name)["rows"].as_array().expect("rows") {
            let path = row["value"].as_str().expect("a path");
            let category = path.split('/').nth(1).expect("a category");
            *found.entry(category.to_owned()).or_default() +=
                row["sessions"].as_u64().expect("a count");
        }
        assert_eq!(json!(found), expected[key], "{name}");
    }
    // The same again, from the events alone.
    let rebuilt = run(data, &["rebuild", "sessions", "--site", "eshop"]);
    assert!(
        rebuilt
            .out
            .starts_with(&format!("{} sessions", wanted.unwrap_or_default())),
        "{}",
        rebuilt.out
    );
    assert_eq!(&report("overview")["now"], now);
}
