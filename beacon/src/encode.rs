//! Writes a batch in the binary layout.
//!
//! Invariant: what it gives, [`decode`](crate::decode) gives back equal. It cuts nothing: a batch over a limit is
//! refused, and dividing it is the caller's business.

use std::collections::HashMap;

use crate::error::{EncodeError, Problem, member};
use crate::limits::{BATCH_BYTES, STRINGS};
use crate::writer::{Full, Writer};
use crate::{Batch, Event, Kind, VERSION, kind};

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
    for (index, event) in batch.events.iter().enumerate() {
        let fields = fields(event, &mut dictionary).map_err(|name| EncodeError {
            problem: Problem::NoPlace,
            place: member(&format!("events[{index}].{name}")),
        })?;
        records.push(fields);
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
///
/// # Errors
/// With the member that has no place there.
fn fields<'b>(
    event: &'b Event<'_>,
    dictionary: &mut Dictionary<'b>,
) -> Result<(u8, Vec<u64>), &'static str> {
    let mut fields = vec![event.at, event.view.into(), dictionary.index(&event.url)];
    let kind = match &event.kind {
        Kind::Pageview(pageview) => {
            if pageview.status != 0 {
                return Err("status");
            }
            if pageview.back {
                return Err("back");
            }
            fields.extend([&pageview.referrer, &pageview.title].map(|text| dictionary.index(text)));
            kind::PAGEVIEW
        }
        Kind::Click(click) => {
            let element = &click.element;
            let later = [
                ("element.name", &element.name),
                ("element.type", &element.type_),
                ("element.ad", &element.ad),
                ("element.placement", &element.placement),
                ("element.campaign", &element.campaign),
                ("element.rotation", &element.rotation),
            ];
            if let Some((member, _)) = later.into_iter().find(|(_, text)| !text.is_empty()) {
                return Err(member);
            }
            if click.within != (0, 0) {
                return Err("within");
            }
            let texts = [
                &element.selector,
                &element.tag,
                &element.text,
                &element.href,
                &element.role,
            ];
            fields.extend(texts.map(|text| dictionary.index(text)));
            fields.extend([click.x, click.y].map(u64::from));
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
            kind::CUSTOM
        }
        Kind::Signal(_) | Kind::Attention(_) | Kind::Exposure(_) | Kind::Field(_) => {
            return Err("kind");
        }
    };
    Ok((kind, fields))
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
