//! The JSON of one line, and what is wrong with it when it is not understood.
//!
//! A fault names the key and the reason; it never says what a value was, which may be personal.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use snag_beacon::Element;
use snag_beacon::limits::PROPS;

/// The key at fault (empty when the line is no event at all), and the reason.
pub(super) type Fault = (String, String);

/// Reads a line, which is `what`: an event, a recording.
pub(super) fn read<'a, T: Deserialize<'a>>(text: &'a str, what: &str) -> Result<T, Fault> {
    // The quick reader does not know where it was; only a bad line is read again by one that does.
    serde_json::from_str(text).map_err(|_| fault::<T>(text, what))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line<'a> {
    #[serde(borrow)]
    pub(super) site: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) visitor: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) time: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) event: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) session: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) url: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) referrer: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) title: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) element: Option<LineElement<'a>>,
    #[serde(borrow, default)]
    pub(super) user_agent: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) ip: Cow<'a, str>,
    #[serde(default)]
    pub(super) props: Props,
    pub(super) value: Option<f64>,
    #[serde(borrow, default)]
    pub(super) currency: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LineElement<'a> {
    #[serde(borrow)]
    pub(super) selector: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) tag: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) text: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) href: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) role: Cow<'a, str>,
}

#[derive(Default)]
pub(super) struct Props(pub(super) Vec<(String, String)>);

/// A property's value as text; `None` for null.
struct Scalar(Option<String>);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number or a boolean")
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(Some(text.to_owned())))
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Scalar, E> {
                Ok(Scalar(Some(flag.to_string())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar(Some(number.to_string())))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar(Some(number.to_string())))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
                Ok(Scalar(Some(number.to_string())))
            }

            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar(None))
            }
        }
        deserializer.deserialize_any(Text)
    }
}

impl<'de> Deserialize<'de> for Props {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Props;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts, numbers and booleans")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Props, A::Error> {
                let mut props: Vec<(String, String)> = Vec::new();
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    if props.len() == PROPS {
                        map.next_value::<IgnoredAny>()?;
                        return Err(serde::de::Error::custom(format!(
                            "more than {PROPS} properties"
                        )));
                    }
                    let Scalar(Some(value)) = map.next_value()? else {
                        continue;
                    };
                    props.push((key.into_owned(), value));
                }
                Ok(Props(props))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

impl LineElement<'_> {
    /// The element as a page would have told it.
    pub(super) fn words(&self) -> Element<'_> {
        Element {
            selector: Cow::Borrowed(&self.selector),
            tag: Cow::Borrowed(&self.tag),
            text: Cow::Borrowed(&self.text),
            href: Cow::Borrowed(&self.href),
            role: Cow::Borrowed(&self.role),
            ..Element::default()
        }
    }
}

fn fault<'a, T: Deserialize<'a>>(text: &'a str, what: &str) -> Fault {
    let mut reader = serde_json::Deserializer::from_str(text);
    let told = match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Ok(_) => {
            return (
                String::new(),
                format!("there is more after the {what}; write one {what} a line"),
            );
        }
        Err(error) => error,
    };
    let key = Some(told.path().to_string())
        .filter(|path| path != ".")
        .unwrap_or_default();
    let reason = told.inner().to_string();
    // Without the place, which is of this line alone, and without the value, which may be personal.
    let reason = reason
        .split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned();
    match (
        reason.strip_prefix("missing field `"),
        reason.strip_prefix("unknown field `"),
    ) {
        (Some(missing), _) => (
            missing.trim_end_matches('`').to_owned(),
            "is missing".to_owned(),
        ),
        (_, Some(unknown)) => {
            let (name, rest) = unknown.split_once('`').unwrap_or((unknown, ""));
            (
                name.to_owned(),
                format!(
                    "is no key of {} {what}{}",
                    if what.starts_with(['a', 'e', 'i', 'o', 'u']) {
                        "an"
                    } else {
                        "a"
                    },
                    rest.replace(", expected one of", "; known:")
                ),
            )
        }
        _ => (key, without_value(&reason)),
    }
}

/// `invalid type: string "x", expected y` → `invalid type: string, expected y`.
fn without_value(reason: &str) -> String {
    let (Some(start), Some(end)) = (reason.find(": "), reason.rfind(", expected ")) else {
        return reason.to_owned();
    };
    let kind = reason.get(start + 2..end).unwrap_or_default();
    let kind = kind.split([' ', '`', '"']).next().unwrap_or_default();
    format!("{}: {kind}{}", &reason[..start], &reason[end..])
}
