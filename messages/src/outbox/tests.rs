//! What is told once, tried again and forgotten, over restarts.

use jiff::ToSpan as _;
use jiff::civil::Weekday;

use super::*;
use crate::causes::SilenceNow;
use crate::told::Silence;

const PLACE: &str = "mail to a@b.example";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn told(site: &str) -> Told {
    Told::Test {
        site: site.to_owned(),
    }
}

fn open(directory: &tempfile::TempDir) -> Outbox {
    Outbox::open(&directory.path().join("messages.json")).unwrap()
}

fn later() -> Outcome {
    Outcome::Later {
        why: "busy".to_owned(),
        wait_ms: None,
    }
}

#[test]
fn a_weekly_message_is_told_once_a_week_also_over_restarts() {
    let directory = tempfile::tempdir().unwrap();
    let monday = Schedule::new(Weekday::Monday, 8, "UTC").unwrap();
    // 2026-03-02 is a Monday.
    let looks = [
        // The first look finds a Monday that is past, and begins with the next one.
        ("2026-03-04T10:00:00Z", false),
        ("2026-03-09T07:59:00Z", false),
        ("2026-03-09T08:00:00Z", true),
        ("2026-03-09T08:01:00Z", false),
        ("2026-03-15T23:00:00Z", false),
        // Two Mondays were missed, of which the last is told.
        ("2026-03-25T12:00:00Z", true),
        ("2026-03-25T12:01:00Z", false),
    ];
    for (now, is_due) in looks {
        let mut outbox = open(&directory);
        let due = outbox.weekly_due(PLACE, &monday, at(now));
        assert_eq!(due.is_some(), is_due, "{now}");
        if let Some(due) = due {
            outbox.tell_weekly(PLACE, told("shop"), due, at(now));
            // Told twice for one Monday it is there once.
            outbox.tell_weekly(PLACE, told("shop"), due, at(now));
        }
        outbox.save().unwrap();
    }
    let outbox = open(&directory);
    let ids: BTreeSet<String> = outbox
        .due(at("2026-03-25T12:01:00Z"))
        .into_iter()
        .map(|parcel| parcel.id)
        .collect();
    assert_eq!(ids.len(), 2, "{ids:?}");
}

#[test]
fn what_waits_is_tried_again_later_and_given_up_in_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let mut outbox = open(&directory);
    let start = at("2026-03-02T08:00:00Z");
    outbox.tell(&[PLACE.to_owned()], &told("shop"), start);
    let id = outbox.due(start)[0].id.clone();
    let (mut now, mut attempts) = (start, 1);
    while let Some(next) = outbox.settle(&id, &later(), now, 0.5) {
        assert!(outbox.due(now).is_empty(), "not before its time");
        outbox.save().unwrap();
        outbox = open(&directory);
        assert_eq!(outbox.due(next).len(), 1);
        (now, attempts) = (next, attempts + 1);
    }
    assert_eq!((attempts, outbox.waiting()), (10, 0));
    let days = (now.as_second() - start.as_second()) / 86_400;
    assert_eq!(days, 3, "a weekend is outlived");
}

#[test]
fn what_is_delivered_or_refused_does_not_come_again() {
    let directory = tempfile::tempdir().unwrap();
    for outcome in [
        Outcome::Delivered("200".to_owned()),
        Outcome::Refused("404".to_owned()),
    ] {
        let mut outbox = open(&directory);
        let now = at("2026-03-02T08:00:00Z");
        outbox.tell(&[PLACE.to_owned()], &told("shop"), now);
        outbox.save().unwrap();
        let id = open(&directory).due(now)[0].id.clone();
        assert_eq!(outbox.settle(&id, &outcome, now, 0.0), None);
        outbox.save().unwrap();
        assert_eq!(open(&directory).waiting(), 0);
    }
}

#[test]
fn causes_and_days_looked_at_outlive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let silence = || SilenceNow {
        silence: Silence {
            site: "shop".to_owned(),
            since: "2026-03-02T08:00:00Z".to_owned(),
            until: "2026-03-02T12:00:00Z".to_owned(),
            minutes: 240,
            lasted: "4h".to_owned(),
            expected: 40.0,
            command: String::new(),
        },
        is_silent: true,
    };
    let mut outbox = open(&directory);
    assert!(outbox.is_to_look("shop", 20_514));
    outbox.looked("shop", 20_514);
    assert!(outbox.causes().silence("shop", silence()).is_some());
    outbox.save().unwrap();
    let mut again = open(&directory);
    assert!(!again.is_to_look("shop", 20_514) && again.is_to_look("shop", 20_515));
    assert!(again.causes().silence("shop", silence()).is_none());
}

#[test]
fn places_that_are_configured_no_more_are_sent_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut outbox = open(&directory);
    let now = at("2026-03-02T08:00:00Z");
    outbox.tell(
        &[PLACE.to_owned(), "webhook".to_owned()],
        &told("shop"),
        now,
    );
    let gone = outbox.keep_only(&BTreeSet::from([PLACE.to_owned()]));
    assert_eq!(gone.len(), 1);
    assert_eq!(outbox.due(now + 1.hour()).len(), 1);
}

#[test]
fn a_damaged_file_is_named_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("messages.json");
    std::fs::write(&file, "{\"waiting\": [").unwrap();
    let error = Outbox::open(&file).unwrap_err().to_string();
    assert!(
        error.contains("messages.json") && error.contains("move it away"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{\"waiting\": [");
}

#[cfg(unix)]
#[test]
fn what_waits_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    open(&directory).save().unwrap();
    let file = std::fs::metadata(directory.path().join("messages.json")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}
