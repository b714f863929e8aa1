//! A batch from JSON.
//!
//! Invariant: lists are read only as far as their limit goes, so that no body makes them grow beyond it; every text
//! without escapes is borrowed. Path and message are sought only once a body is known to be wrong.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::error::{DecodeError, Place, Problem, member};
use crate::limits::{EVENTS, PROPS};
use crate::{Batch, Click, Custom, Element, Event, Kind, Pageview, VERSION, check};

/// The batch, and how many events were of an unknown kind.
pub(crate) fn decode(body: &[u8]) -> Result<(Batch<'_>, u32), DecodeError> {
    let text = std::str::from_utf8(body).map_err(|error| DecodeError {
        problem: Problem::Utf8,
        place: Place::Byte(error.valid_up_to()),
    })?;
    let Ok(found) = serde_json::from_str::<BatchMembers<'_>>(text) else {
        return Err(explain(text));
    };
    if found.version != u64::from(VERSION) {
        let problem = Problem::Version {
            found: found.version,
        };
        return Err(DecodeError {
            problem,
            place: member("version"),
        });
    }
    let List { items, over } = found.events;
    if over {
        let problem = Problem::Count {
            what: "events",
            limit: EVENTS,
        };
        return Err(DecodeError {
            problem,
            place: member("events"),
        });
    }
    let seen = items.len();
    let mut events = Vec::with_capacity(seen);
    for (index, item) in items.into_iter().enumerate() {
        let event = item.event().map_err(|(name, problem)| {
            let place = member(&format!("events[{index}].{name}"));
            DecodeError { problem, place }
        })?;
        events.extend(event);
    }
    if events.is_empty() && seen > 0 {
        // A newer page speaks of other kinds beside the known ones; a person who writes nothing else has mistyped.
        return Err(DecodeError {
            problem: Problem::Kind,
            place: member("events[0].kind"),
        });
    }
    let skipped = (seen - events.len()) as u32;
    let last = events.iter().map(|event| event.at).max();
    let batch = Batch {
        site: found.site.0,
        page: found.page.unwrap_or_default(),
        sent: found.sent.or(last).unwrap_or_default(),
        viewport: found.viewport.unwrap_or_default(),
        events,
    };
    check::batch(&batch).map_err(|(path, problem)| DecodeError {
        problem,
        place: member(&path),
    })?;
    Ok((batch, skipped))
}

/// What is wrong with a text that is no batch: its version if that can be read, else the first wrong member.
fn explain(text: &str) -> DecodeError {
    #[derive(Deserialize)]
    struct Version {
        version: u64,
    }
    if let Ok(Version { version }) = serde_json::from_str(text)
        && version != u64::from(VERSION)
    {
        return DecodeError {
            problem: Problem::Version { found: version },
            place: member("version"),
        };
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let (path, error) = match serde_path_to_error::deserialize::<_, BatchMembers<'_>>(&mut json) {
        Err(error) => (error.path().to_string(), error.into_inner()),
        Ok(_) => match json.end() {
            Err(error) => (".".to_owned(), error),
            Ok(()) => {
                return DecodeError {
                    problem: Problem::Json("not a batch".to_owned()),
                    place: member("."),
                };
            }
        },
    };
    let problem = match error.classify() {
        serde_json::error::Category::Eof => Problem::CutOff,
        _ => Problem::Json(message(&error)),
    };
    let place = if matches!(path.as_str(), "." | "?") {
        member("the top")
    } else {
        member(&path)
    };
    DecodeError { problem, place }
}

/// The parser's message without what it quotes of the body.
fn message(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match (
        message.strip_prefix("invalid type: string "),
        message.rsplit_once(", expected "),
    ) {
        (Some(_), Some((_, expected))) => format!("invalid type: string, expected {expected}"),
        _ => message
            .chars()
            .filter(|c| !c.is_control())
            .take(120)
            .collect(),
    }
}

#[derive(Deserialize)]
struct BatchMembers<'a> {
    version: u64,
    #[serde(borrow)]
    site: Text<'a>,
    page: Option<u32>,
    sent: Option<u64>,
    viewport: Option<(u16, u16)>,
    events: List<EventMembers<'a>, EVENTS>,
}

/// The members of all kinds; what a kind does not have is not looked at.
#[derive(Deserialize)]
struct EventMembers<'a> {
    #[serde(borrow)]
    kind: Text<'a>,
    at: Option<u64>,
    view: Option<u32>,
    url: Option<Text<'a>>,
    referrer: Option<Text<'a>>,
    title: Option<Text<'a>>,
    element: Option<ElementMembers<'a>>,
    x: Option<u16>,
    y: Option<u16>,
    name: Option<Text<'a>>,
    props: Option<Props<'a>>,
    value: Option<f64>,
    currency: Option<Text<'a>>,
}

#[derive(Deserialize, Default)]
struct ElementMembers<'a> {
    #[serde(borrow)]
    selector: Option<Text<'a>>,
    tag: Option<Text<'a>>,
    text: Option<Text<'a>>,
    href: Option<Text<'a>>,
    role: Option<Text<'a>>,
}

impl<'a> EventMembers<'a> {
    /// The event, or nothing where its kind is not known.
    fn event(self) -> Result<Option<Event<'a>>, (&'static str, Problem)> {
        let kind = match &*self.kind.0 {
            "pageview" => Kind::Pageview(Pageview {
                referrer: or_empty(self.referrer),
                title: or_empty(self.title),
            }),
            "click" => {
                let element = self.element.unwrap_or_default();
                Kind::Click(Click {
                    element: Element {
                        selector: or_empty(element.selector),
                        tag: or_empty(element.tag),
                        text: or_empty(element.text),
                        href: or_empty(element.href),
                        role: or_empty(element.role),
                    },
                    x: self.x.unwrap_or_default(),
                    y: self.y.unwrap_or_default(),
                })
            }
            "custom" => {
                let props = self.props.unwrap_or_default().0;
                if props.over {
                    return Err((
                        "props",
                        Problem::Count {
                            what: "properties",
                            limit: PROPS,
                        },
                    ));
                }
                let (name, currency) = (or_empty(self.name), or_empty(self.currency));
                Kind::Custom(Custom {
                    name,
                    props: props.items,
                    value: self.value,
                    currency,
                })
            }
            _ => return Ok(None),
        };
        let (at, view) = (self.at.unwrap_or_default(), self.view.unwrap_or_default());
        Ok(Some(Event {
            at,
            view,
            url: or_empty(self.url),
            kind,
        }))
    }
}

fn or_empty(text: Option<Text<'_>>) -> Cow<'_, str> {
    text.map_or(Cow::Borrowed(""), |text| text.0)
}

/// A list read no further than its limit.
struct List<T, const LIMIT: usize> {
    items: Vec<T>,
    over: bool,
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
struct Text<'a>(Cow<'a, str>);

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
struct Props<'a>(List<(Cow<'a, str>, Cow<'a, str>), PROPS>);

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
