//! Cuts a source into stretches of whole lines, each named by the hash of everything up to its end.
//!
//! The cuts fall where the sizes say and wherever an earlier import ended, so that what is in already is recognised
//! even in a file that has grown.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Read as _};

/// Bytes after which a stretch ends with its line: rows of about one insert.
const CHUNK_BYTES: usize = 64 * 1024 * 1024;
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
    /// A last line that nothing ended. It is a stretch of its own, for it may be a part of a line.
    tail: Vec<u8>,
    /// What was read of a line that is too long. It is a stretch of its own too.
    long: Vec<u8>,
    /// The end was met. A file that grows meanwhile is for the next import.
    ended: bool,
}

impl<'a> Chunks<'a> {
    /// The hasher has its kind of file, so that one read as another kind first is not taken for known.
    pub(super) fn new(
        lines: Box<dyn BufRead + Send>,
        known: &'a BTreeSet<Mark>,
        hasher: blake3::Hasher,
    ) -> Self {
        Self {
            lines,
            known,
            hasher,
            position: 0,
            line: 1,
            tail: Vec::new(),
            long: Vec::new(),
            ended: false,
        }
    }

    /// Number of the line that would be read next.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The next stretch, `None` at the end. After an error what was read before it can still be had by calling again.
    pub(super) fn next(&mut self, failed: &mut Option<io::Error>) -> Option<Chunk> {
        let mut chunk = Chunk {
            bytes: std::mem::take(&mut self.tail),
            first_line: self.line,
            mark: (0, [0; 32]),
            too_long: Vec::new(),
        };
        let mut hashed = 0;
        if !self.long.is_empty() {
            if let Err(error) = self.skip_long_line(&mut chunk) {
                *failed = Some(error);
                return None;
            }
            chunk.mark = self.mark();
            return Some(chunk);
        }
        if !chunk.bytes.is_empty() {
            self.end_line(chunk.bytes.len() as u64);
        }
        while failed.is_none() && !self.ended && chunk.bytes.len() < CHUNK_BYTES {
            let start = chunk.bytes.len();
            let line = (&mut self.lines).take(LINE_BYTES);
            match { line }.read_until(b'\n', &mut chunk.bytes) {
                Ok(length) if chunk.bytes[start..].ends_with(b"\n") => self.end_line(length as u64),
                Ok(length) if length as u64 == LINE_BYTES => {
                    self.long = chunk.bytes.split_off(start);
                    break;
                }
                Ok(_) => {
                    self.ended = true;
                    self.tail = chunk.bytes.split_off(start);
                    if !self.tail.is_empty() {
                        // With the end it would have, so that it is the same line once it has one.
                        self.tail.push(b'\n');
                    }
                    break;
                }
                Err(error) => {
                    // A line that was cut by the error is not one.
                    chunk.bytes.truncate(start);
                    *failed = Some(error);
                    break;
                }
            }
            if self.may_end_here() {
                self.hasher.update(&chunk.bytes[hashed..]);
                hashed = chunk.bytes.len();
                if self.known.contains(&self.mark()) {
                    break;
                }
            }
        }
        if self.line == chunk.first_line {
            let waits = !self.tail.is_empty() || !self.long.is_empty();
            return if waits { self.next(failed) } else { None };
        }
        self.hasher.update(&chunk.bytes[hashed..]);
        chunk.mark = self.mark();
        Some(chunk)
    }

    fn end_line(&mut self, length: u64) {
        self.position += length;
        self.line += 1;
    }

    /// Whether an earlier import ended at this byte, perhaps of another file.
    fn may_end_here(&self) -> bool {
        let here = (self.position, [0; 32])..=(self.position, [255; 32]);
        self.known.range(here).next().is_some()
    }

    fn mark(&self) -> Mark {
        (self.position, *self.hasher.finalize().as_bytes())
    }

    /// Hashes and forgets a line that is too long; the chunk gets an empty one.
    fn skip_long_line(&mut self, chunk: &mut Chunk) -> io::Result<()> {
        let start = std::mem::take(&mut self.long);
        self.hasher.update(&start);
        let mut length = start.len() as u64;
        loop {
            let buffer = self.lines.fill_buf()?;
            if buffer.is_empty() {
                self.ended = true;
                self.hasher.update(b"\n");
                length += 1;
                break;
            }
            let end = memchr::memchr(b'\n', buffer).map(|at| at + 1);
            let count = end.unwrap_or(buffer.len());
            self.hasher.update(&buffer[..count]);
            self.lines.consume(count);
            length += count as u64;
            if end.is_some() {
                break;
            }
        }
        chunk.bytes.push(b'\n');
        chunk.too_long.push(self.line);
        self.end_line(length);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, known: &BTreeSet<Mark>) -> Vec<(String, u64, Mark)> {
        let mut chunks = Chunks::new(
            Box::new(io::Cursor::new(text.to_owned())),
            known,
            blake3::Hasher::new(),
        );
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
    fn a_last_line_without_an_end_is_a_stretch_of_its_own_and_the_same_once_it_has_one() {
        let none = BTreeSet::new();
        let texts =
            |chunks: &[(String, u64, Mark)]| chunks.iter().map(|c| c.0.clone()).collect::<Vec<_>>();
        let open = cut("a\nb", &none);
        assert_eq!(texts(&open), ["a\n", "b\n"]);
        assert_eq!((open[0].1, open[1].1), (1, 2));
        let known: BTreeSet<Mark> = open.iter().map(|chunk| chunk.2).collect();
        assert_eq!(texts(&cut("a\nb\nc\n", &known)), ["a\n", "b\n", "c\n"]);
        assert_eq!(
            texts(&cut("a\nbc\n", &known)),
            ["a\n", "bc\n"],
            "it was a part of a line"
        );
        assert_eq!(texts(&cut("a", &none)), ["a\n"]);
        assert!(cut("", &none).is_empty());
    }

    #[test]
    fn a_line_that_is_too_long_is_left_out_and_named_in_a_stretch_of_its_own() {
        let long = "x".repeat(3 * 1024 * 1024);
        for end in ["\n", "\nb\n", ""] {
            let text = format!("a\n{long}{end}");
            let known = BTreeSet::new();
            let mut chunks = Chunks::new(
                Box::new(io::Cursor::new(text.clone())),
                &known,
                blake3::Hasher::new(),
            );
            let first = chunks.next(&mut None).expect("a chunk");
            assert_eq!(first.bytes, b"a\n");
            let second = chunks.next(&mut None).expect("a chunk");
            assert_eq!(
                (second.bytes.as_slice(), second.too_long.as_slice()),
                (&b"\n"[..], &[2][..])
            );
            let whole = format!("a\n{long}\n");
            assert_eq!(
                second.mark,
                (
                    whole.len() as u64,
                    *blake3::hash(whole.as_bytes()).as_bytes()
                )
            );
            assert_eq!(chunks.next(&mut None).is_some(), end == "\nb\n");
        }
    }
}
