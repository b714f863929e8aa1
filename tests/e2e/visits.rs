//! Reports over visits: how closely they follow, with a collector and without one, and what they say where there is nothing.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{CHROME, Serving, place, run};

fn batch(path: &str, ago: u64, kind: &str) -> String {
    json!({ "version": 1, "site": "shop", "page": 1, "sent": ago, "viewport": [1280, 720],
            "events": [{ "kind": kind, "at": 0, "name": "bought", "url": format!("https://shop.example{path}") }] })
    .to_string()
}

async fn send(serving: &Serving, visitor: u8, body: String) {
    let answer = reqwest::Client::new()
        .post(format!("{}/b", serving.url))
        .header("user-agent", CHROME)
        .header("x-forwarded-for", format!("198.18.0.{visitor}"))
        .body(body)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_follows_a_beacon_within_five_seconds_and_is_the_same_without_a_collector() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start_with(&data, &["--trusted-proxy", "127.0.0.0/8"]);
    let overview = || run(&data, &["overview", "--site", "shop", "--format", "json"]);
    let mut slowest = Duration::ZERO;
    for visitor in 1..=5_u8 {
        send(&serving, visitor, batch("/", 120_000, "pageview")).await;
        if visitor > 2 {
            send(&serving, visitor, batch("/cart", 60_000, "pageview")).await;
        }
        if visitor == 2 {
            send(&serving, visitor, batch("/", 60_000, "custom")).await;
        }
        let acknowledged = Instant::now();
        loop {
            let ran = overview();
            if ran.code == 0 && ran.json()["now"]["visitors"] == visitor {
                break;
            }
            assert!(acknowledged.elapsed() < Duration::from_secs(20), "{ran:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
        slowest = slowest.max(acknowledged.elapsed());
    }
    println!("a report followed after {slowest:?} at most");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");

    let told = overview().json()["now"].clone();
    let figure = |name: &str| told[name].as_f64().expect("a figure");
    assert_eq!([figure("sessions"), figure("pageviews")], [5.0, 8.0]);
    // One of one page; the other one of one page did something there.
    assert!((figure("bounce_rate") - 0.2).abs() < 1e-9);
    assert!((figure("mean_seconds") - 48.0).abs() < 1.0, "{told}");
    let rows = |name: &str| -> Vec<(String, u64)> {
        let report = run(&data, &[name, "--site", "shop", "--format", "json"]).json();
        let row = |row: &Value| {
            let value = row["value"]
                .as_str()
                .or(row["page"].as_str())
                .expect("a value");
            let count = row["sessions"].as_u64().or(row["pageviews"].as_u64());
            (value.to_owned(), count.expect("a count"))
        };
        report["rows"]
            .as_array()
            .expect("rows")
            .iter()
            .map(row)
            .collect()
    };
    let pairs = |pairs: &[(&str, u64)]| -> Vec<(String, u64)> {
        pairs
            .iter()
            .map(|(value, count)| ((*value).to_owned(), *count))
            .collect()
    };
    let check = || {
        assert_eq!(rows("pages"), pairs(&[("/", 5), ("/cart", 3)]));
        assert_eq!(rows("entries"), pairs(&[("/", 5)]));
        assert_eq!(rows("exits"), pairs(&[("/cart", 3), ("/", 2)]));
        assert_eq!(rows("sources"), pairs(&[("Direct", 5)]));
        assert_eq!(rows("devices"), pairs(&[("desktop", 5)]));
    };
    check();
    assert_eq!(rows("realtime").len(), 2);
    serving.stop();
    check();
    let rebuilt = run(&data, &["rebuild", "sessions"]);
    assert_eq!(
        (rebuilt.code, rebuilt.out.starts_with("5 sessions")),
        (0, true),
        "{rebuilt:?}"
    );
    check();
}

#[test]
fn what_visits_cannot_answer_is_said_and_nothing_is_nothing() {
    let place = place();
    let data = place.path().join("data");
    for (arguments, code, said) in [
        (
            &["overview", "--site", "shop"][..],
            3,
            "shop has no visits here",
        ),
        (
            &["overview", "--site", "shop", "--where", "path=/x"],
            2,
            "visits are not told apart by path",
        ),
        (
            &["overview", "--site", "shop", "--where", "props.plan=pro"],
            2,
            "filter by one of",
        ),
        (
            &["devices", "--site", "shop", "--by", "colour"],
            2,
            "device, browser, os",
        ),
        (&["pages", "--site", "shop", "--limit", "0"], 2, "limit"),
        (
            &[
                "entries",
                "--site",
                "shop",
                "--from",
                "2026-02-01",
                "--to",
                "2026-01-01",
            ],
            2,
            "ends before it starts",
        ),
        (&["rebuild", "sessions"], 3, "0 sessions"),
        (&["realtime", "--site", "shop"], 0, "nobody is there"),
        (&["paths", "--site", "shop"], 3, "shop has no visits here"),
        (&["links", "--site", "shop"], 3, "no inventory of links"),
        (
            &["links", "--site", "shop", "--threshold", "0"],
            2,
            "above 0",
        ),
        (
            &["links", "--site", "shop", "--where", "country=DE"],
            2,
            "device, host, path",
        ),
        (&["ads", "--site", "shop"], 3, "data-snag-ad"),
        (&["ads", "--site", "shop", "--by", "creative"], 2, "compare"),
        (&["ads", "compare", "--site", "shop"], 3, "no creatives"),
        (
            &[
                "experiments",
                "--site",
                "shop",
                "--variants",
                "props.v",
                "--goal",
                "event:a",
            ],
            3,
            "no exposures",
        ),
        (
            &["funnels", "discover", "--site", "shop"],
            3,
            "no funnel was found",
        ),
    ] {
        let ran = run(&data, arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {ran:?}");
        assert!(
            format!("{}{}", ran.out, ran.err).contains(said),
            "{arguments:?}: {ran:?}"
        );
    }
}
