//! Salts over days, restarts, clocks that are wrong and disks that fail.

use super::*;

#[test]
fn salts_change_with_the_day_survive_a_restart_and_are_gone_after_two_days() {
    let directory = tempfile::tempdir().expect("tempdir");
    let noon = 100 * DAY_MS + DAY_MS / 2;
    let salts = Salts::open(directory.path(), noon).expect("open");
    let first = salts.at(noon).expect("salts").current.clone();
    assert_eq!(
        Salts::open(directory.path(), noon + 1)
            .expect("open")
            .at(noon + 1)
            .expect("salts")
            .current,
        first
    );

    let next = salts.at(noon + DAY_MS).expect("salts");
    assert_ne!(next.current, first);
    assert_eq!(next.previous.as_ref(), Some(&first));

    let later = salts.at(noon + 4 * DAY_MS).expect("salts");
    assert_eq!(later.previous, None, "a salt older than 48 hours is gone");
    let file = fs::read_to_string(directory.path().join("salts.json")).expect("file");
    assert!(
        !file.contains(&serde_json::to_string(&first.key).expect("json")),
        "also from the disk"
    );
}

#[test]
fn a_key_that_was_agreed_on_is_taken_over_at_once_and_tomorrows_at_midnight() {
    let directory = tempfile::tempdir().expect("tempdir");
    let evening = 100 * DAY_MS + 23 * DAY_MS / 24;
    let salts = Salts::open(directory.path(), evening).expect("open");
    let offers = salts.offers(evening).expect("offers");
    let own = salts.at(evening).expect("salts").current.clone();
    assert_eq!(
        offers.iter().map(|(day, _)| *day).collect::<Vec<_>>(),
        [100, 101]
    );
    assert_eq!(offers[0].1, own.key);
    assert_eq!(
        salts.offers(evening + 1).expect("offers"),
        offers,
        "the same again"
    );

    salts
        .take_over(100, [1; 32], evening + 10)
        .expect("take over");
    salts
        .take_over(101, [2; 32], evening + 10)
        .expect("take over");
    let changed = salts.at(evening + 10).expect("salts");
    assert_eq!(
        changed.current,
        Salt {
            key: [1; 32],
            since: evening + 10
        }
    );
    assert_eq!(changed.previous.as_ref(), Some(&own), "to join sessions by");

    let again = Salts::open(directory.path(), evening + 20).expect("open");
    assert_eq!(
        again.offers(evening + 20).expect("offers"),
        [(100, [1; 32]), (101, [2; 32])]
    );
    let midnight = again.at(101 * DAY_MS + 5).expect("salts");
    assert_eq!(
        midnight.current,
        Salt {
            key: [2; 32],
            since: 101 * DAY_MS
        }
    );
    assert_eq!(
        midnight.previous.as_ref().map(|salt| salt.key),
        Some([1; 32])
    );
    let file = fs::read_to_string(directory.path().join("salts.json")).expect("file");
    assert!(!file.contains(&serde_json::to_string(&own.key).expect("json")));

    again
        .take_over(100, [3; 32], 101 * DAY_MS + 10)
        .expect("no harm");
    assert_eq!(
        again.at(101 * DAY_MS + 10).expect("salts"),
        midnight,
        "yesterday's comes too late"
    );
    let later = again.at(103 * DAY_MS).expect("salts");
    assert_ne!(
        later.current.key, [2; 32],
        "what was agreed on is of its day alone"
    );
}

fn key_of(salts: &Salts, now: i64) -> [u8; 32] {
    salts.at(now).expect("salts").current.key
}

#[test]
fn a_turn_is_not_taken_back_by_a_clock_that_is_a_little_behind() {
    let directory = tempfile::tempdir().expect("tempdir");
    let midnight = 101 * DAY_MS;
    let salts = Salts::open(directory.path(), midnight - 1000).expect("open");
    let before = key_of(&salts, midnight - 1);
    let turned = salts.at(midnight).expect("salts");
    assert_ne!(turned.current.key, before);
    for behind in [1, 1000, DAY_MS / 2] {
        let now = midnight - behind;
        assert_eq!(salts.at(now).expect("salts"), turned, "{behind} ms behind");
        let again = Salts::open(directory.path(), now).expect("open");
        assert_eq!(
            again.at(now).expect("salts"),
            turned,
            "opened {behind} ms behind"
        );
    }
    let offers = salts.offers(midnight - 1).expect("offers");
    assert_eq!(offers, [(101, turned.current.key)], "of the day it is for");
    salts
        .take_over(101, [7; 32], midnight - 1)
        .expect("take over");
    assert_eq!(key_of(&salts, midnight - 1), [7; 32]);
    assert_eq!(key_of(&salts, midnight + 1), [7; 32], "and stays");

    let long_before = 90 * DAY_MS;
    let set_right = salts.at(long_before).expect("salts");
    assert_ne!(
        set_right.current.key, [7; 32],
        "a wrong clock's salt does not stay for days"
    );
    assert_eq!(set_right.previous, None);
}

#[test]
fn what_was_agreed_on_for_a_day_is_its_salt_also_for_a_collector_that_starts_then() {
    let directory = tempfile::tempdir().expect("tempdir");
    let evening = 100 * DAY_MS + 23 * DAY_MS / 24;
    let salts = Salts::open(directory.path(), evening).expect("open");
    let offers = salts.offers(evening).expect("offers");
    let today = offers[0].1;
    drop(salts);

    let morning = 101 * DAY_MS + 1000;
    let again = Salts::open(directory.path(), morning).expect("open");
    let pair = again.at(morning).expect("salts");
    let since = 101 * DAY_MS;
    assert_eq!(
        pair.current,
        Salt {
            key: offers[1].1,
            since
        }
    );
    assert_eq!(pair.previous.as_ref().map(|salt| salt.key), Some(today));
    assert_eq!(again.offers(morning).expect("offers"), [(101, offers[1].1)]);
}

#[test]
fn a_file_that_is_not_understood_is_told_of_with_the_mend() {
    let directory = tempfile::tempdir().expect("tempdir");
    let file = directory.path().join("salts.json");
    let key = serde_json::to_string(&[1_u8; 32]).expect("json");
    fs::write(&file, format!(r#"[{{"key":{key},"since":0}}]"#)).expect("write");
    let error = Salts::open(directory.path(), 0)
        .expect_err("no salts")
        .to_string();
    assert!(error.contains("salts.json"), "{error}");
    assert!(
        error.ends_with("remove the file to begin with a new salt"),
        "{error}"
    );
}

#[test]
fn after_a_failure_nothing_is_written_for_some_seconds() {
    let place = tempfile::tempdir().expect("tempdir");
    let directory = place.path().join("data");
    fs::create_dir(&directory).expect("directory");
    let evening = 101 * DAY_MS - 1000;
    let salts = Salts::open(&directory, evening).expect("open");
    let before = key_of(&salts, evening);
    fs::remove_dir_all(&directory).expect("remove");
    let midnight = 101 * DAY_MS;
    let why = salts.at(midnight).expect_err("no disk").to_string();
    fs::create_dir(&directory).expect("directory");
    let error = salts.at(midnight + RETRY_MS - 1).expect_err("too early");
    assert_eq!(error.to_string(), why, "it says why");
    assert_ne!(key_of(&salts, midnight + RETRY_MS), before);
}

#[test]
fn no_one_changes_the_salts_while_tomorrows_is_saved_beside_them() {
    let directory = tempfile::tempdir().expect("tempdir");
    let evening = 100 * DAY_MS + 23 * DAY_MS / 24;
    let salts = Salts::open(directory.path(), evening).expect("open");
    std::thread::scope(|scope| {
        let next = salts.next();
        let offering = scope.spawn(|| salts.offers(evening));
        let begun = std::time::Instant::now();
        let mut is_held = false;
        while !is_held && begun.elapsed().as_secs() < 5 {
            is_held = salts.pair.try_write().is_err();
            std::thread::yield_now();
        }
        // Seen for a moment only it may be the look at what is in force.
        std::thread::sleep(std::time::Duration::from_millis(50));
        is_held &= salts.pair.try_write().is_err();
        drop(next);
        offering.join().expect("it ends").expect("offers");
        assert!(is_held, "the pair could have been replaced");
    });
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_salts() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().expect("tempdir");
    Salts::open(directory.path(), 0).expect("open");
    let mode = directory
        .path()
        .join("salts.json")
        .metadata()
        .expect("metadata")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn opening_again_on_the_same_day_writes_nothing() {
    let directory = tempfile::tempdir().expect("tempdir");
    let first = Salts::open(directory.path(), 0).expect("open");
    let key = key_of(&first, 0);
    // Nothing can be written in its place, as on a full disk.
    fs::create_dir(directory.path().join("salts.json.new")).expect("in the way");
    let again = Salts::open(directory.path(), 1).expect("open all the same");
    assert_eq!(key_of(&again, 1), key);
}
