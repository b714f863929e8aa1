//! The definitions of METRICS.md tried out in full: every run there is, which of them are attempts, and which are void.
//!
//! Written from the words alone and exponential, so that it shares nothing with the walk it is held against.

use std::collections::BTreeSet;

use snag_analyzer::Order;
use snag_analyzer::walk::{Event, Plan};

/// The steps of a run and their times.
pub(crate) type Path = Vec<(usize, i64)>;

/// What has to be the same for two runs to be equally good; the time of the end counts where all was done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) furthest: usize,
    pub(crate) done: usize,
    pub(crate) start: i64,
    pub(crate) end: Option<i64>,
}

fn matches(event: &Event, step: usize) -> bool {
    event.mask >> (step - 1) & 1 == 1
}

fn is_excluded(event: &Event, exclusion: usize) -> bool {
    event.mask >> (20 + exclusion) & 1 == 1
}

fn is_optional(plan: &Plan, step: usize) -> bool {
    plan.optional >> (step - 1) & 1 == 1
}

fn may_follow(plan: &Plan, from: usize) -> Vec<usize> {
    (from + 1..=plan.steps)
        .filter(|to| (from + 1..*to).all(|between| is_optional(plan, between)))
        .collect()
}

/// All runs of an order, as the places of their events: `follows` says which event may come after which.
fn all_runs(
    events: &[Event],
    plan: &Plan,
    follows: &dyn Fn(usize, usize) -> bool,
) -> Vec<Vec<(usize, usize)>> {
    fn on(
        events: &[Event],
        plan: &Plan,
        follows: &dyn Fn(usize, usize) -> bool,
        run: &mut Vec<(usize, usize)>,
        all: &mut Vec<Vec<(usize, usize)>>,
    ) {
        let last = run.last().copied();
        for to in may_follow(plan, last.map_or(0, |(step, _)| step)) {
            for at in 0..events.len() {
                let fits = match (last, run.first()) {
                    (Some((_, before)), Some((_, first))) => {
                        follows(before, at)
                            && events[at].time - events[*first].time <= plan.window_ms
                            && run.iter().all(|(_, used)| *used != at)
                    }
                    _ => true,
                };
                if fits && matches(&events[at], to) {
                    run.push((to, at));
                    all.push(run.clone());
                    on(events, plan, follows, run, all);
                    run.pop();
                }
            }
        }
    }
    let mut all = Vec::new();
    on(events, plan, follows, &mut Vec::new(), &mut all);
    all
}

/// The attempts that are not void, in the ordered and the strict order: where their last events stand, and their times.
pub(crate) fn attempts(events: &[Event], plan: &Plan) -> BTreeSet<(i64, Path)> {
    let strict = plan.order == Order::Strict;
    let follows = |before: usize, after: usize| match strict {
        true => after == before + 1,
        false => events[after].time >= events[before].time,
    };
    // What lies after and before is told in strict order by the places, else by the times.
    let place = |at: usize| if strict { at as i64 } else { events[at].time };
    let runs = all_runs(events, plan, &follows);
    let key = |run: &[(usize, usize)]| -> Path {
        run.iter().map(|(step, at)| (*step, place(*at))).collect()
    };
    let carried_on: BTreeSet<Path> = runs
        .iter()
        .filter(|run| run.len() > 1)
        .map(|run| key(&run[..run.len() - 1]))
        .collect();
    runs.iter()
        .filter(|run| !carried_on.contains(&key(run)))
        .filter(|run| !is_void(events, plan, run, &place))
        .map(|run| {
            let times = run.iter().map(|(step, at)| (*step, events[*at].time));
            (place(run[run.len() - 1].1), times.collect())
        })
        .collect()
}

fn is_void(
    events: &[Event],
    plan: &Plan,
    run: &[(usize, usize)],
    place: &dyn Fn(usize) -> i64,
) -> bool {
    let event_of = |wanted: usize| {
        run.iter()
            .find(|(step, _)| *step == wanted)
            .map(|(_, at)| *at)
    };
    let until = events[run[0].1].time + plan.window_ms;
    plan.exclusions
        .iter()
        .enumerate()
        .any(|(exclusion, between)| {
            let Some(from) = event_of(between.from) else {
                return false;
            };
            (0..events.len()).any(|at| {
                is_excluded(&events[at], exclusion)
                    && place(at) > place(from)
                    && match event_of(between.to) {
                        Some(to) => place(at) < place(to),
                        None => events[at].time <= until,
                    }
            })
        })
}

/// The most steps that different events can serve.
fn most_served(events: &[&Event], steps: &[usize]) -> usize {
    let Some((event, others)) = events.split_first() else {
        return 0;
    };
    let without = most_served(others, steps);
    let with = steps
        .iter()
        .filter(|step| matches(event, **step))
        .map(|step| {
            let left: Vec<usize> = steps
                .iter()
                .copied()
                .filter(|other| other != step)
                .collect();
            1 + most_served(others, &left)
        });
    with.max().unwrap_or(0).max(without)
}

/// When an attempt in any order that begins at `start` had done one step, two, and so on.
fn times_in_any_order(events: &[Event], plan: &Plan, start: i64) -> Vec<i64> {
    let steps: Vec<usize> = (1..=plan.steps).collect();
    let mut times: Vec<i64> = Vec::new();
    for event in events {
        let seen: Vec<&Event> = events
            .iter()
            .filter(|seen| (start..=event.time).contains(&seen.time))
            .collect();
        if event.time < start || event.time > start + plan.window_ms {
            continue;
        }
        times.resize(most_served(&seen, &steps).max(times.len()), event.time);
    }
    times
}

fn best_in_any_order(events: &[Event], plan: &Plan) -> Option<Outcome> {
    let mut best: Option<Outcome> = None;
    for start in events
        .iter()
        .filter(|event| event.mask & 0xf_ffff != 0)
        .map(|event| event.time)
    {
        let times = times_in_any_order(events, plan, start);
        let is_void = plan
            .exclusions
            .iter()
            .enumerate()
            .any(|(exclusion, between)| {
                let from = times.get(between.from - 1);
                events.iter().any(|event| {
                    is_excluded(event, exclusion)
                        && from.is_some_and(|from| event.time > *from)
                        && match times.get(between.to - 1) {
                            Some(to) => event.time < *to,
                            None => event.time <= start + plan.window_ms,
                        }
                })
            });
        let done = times.len();
        if !is_void && best.as_ref().is_none_or(|best| done > best.done) {
            best = Some(Outcome {
                furthest: done,
                done,
                start,
                end: times.last().copied().filter(|_| done == plan.steps),
            });
        }
    }
    best
}

/// The outcome of the attempt that counts.
pub(crate) fn best(events: &[Event], plan: &Plan) -> Option<Outcome> {
    if plan.order == Order::Any {
        return best_in_any_order(events, plan);
    }
    let mut outcomes: Vec<(i64, Outcome)> = attempts(events, plan)
        .iter()
        .map(|(place, path)| (*place, outcome(path, plan.steps)))
        .collect();
    let furthest = outcomes.iter().map(|(_, outcome)| outcome.furthest).max()?;
    outcomes.retain(|(_, outcome)| outcome.furthest == furthest);
    if furthest == plan.steps {
        let first = outcomes.iter().map(|(place, _)| *place).min();
        outcomes.retain(|(place, _)| Some(*place) == first);
    }
    let outcomes = outcomes.into_iter().map(|(_, outcome)| outcome);
    outcomes.max_by_key(|outcome| (outcome.done, outcome.start))
}

pub(crate) fn outcome(path: &[(usize, i64)], steps: usize) -> Outcome {
    let (furthest, end) = path.last().copied().unwrap_or_default();
    Outcome {
        furthest,
        done: path.len(),
        start: path.first().map_or(0, |(_, time)| *time),
        end: (furthest == steps).then_some(end),
    }
}
