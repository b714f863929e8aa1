//! What who operates it asks: is it ready, what does it do, and does it empty its hands when it stops.

use std::time::Duration;

use crate::harness::{Serving, ask, place, post, run, wait_for, wait_until};

const PAGEVIEW: &str =
    r#"{"version":1,"site":"shop","events":[{"kind":"pageview","url":"https://shop.example/"}]}"#;

async fn get(serving: &Serving, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("{}{path}", serving.url)).await;
    let answer = answer.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.text().await.expect("text"))
}

/// The value of a figure, if it is there.
fn figure(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find(|line| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with([' ', '{']))
    });
    line?.rsplit(' ').next()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_ready_when_store_and_spool_are_and_says_which_is_not() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start(&data);
    assert_eq!(get(&serving, "/readyz").await, (200, "ready\n".to_owned()));
    drop(serving);

    // A server that is away: beacons are taken, but somebody should look.
    let away = Serving::start_in(
        &place.path().join("away"),
        &["--clickhouse", "http://127.0.0.1:9"],
        &[("SNAG_SPOOL_MAX_BYTES", "20000")],
    );
    assert_eq!(get(&away, "/healthz").await, (200, "ok\n".to_owned()));
    let (status, text) = get(&away, "/readyz").await;
    assert_eq!((status, text.lines().count()), (503, 1));
    assert!(text.starts_with("the store does not answer"), "{text}");
    let client = reqwest::Client::new();
    while post(&client, &away.url, PAGEVIEW).await.0 == 204 {}
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let (status, text) = get(&away, "/readyz").await;
    assert_eq!(status, 503);
    assert!(text.contains("the store does not answer"), "{text}");
    assert!(!text.contains("127.0.0.1"), "{text}");

    let crowded = Serving::start_in(
        &place.path().join("crowded"),
        &[],
        &[("SNAG_SPOOL_MIN_FREE_BYTES", "1000000000000000")],
    );
    let (status, text) = get(&crowded, "/readyz").await;
    assert_eq!(
        (status, text.as_str()),
        (503, "the disk of the spool is nearly full\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_tell_what_waits_when_the_store_last_took_something_and_how_far_visits_are() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start(&data);
    let client = reqwest::Client::new();
    assert_eq!(post(&client, &serving.url, PAGEVIEW).await.0, 204);
    assert_eq!(post(&client, &serving.url, "{").await.0, 400);
    wait_for(&data, "SELECT count() FROM events", 1).await;
    wait_for(&data, "SELECT count() FROM sessions FINAL", 1).await;
    let is_empty = || run(&data, &["spool", "list"]).out.contains("nothing waits");
    wait_until("the spool is empty", is_empty).await;
    let (_, text) = get(&serving, "/metrics").await;
    let of = |name: &str| figure(&text, name).unwrap_or_else(|| panic!("{name}: {text}"));
    for (name, wanted) in [
        ("snag_events_accepted_total", 1.0),
        ("snag_batches_refused_total", 1.0),
        ("snag_rows_shipped_total", 1.0),
        ("snag_spool_bytes", 0.0),
        ("snag_spool_segments", 0.0),
        ("snag_spool_oldest_seconds", 0.0),
        ("snag_spool_rejected", 0.0),
    ] {
        assert_eq!(of(name), wanted, "{name}");
    }
    let now = jiff::Timestamp::now().as_second() as f64;
    let ago = now - of("snag_last_shipment_timestamp_seconds");
    assert!((0.0..60.0).contains(&ago), "{ago}");
    assert!(
        (0.0..30.0).contains(&of("snag_sessions_lag_seconds")),
        "{text}"
    );
    drop(serving);

    let away = Serving::start_in(
        &place.path().join("away"),
        &["--clickhouse", "http://127.0.0.1:9"],
        &[],
    );
    assert_eq!(post(&client, &away.url, PAGEVIEW).await.0, 204);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (_, text) = get(&away, "/metrics").await;
    let errors = figure(&text, "snag_store_errors_total");
    assert!(errors.is_some_and(|errors| errors >= 1.0), "{text}");
    assert_eq!(
        figure(&text, "snag_last_shipment_timestamp_seconds"),
        Some(0.0)
    );
    assert!(figure(&text, "snag_spool_bytes").is_some_and(|bytes| bytes > 0.0));
    let lag = figure(&text, "snag_sessions_lag_seconds");
    assert!(lag.is_some_and(|lag| lag >= 2.0), "{text}");
}

/// Segments are not sealed by themselves here, so all that was taken is still in the open one.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_leaves_nothing_in_the_spool() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start_in(&data, &[], &[("SNAG_SPOOL_SEGMENT_AGE", "1h")]);
    let client = reqwest::Client::new();
    for _ in 0..50 {
        assert_eq!(post(&client, &serving.url, PAGEVIEW).await.0, 204);
    }
    assert_eq!(ask(&data, "SELECT count() FROM events").await, 0);
    assert!(run(&data, &["spool", "list"]).out.contains("open"));
    let (code, took) = serving.stop();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert!(run(&data, &["spool", "list"]).out.contains("nothing waits"));
    assert_eq!(ask(&data, "SELECT count() FROM events").await, 50);
}
