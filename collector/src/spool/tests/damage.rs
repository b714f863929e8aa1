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

fn numbered(commits: usize) -> Vec<Vec<String>> {
    (0..commits)
        .map(|number| vec![format!("<{number}>")])
        .collect()
}

#[test]
fn a_segment_cut_at_any_byte_gives_back_exactly_the_whole_frames_before_the_cut() {
    let directory = tempfile::tempdir().expect("tempdir");
    let (_, ends) = segment(directory.path(), &numbered(12));
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
        let expected: String = numbered(frames).concat().concat();
        assert_eq!(shipped(place.path()), expected, "cut at {cut}");
    }
}

#[test]
fn a_crash_at_any_step_of_a_recovery_leaves_it_to_be_done_again() {
    let directory = tempfile::tempdir().expect("tempdir");
    let (_, ends) = segment(directory.path(), &numbered(3));
    let path = list(directory.path(), OPEN).expect("list").remove(0);
    let whole = std::fs::read(&path).expect("read");
    let torn = &whole[..whole.len() - 2];
    // The tail is set aside before the cut, and the cut stands before the new name.
    for (left, tail) in [(torn, true), (&whole[..ends[1] as usize], true)] {
        let place = tempfile::tempdir().expect("tempdir");
        let open = place.path().join("torn.open");
        std::fs::write(&open, left).expect("write");
        if tail {
            std::fs::create_dir(place.path().join("rejected")).expect("directory");
            std::fs::write(place.path().join("rejected/torn.tail"), b"half").expect("write");
        }
        recover(&open).expect("recover");
        assert_eq!(shipped(place.path()), "<0><1>");
    }
}

proptest! {
    #[test]
    fn a_flipped_bit_costs_at_most_its_own_frame(place in 0_usize..100_000, bit in 0_u8..8) {
        let directory = tempfile::tempdir().expect("tempdir");
        let (mut segment, ends) = segment(directory.path(), &numbered(5));
        segment.seal().expect("seal");
        let path = list(directory.path(), SEALED).expect("list").remove(0);
        let mut bytes = std::fs::read(&path).expect("read");
        // The first commit also carries the head and the schemas.
        let head = frame::HEAD_BYTES;
        let place = head + place % (bytes.len() - head);
        bytes[place] ^= 1 << bit;
        std::fs::write(&path, &bytes).expect("write");
        let sealed = Sealed::read(&path).expect("read");
        prop_assert_eq!(sealed.damage.len(), 1);
        prop_assert!(sealed.damage[0].contains(&place));
        let hit = ends.iter().position(|end| place < *end as usize).expect("a commit");
        let rows: u64 = sealed.batches().into_iter().map(|batch| sealed.rows(batch)).sum();
        if hit > 0 {
            let left: String = (0..5).filter(|n| *n != hit).map(|n| format!("<{n}>")).collect();
            prop_assert_eq!(String::from_utf8(text_of(&sealed)).expect("text"), left);
        } else {
            prop_assert!(rows >= 4);
        }
    }

    #[test]
    fn whatever_was_written_and_wherever_it_was_cut_the_committed_prefix_comes_back(
        commits in prop::collection::vec(prop::collection::vec("[a-z]{0,40}", 1..4), 1..8),
        cut in 0_usize..100_000,
        junk in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let directory = tempfile::tempdir().expect("tempdir");
        let (_, _) = segment(directory.path(), &commits);
        let path = list(directory.path(), OPEN).expect("list").remove(0);
        let mut bytes = std::fs::read(&path).expect("read");
        let cut = cut % (bytes.len() + 1);
        bytes.truncate(cut);
        bytes.extend_from_slice(&junk);
        std::fs::write(&path, &bytes).expect("write");
        recover(&path).expect("recover");
        let whole = commits.concat().concat();
        let found = shipped(directory.path());
        prop_assert!(whole.starts_with(&found));
        // Every commit that lies before the cut is there: at most the frames of one are missing.
        let frames = commits.concat();
        let mut sound = String::new();
        for text in &frames {
            if found.len() >= sound.len() + text.len() {
                sound.push_str(text);
            }
        }
        prop_assert_eq!(found, sound);
    }

    #[test]
    fn bytes_of_any_kind_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut segment = frame::head(7).to_vec();
        segment.extend_from_slice(&bytes);
        let mut frames = frame::Frames::new(&segment).expect("its head is sound");
        prop_assert_eq!(frames.by_ref().count(), 0);
    }
}
