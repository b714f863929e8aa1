//! Events from the records of a binary batch.
//!
//! Invariant: an element is named only after it was described. Kinds that are not known here are passed over.

use super::fields::{Dictionary, Fields};
use crate::error::{DecodeError, Problem};
use crate::kind::signal::WORDS;
use crate::limits::{ELEMENTS, PROPS, STRING_BYTES};
use crate::reader::Reader;
use crate::{
    Attention, Click, Custom, Element, Event, Exposure, Field, Kind, Pageview, Signal, Usage,
    check, kind,
};

/// What the records of one batch are read with.
pub(super) struct Records<'d, 'a> {
    dictionary: &'d Dictionary<'a>,
    sent: u64,
    elements: Vec<Element<'a>>,
}

impl<'d, 'a> Records<'d, 'a> {
    pub(super) const fn new(dictionary: &'d Dictionary<'a>, sent: u64) -> Self {
        Self {
            dictionary,
            sent,
            elements: Vec::new(),
        }
    }

    const fn fields<'p>(&self, payload: Reader<'p>) -> Fields<'d, 'a, 'p> {
        Fields {
            payload,
            dictionary: self.dictionary,
        }
    }

    /// Takes an element for later records to name.
    pub(super) fn element(&mut self, payload: Reader<'_>) -> Result<(), DecodeError> {
        if self.elements.len() == ELEMENTS {
            return Err(payload.error(Problem::Count {
                what: "elements",
                limit: ELEMENTS,
            }));
        }
        let mut fields = self.fields(payload);
        let mut described = element(&mut fields)?;
        described.name = fields.later_text()?;
        described.type_ = fields.later_text()?;
        described.ad = fields.later_text()?;
        described.placement = fields.later_text()?;
        described.campaign = fields.later_text()?;
        self.elements.push(described);
        Ok(())
    }

    /// The element a field names; 0 is none.
    fn named(&self, fields: &mut Fields<'_, 'a, '_>) -> Result<Option<Element<'a>>, DecodeError> {
        let start = fields.payload;
        let index = fields.later_number()?;
        let Some(before) = index.checked_sub(1) else {
            return Ok(None);
        };
        let found = usize::try_from(before)
            .ok()
            .and_then(|before| self.elements.get(before));
        match found {
            Some(element) => Ok(Some(element.clone())),
            None => Err(start.error(Problem::Element {
                index,
                count: self.elements.len(),
            })),
        }
    }

    /// One event, or nothing where its kind is not known.
    pub(super) fn event(
        &self,
        kind: u8,
        payload: Reader<'_>,
    ) -> Result<Option<Event<'a>>, DecodeError> {
        if !matches!(kind, kind::PAGEVIEW..=kind::CUSTOM | kind::SIGNAL..=kind::FIELD) {
            return Ok(None);
        }
        let mut fields = self.fields(payload);
        let at = fields.payload.varint()?;
        check::at(at, self.sent).map_err(|problem| payload.error(problem))?;
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
                status: fields.later_u16()?,
            }),
            kind::CLICK => {
                let inline = element(&mut fields)?;
                let (x, y) = (fields.later_u16()?, fields.later_u16()?);
                Kind::Click(Click {
                    element: self.named(&mut fields)?.unwrap_or(inline),
                    x,
                    y,
                    within: (fields.later_u16()?, fields.later_u16()?),
                })
            }
            kind::CUSTOM => Kind::Custom(custom(&mut fields)?),
            kind::SIGNAL => match self.signal(&mut fields)? {
                Some(signal) => Kind::Signal(signal),
                None => return Ok(None),
            },
            kind::ATTENTION => Kind::Attention(attention(&mut fields)?),
            kind::EXPOSURE => Kind::Exposure(Exposure {
                element: self.named(&mut fields)?.unwrap_or_default(),
                visible: fields.later_u32()?,
                viewable: fields.later_number()? & kind::VIEWABLE != 0,
                clicks: fields.later_u32()?,
            }),
            _ => Kind::Field(self.field(&mut fields)?),
        };
        Ok(Some(Event {
            at,
            view,
            url,
            kind,
        }))
    }

    /// A signal, or nothing where what it says is not known here.
    fn signal(&self, fields: &mut Fields<'_, 'a, '_>) -> Result<Option<Signal<'a>>, DecodeError> {
        let what = fields.later_number()?;
        let word = what
            .checked_sub(1)
            .and_then(|place| WORDS.get(usize::try_from(place).ok()?));
        let Some(what) = word else {
            return Ok(None);
        };
        Ok(Some(Signal {
            what,
            element: self.named(fields)?.unwrap_or_default(),
            x: fields.later_u16()?,
            y: fields.later_u16()?,
            amount: fields.later_u32()?,
            detail: fields.later_text()?,
            name: fields.later_text()?,
        }))
    }

    fn field(&self, fields: &mut Fields<'_, 'a, '_>) -> Result<Field<'a>, DecodeError> {
        let form = self.named(fields)?.unwrap_or_default();
        let element = self.named(fields)?.unwrap_or_default();
        let usage = Usage {
            order: fields.later_u32()?,
            hesitation: fields.later_u32()?,
            dwell: fields.later_u32()?,
            corrections: fields.later_u32()?,
            focuses: fields.later_u32()?,
            ..Usage::default()
        };
        let message = fields.later_text()?;
        let marks = fields.later_number()?;
        Ok(Field {
            form,
            element,
            message,
            usage: Usage {
                last: marks & kind::LAST != 0,
                submitted: marks & kind::SUBMITTED != 0,
                ..usage
            },
        })
    }
}

/// The five members every element has had from the first.
fn element<'a>(fields: &mut Fields<'_, 'a, '_>) -> Result<Element<'a>, DecodeError> {
    Ok(Element {
        selector: fields.later_text()?,
        tag: fields.later_text()?,
        text: fields.later_text()?,
        href: fields.later_text()?,
        role: fields.later_text()?,
        ..Element::default()
    })
}

fn attention(fields: &mut Fields<'_, '_, '_>) -> Result<Attention, DecodeError> {
    let mut attention = Attention {
        engaged: fields.later_u32()?,
        depth: u8::try_from(fields.later_u16()?.min(100)).unwrap_or(100),
        status: fields.later_u16()?,
        load: fields.later_u32()?,
        lcp: fields.later_u32()?,
        inp: fields.later_u32()?,
        cls: fields.later_u32()?,
        fcp: fields.later_u32()?,
        ttfb: fields.later_u32()?,
        tenths: [0; 10],
    };
    for tenth in &mut attention.tenths {
        *tenth = fields.later_u32()?;
    }
    Ok(attention)
}

fn custom<'a>(fields: &mut Fields<'_, 'a, '_>) -> Result<Custom<'a>, DecodeError> {
    let name = fields.name()?;
    let mut props = Vec::new();
    if !fields.payload.is_empty() {
        let start = fields.payload;
        let count = fields.payload.varint()?;
        if count > PROPS as u64 {
            return Err(start.error(Problem::Count {
                what: "properties",
                limit: PROPS,
            }));
        }
        props.reserve_exact(count as usize);
        for _ in 0..count {
            props.push((fields.name()?, fields.text(STRING_BYTES)?));
        }
    }
    let currency = fields.later_text()?;
    let mut value = None;
    if !fields.payload.is_empty() && fields.payload.number(1)? == 1 {
        let start = fields.payload;
        let found = f64::from_bits(fields.payload.varint()?);
        check::value(found).map_err(|problem| start.error(problem))?;
        value = Some(found);
    }
    // A page writes its value as text: its core knows whole numbers only. One that is no number is none.
    if let Ok(found) = fields.later_text()?.parse::<f64>()
        && found.is_finite()
    {
        value = Some(found);
    }
    Ok(Custom {
        name,
        props,
        value,
        currency,
    })
}
