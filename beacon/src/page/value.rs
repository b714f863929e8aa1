//! A value of a record: a number, a text, or nothing.
//!
//! Invariant: what a browser can write for a number gives one: JavaScript's booleans count 1 and 0, NaN and what is
//! left out come as null and count 0.

use std::borrow::Cow;
use std::fmt;

use crate::detect::entry;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

#[derive(Debug, Default)]
pub(super) enum Value<'a> {
    #[default]
    Nothing,
    Number(f64),
    Text(Cow<'a, str>),
}

impl<'a> Value<'a> {
    /// The number as JavaScript makes it whole: towards 0.
    pub(super) fn whole(&self) -> i32 {
        match self {
            Self::Number(number) => *number as i64 as i32,
            _ => 0,
        }
    }

    /// The number between 0 and the largest its type has.
    pub(super) fn bounded<T: TryFrom<i64> + Default>(&self, most: T) -> T {
        match self {
            Self::Number(number) => T::try_from(number.max(0.0) as i64).unwrap_or(most),
            _ => T::default(),
        }
    }

    pub(super) fn number(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            _ => 0.0,
        }
    }

    pub(super) fn text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            _ => Cow::Borrowed(""),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Found;
        impl<'de> Visitor<'de> for Found {
            type Value = Value<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Value<'de>, E> {
                Ok(Value::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Value<'de>, E> {
                Ok(Value::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_bool<E: Error>(self, found: bool) -> Result<Value<'de>, E> {
                Ok(Value::Number(f64::from(u8::from(found))))
            }
            fn visit_i64<E: Error>(self, found: i64) -> Result<Value<'de>, E> {
                Ok(Value::Number(found as f64))
            }
            fn visit_u64<E: Error>(self, found: u64) -> Result<Value<'de>, E> {
                Ok(Value::Number(found as f64))
            }
            fn visit_f64<E: Error>(self, found: f64) -> Result<Value<'de>, E> {
                Ok(Value::Number(found))
            }
            fn visit_unit<E: Error>(self) -> Result<Value<'de>, E> {
                Ok(Value::Nothing)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value<'de>, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Value::Nothing)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Value::Nothing)
            }
        }
        deserializer.deserialize_any(Found)
    }
}

/// An entry of a raw log; what it has too many is passed over.
pub(super) struct Entry(pub(super) entry::Entry);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers;
        impl<'de> Visitor<'de> for Numbers {
            type Value = Entry;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of numbers")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Entry, A::Error> {
                let mut numbers = [0; entry::NUMBERS];
                for number in &mut numbers {
                    match seq.next_element::<Value<'de>>()? {
                        Some(value) => *number = value.whole(),
                        None => return Ok(Entry(numbers)),
                    }
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Entry(numbers))
            }
        }
        deserializer.deserialize_seq(Numbers)
    }
}
