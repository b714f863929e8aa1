//! What the tracker would find out of a page load: what was seen, clicks that nothing answered, errors, how its form was
//! filled in.
//!
//! Invariant: it follows from the load alone, with chances drawn from its number, so that who does what is the same with it
//! and without.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use snag_beacon::kind::signal::{DEAD, ERROR, FORM_FAIL, WORDS};
use snag_beacon::{Element, Exposure, Field, Kind, Signal, Usage};

use crate::beacons::element;
use crate::habits::{Form, Page};
use crate::{Act, Habits, View};

/// Milliseconds after which what was on the screen counts as seen.
const SEEN: u32 = 1000;
/// Milliseconds after which a click that nothing answered is told of.
const UNANSWERED: u64 = 2500;

/// The word for a signal.
const fn word(signal: i32) -> &'static str {
    WORDS[signal.unsigned_abs() as usize - 1]
}

/// The findings with their milliseconds since the load.
pub(crate) fn findings<'a>(
    habits: &'a Habits,
    page: &'a Page,
    view: &'a View,
    goes_on: bool,
) -> Vec<(u64, Kind<'a>)> {
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(view.load));
    let mut found = exposures(habits, page, view, &mut rng);
    found.extend(unanswered(habits, page, view));
    for message in &page.errors {
        let signal = Signal {
            what: word(ERROR),
            detail: message.into(),
            ..Signal::default()
        };
        found.push((1, Kind::Signal(signal)));
    }
    if let Some(form) = &page.form {
        found.extend(fields(habits, form, view, goes_on, &mut rng));
    }
    found
}

/// Names of what was clicked, in order.
fn clicked(view: &View) -> impl DoubleEndedIterator<Item = (u64, &str)> {
    view.acts.iter().filter_map(|act| match act {
        Act::Click { at, element, .. } => Some((*at, &**element)),
        Act::Event { .. } => None,
    })
}

fn exposures<'a>(
    habits: &'a Habits,
    page: &'a Page,
    view: &'a View,
    rng: &mut ChaCha8Rng,
) -> Vec<(u64, Kind<'a>)> {
    // What people do there is mostly what they see.
    let named = page
        .clicks
        .iter()
        .map(|click| &click.element)
        .chain(page.moves.iter().flat_map(|way| &way.by))
        .filter(|name| !page.rotates.contains(name))
        .map(|name| (&**name, 0.9));
    let everywhere = match page.bare {
        true => &[][..],
        false => &habits.everywhere[..],
    };
    let shown = page.shows.iter().chain(everywhere);
    let shown = shown.map(|shown| (&*shown.element, shown.seen));
    let mut there: Vec<(&str, f64)> = Vec::new();
    for (name, seen) in shown.chain(named).chain(rotated(page, view, rng)) {
        if there.iter().all(|(known, _)| *known != name) {
            there.push((name, seen));
        }
    }
    let exposure = |(name, seen): (&str, f64)| {
        let viewable = rng.random_bool(seen) || clicked(view).any(|(_, clicked)| clicked == name);
        let exposure = Exposure {
            element: element(habits, name)?,
            visible: if viewable { SEEN } else { 0 },
            viewable,
            ..Exposure::default()
        };
        Some((view.stay, Kind::Exposure(exposure)))
    };
    there.into_iter().filter_map(exposure).collect()
}

/// The one of those that take turns: that which was clicked, else one drawn so that all have an even share of the pageviews.
fn rotated<'a>(page: &'a Page, view: &View, rng: &mut ChaCha8Rng) -> Option<(&'a str, f64)> {
    let taken = page
        .rotates
        .iter()
        .find(|name| clicked(view).any(|(_, clicked)| clicked == **name));
    if let Some(name) = taken {
        return Some((name, 1.0));
    }
    let even = 1.0 / page.rotates.len() as f64;
    let left = |name: &String| {
        let taken: f64 = page
            .moves
            .iter()
            .filter(|way| way.by.contains(name))
            .map(|way| way.share)
            .sum();
        (even - taken).max(0.0)
    };
    let mut chance = rng.random::<f64>() * page.rotates.iter().map(left).sum::<f64>();
    let drawn = page.rotates.iter().find(|name| {
        chance -= left(name);
        chance < 0.0
    })?;
    Some((drawn, 0.95))
}

fn unanswered<'a>(habits: &'a Habits, page: &'a Page, view: &'a View) -> Vec<(u64, Kind<'a>)> {
    let is_dead = |name: &str| {
        let mut habits = page.clicks.iter();
        habits.any(|habit| !habit.answered && habit.element == name)
    };
    let signal = |(at, name): (u64, &str)| {
        let signal = Signal {
            what: word(DEAD),
            element: element(habits, name)?,
            ..Signal::default()
        };
        Some(((at + UNANSWERED).min(view.stay), Kind::Signal(signal)))
    };
    clicked(view)
        .filter(|(_, name)| is_dead(name))
        .filter_map(signal)
        .collect()
}

fn fields<'a>(
    habits: &'a Habits,
    form: &'a Form,
    view: &'a View,
    goes_on: bool,
    rng: &mut ChaCha8Rng,
) -> Vec<(u64, Kind<'a>)> {
    let is_submitted = goes_on
        && clicked(view)
            .next_back()
            .is_some_and(|(_, name)| name == form.submit);
    let mut chance: f64 = rng.random();
    let stop = form.fields.iter().position(|field| {
        chance -= field.stops;
        chance < 0.0
    });
    let touched = match (is_submitted, stop) {
        (true, _) => form.fields.len(),
        (false, Some(stop)) => stop + 1,
        (false, None) => 0,
    };
    let its_form = || Element {
        selector: (&*form.selector).into(),
        tag: "form".into(),
        ..Element::default()
    };
    let mut found = Vec::new();
    for (order, field) in (1_u32..).zip(&form.fields[..touched]) {
        let last = order as usize == touched;
        let stops = last && !is_submitted;
        let Some(element) = element(habits, &field.element) else {
            continue;
        };
        let usage = Usage {
            order,
            hesitation: rng.random_range(300..1500) * if stops { 4 } else { 1 },
            dwell: rng.random_range(1500..4000) * if stops { 3 } else { 1 },
            corrections: rng.random_range(0..=1) + if stops { 2 } else { 0 },
            focuses: if stops { rng.random_range(1..=3) } else { 1 },
            last,
            submitted: is_submitted,
        };
        let message = match stops {
            true => &*field.message,
            false => "",
        };
        if !message.is_empty() {
            let signal = Signal {
                what: word(FORM_FAIL),
                element: its_form(),
                detail: message.into(),
                ..Signal::default()
            };
            found.push((view.stay, Kind::Signal(signal)));
        }
        let told = Field {
            form: its_form(),
            element,
            message: message.into(),
            usage,
        };
        found.push((view.stay, Kind::Field(told)));
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::Visit;
    use crate::check::tests::{SMALL, habits};

    /// The small habits, with a form, a dead button, and two elements that take turns.
    fn shop() -> Habits {
        let text = SMALL
            .replace(
                "clicks = [{ element = \"dead\", share = 0.3, times = 2 }]",
                "clicks = [{ element = \"dead\", share = 0.3, times = 2, answered = false }]\nrotates = [\"one\", \"two\"]",
            )
            .replace(
                "events = [{",
                "form = { selector = \"form\", submit = \"buy\", fields = [{ element = \"name\" }, \
                 { element = \"phone\", stops = 0.6, message = \"patternMismatch\" }] }\nevents = [{",
            )
            .replace("moves = [{ to = \"/\", share = 0.3 }]", "moves = [{ to = \"/\", share = 0.3, by = [\"buy\"] }]");
        let elements = "[elements.one]\nselector = \"#one\"\ntag = \"a\"\nad = \"one\"\n[elements.two]\nselector = \"#two\"\ntag = \"a\"\nad = \"two\"\n\
            [elements.buy]\nselector = \"#buy\"\ntag = \"button\"\n[elements.name]\nselector = \"#name\"\ntag = \"input\"\n\
            [elements.phone]\nselector = \"#phone\"\ntag = \"input\"\n";
        habits(&format!("{text}{elements}")).unwrap()
    }

    #[test]
    fn what_is_found_out_follows_from_what_was_done() {
        let habits = shop();
        let mut turns: BTreeMap<String, u32> = BTreeMap::new();
        let (mut stopped, mut untouched, mut dead) = (0, 0, 0);
        for visitor in 0..2000 {
            let visit = Visit::draw(&habits, 1, visitor);
            for (number, view) in (1..).zip(&visit.views) {
                let page = &habits.pages[&view.path];
                let goes_on = number < visit.views.len();
                let found = findings(&habits, page, view, goes_on);
                assert_eq!(found, findings(&habits, page, view, goes_on));
                let mut fields = Vec::new();
                let mut dead_here = 0;
                for (at, kind) in &found {
                    assert!(*at <= view.stay);
                    match kind {
                        Kind::Exposure(shown) if !shown.element.ad.is_empty() => {
                            *turns.entry(shown.element.ad.to_string()).or_default() += 1;
                        }
                        Kind::Exposure(shown) => {
                            let name = if shown.element.selector == "#dead" {
                                "dead"
                            } else {
                                ""
                            };
                            assert!(
                                shown.viewable || clicked(view).all(|(_, clicked)| clicked != name)
                            );
                        }
                        Kind::Field(field) => fields.push(field.usage),
                        Kind::Signal(signal) if signal.what == "dead" => dead_here += 1,
                        _ => {}
                    }
                }
                assert_eq!(
                    dead_here,
                    clicked(view).filter(|(_, name)| *name == "dead").count()
                );
                dead += dead_here;
                if view.path == "/cart" {
                    assert!(
                        !goes_on || fields.iter().all(|usage| usage.submitted) && fields.len() == 2
                    );
                    let last = fields.iter().filter(|usage| usage.last).count();
                    assert_eq!(last, usize::from(!fields.is_empty()));
                    stopped += u32::from(!goes_on && !fields.is_empty());
                    untouched += u32::from(!goes_on && fields.is_empty());
                }
            }
        }
        assert!(dead > 100);
        let share = f64::from(stopped) / f64::from(stopped + untouched);
        assert!((share - 0.6).abs() < 0.05, "{share}");
        let (one, two) = (f64::from(turns["one"]), f64::from(turns["two"]));
        assert!((one / (one + two) - 0.5).abs() < 0.04, "{one} {two}");
    }
}
