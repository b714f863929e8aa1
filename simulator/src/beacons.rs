//! What a page load says: its pageview at once, and one batch with what was done there when it is left.
//!
//! The wire bears no clock, only milliseconds since the load and up to the sending; a load in the past is one whose
//! beacon is sent late.

use snag_beacon::{Batch, Click, Custom, Element, Event, Kind, Pageview};

use crate::visit::address;
use crate::{Act, Habits, View};

/// The batches of one page load, in the order they are sent, without their `sent`.
pub(crate) fn batches<'a>(
    habits: &'a Habits,
    view: &'a View,
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
        ..Pageview::default()
    };
    let acts: Vec<_> = view
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
    let mut batches = vec![batch(vec![event(0, Kind::Pageview(shown))])];
    if !acts.is_empty() {
        batches.push(batch(acts));
    }
    batches
}

fn click<'a>(habits: &'a Habits, name: &str, (x, y): (u16, u16)) -> Option<Click<'a>> {
    let element = habits.elements.get(name)?;
    let href = match &*element.href {
        "" => String::new(),
        href => habits.origin.join(href).ok()?.into(),
    };
    Some(Click {
        element: Element {
            selector: (&*element.selector).into(),
            tag: (&*element.tag).into(),
            text: (&*element.text).into(),
            href: href.into(),
            role: (&*element.role).into(),
            ..Element::default()
        },
        x,
        y,
        ..Click::default()
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
                let batches = batches(&habits, view, visit.viewport);
                assert_eq!(batches.len(), 1 + usize::from(!view.acts.is_empty()));
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
    fn links_are_absolute_and_buttons_have_none() {
        let habits = habits(SMALL).unwrap();
        assert_eq!(
            click(&habits, "cart", (1, 2)).unwrap().element.href,
            "https://shop.example/cart"
        );
        assert_eq!(click(&habits, "dead", (1, 2)).unwrap().element.href, "");
    }
}
