//! Writes a batch in the binary layout.
//!
//! Invariant: what it gives, [`decode`](crate::decode) gives back equal. It cuts nothing: a batch over a limit is
//! refused, and dividing it is the caller's business.

use std::collections::HashMap;

use crate::error::{EncodeError, Problem, member};
use crate::kind::signal::WORDS;
use crate::limits::{BATCH_BYTES, ELEMENTS, STRINGS};
use crate::writer::{Full, Writer};
use crate::{Batch, Element, Event, Kind, VERSION, kind};

/// The batch as binary, version 1.
///
/// # Errors
/// Where the batch breaks one of the [`limits`](crate::limits) or could not be decoded again; the error names the
/// field.
pub fn encode(batch: &Batch<'_>) -> Result<Vec<u8>, EncodeError> {
    crate::validate(batch)?;
    let mut dictionary = Dictionary::default();
    let head = [dictionary.index(&batch.site), batch.page.into(), batch.sent];
    let viewport = [batch.viewport.0.into(), batch.viewport.1.into()];
    let marks: &[u64] = if batch.automated {
        &[kind::AUTOMATED]
    } else {
        &[]
    };
    let mut records = vec![(kind::HEAD, [&head[..], &viewport, marks].concat())];
    let mut elements = Elements::default();
    for event in &batch.events {
        let event = fields(event, &mut dictionary, &mut elements);
        records.append(&mut elements.fresh);
        records.push(event);
    }
    if elements.places.len() > ELEMENTS {
        let problem = Problem::Count {
            what: "elements",
            limit: ELEMENTS,
        };
        return Err(EncodeError {
            problem,
            place: member("events"),
        });
    }
    if dictionary.texts.len() > STRINGS {
        let problem = Problem::Count {
            what: "different texts",
            limit: STRINGS,
        };
        return Err(EncodeError {
            problem,
            place: member("events"),
        });
    }
    let mut bytes = vec![0; BATCH_BYTES];
    let len = write(&dictionary.texts, &records, &mut bytes).map_err(|Full| EncodeError {
        problem: Problem::TooLarge { limit: BATCH_BYTES },
        place: member("events"),
    })?;
    bytes.truncate(len);
    Ok(bytes)
}

fn write(texts: &[&str], records: &[(u8, Vec<u64>)], bytes: &mut [u8]) -> Result<usize, Full> {
    let mut writer = Writer::new(bytes);
    writer.bytes(&[VERSION, 0])?;
    writer.varint(texts.len() as u64)?;
    for text in texts {
        writer.text(text)?;
    }
    for (kind, fields) in records {
        writer.record(*kind, fields.iter().copied())?;
    }
    writer.byte(kind::END)?;
    Ok(writer.len())
}

/// Kind and payload of an event, its texts replaced by their places in the dictionary.
fn fields<'b>(
    event: &'b Event<'_>,
    dictionary: &mut Dictionary<'b>,
    elements: &mut Elements,
) -> (u8, Vec<u64>) {
    let mut fields = vec![event.at, event.view.into(), dictionary.index(&event.url)];
    let kind = match &event.kind {
        Kind::Pageview(pageview) => {
            fields.extend([&pageview.referrer, &pageview.title].map(|text| dictionary.index(text)));
            fields.push(pageview.status.into());
            kind::PAGEVIEW
        }
        Kind::Click(click) => {
            let element = &click.element;
            let (x, y) = click.within;
            let after = |place: u64| [click.x.into(), click.y.into(), place, x.into(), y.into()];
            // Only what the first texts cannot say is described apart.
            if later_texts(element).iter().all(|text| text.is_empty()) {
                fields.extend(first_texts(element).map(|text| dictionary.index(text)));
                fields.extend(after(0));
            } else {
                fields.extend([0; 5]);
                fields.extend(after(elements.place(element, dictionary)));
            }
            kind::CLICK
        }
        Kind::Custom(custom) => {
            fields.extend([dictionary.index(&custom.name), custom.props.len() as u64]);
            for (key, value) in &custom.props {
                fields.extend([dictionary.index(key), dictionary.index(value)]);
            }
            fields.extend([
                dictionary.index(&custom.currency),
                custom.value.is_some().into(),
            ]);
            fields.extend(custom.value.map(f64::to_bits));
            // A 0 at its end may be of a value's bits.
            return (kind::CUSTOM, fields);
        }
        Kind::Signal(signal) => {
            let what = WORDS.iter().position(|word| *word == signal.what);
            fields.extend([
                what.map_or(0, |place| place as u64 + 1),
                elements.place(&signal.element, dictionary),
                signal.x.into(),
                signal.y.into(),
                signal.amount.into(),
                dictionary.index(&signal.detail),
                dictionary.index(&signal.name),
            ]);
            kind::SIGNAL
        }
        Kind::Attention(found) => {
            let [depth, status] = [u64::from(found.depth), found.status.into()];
            fields.extend([found.engaged.into(), depth, status]);
            fields.extend(
                [
                    found.load, found.lcp, found.inp, found.cls, found.fcp, found.ttfb,
                ]
                .map(u64::from),
            );
            fields.extend(found.tenths.map(u64::from));
            kind::ATTENTION
        }
        Kind::Exposure(exposure) => {
            let marks = if exposure.viewable { kind::VIEWABLE } else { 0 };
            fields.extend([
                elements.place(&exposure.element, dictionary),
                exposure.visible.into(),
                marks,
                exposure.clicks.into(),
            ]);
            kind::EXPOSURE
        }
        Kind::Field(field) => {
            let usage = &field.usage;
            let mark = |is: bool, mark| if is { mark } else { 0 };
            fields.extend([
                elements.place(&field.form, dictionary),
                elements.place(&field.element, dictionary),
            ]);
            fields.extend(
                [
                    usage.order,
                    usage.hesitation,
                    usage.dwell,
                    usage.corrections,
                    usage.focuses,
                ]
                .map(u64::from),
            );
            fields.extend([
                dictionary.index(&field.message),
                mark(usage.last, kind::LAST) | mark(usage.submitted, kind::SUBMITTED),
            ]);
            kind::FIELD
        }
    };
    // Fields at the end that say nothing are left out: a decoder takes them for 0.
    while fields.last() == Some(&0) && fields.len() > 3 {
        fields.pop();
    }
    (kind, fields)
}

fn first_texts<'b>(element: &'b Element<'_>) -> [&'b str; 5] {
    [
        &element.selector,
        &element.tag,
        &element.text,
        &element.href,
        &element.role,
    ]
}

fn later_texts<'b>(element: &'b Element<'_>) -> [&'b str; 5] {
    [
        &element.name,
        &element.type_,
        &element.ad,
        &element.placement,
        &element.campaign,
    ]
}

/// The elements of a batch, each described once, before the first event that names it.
#[derive(Default)]
struct Elements {
    places: HashMap<Vec<u64>, u64>,
    fresh: Vec<(u8, Vec<u64>)>,
}

impl Elements {
    /// The element's place among those described, or 0 where it says nothing.
    fn place<'b>(&mut self, element: &'b Element<'_>, dictionary: &mut Dictionary<'b>) -> u64 {
        let texts = first_texts(element).into_iter().chain(later_texts(element));
        let fields: Vec<u64> = texts.map(|text| dictionary.index(text)).collect();
        if fields.iter().all(|field| *field == 0) {
            return 0;
        }
        let next = self.places.len() as u64 + 1;
        *self.places.entry(fields).or_insert_with_key(|fields| {
            self.fresh.push((kind::ELEMENT, fields.clone()));
            next
        })
    }
}

/// The texts of a batch, each once; 0 stands for the empty one, which is not among them.
#[derive(Default)]
struct Dictionary<'b> {
    texts: Vec<&'b str>,
    places: HashMap<&'b str, u64>,
}

impl<'b> Dictionary<'b> {
    fn index(&mut self, text: &'b str) -> u64 {
        if text.is_empty() {
            return 0;
        }
        *self.places.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() as u64
        })
    }
}
