//! The values a JSON batch is made of: lists, texts, properties.
//!
//! Invariant: a list is read only as far as its limit goes, so that no body makes it grow beyond, and says when there
//! was more; every text without escapes is borrowed.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::limits::PROPS;

/// A list read no further than its limit.
pub(crate) struct List<T, const LIMIT: usize> {
    pub(crate) items: Vec<T>,
    pub(crate) over: bool,
}

impl<T, const LIMIT: usize> Default for List<T, LIMIT> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            over: false,
        }
    }
}

impl<'de, T: Deserialize<'de>, const LIMIT: usize> Deserialize<'de> for List<T, LIMIT> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T, const LIMIT: usize>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>, const LIMIT: usize> Visitor<'de> for Items<T, LIMIT> {
            type Value = List<T, LIMIT>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = List::default();
                while list.items.len() < LIMIT {
                    match seq.next_element()? {
                        Some(item) => list.items.push(item),
                        None => return Ok(list),
                    }
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    list.over = true;
                }
                Ok(list)
            }
        }
        deserializer.deserialize_seq(Items(PhantomData))
    }
}

/// A text, borrowed where it has no escapes.
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Found;
        impl<'de> Visitor<'de> for Found {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Found)
    }
}

/// Properties in their order. Numbers and booleans become text; null means the property is not there.
#[derive(Default)]
pub(crate) struct Props<'a>(pub(crate) List<(Cow<'a, str>, Cow<'a, str>), PROPS>);

impl<'de: 'a, 'a> Deserialize<'de> for Props<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Props<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Props<'de>, A::Error> {
                let mut list = List::default();
                while let Some((Text(key), Scalar(value))) = map.next_entry()? {
                    match value {
                        None => {}
                        Some(_) if list.items.len() == PROPS => list.over = true,
                        Some(value) => list.items.push((key, value)),
                    }
                }
                Ok(Props(list))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// A property's value as text.
struct Scalar<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Found;
        impl<'de> Visitor<'de> for Found {
            type Value = Scalar<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, number or boolean")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Borrowed(text))))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Owned(text.to_owned()))))
            }
            fn visit_bool<E: Error>(self, found: bool) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Borrowed(if found {
                    "true"
                } else {
                    "false"
                }))))
            }
            fn visit_i64<E: Error>(self, found: i64) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Owned(found.to_string()))))
            }
            fn visit_u64<E: Error>(self, found: u64) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Owned(found.to_string()))))
            }
            fn visit_f64<E: Error>(self, found: f64) -> Result<Scalar<'de>, E> {
                // Plain digits where they are few, else the form with an exponent, lest 1e308 be 309 digits.
                let plain = found.abs() < 1e16 && (found == 0.0 || found.abs() > 1e-6);
                Ok(Scalar(Some(Cow::Owned(if plain {
                    found.to_string()
                } else {
                    format!("{found:e}")
                }))))
            }
            fn visit_unit<E: Error>(self) -> Result<Scalar<'de>, E> {
                Ok(Scalar(None))
            }
        }
        deserializer.deserialize_any(Found)
    }
}
