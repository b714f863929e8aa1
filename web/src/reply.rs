//! Answers as HTTP: headers that bind the browser, packing, and pages that begin before their report is there.

use std::io::Write as _;

use actix_web::cookie::{Cookie as HttpCookie, SameSite, time};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use tokio_util::task::AbortOnDropHandle;

use crate::answer::{Answer, Cookie, Outcome};
use crate::frame::Frame;
use crate::problem::Problem;

/// What pages may do: nothing that is not of this site.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Of files that stand for themselves: their own style, and nothing else.
const FILE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";
/// Shorter bodies are not packed.
const WORTH_PACKING: usize = 860;
const DAYS_SIGNED_IN: i64 = 30;

/// The cookie's name: one that browsers keep from other hosts where there is TLS.
pub(crate) fn cookie_name(origin: &str) -> &'static str {
    match origin.starts_with("https:") {
        true => "__Host-snag",
        false => "snag",
    }
}

pub(crate) fn takes_gzip(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT_ENCODING);
    accepted
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accepted| {
            accepted.split(',').any(|entry| {
                let mut parts = entry.split(';').map(str::trim);
                parts.next() == Some("gzip")
                    && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0"))
            })
        })
}

/// An answer with what all have in common.
fn with(status: u16, policy: &'static str) -> HttpResponseBuilder {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("cross-origin-opener-policy", "same-origin"))
        .insert_header(("cross-origin-resource-policy", "same-origin"))
        .insert_header((
            "permissions-policy",
            "camera=(), microphone=(), geolocation=()",
        ));
    response
}

fn packed(mut response: HttpResponseBuilder, body: impl Into<Bytes>, packs: bool) -> HttpResponse {
    let body = body.into();
    response.insert_header((header::VARY, "accept-encoding"));
    if packs && body.len() >= WORTH_PACKING {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        if encoder.write_all(&body).is_ok()
            && let Ok(body) = encoder.finish()
        {
            response.insert_header((header::CONTENT_ENCODING, "gzip"));
            return response.body(body);
        }
    }
    response.body(body)
}

/// An answer of a room.
pub(crate) fn answer(frame: &Frame, answer: Answer, packs: bool) -> HttpResponse {
    match answer {
        Answer::Html(middle) => page(200, frame, &middle, packs),
        Answer::Json(status, value) => {
            let mut response = with(status, POLICY);
            response.content_type("application/json");
            packed(response, value.to_string(), packs)
        }
        Answer::File {
            content_type,
            name,
            body,
        } => {
            let mut response = with(200, FILE_POLICY);
            response.content_type(content_type);
            match name {
                Some(name) => {
                    let safe =
                        |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
                    let name = name.replace(|letter| !safe(letter), "_");
                    response.insert_header((
                        header::CONTENT_DISPOSITION,
                        format!("attachment; filename=\"{name}\""),
                    ));
                }
                // Assets are named by what is in them.
                None => {
                    response.insert_header((
                        header::CACHE_CONTROL,
                        "public, max-age=31536000, immutable",
                    ));
                }
            }
            packed(response, body, packs)
        }
        Answer::Picture(body) => {
            let mut response = with(200, FILE_POLICY);
            response.content_type("image/svg+xml");
            packed(response, body, packs)
        }
        Answer::Go { to, cookie } => {
            let mut response = with(303, POLICY);
            response.insert_header((header::LOCATION, to));
            let is_secure = frame.origin.starts_with("https:");
            let baked = |value: String, age| {
                HttpCookie::build(cookie_name(&frame.origin), value)
                    .path("/")
                    .http_only(true)
                    .secure(is_secure)
                    .same_site(SameSite::Lax)
                    .max_age(age)
                    .finish()
            };
            match cookie {
                Some(Cookie::Set(value)) => {
                    response.cookie(baked(value, time::Duration::days(DAYS_SIGNED_IN)));
                }
                Some(Cookie::Clear) => {
                    response.cookie(baked(String::new(), time::Duration::ZERO));
                }
                None => {}
            }
            response.finish()
        }
        Answer::Done => with(204, POLICY).finish(),
    }
}

fn page(status: u16, frame: &Frame, middle: &str, packs: bool) -> HttpResponse {
    let mut response = with(status, POLICY);
    response.content_type("text/html; charset=utf-8");
    let (head, foot) = frame.halves();
    packed(response, [&head, middle, &foot].concat(), packs)
}

/// A problem, for programs.
pub(crate) fn problem(problem: &Problem) -> HttpResponse {
    let mut response = with(problem.status, POLICY);
    if let Some(seconds) = problem.retry_after {
        response.insert_header(("retry-after", seconds.to_string()));
    }
    if problem.status == 401 {
        response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    response
        .content_type("application/problem+json")
        .body(problem.json().to_string())
}

/// An answer that pages of other sites may read.
pub(crate) fn opened(mut answer: HttpResponse) -> HttpResponse {
    let headers = answer.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::HeaderValue::from_static("*"),
    );
    headers.insert(
        header::HeaderName::from_static("cross-origin-resource-policy"),
        header::HeaderValue::from_static("cross-origin"),
    );
    answer
}

/// A problem, for people.
pub(crate) fn refusal(frame: &Frame, problem: &Problem, packs: bool) -> HttpResponse {
    let mut response = page(problem.status, frame, &frame.refusal(problem), packs);
    if let Some(seconds) = problem.retry_after
        && let Ok(value) = seconds.to_string().parse()
    {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// What of a page has been sent.
enum Told {
    Nothing,
    Head,
    All,
}

/// A page whose report takes its time: its head and a line that says so now, the rest when it is there. Who stops the page
/// from loading ends the asking.
pub(crate) fn begun(frame: Frame, acting: AbortOnDropHandle<Outcome>, packs: bool) -> HttpResponse {
    let mut response = with(200, POLICY);
    response.content_type("text/html; charset=utf-8");
    // Proxies are not to wait for the whole of it.
    response.insert_header(("x-accel-buffering", "no"));
    if packs {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    let packer = Packer::new(packs);
    let pieces = stream::unfold(
        (Told::Nothing, Some(acting), frame, packer),
        async move |(told, mut acting, frame, mut packer)| {
            let (head, foot) = frame.halves();
            match told {
                Told::Nothing => {
                    let piece = packer.pack(&(head + &frame.progress()));
                    Some((piece, (Told::Head, acting, frame, packer)))
                }
                Told::Head => {
                    let middle = match acting.take()?.await {
                        Ok(Ok(Answer::Html(middle))) => middle,
                        Ok(Ok(_)) => String::new(),
                        Ok(Err(problem)) => frame.refusal(&problem),
                        Err(error) => {
                            tracing::error!(%error, "a room broke");
                            frame.refusal(&Problem::new(500, "something broke; the log says what"))
                        }
                    };
                    let piece = packer.finish(&(middle + &foot));
                    Some((piece, (Told::All, acting, frame, packer)))
                }
                Told::All => None,
            }
        },
    );
    response.streaming(Box::pin(pieces))
}

/// Packs piece by piece, so that each can be read when it is there.
struct Packer(Option<GzEncoder<Vec<u8>>>);

impl Packer {
    fn new(packs: bool) -> Self {
        Self(packs.then(|| GzEncoder::new(Vec::new(), Compression::default())))
    }

    fn pack(&mut self, text: &str) -> std::io::Result<Bytes> {
        let Some(encoder) = &mut self.0 else {
            return Ok(Bytes::copy_from_slice(text.as_bytes()));
        };
        encoder.write_all(text.as_bytes())?;
        encoder.flush()?;
        Ok(std::mem::take(encoder.get_mut()).into())
    }

    fn finish(&mut self, text: &str) -> std::io::Result<Bytes> {
        let Some(mut encoder) = self.0.take() else {
            return Ok(Bytes::copy_from_slice(text.as_bytes()));
        };
        encoder.write_all(text.as_bytes())?;
        Ok(encoder.finish()?.into())
    }
}
