//! Rage, dead and error clicks.
//!
//! Invariant: every click is judged once and bears its own time. A click is dead when nothing answered it within
//! [`ANSWER`] of its pointer going down; clicks are a burst of rage when at least [`RAGE`] follow each other within
//! [`PAUSE`] and [`DISTANCE`], and at least two of them were not answered at once: what answers each click, such as a
//! stepper, is meant to be clicked often. What was clicked, a field or a link that leads away, is the collector's to
//! know.

use super::out::Out;
use crate::kind::{self, signal};

/// Milliseconds from the pointer going down within which an answer counts (METRICS.md, Clicks).
const ANSWER: i32 = 2500;
/// Milliseconds within which scrolling counts as an answer.
const SCROLL: i32 = 100;
/// Milliseconds within which an answer is one at once.
const AT_ONCE: i32 = 250;
/// Milliseconds within which an error belongs to a click.
const ERROR: i32 = 1000;
/// Milliseconds between two clicks of a burst.
const PAUSE: i32 = 1000;
/// Pixels, in Manhattan distance, between two clicks of a burst.
const DISTANCE: i32 = 30;
/// Clicks of a burst of rage.
const RAGE: i32 = 3;
/// Clicks that may wait for an answer: one every 20 ms.
const WAITING: usize = 128;

/// When, on which element, and where.
type Click = [i32; 4];

#[derive(Debug)]
#[repr(C)]
pub(super) struct Clicks {
    /// When the pointer of the last click, or of the one that is to come, went down.
    down: i32,
    is_down: bool,
    is_answered: bool,
    /// It was answered at once.
    is_changed: bool,
    /// An error may still be its fault.
    is_suspect: bool,
    last: Click,
    /// The burst the last click belongs to, how many clicks it has, and how many of them were answered at once.
    first: Click,
    count: i32,
    changes: i32,
    /// The clicks that wait for an answer, from `judged` on to `clicked`, and when their pointers went down.
    judged: u32,
    clicked: u32,
    waiting: [(Click, i32); WAITING],
}

impl Clicks {
    pub(super) const fn new() -> Self {
        Self {
            down: 0,
            is_down: false,
            is_answered: false,
            is_changed: false,
            is_suspect: false,
            last: [0; 4],
            first: [0; 4],
            count: 0,
            changes: 0,
            judged: 0,
            clicked: 0,
            waiting: [([0; 4], 0); WAITING],
        }
    }

    /// A view begins: nothing was clicked in it.
    pub(super) const fn begin(&mut self) {
        self.judged = self.clicked;
        self.is_down = false;
        self.is_suspect = false;
        self.count = 0;
    }

    /// Judges what time alone decides.
    pub(super) fn tick(&mut self, now: i32, out: &mut Out) {
        while self.judged != self.clicked {
            let (click, down) = &self.waiting[self.judged as usize % WAITING];
            if now.wrapping_sub(*down) <= ANSWER {
                break;
            }
            tell(out, signal::DEAD, click, 0);
            self.judged += 1;
        }
        if now.wrapping_sub(self.last[0]) >= PAUSE {
            self.end_burst(out);
        }
    }

    #[inline(never)]
    fn end_burst(&mut self, out: &mut Out) {
        if self.count >= RAGE && self.changes + 1 < self.count {
            tell(out, signal::RAGE, &self.first, self.count);
        }
        self.count = 0;
    }

    pub(super) const fn down(&mut self, now: i32) {
        self.down = now;
        self.is_down = true;
        self.is_answered = false;
        self.is_changed = false;
    }

    /// A click; nobody knows what answered an early one.
    pub(super) fn click(&mut self, click: Click, is_early: bool, out: &mut Out) {
        let [now, _, x, y] = click;
        // The keyboard clicks without a pointer.
        if !self.is_down {
            self.down(now);
        }
        self.is_down = false;
        self.is_suspect = true;
        let [_, _, last_x, last_y] = self.last;
        let distance = last_x
            .wrapping_sub(x)
            .wrapping_abs()
            .wrapping_add(last_y.wrapping_sub(y).wrapping_abs());
        if distance >= DISTANCE {
            self.end_burst(out);
        }
        self.last = click;
        if is_early {
            return;
        }
        if !self.is_answered {
            self.waiting[self.clicked as usize % WAITING] = (click, self.down);
            self.clicked += 1;
        }
        if self.count == 0 {
            self.first = click;
            self.changes = 0;
        }
        self.count += 1;
        self.changes += self.is_changed as i32;
    }

    pub(super) const fn answer(&mut self, now: i32, how: i32) {
        let after = now.wrapping_sub(self.down);
        if how == super::entry::answer::SCROLL && after > SCROLL {
            return;
        }
        // What waited for too long was judged before.
        self.judged = self.clicked;
        self.is_answered = true;
        if how == super::entry::answer::CHANGE && after <= AT_ONCE && !self.is_changed {
            self.is_changed = true;
            // A click that is to come counts it when it comes.
            if !self.is_down {
                self.changes += 1;
            }
        }
    }

    pub(super) fn error(&mut self, now: i32, out: &mut Out) {
        let after = now.wrapping_sub(self.last[0]);
        if self.is_suspect && after <= ERROR {
            self.is_suspect = false;
            tell(out, signal::ERROR_CLICK, &self.last, after);
        }
    }

    /// The visitor goes: bursts are over, and what is not dead yet was answered by that.
    pub(super) fn leave(&mut self, out: &mut Out) {
        self.end_burst(out);
        self.judged = self.clicked;
    }
}

#[inline(never)]
fn tell(out: &mut Out, what: i32, [at, element, x, y]: &Click, amount: i32) {
    out.row(&[kind::SIGNAL, *at, what, *element, *x, *y, amount]);
}
