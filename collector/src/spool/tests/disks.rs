//! Disks that are full, slow or broken: nobody is told what is not so, and the spool goes on once the disk does.

use std::collections::VecDeque;
use std::io;
use std::sync::Mutex;

use super::super::disk::{Disk, RealDisk, SegmentFile};
use super::*;

/// What the disk does at its next writes; then it works.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Work,
    /// Writes half and fails with this code.
    Tear(i32),
    /// Writes all, and fails to say that it is there.
    Forget(i32),
    Sleep(Duration),
    FailToCut,
}

#[derive(Debug, Default)]
struct Moods {
    deeds: Mutex<VecDeque<Deed>>,
    free: Mutex<Option<u64>>,
    /// How many times names cannot be made durable.
    forgotten_names: Mutex<u32>,
}

#[derive(Debug, Clone, Default)]
struct Moody(Arc<Moods>);

impl Moody {
    fn will(&self, deeds: impl IntoIterator<Item = Deed>) {
        self.0.deeds.lock().expect("lock").extend(deeds);
    }
}

struct MoodyFile {
    file: Box<dyn SegmentFile>,
    moods: Arc<Moods>,
}

impl Disk for Moody {
    fn create(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>> {
        let file = RealDisk.create(path)?;
        let moods = Arc::clone(&self.0);
        Ok(Box::new(MoodyFile { file, moods }))
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        let mut left = self.0.forgotten_names.lock().expect("lock");
        if *left > 0 {
            *left -= 1;
            return Err(io::Error::from_raw_os_error(EIO));
        }
        RealDisk.sync_directory(directory)
    }

    fn free(&self, directory: &Path) -> io::Result<u64> {
        let free = *self.0.free.lock().expect("lock");
        free.map_or_else(|| RealDisk.free(directory), Ok)
    }
}

impl SegmentFile for MoodyFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let deed = self.moods.deeds.lock().expect("lock").pop_front();
        match deed.unwrap_or(Deed::Work) {
            Deed::Work | Deed::FailToCut => self.file.append(bytes),
            Deed::Tear(code) => {
                self.file.append(&bytes[..bytes.len() / 2])?;
                Err(io::Error::from_raw_os_error(code))
            }
            Deed::Forget(code) => {
                self.file.append(bytes)?;
                Err(io::Error::from_raw_os_error(code))
            }
            Deed::Sleep(time) => {
                std::thread::sleep(time);
                self.file.append(bytes)
            }
        }
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        let mut deeds = self.moods.deeds.lock().expect("lock");
        if matches!(deeds.front(), Some(Deed::FailToCut)) {
            deeds.pop_front();
            return Err(io::Error::from_raw_os_error(EIO));
        }
        drop(deeds);
        self.file.cut(length)
    }
}

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const EROFS: i32 = 30;

fn open_on(disk: &Moody, config: SpoolConfig) -> Arc<Spool> {
    Arc::new(Spool::open_on(Box::new(disk.clone()), config).expect("open"))
}

#[test]
fn an_error_of_the_disk_is_told_and_what_it_touched_never_comes_back() {
    for deed in [
        Deed::Tear(ENOSPC),
        Deed::Tear(EIO),
        Deed::Forget(EIO),
        Deed::Forget(EROFS),
    ] {
        let directory = tempfile::tempdir().expect("tempdir");
        let disk = Moody::default();
        let spool = open_on(&disk, config(directory.path()));
        on_lane(&spool, async |lane| {
            append(&lane, &rows("before,")).await.expect("append");
            disk.will([deed]);
            let hit = append(&lane, &rows("never,")).await;
            assert!(matches!(hit, Err(SpoolError::Disk(_))), "{deed:?}");
            append(&lane, &rows("after")).await.expect("append");
        });
        spool.close();
        assert_eq!(shipped(directory.path()), "before,after", "{deed:?}");
    }
}

#[test]
fn a_directory_that_is_gone_is_told_and_a_new_one_is_used() {
    let directory = tempfile::tempdir().expect("tempdir");
    let place = directory.path().join("spool");
    let spool = open(config(&place));
    std::fs::remove_dir_all(&place).expect("remove");
    let shelf = spool.shelf();
    on_lane(&spool, async |lane| {
        assert_eq!(shelf.complaint(), None, "nobody knows yet");
        let lost = append(&lane, &rows("lost")).await;
        assert!(matches!(lost, Err(SpoolError::Disk(_))));
        let told = shelf.complaint().expect("it is known");
        assert!(told.contains("cannot be written"), "{told}");
        std::fs::create_dir(&place).expect("mend");
        assert_eq!(shelf.complaint(), None, "without a commit, too");
        append(&lane, &rows("kept")).await.expect("append");
    });
    spool.close();
    assert_eq!(shelf.complaint(), Some("the spool is closed"));
    assert_eq!(shipped(&place), "kept");
}

#[test]
fn a_segment_that_cannot_be_sealed_is_sealed_later_and_loses_nothing() {
    let directory = tempfile::tempdir().expect("tempdir");
    let disk = Moody::default();
    let spool = open_on(&disk, config(directory.path()));
    on_lane(&spool, async |lane| {
        append(&lane, &rows("before,")).await.expect("append");
        disk.will([Deed::Forget(EIO), Deed::FailToCut]);
        assert!(append(&lane, &rows("never,")).await.is_err());
        append(&lane, &rows("after")).await.expect("append");
    });
    spool.close();
    assert_eq!(shipped(directory.path()), "before,after");
}

#[test]
fn names_that_cannot_be_made_durable_leave_nothing_behind_and_are_made_so_later() {
    let directory = tempfile::tempdir().expect("tempdir");
    let disk = Moody::default();
    let spool = open_on(
        &disk,
        SpoolConfig {
            segment_age: Duration::from_secs(60),
            ..config(directory.path())
        },
    );
    let forget = |times| *disk.0.forgotten_names.lock().expect("lock") = times;
    on_lane(&spool, async |lane| {
        forget(3);
        for _ in 0..3 {
            let lost = append(&lane, &rows("never")).await;
            assert!(matches!(lost, Err(SpoolError::Disk(_))));
        }
        assert_eq!(list(directory.path(), "open").expect("list").len(), 0);
        append(&lane, &rows("kept")).await.expect("append");
        assert!(spool.shelf().bytes() > 0);
    });
    // The seal's name, and once more when it is tried again.
    forget(1);
    spool.close();
    assert_eq!(shipped(directory.path()), "kept");
    assert_eq!(spool.shelf().segments(), 1, "it is known to wait");
}

#[test]
fn below_the_disks_reserve_rows_are_turned_away_until_there_is_room() {
    let directory = tempfile::tempdir().expect("tempdir");
    let disk = Moody::default();
    let spool = open_on(
        &disk,
        SpoolConfig {
            min_free_bytes: 1000,
            ..config(directory.path())
        },
    );
    *disk.0.free.lock().expect("lock") = Some(999);
    on_lane(&spool, async |lane| {
        let full = append(&lane, &rows("never")).await;
        assert!(matches!(full, Err(SpoolError::Full(_))));
        *disk.0.free.lock().expect("lock") = Some(1000);
        while append(&lane, &rows("kept")).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    spool.close();
    assert_eq!(shipped(directory.path()), "kept");
}

#[test]
fn behind_a_slow_disk_memory_is_bounded_and_the_rest_is_turned_away() {
    let directory = tempfile::tempdir().expect("tempdir");
    let disk = Moody::default();
    let spool = open_on(
        &disk,
        SpoolConfig {
            max_bytes: 1 << 30,
            segment_bytes: 1 << 30,
            ..config(directory.path())
        },
    );
    disk.will([Deed::Sleep(Duration::from_millis(300))]);
    let big = "x".repeat(1 << 20);
    let outcomes = on_lane(&spool, async |lane| {
        let appends = (0..40).map(|_| {
            let (lane, rows) = (lane.clone(), rows(&big));
            async move { append(&lane, &rows).await.is_ok() }
        });
        futures_util::future::join_all(appends).await
    });
    spool.close();
    let kept = outcomes.iter().filter(|kept| **kept).count();
    let bound = 2 * WAITING_BYTES as usize / big.len();
    assert!((1..=bound).contains(&kept), "{kept} of 40 were taken");
    assert_eq!(shipped(directory.path()).len(), kept * big.len());
}
