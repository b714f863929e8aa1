//! What a page's tracker writes, version 2: JSON with one-letter members, records of what happened, the elements they
//! name, and what the core told of it or the raw log to tell it from.
//!
//! Invariant: only a body that is no such JSON, or is over a limit, is refused. What a page's own words and numbers
//! make absurd is cut or passed over: the rest of the batch is not lost for it.

mod element;
mod findings;
mod record;
mod surrogates;
mod value;

use serde::Deserialize;

use crate::detect::Core;
use crate::error::{DecodeError, Place, Problem, member};
use crate::json::{List, Text};
use crate::limits::{ELEMENTS, ENTRIES, PAGE_EVENTS, RECORDS, TOLD};
use crate::{Batch, Event, Kind, check};
use element::Elements;
pub use surrogates::mended;
use value::{Entry, Value};

/// How such a body begins.
pub(crate) const START: &[u8] = br#"{"v":2,"#;

/// Values of one record at most.
const VALUES: usize = 16;

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow)]
    s: Text<'a>,
    p: u32,
    t: u64,
    w: Option<(Side, Side)>,
    a: Option<u8>,
    u: Text<'a>,
    n: Option<u32>,
    #[serde(default)]
    e: List<element::Described<'a>, ELEMENTS>,
    #[serde(default)]
    r: List<List<Value<'a>, VALUES>, RECORDS>,
    c: Option<List<i32, TOLD>>,
    l: Option<List<Entry, ENTRIES>>,
}

/// Width or height in whole pixels, which a browser that zooms gives as a fraction.
#[derive(Deserialize)]
#[serde(try_from = "f64")]
struct Side(u16);

impl TryFrom<f64> for Side {
    type Error = &'static str;

    fn try_from(pixels: f64) -> Result<Self, Self::Error> {
        let fits = (0.0..f64::from(u16::MAX) + 1.0).contains(&pixels);
        fits.then_some(Self(pixels as u16))
            .ok_or("no viewport has so many pixels")
    }
}

/// The batch, and how many of its records were passed over.
pub(crate) fn decode(body: &[u8]) -> Result<(Batch<'_>, u32), DecodeError> {
    let found: Members<'_> = serde_json::from_slice(body).map_err(|error| refusal(body, &error))?;
    for (what, limit, is_over) in [
        ("elements", ELEMENTS, found.e.over),
        ("records", RECORDS, found.r.over),
        ("numbers", TOLD, found.c.as_ref().is_some_and(|c| c.over)),
        ("entries", ENTRIES, found.l.as_ref().is_some_and(|l| l.over)),
    ] {
        if is_over {
            return Err(DecodeError {
                problem: Problem::Count { what, limit },
                place: member(what),
            });
        }
    }
    let mut batch = Batch {
        site: found.s.0,
        page: found.p,
        sent: found.t,
        viewport: found
            .w
            .map_or((0, 0), |(width, height)| (width.0, height.0)),
        automated: found.a == Some(1),
        events: Vec::new(),
    };
    let mut elements = Elements::new(found.u.0, found.e.items);
    let view = found.n.unwrap_or_default();
    let mut skipped = 0;
    let mut speed = None;
    for record in found.r.items {
        match record::event(record.items, &mut elements, &mut speed) {
            Some((at, Some(kind))) => batch.events.push(Event {
                at,
                view,
                url: elements.url(),
                kind,
            }),
            Some(_) => {}
            None => skipped += 1,
        }
    }
    let told = match (found.c, found.l) {
        (Some(told), _) => told.items,
        (None, Some(log)) => replay(&log.items),
        (None, None) => Vec::new(),
    };
    findings::add(&told, &mut elements, view, &mut batch.events, &mut speed);
    if let Some((at, speed)) = speed {
        batch.events.push(Event {
            at,
            view,
            url: elements.url(),
            kind: Kind::Attention(speed),
        });
    }
    if elements.is_over() {
        return Err(DecodeError {
            problem: Problem::TooLarge {
                limit: element::COPIED_BYTES,
            },
            place: member("events"),
        });
    }
    for event in &mut batch.events {
        event.at = event.at.min(batch.sent);
    }
    check::batch(&batch, PAGE_EVENTS).map_err(|(path, problem)| DecodeError {
        problem,
        place: member(&path),
    })?;
    Ok((batch, skipped))
}

/// Why a body is no such JSON.
fn refusal(body: &[u8], error: &serde_json::Error) -> DecodeError {
    if error.is_eof() {
        return DecodeError {
            problem: Problem::CutOff,
            place: Place::Byte(body.len()),
        };
    }
    // The parser counts lines, and columns from 1.
    let lines = body.split_inclusive(|byte| *byte == b'\n');
    let before = lines
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum::<usize>();
    DecodeError {
        problem: Problem::Json("not what a page's tracker of version 2 writes".to_owned()),
        place: Place::Byte(before + error.column().saturating_sub(1)),
    }
}

/// What the core tells of a log: of its last flush, for what came before is in batches before.
fn replay(log: &[Entry]) -> Vec<i32> {
    let mut core = Box::new(Core::new());
    for entry in log {
        core.put(entry.0);
    }
    core.told().to_vec()
}
