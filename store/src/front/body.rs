//! The bytes of a request on their way to the engine: pumped from the socket, decoded on the worker's thread.
//!
//! Invariant: the reader reports the end of the bytes only if the client said so. A connection that breaks, a
//! length that is not reached, or a request that is given up is an error to the reader, never an end.

use std::io::{self, Read};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::sync::mpsc;

use super::native_blocks::Decompressor;

/// How many pieces may wait for the worker.
const IN_FLIGHT: usize = 8;
/// A client that sends nothing for so long has gone.
const SILENCE: Duration = Duration::from_secs(300);
/// How much is read and thrown away after a refusal, so that the client gets to read the answer.
const DRAINED: usize = 256 << 20;
/// And for how long: in all, and for a client that waits for the answer before it sends on.
const DRAINING: Duration = Duration::from_secs(10);
const DRAINING_SILENCE: Duration = Duration::from_millis(500);

enum Piece {
    Data(Bytes),
    End,
    Broken(String),
}

/// Joins a socket to a reader on another thread.
pub(super) fn pipe() -> (Pump, BodyReader) {
    let (sender, receiver) = mpsc::channel(IN_FLIGHT);
    (
        Pump { sender },
        BodyReader {
            receiver,
            current: Bytes::new(),
            ended: false,
        },
    )
}

/// The sending side.
pub(super) struct Pump {
    sender: mpsc::Sender<Piece>,
}

impl Pump {
    /// Moves the body until its end, or until nobody reads it any more and a decent rest is drained.
    pub(super) async fn run(self, mut body: Incoming) {
        loop {
            let frame = tokio::select! {
                frame = tokio::time::timeout(SILENCE, body.frame()) => frame,
                () = self.sender.closed() => return drain(&mut body).await,
            };
            let piece = match frame {
                Err(_) => Piece::Broken(format!(
                    "the client sent nothing for {} s",
                    SILENCE.as_secs()
                )),
                Ok(None) => Piece::End,
                Ok(Some(Err(error))) => Piece::Broken(error.to_string()),
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => Piece::Data(data),
                    Err(_trailers) => continue,
                },
            };
            let last = !matches!(piece, Piece::Data(_));
            if self.sender.send(piece).await.is_err() {
                return drain(&mut body).await;
            }
            if last {
                return;
            }
        }
    }

    /// Says that there are no bytes.
    pub(super) async fn close(self) {
        // Nobody reading is as good as nothing to read.
        let _ = self.sender.send(Piece::End).await;
    }
}

async fn drain(body: &mut Incoming) {
    let rest = async {
        let mut drained = 0;
        while drained < DRAINED {
            match tokio::time::timeout(DRAINING_SILENCE, body.frame()).await {
                Ok(Some(Ok(frame))) => drained += frame.into_data().map_or(0, |data| data.len()),
                _ => return,
            }
        }
    };
    // Past the limit the connection is closed on the client, which is all that is left.
    let _ = tokio::time::timeout(DRAINING, rest).await;
}

/// The receiving side; blocks, so it is read on a worker's thread only.
pub(super) struct BodyReader {
    receiver: mpsc::Receiver<Piece>,
    current: Bytes,
    ended: bool,
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            if self.ended {
                return Ok(0);
            }
            match self.receiver.blocking_recv() {
                Some(Piece::Data(data)) => self.current = data,
                Some(Piece::End) => self.ended = true,
                Some(Piece::Broken(reason)) => return Err(io::Error::other(reason)),
                None => return Err(io::Error::other("the client went away")),
            }
        }
        let length = buffer.len().min(self.current.len());
        self.current.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

/// Undoes the encodings of a body: `Content-Encoding`, and ClickHouse's own blocks if `decompress=1`.
///
/// # Errors
/// The name of an encoding that is not known.
pub(super) fn decoded<'a>(
    reader: impl Read + Send + 'a,
    content_encoding: Option<&str>,
    native_blocks: bool,
) -> Result<Box<dyn Read + Send + 'a>, String> {
    let reader: Box<dyn Read + Send> =
        match content_encoding.map(str::to_ascii_lowercase).as_deref() {
            None | Some("" | "identity") => Box::new(reader),
            Some("gzip" | "x-gzip") => Box::new(flate2::read::MultiGzDecoder::new(reader)),
            Some("deflate") => Box::new(flate2::read::ZlibDecoder::new(reader)),
            Some("zstd") => match zstd::stream::read::Decoder::new(reader) {
                Ok(decoder) => Box::new(decoder),
                Err(error) => return Err(error.to_string()),
            },
            Some("br") => Box::new(brotli::Decompressor::new(
                ordinary_window(reader)?,
                64 << 10,
            )),
            Some("lz4") => Box::new(lz4_flex::frame::FrameDecoder::new(reader)),
            Some(other) => return Err(format!("unknown Content-Encoding {other}")),
        };
    Ok(if native_blocks {
        Box::new(Decompressor::new(reader))
    } else {
        reader
    })
}

/// Refuses brotli's large windows, of up to 1 GiB at once: RFC 7932 ends at 16 MiB and has these first bits reserved.
fn ordinary_window(mut reader: impl Read + Send) -> Result<impl Read + Send, String> {
    let mut first = [0];
    let length = fill(&mut reader, &mut first).map_err(|error| error.to_string())?;
    if length > 0 && first[0] & 0x7f == 0x11 {
        return Err("a window of brotli is 16 MiB at most".to_owned());
    }
    Ok(Read::chain(
        Read::take(io::Cursor::new(first), length as u64),
        reader,
    ))
}

/// Fills `buffer` as far as the reader goes; shorter than the buffer only at the end.
pub(super) fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(length) => filled += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receive(pieces: Vec<Piece>) -> io::Result<Vec<u8>> {
        let (pump, mut reader) = pipe();
        for piece in pieces {
            pump.sender
                .blocking_send(piece)
                .map_err(|_| io::Error::other("closed"))?;
        }
        drop(pump);
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map(|_| bytes)
    }

    #[test]
    fn only_a_said_end_is_an_end() {
        let data = || Piece::Data(Bytes::from_static(b"abc"));
        assert_eq!(
            receive(vec![data(), data(), Piece::End]).unwrap(),
            b"abcabc"
        );
        assert!(receive(vec![data()]).is_err());
        assert!(receive(vec![data(), Piece::Broken("cut".to_owned())]).is_err());
    }

    #[test]
    fn encodings_are_undone_and_cut_ones_are_errors() {
        let plain: Vec<u8> = (0..200_000_u32)
            .flat_map(|number| (number % 1000).to_le_bytes())
            .collect();
        let packed: Vec<(&str, Vec<u8>)> = vec![
            ("gzip", gzip(&plain)),
            ("deflate", zlib(&plain)),
            ("zstd", zstd::encode_all(plain.as_slice(), 1).unwrap()),
            ("br", brotli_packed(&plain)),
            ("lz4", lz4(&plain)),
        ];
        for (name, packed) in packed {
            let mut back = Vec::new();
            decoded(packed.as_slice(), Some(name), false)
                .unwrap()
                .read_to_end(&mut back)
                .unwrap();
            assert_eq!(back, plain, "{name}");
            let cut = &packed[..packed.len() / 2];
            let outcome = decoded(cut, Some(name), false)
                .unwrap()
                .read_to_end(&mut Vec::new());
            assert!(outcome.is_err(), "{name}");
        }
        assert!(decoded(plain.as_slice(), Some("rot13"), false).is_err());
        let large_window: &[u8] = &[0x11, 30, 0x03];
        assert!(decoded(large_window, Some("br"), false).is_err());
    }

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::read::GzEncoder::new(plain, flate2::Compression::fast());
        read_all(&mut encoder)
    }

    fn zlib(plain: &[u8]) -> Vec<u8> {
        read_all(&mut flate2::read::ZlibEncoder::new(
            plain,
            flate2::Compression::fast(),
        ))
    }

    fn brotli_packed(plain: &[u8]) -> Vec<u8> {
        read_all(&mut brotli::CompressorReader::new(plain, 4096, 1, 20))
    }

    fn lz4(plain: &[u8]) -> Vec<u8> {
        use std::io::Write as _;
        let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn read_all(reader: &mut dyn Read) -> Vec<u8> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        bytes
    }
}
