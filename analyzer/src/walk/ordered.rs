//! Steps one after the other; other events may lie between. Events of one time may follow each other in any order.
//!
//! At each step stand the runs that came so far. An event carries those on that stood there before it, so that it never
//! serves two steps. A run with a later start can do all that one with an earlier can, so one is enough at each step
//! (with optional steps one for each number of steps done). With exclusions the window of an earlier start may yet end
//! before an excluded event that the later one meets, so one is kept for each number of those within the window.

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
    /// The times of excluded events.
    excluded: Vec<i64>,
    ways: Ways,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    before: Option<usize>,
    served: Served,
}

#[derive(Debug, Clone, Copy)]
struct Standing {
    start: i64,
    /// How many excluded events there are up to the end of its window: what makes one void makes all of one fate so.
    fate: usize,
    done: usize,
    node: usize,
    /// Nothing that came since could have carried it on.
    rests: bool,
}

/// The ways on from a step by the events of one time.
#[derive(Debug, Default)]
struct Ways {
    /// Where each begins and ends in `served`, and whether who goes it may rest there.
    ways: Vec<(usize, usize, bool)>,
    served: Vec<Served>,
}

/// One of them.
#[derive(Clone, Copy)]
struct Way<'a> {
    served: &'a [Served],
    rests: bool,
}

impl Ways {
    fn clear(&mut self) {
        self.ways.clear();
        self.served.clear();
    }

    fn push(&mut self, served: impl IntoIterator<Item = Served>, rests: bool) {
        let first = self.served.len();
        self.served.extend(served);
        self.ways.push((first, self.served.len(), rests));
    }

    fn iter(&self) -> impl Iterator<Item = Way<'_>> {
        self.ways.iter().map(|(first, end, rests)| Way {
            served: &self.served[*first..*end],
            rests: *rests,
        })
    }
}

impl Ground {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            next: plan.next(),
            nodes: Vec::new(),
            standing: vec![Vec::new(); plan.steps + 1],
            best: None,
            excluded: Vec::new(),
            ways: Ways::default(),
        }
    }

    fn clear(&mut self, events: &[Event]) {
        self.nodes.clear();
        self.standing.iter_mut().for_each(Vec::clear);
        self.best = None;
        self.excluded.clear();
        let excluded = events.iter().filter(|event| event.excluded() != 0);
        self.excluded.extend(excluded.map(|event| event.time));
    }

    fn fate(&self, plan: &Plan, start: i64) -> usize {
        let until = start + plan.window_ms;
        self.excluded.partition_point(|time| *time <= until)
    }

    /// Of equally far runs the one that did more steps, then the later start.
    fn offer(&mut self, step: usize, run: Standing) {
        let rank = |(step, run): (usize, Standing)| (step, run.done, run.start);
        if run.rests && self.best.is_none_or(|best| rank((step, run)) > rank(best)) {
            self.best = Some((step, run));
        }
    }

    fn extend(&mut self, run: Option<Standing>, way: Way<'_>) -> usize {
        let mut before = run.map(|run| run.node);
        for served in way.served {
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
    ground.clear(events);
    let mut first = 0;
    for group in events.chunk_by(|event, next| event.time == next.time) {
        step_on(plan, ground, first, group);
        if !ground.standing[plan.steps].is_empty() {
            break;
        }
        first += group.len();
    }
    for step in 1..=plan.steps {
        let mut runs = std::mem::take(&mut ground.standing[step]);
        for run in runs.drain(..) {
            ground.offer(step, run);
        }
        ground.standing[step] = runs;
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
        let mut ways = std::mem::take(&mut ground.ways);
        ways.clear();
        if goes_on {
            ways.find(plan, &ground.next, from, first, group);
        }
        if from == 0 {
            carry_on(plan, ground, (from, None), time, &ways, excluded);
            ground.ways = ways;
            continue;
        }
        let mut runs = std::mem::take(&mut ground.standing[from]);
        runs.retain_mut(|run| {
            if time - run.start > plan.window_ms {
                ground.offer(from, *run);
                return false;
            }
            run.rests &= ways.ways.is_empty();
            carry_on(plan, ground, (from, Some(*run)), time, &ways, excluded);
            !plan.voids(excluded, from, from)
        });
        ground.standing[from] = runs;
        ground.ways = ways;
    }
}

fn carry_on(
    plan: &Plan,
    ground: &mut Ground,
    (from, run): (usize, Option<Standing>),
    time: i64,
    ways: &Ways,
    excluded: u32,
) {
    for way in ways.iter() {
        let Some(to) = way.served.last().map(|served| served.step) else {
            continue;
        };
        if plan.voids(excluded, from, to) {
            continue;
        }
        let new = Standing {
            start: run.map_or(time, |run| run.start),
            fate: run.map_or_else(|| ground.fate(plan, time), |run| run.fate),
            done: run.map_or(0, |run| run.done) + way.served.len(),
            node: 0,
            rests: way.rests,
        };
        if admit(&mut ground.standing[to], &new) {
            let node = ground.extend(run, way);
            ground.standing[to].push(Standing { node, ..new });
        }
    }
}

/// Whether a new run belongs beside those that stand at a step; those it makes superfluous are taken out.
fn admit(runs: &mut Vec<Standing>, new: &Standing) -> bool {
    let as_good = |run: &Standing, other: &Standing| {
        run.fate == other.fate
            && run.start >= other.start
            && run.done >= other.done
            && (run.rests || !other.rests)
    };
    if runs.iter().any(|run| as_good(run, new)) {
        return false;
    }
    // Of one start the earliest stays for its times, beside the one that rests.
    let mut is_earliest = true;
    runs.retain(|run| match (run.start, run.done) == (new.start, new.done) {
        true => std::mem::take(&mut is_earliest),
        false => !as_good(new, run),
    });
    true
}

impl Ways {
    /// Finds for each step that can be come to at once a way, with as many optional ones as go.
    fn find(&mut self, plan: &Plan, next: &[u32], from: usize, first: usize, group: &[Event]) {
        if let [event] = group {
            for step in numbers(event.steps() & next[from]) {
                self.push([Served { step, event: first }], true);
            }
            return;
        }
        let meets = |step: usize, event: usize| group[event].mask & bit(step) != 0;
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
                let goes_on =
                    numbers(*onward).any(|step| augment(step, &meets, &mut owners.clone()));
                self.push(served, !goes_on);
            }
            if !plan.is_optional(to) {
                if !comes {
                    break;
                }
                augment(to, &meets, &mut required);
            }
        }
    }
}
