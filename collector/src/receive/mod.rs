//! The HTTP side: its entrances, the tracker's files, health and figures.
//!
//! Invariant: every entrance stores through [`take`] and only translates. Whatever is wrong with a request is answered
//! by a status and one line of reason; nothing of it is stored then.

mod beacon;
mod body;
mod figures;
mod files;
mod take;

use actix_web::http::{Method, header};
use actix_web::web;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::Collecting;
use crate::client;
use crate::enrich::Sender;
use crate::spool::Lane;
use take::{ROWS_BYTES, Taken};

/// Routes of the collector.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/b")
                .route(web::post().to(beacon::beacon))
                .route(web::method(Method::OPTIONS).to(preflight)),
        )
        .route("/healthz", web::get().to(figures::health))
        .route("/metrics", web::get().to(figures::metrics))
        .route("/{file}", web::get().to(files::tracker_file));
}

/// The lane of the thread that serves the request.
fn lane(request: &HttpRequest) -> &Lane {
    request
        .app_data()
        .expect("every worker's app is made with its lane")
}

/// Who sent a request; warns once when that cannot be told.
fn sender<'a>(request: &'a HttpRequest, collecting: &Collecting) -> Sender<'a> {
    if client::is_behind_untrusted_proxy(request, &collecting.trusted_proxies) {
        collecting.proxy_warning.call_once(|| {
            tracing::warn!(
                "a proxy on this machine or network forwards beacons, but is not trusted: all visitors seem to have one \
                 address; name its network with --trusted-proxy"
            );
        });
    }
    Sender {
        address: client::address(request, &collecting.trusted_proxies),
        user_agent: client::user_agent(request),
    }
}

/// The answer to what was not taken.
fn refusal(taken: &Taken) -> HttpResponse {
    match taken {
        Taken::TooLarge => answer(HttpResponse::PayloadTooLarge()).body(format!(
            "these events take more than {ROWS_BYTES} bytes to store; send fewer at a time\n"
        )),
        Taken::Unavailable | Taken::Stored { .. } => answer(HttpResponse::ServiceUnavailable())
            .insert_header((header::RETRY_AFTER, "5"))
            .body("events cannot be stored right now; try again later\n"),
    }
}

/// Pages of any origin may send, without credentials, and read the answer.
fn answer(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    response
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "x-snag-dropped, retry-after",
        ));
    response
}

async fn preflight() -> HttpResponse {
    answer(HttpResponse::NoContent())
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "POST"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish()
}
