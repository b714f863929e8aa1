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
            let seen = follow(plan, from, begin, &mut attempt);
            if attempt.len() > run.len() {
                std::mem::swap(run, &mut attempt);
            }
            // Who saw all there is sees no less than who begins later.
            let all = plan.exclusions.is_empty() && seen == from.len();
            if all || run.len() == plan.steps {
                return;
            }
        }
        begin += group.len();
    }
}

/// The attempt from the first of `events` on, empty where it is void; and how many of them lie in its window.
fn follow(plan: &Plan, events: &[Event], first: usize, attempt: &mut Vec<Served>) -> usize {
    let until = events.first().map_or(0, |event| event.time) + plan.window_ms;
    let meets = |event: usize, step: usize| events[event].mask & bit(step + 1) != 0;
    let mut owners = vec![None; plan.steps];
    let mut seen = 0;
    for group in events.chunk_by(|event, next| event.time == next.time) {
        if group.first().is_none_or(|event| event.time > until) {
            break;
        }
        let before = attempt.len();
        let mut excluded = 0;
        for (at, event) in (seen..).zip(group) {
            excluded |= event.excluded();
            if event.steps() != 0 && augment(at, &meets, &mut owners) {
                attempt.push(Served {
                    step: attempt.len() + 1,
                    event: first + at,
                });
            }
        }
        seen += group.len();
        if attempt.len() == plan.steps {
            break;
        }
        if plan.voids(excluded, before, attempt.len()) {
            attempt.clear();
            break;
        }
    }
    seen
}
