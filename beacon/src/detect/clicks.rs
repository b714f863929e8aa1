//! Rage, dead and error clicks.
//!
//! Invariant: every click is judged once and bears its own time. A click is dead when nothing answered it within
//! [`ANSWER`] of its pointer going down; clicks are a burst of rage when at least [`RAGE`] follow each other within
//! [`PAUSE`] and [`DISTANCE`], and at least two of them were not answered at once: what answers each click, such as a
//! stepper, is meant to be clicked often.

use super::entry::{Row, answer, mark};
use super::records::Records;
use crate::kind::signal;

/// Milliseconds from the pointer going down within which an answer counts (METRICS.md, Clicks).
const ANSWER: u32 = 2500;
/// Milliseconds within which scrolling counts as an answer.
const SCROLL: u32 = 100;
/// Milliseconds within which an answer is one at once.
const AT_ONCE: u32 = 250;
/// Milliseconds within which an error belongs to a click.
const ERROR: u32 = 1000;
/// Milliseconds between two clicks of a burst.
const PAUSE: u32 = 1000;
/// Pixels, in Manhattan distance, between two clicks of a burst.
const DISTANCE: u32 = 30;
/// Clicks of a burst of rage.
const RAGE: u32 = 3;
/// Clicks that may wait for an answer: one every 20 ms.
const WAITING: usize = 128;

/// Places of a signal's fields in its row.
const AT: usize = 1;
const WHAT: usize = 4;
const X: usize = 6;
const Y: usize = 7;
const AMOUNT: usize = 8;
const DETAIL: usize = 9;

/// States of the last click, or of the one whose pointer is down.
const DOWN: u32 = 1;
const ANSWERED: u32 = 2;
const CHANGED: u32 = 4;
const BLAMELESS: u32 = 8;

#[derive(Debug)]
#[repr(C)]
pub(super) struct Clicks {
    state: u32,
    /// When its pointer went down.
    down: u32,
    last: Row,
    /// The burst the last click belongs to; none where the count is 0.
    first: Row,
    count: u32,
    /// Its clicks that were answered at once.
    changes: u32,
    /// The clicks that wait for an answer, from `judged` on to `clicked`, each with the time its pointer went down in
    /// the place of its code.
    judged: u32,
    clicked: u32,
    waiting: [Row; WAITING],
}

impl Clicks {
    pub(super) const fn new() -> Self {
        Self {
            state: 0,
            down: 0,
            last: [0; 16],
            first: [0; 16],
            count: 0,
            changes: 0,
            judged: 0,
            clicked: 0,
            waiting: [[0; 16]; WAITING],
        }
    }

    /// A view begins: nothing was clicked in it.
    pub(super) const fn begin(&mut self) {
        self.judged = self.clicked;
        self.state = 0;
        self.count = 0;
    }

    /// Judges what time alone decides.
    pub(super) fn tick(&mut self, now: u32, out: &mut Records) {
        while self.judged != self.clicked {
            let click = &self.waiting[self.judged as usize % WAITING];
            if now.wrapping_sub(click[0]) <= ANSWER {
                break;
            }
            out.copy(click);
            self.judged += 1;
        }
        if now.wrapping_sub(self.last[AT]) >= PAUSE {
            self.end_burst(out);
        }
    }

    #[inline(never)]
    fn end_burst(&mut self, out: &mut Records) {
        if self.count >= RAGE && self.changes + 1 < self.count {
            self.first[WHAT] = signal::RAGE;
            self.first[AMOUNT] = self.count;
            out.copy(&self.first);
        }
        self.count = 0;
    }

    pub(super) const fn down(&mut self, now: u32) {
        self.down = now;
        self.state = DOWN;
    }

    pub(super) fn click(&mut self, marks: u32, click: &Row, out: &mut Records) {
        // The keyboard clicks without a pointer.
        if self.state & DOWN == 0 {
            self.down(click[AT]);
        }
        if marks & mark::NEVER_DEAD == 0 && self.state & ANSWERED == 0 {
            let waiting = &mut self.waiting[self.clicked as usize % WAITING];
            *waiting = *click;
            waiting[0] = self.down;
            self.clicked += 1;
        }
        let distance =
            (self.last[X].abs_diff(click[X])).wrapping_add(self.last[Y].abs_diff(click[Y]));
        if distance >= DISTANCE || marks & mark::NEVER_RAGE != 0 {
            self.end_burst(out);
        }
        self.last = *click;
        if marks & mark::NEVER_RAGE == 0 {
            if self.count == 0 {
                self.first = *click;
                self.changes = 0;
            }
            self.count += 1;
            if self.state & CHANGED != 0 {
                self.changes += 1;
            }
        }
        self.state ^= DOWN | BLAMELESS;
    }

    pub(super) const fn answer(&mut self, now: u32, how: u32) {
        let after = now.wrapping_sub(self.down);
        if how == answer::SCROLL && after > SCROLL {
            return;
        }
        // What waited for too long was judged before.
        self.judged = self.clicked;
        self.state |= ANSWERED;
        if how == answer::CHANGE && after <= AT_ONCE && self.state & CHANGED == 0 {
            self.state |= CHANGED;
            // A click that is to come counts it when it comes.
            if self.state & DOWN == 0 {
                self.changes += 1;
            }
        }
    }

    pub(super) fn error(&mut self, now: u32, message: u32, out: &mut Records) {
        let after = now.wrapping_sub(self.last[AT]);
        if self.state & BLAMELESS != 0 && after <= ERROR {
            self.state ^= BLAMELESS;
            self.last[WHAT] = signal::ERROR_CLICK;
            self.last[AMOUNT] = after;
            self.last[DETAIL] = message;
            out.copy(&self.last);
        }
    }

    /// The visitor goes: bursts are over, and what is not dead yet was answered by that.
    pub(super) fn leave(&mut self, out: &mut Records) {
        self.end_burst(out);
        self.judged = self.clicked;
    }
}
