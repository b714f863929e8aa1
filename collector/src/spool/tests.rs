use super::segment::{OPEN, OpenSegment, Sealed, list, recover};
use super::*;
use crate::encoding::RowBinary;
use crate::row::Table;
use proptest::prelude::*;

fn config(directory: &Path) -> SpoolConfig {
    SpoolConfig {
        directory: directory.to_owned(),
        max_bytes: 1 << 20,
        segment_bytes: 64 * 1024,
        segment_rows: 1000,
        segment_age: Duration::from_millis(20),
        commit_wait: Duration::from_millis(1),
    }
}

fn rows(text: &str) -> Rows {
    Rows {
        parts: vec![(Table::Events, 1, text.as_bytes().to_vec())],
    }
}

fn shipped(directory: &Path) -> Vec<u8> {
    let schema = RowBinary::head(Table::Events);
    let mut all = Vec::new();
    for path in list(directory, SEALED_EXTENSION).expect("list") {
        let (_, body) = Sealed::read(&path).expect("read").body(Table::Events);
        let body: Vec<u8> = body.concat();
        assert!(body.starts_with(&schema), "a body begins with its schema");
        all.extend_from_slice(&body[schema.len()..]);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_in_the_sealed_segments_once_and_in_order() {
    let directory = tempfile::tempdir().expect("tempdir");
    let spool = Spool::open(config(directory.path())).expect("open");
    let mut expected = String::new();
    for number in 0..200 {
        let text = format!("<{number}>");
        spool.append(rows(&text)).await.expect("append");
        expected.push_str(&text);
    }
    spool.close();
    assert_eq!(
        String::from_utf8(shipped(directory.path())).expect("text"),
        expected
    );
    assert_eq!(spool.bytes(), held_bytes(directory.path()).expect("bytes"));
    assert!(matches!(
        spool.append(rows("late")).await,
        Err(SpoolError::Closed)
    ));
}

#[tokio::test]
async fn over_the_quota_rows_are_turned_away() {
    let directory = tempfile::tempdir().expect("tempdir");
    let spool = Spool::open(SpoolConfig {
        max_bytes: 10,
        ..config(directory.path())
    })
    .expect("open");
    spool
        .append(rows("first"))
        .await
        .expect("fits, nothing waits yet");
    assert_eq!(spool.shelf.queued.load(Ordering::Relaxed), 0);
    assert!(matches!(
        spool.append(rows("second")).await,
        Err(SpoolError::Full)
    ));
    spool.close();
}

#[tokio::test]
async fn who_goes_away_before_the_answer_leaves_no_room_taken() {
    let directory = tempfile::tempdir().expect("tempdir");
    let spool = Spool::open(config(directory.path())).expect("open");
    for _ in 0..100 {
        let mut append = std::pin::pin!(spool.append(rows("gone")));
        // Looked at once, which queues the rows, and then dropped.
        let _ = futures_util::poll!(append.as_mut());
    }
    spool.close();
    assert_eq!(spool.shelf.queued.load(Ordering::Relaxed), 0);
}

#[test]
fn a_spool_has_one_writer() {
    let directory = tempfile::tempdir().expect("tempdir");
    let spool = Spool::open(config(directory.path())).expect("open");
    let second = Spool::open(config(directory.path())).expect_err("refused");
    assert!(
        second.to_string().contains("another `snag serve`"),
        "{second}"
    );
    spool.close();
    drop(spool);
    Spool::open(config(directory.path()))
        .expect("open again")
        .close();
}

#[tokio::test]
async fn a_disk_that_refuses_is_told_to_the_caller_and_mended_disks_go_on() {
    let directory = tempfile::tempdir().expect("tempdir");
    let place = directory.path().join("spool");
    let spool = Spool::open(config(&place)).expect("open");
    std::fs::remove_dir_all(&place).expect("remove");
    assert!(matches!(
        spool.append(rows("lost")).await,
        Err(SpoolError::Disk(_))
    ));
    std::fs::create_dir(&place).expect("mend");
    spool
        .append(rows("kept"))
        .await
        .expect("append after the mend");
    spool.close();
    assert_eq!(shipped(&place), b"kept");
}

#[test]
fn a_segment_cut_at_any_byte_gives_back_exactly_the_whole_frames_before_the_cut() {
    let directory = tempfile::tempdir().expect("tempdir");
    let mut segment = OpenSegment::create(directory.path(), 1).expect("create");
    let mut ends = Vec::new();
    let mut texts = vec![String::new()];
    for number in 0..12 {
        segment.stage(&rows(&format!("<{number}>")));
        segment.commit().expect("commit");
        ends.push(segment.bytes());
        texts.push(format!("{}<{number}>", texts[number]));
    }
    let path = list(directory.path(), OPEN).expect("list").remove(0);
    let whole = std::fs::read(&path).expect("read");
    for cut in 0..=whole.len() {
        let place = tempfile::tempdir().expect("tempdir");
        let torn = place.path().join("torn.open");
        std::fs::write(&torn, &whole[..cut]).expect("write");
        recover(&torn).expect("recover");
        let tail = place.path().join("rejected/torn.tail");
        let kept = std::fs::read(tail).unwrap_or_default();
        assert!(whole[..cut].ends_with(&kept), "what is cut off is kept");
        let frames = ends.iter().filter(|end| **end <= cut as u64).count();
        assert_eq!(
            String::from_utf8(shipped(place.path())).expect("text"),
            texts[frames],
            "cut at {cut}"
        );
    }
}

proptest! {
    #[test]
    fn a_flipped_bit_is_noticed_and_what_stood_before_it_survives(place in 0_usize..100_000, bit in 0_u8..8) {
        let directory = tempfile::tempdir().expect("tempdir");
        let mut segment = OpenSegment::create(directory.path(), 1).expect("create");
        for number in 0..5 {
            segment.stage(&rows(&format!("<{number}>")));
        }
        segment.commit().expect("commit");
        segment.seal().expect("seal");
        let path = list(directory.path(), SEALED_EXTENSION).expect("list").remove(0);
        let mut bytes = std::fs::read(&path).expect("read");
        let place = place % bytes.len();
        bytes[place] ^= 1 << bit;
        std::fs::write(&path, &bytes).expect("write");
        let sealed = Sealed::read(&path).expect("read");
        prop_assert!(sealed.damage().is_some());
        prop_assert!(sealed.damage().expect("damage") <= place.max(super::frame::HEAD_BYTES));
        let (_, body) = sealed.body(Table::Events);
        let body = String::from_utf8_lossy(&body.concat()).into_owned();
        let text = body.split_once("<0>").map_or(String::new(), |(_, rest)| format!("<0>{rest}"));
        prop_assert!("<0><1><2><3><4>".starts_with(&text));
    }
}
