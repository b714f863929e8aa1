//! How far a person's events carry them through the steps of a funnel (METRICS.md, Funnels).
//!
//! A run serves steps by different events, one event a step, all within the window from its first. A run that no event
//! could carry on is an attempt; it is void if an excluded event lies after the event of one named step and before that
//! of the other, or, where it never came to the other, before its window ends. The best attempt that is not void
//! counts: the furthest; of complete ones the first to be so. Without one the person is not counted.
//!
//! Invariant: pure; the same events and plan give the same run. Knows no engine, no text and no clock.

mod any;
mod matching;
mod ordered;
mod strict;

use crate::Order;

/// So many steps fit into a mask.
pub const MOST_STEPS: usize = 20;
/// So many exclusions fit beside them.
pub const MOST_EXCLUSIONS: usize = 12;

/// One event of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Milliseconds since 1970.
    pub time: i64,
    /// Bit `k - 1`: it matches step k. Bit `20 + x`: it is the x-th excluded event.
    pub mask: u32,
}

impl Event {
    /// The steps it matches.
    #[must_use]
    pub fn steps(self) -> u32 {
        self.mask & STEPS
    }

    fn excluded(self) -> u32 {
        self.mask >> MOST_STEPS
    }
}

const STEPS: u32 = (1 << MOST_STEPS) - 1;

/// Between which steps an event makes an attempt void; numbers from 1, `from` before `to`, neither optional.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between {
    /// After the event of this step.
    pub from: usize,
    /// Before the event of this step.
    pub to: usize,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// How steps follow each other.
    pub order: Order,
    /// How many steps there are, 1 to 20.
    pub steps: usize,
    /// Steps that may be left out, as a mask; neither the first nor the last; unknown to any order.
    pub optional: u32,
    /// How long a run may take, inclusive.
    pub window_ms: i64,
    /// The exclusions, in the order of their bits.
    pub exclusions: Vec<Between>,
}

impl Plan {
    fn is_optional(&self, step: usize) -> bool {
        self.optional & bit(step) != 0
    }

    /// The steps that may be a run's second, as a mask.
    #[must_use]
    pub fn second(&self) -> u32 {
        self.next().get(1).copied().unwrap_or(0)
    }

    /// The steps that may follow each step, from 0 for the start on.
    fn next(&self) -> Vec<u32> {
        let next = |from: usize| {
            let mut steps = 0;
            for step in from + 1..=self.steps {
                steps |= bit(step);
                if !self.is_optional(step) {
                    break;
                }
            }
            steps
        };
        (0..=self.steps).map(next).collect()
    }

    /// Whether a run is void that stood at step `from` before the events of a time and stands at `to` after them, of
    /// which `excluded` are excluded.
    fn voids(&self, excluded: u32, from: usize, to: usize) -> bool {
        excluded != 0
            && (0..).zip(&self.exclusions).any(|(at, between)| {
                excluded & (1 << at) != 0 && between.from <= from && to < between.to
            })
    }
}

fn bit(step: usize) -> u32 {
    1 << (step - 1)
}

fn numbers(mut steps: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let step = (steps != 0).then(|| steps.trailing_zeros() as usize + 1)?;
        steps &= steps - 1;
        Some(step)
    })
}

/// A step of a run, and the event that served it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    /// Its number, from 1; in any order the how-manieth it is.
    pub step: usize,
    /// The event's place among those given.
    pub event: usize,
}

/// Finds runs, one person after another.
#[derive(Debug)]
pub struct Walker {
    plan: Plan,
    ordered: ordered::Ground,
    run: Vec<Served>,
}

impl Walker {
    /// For a plan.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self {
            ordered: ordered::Ground::new(&plan),
            plan,
            run: Vec::new(),
        }
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The run that counts, in the order of its steps; empty where there is none. `events` are in order of time, in
    /// strict order as they followed each other, with those that match nothing.
    pub fn walk(&mut self, events: &[Event]) -> &[Served] {
        self.run.clear();
        match self.plan.order {
            Order::Ordered => ordered::walk(&self.plan, &mut self.ordered, events, &mut self.run),
            Order::Strict => strict::walk(&self.plan, events, &mut self.run),
            Order::Any => any::walk(&self.plan, events, &mut self.run),
        }
        &self.run
    }
}
