//! Who sends numbered events, remembers which were acknowledged, and counts them in the store.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use clickhouse::Row;
use tokio::task::JoinHandle;

use crate::harness::{CHROME, open};

#[derive(Row, serde::Deserialize)]
struct Stored {
    name: String,
    copies: u64,
}

/// All numbers ever sent, and those that were acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    next: Arc<AtomicU64>,
    acknowledged: Vec<u64>,
}

/// Senders at work.
pub(crate) struct Senders {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<Vec<u64>>>,
}

/// What a ledger found in the store.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) acknowledged: usize,
    pub(crate) stored: usize,
    pub(crate) missing: Vec<u64>,
    pub(crate) doubled: Vec<String>,
}

impl Ledger {
    /// Sixteen senders that go on until the collector is gone or they are told to stop.
    pub(crate) fn senders(&self, url: &str) -> Senders {
        let stop = Arc::new(AtomicBool::new(false));
        let tasks = (0..16)
            .map(|_| {
                tokio::spawn(send(
                    url.to_owned(),
                    Arc::clone(&self.next),
                    Arc::clone(&stop),
                ))
            })
            .collect();
        Senders { stop, tasks }
    }

    /// Ends the senders and enters what they were told.
    pub(crate) async fn enter(&mut self, senders: Senders) {
        senders.stop.store(true, Ordering::Relaxed);
        for task in senders.tasks {
            self.acknowledged.extend(task.await.expect("a sender"));
        }
    }

    /// How many were acknowledged so far.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged.len()
    }

    /// Compares with what the directory's engine has.
    pub(crate) async fn compare(&self, data: &Path) -> Found {
        let (store, _guard) = open(data).await;
        let stored = store
            .client()
            .query("SELECT name, count() AS copies FROM events WHERE name != '' GROUP BY name ORDER BY name")
            .fetch_all::<Stored>()
            .await
            .expect("an answer");
        store.close().await.expect("the store closes");
        let names: HashSet<&str> = stored.iter().map(|s| s.name.as_str()).collect();
        let is_missing = |n: &u64| !names.contains(format!("n{n}").as_str());
        Found {
            acknowledged: self.acknowledged.len(),
            stored: stored.len(),
            missing: self
                .acknowledged
                .iter()
                .copied()
                .filter(is_missing)
                .collect(),
            doubled: stored
                .iter()
                .filter(|s| s.copies != 1)
                .map(|s| s.name.clone())
                .collect(),
        }
    }
}

impl Found {
    /// Fails unless every acknowledged event is there, and none twice.
    pub(crate) fn assert_exact(&self) {
        assert!(
            self.missing.is_empty() && self.doubled.is_empty(),
            "{self}: {self:?}"
        );
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (missing, doubled) = (self.missing.len(), self.doubled.len());
        write!(
            f,
            "{} events acknowledged, {} stored, {missing} acknowledged missing, {doubled} doubled",
            self.acknowledged, self.stored
        )
    }
}

/// Sends events, each with a number of its own; returns the numbers that were acknowledged.
async fn send(url: String, numbers: Arc<AtomicU64>, stop: Arc<AtomicBool>) -> Vec<u64> {
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
