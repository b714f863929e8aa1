//! Random small worlds: the SQL against the fold, the fold against trying everything.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

use crate::reference::{Seen, fold, quantile, try_everything};
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

struct Walk {
    events: Vec<(i64, &'static str, bool)>,
}

impl Walk {
    fn random(random: &mut StdRng, longest: usize, distinct: bool) -> Walk {
        let count = random.random_range(0..=longest);
        let mut times: Vec<i64> = (0..count)
            .map(|_| random.random_range(0..12) * 1000)
            .collect();
        if distinct {
            times.sort_unstable();
            times.dedup();
        }
        let event = |time| {
            (
                time,
                *["a", "b", "c", "d"].choose(random).unwrap(),
                random.random_bool(0.4),
            )
        };
        Walk {
            events: times.into_iter().map(event).collect(),
        }
    }

    fn seen(&self, kinds: &[Kind]) -> Vec<Seen> {
        let mask = |name, p| {
            (0..)
                .zip(kinds)
                .filter(|(_, kind)| kind.1(name, p))
                .fold(0, |mask, (at, _)| mask | 1 << at)
        };
        self.events
            .iter()
            .map(|(time, name, p)| (*time, mask(name, *p)))
            .collect()
    }
}

fn kinds(random: &mut StdRng, steps: usize) -> Vec<Kind> {
    (0..steps).map(|_| *KINDS.choose(random).unwrap()).collect()
}

#[test]
fn the_fold_finds_the_furthest_run_there_is() {
    let mut random = StdRng::seed_from_u64(1);
    for round in 0..20_000 {
        let steps = random.random_range(2..=5);
        let kinds = kinds(&mut random, steps);
        let walk = Walk::random(&mut random, 8, true);
        let window = random.random_range(1..12) * 1000;
        let seen = walk.seen(&kinds);
        let (found, there) = (
            fold(&seen, steps, window).len(),
            try_everything(&seen, steps, window),
        );
        assert_eq!(
            found, there,
            "round {round}: {seen:?}, {steps} steps within {window}"
        );
    }
}

#[test]
fn events_of_one_time_follow_each_other_in_the_order_of_the_steps() {
    let mut random = StdRng::seed_from_u64(2);
    for round in 0..20_000 {
        // Each event matches one step at most.
        let walk = Walk::random(&mut random, 8, false);
        let window = random.random_range(1..12) * 1000;
        let seen = walk.seen(&KINDS[..3]);
        let (found, there) = (
            fold(&seen, 3, window).len(),
            try_everything(&seen, 3, window),
        );
        assert_eq!(found, there, "round {round}: {seen:?} within {window}");
    }
}

#[test]
fn no_run_is_invented_where_one_event_could_serve_several_steps_at_one_time() {
    let mut random = StdRng::seed_from_u64(3);
    let mut fallen_short = 0;
    let rounds = 20_000;
    for _ in 0..rounds {
        let kinds = kinds(&mut random, 4);
        let seen = Walk::random(&mut random, 7, false).seen(&kinds);
        let (found, there) = (fold(&seen, 4, 6000).len(), try_everything(&seen, 4, 6000));
        assert!(found <= there, "{seen:?}");
        fallen_short += usize::from(found < there);
    }
    // Known and rare: of several events of one time the order that serves best is not always found.
    assert!(fallen_short * 20 < rounds, "{fallen_short} of {rounds}");
}

#[tokio::test]
async fn the_engine_counts_and_times_as_the_fold_does() {
    let world = World::open().await;
    let mut random = StdRng::seed_from_u64(4);
    for round in 0..40 {
        let steps = if round % 8 == 7 {
            20
        } else {
            random.random_range(2..=6)
        };
        let kinds = kinds(&mut random, steps);
        let longest = if steps > 6 { 60 } else { 10 };
        let walks: Vec<Walk> = (0..60)
            .map(|_| Walk::random(&mut random, longest, false))
            .collect();
        let window = random.random_range(1..12);
        let site = format!("world-{round}");
        let mut events: Vec<Event> = Vec::new();
        for (number, walk) in walks.iter().enumerate() {
            events.extend(walk.events.iter().map(|(time, name, p)| {
                let event = custom(&number.to_string(), *time as f64 / 1000.0, name)
                    .with(|event| event.site = site.clone());
                if *p { event.prop("p", "1") } else { event }
            }));
        }
        // In no order at all, so that none can be relied upon, and in several parts.
        for part in events.chunks(97) {
            let mut part = part.to_vec();
            part.reverse();
            world.add(&part).await;
        }
        let texts: Vec<&str> = kinds.iter().map(|kind| kind.0).collect();
        let mut request = within(request(&texts), &format!("{window}s"));
        request.site = site;
        let funnel = world.funnel(&request).await.unwrap();

        let runs: Vec<Vec<i64>> = walks
            .iter()
            .map(|walk| fold(&walk.seen(&kinds), steps, window * 1000))
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
