//! Draws a visit: landing page, stays, clicks and ways on, as the habits say.
//!
//! It keeps the invariant of a visit: nothing but the habits, the seed and the visitor's number goes into it.

use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};

use crate::habits::{Dwell, EventHabit, Page};
use crate::visit::address;
use crate::{Act, Addresses, Habits, Move, View, Visit};

/// Milliseconds that lie between two deeds at least.
const APART: u64 = 1000;
/// A page left open is not a long look at it; and a longer stay would end the session, 30 minutes being its limit.
const LONGEST_STAY: u64 = 20 * 60 * 1000;

impl Visit {
    /// Draws the visit of the visitor of this number.
    ///
    /// # Panics
    /// On habits that were put together by hand and are not sound; those from [`Habits::read`] are.
    pub fn draw(habits: &Habits, seed: u64, visitor: u32) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(u64::from(visitor));
        let rng = &mut rng;
        let device = pick(
            rng,
            habits.devices.iter().map(|device| (device, device.share)),
        );
        let source = pick(
            rng,
            habits.sources.iter().map(|source| (source, source.share)),
        );
        let mut walk = Walk {
            habits,
            next_load: visitor.wrapping_mul(u32::from(habits.most_pages)),
            viewport: device.viewport,
            at: 0,
            views: Vec::new(),
        };
        let landing = pick(
            rng,
            source.lands.iter().map(|(path, weight)| (path, *weight)),
        );
        let mut place = (landing.clone(), source.query.clone());
        let mut referrer = source.referrer.clone();
        while let Some(page) = habits.pages.get(&place.0) {
            let next = walk.see(rng, page, &place, &referrer);
            let Some(to) = next.filter(|_| walk.views.len() < usize::from(habits.most_pages))
            else {
                break;
            };
            referrer = address(habits, &place.0, &place.1);
            let (path, query) = to.split_once('?').unwrap_or((to, ""));
            place = (path.to_owned(), query.to_owned());
        }
        let spread = u64::try_from(habits.spread.as_millis()).unwrap_or(0);
        Self {
            address: Addresses::new(seed).of(visitor, rng.random_bool(habits.ipv6)),
            agent: device.agent.draw(rng),
            viewport: device.viewport,
            ago: Duration::from_millis(rng.random_range(0..=spread)),
            views: walk.views,
        }
    }
}

struct Walk<'a> {
    habits: &'a Habits,
    next_load: u32,
    viewport: (u16, u16),
    at: u64,
    views: Vec<View>,
}

impl<'a> Walk<'a> {
    /// Spends time on a page and gives the next one, with its query.
    fn see(
        &mut self,
        rng: &mut ChaCha8Rng,
        page: &'a Page,
        place: &(String, String),
        referrer: &str,
    ) -> Option<&'a str> {
        let mut acts = Vec::new();
        for (index, event) in page.events.iter().enumerate() {
            if rng.random_bool(event.share) {
                let value = value(rng, event);
                acts.push(Act::Event {
                    at: 0,
                    index,
                    name: event.name.clone(),
                    value,
                });
            }
        }
        for habit in &page.clicks {
            if rng.random_bool(habit.share) {
                acts.extend((0..habit.times).filter_map(|_| self.click(rng, &habit.element)));
            }
        }
        let next = go_on(rng, page);
        if let Some(way) = next {
            acts.extend(way.by.iter().filter_map(|name| self.click(rng, name)));
        }
        let stay = stay(rng, page.dwell).max((acts.len() as u64 + 2) * APART);
        set_apart(&mut acts, stay);
        self.views.push(View {
            // Odd, so that no two loads of a run come to the same number.
            load: self.next_load.wrapping_mul(0x9E37_79B1),
            path: place.0.clone(),
            query: place.1.clone(),
            referrer: referrer.to_owned(),
            at: self.at,
            stay,
            acts,
        });
        self.next_load = self.next_load.wrapping_add(1);
        self.at += stay;
        next.map(|way| &*way.to)
    }

    fn click(&self, rng: &mut ChaCha8Rng, name: &str) -> Option<Act> {
        let (width, height) = self.viewport;
        Some(Act::Click {
            at: 0,
            element: name.to_owned(),
            selector: self.habits.elements.get(name)?.selector.clone(),
            point: (rng.random_range(0..=width), rng.random_range(0..=height)),
        })
    }
}

fn go_on<'a>(rng: &mut ChaCha8Rng, page: &'a Page) -> Option<&'a Move> {
    let mut left: f64 = rng.random();
    page.moves.iter().find(|way| {
        left -= way.share;
        left < 0.0
    })
}

/// Spreads the acts over the stay, the first a second after the load, the last a second before the end.
fn set_apart(acts: &mut [Act], stay: u64) {
    let gap = (stay - APART) / (acts.len() as u64).max(1);
    let mut when = APART;
    for act in acts {
        match act {
            Act::Click { at, .. } | Act::Event { at, .. } => *at = when,
        }
        when += gap;
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked habits give finite positive medians, and the cast saturates"
)]
fn stay(rng: &mut ChaCha8Rng, dwell: Dwell) -> u64 {
    let seconds = LogNormal::new(dwell.median.ln(), dwell.spread)
        .map_or(dwell.median, |times| times.sample(rng));
    ((seconds * 1000.0) as u64).min(LONGEST_STAY)
}

fn value(rng: &mut ChaCha8Rng, event: &EventHabit) -> Option<f64> {
    let (least, most) = event.value?;
    Some((rng.random_range(least..=most) * 100.0).round() / 100.0)
}

/// One of several, by weight. Checked habits have one of a weight above 0.
fn pick<'a, T: ?Sized>(
    rng: &mut ChaCha8Rng,
    choices: impl Iterator<Item = (&'a T, f64)> + Clone,
) -> &'a T {
    let sum: f64 = choices.clone().map(|(_, weight)| weight).sum();
    let mut left = rng.random::<f64>() * sum;
    let mut chosen = None;
    for (choice, weight) in choices {
        if weight > 0.0 {
            chosen = Some(choice);
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
    }
    chosen.expect("checked habits have a choice with a weight above 0")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::check::tests::{SMALL, habits};

    #[test]
    fn the_same_seed_draws_the_same_visit_and_another_seed_another() {
        let habits = habits(SMALL).unwrap();
        let draw = |seed| {
            (0..50)
                .map(|visitor| Visit::draw(&habits, seed, visitor))
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn deeds_lie_a_second_apart_and_within_their_page() {
        let habits = habits(SMALL).unwrap();
        for visitor in 0..2000 {
            let visit = Visit::draw(&habits, 3, visitor);
            let mut last = None;
            for view in &visit.views {
                let times = std::iter::once(0).chain(view.acts.iter().map(|act| match act {
                    Act::Click { at, .. } | Act::Event { at, .. } => *at,
                }));
                for at in times {
                    assert!(
                        last.is_none_or(|last| view.at + at >= last + APART),
                        "{visit:?}"
                    );
                    assert!(at == 0 || at + APART <= view.stay, "{visit:?}");
                    last = Some(view.at + at);
                }
            }
            assert!(visit.ago <= Duration::from_secs(6 * 3600));
        }
    }

    #[test]
    fn habits_show_in_what_visitors_do() {
        let habits = habits(SMALL).unwrap();
        let visits: Vec<_> = (0..4000)
            .map(|visitor| Visit::draw(&habits, 1, visitor))
            .collect();
        let share = |test: &dyn Fn(&View) -> bool, of: &dyn Fn(&View) -> bool| {
            let all: Vec<_> = visits
                .iter()
                .flat_map(|visit| &visit.views)
                .filter(|view| of(view))
                .collect();
            all.iter().filter(|view| test(view)).count() as f64 / all.len() as f64
        };
        let bought = share(
            &|view| view.acts.iter().any(|act| matches!(act, Act::Event { .. })),
            &|view| view.path == "/cart",
        );
        assert!((bought - 0.5).abs() < 0.03, "{bought}");
        let clicked = share(
            &|view| {
                view.acts
                    .iter()
                    .filter(|act| matches!(act, Act::Click { element, .. } if element == "dead"))
                    .count()
                    == 2
            },
            &|view| view.path == "/",
        );
        assert!((clicked - 0.3).abs() < 0.03, "{clicked}");
        let home_first = visits
            .iter()
            .filter(|visit| visit.views[0].path == "/")
            .count() as f64
            / 4000.0;
        assert!((home_first - 2.0 / 3.0).abs() < 0.03, "{home_first}");
        let mut stays: Vec<_> = visits
            .iter()
            .flat_map(|visit| &visit.views)
            .filter(|view| view.path == "/cart")
            .map(|view| view.stay)
            .collect();
        stays.sort_unstable();
        assert!((18_500..21_500).contains(&stays[stays.len() / 2]));
    }

    #[test]
    fn no_load_and_no_address_comes_twice_and_no_visit_is_endless() {
        let forever = SMALL.replace("to = \"/\", share = 0.1", "to = \"/\", share = 0.4");
        let habits = habits(&forever).unwrap();
        let (mut loads, mut addresses) = (HashSet::new(), HashSet::new());
        for visitor in 0..3000 {
            let visit = Visit::draw(&habits, 1, visitor);
            assert!((1..=20).contains(&visit.views.len()));
            assert!(addresses.insert(visit.address));
            assert!(visit.views.iter().all(|view| loads.insert(view.load)));
        }
    }

    #[test]
    fn the_page_before_is_the_referrer() {
        let habits = habits(SMALL).unwrap();
        let visit = (0..100)
            .map(|visitor| Visit::draw(&habits, 1, visitor))
            .find(|visit| visit.views.len() > 2 && visit.views[1].query == "from=home")
            .unwrap();
        assert_eq!(visit.views[0].referrer, "https://www.google.com/");
        assert_eq!(
            visit.views[1].referrer,
            "https://shop.example/?utm_source=letter"
        );
        assert_eq!(
            visit.views[2].referrer,
            "https://shop.example/cart?from=home"
        );
    }
}
