//! `POST /api/send`: what Umami's script and clients send.
//!
//! Without a name an event is a pageview. `identify` and `performance` are taken and not stored: who is the same
//! visitor is told by the day's hash alone, and the numbers that a page gives people are not kept. `id`, `ip`,
//! `userAgent` and `timestamp` in the payload are not believed. No session is kept, so the answer names none: its
//! members are there for clients that look for them.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value};
use snag_beacon::limits::STRING_BYTES;
use snag_beacon::{Kind, Pageview};
use url::Url;

use super::Receiving;
use super::admit;
use super::answer::{Answers, name_dropped};
use super::foreign::{self, Asked, cut, member, number, text};
use super::take::{Taken, take};
use crate::enrich::{DropReason, Sites};

/// Their script sends typed JSON, and from the second event on what the first answer told it to.
pub(super) const ANSWERS: Answers = Answers {
    allowed_headers: "content-type, x-umami-cache",
};

const TAKEN: &str = concat!(
    r#"{"cache":"none","sessionId":"00000000-0000-0000-0000-000000000000","#,
    r#""visitId":"00000000-0000-0000-0000-000000000000"}"#
);
/// What their server says to bots.
const BOT: &str = r#"{"beep":"boop"}"#;

pub(super) async fn send(
    request: HttpRequest,
    payload: Payload,
    collecting: Data<Receiving>,
) -> HttpResponse {
    let (sender, body) = match admit(request.head(), payload.into_inner(), &collecting).await {
        Ok(admitted) => admitted,
        Err(refused) => return ANSWERS.refused(&refused),
    };
    let mut response = ANSWERS.with(StatusCode::OK);
    response.content_type("application/json");
    match translate(&body, &collecting.sites) {
        Ok(Asked::Store(batches)) => match take(&collecting, &sender, &batches).await {
            Taken::Stored { accepted, dropped } => {
                name_dropped(&mut response, &dropped);
                if accepted == 0 && dropped.contains(&DropReason::Bot) {
                    return response.body(BOT);
                }
            }
            taken => return ANSWERS.refusal(&taken),
        },
        Ok(Asked::SetAside(what)) => collecting.metrics.set_aside(what),
        Err(reason) => {
            collecting.metrics.refused("malformed");
            return ANSWERS.malformed(reason);
        }
    }
    response.body(TAKEN)
}

pub(super) fn translate(body: &[u8], sites: &Sites) -> Result<Asked, String> {
    let object = foreign::object(body)?;
    match text(&object, &["type"]) {
        "event" => {}
        "identify" => return Ok(Asked::SetAside("identify")),
        "performance" => return Ok(Asked::SetAside("performance")),
        _ => return Err("type is none of event, identify, performance".to_owned()),
    }
    let Some(Value::Object(payload)) = object.get("payload") else {
        return Err("payload is no object".to_owned());
    };
    let base = base(text(payload, &["hostname"]));
    let url = absolute(base.as_ref(), text(payload, &["url"]));
    let name = text(payload, &["name"]);
    let kind = if name.is_empty() {
        let title = text(payload, &["title"]);
        Kind::Pageview(Pageview {
            referrer: match text(payload, &["referrer"]) {
                "" => Cow::Borrowed(""),
                referrer => cut(&absolute(base.as_ref(), referrer), STRING_BYTES).into(),
            },
            title: cut(&decoded(title), STRING_BYTES).into(),
            ..Pageview::default()
        })
    } else {
        custom(name, payload)
    };
    let site = sites.named(text(payload, &["website"]));
    let batch = foreign::batch(site, &url, kind);
    snag_beacon::validate(&batch).map_err(|error| error.to_string())?;
    Ok(Asked::Store(vec![batch]))
}

/// Where the paths begin that older scripts send.
fn base(hostname: &str) -> Option<Url> {
    Url::parse(&format!("https://{hostname}")).ok()
}

fn absolute(base: Option<&Url>, url: &str) -> String {
    match Url::parse(url) {
        Ok(_) => url.to_owned(),
        Err(_) => base
            .and_then(|base| base.join(url).ok())
            .map_or_else(|| url.to_owned(), String::from),
    }
}

/// Older scripts send titles percent-encoded.
fn decoded(title: &str) -> Cow<'_, str> {
    let decoded = percent_decode(title);
    match decoded {
        Some(decoded) => Cow::Owned(decoded),
        None => Cow::Borrowed(title),
    }
}

/// `None` where a percent sign does not begin an escape, or the bytes are no text.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let value = digit(rest.next())? * 16 + digit(rest.next())?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn custom(name: &str, payload: &Map<String, Value>) -> Kind<'static> {
    let empty = Map::new();
    let data = member(payload, &["data"])
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let value = data.get("revenue").and_then(number);
    let is_money = |key: &str| value.is_some() && matches!(key, "revenue" | "currency");
    let mut props = foreign::properties(data);
    props.retain(|(key, _)| !is_money(key));
    let tag = text(payload, &["tag"]);
    if !tag.is_empty() {
        props.insert(0, ("tag".to_owned(), tag.to_owned()));
    }
    let mut custom = foreign::custom(name, &props);
    custom.value = value;
    if value.is_some() {
        custom.currency = cut(text(data, &["currency"]), 3).into();
    }
    Kind::Custom(custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::Site;

    const ID: &str = "94db1cb1-74f4-4a40-ad6c-962362670409";

    fn translated(kind: &str, payload: &str) -> Result<Asked, String> {
        let sites = Sites::new([Site {
            id: "shop".into(),
            hosts: vec![],
            query_parameters: vec![],
            search_parameters: vec![],
            aliases: vec![ID.into()],
        }]);
        translate(
            format!(r#"{{"type":"{kind}","payload":{payload}}}"#).as_bytes(),
            &sites,
        )
    }

    #[test]
    fn an_event_without_a_name_is_a_pageview_of_whole_and_of_half_addresses() {
        for (url, referrer, title) in [
            (
                "https://shop.example/cart?a=1",
                "https://t.example/x",
                "Your cart",
            ),
            ("/cart?a=1", "https://t.example/x", "Your%20cart"),
        ] {
            let asked = translated(
                "event",
                &format!(
                    r#"{{"website":"{ID}","hostname":"shop.example","url":"{url}","referrer":"{referrer}","title":"{title}","screen":"1920x1080","language":"en-US","id":"me"}}"#
                ),
            );
            let pageview = Kind::Pageview(Pageview {
                referrer: "https://t.example/x".into(),
                title: "Your cart".into(),
                ..Pageview::default()
            });
            let wanted = foreign::batch("shop", "https://shop.example/cart?a=1", pageview);
            assert_eq!(asked, Ok(Asked::Store(vec![wanted])), "{url}");
        }
    }

    #[test]
    fn a_referrer_without_a_host_is_the_sites_own() {
        let asked = translated(
            "event",
            &format!(
                r#"{{"website":"{ID}","hostname":"shop.example","url":"/b","referrer":"/a"}}"#
            ),
        );
        let Ok(Asked::Store(batches)) = asked else {
            panic!("{asked:?}");
        };
        let Kind::Pageview(pageview) = &batches[0].events[0].kind else {
            panic!("{batches:?}");
        };
        assert_eq!(pageview.referrer, "https://shop.example/a");
    }

    #[test]
    fn a_named_event_keeps_its_data_its_tag_and_its_worth() {
        let asked = translated(
            "event",
            &format!(
                r#"{{"website":"{ID}","hostname":"shop.example","url":"/","name":"buy","tag":"b","data":{{"revenue":12.5,"currency":"EUR","plan":{{"name":"pro"}}}}}}"#
            ),
        );
        let Ok(Asked::Store(batches)) = asked else {
            panic!("{asked:?}");
        };
        let Kind::Custom(custom) = &batches[0].events[0].kind else {
            panic!("{batches:?}");
        };
        assert_eq!(
            (&*custom.name, custom.value, &*custom.currency),
            ("buy", Some(12.5), "EUR")
        );
        assert_eq!(
            custom.props,
            [
                ("tag".into(), "b".into()),
                ("plan.name".into(), "pro".into())
            ]
        );
    }

    #[test]
    fn a_title_that_only_looks_encoded_stays_as_it_is() {
        for (title, expected) in [
            ("100% free", "100% free"),
            ("%C3%A4", "ä"),
            ("%FF", "%FF"),
            ("%", "%"),
            ("a%2", "a%2"),
            ("ä", "ä"),
        ] {
            assert_eq!(decoded(title), expected);
        }
    }

    #[test]
    fn what_is_of_no_use_here_is_taken_and_the_rest_is_refused_with_a_reason() {
        for kind in ["identify", "performance"] {
            let asked = translated(
                kind,
                &format!(r#"{{"website":"{ID}","data":{{"mail":"x"}}}}"#),
            );
            assert_eq!(asked, Ok(Asked::SetAside(kind)));
        }
        for (kind, payload) in [
            ("other", "{}"),
            ("event", "[]"),
            ("event", "{}"),
            (
                "event",
                r#"{"website":"not a site","url":"https://shop.example/"}"#,
            ),
            ("event", r#"{"hostname":"shop.example","url":"/"}"#),
        ] {
            let refused = translated(kind, payload);
            assert!(
                refused.is_err_and(|reason| reason.len() > 10),
                "{kind} {payload}"
            );
        }
    }
}
