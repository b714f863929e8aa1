//! `POST /b`: our own tracker's batches, binary or JSON.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::Receiving;
use super::admit;
use super::answer::{Answers, name_dropped};
use super::take::{Taken, take};

/// The tracker sends an untyped body and so needs no preflight; who types it as JSON does.
pub(super) const ANSWERS: Answers = Answers {
    allowed_headers: "content-type",
};

pub(super) async fn beacon(
    request: HttpRequest,
    payload: Payload,
    collecting: Data<Receiving>,
) -> HttpResponse {
    let (sender, body) = match admit(&request, payload, &collecting).await {
        Ok(admitted) => admitted,
        Err(refused) => return ANSWERS.refused(&refused),
    };
    let batch = match snag_beacon::decode(&body) {
        Ok(batch) => batch,
        Err(error) => {
            collecting.metrics.refused("malformed");
            return ANSWERS.malformed(error);
        }
    };
    match take(&collecting, &sender, &batch).await {
        Taken::Stored { dropped, .. } => {
            let mut response = ANSWERS.with(StatusCode::NO_CONTENT);
            name_dropped(&mut response, &dropped);
            response.finish()
        }
        taken => ANSWERS.refusal(&taken),
    }
}
