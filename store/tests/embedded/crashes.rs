//! A process that is killed between its inserts, and what the next one finds.

use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream;
use snag_store::{BodyFormat, Store};

use crate::bench::{Bench, config, config_from_environment, in_another_process};

const ROWS: u64 = 500;
const CONFIRMED: &str = "confirmed";

/// The rows of one batch, each with the batch's number.
fn batch(number: u64) -> Bytes {
    let mut bytes = b"\x02\x05batch\x01a\x06UInt64\x06UInt64".to_vec();
    for row in 0..ROWS {
        bytes.extend(number.to_le_bytes());
        bytes.extend(row.to_le_bytes());
    }
    bytes.into()
}

async fn send(store: &Store, number: u64) -> Result<(), snag_store::Error> {
    let body = stream::iter([Ok::<_, io::Error>(batch(number))]);
    store
        .insert_body(
            "batches",
            BodyFormat::RowBinary,
            &format!("batch-{number}"),
            body,
        )
        .await
}

#[tokio::test]
#[ignore = "is run by another test in a process of its own"]
async fn process_that_inserts_until_it_is_killed() {
    let config = config_from_environment();
    let store = Store::open(&config).await.unwrap();
    let ddl = "CREATE TABLE IF NOT EXISTS batches (batch UInt64, a UInt64) ENGINE = MergeTree ORDER BY batch \
               SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1";
    store.client().query(ddl).execute().await.unwrap();
    let path = config.data_dir.join(CONFIRMED);
    let mut confirmed = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    let first = std::fs::read_to_string(config.data_dir.join(CONFIRMED))
        .unwrap()
        .lines()
        .count() as u64;
    // The first of them may have been stored by the process before, which died before it could note it.
    for number in first.. {
        send(&store, number).await.unwrap();
        writeln!(confirmed, "{number}").unwrap();
    }
}

fn confirmed(data_dir: &Path) -> u64 {
    std::fs::read_to_string(data_dir.join(CONFIRMED)).map_or(0, |text| text.lines().count() as u64)
}

#[tokio::test]
async fn a_confirmed_batch_outlives_a_kill_and_none_is_doubled() {
    let bench = Bench::open().await;
    bench.store.clone().close().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    for round in 0..5_u64 {
        let before = confirmed(directory.path());
        let test = "crashes::process_that_inserts_until_it_is_killed";
        let mut child = in_another_process(test, directory.path()).spawn().unwrap();
        let begun = Instant::now();
        while confirmed(directory.path()) < before + 5 + 3 * round {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "nothing is confirmed"
            );
            assert!(
                child.try_wait().unwrap().is_none(),
                "the process ended by itself"
            );
            tokio::time::sleep(Duration::from_millis(3 + round)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let sent = confirmed(directory.path());
    let store = Store::open(&config(directory.path())).await.unwrap();
    let per_batch = "SELECT count(), countIf(rows != {rows:UInt64}) FROM \
                     (SELECT batch, count() AS rows FROM batches GROUP BY batch) WHERE batch < {sent:UInt64}";
    let found: (u64, u64) = store
        .client()
        .query(per_batch)
        .param("rows", ROWS)
        .param("sent", sent)
        .fetch_one()
        .await
        .unwrap();
    assert_eq!(
        found,
        (sent, 0),
        "batches that are there, and those that are not whole"
    );
    // An uploader that does not know what became of the last ones sends them again.
    for number in sent.saturating_sub(3)..sent + 2 {
        send(&store, number).await.unwrap();
    }
    let rows: u64 = store
        .client()
        .query("SELECT count() FROM batches")
        .fetch_one()
        .await
        .unwrap();
    assert_eq!(rows, (sent + 2) * ROWS);
    store.close().await.unwrap();
    drop(bench);
}
