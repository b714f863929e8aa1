//! Whatever dies in between: what was acknowledged is stored exactly once.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use clickhouse::Row;
use rand::Rng as _;

use crate::harness::{CHROME, Serving, open, place};

/// `SNAG_KILLS` makes it a soak test.
fn kills() -> u32 {
    std::env::var("SNAG_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(20)
}

#[derive(Row, serde::Deserialize)]
struct Stored {
    name: String,
    copies: u64,
}

/// Sends events, each with a number of its own, until told to stop; returns the numbers that were acknowledged.
async fn load(url: String, numbers: Arc<AtomicU64>, stop: Arc<AtomicBool>) -> Vec<u64> {
    let client = reqwest::Client::new();
    let mut acknowledged = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        let body = format!(
            r#"{{"version":1,"site":"shop","events":[{{"kind":"custom","url":"https://shop.example/","name":"n{number}"}}]}}"#
        );
        let sent = client
            .post(format!("{url}/b"))
            .header("user-agent", CHROME)
            .body(body)
            .send()
            .await;
        match sent {
            Ok(response) if response.status() == 204 => acknowledged.push(number),
            Ok(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(_) => return acknowledged,
        }
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_under_load_loses_and_doubles_nothing_that_was_acknowledged() {
    let place = place();
    let data = place.path().join("data");
    let numbers = Arc::new(AtomicU64::new(0));
    let mut acknowledged = Vec::new();
    for _ in 0..kills() {
        let serving = Serving::start(&data);
        let stop = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..16)
            .map(|_| {
                tokio::spawn(load(
                    serving.url.clone(),
                    Arc::clone(&numbers),
                    Arc::clone(&stop),
                ))
            })
            .collect();
        let life = rand::rng().random_range(5..2500);
        tokio::time::sleep(Duration::from_millis(life)).await;
        serving.kill();
        stop.store(true, Ordering::Relaxed);
        for sender in senders {
            acknowledged.extend(sender.await.expect("a sender"));
        }
    }
    let (code, _) = Serving::start(&data).stop();
    assert_eq!(
        code,
        Some(0),
        "the last start ships what waits and stops cleanly"
    );

    let (store, _guard) = open(&data).await;
    let stored = store
        .client()
        .query("SELECT name, count() AS copies FROM events GROUP BY name ORDER BY name")
        .fetch_all::<Stored>()
        .await
        .expect("an answer");
    store.close().await.expect("the store closes");
    let doubled: Vec<&str> = stored
        .iter()
        .filter(|s| s.copies != 1)
        .map(|s| s.name.as_str())
        .collect();
    let names: HashSet<&str> = stored.iter().map(|s| s.name.as_str()).collect();
    let missing: Vec<u64> = acknowledged
        .iter()
        .copied()
        .filter(|n| !names.contains(format!("n{n}").as_str()))
        .collect();
    println!(
        "{} kills, {} events acknowledged, {} stored",
        kills(),
        acknowledged.len(),
        stored.len()
    );
    assert!(
        acknowledged.len() > 1000,
        "only {} events were acknowledged",
        acknowledged.len()
    );
    assert!(
        missing.is_empty(),
        "{} acknowledged events are missing: {missing:?}",
        missing.len()
    );
    assert!(
        doubled.is_empty(),
        "{} events are doubled: {doubled:?}",
        doubled.len()
    );
}
