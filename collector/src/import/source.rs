//! Opens what is to be read: plain, gzip or Zstandard, told apart by the first bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::{ImportError, Source};

const BUFFER: usize = 256 * 1024;

/// An open source.
pub(super) struct Reading {
    pub(super) lines: Box<dyn BufRead + Send>,
    /// Bytes read before decompression.
    pub(super) read: Arc<AtomicU64>,
    pub(super) total: Option<u64>,
}

struct Counting<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Opens the source for one pass over at most so many bytes.
pub(super) fn open(source: &Source, at_most: u64) -> Result<Reading, ImportError> {
    let fail = |error| unreadable(source, error);
    match source {
        Source::Stdin => decompressed(io::stdin(), None).map_err(fail),
        Source::File(path) => {
            let file = File::open(path).map_err(fail)?;
            let metadata = file.metadata().map_err(fail)?;
            if metadata.is_dir() {
                let reason = io::Error::other("it is a directory; name the files in it");
                return Err(fail(reason));
            }
            let total = metadata.is_file().then_some(metadata.len());
            decompressed(file.take(at_most), total).map_err(fail)
        }
    }
}

/// A pass over a body as it is.
pub(super) fn of_body(body: Bytes) -> Reading {
    let read = Arc::new(AtomicU64::new(0));
    Reading {
        total: Some(body.len() as u64),
        lines: Box::new(io::Cursor::new(body)),
        read,
    }
}

/// Keeps what can be read only once in a nameless file, so that it can be read twice.
pub(super) fn keep(source: &Source) -> Result<File, ImportError> {
    let kept = || {
        let mut kept = tempfile::tempfile()?;
        match source {
            Source::Stdin => io::copy(&mut io::stdin().lock(), &mut kept)?,
            Source::File(path) => io::copy(&mut File::open(path)?, &mut kept)?,
        };
        Ok(kept)
    };
    kept().map_err(|error| unreadable(source, error))
}

/// A further pass over a kept file.
pub(super) fn reopen(source: &Source, file: &File) -> Result<Reading, ImportError> {
    let again = || {
        let mut again = file.try_clone()?;
        again.rewind()?;
        let total = again.metadata()?.len();
        decompressed(again, Some(total))
    };
    again().map_err(|error| unreadable(source, error))
}

fn unreadable(source: &Source, error: io::Error) -> ImportError {
    ImportError::Open {
        name: source.name(),
        error,
    }
}

fn decompressed(raw: impl Read + Send + 'static, total: Option<u64>) -> io::Result<Reading> {
    let read = Arc::new(AtomicU64::new(0));
    let mut raw = BufReader::with_capacity(
        BUFFER,
        Counting {
            inner: raw,
            read: Arc::clone(&read),
        },
    );
    let lines: Box<dyn BufRead + Send> = match raw.fill_buf()? {
        [0x1f, 0x8b, ..] => Box::new(BufReader::with_capacity(
            BUFFER,
            flate2::bufread::MultiGzDecoder::new(raw),
        )),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Box::new(BufReader::with_capacity(
            BUFFER,
            zstd::stream::read::Decoder::with_buffer(raw)?,
        )),
        _ => Box::new(raw),
    };
    Ok(Reading { lines, read, total })
}
