//! Rage, dead and error clicks.
//!
//! Invariant: every click is judged once and bears its own time. A click is dead when nothing answered it within
//! [`ANSWER`] of its pointer going down; clicks are a burst of rage when at least [`RAGE`] follow each other within
//! [`PAUSE`] and [`DISTANCE`], and at least two of them were not answered at once: what answers each click, such as a
//! stepper, is meant to be clicked often.

use super::entry::{answer, mark};
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
/// Clicks that may wait for an answer: one every 40 ms.
const WAITING: usize = 64;

/// Where and when a click was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Click {
    pub(super) at: u32,
    pub(super) element: u32,
    pub(super) x: u32,
    pub(super) y: u32,
}

impl Click {
    /// Something at an element that no pointer did.
    pub(super) const fn at(at: u32, element: u32) -> Self {
        Self {
            at,
            element,
            x: 0,
            y: 0,
        }
    }
}

const NONE: Click = Click::at(0, 0);

#[derive(Debug)]
#[repr(C)]
pub(super) struct Clicks {
    /// When the pointer went down for the last click or the one to come.
    down: u32,
    /// Whether its click is still to come.
    is_down: bool,
    /// Whether it was answered, whether by a change at once, and by scrolling.
    answered: bool,
    changed: bool,
    scrolled: bool,
    /// Whether no error was found to belong to the last click.
    blameless: bool,
    last: Click,
    /// The burst the last click belongs to; none where the count is 0.
    first: Click,
    count: u32,
    /// Its clicks that were answered at once.
    changes: u32,
    /// The clicks that wait for an answer, with the time their pointer went down: from `judged` on to `clicked`.
    judged: usize,
    clicked: usize,
    waiting: [(u32, Click); WAITING],
}

impl Clicks {
    pub(super) const fn new() -> Self {
        Self {
            down: 0,
            is_down: false,
            answered: false,
            changed: false,
            scrolled: false,
            blameless: false,
            last: NONE,
            first: NONE,
            count: 0,
            changes: 0,
            judged: 0,
            clicked: 0,
            waiting: [(0, NONE); WAITING],
        }
    }

    /// Judges what time alone decides.
    pub(super) fn tick(&mut self, now: u32, out: &mut Records) {
        while self.judged != self.clicked {
            let (down, click) = &self.waiting[self.judged % WAITING];
            if now.wrapping_sub(*down) <= ANSWER {
                break;
            }
            out.signal(signal::DEAD, click, 0, 0, 0);
            self.judged += 1;
        }
        if now.wrapping_sub(self.last.at) >= PAUSE {
            self.end_burst(out);
        }
    }

    #[inline(never)]
    fn end_burst(&mut self, out: &mut Records) {
        if self.count >= RAGE && self.changes + 1 < self.count {
            out.signal(signal::RAGE, &self.first, self.count, 0, 0);
        }
        self.count = 0;
        self.changes = 0;
    }

    pub(super) const fn down(&mut self, now: u32) {
        self.down = now;
        self.is_down = true;
        self.answered = false;
        self.changed = false;
        self.scrolled = false;
    }

    pub(super) fn click(&mut self, click: &Click, marks: u32, out: &mut Records) {
        // The keyboard clicks without a pointer.
        if !self.is_down {
            self.down(click.at);
        }
        self.is_down = false;
        self.blameless = true;
        if marks & mark::NEVER_DEAD == 0 && !self.answered && !self.scrolled {
            // The oldest makes room.
            if self.clicked - self.judged == WAITING {
                self.judged += 1;
            }
            self.waiting[self.clicked % WAITING] = (self.down, *click);
            self.clicked += 1;
        }
        let distance = (self.last.x.abs_diff(click.x)).saturating_add(self.last.y.abs_diff(click.y));
        if distance >= DISTANCE || marks & mark::NEVER_RAGE != 0 {
            self.end_burst(out);
        }
        if self.count == 0 {
            self.first = *click;
        }
        self.last = *click;
        if marks & mark::NEVER_RAGE == 0 {
            self.count += 1;
            self.changes += u32::from(self.changed);
        }
    }

    pub(super) const fn answer(&mut self, now: u32, how: u32) {
        let after = now.wrapping_sub(self.down);
        if how == answer::SCROLL {
            if after <= SCROLL {
                self.scrolled = true;
                // Only the last click can be so young: two are further apart.
                if !self.is_down && self.clicked != self.judged {
                    self.clicked -= 1;
                }
            }
            return;
        }
        // What waited for too long was judged before.
        self.judged = self.clicked;
        self.answered = true;
        if how == answer::CHANGE && after <= AT_ONCE && !self.changed {
            self.changed = true;
            // The burst counts a click that is to come when it comes.
            if !self.is_down && self.count > 0 {
                self.changes += 1;
            }
        }
    }

    pub(super) fn error(&mut self, now: u32, message: u32, out: &mut Records) {
        let after = now.wrapping_sub(self.last.at);
        if self.blameless && after <= ERROR {
            self.blameless = false;
            out.signal(signal::ERROR_CLICK, &self.last, after, message, 0);
        }
    }

    /// The visitor goes: bursts are over, and what is not dead yet was answered by that.
    pub(super) fn leave(&mut self, out: &mut Records) {
        self.end_burst(out);
        self.judged = self.clicked;
    }
}
