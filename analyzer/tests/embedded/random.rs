//! Random small worlds through the engine: against the reference that tries everything for how far people come, against
//! the walk over the same events for how long it took them.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use snag_analyzer::Order;
use snag_analyzer::walk::{Between, Event as Seen, Plan, Walker};

use crate::reference::best;
use crate::world::{self, Event, ORIGIN_MS, World, custom, request, within};

/// Steps, and whether an event of this name and this property `p` matches.
type Kind = (&'static str, fn(&str, bool) -> bool);
const KINDS: [Kind; 6] = [
    ("event:a", |name, _| name == "a"),
    ("event:b", |name, _| name == "b"),
    ("event:c", |name, _| name == "c"),
    ("any:", |_, _| true),
    ("event:a[p=1]", |name, p| name == "a" && p),
    ("any:[p=1]", |_, p| p),
];

/// Exclusions as they are asked for, in a funnel of four steps.
const EXCLUSIONS: [&[(&str, usize, usize)]; 3] = [
    &[],
    &[("event:x", 1, 4)],
    &[("event:x", 1, 2), ("event:x[p=1]", 2, 4)],
];

struct Walk {
    events: Vec<(i64, &'static str, bool)>,
}

impl Walk {
    fn random(random: &mut StdRng, longest: usize) -> Walk {
        let count = random.random_range(0..=longest);
        let mut events: Vec<(i64, &'static str, bool)> = (0..count)
            .map(|_| {
                (
                    random.random_range(0..12) * 1000,
                    *["a", "b", "c", "d", "x"].choose(random).unwrap(),
                    random.random_bool(0.4),
                )
            })
            .collect();
        events.sort_by_key(|(time, ..)| *time);
        Walk { events }
    }

    fn seen(&self, kinds: &[Kind], exclusions: &[(&str, usize, usize)]) -> Vec<Seen> {
        let mask = |name: &str, p: bool| {
            let steps = (0..)
                .zip(kinds)
                .filter(|(_, kind)| kind.1(name, p))
                .fold(0, |mask, (at, _)| mask | 1 << at);
            let is_met = |text: &str| name == "x" && (text == "event:x" || p);
            (20..)
                .zip(exclusions)
                .filter(|(_, (text, ..))| is_met(text))
                .fold(steps, |mask, (at, _)| mask | 1 << at)
        };
        self.events
            .iter()
            .map(|(time, name, p)| Seen {
                time: *time,
                mask: mask(name, *p),
            })
            .collect()
    }
}

/// Puts walks into a site of their own, as they were told by `seq`, but stored in no order and in several parts.
async fn store(world: &World, site: &str, walks: &[Walk]) {
    let mut events: Vec<Event> = Vec::new();
    for (number, walk) in walks.iter().enumerate() {
        for (seq, (time, name, p)) in (0..).zip(&walk.events) {
            let event = custom(&number.to_string(), *time as f64 / 1000.0, name)
                .with(|event| (event.site, event.seq) = (site.to_owned(), seq));
            events.push(if *p { event.prop("p", "1") } else { event });
        }
    }
    for part in events.chunks(97) {
        let mut part = part.to_vec();
        part.reverse();
        world.add(&part).await;
    }
}

#[tokio::test]
async fn the_engine_counts_what_the_reference_finds() {
    let world = World::open().await;
    let mut random = StdRng::seed_from_u64(4);
    let mut compared = 0;
    for order in [Order::Ordered, Order::Strict, Order::Any] {
        for exclusions in EXCLUSIONS {
            for window in [3, 60] {
                let kinds: Vec<Kind> = (0..4)
                    .map(|_| *KINDS.choose(&mut random).unwrap())
                    .collect();
                let walks: Vec<Walk> = (0..60).map(|_| Walk::random(&mut random, 7)).collect();
                let site = format!("world-{compared}");
                store(&world, &site, &walks).await;
                let texts: Vec<&str> = kinds.iter().map(|kind| kind.0).collect();
                let mut asked = within(request(&texts), &format!("{window}s"));
                asked.site = site;
                asked.order = order;
                asked.exclusions = exclusions
                    .iter()
                    .map(|(event, from, to)| format!("{event}@{from}..{to}").parse().unwrap())
                    .collect();
                let found = world.funnel(&asked).await.unwrap();
                let plan = Plan {
                    order,
                    steps: 4,
                    optional: 0,
                    window_ms: window * 1000,
                    exclusions: exclusions
                        .iter()
                        .map(|(_, from, to)| Between {
                            from: *from,
                            to: *to,
                        })
                        .collect(),
                };
                let mut reached = [0; 4];
                for walk in &walks {
                    let seen: Vec<Seen> = walk.seen(&kinds, exclusions);
                    let furthest = best(&seen, &plan).map_or(0, |outcome| outcome.furthest);
                    reached
                        .iter_mut()
                        .take(furthest)
                        .for_each(|count| *count += 1);
                    compared += 1;
                }
                assert_eq!(
                    world::visitors(&found),
                    reached,
                    "{order} {texts:?} {exclusions:?} within {window} s"
                );
            }
        }
    }
    println!("{compared} worlds agree on the engine");
    world.close().await;
}

/// The value below which the share `level` of the sorted values lies, between neighbours linear (type 7 of R).
fn quantile(sorted: &[f64], level: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = level * last as f64;
    let (low, part) = (place.floor() as usize, place.fract());
    let high = (low + 1).min(last);
    Some(sorted[low] + (sorted[high] - sorted[low]) * part)
}

#[tokio::test]
async fn times_are_those_of_the_runs_that_count() {
    let world = World::open().await;
    let mut random = StdRng::seed_from_u64(5);
    for round in 0..16 {
        let steps = if round % 8 == 7 {
            20
        } else {
            random.random_range(2..=6)
        };
        let kinds: Vec<Kind> = (0..steps)
            .map(|_| *KINDS.choose(&mut random).unwrap())
            .collect();
        let longest = if steps > 6 { 60 } else { 10 };
        let walks: Vec<Walk> = (0..60)
            .map(|_| Walk::random(&mut random, longest))
            .collect();
        let window = random.random_range(1..12);
        let site = format!("world-{round}");
        store(&world, &site, &walks).await;
        let texts: Vec<&str> = kinds.iter().map(|kind| kind.0).collect();
        let mut asked = within(request(&texts), &format!("{window}s"));
        asked.site = site;
        let funnel = world.funnel(&asked).await.unwrap();

        let mut walker = Walker::new(Plan {
            order: Order::Ordered,
            steps,
            optional: 0,
            window_ms: window * 1000,
            exclusions: Vec::new(),
        });
        let runs: Vec<Vec<i64>> = walks
            .iter()
            .map(|walk| {
                let seen = walk.seen(&kinds, &[]);
                walker
                    .walk(&seen)
                    .iter()
                    .map(|served| seen[served.event].time)
                    .collect()
            })
            .collect();
        for (step, found) in (1..).zip(&funnel.steps) {
            let place = format!("round {round}, step {step} of {texts:?} within {window} s");
            let there: Vec<&Vec<i64>> = runs.iter().filter(|run| run.len() >= step).collect();
            assert_eq!(found.visitors, there.len() as u64, "{place}");
            if step == 1 {
                assert_eq!(
                    (found.mean_seconds, found.median_seconds),
                    (None, None),
                    "{place}"
                );
                continue;
            }
            let mut times: Vec<f64> = there
                .iter()
                .map(|run| (run[step - 1] - run[step - 2]) as f64 / 1000.0)
                .collect();
            times.sort_by(f64::total_cmp);
            let mean = (!times.is_empty()).then(|| times.iter().sum::<f64>() / times.len() as f64);
            for (found, there) in [
                (found.mean_seconds, mean),
                (found.median_seconds, quantile(&times, 0.5)),
                (found.p90_seconds, quantile(&times, 0.9)),
            ] {
                assert_eq!(found.is_some(), there.is_some(), "{place}");
                assert!(
                    (found.unwrap_or(0.0) - there.unwrap_or(0.0)).abs() < 1e-9,
                    "{place}: {found:?}, {there:?}"
                );
            }
        }
    }
    world.close().await;
}

#[tokio::test]
async fn times_before_1970_are_times_too() {
    let before = -ORIGIN_MS as f64 / 1000.0 - 3600.0;
    let events: Vec<_> = [("a", 0.0), ("b", 3600.0), ("c", 3601.5)]
        .map(|(name, second)| custom("ann", before + second, name))
        .into();
    let world = World::of(&events).await;
    let funnel = world
        .funnel(&request(&["event:a", "event:b", "event:c"]))
        .await
        .unwrap();
    assert_eq!(world::visitors(&funnel), [1, 1, 1]);
    assert_eq!(funnel.steps[1].mean_seconds, Some(3600.0));
    assert_eq!(funnel.steps[2].mean_seconds, Some(1.5));
    assert_eq!(funnel.from.as_deref(), Some("1969-12-31T23:00:00Z"));
    world.close().await;
}
