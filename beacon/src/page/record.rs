//! Events from the records of a page's batch, which hold texts as they are.
//!
//! Invariant: a record gives an event, adds to what is known of the page's speed, or is passed over.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::element::{Elements, cut};
use super::surrogates::whole;
use super::value::Value;
use crate::json::Text;
use crate::kind::{self, MESSAGES, signal};
use crate::limits::{NAME_BYTES, PROPS, STRING_BYTES};
use crate::{Attention, Click, Custom, Kind, Pageview, Signal};

/// Speed of the page: when it was told first, and its figures.
pub(super) type Speed = Option<(u64, Attention)>;

/// Which of the browser's entries a record of speed is.
const LCP: i32 = 0;
const PAINT: i32 = 1;
const NAVIGATION: i32 = 2;

/// When it happened, and what, where it is an event; nothing where it is unknown or makes no sense.
pub(super) fn event<'a>(
    record: Vec<Value<'a>>,
    elements: &mut Elements<'a>,
    speed: &mut Speed,
) -> Option<(u64, Option<Kind<'a>>)> {
    let mut values = record.into_iter();
    let kind = values.next()?.whole();
    let at = values.next()?.bounded(u64::MAX);
    let mut next = || values.next().unwrap_or_default();
    let event = if kind == i32::from(kind::PAGEVIEW) {
        Kind::Pageview(Pageview {
            referrer: cut(next().text(), STRING_BYTES),
            title: cut(next().text(), STRING_BYTES),
            status: next().bounded(0),
            back: next().whole() == 1,
        })
    } else if kind == i32::from(kind::CLICK) {
        let element = elements.named(next().whole());
        let (x, y) = (next().bounded(u16::MAX), next().bounded(u16::MAX));
        let [across, down, width, height] =
            [next(), next(), next(), next()].map(|value| value.number());
        Kind::Click(Click {
            element,
            x,
            y,
            within: (thousandths(across, width), thousandths(down, height)),
        })
    } else if kind == i32::from(kind::CUSTOM) {
        let name = cut(next().text(), NAME_BYTES);
        if name.is_empty() {
            return None;
        }
        Kind::Custom(custom(name, &next().text()))
    } else if kind == kind::SIGNAL {
        let number = next().whole();
        let what = word(number)?;
        let element = elements.named(next().whole());
        let amount: u32 = next().bounded(u32::MAX);
        let mut detail = cut(next().text(), STRING_BYTES);
        if number == signal::FORM_FAIL {
            detail = Cow::Borrowed(message(amount));
        }
        Kind::Signal(Signal {
            what,
            element,
            amount: if number == signal::FORM_FAIL {
                0
            } else {
                amount
            },
            detail,
            name: cut(next().text(), STRING_BYTES),
            ..Signal::default()
        })
    } else if kind == kind::SPEED {
        let (which, start, duration, response) = (next().whole(), next(), next(), next());
        if !(LCP..=NAVIGATION).contains(&which) {
            return None;
        }
        let figures = &mut speed.get_or_insert((at, Attention::default())).1;
        let figure = |value: &Value<'_>| value.bounded(u32::MAX);
        match which {
            LCP => figures.lcp = figures.lcp.max(figure(&start)),
            // The first contentful paint is the later one of the two that are told.
            PAINT => figures.fcp = figures.fcp.max(figure(&start)),
            _ => {
                figures.load = figure(&duration);
                figures.ttfb = figure(&response);
            }
        }
        return Some((at, None));
    } else {
        return None;
    };
    Some((at, Some(event)))
}

/// What a signal of that number is called.
pub(super) fn word(number: i32) -> Option<&'static str> {
    let place = usize::try_from(number).ok()?.checked_sub(1)?;
    signal::WORDS.get(place).copied()
}

/// What a validation message of that number is called.
pub(super) fn message(number: u32) -> &'static str {
    let place = (number as usize).wrapping_sub(1);
    MESSAGES.get(place).copied().unwrap_or_default()
}

fn thousandths(part: f64, whole: f64) -> u16 {
    if whole > 0.0 {
        (part / whole * 1000.0).clamp(0.0, 1000.0) as u16
    } else {
        0
    }
}

/// An event of the page's own, from what it was given, as JSON. What cannot be kept is left out.
fn custom<'a>(name: Cow<'a, str>, given: &str) -> Custom<'a> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Given<'a> {
        #[serde(borrow)]
        props: Option<&'a RawValue>,
        value: Value<'a>,
        currency: Value<'a>,
    }
    // What it was given is JSON in a JSON text, where halves of characters are not seen from outside.
    let given = whole(given.as_bytes());
    let given: Given<'_> = serde_json::from_slice(&given).unwrap_or_default();
    let value = match &given.value {
        Value::Text(text) => text.trim().parse().ok(),
        Value::Number(number) => Some(*number),
        Value::Nothing => None,
    };
    // What is no object has no properties, and takes nothing else along.
    let props = given.props.map_or("{}", RawValue::get);
    let props: Properties = serde_json::from_str(props).unwrap_or_default();
    Custom {
        name,
        props: props.0,
        value: value.filter(|value| value.is_finite()),
        currency: cut(Cow::Owned(given.currency.text().into_owned()), NAME_BYTES),
    }
}

/// Properties with a name and a text; the page makes texts of numbers and booleans. Further ones are left out.
#[derive(Default)]
struct Properties(Vec<(Cow<'static, str>, Cow<'static, str>)>);

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Properties;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Properties, A::Error> {
                let mut found = Vec::new();
                while let Some((Text(name), value)) = map.next_entry::<Text<'de>, Value<'de>>()? {
                    if let Value::Text(value) = value
                        && !name.is_empty()
                        && found.len() < PROPS
                    {
                        let own =
                            |text: Cow<'_, str>, limit| cut(Cow::Owned(text.into_owned()), limit);
                        found.push((own(name, NAME_BYTES), own(value, STRING_BYTES)));
                    }
                }
                Ok(Properties(found))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
