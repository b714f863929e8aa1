//! Health and figures, for the machine's own eyes: no page may read them.

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::Collecting;

/// Says that the process answers.
pub(super) async fn health() -> HttpResponse {
    HttpResponse::Ok().body("ok\n")
}

/// Figures are for the machine's own eyes.
pub(super) async fn metrics(request: HttpRequest, collecting: Data<Collecting>) -> HttpResponse {
    let is_forwarded = ["x-forwarded-for", "forwarded"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    let is_near = request
        .peer_addr()
        .is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    if is_forwarded || !is_near {
        return HttpResponse::NotFound().body("there is nothing here\n");
    }
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(Arc::clone(&collecting.metrics).text())
}
