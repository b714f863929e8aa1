//! Reads what was sent, within limits of size, time and memory.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use actix_http::{Payload, RequestHead};
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use futures_util::{StreamExt as _, poll};
use snag_beacon::limits::BATCH_BYTES;
use tokio::sync::Semaphore;

use super::answer::Refused;

/// Bytes of bodies that may be waited for at once, all together.
const WAITING_BYTES: usize = 64 * 1024 * 1024;

/// Room for bodies that do not come along with their heads.
#[derive(Debug)]
pub(crate) struct Room(Semaphore);

impl Default for Room {
    fn default() -> Self {
        Self(Semaphore::new(WAITING_BYTES))
    }
}

/// Reads the whole body, which may take `time`, and `room` unless it is there already.
pub(super) async fn read(
    request: &RequestHead,
    payload: Payload,
    time: Duration,
    room: &Room,
) -> Result<Bytes, Refused> {
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > BATCH_BYTES as u64) {
        return Err(Refused::TooLarge);
    }
    let mut reading = pin!(collect(payload));
    // Most bodies came along with their heads.
    if let Poll::Ready(body) = poll!(reading.as_mut()) {
        return body;
    }
    let length = declared.unwrap_or(BATCH_BYTES as u64) as u32;
    let _room = room
        .0
        .try_acquire_many(length)
        .map_err(|_| Refused::NoRoom)?;
    tokio::time::timeout(time, reading)
        .await
        .map_err(|_| Refused::TooSlow)?
}

async fn collect(mut payload: Payload) -> Result<Bytes, Refused> {
    let mut first = Bytes::new();
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Refused::Broken(error.to_string()))?;
        if first.len() + body.len() + chunk.len() > BATCH_BYTES {
            return Err(Refused::TooLarge);
        }
        if first.is_empty() && body.is_empty() {
            first = chunk;
        } else {
            body.extend_from_slice(&std::mem::take(&mut first));
            body.extend_from_slice(&chunk);
        }
    }
    Ok(if body.is_empty() {
        first
    } else {
        body.freeze()
    })
}

#[cfg(test)]
mod tests {
    use actix_http::BoxedPayloadStream;
    use actix_web::test::TestRequest;
    use futures_util::stream;

    use super::*;

    const SHORT: Duration = Duration::from_millis(50);

    /// Reads a body of these pieces, after which nothing more comes.
    async fn wait_for(
        pieces: &[&'static str],
        length: usize,
        room: &Room,
    ) -> Result<Bytes, Refused> {
        let request = TestRequest::post().insert_header((header::CONTENT_LENGTH, length));
        let request = request.to_http_request();
        let silence = match pieces.concat().len() == length {
            true => stream::empty().left_stream(),
            false => stream::pending().right_stream(),
        };
        let pieces: Vec<_> = pieces.iter().map(|piece| Ok((*piece).into())).collect();
        let payload = Payload::Stream {
            payload: Box::pin(stream::iter(pieces).chain(silence)) as BoxedPayloadStream,
        };
        read(request.head(), payload, SHORT, room).await
    }

    #[tokio::test]
    async fn a_body_in_pieces_is_put_together() {
        for pieces in [
            &["abc"][..],
            &["a", "bc"],
            &["a", "", "b", "c"],
            &["", "abc"],
        ] {
            let body = wait_for(pieces, 3, &Room::default()).await;
            assert_eq!(body.expect("a body"), "abc", "{pieces:?}");
        }
    }

    #[tokio::test]
    async fn those_who_are_waited_for_share_a_room_and_leave_it_when_they_go() {
        let room = Room(Semaphore::new(10));
        let (first, second) = tokio::join!(wait_for(&["a"], 6, &room), wait_for(&["a"], 6, &room));
        assert!(matches!(first, Err(Refused::TooSlow)), "{first:?}");
        assert!(matches!(second, Err(Refused::NoRoom)), "{second:?}");
        let there = wait_for(&["0123456789", "0123456789"], 20, &room).await;
        assert_eq!(there.expect("a body that is there needs no room").len(), 20);
        let third = wait_for(&["a"], 6, &room).await;
        assert!(matches!(third, Err(Refused::TooSlow)), "{third:?}");
    }
}
