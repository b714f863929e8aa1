//! Steps one directly after the other: any event between two of them ends the run.
//!
//! What lies before and after is told by the sequence itself, so that events of one time follow each other as they were
//! reported. After so many events all runs of one start have done as many steps; they differ in which they left out.

use super::{Event, MOST_STEPS, Plan, Served, numbers};

/// The steps before each step of a run that has done so many; 0 for the start, [`NOWHERE`] for one not come to.
type Before = [[u8; MOST_STEPS + 1]; MOST_STEPS + 1];
const NOWHERE: u8 = u8::MAX;

pub(super) fn walk(plan: &Plan, events: &[Event], run: &mut Vec<Served>) {
    let next = plan.next();
    let mut best: Option<(usize, usize)> = None;
    // Where the first complete run ended; one that leaves out more may begin later and yet end sooner.
    let mut end = usize::MAX;
    for (start, event) in events.iter().enumerate() {
        if start >= end {
            break;
        }
        if event.steps() & 1 == 0 {
            continue;
        }
        let mut before = [[NOWHERE; MOST_STEPS + 1]; MOST_STEPS + 1];
        let Some(reached @ (step, done)) = attempt(plan, &next, &events[start..], &mut before)
        else {
            continue;
        };
        // Of complete runs the first counts, of others as far the latest.
        let is_better = match step == plan.steps {
            true => start + done < end,
            false => end == usize::MAX && best.is_none_or(|best| reached >= best),
        };
        if is_better {
            best = Some(reached);
            run.clear();
            trace(start, reached, &before, run);
            if step == plan.steps {
                end = start + done;
            }
        }
    }
}

/// The step and the number of steps of the best attempt from the first of `events`.
fn attempt(
    plan: &Plan,
    next: &[u32],
    events: &[Event],
    before: &mut Before,
) -> Option<(usize, usize)> {
    let until = events[0].time + plan.window_ms;
    before[1][1] = 0;
    let mut best = None;
    for done in 1..=plan.steps {
        let following = events.get(done).filter(|event| event.time <= until);
        let steps = following.map_or(0, |event| event.steps());
        let excluded = following.map_or(0, |event| event.excluded());
        let mut goes_on = false;
        for from in 1..=plan.steps {
            if before[done][from] == NOWHERE {
                continue;
            }
            let ways = steps & next[from];
            if ways == 0 && !is_void(plan, &events[done..], until, from) {
                best = best.max(Some((from, done)));
            }
            for to in numbers(ways) {
                if !plan.voids(excluded, from, to) {
                    before[done + 1][to] = u8::try_from(from).unwrap_or(NOWHERE);
                    goes_on = true;
                }
            }
        }
        let is_complete = best.is_some_and(|(step, _)| step == plan.steps);
        if !goes_on || is_complete {
            break;
        }
    }
    best
}

/// Whether an event excluded at the step where a run ended follows within its window.
fn is_void(plan: &Plan, rest: &[Event], until: i64, at: usize) -> bool {
    !plan.exclusions.is_empty()
        && rest
            .iter()
            .take_while(|event| event.time <= until)
            .any(|event| plan.voids(event.excluded(), at, at))
}

fn trace(start: usize, (step, done): (usize, usize), before: &Before, run: &mut Vec<Served>) {
    let (mut step, mut done) = (step, done);
    while done > 0 {
        run.push(Served {
            step,
            event: start + done - 1,
        });
        step = usize::from(before[done][step]);
        done -= 1;
    }
    run.reverse();
}
