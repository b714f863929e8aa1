//! A thousand random worlds for each order, window and exclusion, with and without optional steps.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use snag_analyzer::Order;
use snag_analyzer::walk::{Between, Event, Plan, Walker};

use crate::reference::{attempts, best, outcome};

const WORLDS: usize = 1_000;

/// Which exclusions, of a funnel of `steps` steps.
type Exclusions = fn(usize) -> Vec<Between>;
const EXCLUSIONS: [(&str, Exclusions); 4] = [
    ("none", |_| Vec::new()),
    ("over all", |steps| vec![Between { from: 1, to: steps }]),
    ("at the end", |steps| {
        vec![Between {
            from: steps - 1,
            to: steps,
        }]
    }),
    ("two", |steps| {
        vec![
            Between { from: 1, to: 2 },
            Between {
                from: (steps - 1).max(1),
                to: steps,
            },
        ]
    }),
];

fn events(random: &mut StdRng, steps: usize, exclusions: usize) -> Vec<Event> {
    let count = random.random_range(0..=7);
    let mut events: Vec<Event> = (0..count)
        .map(|_| {
            let mut mask = 0;
            for step in 0..steps {
                mask |= u32::from(random.random_bool(0.35)) << step;
            }
            for exclusion in 0..exclusions {
                mask |= u32::from(random.random_bool(0.12)) << (20 + exclusion);
            }
            Event {
                time: random.random_range(0..9),
                mask,
            }
        })
        .collect();
    events.sort_by_key(|event| event.time);
    events
}

#[test]
fn the_walk_finds_the_best_attempt_there_is() {
    let mut random = StdRng::seed_from_u64(11);
    let mut compared = 0;
    for order in [Order::Ordered, Order::Strict, Order::Any] {
        for window in [2, 5, 100] {
            for (name, exclusions) in EXCLUSIONS {
                for optional in [false, true] {
                    if optional && order == Order::Any {
                        continue;
                    }
                    for world in 0..WORLDS {
                        let steps = random.random_range(2..=4);
                        let mut plan = Plan {
                            order,
                            steps,
                            optional: 0,
                            window_ms: window,
                            exclusions: exclusions(steps),
                        };
                        if optional {
                            let named = |step: usize| {
                                plan.exclusions
                                    .iter()
                                    .any(|between| between.from == step || between.to == step)
                            };
                            plan.optional = (2..steps)
                                .filter(|step| !named(*step))
                                .map(|step| u32::from(random.random_bool(0.7)) << (step - 1))
                                .sum();
                        }
                        let events = events(&mut random, steps, plan.exclusions.len());
                        compare(&plan, &events, &format!("{order} {window} {name} {world}"));
                        compared += 1;
                    }
                }
            }
        }
    }
    println!("{compared} worlds agree");
    assert_eq!(compared, 60 * WORLDS);
}

fn compare(plan: &Plan, events: &[Event], place: &str) {
    let mut walker = Walker::new(plan.clone());
    let run = walker.walk(events).to_vec();
    let path: Vec<(usize, i64)> = run
        .iter()
        .map(|served| (served.step, events[served.event].time))
        .collect();
    let told = (!path.is_empty()).then(|| outcome(&path, plan.steps));
    let wanted = best(events, plan);
    let place = format!("{place}: {plan:?} on {events:#x?}, run {run:?}");
    match plan.order {
        // Which start is told of equally good ones is of no matter where nobody sees it.
        Order::Any => assert_eq!(
            told.as_ref()
                .map(|outcome| (outcome.done, outcome.start, outcome.end)),
            wanted.map(|outcome| (outcome.done, outcome.start, outcome.end)),
            "{place}"
        ),
        _ => {
            assert_eq!(told, wanted, "{place}");
            let is_attempt = attempts(events, plan)
                .iter()
                .any(|(_, times)| *times == path);
            assert!(path.is_empty() || is_attempt, "no attempt: {place}");
        }
    }
    let mut used: Vec<usize> = run.iter().map(|served| served.event).collect();
    used.sort_unstable();
    used.dedup();
    assert_eq!(used.len(), run.len(), "an event serves two: {place}");
}
