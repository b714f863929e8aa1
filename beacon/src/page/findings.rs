//! Events from what the core told: rows of numbers, one behind the other.
//!
//! Invariant: what the core cannot know is looked at here: fields, labels and links that lead away are never dead, and
//! fields and labels never rage; an error click has the message of the error that followed it.

use std::borrow::Cow;

use super::element::Elements;
use super::record::{Speed, message, word};
use crate::kind::{self, signal};
use crate::{Attention, Element, Event, Exposure, Field, Kind, Signal, Usage};

/// Adds the events to those that are there. Of a row that is cut off, and of all behind one that is not known, there
/// is nothing.
pub(super) fn add<'a>(
    mut told: &[i32],
    elements: &mut Elements<'a>,
    view: u32,
    events: &mut Vec<Event<'a>>,
    speed: &mut Speed,
) {
    while let [kind, at, rest @ ..] = told {
        let at = u64::try_from(*at).unwrap_or_default();
        let (found, rest) = match (*kind, rest) {
            (kind::SIGNAL, [what, element, x, y, amount, rest @ ..]) => {
                let found = signal(*what, *element, (*x, *y), *amount, elements);
                (
                    found.map(|signal| detailed(signal, at, events, elements)),
                    rest,
                )
            }
            (
                kind::ATTENTION,
                [
                    engaged,
                    depth,
                    inp,
                    shift,
                    t0,
                    t1,
                    t2,
                    t3,
                    t4,
                    t5,
                    t6,
                    t7,
                    t8,
                    t9,
                    rest @ ..,
                ],
            ) => {
                let attention = &mut speed.get_or_insert((at, Attention::default())).1;
                attention.engaged = bounded(*engaged);
                attention.depth = bounded(*depth).min(100) as u8;
                attention.inp = bounded(*inp);
                // From millionths.
                attention.cls = bounded(*shift) / 100;
                attention.tenths = [*t0, *t1, *t2, *t3, *t4, *t5, *t6, *t7, *t8, *t9].map(bounded);
                (None, rest)
            }
            (kind::EXPOSURE, [element, visible, viewable, rest @ ..]) => {
                let exposure = Exposure {
                    element: elements.named(*element),
                    visible: bounded(*visible),
                    viewable: *viewable != 0,
                    area: elements.area(*element),
                };
                (Some(Kind::Exposure(exposure)), rest)
            }
            (
                kind::FIELD,
                [
                    form,
                    element,
                    order,
                    hesitation,
                    dwell,
                    corrections,
                    focuses,
                    last_message,
                    marks,
                    rest @ ..,
                ],
            ) => {
                let field = Field {
                    form: elements.named(*form),
                    element: elements.named(*element),
                    message: message(bounded(*last_message)).into(),
                    usage: Usage {
                        order: bounded(*order),
                        hesitation: bounded(*hesitation),
                        dwell: bounded(*dwell),
                        corrections: bounded(*corrections),
                        focuses: bounded(*focuses),
                        last: marks & kind::LAST != 0,
                        submitted: marks & kind::SUBMITTED != 0,
                    },
                };
                (Some(Kind::Field(field)), rest)
            }
            _ => return,
        };
        told = rest;
        events.extend(found.map(|kind| Event {
            at,
            view,
            url: elements.url(),
            kind,
        }));
    }
}

fn bounded(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

fn signal<'a>(
    what: i32,
    element: i32,
    (x, y): (i32, i32),
    amount: i32,
    elements: &mut Elements<'a>,
) -> Option<Signal<'a>> {
    if let Some(element) = elements.get(element)
        && (what == signal::DEAD && (is_field(element) || leads_away(element, elements.page()))
            || what == signal::RAGE && is_field(element))
    {
        return None;
    }
    Some(Signal {
        what: word(what)?,
        element: elements.named(element),
        x: bounded(x).min(u16::MAX.into()) as u16,
        y: bounded(y).min(u16::MAX.into()) as u16,
        amount: bounded(amount),
        ..Signal::default()
    })
}

/// What needs no answer to be seen, and is clicked often.
fn is_field(element: &Element<'_>) -> bool {
    match &*element.tag {
        "input" => !matches!(&*element.type_, "submit" | "button" | "image" | "reset"),
        tag => matches!(tag, "select" | "textarea" | "canvas" | "video" | "label"),
    }
}

/// Whether the element is a link to another page than the one at `url`.
fn leads_away(element: &Element<'_>, url: &str) -> bool {
    let href = &*element.href;
    if href.is_empty() || href.starts_with("javascript:") {
        return false;
    }
    let Some((target, _)) = href.split_once('#') else {
        return true;
    };
    let page = url.split('#').next().unwrap_or_default();
    let path = page
        .split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|start| &rest[start..]));
    !target.is_empty() && target != page && path != Some(target)
}

/// An error click with the words of its error, which is among the events.
fn detailed<'a>(
    mut signal: Signal<'a>,
    at: u64,
    events: &[Event<'a>],
    elements: &mut Elements<'a>,
) -> Kind<'a> {
    if Some(signal.what) == word(signal::ERROR_CLICK) {
        let failed = at + u64::from(signal.amount);
        let error = events.iter().find_map(|event| match &event.kind {
            Kind::Signal(error)
                if event.at == failed && Some(error.what) == word(signal::ERROR) =>
            {
                Some(&error.detail)
            }
            _ => None,
        });
        signal.detail = error.map_or(Cow::Borrowed(""), |words| elements.copied(words));
    }
    Kind::Signal(signal)
}
