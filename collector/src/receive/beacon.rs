//! `POST /b`: our own tracker's batches, binary or JSON.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::take::{Taken, take};
use super::{answer, body, lane, refusal, sender};
use crate::Collecting;

pub(super) async fn beacon(
    request: HttpRequest,
    payload: Payload,
    collecting: Data<Collecting>,
) -> HttpResponse {
    let body = match body::read(&request, payload).await {
        Ok(body) => body,
        Err(unread) => {
            collecting.metrics.refused(unread.word());
            return unread.response();
        }
    };
    let batch = match snag_beacon::decode(&body) {
        Ok(batch) => batch,
        Err(error) => {
            collecting.metrics.refused("malformed");
            return answer(HttpResponse::BadRequest()).body(format!("{error}\n"));
        }
    };
    let dropped = match take(
        &collecting,
        lane(&request),
        &sender(&request, &collecting),
        &batch,
    )
    .await
    {
        Taken::Stored { dropped, .. } => dropped,
        taken => return refusal(&taken),
    };
    let mut response = answer(HttpResponse::NoContent());
    if !dropped.is_empty() {
        let mut words: Vec<&str> = dropped.iter().map(|reason| reason.word()).collect();
        words.dedup();
        response.insert_header((
            "x-snag-dropped",
            format!("{}; events={}", words.join(","), dropped.len()),
        ));
    }
    response.finish()
}
