//! What the protocols of other trackers have in common: one event a request, as a JSON object of loose types.
//!
//! Invariant: a translated batch keeps to the limits of our own, with texts cut and properties left off where theirs
//! are wider. Nothing is judged here: that is the enrichment's business.

use std::borrow::Cow;

use serde_json::{Map, Value};
use snag_beacon::limits::{NAME_BYTES, PROPS, STRING_BYTES};
use snag_beacon::{Batch, Custom, Event, Kind};

/// What one request asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Asked {
    /// To store this, for each site it names.
    Store(Vec<Batch<'static>>),
    /// To note what is of no use here; the word says what.
    SetAside(&'static str),
}

/// The body as an object.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, String> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("the body is JSON, but no object".to_owned()),
        Err(error) => Err(format!("the body is no JSON: {error}")),
    }
}

/// The first of the names that is there and not null.
pub(super) fn member<'a>(object: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    let found = names.iter().filter_map(|name| object.get(*name));
    found.into_iter().find(|value| !value.is_null())
}

/// The text of the first of the names that is one; else empty.
pub(super) fn text<'a>(object: &'a Map<String, Value>, names: &[&str]) -> &'a str {
    member(object, names)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The object of the first of the names, also one that was written as a text.
pub(super) fn inner<'a>(
    object: &'a Map<String, Value>,
    names: &[&str],
) -> Option<Cow<'a, Map<String, Value>>> {
    match member(object, names)? {
        Value::Object(inner) => Some(Cow::Borrowed(inner)),
        Value::String(json) => serde_json::from_str(json).ok().map(Cow::Owned),
        _ => None,
    }
}

/// A number, also one that was written as a text.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|number| number.is_finite())
}

/// At most `limit` bytes of a text, without NUL.
pub(super) fn cut(text: &str, limit: usize) -> String {
    let text = text.replace('\0', "");
    let mut ends = (0..=limit.min(text.len())).rev();
    let end = ends.find(|end| text.is_char_boundary(*end));
    text[..end.unwrap_or(0)].to_owned()
}

/// A batch of one event of one site.
pub(super) fn batch(site: &str, url: &str, kind: Kind<'static>) -> Batch<'static> {
    Batch {
        site: Cow::Owned(site.to_owned()),
        page: 0,
        sent: 0,
        viewport: (0, 0),
        automated: false,
        events: vec![Event {
            at: 0,
            view: 0,
            url: Cow::Owned(url.to_owned()),
            kind,
        }],
    }
}

/// An event of its own name.
pub(super) fn custom(name: &str, props: &[(String, String)]) -> Custom<'static> {
    let props = props.iter().filter(|(key, _)| !key.is_empty()).take(PROPS);
    Custom {
        name: Cow::Owned(cut(name, NAME_BYTES)),
        props: props
            .map(|(key, value)| (cut(key, NAME_BYTES).into(), cut(value, STRING_BYTES).into()))
            .collect(),
        value: None,
        currency: Cow::Borrowed(""),
    }
}

/// Properties in one level: members of members as `a.b`, lists as JSON. What is null or empty says nothing.
pub(super) fn properties(object: &Map<String, Value>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    flatten("", object, &mut found);
    found
}

fn flatten(prefix: &str, object: &Map<String, Value>, found: &mut Vec<(String, String)>) {
    // Names that begin alike for longer would all be cut to one.
    if prefix.len() > NAME_BYTES {
        return;
    }
    for (key, value) in object {
        if found.len() == PROPS {
            return;
        }
        let name = || format!("{prefix}{key}");
        match value {
            Value::Null => {}
            Value::Object(inner) => flatten(&format!("{}.", name()), inner, found),
            Value::String(text) if text.is_empty() => {}
            Value::String(text) => found.push((name(), text.clone())),
            other => found.push((name(), other.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_of_all_shapes_become_texts_in_one_level() {
        let object = object(
            br#"{"a":"x","n":1.5,"b":true,"none":null,"empty":"","list":[1,"2"],"deep":{"er":{"est":7}}}"#,
        )
        .expect("an object");
        let found = properties(&object);
        let found: Vec<(&str, &str)> = found.iter().map(|(k, v)| (&**k, &**v)).collect();
        for pair in [
            ("a", "x"),
            ("n", "1.5"),
            ("b", "true"),
            ("list", "[1,\"2\"]"),
            ("deep.er.est", "7"),
        ] {
            assert!(found.contains(&pair), "{pair:?} in {found:?}");
        }
        assert_eq!(found.len(), 5);
    }

    #[test]
    fn members_of_what_has_too_long_a_name_are_left_off() {
        let long = "k".repeat(NAME_BYTES);
        let body = format!(r#"{{"a":{{"b":1}},"c":{{"{long}":{{"d":1,"e":2}}}},"{long}":"x"}}"#);
        let object = object(body.as_bytes()).expect("an object");
        let found = properties(&object);
        let names: Vec<&str> = found.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["a.b", &long]);
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("aäö", 2), "a");
        assert_eq!(cut("aäö", 3), "aä");
        assert_eq!(cut("a\0b", 9), "ab");
    }

    #[test]
    fn more_and_longer_properties_than_we_keep_are_cut() {
        let many: Vec<(String, String)> = (0..40)
            .map(|n| (format!("{n}{}", "k".repeat(300)), "v".repeat(9000)))
            .collect();
        let custom = custom(&"n".repeat(500), &many);
        let event = Kind::Custom(custom);
        let translated = batch("shop", "https://shop.example/", event);
        assert_eq!(snag_beacon::validate(&translated), Ok(()));
    }
}
