//! Segments cut, torn and bitten: every sound frame is found, nothing else passes for one.

use proptest::prelude::*;

use super::super::disk::RealDisk;
use super::super::segment::{OPEN, OpenSegment, Part, recover};
use super::*;

fn part(text: &str) -> Part {
    Part {
        batch: EVENTS,
        rows: 1,
        bytes: text.as_bytes().to_vec(),
    }
}

fn segment(directory: &Path, commits: &[Vec<String>]) -> (OpenSegment, Vec<u64>) {
    let mut segment = OpenSegment::create(&RealDisk, directory, 1).expect("create");
    let mut ends = Vec::new();
    for commit in commits {
        let parts: Vec<Part> = commit.iter().map(|text| part(text)).collect();
        segment.commit(&parts).expect("commit");
        ends.push(segment.committed);
    }
    (segment, ends)
}

/// Bytes of a frame's head.
const FRAME: usize = 21;

fn numbered(commits: usize) -> Vec<Vec<String>> {
    (0..commits)
        .map(|number| vec![format!("<{number}>")])
        .collect()
}

/// The name that a copy of a segment has to have, for it tells the generation.
fn copy_in(place: &Path, original: &Path) -> std::path::PathBuf {
    place.join(original.file_name().expect("a name"))
}

fn kept_bytes(place: &Path) -> Vec<u8> {
    let kept = list(&place.join("rejected"), "damage").unwrap_or_default();
    kept.iter()
        .flat_map(|path| std::fs::read(path).expect("read"))
        .collect()
}

#[test]
fn a_segment_cut_at_any_byte_gives_back_exactly_the_whole_frames_before_the_cut() {
    let directory = tempfile::tempdir().expect("tempdir");
    let (_, ends) = segment(directory.path(), &numbered(6));
    let path = list(directory.path(), OPEN).expect("list").remove(0);
    let whole = std::fs::read(&path).expect("read");
    for cut in 0..=whole.len() {
        let place = tempfile::tempdir().expect("tempdir");
        let torn = copy_in(place.path(), &path);
        std::fs::write(&torn, &whole[..cut]).expect("write");
        recover(&torn).expect("recover");
        let kept = kept_bytes(place.path());
        assert!(whole[..cut].ends_with(&kept), "what is cut off is kept");
        let frames = ends.iter().filter(|end| **end <= cut as u64).count();
        let expected: String = numbered(frames).concat().concat();
        assert_eq!(shipped(place.path()), expected, "cut at {cut}");
    }
}

#[test]
fn an_end_that_cannot_be_kept_aside_stays_in_the_segment_and_hinders_nothing() {
    let directory = tempfile::tempdir().expect("tempdir");
    segment(directory.path(), &numbered(3));
    let path = list(directory.path(), OPEN).expect("list").remove(0);
    let mut bytes = std::fs::read(&path).expect("read");
    bytes.extend_from_slice(b"torn");
    std::fs::write(&path, &bytes).expect("write");
    // As on a full disk: nothing can be written below it.
    std::fs::write(directory.path().join("rejected"), "no directory").expect("write");
    assert_eq!(recover(&path).expect("recover"), 3);
    assert_eq!(shipped(directory.path()), "<0><1><2>");
    let sealed = list(directory.path(), SEALED).expect("list").remove(0);
    let sealed = Sealed::read(&sealed).expect("read");
    assert_eq!(sealed.bytes(sealed.damage[0].clone()), b"torn");
}

#[test]
fn a_recovery_that_was_broken_off_is_done_again() {
    let directory = tempfile::tempdir().expect("tempdir");
    let (_, ends) = segment(directory.path(), &numbered(3));
    let path = list(directory.path(), OPEN).expect("list").remove(0);
    let whole = std::fs::read(&path).expect("read");
    // The end is kept aside, half or whole, before the cut, and the cut stands before the new name.
    for left in [&whole[..whole.len() - 2], &whole[..ends[1] as usize]] {
        let place = tempfile::tempdir().expect("tempdir");
        let open = copy_in(place.path(), &path);
        std::fs::write(&open, left).expect("write");
        std::fs::create_dir(place.path().join("rejected")).expect("directory");
        let kept = open
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let kept = place
            .path()
            .join(format!("rejected/{kept}-{}.damage", ends[1]));
        std::fs::write(kept, b"half").expect("write");
        recover(&open).expect("recover");
        assert_eq!(shipped(place.path()), "<0><1>");
    }
}

#[test]
fn what_a_store_refused_is_a_segment_of_its_own() {
    let directory = tempfile::tempdir().expect("tempdir");
    let other = Batch {
        table: Table::Events,
        month: 202612,
    };
    let mut segment = OpenSegment::create(&RealDisk, directory.path(), 1).expect("create");
    let refused = Part {
        batch: other,
        ..part("<refused>")
    };
    segment.commit(&[part("<taken>"), refused]).expect("commit");
    segment.seal(&RealDisk).expect("seal");
    let path = list(directory.path(), SEALED).expect("list").remove(0);
    let sealed = Sealed::read(&path).expect("read");
    let place = keep_refused(&path, &sealed.only(&[other]), "the store's words").expect("kept");
    let kept = Sealed::read(&place).expect("read");
    assert_eq!((kept.batches(), kept.rows(other)), (vec![other], 1));
    assert_eq!(kept.damage, Vec::<std::ops::Range<usize>>::new());
    let body = kept.body(other).expect("a schema").concat();
    assert!(body.ends_with(b"<refused>"));
}

proptest! {
    #[test]
    fn a_flipped_bit_anywhere_costs_at_most_its_own_frame(place in 0_usize..100_000, bit in 0_u8..8) {
        let directory = tempfile::tempdir().expect("tempdir");
        let (mut segment, ends) = segment(directory.path(), &numbered(5));
        segment.seal(&RealDisk).expect("seal");
        let path = list(directory.path(), SEALED).expect("list").remove(0);
        let mut bytes = std::fs::read(&path).expect("read");
        let place = place % bytes.len();
        bytes[place] ^= 1 << bit;
        std::fs::write(&path, &bytes).expect("write");
        let sealed = Sealed::read(&path).expect("read");
        // The hash of the schemas is only looked at where a schema is damaged.
        if !(16..frame::HEAD_BYTES).contains(&place) {
            prop_assert_eq!(sealed.damage.len(), 1);
            prop_assert!(sealed.damage[0].contains(&place));
        }
        // Head and schemas stand before the first row's frame and can be told without them.
        let first = ends[0] as usize - FRAME - "<0>".len();
        let hit = (place >= first).then(|| ends.iter().position(|end| place < *end as usize));
        let left: String = (0..5).filter(|n| Some(Some(*n)) != hit).map(|n| format!("<{n}>")).collect();
        prop_assert_eq!(String::from_utf8(text_of(&sealed)).expect("text"), left);
    }

    #[test]
    fn whatever_was_written_and_wherever_it_was_cut_every_whole_frame_before_the_cut_comes_back(
        commits in prop::collection::vec(prop::collection::vec("[a-z]{0,40}", 1..4), 1..8),
        cut in 0_usize..100_000,
        junk in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let directory = tempfile::tempdir().expect("tempdir");
        let (_, ends) = segment(directory.path(), &commits);
        let path = list(directory.path(), OPEN).expect("list").remove(0);
        let mut bytes = std::fs::read(&path).expect("read");
        let cut = cut % (bytes.len() + 1);
        bytes.truncate(cut);
        bytes.extend_from_slice(&junk);
        std::fs::write(&path, &bytes).expect("write");
        recover(&path).expect("recover");
        let mut expected = String::new();
        for (commit, end) in commits.iter().zip(ends) {
            let rows: usize = commit.iter().map(|text| FRAME + text.len()).sum();
            let mut at = end as usize - rows;
            for text in commit {
                at += FRAME + text.len();
                if at <= cut {
                    expected.push_str(text);
                }
            }
        }
        prop_assert_eq!(shipped(directory.path()), expected);
    }

    #[test]
    fn bytes_of_any_kind_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for head in [&frame::head(7, 8)[..], &[]] {
            let segment = [head, &bytes].concat();
            prop_assert_eq!(frame::Frames::new(&segment, 7).count(), 0);
        }
    }
}
