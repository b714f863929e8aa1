//! Several processes at once: on one data directory, and on one ClickHouse.

use serde_json::Value;

use crate::harness::{Serving, place, post, run, snag, tell, wait_for};

const PAGEVIEW: &str =
    r#"{"version":1,"site":"shop","events":[{"kind":"pageview","url":"https://shop.example/"}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_collector_on_one_data_directory_is_refused_and_the_first_loses_nothing() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start(&data);
    let client = reqwest::Client::new();
    for _ in 0..3 {
        assert_eq!(post(&client, &serving.url, PAGEVIEW).await.0, 204);
        let second = run(&data, &["serve", "--listen", "127.0.0.1:0"]);
        assert_eq!(second.code, 4, "{second:?}");
        assert!(second.err.contains("another `snag serve`"), "{second:?}");
    }
    wait_for(&data, "SELECT count() FROM events", 3).await;
    let address = serving.url.trim_start_matches("http://");
    let taken = run(&place.path().join("other"), &["serve", "--listen", address]);
    assert_eq!(taken.code, 2, "{taken:?}");
    assert!(taken.err.contains("--listen"), "{taken:?}");
}

/// Two processes that know nothing of each other but the store count one visitor as one.
#[tokio::test(flavor = "multi_thread")]
async fn collectors_of_one_clickhouse_agree_on_the_days_salt() {
    let place = place();
    let data = place.path().join("server");
    let first = Serving::start(&data);
    wait_for(
        &data,
        "SELECT count() FROM salts WHERE day = toDate(now('UTC'))",
        1,
    )
    .await;
    tell(
        &data,
        "INSERT INTO salts (day, key) SELECT toDate(now('UTC')) - 2, 'gone by now'",
    )
    .await;
    let lock: Value =
        serde_json::from_slice(&std::fs::read(data.join("engine.lock")).expect("lock"))
            .expect("JSON");
    let url = format!(
        "http://snag:{}@{}",
        lock["token"].as_str().expect("token"),
        lock["address"].as_str().expect("address")
    );
    let other = place.path().join("other");
    let second = Serving::start_with(&other, &["--clickhouse", &url]);
    let key = |directory: &std::path::Path| {
        let file = std::fs::read(directory.join("salts.json")).expect("salts");
        let salts: Value = serde_json::from_slice(&file).expect("JSON");
        let key = salts["current"]["key"].clone();
        assert!(key.is_array(), "{salts}");
        key
    };
    let begun = std::time::Instant::now();
    while key(&data) != key(&other) {
        assert!(
            begun.elapsed() < crate::harness::PATIENCE,
            "they do not agree"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let client = reqwest::Client::new();
    for url in [&first.url, &second.url] {
        assert_eq!(post(&client, url, PAGEVIEW).await.0, 204);
    }
    wait_for(&data, "SELECT count() FROM events", 2).await;
    wait_for(&data, "SELECT uniqExact(visitor) FROM events", 1).await;
    let old = "SELECT count() FROM salts WHERE day < toDate(now('UTC')) - 1";
    wait_for(&data, old, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_of_its_own_machine_stores_into_a_clickhouse_server() {
    let place = place();
    let data = place.path().join("server");
    let server = Serving::start(&data);
    let lock: Value =
        serde_json::from_slice(&std::fs::read(data.join("engine.lock")).expect("lock"))
            .expect("JSON");
    let url = format!(
        "http://snag:{}@{}",
        lock["token"].as_str().expect("token"),
        lock["address"].as_str().expect("address")
    );
    let fresh = place.path().join("collector");
    let collector = Serving::start_with(&fresh, &["--clickhouse", &url]);
    let client = reqwest::Client::new();
    assert_eq!(post(&client, &collector.url, PAGEVIEW).await.0, 204);
    wait_for(&data, "SELECT count() FROM events", 1).await;
    wait_for(&data, "SELECT count() FROM sessions FINAL", 1).await;
    let report = run(
        &fresh,
        &[
            "funnel",
            "--clickhouse",
            &url,
            "--site",
            "shop",
            "--step",
            "page:/",
            "--step",
            "page:/x",
            "--format",
            "json",
        ],
    );
    assert_eq!(crate::harness::visitors(&report.json()), [1, 0]);
    drop(server);
}

#[test]
fn the_level_of_the_log_is_no_setting() {
    let place = place();
    let data = place.path().join("data");
    let output = snag(&data)
        .arg("doctor")
        .env("SNAG_LOG", "debug")
        .output()
        .expect("snag runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
