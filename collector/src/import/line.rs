//! One line of an import file, checked and turned into rows.
//!
//! A line that is not understood names the key and the reason; it never says what a value was, which may be personal.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::Serialize;
use snag_beacon::limits::{NAME_BYTES, SITE_BYTES, STRING_BYTES};

use super::ImportOptions;
use super::shape::{Fault, Line, LineElement, read};
use crate::enrich::{
    BotReason, BotRules, PageAddress, SpamReferrers, clean, element_row, page_address,
    referrer_address, source_of, target,
};
use crate::row::{ElementRow, EventKind, EventRow, apart, element_id, number};

/// The times that are believed: 1970 to 2199.
const TIMES: std::ops::Range<i64> = 0..7_258_118_400_000;

/// A line that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadLine {
    /// Number of the line, from 1.
    pub line: u64,
    /// The key at fault; empty when the line is no event at all.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.key.is_empty() {
            write!(f, ", {}", self.key)?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// The rows of one line.
pub(super) struct LineRows<'a> {
    pub(super) event: EventRow<'a>,
    element: Option<LineElement<'a>>,
}

impl LineRows<'_> {
    /// What is kept of the element the event names, if it names one.
    pub(super) fn element(&self) -> Option<ElementRow<'static>> {
        let element = self.element.as_ref()?;
        Some(element_row(&self.event, self.event.element, &element.words()).into_owned())
    }
}

/// What all lines of an import share.
pub(super) struct Context<'a> {
    pub(super) options: &'a ImportOptions,
    pub(super) key: &'a [u8; 32],
    pub(super) now: i64,
    /// What recordings are judged by, as beacons are.
    pub(super) bots: BotRules,
    pub(super) spam: SpamReferrers,
}

/// Understands one line.
pub(super) fn parse<'a>(
    context: &Context<'_>,
    line: u64,
    text: &'a [u8],
) -> Result<LineRows<'a>, BadLine> {
    utf8(text)
        .and_then(|text| read(text, "event"))
        .and_then(|parsed| rows(context, line, parsed))
        .map_err(|(key, reason)| BadLine { line, key, reason })
}

/// The line as text.
pub(super) fn utf8(text: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(text).map_err(|error| {
        let at = error.valid_up_to() + 1;
        (String::new(), format!("not UTF-8 at byte {at}"))
    })
}

/// The time a line says, in milliseconds since 1970.
pub(super) fn time(text: &str) -> Result<i64, Fault> {
    let bad = |reason: &str| Err(("time".to_owned(), reason.to_owned()));
    let Ok(time) = text.parse::<Timestamp>() else {
        return bad("is no time like 2026-01-05T10:00:00.000Z");
    };
    let time = time.as_millisecond();
    if !TIMES.contains(&time) {
        return bad("is not between 1970 and 2199");
    }
    Ok(time)
}

fn rows<'a>(
    context: &Context<'_>,
    number_of_line: u64,
    line: Line<'a>,
) -> Result<LineRows<'a>, Fault> {
    let bad = |key: &str, reason: &str| Err((key.to_owned(), reason.to_owned()));
    check(&line)?;
    let time = time(&line.time)?;
    let options = context.options;
    let Some(page) = page(&line.url, options.sites.query_parameters(&line.site)) else {
        return bad(
            "url",
            "is no http or https URL, nor a path beginning with /",
        );
    };
    let referrer = match line.referrer {
        Cow::Borrowed(url) => referrer_address(url),
        Cow::Owned(url) => referrer_address(&url).map(PageAddress::into_owned),
    };
    let (agent, bot) = match line.user_agent.as_ref() {
        "" => (None, None),
        text => {
            let (agent, bot) = options.agents.describe(text);
            (Some(agent), bot)
        }
    };
    let place = match line.ip.as_ref() {
        "" => None,
        text => match text.parse::<IpAddr>() {
            Ok(address) => options
                .places
                .as_ref()
                .and_then(|places| places.find(address)),
            Err(_) => return bad("ip", "is no IPv4 or IPv6 address"),
        },
    };
    let kind = match line.event.as_ref() {
        "pageview" => EventKind::Pageview,
        "click" => EventKind::Click,
        _ => EventKind::Custom,
    };
    let props = line.props.0.into_iter();
    let mut event = EventRow {
        time,
        received_at: context.now,
        seq: (number_of_line % (1 << 32)) as u32,
        visitor: keyed(context.key, &line.site, "visitor", &line.visitor),
        session: if line.session.is_empty() {
            0
        } else {
            keyed(context.key, &line.site, "session", &line.session)
        },
        kind,
        name: if kind == EventKind::Custom {
            clean(line.event)
        } else {
            Cow::Borrowed("")
        },
        source: source_of(&page, referrer),
        page,
        title: clean(line.title),
        agent,
        bot: bot.map_or("", BotReason::word),
        place,
        props: props
            .map(|(key, value)| (clean(key), clean(value)))
            .collect(),
        value: line.value,
        currency: clean(line.currency),
        site: line.site,
        ..EventRow::default()
    };
    if let Some(element) = &line.element {
        event.element = element_id(
            &event.site,
            &clean(element.selector.as_ref()),
            &target(&element.href),
        );
    }
    Ok(LineRows {
        event,
        element: line.element,
    })
}

/// The page an event happened on: a URL, a path alone, or none. `None` when it is neither.
fn page<'a>(url: &Cow<'a, str>, kept: &[String]) -> Option<PageAddress<'a>> {
    match url {
        _ if url.is_empty() => Some(PageAddress::default()),
        _ if url.starts_with('/') => {
            let mut page = page_address(&format!("http://host.invalid{url}"), kept)?.into_owned();
            page.host = Cow::Borrowed("");
            Some(page)
        }
        Cow::Borrowed(url) => page_address(url, kept),
        Cow::Owned(url) => page_address(url, kept).map(PageAddress::into_owned),
    }
}

/// The limits a beacon has, and what must not be empty.
fn check(line: &Line<'_>) -> Result<(), Fault> {
    let fail = |key: &str, reason: String| Err((key.to_owned(), reason));
    for (key, text, limit) in [
        ("site", &line.site, SITE_BYTES),
        ("visitor", &line.visitor, STRING_BYTES),
        ("event", &line.event, NAME_BYTES),
        ("session", &line.session, STRING_BYTES),
        ("url", &line.url, STRING_BYTES),
        ("referrer", &line.referrer, STRING_BYTES),
        ("title", &line.title, STRING_BYTES),
        ("currency", &line.currency, NAME_BYTES),
    ] {
        if text.is_empty() && matches!(key, "site" | "visitor" | "event") {
            return fail(key, "is empty".to_owned());
        }
        if text.len() > limit {
            return fail(key, format!("is longer than {limit} bytes"));
        }
        if text.contains('\0') {
            return fail(key, "has a NUL character".to_owned());
        }
    }
    if !line
        .site
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    {
        return fail(
            "site",
            "may have letters, digits, dot, hyphen and underscore only".to_owned(),
        );
    }
    for (key, value) in &line.props.0 {
        if key.len() > NAME_BYTES || value.len() > STRING_BYTES {
            return fail(
                "props",
                format!("has a name over {NAME_BYTES} or a value over {STRING_BYTES} bytes"),
            );
        }
    }
    if let Some(element) = &line.element {
        for text in [
            &element.selector,
            &element.tag,
            &element.text,
            &element.href,
            &element.role,
        ] {
            if text.len() > STRING_BYTES {
                return fail("element", format!("has a text over {STRING_BYTES} bytes"));
            }
        }
    }
    Ok(())
}

pub(super) fn keyed(key: &[u8; 32], site: &str, what: &str, text: &str) -> u64 {
    number(blake3::keyed_hash(key, &apart([what, site, text])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::{Agents, Sites};

    fn understand(text: &str) -> Result<LineRows<'_>, BadLine> {
        let options = ImportOptions {
            strict: false,
            sites: Sites::default(),
            agents: Agents::default(),
            places: None,
        };
        parse(
            &Context {
                options: &options,
                key: &[7; 32],
                now: 0,
                bots: BotRules::default(),
                spam: SpamReferrers::default(),
            },
            4,
            text.as_bytes(),
        )
    }

    #[test]
    fn a_whole_line_becomes_an_event_and_an_element() {
        let rows = understand(
            r##"{"site":"shop","visitor":"any text","time":"2026-01-05T10:00:00.250Z","event":"click",
            "url":"https://shop.example/cart?x=1","element":{"selector":"#pay","text":"Pay","href":"/pay?t=1"},
            "props":{"plan":"pro","seats":3,"trial":true,"none":null},"value":12.5,"currency":"EUR","session":"s1"}"##,
        )
        .unwrap_or_else(|bad| panic!("{bad}"));
        let element = rows.element().expect("element");
        let event = rows.event;
        assert_eq!(
            (event.time, event.kind, event.page.path.as_ref()),
            (1_767_607_200_250, EventKind::Click, "/cart")
        );
        assert_eq!(
            event.props,
            [("plan", "pro"), ("seats", "3"), ("trial", "true")].map(|(a, b)| (a.into(), b.into()))
        );
        assert_eq!(event.value, Some(12.5));
        assert_ne!(event.session, 0);
        assert_eq!(
            (
                element.selector.as_ref(),
                element.href.as_ref(),
                element.element
            ),
            ("#pay", "/pay", event.element)
        );
    }

    #[test]
    fn a_bad_line_names_key_and_reason_and_never_a_value() {
        let with = |extra: &str| {
            format!(
                r#"{{"site":"shop","visitor":"v","time":"2026-01-05T10:00:00Z","event":"x"{extra}}}"#
            )
        };
        for (text, key, reason) in [
            ("not json".to_owned(), "", "expected"),
            (r#"{"site":"shop"}"#.to_owned(), "visitor", "is missing"),
            (
                with(r#","visiter":"secret@mail.example""#),
                "visiter",
                "is no key of an event",
            ),
            (
                with(r#","value":"secret@mail.example""#),
                "value",
                "invalid type: string, expected f64",
            ),
            (with(r#","url":"secret@mail.example""#), "url", "is no http"),
            (with(r#","ip":"300.1.1.1""#), "ip", "is no IPv4"),
            (with(r#","props":{"a":[1]}"#), "props.a", ""),
            (with(r#","title":"a\u0000b""#), "title", "NUL"),
            (with(r#"} {""#), "", ""),
            (
                with("").replace("2026-01-05T10:00:00Z", "yesterday"),
                "time",
                "is no time like",
            ),
            (with("").replace("2026-", "2626-"), "time", "is not between"),
            (
                with("").replace("shop", "my shop"),
                "site",
                "letters, digits",
            ),
        ] {
            let bad = understand(&text)
                .err()
                .unwrap_or_else(|| panic!("taken: {text}"));
            assert_eq!(
                (bad.line, bad.key.as_str()),
                (4, key),
                "{text}: {}",
                bad.reason
            );
            assert!(bad.reason.contains(reason), "{text}: {}", bad.reason);
            assert!(!bad.to_string().contains("secret"), "{bad}");
        }
    }
}
