//! Steps as they come: how many of them different events serve within the window, and when.
//!
//! An attempt begins at each time with an event that matches anything, and each event that lets one more step be served
//! counts, whichever that is. So an exclusion lies between the from-th and the to-th that was done.

use super::matching::augment;
use super::{Event, Plan, Served, bit};

pub(super) fn walk(plan: &Plan, events: &[Event], run: &mut Vec<Served>) {
    let mut begin = 0;
    let mut attempt = Vec::new();
    for group in events.chunk_by(|event, next| event.time == next.time) {
        let from = &events[begin..];
        if group.iter().any(|event| event.steps() != 0) {
            attempt.clear();
            let (seen, is_void) = follow(plan, from, begin, &mut attempt);
            if !is_void && attempt.len() > run.len() {
                std::mem::swap(run, &mut attempt);
            }
            // Who saw all there is sees no less than who begins later.
            let all = seen == from.len() && !is_void;
            if all || run.len() == plan.steps {
                return;
            }
        }
        begin += group.len();
    }
}

/// The attempt from the first of `events` on; how many of them it looked at, and whether it is void.
fn follow(plan: &Plan, events: &[Event], first: usize, attempt: &mut Vec<Served>) -> (usize, bool) {
    let until = events.first().map_or(0, |event| event.time) + plan.window_ms;
    let meets = |event: usize, step: usize| events[event].mask & bit(step + 1) != 0;
    let mut owners = vec![None; plan.steps];
    let mut seen = 0;
    // Masks of events that served nothing more; as the others only become more, they never will.
    let mut spent: Vec<u32> = Vec::new();
    for group in events.chunk_by(|event, next| event.time == next.time) {
        if group.first().is_none_or(|event| event.time > until) {
            break;
        }
        let before = attempt.len();
        let mut excluded = 0;
        for (at, event) in (seen..).zip(group) {
            excluded |= event.excluded();
            let steps = event.steps();
            if steps == 0 || spent.contains(&steps) {
                continue;
            }
            if augment(at, &meets, &mut owners) {
                attempt.push(Served {
                    step: attempt.len() + 1,
                    event: first + at,
                });
            } else {
                spent.push(steps);
            }
        }
        seen += group.len();
        if attempt.len() == plan.steps {
            break;
        }
        if plan.voids(excluded, before, attempt.len()) {
            return (seen, true);
        }
    }
    (seen, false)
}
