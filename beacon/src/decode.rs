//! Reads a body: JSON where it starts with a brace, a page's or not, else the binary layout.
//!
//! Invariant: it never panics, what it has allocated stays under [`DECODE_BYTES`](crate::limits::DECODE_BYTES), and what it
//! gives holds all of [`limits`](crate::limits). Texts are borrowed from the body wherever they stand there as they are.

use std::borrow::Cow;

use crate::error::{DecodeError, Place, Problem};
use crate::limits::{BATCH_BYTES, EVENTS, NAME_BYTES, PAGE_BYTES, PROPS, STRING_BYTES, STRINGS};
use crate::reader::Reader;
use crate::{
    Batch, Click, Custom, Element, Event, Kind, Pageview, VERSION, check, json, kind, page,
};

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
    let is_page = body.starts_with(page::START);
    let limit = if is_page { PAGE_BYTES } else { BATCH_BYTES };
    if body.len() > limit {
        return Err(DecodeError {
            problem: Problem::TooLarge { limit },
            place: Place::Byte(limit),
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
        Some(b'{') if is_page => page::decode(body),
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
        if seen == EVENTS {
            return Err(start.error(Problem::Count {
                what: "events",
                limit: EVENTS,
            }));
        }
        seen += 1;
        let len = body.varint()?;
        match event(kind, body.part(len)?, &dictionary, batch.sent)? {
            Some(event) => batch.events.push(event),
            None => skipped += 1,
        }
    }
    if !body.is_empty() {
        return Err(body.error(Problem::Trailing));
    }
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

/// One event, or nothing where its kind is not known.
fn event<'a>(
    kind: u8,
    payload: Reader<'a>,
    dictionary: &Dictionary<'a>,
    sent: u64,
) -> Result<Option<Event<'a>>, DecodeError> {
    if !matches!(kind, kind::PAGEVIEW | kind::CLICK | kind::CUSTOM) {
        return Ok(None);
    }
    let mut fields = Fields {
        payload,
        dictionary,
    };
    let at = fields.payload.varint()?;
    check::at(at, sent).map_err(|problem| payload.error(problem))?;
    let view = fields.payload.u32()?;
    let start = fields.payload;
    let url = fields.text(STRING_BYTES)?;
    if kind != kind::CUSTOM {
        check::url(&url).map_err(|problem| start.error(problem))?;
    }
    let kind = match kind {
        kind::PAGEVIEW => Kind::Pageview(Pageview {
            referrer: fields.later_text()?,
            title: fields.later_text()?,
            ..Pageview::default()
        }),
        kind::CLICK => Kind::Click(Click {
            element: Element {
                selector: fields.later_text()?,
                tag: fields.later_text()?,
                text: fields.later_text()?,
                href: fields.later_text()?,
                role: fields.later_text()?,
                ..Element::default()
            },
            x: fields.later_u16()?,
            y: fields.later_u16()?,
            ..Click::default()
        }),
        _ => Kind::Custom(fields.custom()?),
    };
    Ok(Some(Event {
        at,
        view,
        url,
        kind,
    }))
}

/// What is left of a payload. Fields that older trackers do not write are empty or 0 where it ends before them.
struct Fields<'d, 'a> {
    payload: Reader<'a>,
    dictionary: &'d Dictionary<'a>,
}

impl<'a> Fields<'_, 'a> {
    fn text(&mut self, limit: usize) -> Result<Cow<'a, str>, DecodeError> {
        let start = self.payload;
        let index = self.payload.varint()?;
        let text = self
            .dictionary
            .text(index)
            .map_err(|problem| start.error(problem))?;
        if text.len() > limit {
            return Err(start.error(Problem::LongText { limit }));
        }
        Ok(Cow::Borrowed(text))
    }

    fn name(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        let start = self.payload;
        let name = self.text(NAME_BYTES)?;
        check::name(&name).map_err(|problem| start.error(problem))?;
        Ok(name)
    }

    fn later_text(&mut self) -> Result<Cow<'a, str>, DecodeError> {
        if self.payload.is_empty() {
            Ok(Cow::Borrowed(""))
        } else {
            self.text(STRING_BYTES)
        }
    }

    fn later_u16(&mut self) -> Result<u16, DecodeError> {
        if self.payload.is_empty() {
            Ok(0)
        } else {
            self.payload.u16()
        }
    }

    fn later_number(&mut self) -> Result<u64, DecodeError> {
        if self.payload.is_empty() {
            Ok(0)
        } else {
            self.payload.varint()
        }
    }

    fn custom(&mut self) -> Result<Custom<'a>, DecodeError> {
        let name = self.name()?;
        let mut props = Vec::new();
        if !self.payload.is_empty() {
            let start = self.payload;
            let count = self.payload.varint()?;
            if count > PROPS as u64 {
                return Err(start.error(Problem::Count {
                    what: "properties",
                    limit: PROPS,
                }));
            }
            props.reserve_exact(count as usize);
            for _ in 0..count {
                props.push((self.name()?, self.text(STRING_BYTES)?));
            }
        }
        let currency = self.later_text()?;
        let mut value = None;
        if !self.payload.is_empty() && self.payload.number(1)? == 1 {
            let start = self.payload;
            let found = f64::from_bits(self.payload.varint()?);
            check::value(found).map_err(|problem| start.error(problem))?;
            value = Some(found);
        }
        Ok(Custom {
            name,
            props,
            value,
            currency,
        })
    }
}

/// The texts of a binary batch; index 0 is the empty one, 1 the first.
struct Dictionary<'a>(Vec<&'a str>);

impl<'a> Dictionary<'a> {
    fn read(body: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let start = *body;
        let count = body.varint()?;
        if count > STRINGS as u64 {
            return Err(start.error(Problem::Count {
                what: "different texts",
                limit: STRINGS,
            }));
        }
        let mut texts = Vec::with_capacity(count as usize);
        for _ in 0..count {
            let start = *body;
            let text = body.text(STRING_BYTES)?;
            check::text(text, STRING_BYTES).map_err(|problem| start.error(problem))?;
            texts.push(text);
        }
        Ok(Self(texts))
    }

    fn text(&self, index: u64) -> Result<&'a str, Problem> {
        let Some(before) = index.checked_sub(1) else {
            return Ok("");
        };
        let found = usize::try_from(before)
            .ok()
            .and_then(|before| self.0.get(before));
        found.copied().ok_or(Problem::Dictionary {
            index,
            count: self.0.len(),
        })
    }
}
