//! Responses: the headers ClickHouse's clients look at, and bodies that end in an error if the engine does.

use std::convert::Infallible;
use std::io;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};
use tokio::sync::mpsc;

use super::failure::Failure;
use super::format::media_type;
use super::native_blocks;
use super::reply::Head;
use super::ticket::Guard;

pub(super) type Answer = Response<UnsyncBoxBody<Bytes, io::Error>>;

/// What every answer to a statement carries.
pub(super) struct Stamp {
    pub(super) query_id: String,
    pub(super) version: String,
    pub(super) compress: bool,
}

fn whole(bytes: Bytes) -> UnsyncBoxBody<Bytes, io::Error> {
    Full::new(bytes)
        .map_err(|never: Infallible| match never {})
        .boxed_unsync()
}

/// A short text without further ado.
pub(super) fn plain(status: StatusCode, text: &'static str) -> Answer {
    let mut answer = Response::new(whole(Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = status;
    put(&mut answer, CONTENT_TYPE, "text/plain; charset=UTF-8");
    answer
}

/// An error before anything else was sent.
pub(super) fn refused(failure: &Failure, stamp: &Stamp) -> Answer {
    let mut answer = Response::new(whole(failure.signed(&stamp.version).into()));
    *answer.status_mut() = failure.status();
    stamp.put_on(&mut answer);
    put(&mut answer, CONTENT_TYPE, "text/plain; charset=UTF-8");
    put(
        &mut answer,
        HeaderName::from_static("x-clickhouse-exception-code"),
        &failure.code.to_string(),
    );
    if failure.status() == StatusCode::UNAUTHORIZED {
        put(
            &mut answer,
            WWW_AUTHENTICATE,
            "Basic realm=\"ClickHouse server HTTP API\"",
        );
    }
    answer
}

/// The answer to a statement; its further blocks, if any, come from `blocks`.
pub(super) fn answered(
    head: Head,
    blocks: mpsc::Receiver<Result<Bytes, Failure>>,
    guard: Guard,
    stamp: Stamp,
) -> Answer {
    let tag = exception_tag();
    let media = media_type(&head.format);
    let summary = summary(&head);
    let mut answer = match head.whole {
        Some(bytes) => {
            guard.release();
            Response::new(whole(packed(bytes, stamp.compress)))
        }
        None => {
            let frames = frames(
                blocks,
                guard,
                tag.clone(),
                stamp.version.clone(),
                stamp.compress,
            );
            Response::new(StreamBody::new(frames).boxed_unsync())
        }
    };
    stamp.put_on(&mut answer);
    put(&mut answer, CONTENT_TYPE, media);
    put(
        &mut answer,
        HeaderName::from_static("x-clickhouse-format"),
        &head.format,
    );
    put(
        &mut answer,
        HeaderName::from_static("x-clickhouse-summary"),
        &summary,
    );
    put(
        &mut answer,
        HeaderName::from_static("x-clickhouse-exception-tag"),
        &tag,
    );
    answer
}

fn packed(bytes: Bytes, compress: bool) -> Bytes {
    if compress && !bytes.is_empty() {
        native_blocks::compress(&bytes).into()
    } else {
        bytes
    }
}

/// Sixteen letters that an answer does not hold by chance.
fn exception_tag() -> String {
    use rand::Rng as _;
    let mut random = rand::rng();
    (0..16)
        .map(|_| char::from(random.random_range(b'a'..=b'z')))
        .collect()
}

enum Stage {
    Blocks(mpsc::Receiver<Result<Bytes, Failure>>, Guard),
    Break,
    Done,
}

/// The blocks as frames. After an error of the engine: its text, framed as a server frames it, and then the
/// connection is broken off, so that nobody takes the answer for complete.
fn frames(
    blocks: mpsc::Receiver<Result<Bytes, Failure>>,
    guard: Guard,
    tag: String,
    version: String,
    compress: bool,
) -> impl Stream<Item = io::Result<Frame<Bytes>>> + Send {
    let texts = (tag, version);
    stream::unfold(
        (Stage::Blocks(blocks, guard), texts),
        move |(stage, texts)| async move {
            match stage {
                Stage::Blocks(mut blocks, guard) => match blocks.recv().await {
                    Some(Ok(block)) => {
                        let frame = Frame::data(packed(block, compress));
                        Some((Ok(frame), (Stage::Blocks(blocks, guard), texts)))
                    }
                    Some(Err(failure)) => {
                        guard.release();
                        let (tag, version) = &texts;
                        let message = failure.signed(version);
                        let text = format!(
                            "\r\n__exception__\r\n{tag}\r\n{message}{} {tag}\r\n__exception__\r\n",
                            message.len()
                        );
                        Some((
                            Ok(Frame::data(packed(text.into(), compress))),
                            (Stage::Break, texts),
                        ))
                    }
                    None => {
                        guard.release();
                        None
                    }
                },
                Stage::Break => {
                    // Once back to the connection, so that it sends what it has before it is broken off.
                    tokio::task::yield_now().await;
                    Some((
                        Err(io::Error::other("the query failed")),
                        (Stage::Done, texts),
                    ))
                }
                Stage::Done => None,
            }
        },
    )
}

fn summary(head: &Head) -> String {
    let tally = head.tally;
    format!(
        "{{\"read_rows\":\"{}\",\"read_bytes\":\"{}\",\"written_rows\":\"{}\",\"written_bytes\":\"{}\",\
         \"total_rows_to_read\":\"0\",\"result_rows\":\"{}\",\"result_bytes\":\"{}\",\"elapsed_ns\":\"{}\"}}",
        tally.read_rows,
        tally.read_bytes,
        tally.written_rows,
        tally.written_bytes,
        tally.result_rows,
        head.whole.as_ref().map_or(0, Bytes::len),
        head.elapsed_ns,
    )
}

impl Stamp {
    fn put_on(&self, answer: &mut Answer) {
        put(
            answer,
            HeaderName::from_static("x-clickhouse-server-display-name"),
            "snaglist",
        );
        put(
            answer,
            HeaderName::from_static("x-clickhouse-query-id"),
            &self.query_id,
        );
        put(
            answer,
            HeaderName::from_static("x-clickhouse-timezone"),
            "UTC",
        );
    }
}

fn put(answer: &mut Answer, name: HeaderName, value: &str) {
    // A client's query id may hold what a header must not; it is then left out.
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}
