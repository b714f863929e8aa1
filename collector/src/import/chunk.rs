//! Cuts a source into stretches of whole lines, each named by the hash of everything up to its end.
//!
//! The cuts fall where the sizes say and wherever an earlier import ended, so that what is in already is recognised
//! even in a file that has grown.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Read as _};

/// Bytes after which a stretch ends with its line: rows of about one insert.
const CHUNK_BYTES: usize = 24 * 1024 * 1024;
/// The longest line that is read.
pub(super) const LINE_BYTES: u64 = 1024 * 1024;

/// Name of a stretch: where it ends, and the hash of everything up to there.
pub(super) type Mark = (u64, [u8; 32]);

/// A stretch of whole lines.
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    /// Number of its first line, from 1.
    pub(super) first_line: u64,
    pub(super) mark: Mark,
    /// Lines too long to be read; they are empty in `bytes`.
    pub(super) too_long: Vec<u64>,
}

/// Reads a source stretch by stretch.
pub(super) struct Chunks<'a> {
    lines: Box<dyn BufRead + Send>,
    known: &'a BTreeSet<Mark>,
    hasher: blake3::Hasher,
    position: u64,
    line: u64,
}

impl<'a> Chunks<'a> {
    pub(super) fn new(lines: Box<dyn BufRead + Send>, known: &'a BTreeSet<Mark>) -> Self {
        Self {
            lines,
            known,
            hasher: blake3::Hasher::new(),
            position: 0,
            line: 1,
        }
    }

    /// Number of the line that would be read next.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The next stretch, `None` at the end. After an error what was read before it can still be had by calling again.
    pub(super) fn next(&mut self, failed: &mut Option<io::Error>) -> Option<Chunk> {
        let mut chunk = Chunk {
            bytes: Vec::new(),
            first_line: self.line,
            mark: (0, [0; 32]),
            too_long: Vec::new(),
        };
        while failed.is_none() && chunk.bytes.len() < CHUNK_BYTES {
            let start = chunk.bytes.len();
            let length = match self.read_line(&mut chunk) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) => {
                    // A line that was cut by the error is not one.
                    chunk.bytes.truncate(start);
                    *failed = Some(error);
                    break;
                }
            };
            self.position += length;
            self.line += 1;
            if self
                .known
                .range((self.position, [0; 32])..=(self.position, [255; 32]))
                .next()
                .is_some()
                && self.known.contains(&self.mark())
            {
                break;
            }
        }
        if self.line == chunk.first_line {
            return None;
        }
        chunk.mark = self.mark();
        Some(chunk)
    }

    fn mark(&self) -> Mark {
        (self.position, *self.hasher.finalize().as_bytes())
    }

    /// Appends one line with its end to the chunk; returns its length in the source, 0 at the end.
    fn read_line(&mut self, chunk: &mut Chunk) -> io::Result<u64> {
        let start = chunk.bytes.len();
        let mut length = (&mut self.lines)
            .take(LINE_BYTES)
            .read_until(b'\n', &mut chunk.bytes)? as u64;
        self.hasher.update(&chunk.bytes[start..]);
        if length == LINE_BYTES && chunk.bytes.last() != Some(&b'\n') {
            chunk.bytes.truncate(start);
            chunk.bytes.push(b'\n');
            chunk.too_long.push(self.line);
            length += self.skip_line()?;
        }
        Ok(length)
    }

    fn skip_line(&mut self) -> io::Result<u64> {
        let mut skipped = 0;
        loop {
            let buffer = self.lines.fill_buf()?;
            if buffer.is_empty() {
                return Ok(skipped);
            }
            let end = buffer
                .iter()
                .position(|byte| *byte == b'\n')
                .map(|at| at + 1);
            let count = end.unwrap_or(buffer.len());
            self.hasher.update(&buffer[..count]);
            self.lines.consume(count);
            skipped += count as u64;
            if end.is_some() {
                return Ok(skipped);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, known: &BTreeSet<Mark>) -> Vec<(String, u64, Mark)> {
        let mut chunks = Chunks::new(Box::new(io::Cursor::new(text.to_owned())), known);
        let mut failed = None;
        let mut all = Vec::new();
        while let Some(chunk) = chunks.next(&mut failed) {
            all.push((
                String::from_utf8(chunk.bytes).expect("text"),
                chunk.first_line,
                chunk.mark,
            ));
        }
        all
    }

    #[test]
    fn a_grown_file_is_cut_where_the_earlier_one_ended() {
        let none = BTreeSet::new();
        let first = cut("a\nb\n", &none);
        let known = BTreeSet::from([first[0].2]);
        let grown = cut("a\nb\nc\n", &known);
        assert_eq!(grown.len(), 2);
        assert_eq!(grown[0], first[0]);
        assert_eq!((grown[1].0.as_str(), grown[1].1), ("c\n", 3));
        assert_eq!(
            cut("a\nX\nc\n", &known).len(),
            1,
            "another text of the same length is another stretch"
        );
    }

    #[test]
    fn a_line_that_is_too_long_is_left_out_and_named() {
        let text = format!("a\n{}\nb", "x".repeat(3 * 1024 * 1024));
        let known = BTreeSet::new();
        let mut chunks = Chunks::new(Box::new(io::Cursor::new(text.clone())), &known);
        let chunk = chunks.next(&mut None).expect("a chunk");
        assert_eq!(chunk.bytes, b"a\n\nb");
        assert_eq!(chunk.too_long, [2]);
        assert_eq!(
            chunk.mark,
            (text.len() as u64, *blake3::hash(text.as_bytes()).as_bytes())
        );
    }
}
