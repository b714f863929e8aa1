//! What a page load says: its pageview at once, and one batch with what was done there when it is left.
//!
//! The wire bears no clock, only milliseconds since the load and up to the sending; a load in the past is one whose
//! beacon is sent late.

use snag_beacon::{Batch, Click, Custom, Element, Event, Kind, Pageview, limits};

use crate::findings::findings;

use crate::visit::address;
use crate::{Act, Habits, View};

/// The batches of one page load, in the order they are sent, without their `sent`.
pub(crate) fn batches<'a>(
    habits: &'a Habits,
    view: &'a View,
    goes_on: bool,
    viewport: (u16, u16),
) -> Vec<Batch<'a>> {
    let Some(page) = habits.pages.get(&view.path) else {
        return Vec::new();
    };
    let url = address(habits, &view.path, &view.query);
    let event = |at, kind| Event {
        at,
        view: 0,
        url: url.clone().into(),
        kind,
    };
    let batch = |events| Batch {
        site: (&*habits.site).into(),
        page: view.load,
        sent: 0,
        viewport,
        automated: false,
        events,
    };
    let shown = Pageview {
        referrer: (&*view.referrer).into(),
        title: (&*page.title).into(),
        status: page.status,
        ..Pageview::default()
    };
    let mut acts: Vec<_> = view
        .acts
        .iter()
        .filter_map(|act| match act {
            Act::Click {
                at, element, point, ..
            } => Some(event(*at, Kind::Click(click(habits, element, *point)?))),
            Act::Event {
                at, index, value, ..
            } => {
                let habit = page.events.get(*index)?;
                let custom = Custom {
                    name: (&*habit.name).into(),
                    props: habit
                        .props
                        .iter()
                        .map(|(name, value)| ((&**name).into(), (&**value).into()))
                        .collect(),
                    value: *value,
                    currency: (&*habit.currency).into(),
                };
                Some(event(*at, Kind::Custom(custom)))
            }
        })
        .collect();
    let found = findings(habits, page, view, goes_on);
    acts.extend(found.into_iter().map(|(at, kind)| event(at, kind)));
    acts.sort_by_key(|event| event.at);
    let mut batches = vec![batch(vec![event(0, Kind::Pageview(shown))])];
    // As many at once as a batch may have.
    while !acts.is_empty() {
        let rest = acts.split_off(acts.len().min(limits::EVENTS));
        batches.push(batch(std::mem::replace(&mut acts, rest)));
    }
    batches
}

fn click<'a>(habits: &'a Habits, name: &str, (x, y): (u16, u16)) -> Option<Click<'a>> {
    Some(Click {
        element: element(habits, name)?,
        x,
        y,
        ..Click::default()
    })
}

/// An element as the tracker tells of it.
pub(crate) fn element<'a>(habits: &'a Habits, name: &str) -> Option<Element<'a>> {
    let element = habits.elements.get(name)?;
    Some(Element {
        selector: (&*element.selector).into(),
        tag: (&*element.tag).into(),
        text: (&*element.text).into(),
        href: (&*element.href).into(),
        role: (&*element.role).into(),
        name: (&*element.name).into(),
        ad: (&*element.ad).into(),
        placement: (&*element.placement).into(),
        campaign: (&*element.campaign).into(),
        ..Element::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Visit;
    use crate::check::tests::{SMALL, habits};

    #[test]
    fn a_load_says_its_pageview_first_and_everything_done_there_after() {
        let habits = habits(SMALL).unwrap();
        let mut seen = 0;
        for visitor in 0..200 {
            let visit = Visit::draw(&habits, 1, visitor);
            for view in &visit.views {
                let batches = batches(&habits, view, false, visit.viewport);
                assert!(matches!(
                    &batches[0].events[..],
                    [Event {
                        at: 0,
                        kind: Kind::Pageview(_),
                        ..
                    }]
                ));
                let told: Vec<u64> = batches
                    .iter()
                    .skip(1)
                    .flat_map(|batch| &batch.events)
                    .filter(|event| matches!(event.kind, Kind::Click(_) | Kind::Custom(_)))
                    .map(|event| event.at)
                    .collect();
                let done: Vec<u64> = view
                    .acts
                    .iter()
                    .map(|act| match act {
                        Act::Click { at, .. } | Act::Event { at, .. } => *at,
                    })
                    .collect();
                assert_eq!(told, done);
                seen += told.len();
            }
        }
        assert!(seen > 100);
    }

    #[test]
    fn links_lead_where_the_habits_say_and_buttons_nowhere() {
        let habits = habits(SMALL).unwrap();
        assert_eq!(
            click(&habits, "cart", (1, 2)).unwrap().element.href,
            "/cart"
        );
        assert_eq!(click(&habits, "dead", (1, 2)).unwrap().element.href, "");
    }
}
