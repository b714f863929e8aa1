//! What a store refuses is set aside and waits for a person, who can send it again, once.

use crate::harness::{CHROME, Serving, ask, open, place, run, wait_for};

async fn send(serving: &Serving, name: &str) {
    let body = format!(
        r#"{{"version":1,"site":"shop","events":[{{"kind":"custom","url":"https://shop.example/","name":"{name}"}}]}}"#
    );
    let client = reqwest::Client::new();
    let request = client.post(format!("{}/b", serving.url));
    let request = request.header("user-agent", CHROME).body(body);
    let status = request.send().await.expect("an answer").status();
    assert_eq!(status, 204);
}

async fn alter(data: &std::path::Path, what: &str) {
    let (store, _guard) = open(data).await;
    let sql = format!("ALTER TABLE events {what}");
    let altered = store.client().query(&sql).execute().await;
    altered.expect("the table is changed");
    store.close().await.expect("the store closes");
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_rows_are_told_kept_and_stored_once_when_sent_again() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start(&data);
    send(&serving, "before").await;
    wait_for(&data, "SELECT count() FROM events", 1).await;
    // Rows are seen a moment before their segment is gone.
    let is_empty = || run(&data, &["spool", "list"]).out.contains("nothing waits");
    crate::harness::wait_until("the segment is gone", is_empty).await;

    // Rows of the type that the collector writes no longer fit.
    alter(&data, "MODIFY COLUMN currency String").await;
    send(&serving, "refused").await;
    let refused = || run(&data, &["spool", "list"]).out.contains("rejected");
    crate::harness::wait_until("the segment is set aside", refused).await;
    let listed = run(&data, &["spool", "list"]);
    let name = listed.out.split_whitespace().next().expect("a name");
    let shown = run(&data, &["spool", "show", name]);
    for part in ["rejected", "reason: events:", "rows of events", ": 1"] {
        assert!(shown.out.contains(part), "{part}: {shown:?}");
    }
    let missing = run(&data, &["spool", "show", "nobody"]);
    assert!(missing.code == 1 && missing.err.contains("snag spool list"));

    alter(&data, "MODIFY COLUMN currency LowCardinality(String)").await;
    send(&serving, "after").await;
    wait_for(&data, "SELECT count() FROM events", 2).await;
    let retried = run(&data, &["spool", "retry", "--all"]);
    assert_eq!(retried.code, 0, "{retried:?}");
    wait_for(&data, "SELECT count() FROM events", 3).await;
    crate::harness::wait_until("the segment is gone", is_empty).await;
    let (code, _) = serving.stop();
    assert_eq!(code, Some(0));
    assert_eq!(ask(&data, "SELECT uniqExact(name) FROM events").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_cannot_be_read_hinders_no_other() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start(&data);
    // What reads as no file stands for a bad place on the disk.
    let unreadable = data.join("spool/000000000001-0000000000000001.seg");
    std::fs::create_dir(&unreadable).expect("a directory");
    for number in 1..=3 {
        send(&serving, &format!("event {number}")).await;
        wait_for(&data, "SELECT count() FROM events", number).await;
    }
    assert!(unreadable.exists(), "it is kept for a person");
    std::fs::remove_dir(&unreadable).expect("removed");
    let (code, _) = serving.stop();
    assert_eq!(code, Some(0));
}
