//! ClickHouse's own compression: what `compress=1` and `decompress=1` mean.
//!
//! A frame is a 16-byte checksum, then, checksummed, one byte of method (0x82 is LZ4, 0x90 ZSTD, 0x02 none), the
//! compressed length with these nine bytes, the plain length (both 32 bits, little endian), and the bytes. The
//! checksum is CityHash 1.0.2 of 128 bits, its halves in ClickHouse's order.

use std::io::{self, Read};

const CHECKSUM: usize = 16;
const HEADER: usize = 9;
const LZ4: u8 = 0x82;
const ZSTD: u8 = 0x90;
const NONE: u8 = 0x02;
/// No frame of ClickHouse is larger; a larger one is a mistake or an attack.
const LARGEST: usize = 1 << 30;
/// A byte of LZ4 stands for no more, being at most one more of a length.
const LZ4_UNFOLDS_TO: usize = 255;
/// A block of ZSTD, which has a head of three bytes, holds no more.
const ZSTD_BLOCK: usize = 128 << 10;

pub(super) fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    cityhash_rs::cityhash_102_128(bytes)
        .rotate_right(64)
        .to_le_bytes()
}

/// Writes `plain` as one LZ4 frame.
pub(super) fn compress(plain: &[u8]) -> Vec<u8> {
    let mut frame =
        vec![0; CHECKSUM + HEADER + lz4_flex::block::get_maximum_output_size(plain.len())];
    let body = &mut frame[CHECKSUM + HEADER..];
    // The buffer has the size the library asks for, so only an empty result is left to fear.
    let length = lz4_flex::block::compress_into(plain, body).unwrap_or(0);
    frame.truncate(CHECKSUM + HEADER + length);
    frame[CHECKSUM] = LZ4;
    frame[CHECKSUM + 1..CHECKSUM + 5].copy_from_slice(&((HEADER + length) as u32).to_le_bytes());
    frame[CHECKSUM + 5..CHECKSUM + HEADER].copy_from_slice(&(plain.len() as u32).to_le_bytes());
    let sum = checksum(&frame[CHECKSUM..]);
    frame[..CHECKSUM].copy_from_slice(&sum);
    frame
}

/// Reads frames and gives what they hold.
pub(super) struct Decompressor<R> {
    source: R,
    plain: Vec<u8>,
    given: usize,
}

impl<R: Read> Decompressor<R> {
    pub(super) fn new(source: R) -> Decompressor<R> {
        Decompressor {
            source,
            plain: Vec::new(),
            given: 0,
        }
    }

    /// Reads one frame; `false` at the end of the source.
    fn next_frame(&mut self) -> io::Result<bool> {
        let mut head = [0; CHECKSUM + HEADER];
        let mut filled = 0;
        while filled < head.len() {
            match self.source.read(&mut head[filled..])? {
                0 if filled == 0 => return Ok(false),
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                length => filled += length,
            }
        }
        let size = |at: usize| {
            u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]) as usize
        };
        let (packed, plain) = (size(CHECKSUM + 1), size(CHECKSUM + 5));
        if !(HEADER..=LARGEST).contains(&packed) || plain > LARGEST {
            return Err(invalid("a compressed frame has an impossible size"));
        }
        // Grows with what arrives, so a lying length takes no memory.
        let mut frame = head[CHECKSUM..].to_vec();
        let wanted = (packed - HEADER) as u64;
        if (&mut self.source).take(wanted).read_to_end(&mut frame)? as u64 != wanted {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if checksum(&frame) != head[..CHECKSUM] {
            return Err(invalid("the checksum of a compressed frame does not match"));
        }
        let body = &frame[HEADER..];
        // Memory is taken for what the bytes can hold, not for what is said of them.
        self.plain = match head[CHECKSUM] {
            LZ4 if plain > LZ4_UNFOLDS_TO * body.len() => {
                return Err(invalid("a compressed frame says to hold more than it can"));
            }
            LZ4 => lz4_flex::block::decompress(body, plain).map_err(invalid)?,
            ZSTD => zstd::bulk::decompress(body, plain.min(body.len() / 3 * ZSTD_BLOCK))?,
            NONE => body.to_vec(),
            other => {
                return Err(invalid(format!(
                    "unknown method {other:#04x} of a compressed frame"
                )));
            }
        };
        self.given = 0;
        Ok(true)
    }
}

fn invalid(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

impl<R: Read> Read for Decompressor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.plain.len() {
            if !self.next_frame()? {
                return Ok(0);
            }
        }
        let length = buffer.len().min(self.plain.len() - self.given);
        buffer[..length].copy_from_slice(&self.plain[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_give_back_what_went_in() {
        let plain: Vec<u8> = (0..300_000_u32)
            .flat_map(|number| (number / 7).to_le_bytes())
            .collect();
        let mut packed = compress(&plain[..500_000]);
        packed.extend(compress(&plain[500_000..]));
        let mut back = Vec::new();
        Decompressor::new(packed.as_slice())
            .read_to_end(&mut back)
            .unwrap();
        assert_eq!(back, plain);
    }

    /// Columns of one row, as the engine wrote them to disk with the codecs LZ4, ZSTD(1) and NONE.
    #[test]
    fn frames_written_by_the_engine_are_read() {
        let lz4: &[u8] = &[
            42, 62, 121, 176, 43, 167, 89, 51, 37, 156, 57, 193, 99, 231, 142, 219, 130, 25, 0, 0,
            0, 40, 0, 0, 0, 111, 39, 115, 110, 97, 103, 32, 5, 0, 10, 80, 32, 115, 110, 97, 103,
        ];
        let zstd: &[u8] = &[
            58, 226, 236, 13, 223, 6, 64, 238, 246, 199, 209, 11, 80, 229, 65, 190, 144, 30, 0, 0,
            0, 40, 0, 0, 0, 40, 181, 47, 253, 32, 40, 101, 0, 0, 48, 39, 115, 110, 97, 103, 32, 1,
            0, 112, 74, 17,
        ];
        let none: &[u8] = &[
            130, 81, 33, 178, 138, 37, 39, 231, 33, 195, 128, 110, 124, 170, 147, 250, 2, 49, 0, 0,
            0, 40, 0, 0, 0, 39, 115, 110, 97, 103, 32, 115, 110, 97, 103, 32, 115, 110, 97, 103,
            32, 115, 110, 97, 103, 32, 115, 110, 97, 103, 32, 115, 110, 97, 103, 32, 115, 110, 97,
            103, 32, 115, 110, 97, 103,
        ];
        for frame in [lz4, zstd, none] {
            let mut back = Vec::new();
            Decompressor::new(frame).read_to_end(&mut back).unwrap();
            assert_eq!(back, b"'snag snag snag snag snag snag snag snag");
        }
    }

    #[test]
    fn a_flipped_bit_or_a_cut_is_noticed() {
        let packed = compress(b"some bytes some bytes some bytes");
        for at in 0..packed.len() {
            let mut broken = packed.clone();
            broken[at] ^= 1;
            assert!(
                Decompressor::new(broken.as_slice())
                    .read_to_end(&mut Vec::new())
                    .is_err(),
                "bit at {at}"
            );
            if at > 0 {
                let cut = &packed[..at];
                assert!(
                    Decompressor::new(cut).read_to_end(&mut Vec::new()).is_err(),
                    "cut at {at}"
                );
            }
        }
    }

    #[test]
    fn what_a_frame_says_to_hold_takes_no_memory() {
        let text = b"some bytes";
        // Both hold the text, and say to hold 1 GiB.
        let cases = [
            (LZ4, lz4_flex::block::compress(text), None),
            (
                ZSTD,
                zstd::bulk::compress(text, 1).unwrap(),
                Some(text.as_slice()),
            ),
        ];
        for (method, body, wanted) in cases {
            let mut frame = vec![method];
            frame.extend(((HEADER + body.len()) as u32).to_le_bytes());
            frame.extend((LARGEST as u32).to_le_bytes());
            frame.extend(body);
            let frame = [&checksum(&frame)[..], &frame].concat();
            let mut decompressor = Decompressor::new(frame.as_slice());
            let mut back = Vec::new();
            let read = decompressor.read_to_end(&mut back);
            assert_eq!(read.is_ok().then_some(back.as_slice()), wanted);
            assert!(decompressor.plain.capacity() <= 1 << 20, "{method:#x}");
        }
    }
}
