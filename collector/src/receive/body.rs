//! Reads what was sent, within limits of size and time.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::{StreamExt as _, poll};
use snag_beacon::limits::BATCH_BYTES;

/// Why a body was not read.
#[derive(Debug)]
pub(super) enum Unread {
    /// It has more than [`BATCH_BYTES`].
    TooLarge,
    /// It took too long to arrive.
    TooSlow,
    /// The connection or its framing is broken.
    Broken(String),
}

impl Unread {
    /// The reason in one stable word, for the metrics.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::Broken(_) => "unreadable",
        }
    }
}

/// Reads the whole body, which may take `time`.
pub(super) async fn read(
    request: &HttpRequest,
    payload: Payload,
    time: Duration,
) -> Result<Bytes, Unread> {
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > BATCH_BYTES as u64) {
        return Err(Unread::TooLarge);
    }
    let mut reading = pin!(collect(payload));
    // Most bodies came along with their heads and need no timer.
    match poll!(reading.as_mut()) {
        Poll::Ready(body) => body,
        Poll::Pending => tokio::time::timeout(time, reading)
            .await
            .map_err(|_| Unread::TooSlow)?,
    }
}

async fn collect(mut payload: Payload) -> Result<Bytes, Unread> {
    let mut first = Bytes::new();
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Unread::Broken(error.to_string()))?;
        if first.len() + body.len() + chunk.len() > BATCH_BYTES {
            return Err(Unread::TooLarge);
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
