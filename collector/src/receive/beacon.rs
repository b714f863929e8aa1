//! `POST /b`: our own tracker's batches, binary or JSON.

use actix_http::body::BoxBody;
use actix_http::{Payload, RequestHead, Response, StatusCode};

use super::Receiving;
use super::admit;
use super::answer::{Answers, name_dropped};
use super::take::{Taken, put};

/// The tracker sends an untyped body and so needs no preflight; who types it as JSON does.
pub(super) const ANSWERS: Answers = Answers {
    allowed_headers: "content-type",
};

/// Takes one batch.
pub(super) async fn beacon(
    request: &RequestHead,
    payload: Payload,
    receiving: &Receiving,
) -> Response<BoxBody> {
    // What was sent is done with before the commit is waited for.
    let put = match admit(request, payload, receiving).await {
        Ok((sender, body)) => match snag_beacon::decode(&body) {
            Ok(batch) => put(receiving, &sender, &[batch]),
            Err(error) => {
                receiving.metrics.refused("malformed");
                return ANSWERS.malformed(error).into();
            }
        },
        Err(refused) => return ANSWERS.refused(&refused).into(),
    };
    let taken = match put {
        Ok(put) => put.settle(receiving).await,
        Err(taken) => taken,
    };
    match taken {
        Taken::Stored { dropped, .. } => {
            let mut response = ANSWERS.with(StatusCode::NO_CONTENT);
            name_dropped(&mut response, &dropped);
            response.finish().into()
        }
        taken => ANSWERS.refusal(&taken).into(),
    }
}
