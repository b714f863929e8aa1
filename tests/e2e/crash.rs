//! Whatever dies in between: what was acknowledged is stored exactly once.
//!
//! `SNAG_KILLS` and `SNAG_OUTAGE_SECONDS` make soak tests of these (`make soak`).

use std::path::Path;
use std::time::{Duration, Instant};

use rand::Rng as _;
use rand::seq::IndexedRandom as _;

use crate::harness::{Serving, ask, place, wait_until};
use crate::ledger::Ledger;
use crate::relay::{KEY, Mood, Relay};

fn setting(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What a write that the power cut off may leave at the end of a segment.
fn tear(data: &Path) {
    let Ok(entries) = std::fs::read_dir(data.join("spool")) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("entry").path();
        if path.extension().is_some_and(|e| e == "open") {
            let mut bytes = std::fs::read(&path).expect("read");
            let junk: Vec<u8> = (0..rand::rng().random_range(1..300))
                .map(|_| rand::random())
                .collect();
            bytes.extend(junk);
            std::fs::write(&path, bytes).expect("write");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_under_load_loses_and_doubles_nothing_that_was_acknowledged() {
    let place = place();
    let data = place.path().join("data");
    let mut ledger = Ledger::default();
    let kills = setting("SNAG_KILLS", 20);
    for kill in 0..kills {
        // One in four dies while it starts, recovers and takes up what waits; the others under load, mid-upload too.
        if kill % 4 == 3 {
            let life = Duration::from_millis(rand::rng().random_range(5..600));
            Serving::start_and_kill(&data, life);
        } else {
            let serving = Serving::start(&data);
            let senders = ledger.senders(&serving.url);
            let life = rand::rng().random_range(5..2500);
            tokio::time::sleep(Duration::from_millis(life)).await;
            serving.kill();
            ledger.enter(senders).await;
        }
        if kill % 3 == 0 {
            tear(&data);
        }
    }
    let (code, _) = Serving::start(&data).stop();
    assert_eq!(
        code,
        Some(0),
        "the last start ships what waits and stops cleanly"
    );
    let found = ledger.compare(&data).await;
    println!("{kills} kills: {found}");
    found.assert_exact();
    assert!(found.acknowledged > 1000, "too few to mean anything");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_goes_breaks_off_and_comes_back_gets_every_event_once() {
    let place = place();
    let (engine_data, data) = (place.path().join("engine"), place.path().join("data"));
    let relay = Relay::start().await;
    let mut engine = Serving::start(&engine_data);
    relay.lead_to(&engine_data);
    let url = format!("http://{}", relay.address);
    let collect = || {
        Serving::start_in(
            &data,
            &["--clickhouse", &url, "--clickhouse-user", "snag"],
            &[("SNAG_CLICKHOUSE_PASSWORD", KEY)],
        )
    };
    let mut serving = collect();
    let mut ledger = Ledger::default();
    let mut senders = ledger.senders(&serving.url);
    let end = Instant::now() + Duration::from_secs(setting("SNAG_OUTAGE_SECONDS", 15));
    let (mut engine_kills, mut kills, mut moods) = (0, 0, 0);
    while Instant::now() < end {
        let mood = [
            Mood::Pass,
            Mood::Pass,
            Mood::Cut,
            Mood::Swallow,
            Mood::Refuse,
        ];
        relay.set(*mood.choose(&mut rand::rng()).expect("a mood"));
        moods += 1;
        tokio::time::sleep(Duration::from_millis(rand::rng().random_range(50..700))).await;
        if moods % 5 == 0 {
            engine.kill();
            engine_kills += 1;
            tokio::time::sleep(Duration::from_millis(300)).await;
            engine = Serving::start(&engine_data);
            relay.lead_to(&engine_data);
        }
        if moods % 7 == 0 {
            serving.kill();
            kills += 1;
            ledger.enter(senders).await;
            // Also while the engine is away: beacons are taken all the same.
            serving = collect();
            senders = ledger.senders(&serving.url);
        }
    }
    ledger.enter(senders).await;
    relay.set(Mood::Pass);
    wait_until("the spool is empty", || is_empty(&data.join("spool"))).await;
    let (code, _) = serving.stop();
    assert_eq!(code, Some(0));
    let (code, _) = engine.stop();
    assert_eq!(code, Some(0));
    let found = ledger.compare(&engine_data).await;
    println!(
        "{moods} changes of the line, {engine_kills} kills of the engine, {kills} of the collector: {found}"
    );
    found.assert_exact();
    assert!(found.acknowledged > 1000, "too few to mean anything");
    assert_eq!(
        ask(&engine_data, "SELECT count() FROM events WHERE bot != ''").await,
        0
    );
}

fn is_empty(spool: &Path) -> bool {
    let entries = std::fs::read_dir(spool).expect("the spool");
    entries.flatten().all(|entry| {
        let path = entry.path();
        !path.extension().is_some_and(|e| e == "seg" || e == "open")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_without_its_server_takes_beacons_until_its_quota_and_then_says_503() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start_in(
        &data,
        &["--clickhouse", "http://127.0.0.1:9"],
        &[("SNAG_SPOOL_MAX_BYTES", "40000")],
    );
    let mut ledger = Ledger::default();
    let senders = ledger.senders(&serving.url);
    let client = reqwest::Client::new();
    let send = || {
        client.post(format!("{}/b", serving.url)).body(r#"{"version":1,"site":"shop","events":[{"kind":"pageview","url":"https://shop.example/"}]}"#).send()
    };
    wait_until("the quota is reached", || {
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                let answer = send().await.expect("an answer");
                answer.status() == 503 && answer.headers().contains_key("retry-after")
            })
        })
    })
    .await;
    ledger.enter(senders).await;
    let (code, took) = serving.stop();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "it stopped within {took:?}");
    assert!(ledger.acknowledged() > 10);
    // The same directory with an engine: what waits is shipped.
    let (code, _) = Serving::start(&data).stop();
    assert_eq!(code, Some(0));
    let found = ledger.compare(&data).await;
    println!("a quota reached: {found}");
    found.assert_exact();
}
