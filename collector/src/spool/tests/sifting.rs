//! Rows are taken out of what was set aside, and the others stay as they were.

use snag_beacon::{Attention, Usage};

use super::*;
use crate::row::{ElementRow, EventRow, Interaction, InteractionRow};

const DAY: i64 = 86_400_000;

fn event(site: &str, visitor: u64, before: u64, day: i64) -> EventRow<'static> {
    EventRow {
        site: site.to_owned().into(),
        time: day * DAY,
        visitor,
        visitor_before: before,
        title: "Käse".into(),
        props: vec![("plan".into(), "pro".into())],
        value: visitor.is_multiple_of(2).then_some(1.5),
        ..EventRow::default()
    }
}

/// Adds a row, encoded, of every table that visits end in.
fn add(rows: &mut Rows, event: &EventRow<'static>) {
    let of = |table| Batch {
        table,
        month: 202611,
    };
    event.write(&mut RowBinary(rows.grow(of(Table::Events), 1)));
    for what in [
        Interaction::Exposure(true, 1000, Default::default()),
        Interaction::Attention(Attention::default()),
        Interaction::Field(7, Usage::default()),
    ] {
        let event = event.clone();
        let row = InteractionRow { event, what };
        row.write(&mut RowBinary(rows.grow(of(row.table()), 1)));
    }
}

/// A directory with one rejected segment: two visitors of one site, one of whom had another number before, and one of another.
fn aside() -> (tempfile::TempDir, SpoolDirectory) {
    let directory = tempfile::tempdir().expect("tempdir");
    let spool = open(config(directory.path()));
    let mut all = Rows::default();
    for event in [
        event("shop", 1, 0, 10),
        event("shop", 2, 0, 10),
        event("shop", 3, 2, 11),
        event("blog", 2, 0, 10),
    ] {
        add(&mut all, &event);
    }
    let element = ElementRow {
        site: "shop".into(),
        ..ElementRow::default()
    };
    let elements = Batch {
        table: Table::Elements,
        month: 0,
    };
    element.write(&mut RowBinary(all.grow(elements, 1)));
    on_lane(&spool, async |lane| {
        append(&lane, &all).await.expect("append");
    });
    spool.close();
    let path = list(directory.path(), SEALED).expect("list").remove(0);
    let bytes = std::fs::read(&path).expect("read");
    keep_refused(&path, &bytes, "cannot parse 'what somebody typed'").expect("kept");
    std::fs::remove_file(&path).expect("shipped");
    let spool = SpoolDirectory::new(directory.path().to_owned());
    (directory, spool)
}

fn rows_left(spool: &SpoolDirectory) -> Vec<(&'static str, u64)> {
    let kept = spool.list().expect("list");
    let rows = kept
        .iter()
        .flat_map(|kept| kept.contents().expect("readable").rows);
    rows.map(|(table, _, rows)| (table, rows)).collect()
}

#[test]
fn rows_of_a_site_a_visitor_or_before_a_day_go_from_every_table_and_no_others() {
    let all = Unwanted {
        site: "shop",
        visitors: None,
        before: None,
    };
    let visitors: &[u64] = &[2];
    let of_one = Unwanted {
        visitors: Some(visitors),
        ..all
    };
    let old = Unwanted {
        before: Some(11 * DAY),
        ..all
    };
    let nobody = Unwanted { site: "sho", ..all };
    // What is asked for, rows that go, elements and rows of each other table that stay.
    for (unwanted, gone, elements, left) in [
        (all, 13, 0, 1),
        (of_one, 8, 1, 2),
        (old, 8, 1, 2),
        (nobody, 0, 1, 4),
    ] {
        let (_directory, spool) = aside();
        let before = rows_left(&spool);
        let counted = spool.count_aside(unwanted).expect("counted");
        assert_eq!((counted.rows, rows_left(&spool)), (gone, before));
        assert_eq!(spool.erase_aside(unwanted).expect("erased"), counted);
        let mut wanted = vec![("elements", elements); usize::from(elements > 0)];
        wanted.extend(["events", "exposures", "attention", "fields"].map(|table| (table, left)));
        assert_eq!(rows_left(&spool), wanted);
        assert_eq!(spool.count_aside(unwanted).expect("counted").rows, 0);
        let reason = spool.list().expect("list").remove(0).reason;
        let reason = reason.expect("a reason");
        assert_eq!(gone == 0, reason.contains("somebody typed"), "{reason}");
    }
}

#[test]
fn a_segment_of_which_all_rows_go_goes_itself() {
    let (_directory, spool) = aside();
    for site in ["shop", "blog"] {
        let unwanted = Unwanted {
            site,
            visitors: None,
            before: None,
        };
        spool.erase_aside(unwanted).expect("erased");
    }
    assert_eq!(spool.list().expect("list"), []);
}

#[test]
fn what_cannot_be_read_is_told_and_goes_as_a_whole() {
    let (directory, spool) = aside();
    let unwanted = Unwanted {
        site: "nobody",
        visitors: None,
        before: None,
    };
    keep_damage(&directory.path().join("0-1.seg"), 5, b"torn").expect("kept");
    let rejected = spool.list().expect("list").remove(1);
    let mut bytes = std::fs::read(&rejected.path).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&rejected.path, bytes).expect("write");
    let counted = spool.count_aside(unwanted).expect("counted");
    assert_eq!((counted.rows, counted.unreadable.len()), (0, 2));
    spool.erase_aside(unwanted).expect("erased");
    assert_eq!(spool.list().expect("list"), []);
}
