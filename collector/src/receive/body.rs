//! Reads what was sent, up to a limit.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt as _;
use snag_beacon::limits::BATCH_BYTES;

use super::answer;

/// Why a body was not read.
#[derive(Debug)]
pub(super) enum Unread {
    /// It has more than [`BATCH_BYTES`].
    TooLarge,
    /// The connection or its framing is broken.
    Broken(String),
}

impl Unread {
    /// The reason in one stable word, for the metrics.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Broken(_) => "unreadable",
        }
    }

    /// What the sender is told.
    pub(super) fn response(&self) -> HttpResponse {
        match self {
            Self::TooLarge => answer(HttpResponse::PayloadTooLarge())
                .force_close()
                .body(format!(
                    "a batch may have {BATCH_BYTES} bytes; send fewer events at a time\n"
                )),
            Self::Broken(error) => answer(HttpResponse::BadRequest())
                .body(format!("the body could not be read: {error}\n")),
        }
    }
}

/// Reads the whole body.
pub(super) async fn read(request: &HttpRequest, mut payload: Payload) -> Result<Bytes, Unread> {
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > BATCH_BYTES as u64) {
        return Err(Unread::TooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Unread::Broken(error.to_string()))?;
        if body.len() + chunk.len() > BATCH_BYTES {
            return Err(Unread::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}
