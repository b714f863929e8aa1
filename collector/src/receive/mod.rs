//! The HTTP side: its entrances, the tracker's files, health and figures.
//!
//! Invariant: every entrance stores through [`take`] and only translates. Whatever is wrong with a request is answered
//! by a status and one line of reason; nothing of it is stored then.

mod answer;
mod beacon;
mod body;
mod door;
mod figures;
mod files;
mod foreign;
mod limit;
mod listen;
mod pixel;
mod plausible;
mod rotate;
mod take;
mod umami;

use std::cell::RefCell;
use std::ops::Deref;
use std::sync::Arc;

use actix_http::{Method, Payload, RequestHead};
use actix_web::web;
use actix_web::{HttpResponse, Resource, Route, guard};
use bytes::Bytes;

use crate::Collecting;
use crate::client;
use crate::enrich::Sender;
use crate::spool::{Lane, Rows};
use answer::{Answers, Refused};
pub(crate) use body::Room;
pub(crate) use limit::Limiter;
pub(crate) use listen::{bind, serve};

/// Bytes that names and values of a request's headers may take together.
const HEAD_BYTES: usize = 16 * 1024;

/// What one receiving thread works with: what all share, and its own place to wait for commits.
#[derive(Debug)]
pub(crate) struct Receiving {
    collecting: Arc<Collecting>,
    lane: Lane,
    /// Room to encode one batch after the other.
    rows: RefCell<Rows>,
}

impl Receiving {
    /// To be made on the thread itself.
    fn new(collecting: Arc<Collecting>) -> Self {
        let lane = Lane::open(Arc::clone(&collecting.spool));
        let rows = RefCell::default();
        Self {
            collecting,
            lane,
            rows,
        }
    }
}

impl Deref for Receiving {
    type Target = Collecting;

    fn deref(&self) -> &Collecting {
        &self.collecting
    }
}

/// Routes of the collector.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        // What is posted there has gone in by the door.
        .service(entrance(door::BEACONS, &beacon::ANSWERS))
        .service(
            entrance("/api/event", &plausible::ANSWERS).route(web::post().to(plausible::event)),
        )
        .service(entrance("/api/send", &umami::ANSWERS).route(web::post().to(umami::send)))
        .service(
            web::resource("/p.gif")
                .route(web::get().to(pixel::pixel))
                .default_service(only("GET")),
        )
        .service(
            web::resource("/healthz")
                .route(reading().to(figures::health))
                .default_service(only("GET, HEAD")),
        )
        .service(
            web::resource("/readyz")
                .route(reading().to(figures::ready))
                .default_service(only("GET, HEAD")),
        )
        .service(
            web::resource("/metrics")
                .route(reading().to(figures::metrics))
                .default_service(only("GET, HEAD")),
        )
        .service(
            web::resource("/detections")
                .route(reading().to(figures::detections))
                .default_service(only("GET, HEAD")),
        )
        .service(
            web::resource("/snag-rotate.js")
                .route(reading().to(rotate::rotate))
                .default_service(only("GET, HEAD")),
        )
        .service(
            web::resource("/{file}")
                .route(reading().to(files::tracker_file))
                .default_service(web::to(files::no_such_method)),
        )
        .default_service(web::to(nothing));
}

/// A place pages post to, with the preflight that a browser may ask first.
fn entrance(path: &str, answers: &'static Answers) -> Resource {
    web::resource(path)
        .route(web::method(Method::OPTIONS).to(async || answers.preflight()))
        .default_service(only("POST, OPTIONS"))
}

fn reading() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

fn only(allowed: &'static str) -> Route {
    web::to(async move || answer::no_such_method(allowed))
}

async fn nothing() -> HttpResponse {
    answer::nothing()
}

/// Lets a request in: who sent it and what, within limits. What was refused is counted.
async fn admit<'a>(
    request: &'a RequestHead,
    payload: Payload,
    collecting: &Receiving,
) -> Result<(Sender<'a>, Bytes), Refused> {
    let sender = sender(request, collecting)?;
    let time = collecting.limits.body_time;
    match body::read(request, payload, time, &collecting.room).await {
        Ok(body) => Ok((sender, body)),
        Err(refused) => {
            collecting.metrics.refused(refused.word());
            Err(refused)
        }
    }
}

/// Who sent a request; refused and counted when there are too many of it or of its headers. Warns once when the sender
/// cannot be told.
fn sender<'a>(request: &'a RequestHead, collecting: &Receiving) -> Result<Sender<'a>, Refused> {
    let refuse = |refused: Refused| {
        collecting.metrics.refused(refused.word());
        Err(refused)
    };
    let head = client::read(request);
    if head.bytes > HEAD_BYTES {
        return refuse(Refused::LongHead);
    }
    if client::is_behind_untrusted_proxy(request, &collecting.proxies) {
        collecting.proxy_warning.call_once(|| {
            tracing::warn!(
                "a proxy on this machine or network forwards beacons, but is not trusted: all visitors seem to have one \
                 address; name its network with --trusted-proxy"
            );
        });
    }
    let address = client::address(request, &collecting.proxies);
    // Behind a near address stands a proxy that nobody named, and with it everybody, or whoever runs this machine.
    if !client::is_near(&address)
        && let Err(wait) = collecting.limiter.take(address)
    {
        return refuse(Refused::TooMany(wait));
    }
    Ok(Sender {
        address,
        user_agent: head.user_agent,
        hints: head.hints,
    })
}

/// What the entrances of other trackers make of one body.
#[cfg(fuzzing)]
pub(crate) fn translate_all(
    body: &[u8],
    sites: &crate::enrich::Sites,
) -> Vec<snag_beacon::Batch<'static>> {
    let query = String::from_utf8_lossy(body);
    let asked = [
        plausible::translate(body, sites),
        umami::translate(body, sites),
        pixel::translate(&query, &query, sites).map(|batch| foreign::Asked::Store(vec![batch])),
    ];
    let batches = asked.into_iter().filter_map(|asked| match asked {
        Ok(foreign::Asked::Store(batches)) => Some(batches),
        Ok(foreign::Asked::SetAside(_)) | Err(_) => None,
    });
    batches.flatten().collect()
}

#[cfg(test)]
mod tests;
