//! `GET /p.gif`: a pageview told by an image, for pages without scripts and for e-mails.
//!
//! The answer is always the image, so that nothing looks broken; what was wrong stands in its status and in
//! `X-Snag-Reason`. It is never kept by a cache. Without `url` the page is the `Referer`, of which browsers send another
//! site no more than the origin unless the image says `referrerpolicy="no-referrer-when-downgrade"`.

use std::borrow::Cow;

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use snag_beacon::limits::STRING_BYTES;
use snag_beacon::{Batch, Kind, Pageview};
use url::form_urlencoded;

use super::Receiving;
use super::answer::{Answers, name_dropped};
use super::foreign::{self, cut};
use super::sender;
use super::take::{Taken, take};
use crate::enrich::Sites;

/// One transparent point.
const GIF: &[u8; 43] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\
\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/// Says what was wrong, where the body cannot.
const REASON: &str = "x-snag-reason";

const ANSWERS: Answers = Answers {
    allowed_headers: "",
};

pub(super) async fn pixel(request: HttpRequest, collecting: Data<Receiving>) -> HttpResponse {
    let sender = match sender(request.head(), &collecting) {
        Ok(sender) => sender,
        Err(refused) => {
            let refusal = ANSWERS.refused(&refused);
            return image(HttpResponse::build(refusal.status()), refusal.headers());
        }
    };
    let referer = request.headers().get(header::REFERER);
    let referer = referer.and_then(|value| value.to_str().ok());
    let batch = match translate(
        request.query_string(),
        referer.unwrap_or_default(),
        &collecting.sites,
    ) {
        Ok(batch) => batch,
        Err(reason) => {
            collecting.metrics.refused("malformed");
            let mut response = HttpResponse::build(StatusCode::BAD_REQUEST);
            response.insert_header((REASON, reason));
            return image(response, &header::HeaderMap::new());
        }
    };
    match take(&collecting, &sender, &[batch]).await {
        Taken::Stored { dropped, .. } => {
            let mut response = HttpResponse::Ok();
            name_dropped(&mut response, &dropped);
            image(response, &header::HeaderMap::new())
        }
        taken => {
            let refusal = ANSWERS.refusal(&taken);
            image(HttpResponse::build(refusal.status()), refusal.headers())
        }
    }
}

/// The image, with the word of a refusal on when to come again.
fn image(mut response: HttpResponseBuilder, refusal: &header::HeaderMap) -> HttpResponse {
    if let Some(when) = refusal.get(header::RETRY_AFTER) {
        response.insert_header((header::RETRY_AFTER, when.clone()));
    }
    response
        .content_type("image/gif")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .body(&GIF[..])
}

/// `site`, and where they are not what they would be anyway `url`, `referrer`, `title`, `event`, `value`, `currency`.
pub(super) fn translate(
    query: &str,
    referer: &str,
    sites: &Sites,
) -> Result<Batch<'static>, String> {
    let parameters: Vec<(Cow<'_, str>, Cow<'_, str>)> =
        form_urlencoded::parse(query.as_bytes()).collect();
    let get = |name: &str| {
        let mut found = parameters.iter().filter(|(key, _)| key == name);
        found.next().map_or("", |(_, value)| value.as_ref())
    };
    let url = match get("url") {
        "" => referer,
        url => url,
    };
    let kind = match get("event") {
        "" | "pageview" => Kind::Pageview(Pageview {
            referrer: cut(get("referrer"), STRING_BYTES).into(),
            title: cut(get("title"), STRING_BYTES).into(),
            ..Pageview::default()
        }),
        name => {
            let mut custom = foreign::custom(name, &[]);
            custom.value = get("value").parse().ok();
            custom.currency = cut(get("currency"), 3).into();
            Kind::Custom(custom)
        }
    };
    let batch = foreign::batch(sites.named(get("site")), url, kind);
    snag_beacon::validate(&batch).map_err(|error| error.to_string())?;
    Ok(batch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_the_one_named_or_the_one_that_shows_the_image() {
        let sites = Sites::default();
        for (query, referer, url) in [
            (
                "site=shop",
                "https://shop.example/a",
                "https://shop.example/a",
            ),
            (
                "site=shop&url=https%3A%2F%2Fshop.example%2Fmail%3Fa%3D1&title=News",
                "https://mail.example/",
                "https://shop.example/mail?a=1",
            ),
        ] {
            let batch = translate(query, referer, &sites).expect("a pageview");
            assert_eq!((&*batch.site, &*batch.events[0].url), ("shop", url));
            assert!(matches!(batch.events[0].kind, Kind::Pageview(_)));
        }
    }

    #[test]
    fn an_event_may_have_a_name_and_a_worth() {
        let query = "site=shop&url=https://shop.example/&event=opened&value=2.5&currency=EUR";
        let batch = translate(query, "", &Sites::default()).expect("an event");
        let Kind::Custom(custom) = &batch.events[0].kind else {
            panic!("{batch:?}");
        };
        assert_eq!(
            (&*custom.name, custom.value, &*custom.currency),
            ("opened", Some(2.5), "EUR")
        );
    }

    #[test]
    fn without_a_site_or_a_page_there_is_nothing_to_count() {
        for query in [
            "",
            "site=shop",
            "url=https://shop.example/",
            "site=a%20b&url=x",
        ] {
            assert!(translate(query, "", &Sites::default()).is_err(), "{query}");
        }
    }
}
