//! One segment file: opened, written, sealed, read back.
//!
//! Invariant: a file named `*.seg` never changes again, so that what is shipped under its name is the same at every
//! attempt; a file named `*.open` may end in a torn frame.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use bytes::Bytes;

use super::frame::{self, Content, Frames};
use crate::encoding::RowBinary;
use crate::row::Table;

pub(super) const OPEN: &str = "open";
pub(super) const SEALED: &str = "seg";
/// Directory of what could not be shipped.
pub(crate) const REJECTED: &str = "rejected";

/// Rows of one request, encoded.
#[derive(Debug, Default, Clone)]
pub(crate) struct Rows {
    /// Per table: how many rows, and their bytes.
    pub(crate) parts: Vec<(Table, u32, Vec<u8>)>,
}

impl Rows {
    /// Bytes of all parts.
    pub(crate) fn bytes(&self) -> u64 {
        self.parts
            .iter()
            .map(|(_, _, bytes)| bytes.len() as u64)
            .sum()
    }
}

/// The segment being written.
#[derive(Debug)]
pub(super) struct OpenSegment {
    file: File,
    path: PathBuf,
    generation: u64,
    /// Bytes known to be on the disk.
    committed: u64,
    pub(super) rows: u64,
    pub(super) opened: Instant,
    pending: Vec<u8>,
    pending_rows: u64,
}

impl OpenSegment {
    /// Creates the file, with the schemas of all tables in front.
    pub(super) fn create(directory: &Path, now_ms: i64) -> io::Result<Self> {
        let generation = rand::random::<u64>();
        let path = directory.join(format!("{now_ms:012x}-{generation:016x}.{OPEN}"));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        sync_directory(directory)?;
        let mut pending = frame::head(generation).to_vec();
        for table in Table::ALL {
            let offset = pending.len() as u64;
            frame::put(
                &mut pending,
                generation,
                offset,
                Content::Schema(table),
                &RowBinary::head(table),
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
            pending_rows: 0,
        })
    }

    /// Adds rows to what the next commit writes.
    pub(super) fn stage(&mut self, rows: &Rows) {
        for (table, count, bytes) in &rows.parts {
            let offset = self.committed + self.pending.len() as u64;
            frame::put(
                &mut self.pending,
                self.generation,
                offset,
                Content::Rows(*table, *count),
                bytes,
            );
            self.pending_rows += u64::from(*count);
        }
    }

    /// Length of the file once all staged rows are in.
    pub(super) fn bytes(&self) -> u64 {
        self.committed + self.pending.len() as u64
    }

    /// Writes what is staged and waits until the disk has it. After an error nothing of it counts.
    pub(super) fn commit(&mut self) -> io::Result<()> {
        let written = self
            .file
            .write_all(&self.pending)
            .and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            self.pending.clear();
            self.pending_rows = 0;
            return Err(error);
        }
        self.committed += self.pending.len() as u64;
        self.rows += self.pending_rows;
        self.pending.clear();
        self.pending_rows = 0;
        Ok(())
    }

    /// Ends the segment at what was committed and makes it ready to ship; without rows it is removed.
    /// Returns the length of the sealed file.
    pub(super) fn seal(mut self) -> io::Result<u64> {
        if self.rows == 0 {
            fs::remove_file(&self.path)?;
            return Ok(0);
        }
        if self.file.seek(SeekFrom::End(0))? != self.committed {
            self.file.set_len(self.committed)?;
            self.file.sync_all()?;
        }
        fs::rename(&self.path, self.path.with_extension(SEALED))?;
        sync_directory(self.path.parent().unwrap_or(Path::new(".")))?;
        Ok(self.committed)
    }
}

/// Makes a segment that a crash left open ready to ship, up to its last sound frame. What follows that was most likely
/// torn before it was acknowledged, but it may be damage: it is set aside. Returns how many rows are to be shipped.
pub(super) fn recover(path: &Path) -> io::Result<u64> {
    let bytes = fs::read(path)?;
    let (mut rows, mut sound) = (0, 0);
    if let Some(mut frames) = Frames::new(&bytes) {
        for frame in frames.by_ref() {
            if let Content::Rows(_, count) = frame.content {
                rows += u64::from(count);
            }
        }
        sound = frames.offset;
    }
    let directory = path.parent().unwrap_or(Path::new("."));
    if sound < bytes.len() {
        let aside = directory.join(REJECTED);
        fs::create_dir_all(&aside)?;
        let tail = aside
            .join(path.file_name().unwrap_or_default())
            .with_extension("tail");
        fs::write(&tail, &bytes[sound..])?;
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
    bytes: Bytes,
    sound: usize,
}

impl Sealed {
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let bytes = Bytes::from(fs::read(path)?);
        let sound = match Frames::new(&bytes) {
            Some(mut frames) => {
                frames.by_ref().for_each(drop);
                frames.offset
            }
            None => 0,
        };
        Ok(Self { bytes, sound })
    }

    /// Where the file stops making sense, if it does before its end.
    pub(crate) fn damage(&self) -> Option<usize> {
        (self.sound < self.bytes.len()).then_some(self.sound)
    }

    /// The table's rows as the pieces of one insert body; empty when there are none.
    pub(crate) fn body(&self, table: Table) -> (u64, Vec<Bytes>) {
        let (mut rows, mut body) = (0, Vec::new());
        for frame in Frames::new(&self.bytes[..self.sound]).into_iter().flatten() {
            match frame.content {
                Content::Schema(of) if of == table => {
                    body.push(self.bytes.slice_ref(frame.payload))
                }
                Content::Rows(of, count) if of == table => {
                    rows += u64::from(count);
                    body.push(self.bytes.slice_ref(frame.payload));
                }
                _ => {}
            }
        }
        if rows == 0 {
            (0, Vec::new())
        } else {
            (rows, body)
        }
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
