//! What the spool asks of a disk, so that tests can give it one that is full, slow or broken.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Makes segment files and says how much room there is.
pub(super) trait Disk: Send + Sync + std::fmt::Debug {
    /// A new, empty file.
    fn create(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>>;
    /// Bytes that may still be written below `directory`.
    fn free(&self, directory: &Path) -> io::Result<u64>;
}

/// A segment while it is written.
pub(super) trait SegmentFile: Send {
    /// Appends, and returns once the disk has it.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Cuts off what follows `length`, and returns once the disk knows.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

/// The machine's own.
#[derive(Debug)]
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>> {
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        Ok(Box::new(file))
    }

    fn free(&self, directory: &Path) -> io::Result<u64> {
        let found = rustix::fs::statvfs(directory)?;
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }
}

impl SegmentFile for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)?;
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        if self.metadata()?.len() != length {
            self.set_len(length)?;
        }
        self.sync_all()
    }
}
