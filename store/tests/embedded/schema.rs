//! Migrations on the engine.

use snag_store::Store;

use crate::bench::Bench;

#[tokio::test]
async fn an_owner_brings_its_own_schema_up_to_date_and_repeats_nothing() {
    let bench = Bench::open().await;
    let applied = bench.store.migrate().await.unwrap();
    assert!(
        applied.len() >= 4 && applied[0].name.starts_with("0001_"),
        "{applied:?}"
    );
    assert_eq!(bench.store.migrate().await.unwrap(), []);
    assert_eq!(
        bench
            .sql("SELECT count() FROM schema_migrations")
            .await
            .trim(),
        applied.len().to_string()
    );
    bench.store.clone().close().await.unwrap();
    let store = Store::open(&bench.config).await.unwrap();
    assert_eq!(store.migrate().await.unwrap(), []);
    store.close().await.unwrap();
}

/// A crash between a statement and its record must not stand in the way of the next start.
#[tokio::test]
async fn every_migration_bears_repeating() {
    let bench = Bench::open().await;
    let applied = bench.store.migrate().await.unwrap();
    bench.sql("TRUNCATE TABLE schema_migrations").await;
    assert_eq!(bench.store.migrate().await.unwrap(), applied);
    bench.close().await;
}

#[tokio::test]
async fn a_tampered_history_is_refused_and_named() {
    let bench = Bench::open().await;
    bench.store.migrate().await.unwrap();
    let cases = [
        (
            "INSERT INTO schema_migrations VALUES (2, '0002_elements.sql', 'other', now64(3))",
            "0002_",
        ),
        (
            "INSERT INTO schema_migrations VALUES (9999, '9999_future.sql', 'x', now64(3))",
            "9999_future.sql",
        ),
    ];
    for (sql, named) in cases {
        bench.sql(sql).await;
        let error = bench.store.migrate().await.unwrap_err();
        assert!(
            matches!(error, snag_store::Error::Setup { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains(named), "{error}");
        bench.sql("TRUNCATE TABLE schema_migrations").await;
        bench.store.migrate().await.unwrap();
    }
    bench
        .sql("ALTER TABLE schema_migrations DELETE WHERE version = 1 SETTINGS mutations_sync = 1")
        .await;
    let error = bench.store.verify().await.unwrap_err();
    assert!(error.to_string().contains("0001_"), "{error}");
    bench.close().await;
}
