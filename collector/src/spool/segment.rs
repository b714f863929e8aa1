//! One segment file: opened, written, sealed, read back.
//!
//! Invariant: a file named `*.seg` never changes again, so that what is shipped under its name is the same at every
//! attempt; a file named `*.open` may end in a torn frame.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bytes::Bytes;

use super::disk::{Disk, SegmentFile};
use super::frame::{self, Batch, Content, Frames};
use super::rejected::set_aside;
use crate::encoding::RowBinary;
use crate::row::Table;

pub(super) const OPEN: &str = "open";
pub(crate) const SEALED: &str = "seg";

/// Rows of one batch, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) batch: Batch,
    pub(crate) rows: u32,
    pub(crate) bytes: Vec<u8>,
}

/// The segment being written.
pub(super) struct OpenSegment {
    file: Box<dyn SegmentFile>,
    path: PathBuf,
    generation: u64,
    /// Bytes known to be on the disk.
    pub(super) committed: u64,
    pub(super) rows: u64,
    pub(super) opened: Instant,
    /// What the next write carries; empty between writes.
    pending: Vec<u8>,
}

impl OpenSegment {
    /// Creates the file; its head and the schemas of all tables go with the first commit.
    pub(super) fn create(disk: &dyn Disk, directory: &Path, now_ms: i64) -> io::Result<Self> {
        let generation = rand::random::<u64>();
        let path = directory.join(format!("{now_ms:012x}-{generation:016x}.{OPEN}"));
        let file = disk.create(&path)?;
        sync_directory(directory)?;
        let mut pending = frame::head(generation).to_vec();
        for table in Table::ALL {
            let offset = pending.len() as u64;
            let schema = RowBinary::head(table);
            frame::put(
                &mut pending,
                generation,
                offset,
                Content::Schema(table),
                &schema,
            );
        }
        let opened = Instant::now();
        Ok(Self {
            file,
            path,
            generation,
            committed: 0,
            rows: 0,
            opened,
            pending,
        })
    }

    /// Writes the parts, a frame each, and waits until the disk has them. After an error nothing of them counts, and the
    /// segment takes no more.
    pub(super) fn commit(&mut self, parts: &[Part]) -> io::Result<()> {
        let mut rows = 0;
        for part in parts {
            let offset = self.committed + self.pending.len() as u64;
            let content = Content::Rows {
                batch: part.batch,
                rows: part.rows,
            };
            frame::put(
                &mut self.pending,
                self.generation,
                offset,
                content,
                &part.bytes,
            );
            rows += u64::from(part.rows);
        }
        self.file.append(&self.pending)?;
        self.committed += self.pending.len() as u64;
        self.rows += rows;
        self.pending.clear();
        Ok(())
    }

    /// Ends the segment at what was committed and makes it ready to ship; without rows it is removed. May be tried
    /// again after an error.
    pub(super) fn seal(&mut self) -> io::Result<()> {
        let directory = self.path.parent().unwrap_or(Path::new("."));
        if self.rows == 0 {
            fs::remove_file(&self.path)?;
        } else {
            self.file.cut(self.committed)?;
            fs::rename(&self.path, self.path.with_extension(SEALED))?;
        }
        sync_directory(directory)
    }
}

/// Makes a segment that a crash left open ready to ship, up to its last sound frame. What follows that was most likely
/// torn before it was acknowledged, but it may be damage: it is set aside. Returns how many rows are to be shipped.
pub(super) fn recover(path: &Path) -> io::Result<u64> {
    let bytes = fs::read(path)?;
    let (mut rows, mut sound) = (0, 0);
    if let Some(mut frames) = Frames::new(&bytes) {
        for frame in frames.by_ref() {
            if let Content::Rows { rows: count, .. } = frame.content {
                rows += u64::from(count);
            }
        }
        sound = frames.sound;
    }
    let directory = path.parent().unwrap_or(Path::new("."));
    if sound < bytes.len() {
        let reason =
            format!("torn or damaged from byte {sound} on; what stood before it is stored");
        let tail = set_aside(path, "tail", &bytes[sound..], &reason)?;
        tracing::warn!(tail = %tail.display(), bytes = bytes.len() - sound, "the end of a segment is not sound");
        if rows > 0 {
            let file = OpenOptions::new().write(true).open(path)?;
            file.set_len(sound as u64)?;
            file.sync_all()?;
        }
    }
    if rows == 0 {
        fs::remove_file(path)?;
    } else {
        fs::rename(path, path.with_extension(SEALED))?;
    }
    sync_directory(directory)?;
    Ok(rows)
}

/// A sealed segment, read and checked.
#[derive(Debug)]
pub(crate) struct Sealed {
    schemas: Vec<(Table, Bytes)>,
    parts: Vec<(Batch, u32, Bytes)>,
    /// Bytes that are no sound frame.
    pub(crate) damage: Vec<Range<usize>>,
}

impl Sealed {
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let bytes = Bytes::from(fs::read(path)?);
        let (mut schemas, mut parts, mut damage) = (Vec::new(), Vec::new(), Vec::new());
        let mut sound = 0;
        if let Some(mut frames) = Frames::new(&bytes) {
            for frame in frames.by_ref() {
                let payload = bytes.slice_ref(frame.payload);
                match frame.content {
                    Content::Schema(table) => schemas.push((table, payload)),
                    Content::Rows { batch, rows } => parts.push((batch, rows, payload)),
                }
            }
            sound = frames.sound;
            damage = frames.damage;
        }
        if sound < bytes.len() {
            damage.push(sound..bytes.len());
        }
        Ok(Self {
            schemas,
            parts,
            damage,
        })
    }

    /// The batches it holds, in the order in which they are to be shipped.
    pub(crate) fn batches(&self) -> Vec<Batch> {
        let mut batches: Vec<Batch> = self.parts.iter().map(|(batch, ..)| *batch).collect();
        batches.sort_unstable();
        batches.dedup();
        batches
    }

    fn of(&self, batch: Batch) -> impl Iterator<Item = &(Batch, u32, Bytes)> {
        self.parts.iter().filter(move |(of, ..)| *of == batch)
    }

    /// How many rows a batch has.
    pub(crate) fn rows(&self, batch: Batch) -> u64 {
        self.of(batch).map(|(_, rows, _)| u64::from(*rows)).sum()
    }

    /// The pieces of a batch's insert body. `None` where the schema is damaged.
    pub(crate) fn body(&self, batch: Batch) -> Option<Vec<Bytes>> {
        let mut schemas = self.schemas.iter();
        let (_, schema) = schemas.find(|(table, _)| *table == batch.table)?;
        let payloads = self.of(batch).map(|(_, _, payload)| payload.clone());
        Some([schema.clone()].into_iter().chain(payloads).collect())
    }
}

/// Makes names created, changed or removed in the directory durable.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Files of the directory that end in `extension`, oldest first.
pub(crate) fn list(directory: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
