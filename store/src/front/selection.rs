//! A statement whose answer is read: in one piece, or block by block where the blocks make one document.

use std::time::Instant;

use bytes::Bytes;

use super::failure::Failure;
use super::format::{Joiner, Joining, joining};
use super::native_revision::reframe;
use super::options::Options;
use super::reply::{Head, Reply};
use super::statement::Query;
use crate::engine::{Connection, Refusal, Tally};

/// Settings under which the blocks of an answer do not make one document.
const ONE_PIECE: [&str; 3] = [
    "extremes",
    "output_format_json_array_of_rows",
    "output_format_binary_encode_types_in_binary_format",
];

/// A statement, and how its answer is wanted.
pub(super) struct Selection<'a> {
    text: &'a [u8],
    options: &'a Options,
    format: &'a str,
    joining: Joining,
    started: Instant,
}

impl<'a> Selection<'a> {
    pub(super) fn new(
        text: &'a [u8],
        query: &'a Query,
        options: &'a Options,
        started: Instant,
    ) -> Selection<'a> {
        let asked = query
            .format
            .as_deref()
            .or(options.default_format.as_deref());
        let format = asked.unwrap_or("TabSeparated");
        let in_one_piece = !query.streamable
            || options.wait_end_of_query
            || ONE_PIECE.iter().any(|name| options.setting(name).is_some());
        let joining = if in_one_piece {
            Joining::Whole
        } else {
            joining(format)
        };
        Selection {
            text,
            options,
            format,
            joining,
            started,
        }
    }

    /// Runs the statement and gives its answer.
    pub(super) fn answer(
        &self,
        connection: &mut Connection,
        reply: &mut Reply,
    ) -> Result<(), Failure> {
        if self.joining != Joining::Whole && self.stream(connection, reply)? {
            return Ok(());
        }
        let (bytes, tally) = connection.query(self.text, self.format, &self.options.parameters)?;
        reply.begin(self.head(tally, Some(self.framed(bytes)?)));
        Ok(())
    }

    /// Answers block by block; `false` when the engine does not do so for this statement, before it ran it.
    fn stream(&self, connection: &mut Connection, reply: &mut Reply) -> Result<bool, Failure> {
        let mut chunks = match connection.stream(self.text, self.format, &self.options.parameters) {
            Ok(chunks) => chunks,
            Err(Refusal(reason)) if reason.contains("Streaming query is not supported") => {
                return Ok(false);
            }
            Err(refusal) => return Err(refusal.into()),
        };
        let mut joiner = Joiner::new(self.joining);
        let mut tally = Tally::default();
        let mut waiting: Option<Bytes> = None;
        while let Some((block, more)) = chunks.fetch()? {
            tally.add(more);
            let Some(skip) = joiner.skip(&block) else {
                let message = format!(
                    "a block of the answer does not continue the {} before it",
                    self.format
                );
                return Err(Failure::new(49, "LOGICAL_ERROR", &message));
            };
            let block = self.framed(block.slice(skip..))?;
            if let Some(previous) = waiting.replace(block) {
                if !reply.has_begun() {
                    reply.begin(self.head(tally, None));
                }
                if !reply.send(previous) {
                    return Err(Failure::stopping());
                }
            }
        }
        // An answer of one block is whole, and its head can tell all there is to tell.
        let last = waiting.unwrap_or_default();
        if reply.has_begun() {
            reply.send(last);
        } else {
            reply.begin(self.head(tally, Some(last)));
        }
        Ok(true)
    }

    fn head(&self, tally: Tally, whole: Option<Bytes>) -> Head {
        Head {
            format: self.format.to_owned(),
            tally,
            elapsed_ns: self.started.elapsed().as_nanos(),
            whole,
        }
    }

    /// The Native format in the revision that the client asked for; every other as it is.
    fn framed(&self, bytes: Bytes) -> Result<Bytes, Failure> {
        if self.options.revision == 0 || !self.format.eq_ignore_ascii_case("Native") {
            return Ok(bytes);
        }
        match reframe(&bytes, self.options.revision) {
            Ok(framed) => Ok(framed.into()),
            Err(reason) => Err(Failure::not_implemented(&reason)),
        }
    }
}
