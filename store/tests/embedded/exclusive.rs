//! One owner a directory, and everybody else asks it.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use snag_store::{Role, Store};

use crate::bench::{Bench, config, config_from_environment, in_another_process};

#[tokio::test]
#[ignore = "is run by another test in a process of its own"]
async fn guest_process() {
    let store = Store::open(&config_from_environment()).await.unwrap();
    assert!(
        matches!(store.role(), Role::Guest { .. }),
        "{:?}",
        store.role()
    );
    let count: u64 = store
        .client()
        .query("SELECT count() FROM t")
        .fetch_one()
        .await
        .unwrap();
    assert_eq!(count, 3);
    store
        .client()
        .query("INSERT INTO t VALUES (4)")
        .execute()
        .await
        .unwrap();
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_second_process_asks_the_first() {
    let bench = Bench::open().await;
    bench.store.migrate().await.unwrap();
    bench.sql("CREATE TABLE t (a UInt8) ENGINE = Memory").await;
    bench.sql("INSERT INTO t VALUES (1), (2), (3)").await;
    let mut command = in_another_process("exclusive::guest_process", &bench.config.data_dir);
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(bench.sql("SELECT count() FROM t").await, "4\n");
    bench.close().await;
}

#[tokio::test]
#[ignore = "is run by another test in a process of its own"]
async fn owner_process_that_dies() {
    let store = Store::open(&config_from_environment()).await.unwrap();
    store
        .client()
        .query("CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a")
        .execute()
        .await
        .unwrap();
    store
        .client()
        .query("INSERT INTO t VALUES (1), (2), (3)")
        .execute()
        .await
        .unwrap();
    std::fs::write(
        std::env::temp_dir().join(format!("snag-ready-{}", std::process::id())),
        "",
    )
    .unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_lock_whose_owner_died_is_stale() {
    let _turn = Bench::open().await;
    let directory = tempfile::tempdir().unwrap();
    let mut child = in_another_process("exclusive::owner_process_that_dies", directory.path())
        .spawn()
        .unwrap();
    let ready = std::env::temp_dir().join(format!("snag-ready-{}", child.id()));
    let begun = Instant::now();
    while !ready.exists() {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "the owner did not start"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    std::fs::remove_file(&ready).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    _turn.store.clone().close().await.unwrap();
    // The file still tells of the dead one.
    assert!(
        std::fs::read_to_string(directory.path().join("engine.lock"))
            .unwrap()
            .contains("token")
    );
    let store = Store::open(&config(directory.path())).await.unwrap();
    assert!(
        matches!(store.role(), Role::Owner { .. }),
        "{:?}",
        store.role()
    );
    let count: u64 = store
        .client()
        .query("SELECT count() FROM t")
        .fetch_one()
        .await
        .unwrap();
    assert_eq!(count, 3);
    store.close().await.unwrap();
}

#[tokio::test]
#[ignore = "is run by another test in a process of its own"]
async fn owner_process_that_forgets_to_close() {
    let store = Store::open(&config_from_environment()).await.unwrap();
    let endless = store
        .client()
        .query("SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1");
    let running = tokio::spawn(async move { endless.fetch_one::<u64>().await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!running.is_finished());
    assert_eq!(
        store
            .client()
            .query("SELECT timezone()")
            .fetch_one::<String>()
            .await
            .unwrap(),
        "UTC"
    );
}

/// The engine's destructors are known to crash a process that leaves connections open.
#[tokio::test]
async fn a_process_that_forgets_to_close_ends_well() {
    for _ in 0..3 {
        let directory = tempfile::tempdir().unwrap();
        let mut command = in_another_process(
            "exclusive::owner_process_that_forgets_to_close",
            directory.path(),
        );
        command.env("TZ", "America/New_York");
        let output = tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap();
        assert!(
            output.status.success(),
            "{:?} {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[tokio::test]
async fn a_directory_the_engine_cannot_open_is_a_setup_error() {
    let bench = Bench::open().await;
    bench.store.clone().close().await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("engine"), "a file, not a directory").unwrap();
    let error = Store::open(&config(directory.path())).await.err().unwrap();
    assert!(
        matches!(error, snag_store::Error::Setup { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("engine"), "{error}");
    let other = Store::open(&bench.config).await.unwrap();
    let error = Store::open(&config(tempfile::tempdir().unwrap().path()))
        .await
        .err()
        .unwrap();
    assert!(error.to_string().contains("has an engine open"), "{error}");
    other.close().await.unwrap();
}

#[tokio::test]
async fn a_store_can_be_closed_and_opened_again() {
    let bench = Bench::open().await;
    bench
        .sql("CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a")
        .await;
    for number in 1..=3_u8 {
        bench.store.clone().close().await.unwrap();
        let store = Store::connect(&bench.config).await.unwrap();
        store
            .client()
            .query("INSERT INTO t SELECT {n:UInt8}")
            .param("n", number)
            .execute()
            .await
            .unwrap();
        let count: u64 = store
            .client()
            .query("SELECT count() FROM t")
            .fetch_one()
            .await
            .unwrap();
        assert_eq!(count, u64::from(number));
        store.close().await.unwrap();
    }
}

#[tokio::test]
async fn the_lock_and_the_directory_are_for_one_user() {
    let bench = Bench::open().await;
    let lock = bench.config.data_dir.join("engine.lock");
    assert_eq!(
        std::fs::metadata(&lock).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&lock).unwrap()).unwrap();
    assert_eq!(text["pid"], std::process::id());
    assert!(bench.url().contains(text["address"].as_str().unwrap()));
    assert_eq!(text["token"].as_str().unwrap().len(), 64);
    bench.close().await;
}

#[tokio::test]
async fn an_owner_that_does_not_answer_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("engine.lock");
    let text =
        r#"{"pid":4242,"address":"127.0.0.1:1","token":"x","started_at":"2026-01-01T00:00:00Z"}"#;
    std::fs::write(&path, text).unwrap();
    let held = std::fs::File::open(&path).unwrap();
    held.lock().unwrap();
    let error = Store::open(&config(directory.path())).await.err().unwrap();
    let told = error.to_string();
    assert!(error.is_retryable(), "{told}");
    assert!(
        told.contains("4242") && told.contains("engine.lock"),
        "{told}"
    );
}
