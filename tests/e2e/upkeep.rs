//! Backups, erasure and retention as a person types them, beside a running `snag serve` and on a server.

use std::path::Path;

use serde_json::Value;

use crate::harness::{Ran, Serving, ask, place, post, run, tell, wait_for, wait_until};

async fn send(serving: &Serving, site: &str, count: u64) {
    let client = reqwest::Client::new();
    let body = format!(
        r#"{{"version":1,"site":"{site}","events":[{{"kind":"pageview","url":"https://shop.example/"}}]}}"#
    );
    for _ in 0..count {
        assert_eq!(post(&client, &serving.url, body.clone()).await.0, 204);
    }
}

/// Where the engine of a running `snag serve` answers, with the right to ask it.
fn address(data: &Path) -> String {
    let lock = std::fs::read(data.join("engine.lock")).expect("lock");
    let lock: Value = serde_json::from_slice(&lock).expect("JSON");
    format!(
        "http://snag:{}@{}",
        lock["token"].as_str().expect("token"),
        lock["address"].as_str().expect("address")
    )
}

fn refused(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "{ran:?}");
    for word in words {
        assert!(ran.err.contains(word), "{word}: {ran:?}");
    }
}

const EVENTS: &str = "SELECT count() FROM events";

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_beside_a_running_collector_has_what_was_acknowledged_and_comes_back_elsewhere() {
    let place = place();
    let data = place.path().join("data");
    let file = place.path().join("shop.backup");
    let file = file.to_str().expect("a path");
    // What was acknowledged waits for two seconds: a backup waits for it.
    let serving = Serving::start_in(&data, &[], &[("SNAG_SPOOL_SEGMENT_AGE", "2s")]);
    send(&serving, "shop", 7).await;
    let made = run(&data, &["backup", file]);
    assert_eq!(made.code, 0, "{made:?}");
    for part in ["events  7", "is whole", "the salts of visitors"] {
        assert!(made.out.contains(part), "{part}: {made:?}");
    }
    refused(&run(&data, &["backup", file]), 2, &["is there already"]);
    refused(&run(&data, &["restore", file]), 2, &["has the store open"]);
    let checked = run(&data, &["restore", file, "--check"]);
    assert!(
        checked.code == 0 && checked.out.contains("events  7"),
        "{checked:?}"
    );
    assert_eq!(serving.stop().0, Some(0));

    let other = place.path().join("other");
    let restored = run(&other, &["restore", file]);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert!(
        restored.out.contains("visits derived anew: 1"),
        "{restored:?}"
    );
    refused(
        &run(&other, &["restore", file]),
        2,
        &["not empty", "--replace"],
    );
    let serving = Serving::start(&other);
    send(&serving, "shop", 1).await;
    wait_for(&other, EVENTS, 8).await;
    assert!(
        ask(&other, "SELECT count() FROM salts").await > 0,
        "its own"
    );
    let mut bytes = std::fs::read(file).expect("read");
    bytes.truncate(bytes.len() - 20);
    let cut = place.path().join("cut.backup");
    std::fs::write(&cut, bytes).expect("write");
    let cut = run(
        &other,
        &["restore", cut.to_str().expect("a path"), "--check"],
    );
    refused(&cut, 5, &["is cut off"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_collector_that_died_left_in_its_spool_is_stored_before_it_is_backed_up_or_erased() {
    let place = place();
    let data = place.path().join("data");
    let unsealed = [("SNAG_SPOOL_SEGMENT_AGE", "1h")];
    for (count, arguments) in [
        (4, vec!["backup", "a.backup"]),
        (3, vec!["erase", "--site", "shop", "--yes"]),
    ] {
        let serving = Serving::start_in(&data, &[], &unsealed);
        send(&serving, "shop", count).await;
        serving.kill();
        let done = run(&data, &arguments);
        assert_eq!(done.code, 0, "{done:?}");
        let told = if arguments[0] == "backup" { 4 } else { 7 };
        assert!(done.out.contains(&format!("events  {told}")), "{done:?}");
    }
    assert_eq!(ask(&data, EVENTS).await, 0);
    assert!(run(&data, &["spool", "list"]).out.contains("nothing waits"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_backed_up_restored_and_erased_over_its_http_interface_alone() {
    let place = place();
    let data = place.path().join("server");
    let server = Serving::start(&data);
    send(&server, "shop", 3).await;
    send(&server, "blog", 2).await;
    wait_for(&data, EVENTS, 5).await;
    let url = address(&data);
    let file = place.path().join("server.backup");
    let file = file.to_str().expect("a path");
    let mine = place.path().join("mine");
    let on_server = |arguments: &[&str]| run(&mine, &[&["--clickhouse", &url], arguments].concat());
    let made = on_server(&["backup", file]);
    assert!(made.code == 0 && made.out.contains("events  5"), "{made:?}");
    let erased = on_server(&["erase", "--site", "shop", "--yes"]);
    assert_eq!(erased.code, 0, "{erased:?}");
    assert!(
        erased
            .out
            .contains("spools of collectors on other machines"),
        "{erased:?}"
    );
    assert_eq!(ask(&data, EVENTS).await, 2);
    refused(&on_server(&["restore", file]), 2, &["not empty"]);
    let restored = on_server(&["restore", file, "--replace"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert_eq!(ask(&data, EVENTS).await, 5);
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_is_shown_asked_for_and_reaches_what_the_store_refused() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start(&data);
    send(&serving, "shop", 2).await;
    send(&serving, "blog", 1).await;
    wait_for(&data, EVENTS, 3).await;
    let is_empty = || run(&data, &["spool", "list"]).out.contains("nothing waits");
    wait_until("the segments are gone", is_empty).await;
    // Rows of the type that the collector writes no longer fit.
    tell(&data, "ALTER TABLE events MODIFY COLUMN currency String").await;
    send(&serving, "shop", 1).await;
    send(&serving, "blog", 1).await;
    let rejected = || run(&data, &["spool", "list"]).out.contains("rejected");
    wait_until("a segment is set aside", rejected).await;
    tell(
        &data,
        "ALTER TABLE events MODIFY COLUMN currency LowCardinality(String)",
    )
    .await;

    let asked = run(&data, &["erase", "--site", "shop"]);
    refused(&asked, 2, &["--yes"]);
    for part in ["of shop, all there is", "events  2", "set aside  1"] {
        assert!(asked.out.contains(part), "{part}: {asked:?}");
    }
    assert_eq!(ask(&data, EVENTS).await, 3);
    let done = run(&data, &["erase", "--site", "shop", "--yes"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(
        done.out.contains("are gone, from tables and disk"),
        "{done:?}"
    );
    assert_eq!(ask(&data, EVENTS).await, 1);
    assert_eq!(
        ask(&data, "SELECT count() FROM events WHERE site = 'shop'").await,
        0
    );
    let nothing = run(&data, &["erase", "--site", "shop", "--yes"]);
    assert!(
        nothing.code == 3 && nothing.out.contains("nothing of it"),
        "{nothing:?}"
    );
    // What was refused of the other site can still be sent again, and nothing of this one comes with it.
    assert_eq!(run(&data, &["spool", "retry", "--all"]).code, 0);
    wait_for(&data, EVENTS, 2).await;
    assert_eq!(
        ask(&data, "SELECT count() FROM events WHERE site = 'shop'").await,
        0
    );
    let visitor = ask(&data, "SELECT any(visitor) FROM events")
        .await
        .to_string();
    let done = run(
        &data,
        &["erase", "--site", "blog", "--visitor", &visitor, "--yes"],
    );
    assert!(done.code == 0 && done.out.contains(&visitor), "{done:?}");
    assert_eq!(ask(&data, EVENTS).await, 0);
    let both = run(
        &data,
        &[
            "erase",
            "--site",
            "blog",
            "--visitor",
            "1",
            "--before",
            "2026-01-01",
        ],
    );
    assert_eq!(both.code, 2, "{both:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_older_than_their_site_says_go_at_once_and_at_the_next_start() {
    let place = place();
    let data = place.path().join("data");
    let old = "INSERT INTO events (site, time, visitor, kind, path) SELECT site, now64(3) - toIntervalDay(40 * number), 7, 'pageview', '/' \
               FROM (SELECT arrayJoin(['shop', 'blog']) AS site) AS sites, numbers(3) AS numbers";
    tell(&data, old).await;
    let set = run(
        &data,
        &["retention", "set", "--site", "shop", "--days", "60"],
    );
    assert!(
        set.code == 0 && set.out.contains("1 older rows are gone"),
        "{set:?}"
    );
    assert_eq!(ask(&data, EVENTS).await, 5);
    // Rows that come in late, as by an import.
    tell(&data, old).await;
    let serving = Serving::start(&data);
    wait_for(&data, "SELECT countIf(site = 'shop') FROM events", 4).await;
    assert_eq!(
        ask(&data, "SELECT countIf(site = 'blog') FROM events").await,
        6
    );
    let listed = run(&data, &["retention", "list", "--format", "json"]).json();
    assert_eq!(listed["limits"][0]["site"], "shop");
    assert_eq!(listed["limits"][0]["days"], 60);
    let forgotten = run(&data, &["retention", "forget", "--site", "shop"]);
    assert_eq!(forgotten.code, 0, "{forgotten:?}");
    refused(
        &run(&data, &["retention", "forget", "--site", "shop"]),
        2,
        &["have no limit", "snag retention set"],
    );
    drop(serving);
}
