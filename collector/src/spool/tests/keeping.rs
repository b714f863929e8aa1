//! What is acknowledged is kept, in order, by one writer and within the quotas.

use super::*;

#[test]
fn what_was_acknowledged_is_in_the_sealed_segments_once_and_in_order() {
    let directory = tempfile::tempdir().expect("tempdir");
    let spool = open(config(directory.path()));
    let mut expected = String::new();
    on_lane(&spool, async |lane| {
        for number in 0..200 {
            let text = format!("<{number}>");
            append(&lane, &rows(&text)).await.expect("append");
            expected.push_str(&text);
        }
        spool.close();
        let late = append(&lane, &rows("late")).await;
        assert!(matches!(late, Err(SpoolError::Closed)));
    });
    assert_eq!(shipped(directory.path()), expected);
    let (_, bytes) = held(directory.path()).expect("held");
    assert_eq!(spool.shelf().bytes(), bytes);
}

#[test]
fn a_crowd_from_several_threads_is_kept_whole_in_few_commits() {
    let directory = tempfile::tempdir().expect("tempdir");
    let spool = open(SpoolConfig {
        segment_age: Duration::from_secs(60),
        ..config(directory.path())
    });
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let spool = &spool;
            scope.spawn(move || {
                on_lane(spool, async |lane| {
                    let appends = (0..250).map(|number| {
                        let lane = lane.clone();
                        async move { append(&lane, &rows(&format!("<{thread}.{number}>"))).await }
                    });
                    for done in futures_util::future::join_all(appends).await {
                        done.expect("append");
                    }
                });
            });
        }
    });
    spool.close();
    let text = shipped(directory.path());
    for thread in 0..4 {
        for number in 0..250 {
            let row = format!("<{thread}.{number}>");
            assert_eq!(text.matches(&row).count(), 1, "{row}");
        }
    }
    let segment = list(directory.path(), SEALED).expect("list").remove(0);
    let bytes = std::fs::read(&segment).expect("read");
    let name = segment.file_stem().expect("a name").to_string_lossy();
    let generation = u64::from_str_radix(&name[13..], 16).expect("a generation");
    let frames = frame::Frames::new(&bytes, generation).count();
    assert!(frames > 1);
    assert!(frames < 500, "{frames} frames for 1000 requests");
}

#[test]
fn rows_of_several_months_and_tables_are_batches_of_their_own() {
    let directory = tempfile::tempdir().expect("tempdir");
    let spool = open(config(directory.path()));
    let batch = |table, month| Batch { table, month };
    let all = [
        batch(Table::Elements, 0),
        batch(Table::Events, 202610),
        batch(Table::Events, 202611),
    ];
    on_lane(&spool, async |lane| {
        let mut rows = Rows::default();
        for (number, batch) in (1..).zip(all.iter().rev()) {
            rows.grow(*batch, number).push(b'x');
        }
        append(&lane, &rows).await.expect("append");
    });
    spool.close();
    let path = list(directory.path(), SEALED).expect("list").remove(0);
    let sealed = Sealed::read(&path).expect("read");
    assert_eq!(sealed.batches(), all, "elements first, then by month");
    assert_eq!(all.map(|batch| sealed.rows(batch)), [3, 2, 1]);
}

#[test]
fn over_the_quota_rows_are_turned_away() {
    let directory = tempfile::tempdir().expect("tempdir");
    let spool = open(SpoolConfig {
        max_bytes: 10,
        ..config(directory.path())
    });
    on_lane(&spool, async |lane| {
        let fits = append(&lane, &rows("first")).await;
        fits.expect("nothing waits yet");
        let second = append(&lane, &rows("second")).await;
        assert!(matches!(second, Err(SpoolError::Full(_))));
    });
    spool.close();
    assert_eq!(shipped(directory.path()), "first");
}

#[test]
fn who_goes_away_before_the_answer_leaves_no_room_taken() {
    let directory = tempfile::tempdir().expect("tempdir");
    let spool = open(config(directory.path()));
    on_lane(&spool, async |lane| {
        for _ in 0..100 {
            let gone = rows("gone");
            let mut append = std::pin::pin!(append(&lane, &gone));
            // Looked at once, which queues the rows, and then dropped.
            let _ = futures_util::poll!(append.as_mut());
        }
    });
    spool.close();
    let pending = lock(&spool.shelf);
    assert_eq!((pending.bytes, pending.requests), (0, 0));
}

#[test]
fn a_spool_has_one_writer() {
    let directory = tempfile::tempdir().expect("tempdir");
    let spool = open(config(directory.path()));
    let second = Spool::open(config(directory.path())).expect_err("refused");
    assert!(
        second.to_string().contains("another `snag serve`"),
        "{second}"
    );
    spool.close();
    drop(spool);
    open(config(directory.path())).close();
}

#[test]
fn while_the_store_is_behind_segments_grow_instead_of_becoming_many() {
    let directory = tempfile::tempdir().expect("tempdir");
    let spool = open(config(directory.path()));
    on_lane(&spool, async |lane| {
        append(&lane, &rows("first")).await.expect("append");
        while spool.shelf().segments() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        for _ in 0..10 {
            append(&lane, &rows("later")).await.expect("append");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(list(directory.path(), SEALED).expect("list").len(), 1);
        std::fs::remove_file(list(directory.path(), SEALED).expect("list").remove(0))
            .expect("shipped");
        let bytes = spool.shelf().bytes();
        spool.shelf().has_shipped(10);
        assert_eq!(spool.shelf().bytes(), bytes - 10, "room for more at once");
        while spool.shelf().segments() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert_eq!(shipped(directory.path()), "later".repeat(10));
    spool.close();
}

#[test]
fn what_was_set_aside_is_listed_put_back_and_dropped_by_name() {
    let directory = tempfile::tempdir().expect("tempdir");
    let spool = open(config(directory.path()));
    on_lane(&spool, async |lane| {
        append(&lane, &rows("kept")).await.expect("append");
    });
    spool.close();
    let place = SpoolDirectory::new(directory.path().to_owned());
    let waiting = place.list().expect("list").remove(0);
    assert_eq!(waiting.state, State::Waiting);
    assert!(waiting.since.is_some());
    let contents = waiting.contents().expect("contents");
    assert_eq!(contents.rows, [("events", 202611, 1)]);
    assert!(contents.damage.is_empty());
    let name = waiting.name.clone();
    let refused = waiting.drop_for_good().expect_err("it waits");
    assert!(refused.to_string().contains("waits to be shipped"));

    let path = list(directory.path(), SEALED).expect("list").remove(0);
    let refuse = |reason: &str| {
        let whole = std::fs::read(&path).expect("read");
        keep_refused(&path, &whole, reason).expect("kept");
        std::fs::remove_file(&path).expect("removed");
    };
    refuse("the store's words");
    assert_eq!(shipped(directory.path()), "");
    let find = || place.find(&name).expect("list").expect("it is there");
    assert_eq!(find().state, State::Rejected);
    assert_eq!(find().reason.as_deref(), Some("the store's words"));
    find().retry().expect("put back");
    assert_eq!(shipped(directory.path()), "kept");
    assert_eq!((find().state, find().reason), (State::Waiting, None));

    keep_damage(&path, 7, b"torn").expect("kept");
    let damage = format!("{name}-7");
    let torn = || place.find(&damage).expect("list").expect("it is there");
    assert_eq!((torn().state, torn().bytes), (State::Damage, 4));
    assert!(torn().retry().is_err(), "there is nothing to send");
    refuse("again");
    torn().drop_for_good().expect("dropped");
    assert_eq!(find().reason.as_deref(), Some("again"), "each has its own");
    find().drop_for_good().expect("dropped");
    assert_eq!(place.list().expect("list"), []);
    let left = std::fs::read_dir(directory.path().join("rejected")).expect("directory");
    assert_eq!(left.count(), 0, "its reason went with it");
}
