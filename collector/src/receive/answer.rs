//! What senders are told, and which pages may read it.
//!
//! Invariant: pages of any origin may send, none with credentials, so `*` is all there is to say and no answer depends
//! on who asks. `Origin` is not judged: a site's hosts are held against the page's URL, and whoever can forge that can
//! forge both.

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use snag_beacon::limits::BATCH_BYTES;

use super::take::{ROWS_BYTES, Taken};
use crate::enrich::DropReason;

/// Names the reasons why events were not taken.
const DROPPED: &str = "x-snag-dropped";
const RETRY_AFTER: &str = "retry-after";

/// Why a request was not let in.
#[derive(Debug)]
pub(super) enum Refused {
    /// Its headers are too long.
    LongHead,
    /// There were too many before it; the time until there may be one more.
    TooMany(Duration),
    /// Its body has more than [`BATCH_BYTES`].
    TooLarge,
    /// Its body took too long to arrive.
    TooSlow,
    /// Too many bodies are being waited for.
    NoRoom,
    /// Connection or framing are broken.
    Broken(String),
}

impl Refused {
    /// The reason in one stable word, for the metrics.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::LongHead => "long_head",
            Self::TooMany(_) => "too_many",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::NoRoom => "no_room",
            Self::Broken(_) => "unreadable",
        }
    }
}

/// What the answers of one entrance have in common.
#[derive(Debug)]
pub(super) struct Answers {
    /// Headers a page may send along, beside those that need no leave.
    pub(super) allowed_headers: &'static str,
}

impl Answers {
    /// An answer that the page may read.
    pub(super) fn with(&self, status: StatusCode) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(status);
        readable(&mut response);
        response
    }

    /// What a browser is told that asks before it posts.
    pub(super) fn preflight(&self) -> HttpResponse {
        HttpResponse::NoContent()
            .insert_header((header::ALLOW, "POST, OPTIONS"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "POST"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, self.allowed_headers))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
            .finish()
    }

    /// The sender's fault, in one line.
    pub(super) fn malformed(&self, reason: impl std::fmt::Display) -> HttpResponse {
        self.with(StatusCode::BAD_REQUEST)
            .body(format!("{reason}\n"))
    }

    /// For what was not let in.
    pub(super) fn refused(&self, refused: &Refused) -> HttpResponse {
        let (status, reason) = match refused {
            Refused::LongHead => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "the headers are too long".to_owned(),
            ),
            Refused::TooMany(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "too many requests from this address; send less often".to_owned(),
            ),
            Refused::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("a batch may have {BATCH_BYTES} bytes; send fewer events at a time"),
            ),
            Refused::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                "the body took too long to arrive".to_owned(),
            ),
            Refused::NoRoom => (
                StatusCode::SERVICE_UNAVAILABLE,
                "too many bodies are on their way; try again later".to_owned(),
            ),
            Refused::Broken(error) => (
                StatusCode::BAD_REQUEST,
                format!("the body could not be read: {error}"),
            ),
        };
        let mut response = self.with(status);
        match refused {
            Refused::TooMany(wait) => {
                let seconds = wait.as_secs_f64().ceil().max(1.0);
                tell(&mut response, RETRY_AFTER, seconds.to_string());
            }
            Refused::NoRoom => {
                tell(&mut response, RETRY_AFTER, "1".to_owned());
                response.force_close();
            }
            // What else was sent would have to be read to its end.
            Refused::LongHead | Refused::TooLarge | Refused::TooSlow | Refused::Broken(_) => {
                response.force_close();
            }
        }
        response.body(format!("{reason}\n"))
    }

    /// For what was not taken.
    pub(super) fn refusal(&self, taken: &Taken) -> HttpResponse {
        match taken {
            Taken::TooLarge => self.with(StatusCode::PAYLOAD_TOO_LARGE).body(format!(
                "these events take more than {ROWS_BYTES} bytes to store; send fewer at a time\n"
            )),
            Taken::Unavailable | Taken::Stored { .. } => {
                let mut response = self.with(StatusCode::SERVICE_UNAVAILABLE);
                tell(&mut response, RETRY_AFTER, "5".to_owned());
                response.body("events cannot be stored right now; try again later\n")
            }
        }
    }
}

/// Lets pages of any origin read an answer.
pub(super) fn readable(response: &mut HttpResponseBuilder) {
    response.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
}

/// Adds a header that pages may read as well.
fn tell(response: &mut HttpResponseBuilder, name: &'static str, value: String) {
    response
        .insert_header((name, value))
        .insert_header((header::ACCESS_CONTROL_EXPOSE_HEADERS, name));
}

/// Names why events were not taken, where some were not.
pub(super) fn name_dropped(response: &mut HttpResponseBuilder, dropped: &[DropReason]) {
    if dropped.is_empty() {
        return;
    }
    let mut words: Vec<&str> = dropped.iter().map(|reason| reason.word()).collect();
    words.dedup();
    let told = format!("{}; events={}", words.join(","), dropped.len());
    tell(response, DROPPED, told);
}

pub(super) fn no_such_method(allowed: &str) -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((header::ALLOW, allowed))
        .body(format!("only {allowed} can be asked here\n"))
}

pub(super) fn nothing() -> HttpResponse {
    HttpResponse::NotFound().body("there is nothing here\n")
}
