//! Reads a body: JSON where it starts with a brace, else the binary layout.
//!
//! Invariant: it never panics, what it has allocated stays under [`DECODE_BYTES`](crate::limits::DECODE_BYTES), and what it
//! gives holds all of [`limits`](crate::limits). Texts are borrowed from the body wherever they stand there as they are.

mod event;
mod fields;
mod replay;

use crate::error::{DecodeError, Place, Problem};
use crate::limits::{BATCH_BYTES, EVENTS, STRING_BYTES};
use crate::reader::Reader;
use crate::{Batch, VERSION, check, json, kind};
use event::Records;
use fields::{Dictionary, Fields};
use replay::Replay;

/// The batch a body holds.
///
/// # Errors
/// Where the body is no batch, with what is wrong and where.
pub fn decode(body: &[u8]) -> Result<Batch<'_>, DecodeError> {
    decode_with_skipped(body).map(|(batch, _)| batch)
}

/// The batch a body holds, and how many events were left out because their kind is not known here: a newer
/// tracker's.
///
/// # Errors
/// As [`decode`].
pub fn decode_with_skipped(body: &[u8]) -> Result<(Batch<'_>, u32), DecodeError> {
    if body.len() > BATCH_BYTES {
        let problem = Problem::TooLarge { limit: BATCH_BYTES };
        return Err(DecodeError {
            problem,
            place: Place::Byte(BATCH_BYTES),
        });
    }
    let start = body
        .iter()
        .position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    match start.and_then(|start| body.get(start)) {
        None => Err(DecodeError {
            problem: Problem::Empty,
            place: Place::Byte(0),
        }),
        Some(b'{') => json::decode(body),
        Some(_) => binary(Reader::new(body)),
    }
}

fn binary(mut body: Reader<'_>) -> Result<(Batch<'_>, u32), DecodeError> {
    let start = body;
    let version = body.byte()?;
    if version != VERSION {
        return Err(start.error(Problem::Version {
            found: version.into(),
        }));
    }
    let start = body;
    let flags = body.byte()?;
    if flags != 0 {
        return Err(start.error(Problem::Flags { found: flags }));
    }
    let dictionary = Dictionary::read(&mut body)?;
    let mut batch = head(&mut body, &dictionary)?;
    let mut records = Records::new(&dictionary, batch.sent);
    let mut replay = Replay::default();
    let (mut seen, mut skipped) = (0, 0);
    loop {
        let start = body;
        let kind = body.byte()?;
        if kind == kind::END {
            break;
        }
        if kind == kind::HEAD {
            return Err(start.error(Problem::Head));
        }
        let len = body.varint()?;
        let payload = body.part(len)?;
        if kind == kind::LOG {
            replay.entry(payload)?;
            continue;
        }
        if kind == kind::ELEMENT {
            records.element(payload)?;
            continue;
        }
        if seen == EVENTS {
            return Err(start.error(Problem::Count {
                what: "events",
                limit: EVENTS,
            }));
        }
        seen += 1;
        match records.event(kind, payload)? {
            Some(event) => batch.events.push(event),
            None => skipped += 1,
        }
    }
    if !body.is_empty() {
        return Err(body.error(Problem::Trailing));
    }
    replay.events(&dictionary, &mut batch)?;
    Ok((batch, skipped))
}

fn head<'a>(body: &mut Reader<'a>, dictionary: &Dictionary<'a>) -> Result<Batch<'a>, DecodeError> {
    let start = *body;
    if body.byte()? != kind::HEAD {
        return Err(start.error(Problem::Head));
    }
    let len = body.varint()?;
    let payload = body.part(len)?;
    let mut fields = Fields {
        payload,
        dictionary,
    };
    let site = fields.text(STRING_BYTES)?;
    check::site(&site).map_err(|problem| payload.error(problem))?;
    let page = fields.payload.u32()?;
    let start = fields.payload;
    let sent = fields.payload.varint()?;
    check::sent(sent).map_err(|problem| start.error(problem))?;
    let viewport = (fields.later_u16()?, fields.later_u16()?);
    let marks = fields.later_number()?;
    Ok(Batch {
        site,
        page,
        sent,
        viewport,
        automated: marks & kind::AUTOMATED != 0,
        events: Vec::new(),
    })
}
