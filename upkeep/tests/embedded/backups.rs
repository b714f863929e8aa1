//! What is backed up comes back, and nothing that should not.

use std::future::pending;
use std::path::Path;
use std::time::Duration;

use snag_upkeep::{Backup, BackupOptions, Error, backup, check, restore, sweep};

use crate::world::{KEPT, World};

async fn make(world: &World, file: &Path, with_import_key: bool) -> Backup {
    let options = BackupOptions { with_import_key };
    backup(&world.store, file, options, |_| {}, pending())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_of_every_table_comes_back_and_visits_are_derived_from_them() {
    let world = World::empty().await;
    world.fill().await;
    let (before, sessions) = (world.pictures().await, world.sessions().await);
    assert!(before.iter().all(|(_, (rows, _))| *rows > 0), "{before:?}");
    assert!(sessions.0 > 100);
    let file = world.file("a.backup");
    let made = make(&world, &file, false).await;
    assert_eq!(world.passing().await, 0);
    assert_eq!(made.contents, check(&file).unwrap());
    assert_eq!(made.bytes, file.metadata().unwrap().len());
    let rows: u64 = before.iter().map(|(_, (rows, _))| rows).sum();
    assert_eq!(made.contents.rows(), rows);

    let (world, _old) = world.another().await;
    let restored = restore(&world.store, &file, false).await.unwrap();
    assert_eq!(world.pictures().await, before);
    assert_eq!(world.sessions().await, sessions);
    assert_eq!(restored.sessions, sessions.0);
    assert_eq!(world.passing().await, 0);
    // What comes in from now on is derived as ever.
    world
        .tell("INSERT INTO events (site, time, visitor, kind, path) VALUES ('shop', now64(3), 9, 'pageview', '/new')")
        .await;
    snag_sessions::catch_up(&world.store).await.unwrap();
    assert_eq!(world.sessions().await.0, sessions.0 + 1);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn salts_are_in_no_backup_and_the_import_key_only_where_it_is_asked_for() {
    let world = World::empty().await;
    world.fill().await;
    let (plain, whole) = (world.file("plain"), world.file("whole"));
    let tables = |backup: &Backup| {
        let mut names: Vec<String> = backup
            .contents
            .tables
            .iter()
            .map(|table| table.table.clone())
            .collect();
        names.sort();
        names
    };
    assert_eq!(tables(&make(&world, &plain, false).await), KEPT);
    let with_key = tables(&make(&world, &whole, true).await);
    assert_eq!(with_key.len(), KEPT.len() + 1);
    assert!(with_key.contains(&"secrets".to_owned()));
    let holds = |file: &Path, word: &str| {
        let packed = std::fs::File::open(file).unwrap();
        let bytes = zstd::decode_all(packed).unwrap();
        bytes
            .windows(word.len())
            .any(|part| part == word.as_bytes())
    };
    assert!(!holds(&plain, "the key of imports") && holds(&whole, "the key of imports"));
    assert!(!holds(&plain, "the salt of the day") && !holds(&whole, "the salt of the day"));

    // A store keeps its own where the backup has none.
    let (world, _old) = world.another().await;
    world
        .tell("INSERT INTO secrets SELECT 'import', 'its own', now64(6)")
        .await;
    world
        .tell("INSERT INTO salts (day, key) SELECT today(), 'its own'")
        .await;
    restore(&world.store, &plain, false).await.unwrap();
    let own = "SELECT countIf(value = 'its own') FROM secrets";
    assert_eq!(world.ask(own).await, 1);
    restore(&world.store, &whole, true).await.unwrap();
    assert_eq!(world.ask(own).await, 0);
    assert_eq!(
        world
            .ask("SELECT count() FROM salts WHERE key = 'its own'")
            .await,
        1
    );
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_rows_is_only_replaced_when_that_is_asked_for() {
    let world = World::empty().await;
    world.fill().await;
    let file = world.file("a.backup");
    make(&world, &file, false).await;
    let wanted = world.pictures().await;
    let (world, _old) = world.another().await;
    world
        .tell("INSERT INTO events (site, time, visitor, kind, path) VALUES ('shop', '2025-01-01 00:00:00', 9, 'pageview', '/old')")
        .await;
    world
        .tell("INSERT INTO goals SELECT 'shop', 'other', 'page:/x', 9, 0")
        .await;
    let token = world
        .store
        .with_setting("insert_deduplication_token", "a token")
        .with_setting("deduplicate_blocks_in_dependent_materialized_views", "1");
    let insert = async || {
        let sql = "INSERT INTO events (site, time, visitor, kind, path) VALUES ('shop', '2026-09-01 00:00:00', 9, 'pageview', '/once')";
        token.client().query(sql).execute().await.unwrap();
    };
    insert().await;
    insert().await;
    assert_eq!(world.ask("SELECT count() FROM events").await, 2);
    let windows = "SELECT sum(toUInt64(extract(engine_full, 'deduplication_window = ([0-9]+)'))) FROM system.tables \
                   WHERE database = 'snag' AND engine_full LIKE '%deduplication_window%'";
    let windows_before = world.ask(windows).await;
    assert!(windows_before >= 100_000, "{windows_before}");
    let refused = restore(&world.store, &file, false).await.unwrap_err();
    assert!(
        matches!(refused, Error::Usage { .. }) && refused.to_string().contains("--replace"),
        "{refused}"
    );
    assert_eq!(world.ask("SELECT count() FROM events").await, 2);
    assert_eq!(world.passing().await, 0);
    restore(&world.store, &file, true).await.unwrap();
    assert_eq!(world.pictures().await, wanted);
    // What went in after the backup may go in again, once, and is derived.
    insert().await;
    insert().await;
    assert_eq!(
        world
            .ask("SELECT count() FROM events WHERE path = '/once'")
            .await,
        1
    );
    assert_eq!(world.ask("SELECT count() FROM touched").await, 1);
    assert_eq!(world.ask(windows).await, windows_before);
    let again = backup(
        &world.store,
        &file,
        BackupOptions::default(),
        |_| {},
        pending(),
    );
    let refused = again.await.unwrap_err().to_string();
    assert!(refused.contains("is there already"), "{refused}");
    world.close().await;
}

/// Broken off again and again, each time a little later, as by a process that dies.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_was_broken_off_anywhere_is_simply_repeated() {
    let world = World::empty().await;
    world.fill().await;
    let file = world.file("a.backup");
    make(&world, &file, false).await;
    let (wanted, sessions) = (world.pictures().await, world.sessions().await);
    let (world, _old) = world.another().await;
    let mut broken = 0;
    let mut life = Duration::from_millis(20);
    loop {
        match tokio::time::timeout(life, restore(&world.store, &file, false)).await {
            Ok(restored) => {
                restored.unwrap();
                break;
            }
            Err(_late) => {}
        }
        let is_marked = "SELECT count() FROM system.tables WHERE position(name, '_whole_') > 0";
        let changed = world.ask("SELECT count() FROM events").await > 0;
        assert!(
            !changed || world.ask(is_marked).await == 1,
            "nothing changes before all is there"
        );
        broken += 1;
        life = life * 5 / 4;
    }
    assert!(broken > 5, "only broken off {broken} times");
    assert_eq!(world.pictures().await, wanted);
    assert_eq!(world.sessions().await, sessions);
    assert_eq!(world.passing().await, 0);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_beside_inserts_and_merges_has_one_moment_of_each_table() {
    let world = World::empty().await;
    let insert = "INSERT INTO events (site, time, visitor, kind, path) \
                  SELECT 'shop', toDateTime64('2026-09-10 10:00:00', 3, 'UTC'), number, 'pageview', '/' FROM numbers(100)";
    world.tell(insert).await;
    let file = world.file("a.backup");
    let making = make(&world, &file, false);
    let inserting = async {
        for _ in 0..60 {
            world.tell(insert).await;
            world
                .tell("INSERT INTO goals SELECT 'shop', 'same', 'page:/', now64(9)::Int64, 0")
                .await;
        }
        world.tell("OPTIMIZE TABLE goals FINAL").await;
    };
    let (made, ()) = tokio::join!(making, inserting);
    let events = made
        .contents
        .tables
        .iter()
        .find(|table| table.table == "events");
    let events = events.unwrap().rows;
    assert!(events >= 100 && events.is_multiple_of(100), "{events}");
    let (world, _old) = world.another().await;
    restore(&world.store, &file, false).await.unwrap();
    assert_eq!(world.ask("SELECT count() FROM events").await, events);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_stopped_leaves_nothing() {
    let world = World::empty().await;
    world.fill().await;
    let file = world.file("a.backup");
    let stopped = backup(
        &world.store,
        &file,
        BackupOptions::default(),
        |_| {},
        async {},
    );
    let error = stopped.await.unwrap_err();
    // Even one that ends at once may have been done before.
    assert!(matches!(error, Error::Stopped(_)), "{error}");
    assert_eq!(world.passing().await, 0);
    let parts = std::fs::read_dir(file.parent().unwrap()).unwrap();
    let names: Vec<_> = parts.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["data"]);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_died_is_swept_up_after_a_day_and_a_restore_half_way_is_told() {
    let world = World::empty().await;
    let make = async |name: &str| {
        let sql = format!("CREATE TABLE {name} AS events");
        world.tell(&sql).await;
    };
    make("upkeep_backup_a_events").await;
    make("upkeep_restore_b_events").await;
    assert!(!sweep(&world.store).await.unwrap());
    assert_eq!(world.passing().await, 2, "they may be at work");
    make("upkeep_restore_b_whole_c").await;
    assert!(sweep(&world.store).await.unwrap());
    world.close().await;
}
