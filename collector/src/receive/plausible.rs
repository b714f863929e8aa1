//! `POST /api/event`: what Plausible's scripts and clients send (their Events API, version 2 of the script and before).
//!
//! Their names map to ours where we have the same thing: a pageview is one. `engagement` (scroll depth and time on a
//! page, sent when it is left) is taken and not stored: it would stand between the steps of a funnel. Links that left
//! the site or loaded a file stay events of their name, with the target cut as that of a click is. `interactive` says
//! how bounces count, which is derived here otherwise.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value};
use snag_beacon::limits::STRING_BYTES;
use snag_beacon::{Batch, Kind, Pageview};
use url::Url;

use super::Receiving;
use super::admit;
use super::answer::{Answers, name_dropped};
use super::foreign::{self, Asked, cut, member, number, text};
use super::take::{Taken, take};
use crate::enrich::{Sites, target, without_www};

/// Their script sends untyped text; others send JSON, which a browser asks about first.
pub(super) const ANSWERS: Answers = Answers {
    allowed_headers: "content-type",
};

/// Sites that one event may be for.
const SITES: usize = 8;

/// Events whose property `url` is where a link leads.
const LINKS: &[&str] = &[
    "Outbound Link: Click",
    "File Download",
    "Cloaked Link: Click",
];

pub(super) async fn event(
    request: HttpRequest,
    payload: Payload,
    collecting: Data<Receiving>,
) -> HttpResponse {
    let (sender, body) = match admit(request.head(), payload.into_inner(), &collecting).await {
        Ok(admitted) => admitted,
        Err(refused) => return ANSWERS.refused(&refused),
    };
    let mut response = ANSWERS.with(StatusCode::ACCEPTED);
    match translate(&body, &collecting.sites) {
        Ok(Asked::Store(batches)) => match take(&collecting, &sender, &batches).await {
            Taken::Stored { dropped, .. } => name_dropped(&mut response, &dropped),
            taken => return ANSWERS.refusal(&taken),
        },
        Ok(Asked::SetAside(what)) => collecting.metrics.set_aside(what),
        Err(reason) => {
            collecting.metrics.refused("malformed");
            return ANSWERS.malformed(reason);
        }
    }
    response
        .content_type("text/plain; charset=utf-8")
        .body("ok")
}

pub(super) fn translate(body: &[u8], sites: &Sites) -> Result<Asked, String> {
    let object = foreign::object(body)?;
    let name = text(&object, &["n", "name"]);
    let url = text(&object, &["u", "url"]);
    if name.is_empty() || url.is_empty() {
        return Err("name (n) and url (u) are needed".to_owned());
    }
    if name == "engagement" {
        return Ok(Asked::SetAside("engagement"));
    }
    let url = match member(&object, &["h", "hash", "hashMode"]) {
        Some(Value::Bool(true)) => with_hash_as_path(url),
        Some(value) if number(value) == Some(1.0) => with_hash_as_path(url),
        _ => Cow::Borrowed(url),
    };
    let kind = if name == "pageview" {
        Kind::Pageview(Pageview {
            referrer: cut(text(&object, &["r", "referrer"]), STRING_BYTES).into(),
            title: Cow::Borrowed(""),
            ..Pageview::default()
        })
    } else {
        custom(name, &object)
    };
    let width = member(&object, &["w", "screen_width"]).and_then(number);
    let batches: Vec<Batch<'static>> = domains(&object, &url)
        .iter()
        .take(SITES)
        .map(|domain| {
            let site = match sites.named(domain) {
                same if same == domain => sites.named(without_www(domain)),
                site => site,
            };
            let mut batch = foreign::batch(site, &url, kind.clone());
            // A conversion from a float saturates.
            batch.viewport.0 = width.unwrap_or_default() as u16;
            batch
        })
        .collect();
    for batch in &batches {
        snag_beacon::validate(batch).map_err(|error| error.to_string())?;
    }
    Ok(Asked::Store(batches))
}

fn custom(name: &str, object: &Map<String, Value>) -> Kind<'static> {
    let props = foreign::inner(object, &["p", "props", "m", "meta"]);
    let mut props = props.map_or_else(Vec::new, |props| foreign::properties(&props));
    if LINKS.contains(&name) {
        for (_, url) in props.iter_mut().filter(|(key, _)| key == "url") {
            *url = target(url).into_owned();
        }
    }
    let mut custom = foreign::custom(name, &props);
    if let Some(revenue) = foreign::inner(object, &["$", "revenue"]) {
        custom.value = revenue.get("amount").and_then(number);
        custom.currency = cut(text(&revenue, &["currency"]), 3).into();
    }
    Kind::Custom(custom)
}

/// The sites named; else the one whose page it is.
fn domains(object: &Map<String, Value>, url: &str) -> Vec<String> {
    let named = text(object, &["d", "domain"]);
    if named.trim().is_empty() {
        let host = Url::parse(url)
            .ok()
            .and_then(|url| Some(url.host_str()?.to_owned()));
        return host.into_iter().collect();
    }
    named
        .split(',')
        .map(|domain| domain.trim().to_owned())
        .collect()
}

/// `/app#/cart?x=1` → `/app/cart?x=1`, for pages that tell their parts by the fragment.
fn with_hash_as_path(url: &str) -> Cow<'_, str> {
    let Some((page, hash)) = url.split_once('#') else {
        return Cow::Borrowed(url);
    };
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let hash = hash.trim_start_matches(['!', '/']);
    let (part, own_query) = hash.split_once('?').unwrap_or((hash, ""));
    let queries = [query, own_query].into_iter().filter(|q| !q.is_empty());
    let query: Vec<&str> = queries.collect();
    let mark = if query.is_empty() { "" } else { "?" };
    Cow::Owned(format!(
        "{}/{part}{mark}{}",
        path.trim_end_matches('/'),
        query.join("&")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::Site;

    fn sites() -> Sites {
        Sites::new([Site {
            id: "shop".into(),
            hosts: vec![],
            query_parameters: vec![],
            search_parameters: vec![],
            aliases: vec!["shop.example".into()],
        }])
    }

    fn stored(body: &str) -> Vec<Batch<'static>> {
        match translate(body.as_bytes(), &sites()) {
            Ok(Asked::Store(batches)) => batches,
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn a_pageview_is_one_by_short_and_by_long_names() {
        for body in [
            r#"{"n":"pageview","u":"https://shop.example/cart","d":"shop.example","r":"https://t.example/","w":800,"v":36}"#,
            r#"{"name":"pageview","url":"https://shop.example/cart","domain":"www.shop.example","referrer":"https://t.example/","screen_width":800}"#,
            r#"{"n":"pageview","u":"https://shop.example/cart","r":"https://t.example/","w":800,"h":0}"#,
        ] {
            let batches = stored(body);
            let pageview = Kind::Pageview(Pageview {
                referrer: "https://t.example/".into(),
                title: "".into(),
                ..Pageview::default()
            });
            let mut wanted = foreign::batch("shop", "https://shop.example/cart", pageview);
            wanted.viewport = (800, 0);
            assert_eq!(batches, [wanted], "{body}");
        }
    }

    #[test]
    fn an_event_keeps_its_properties_and_its_worth() {
        for body in [
            r#"{"n":"Purchase","u":"https://shop.example/","d":"shop.example","p":{"plan":"pro","n":2},"$":{"amount":"12.5","currency":"EUR"},"i":false}"#,
            r#"{"name":"Purchase","url":"https://shop.example/","domain":"shop.example","props":"{\"plan\":\"pro\",\"n\":2}","revenue":{"amount":12.5,"currency":"EUR"}}"#,
            r#"{"n":"Purchase","u":"https://shop.example/","d":"shop.example","m":"{\"plan\":\"pro\",\"n\":2}","$":"{\"amount\":12.5,\"currency\":\"EUR\"}"}"#,
        ] {
            let batches = stored(body);
            let Kind::Custom(custom) = &batches[0].events[0].kind else {
                panic!("{batches:?}");
            };
            assert_eq!(
                (&*custom.name, custom.value, &*custom.currency),
                ("Purchase", Some(12.5), "EUR")
            );
            let mut props = custom.props.clone();
            props.sort();
            assert_eq!(
                props,
                [("n".into(), "2".into()), ("plan".into(), "pro".into())]
            );
        }
    }

    #[test]
    fn a_link_that_leaves_the_site_keeps_no_one() {
        let batches = stored(
            r#"{"n":"Outbound Link: Click","u":"https://shop.example/","d":"shop.example","p":{"url":"https://me:pw@t.example/x?mail=a@b.example#y"}}"#,
        );
        let Kind::Custom(custom) = &batches[0].events[0].kind else {
            panic!("{batches:?}");
        };
        assert_eq!(custom.props, [("url".into(), "https://t.example/x".into())]);
    }

    #[test]
    fn one_event_may_be_for_several_sites() {
        let batches =
            stored(r#"{"n":"x","u":"https://shop.example/","d":"www.shop.example, all.example"}"#);
        let sites: Vec<&str> = batches.iter().map(|batch| &*batch.site).collect();
        assert_eq!(sites, ["shop", "all.example"]);
    }

    #[test]
    fn what_is_of_no_use_here_is_taken_and_not_stored() {
        let body = r#"{"n":"engagement","u":"https://shop.example/","d":"shop.example","sd":70,"e":9000,"v":36}"#;
        assert_eq!(
            translate(body.as_bytes(), &sites()),
            Ok(Asked::SetAside("engagement"))
        );
    }

    #[test]
    fn a_fragment_that_tells_the_page_becomes_its_path() {
        for (url, expected) in [
            ("https://a.example/#/cart", "https://a.example/cart"),
            (
                "https://a.example/app#!/cart?x=1",
                "https://a.example/app/cart?x=1",
            ),
            (
                "https://a.example/app/?utm_source=n#cart",
                "https://a.example/app/cart?utm_source=n",
            ),
            (
                "https://a.example/?a=1#/c?b=2",
                "https://a.example/c?a=1&b=2",
            ),
            ("https://a.example/cart", "https://a.example/cart"),
        ] {
            assert_eq!(with_hash_as_path(url), expected);
        }
    }

    #[test]
    fn what_is_no_event_is_refused_with_a_reason() {
        let long = format!(
            r#"{{"n":"pageview","u":"https://shop.example/{}","d":"shop.example"}}"#,
            "x".repeat(3000)
        );
        for body in [
            "",
            "[]",
            "{",
            "{}",
            r#"{"n":"pageview"}"#,
            r#"{"u":"https://shop.example/"}"#,
            r#"{"n":1,"u":2}"#,
            r#"{"n":"pageview","u":"https://shop.example/","d":"not a domain"}"#,
            &long,
        ] {
            let refused = translate(body.as_bytes(), &sites());
            assert!(refused.is_err_and(|reason| reason.len() > 10), "{body}");
        }
    }
}
