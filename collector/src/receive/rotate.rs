//! `GET /snag-rotate.js?site=shop`: shows one creative of a rotation, which chance chose for this visitor and day.
//!
//! Invariant: the number before the file stays with the visitor as long as the visitor's own does, and tells nothing of it;
//! so a visitor sees one creative, is counted for one, and nothing is kept in the browser. It is never kept by a cache.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use jiff::Timestamp;
use url::form_urlencoded;

use super::Receiving;
use super::answer::{self, readable};
use crate::client;
use crate::enrich::chance;

pub(super) async fn rotate(request: HttpRequest, collecting: Data<Receiving>) -> HttpResponse {
    let Some(file) = &collecting.rotation else {
        return answer::nothing();
    };
    let mut response = HttpResponse::Ok();
    readable(&mut response);
    response
        .insert_header((header::CONTENT_TYPE, "text/javascript; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header(("cross-origin-resource-policy", "cross-origin"))
        .body(with_number(number(&request, &collecting), file))
}

/// The visitor's number; none while there are no salts, and then chance chooses in the page.
fn number(request: &HttpRequest, collecting: &Receiving) -> Option<u32> {
    let mut query = form_urlencoded::parse(request.query_string().as_bytes());
    let site = query.find(|(name, _)| name == "site");
    let site = site.map(|(_, site)| site).unwrap_or_default();
    let salts = collecting
        .salts
        .at(Timestamp::now().as_millisecond())
        .ok()?;
    let address = client::address(request.head(), &collecting.proxies);
    let agent = client::read(request.head()).user_agent;
    Some(chance(
        &salts,
        collecting.sites.named(&site),
        address,
        agent,
    ))
}

fn with_number(number: Option<u32>, file: &Bytes) -> Vec<u8> {
    let before = number.map_or_else(String::new, |number| {
        format!("document.currentScript.seed={number};")
    });
    [before.as_bytes(), file].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_stands_before_the_file() {
        let file = Bytes::from_static(b"(()=>{})();");
        assert_eq!(
            with_number(Some(7), &file),
            b"document.currentScript.seed=7;(()=>{})();"
        );
        assert_eq!(with_number(None, &file), file);
    }
}
