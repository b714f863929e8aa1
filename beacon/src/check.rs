//! What holds of every batch, whichever way it is written.
//!
//! Invariant: `encode` refuses exactly what `decode` would refuse, because both ask here. Whether a URL is one, or a
//! currency known, is not asked.

use crate::error::Problem;
use crate::kind::signal::WORDS;
use crate::limits::{NAME_BYTES, PROPS, SENT_MS, SITE_BYTES, STRING_BYTES};
use crate::{Batch, Element, Event, Kind};

/// A site identifier: 1 to 64 of `A-Z a-z 0-9 . _ -`.
pub(crate) fn site(site: &str) -> Result<(), Problem> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if site.is_empty() || site.len() > SITE_BYTES || !site.bytes().all(fits) {
        return Err(Problem::Site);
    }
    Ok(())
}

/// A text of at most `limit` bytes without NUL.
pub(crate) fn text(text: &str, limit: usize) -> Result<(), Problem> {
    if text.len() > limit {
        return Err(Problem::LongText { limit });
    }
    if text.as_bytes().contains(&0) {
        return Err(Problem::Nul);
    }
    Ok(())
}

/// A name: a short text that is not empty.
pub(crate) fn name(name: &str) -> Result<(), Problem> {
    if name.is_empty() {
        return Err(Problem::Missing("name"));
    }
    text(name, NAME_BYTES)
}

/// How long the page had been open.
pub(crate) fn sent(sent: u64) -> Result<(), Problem> {
    if sent > SENT_MS {
        Err(Problem::Absurd)
    } else {
        Ok(())
    }
}

/// An event's time against its batch's.
pub(crate) fn at(at: u64, sent: u64) -> Result<(), Problem> {
    if at > sent {
        Err(Problem::AfterSent)
    } else {
        Ok(())
    }
}

/// The page of what happened on a page; only the events a site names itself may happen nowhere.
pub(crate) fn url(url: &str) -> Result<(), Problem> {
    if url.is_empty() {
        Err(Problem::Missing("url"))
    } else {
        Ok(())
    }
}

/// What something is worth.
pub(crate) fn value(value: f64) -> Result<(), Problem> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(Problem::NotFinite)
    }
}

/// Everything, with the path of the first member that does not hold; `limit` events are allowed.
pub(crate) fn batch(batch: &Batch<'_>, limit: usize) -> Result<(), (String, Problem)> {
    site(&batch.site).map_err(|problem| ("site".to_owned(), problem))?;
    sent(batch.sent).map_err(|problem| ("sent".to_owned(), problem))?;
    if batch.events.len() > limit {
        return Err((
            "events".to_owned(),
            Problem::Count {
                what: "events",
                limit,
            },
        ));
    }
    for (index, found) in batch.events.iter().enumerate() {
        event(found, batch.sent)
            .map_err(|(member, problem)| (format!("events[{index}].{member}"), problem))?;
    }
    Ok(())
}

fn event(event: &Event<'_>, sent: u64) -> Result<(), (&'static str, Problem)> {
    let texts = |texts: &[(&'static str, &str)]| {
        texts.iter().try_for_each(|(member, found)| {
            text(found, STRING_BYTES).map_err(|problem| (*member, problem))
        })
    };
    at(event.at, sent).map_err(|problem| ("at", problem))?;
    texts(&[("url", &event.url)])?;
    if !matches!(event.kind, Kind::Custom(_)) {
        url(&event.url).map_err(|problem| ("url", problem))?;
    }
    match &event.kind {
        Kind::Pageview(pageview) => {
            texts(&[("referrer", &pageview.referrer), ("title", &pageview.title)])
        }
        Kind::Click(click) => element(&click.element),
        Kind::Signal(signal) => {
            if !WORDS.contains(&signal.what) {
                return Err(("what", Problem::Missing("what")));
            }
            element(&signal.element)?;
            texts(&[("detail", &signal.detail), ("name", &signal.name)])
        }
        Kind::Attention(attention) if attention.depth > 100 => {
            Err(("attention.depth", Problem::Number { limit: 100 }))
        }
        Kind::Attention(_) => Ok(()),
        Kind::Exposure(exposure) => element(&exposure.element),
        Kind::Field(field) => {
            element(&field.form).map_err(|(_, problem)| ("form", problem))?;
            element(&field.element)?;
            texts(&[("message", &field.message)])
        }
        Kind::Custom(custom) => {
            name(&custom.name).map_err(|problem| ("name", problem))?;
            if custom.props.len() > PROPS {
                return Err((
                    "props",
                    Problem::Count {
                        what: "properties",
                        limit: PROPS,
                    },
                ));
            }
            for (key, found) in &custom.props {
                name(key).map_err(|problem| ("props", problem))?;
                texts(&[("props", found)])?;
            }
            custom
                .value
                .map_or(Ok(()), value)
                .map_err(|problem| ("value", problem))?;
            texts(&[("currency", &custom.currency)])
        }
    }
}

fn element(element: &Element<'_>) -> Result<(), (&'static str, Problem)> {
    [
        ("element.selector", &element.selector),
        ("element.tag", &element.tag),
        ("element.text", &element.text),
        ("element.href", &element.href),
        ("element.role", &element.role),
        ("element.name", &element.name),
        ("element.type", &element.type_),
        ("element.ad", &element.ad),
        ("element.placement", &element.placement),
        ("element.campaign", &element.campaign),
        ("element.rotation", &element.rotation),
    ]
    .into_iter()
    .try_for_each(|(member, found)| text(found, STRING_BYTES).map_err(|problem| (member, problem)))
}
