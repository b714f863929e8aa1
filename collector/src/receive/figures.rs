//! Health and figures, for the machine's own eyes: no page may read them.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::Receiving;
use super::answer;
use crate::client;

/// Says that the process answers.
pub(super) async fn health() -> HttpResponse {
    HttpResponse::Ok().body("ok\n")
}

/// Figures are for the machine's own eyes.
pub(super) async fn metrics(request: HttpRequest, collecting: Data<Receiving>) -> HttpResponse {
    let is_near = request
        .peer_addr()
        .is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    if client::is_forwarded(request.head()) || !is_near {
        return answer::nothing();
    }
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(collecting.metrics.text())
}
