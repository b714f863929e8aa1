//! A batch from JSON.
//!
//! Invariant: what it gives holds every limit, as of a binary batch. Path and message are sought only once a body is
//! known to be wrong.

use std::borrow::Cow;

use serde::Deserialize;

use crate::error::{DecodeError, Place, Problem, member};
use crate::json::value::{List, Props, Text};
use crate::kind::signal::WORDS;
use crate::limits::{EVENTS, PROPS};
use crate::{
    Area, Attention, Batch, Click, Custom, Element, Event, Exposure, Field, Kind, Pageview, Signal,
    Usage, VERSION, check,
};

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
        automated: found.automated.unwrap_or_default(),
        events,
    };
    check::batch(&batch, EVENTS).map_err(|(path, problem)| DecodeError {
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
    automated: Option<bool>,
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
    within: Option<(u16, u16)>,
    status: Option<u16>,
    back: Option<bool>,
    what: Option<Text<'a>>,
    amount: Option<u32>,
    detail: Option<Text<'a>>,
    attention: Option<Attention>,
    visible: Option<u32>,
    viewable: Option<bool>,
    area: Option<[u16; 4]>,
    form: Option<ElementMembers<'a>>,
    message: Option<Text<'a>>,
    usage: Option<Usage>,
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
    name: Option<Text<'a>>,
    #[serde(rename = "type")]
    type_: Option<Text<'a>>,
    ad: Option<Text<'a>>,
    placement: Option<Text<'a>>,
    campaign: Option<Text<'a>>,
    rotation: Option<Text<'a>>,
}

impl<'a> ElementMembers<'a> {
    fn element(self) -> Element<'a> {
        Element {
            selector: or_empty(self.selector),
            tag: or_empty(self.tag),
            text: or_empty(self.text),
            href: or_empty(self.href),
            role: or_empty(self.role),
            name: or_empty(self.name),
            type_: or_empty(self.type_),
            ad: or_empty(self.ad),
            placement: or_empty(self.placement),
            campaign: or_empty(self.campaign),
            rotation: or_empty(self.rotation),
        }
    }
}

impl<'a> EventMembers<'a> {
    /// The event, or nothing where its kind is not known.
    fn event(self) -> Result<Option<Event<'a>>, (&'static str, Problem)> {
        let kind = match &*self.kind.0 {
            "pageview" => Kind::Pageview(Pageview {
                referrer: or_empty(self.referrer),
                title: or_empty(self.title),
                status: self.status.unwrap_or_default(),
                back: self.back.unwrap_or_default(),
            }),
            "click" => Kind::Click(Click {
                element: self.element.unwrap_or_default().element(),
                x: self.x.unwrap_or_default(),
                y: self.y.unwrap_or_default(),
                within: self.within.unwrap_or_default(),
            }),
            "signal" => {
                let what = or_empty(self.what);
                match WORDS.into_iter().find(|word| *word == what) {
                    Some(what) => Kind::Signal(Signal {
                        what,
                        element: self.element.unwrap_or_default().element(),
                        x: self.x.unwrap_or_default(),
                        y: self.y.unwrap_or_default(),
                        amount: self.amount.unwrap_or_default(),
                        detail: or_empty(self.detail),
                        name: or_empty(self.name),
                    }),
                    None if what.is_empty() => return Err(("what", Problem::Missing("what"))),
                    None => return Ok(None),
                }
            }
            "attention" => Kind::Attention(self.attention.unwrap_or_default()),
            "exposure" => Kind::Exposure(Exposure {
                element: self.element.unwrap_or_default().element(),
                visible: self.visible.unwrap_or_default(),
                viewable: self.viewable.unwrap_or_default(),
                area: area(self.area.unwrap_or_default()),
            }),
            "field" => Kind::Field(Field {
                form: self.form.unwrap_or_default().element(),
                element: self.element.unwrap_or_default().element(),
                message: or_empty(self.message),
                usage: self.usage.unwrap_or_default(),
            }),
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

fn area([left, top, width, height]: [u16; 4]) -> Area {
    Area {
        left,
        top,
        width,
        height,
    }
}

fn or_empty(text: Option<Text<'_>>) -> Cow<'_, str> {
    text.map_or(Cow::Borrowed(""), |text| text.0)
}
