//! Reads what was sent, within limits of size and time.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use actix_http::{Payload, RequestHead};
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use futures_util::{StreamExt as _, poll};
use snag_beacon::limits::BATCH_BYTES;

use super::answer::Refused;

/// Reads the whole body, which may take `time`.
pub(super) async fn read(
    request: &RequestHead,
    payload: Payload,
    time: Duration,
) -> Result<Bytes, Refused> {
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > BATCH_BYTES as u64) {
        return Err(Refused::TooLarge);
    }
    let mut reading = pin!(collect(payload));
    // Most bodies came along with their heads and need no timer.
    match poll!(reading.as_mut()) {
        Poll::Ready(body) => body,
        Poll::Pending => tokio::time::timeout(time, reading)
            .await
            .map_err(|_| Refused::TooSlow)?,
    }
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
