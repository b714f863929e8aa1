//! `POST /b`: our own tracker's batches, binary or JSON.

use std::borrow::Cow;
use std::io::Read as _;

use actix_http::body::BoxBody;
use actix_http::{Payload, RequestHead, Response, StatusCode};

use flate2::read::GzDecoder;
use snag_beacon::limits::PAGE_BYTES;

use super::Receiving;
use super::admit;
use super::answer::{Answers, name_dropped};
use super::take::{Taken, put};

/// The tracker sends an untyped body and so needs no preflight; who types it as JSON does.
pub(super) const ANSWERS: Answers = Answers {
    allowed_headers: "content-type",
};

/// Takes one batch.
pub(super) async fn beacon(
    request: &RequestHead,
    payload: Payload,
    receiving: &Receiving,
) -> Response<BoxBody> {
    // What was sent is done with before the commit is waited for.
    let put = match admit(request, payload, receiving).await {
        Ok((sender, body)) => {
            let Some(body) = inflated(&body) else {
                receiving.metrics.refused("malformed");
                return ANSWERS
                    .malformed("the gzip stream is broken or holds too much")
                    .into();
            };
            let body = snag_beacon::mended(&body);
            match snag_beacon::decode(&body) {
                Ok(batch) => put(receiving, &sender, &[batch]),
                Err(error) => {
                    receiving.metrics.refused("malformed");
                    return ANSWERS.malformed(error).into();
                }
            }
        }
        Err(refused) => return ANSWERS.refused(&refused).into(),
    };
    let taken = match put {
        Ok(put) => put.settle(receiving).await,
        Err(taken) => taken,
    };
    match taken {
        Taken::Stored { dropped, .. } => {
            let mut response = ANSWERS.with(StatusCode::NO_CONTENT);
            name_dropped(&mut response, &dropped);
            response.finish().into()
        }
        taken => ANSWERS.refusal(&taken).into(),
    }
}

/// The body, unpacked where it starts as gzip does: a page says so nowhere else, for a header would ask for a preflight.
/// Nothing where it is broken or holds more than a batch may.
fn inflated(body: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !body.starts_with(&[0x1f, 0x8b]) {
        return Some(Cow::Borrowed(body));
    }
    let mut unpacked = Vec::new();
    let mut reader = GzDecoder::new(body).take(PAGE_BYTES as u64 + 1);
    reader.read_to_end(&mut unpacked).ok()?;
    (unpacked.len() <= PAGE_BYTES).then_some(Cow::Owned(unpacked))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(body).expect("room");
        encoder.finish().expect("room")
    }

    #[test]
    fn what_is_packed_is_unpacked_within_the_limit_and_all_else_stays() {
        let most = vec![b'x'; PAGE_BYTES];
        let more = vec![b'x'; PAGE_BYTES + 1];
        let cut = packed(&most);
        for (body, unpacked) in [
            (&b"{\"v\":2"[..], Some(&b"{\"v\":2"[..])),
            (b"", Some(b"")),
            (b"\x1f", Some(b"\x1f")),
            (&packed(b"{}"), Some(b"{}")),
            (&packed(&most), Some(&most)),
            (&packed(&more), None),
            // A megabyte of nothing takes a thousand bytes.
            (&packed(&vec![0; 1 << 24]), None),
            (&cut[..cut.len() - 1], None),
            (b"\x1f\x8bnothing that was packed", None),
        ] {
            assert_eq!(inflated(body).as_deref(), unpacked, "{} bytes", body.len());
        }
    }
}
