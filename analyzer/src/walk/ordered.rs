//! Steps one after the other; other events may lie between. Events of one time may follow each other in any order.
//!
//! At each step stand the runs that came so far. An event carries those on that stood there before it, so that it never
//! serves two steps. A run with a later start can do all that one with an earlier can, so one is enough at each step
//! (with optional steps one for each number of steps done); with exclusions an earlier start may yet be the one whose
//! window ends in time, so all starts are kept while their windows last.

use super::matching::augment;
use super::{Event, Plan, Served, bit, numbers};

/// What is used again from person to person.
#[derive(Debug)]
pub(super) struct Ground {
    next: Vec<u32>,
    /// Steps of runs, each with the one before it.
    nodes: Vec<Node>,
    /// The runs that stand at each step, by their start.
    standing: Vec<Vec<Standing>>,
    best: Option<(usize, Standing)>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    before: Option<usize>,
    served: Served,
}

#[derive(Debug, Clone, Copy)]
struct Standing {
    start: i64,
    done: usize,
    node: usize,
    /// Nothing that came since could have carried it on.
    rests: bool,
}

/// A way on from a step by the events of one time.
struct Way {
    served: Vec<Served>,
    rests: bool,
}

impl Ground {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            next: plan.next(),
            nodes: Vec::new(),
            standing: vec![Vec::new(); plan.steps + 1],
            best: None,
        }
    }

    fn clear(&mut self) {
        self.nodes.clear();
        self.standing.iter_mut().for_each(Vec::clear);
        self.best = None;
    }

    /// Of equally far runs the one that did more steps, then the later start.
    fn offer(&mut self, step: usize, run: Standing) {
        let rank = |(step, run): (usize, Standing)| (step, run.done, run.start);
        if run.rests && self.best.is_none_or(|best| rank((step, run)) > rank(best)) {
            self.best = Some((step, run));
        }
    }

    fn extend(&mut self, run: Option<Standing>, way: &Way) -> usize {
        let mut before = run.map(|run| run.node);
        for served in &way.served {
            self.nodes.push(Node {
                before,
                served: *served,
            });
            before = Some(self.nodes.len() - 1);
        }
        self.nodes.len() - 1
    }
}

pub(super) fn walk(plan: &Plan, ground: &mut Ground, events: &[Event], run: &mut Vec<Served>) {
    ground.clear();
    let mut first = 0;
    for group in events.chunk_by(|event, next| event.time == next.time) {
        step_on(plan, ground, first, group);
        if !ground.standing[plan.steps].is_empty() {
            break;
        }
        first += group.len();
    }
    for step in 1..=plan.steps {
        for run in std::mem::take(&mut ground.standing[step]) {
            ground.offer(step, run);
        }
    }
    let mut node = ground.best.map(|(_, run)| run.node);
    while let Some(at) = node {
        run.push(ground.nodes[at].served);
        node = ground.nodes[at].before;
    }
    run.reverse();
}

/// Carries all runs on by the events of one time, the first of which is the `first`-th of all.
fn step_on(plan: &Plan, ground: &mut Ground, first: usize, group: &[Event]) {
    let Some(time) = group.first().map(|event| event.time) else {
        return;
    };
    let steps = group.iter().fold(0, |steps, event| steps | event.steps());
    let excluded = group
        .iter()
        .fold(0, |excluded, event| excluded | event.excluded());
    // From the last step down, so that no run is carried on twice.
    for from in (0..plan.steps).rev() {
        let goes_on = steps & ground.next[from] != 0;
        if from > 0 && (ground.standing[from].is_empty() || !(goes_on || excluded != 0)) {
            continue;
        }
        let ways = if goes_on {
            ways(plan, &ground.next, from, first, group)
        } else {
            Vec::new()
        };
        if from == 0 {
            carry_on(plan, ground, (from, None), time, &ways, excluded);
            continue;
        }
        let mut runs = std::mem::take(&mut ground.standing[from]);
        runs.retain_mut(|run| {
            if time - run.start > plan.window_ms {
                ground.offer(from, *run);
                return false;
            }
            run.rests &= ways.is_empty();
            carry_on(plan, ground, (from, Some(*run)), time, &ways, excluded);
            !plan.voids(excluded, from, from)
        });
        ground.standing[from] = runs;
    }
}

fn carry_on(
    plan: &Plan,
    ground: &mut Ground,
    (from, run): (usize, Option<Standing>),
    time: i64,
    ways: &[Way],
    excluded: u32,
) {
    for way in ways {
        let Some(to) = way.served.last().map(|served| served.step) else {
            continue;
        };
        if plan.voids(excluded, from, to) {
            continue;
        }
        let new = Standing {
            start: run.map_or(time, |run| run.start),
            done: run.map_or(0, |run| run.done) + way.served.len(),
            node: 0,
            rests: way.rests,
        };
        if let Some(place) = place(plan, &mut ground.standing[to], new) {
            let node = ground.extend(run, way);
            ground.standing[to].insert(place, Standing { node, ..new });
        }
    }
}

/// Where among the runs at a step a new one belongs, those taken out that it is better than; none where one is as good.
fn place(plan: &Plan, runs: &mut Vec<Standing>, new: Standing) -> Option<usize> {
    if plan.exclusions.is_empty() {
        let as_good =
            |run: &Standing, other: Standing| run.start >= other.start && run.done >= other.done;
        if runs.iter().any(|run| as_good(run, new)) {
            return None;
        }
        runs.retain(|run| !as_good(&new, *run));
        return Some(runs.partition_point(|run| run.start <= new.start));
    }
    let begin = runs.partition_point(|run| run.start < new.start);
    let end = runs.partition_point(|run| run.start <= new.start);
    let same = &runs[begin..end];
    let equal = same.iter().filter(|run| run.done >= new.done);
    let (mut first, mut resting) = (false, false);
    for run in equal {
        first = true;
        resting |= run.rests;
    }
    if first && (resting || !new.rests) {
        return None;
    }
    // The earliest is kept for its times, and of the others the one that rests.
    let mut kept = false;
    let mut at = begin;
    let mut end = end;
    while at < end {
        let run = runs[at];
        if run.done == new.done && !run.rests && std::mem::replace(&mut kept, true) {
            runs.remove(at);
            end -= 1;
        } else {
            at += 1;
        }
    }
    Some(end)
}

/// The ways on from a step: for each step that can be come to at once, with as many optional ones as go.
fn ways(plan: &Plan, next: &[u32], from: usize, first: usize, group: &[Event]) -> Vec<Way> {
    if let [event] = group {
        let served = |step| Served { step, event: first };
        return numbers(event.steps() & next[from])
            .map(|step| Way {
                served: vec![served(step)],
                rests: true,
            })
            .collect();
    }
    let meets = |step: usize, event: usize| group[event].mask & bit(step) != 0;
    let mut ways = Vec::new();
    // The required steps so far; owners are events, holders steps.
    let mut required = vec![None; group.len()];
    for (to, onward) in next.iter().enumerate().skip(from + 1) {
        let mut owners = required.clone();
        let comes = augment(to, &meets, &mut owners);
        if comes {
            for step in (from + 1..to).filter(|step| plan.is_optional(*step)) {
                augment(step, &meets, &mut owners);
            }
            let mut served: Vec<Served> = owners
                .iter()
                .enumerate()
                .filter_map(|(event, step)| {
                    Some(Served {
                        step: (*step)?,
                        event: first + event,
                    })
                })
                .collect();
            served.sort_by_key(|served| served.step);
            let goes_on = numbers(*onward).any(|step| augment(step, &meets, &mut owners.clone()));
            ways.push(Way {
                served,
                rests: !goes_on,
            });
        }
        if !plan.is_optional(to) {
            if !comes {
                break;
            }
            augment(to, &meets, &mut required);
        }
    }
    ways
}
