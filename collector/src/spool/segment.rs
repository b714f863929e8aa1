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
use super::rejected::keep_damage;
use crate::encoding::RowBinary;
use crate::row::{Table, number};

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
    /// It has its last name; what is left is to make that durable.
    is_named: bool,
}

/// The schemas this version writes.
fn own_schemas() -> Vec<(Table, Bytes)> {
    let schema = |table| (table, Bytes::from(RowBinary::head(table)));
    Table::ALL.into_iter().map(schema).collect()
}

fn hash(schemas: &[(Table, Bytes)]) -> u64 {
    let texts: Vec<&[u8]> = schemas.iter().map(|(_, schema)| &schema[..]).collect();
    number(blake3::hash(&texts.concat()))
}

/// The beginning of a segment: its head and its schemas.
fn begin(generation: u64, schemas: &[(Table, Bytes)]) -> Vec<u8> {
    let mut out = frame::head(generation, hash(schemas)).to_vec();
    for (table, schema) in schemas {
        let offset = out.len() as u64;
        frame::put(
            &mut out,
            generation,
            offset,
            Content::Schema(*table),
            schema,
        );
    }
    out
}

impl OpenSegment {
    /// Creates the file; its head and the schemas of all tables go with the first commit.
    pub(super) fn create(disk: &dyn Disk, directory: &Path, now_ms: i64) -> io::Result<Self> {
        let generation = rand::random::<u64>();
        let path = directory.join(format!("{now_ms:012x}-{generation:016x}.{OPEN}"));
        let file = disk.create(&path)?;
        if let Err(error) = disk.sync_directory(directory) {
            fs::remove_file(&path)?;
            return Err(error);
        }
        let pending = begin(generation, &own_schemas());
        let opened = Instant::now();
        Ok(Self {
            file,
            path,
            generation,
            committed: 0,
            rows: 0,
            opened,
            pending,
            is_named: false,
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
    pub(super) fn seal(&mut self, disk: &dyn Disk) -> io::Result<()> {
        if !self.is_named {
            if self.rows == 0 {
                fs::remove_file(&self.path)?;
            } else {
                self.file.cut(self.committed)?;
                fs::rename(&self.path, self.path.with_extension(SEALED))?;
            }
            self.is_named = true;
        }
        disk.sync_directory(self.path.parent().unwrap_or(Path::new(".")))
    }
}

/// Makes a segment that a crash left open ready to ship. What follows its last sound frame was most likely torn before it
/// was acknowledged, but it may be damage: it is kept aside. Where there is no room for that it stays in the segment, and
/// is kept aside once that is shipped. Returns how many rows are to be shipped.
pub(super) fn recover(path: &Path) -> io::Result<u64> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let sealed = Sealed::read(path)?;
    let rows = sealed
        .parts
        .iter()
        .map(|(_, rows, _)| u64::from(*rows))
        .sum();
    let mut keeps_end = false;
    if let Some(end) = sealed.torn_end() {
        match keep_damage(path, end.start, &sealed.bytes[end.clone()]) {
            Ok(place) => {
                tracing::warn!(kept = %place.display(), bytes = end.len(), "the end of a segment is not sound");
                file.set_len(end.start as u64)?;
            }
            Err(error) => {
                tracing::warn!(segment = %path.display(), %error, "the unsound end of a segment stays in it for now");
                keeps_end = true;
            }
        }
    }
    if rows == 0 && !keeps_end {
        fs::remove_file(path)?;
    } else {
        file.sync_all()?;
        fs::rename(path, path.with_extension(SEALED))?;
    }
    sync_directory(path.parent().unwrap_or(Path::new(".")))?;
    Ok(rows)
}

/// A sealed segment, read and checked.
#[derive(Debug)]
pub(crate) struct Sealed {
    bytes: Bytes,
    generation: u64,
    schemas: Vec<(Table, Bytes)>,
    parts: Vec<(Batch, u32, Bytes)>,
    /// Bytes that are no sound frame.
    pub(crate) damage: Vec<Range<usize>>,
}

impl Sealed {
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let bytes = Bytes::from(fs::read(path)?);
        let generation = generation_of(path).ok_or_else(|| {
            io::Error::other(format!("{} is not the name of a segment", path.display()))
        })?;
        let (mut schemas, mut parts) = (Vec::new(), Vec::new());
        let mut frames = Frames::new(&bytes, generation);
        for frame in frames.by_ref() {
            let payload = bytes.slice_ref(frame.payload);
            match frame.content {
                Content::Schema(table) => schemas.push((table, payload)),
                Content::Rows { batch, rows } => parts.push((batch, rows, payload)),
            }
        }
        let (sound, mut damage) = (frames.sound, frames.damage);
        if sound < bytes.len() {
            damage.push(sound..bytes.len());
        }
        // A damaged schema is known all the same where the head says that it is this version's.
        let own = own_schemas();
        if schemas.len() < own.len() && frame::schemas_of(&bytes, generation) == Some(hash(&own)) {
            schemas = own;
        }
        Ok(Self {
            bytes,
            generation,
            schemas,
            parts,
            damage,
        })
    }

    /// What follows the last sound frame.
    fn torn_end(&self) -> Option<Range<usize>> {
        let last = self.damage.last()?;
        (last.end == self.bytes.len()).then(|| last.clone())
    }

    /// Bytes of the file.
    pub(crate) fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
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

    /// A segment of these batches alone, to be kept under the same name.
    pub(crate) fn only(&self, batches: &[Batch]) -> Vec<u8> {
        let parts = self.parts.iter();
        self.with(
            parts
                .filter(|(of, ..)| batches.contains(of))
                .map(|(batch, rows, payload)| (*batch, *rows, &payload[..])),
        )
    }

    /// A segment of the same name with other rows.
    pub(super) fn with<'a>(&self, parts: impl Iterator<Item = (Batch, u32, &'a [u8])>) -> Vec<u8> {
        let mut out = begin(self.generation, &self.schemas);
        for (batch, rows, payload) in parts {
            let offset = out.len() as u64;
            let content = Content::Rows { batch, rows };
            frame::put(&mut out, self.generation, offset, content, payload);
        }
        out
    }

    /// The schema of a table, and its rows as they were committed. `None` where the schema is damaged.
    pub(super) fn part_rows(&self) -> impl Iterator<Item = (Batch, Option<&Bytes>, &Bytes)> {
        self.parts.iter().map(|(batch, _, payload)| {
            let mut schemas = self.schemas.iter();
            let schema = schemas.find(|(table, _)| *table == batch.table);
            (*batch, schema.map(|(_, schema)| schema), payload)
        })
    }
}

/// The generation in a segment's name.
fn generation_of(path: &Path) -> Option<u64> {
    let (_, generation) = path.file_stem()?.to_str()?.split_once('-')?;
    u64::from_str_radix(generation, 16).ok()
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
