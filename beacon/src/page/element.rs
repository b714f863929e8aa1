//! The elements of a page's batch: from what the page says of each to what it is called.
//!
//! Invariant: what is called the same is the same on every load: a mark or an id stands alone, whatever the tag. Copies
//! take no more than [`COPIED_BYTES`], however often a text is used.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;

use super::value::Value;
use crate::limits::STRING_BYTES;
use crate::{Area, Element};

/// Bytes that all copies of a batch's texts may take together: of what its elements say, its address and errors' words.
pub(super) const COPIED_BYTES: usize = 256 * 1024;

/// Bytes of a selector, and of what an element says. A cut selector would find something else.
const SELECTOR_BYTES: usize = 512;
const TEXT_BYTES: usize = 160;

/// What a page says of an element.
#[derive(Deserialize)]
pub(super) struct Described<'a> {
    i: i32,
    #[serde(borrow, default)]
    p: Value<'a>,
    #[serde(default)]
    t: Value<'a>,
    #[serde(default)]
    x: Value<'a>,
    #[serde(default)]
    id: Value<'a>,
    #[serde(default)]
    href: Value<'a>,
    #[serde(default)]
    role: Value<'a>,
    #[serde(default)]
    name: Value<'a>,
    #[serde(default, rename = "type")]
    type_: Value<'a>,
    #[serde(default, rename = "data-snag-ad")]
    ad: Value<'a>,
    #[serde(default, rename = "data-snag-placement")]
    placement: Value<'a>,
    #[serde(default, rename = "data-snag-campaign")]
    campaign: Value<'a>,
    #[serde(default, rename = "data-snag-rotated")]
    rotation: Value<'a>,
    #[serde(default)]
    b: Option<[Option<f64>; 4]>,
}

/// The elements a batch describes, by their numbers, and the page's address.
pub(super) struct Elements<'a> {
    url: Cow<'a, str>,
    known: HashMap<i32, (Element<'a>, Area)>,
    copied: usize,
}

impl<'a> Elements<'a> {
    pub(super) fn new(url: Cow<'a, str>, described: Vec<Described<'a>>) -> Self {
        let known = described
            .into_iter()
            .map(|found| {
                let area = found.b.map_or_else(Area::default, area);
                (found.i, (found.element(), area))
            })
            .collect();
        Self {
            url: cut(url, STRING_BYTES),
            known,
            copied: 0,
        }
    }

    /// The element of that number; an empty one where there is none, or where there are too many copies already.
    pub(super) fn named(&mut self, number: i32) -> Element<'a> {
        let Some((element, _)) = self.known.get(&number).filter(|_| !self.is_over()) else {
            return Element::default();
        };
        self.copied += owned_bytes(&element.texts());
        element.clone()
    }

    /// The page's address, for one event more; an empty one where there are too many copies already.
    pub(super) fn url(&mut self) -> Cow<'a, str> {
        if self.is_over() {
            return Cow::Borrowed("");
        }
        self.copied += owned_bytes(&[&self.url]);
        self.url.clone()
    }

    /// The words of another event, as [`url`](Self::url) gives the address.
    pub(super) fn copied(&mut self, words: &Cow<'a, str>) -> Cow<'a, str> {
        if self.is_over() {
            return Cow::Borrowed("");
        }
        self.copied += owned_bytes(&[words]);
        words.clone()
    }

    /// What is known of it, to look at.
    pub(super) fn get(&self, number: i32) -> Option<&Element<'a>> {
        self.known.get(&number).map(|(element, _)| element)
    }

    /// Where the element of that number is, as far as it is known.
    pub(super) fn area(&self, number: i32) -> Area {
        self.known
            .get(&number)
            .map_or_else(Area::default, |(_, area)| *area)
    }

    /// The address, to look at.
    pub(super) fn page(&self) -> &str {
        &self.url
    }

    pub(super) const fn is_over(&self) -> bool {
        self.copied > COPIED_BYTES
    }
}

/// What a browser cannot measure comes as null.
fn area(sides: [Option<f64>; 4]) -> Area {
    Area::of(sides.map(Option::unwrap_or_default))
}

/// Bytes that copies of these take.
fn owned_bytes(texts: &[&Cow<'_, str>]) -> usize {
    texts
        .iter()
        .map(|text| match text {
            Cow::Owned(text) => text.len(),
            Cow::Borrowed(_) => 0,
        })
        .sum()
}

impl<'a> Described<'a> {
    fn element(self) -> Element<'a> {
        let short = |value: Value<'a>| cut(value.text(), STRING_BYTES);
        let tag = short(self.t);
        let selector = match (self.p.text(), self.id.text()) {
            (path, id) if path.is_empty() && is_lasting(&id) => {
                selector(format!("{tag}[id={}]", serde_json::Value::from(&*id)).into())
            }
            (path, _) => selector(path),
        };
        Element {
            selector,
            tag,
            text: cut(spaced(self.x.text()), TEXT_BYTES),
            href: short(self.href),
            role: short(self.role),
            name: short(self.name),
            type_: short(self.type_),
            ad: short(self.ad),
            placement: short(self.placement),
            campaign: short(self.campaign),
            rotation: short(self.rotation),
        }
    }
}

/// The selector as people write it: `#pay` for `button[id="pay"]`, `[data-snag="pay"]` for `button[data-snag="pay"]`.
/// One that is too long, or holds a NUL, is none.
fn selector(found: Cow<'_, str>) -> Cow<'_, str> {
    if found.len() > SELECTOR_BYTES || found.contains('\0') {
        return Cow::Borrowed("");
    }
    let Some((tag, rest)) = found.split_once('[') else {
        return found;
    };
    if !tag
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return found;
    }
    if rest.starts_with("data-snag=") {
        return format!("[{rest}").into();
    }
    let plain = rest
        .strip_prefix("id=\"")
        .and_then(|rest| rest.split_once("\"]"));
    match plain {
        Some((id, rest)) if is_plain(id) => format!("#{id}{rest}").into(),
        _ => found,
    }
}

/// Whether an id is the same on the next load: one with a run of digits or a framework's marks is not, and
/// one with control characters is none.
fn is_lasting(id: &str) -> bool {
    let digits = id.as_bytes().windows(3);
    !id.is_empty()
        && !id.contains(char::is_control)
        && !id.contains("_r_")
        && !digits
            .into_iter()
            .any(|three| three.iter().all(u8::is_ascii_digit))
}

/// Whether CSS takes it behind a `#` as it is.
fn is_plain(id: &str) -> bool {
    id.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// With single spaces, and none around; not much more than is kept of it.
fn spaced(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_spaced = !text.starts_with(char::is_whitespace)
        && !text.ends_with(char::is_whitespace)
        && !text.contains("  ")
        && !text.contains(|c: char| c.is_whitespace() && c != ' ');
    if is_spaced {
        return text;
    }
    let mut spaced = String::new();
    for word in text.split_whitespace() {
        if spaced.len() > TEXT_BYTES {
            break;
        }
        if !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push_str(word);
    }
    spaced.into()
}

/// The text's beginning, in whole characters, and without NUL.
pub(super) fn cut(text: Cow<'_, str>, limit: usize) -> Cow<'_, str> {
    let end = text.find('\0').unwrap_or(text.len()).min(limit);
    if end == text.len() {
        return text;
    }
    let end = (0..=end)
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
        Cow::Owned(mut text) => {
            text.truncate(end);
            text.shrink_to_fit();
            Cow::Owned(text)
        }
    }
}
