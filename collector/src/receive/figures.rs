//! Health and figures, for the machine's own eyes: no page may read them.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::Receiving;
use super::answer;
use crate::client::{self, Proxies};

/// Says that the process answers.
pub(super) async fn health() -> HttpResponse {
    HttpResponse::Ok().body("ok\n")
}

/// Says whether beacons can be taken and stored, and if not what stands in the way, a line each.
pub(super) async fn ready(collecting: Data<Receiving>) -> HttpResponse {
    let complaints = collecting.health.complaints().await;
    let mut response = match complaints.is_empty() {
        true => HttpResponse::Ok(),
        false => HttpResponse::ServiceUnavailable(),
    };
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if complaints.is_empty() {
        return response.body("ready\n");
    }
    let lines: String = complaints
        .iter()
        .map(|complaint| format!("{complaint}\n"))
        .collect();
    response.body(lines)
}

/// Figures in Prometheus' text form.
pub(super) async fn metrics(request: HttpRequest, collecting: Data<Receiving>) -> HttpResponse {
    if !is_near(&request, &collecting.proxies) {
        return answer::nothing();
    }
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(collecting.metrics.text())
}

/// What was taken for bots and why, as a page or, where it is asked for, as JSON.
pub(super) async fn detections(request: HttpRequest, collecting: Data<Receiving>) -> HttpResponse {
    if !is_near(&request, &collecting.proxies) {
        return answer::nothing();
    }
    let accepted = request.headers().get(header::ACCEPT);
    let wants_json = accepted
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accepted| accepted.contains("application/json"));
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "accept"));
    if wants_json {
        return response
            .content_type("application/json")
            .body(collecting.detections.json());
    }
    response
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "script-src 'none'; img-src 'none'; connect-src 'none'; form-action 'none'; base-uri 'none'",
        ))
        .content_type("text/html; charset=utf-8")
        .body(collecting.detections.html())
}

/// Whether someone on this machine asks, and not for another.
fn is_near(request: &HttpRequest, proxies: &Proxies) -> bool {
    let peer = request.peer_addr();
    let is_loopback = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    is_loopback && !client::is_forwarded(request.head(), proxies)
}
