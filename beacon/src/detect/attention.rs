//! How a page was looked at: engaged time, depth, and the time of each tenth of it; and how fast it was.
//!
//! Invariant: time counts once, and only while the page is visible, focused and was used within [`IDLE`].

use super::records::Records;
use crate::kind;

/// Milliseconds after which a visitor who does nothing is taken to be gone.
const IDLE: u32 = 30_000;

/// Places of the record's fields; those between are of [`entry::vital`](super::entry::vital).
const ENGAGED: usize = 0;
const DEPTH: usize = 1;
const STATUS: usize = 2;
const TENTHS: usize = 9;
const FIGURES: usize = 19;

#[derive(Debug)]
#[repr(C)]
pub(super) struct Attention {
    active: bool,
    /// There is a figure that was not told.
    pub(super) is_new: bool,
    /// Until when time was counted, and until when it may be.
    counted: u32,
    until: u32,
    top: u32,
    bottom: u32,
    /// The fields of the record.
    pub(super) figures: [u32; FIGURES],
}

impl Attention {
    pub(super) const fn new() -> Self {
        Self {
            active: false,
            is_new: false,
            counted: 0,
            until: 0,
            top: 0,
            bottom: 0,
            figures: [0; FIGURES],
        }
    }

    /// A view begins; that the page is in use goes on.
    pub(super) fn begin(&mut self, now: u32, status: u32) {
        self.counted = now;
        self.bottom = 0;
        self.figures.fill(0);
        self.figures[STATUS] = status;
        self.activity(now);
    }

    pub(super) const fn is_active(&self) -> bool {
        self.active
    }

    /// Counts the time up to now.
    pub(super) fn tick(&mut self, now: u32) {
        let end = now.min(self.until);
        if self.active && end > self.counted {
            let time = end - self.counted;
            self.is_new = true;
            self.figures[ENGAGED] = self.figures[ENGAGED].wrapping_add(time);
            let mut start = 0;
            for tenth in &mut self.figures[TENTHS..] {
                if self.top < start + 10 && self.bottom > start {
                    *tenth = tenth.wrapping_add(time);
                }
                start += 10;
            }
        }
        self.counted = now;
    }

    pub(super) const fn activity(&mut self, now: u32) {
        self.until = now.wrapping_add(IDLE);
    }

    pub(super) const fn state(&mut self, now: u32, active: bool) {
        self.active = active;
        self.activity(now);
    }

    /// Edges of what is on the screen, in hundredths of the page.
    pub(super) fn scroll(&mut self, top: u32, bottom: u32) {
        self.top = top;
        self.bottom = bottom;
        self.figures[DEPTH] = self.figures[DEPTH].max(bottom);
    }

    pub(super) fn flush(&mut self, now: u32, out: &mut Records) {
        if !self.is_new {
            return;
        }
        self.is_new = false;
        out.begin(now);
        for figure in &self.figures {
            out.number(*figure);
        }
        out.end(kind::ATTENTION);
        self.figures[ENGAGED] = 0;
        self.figures[TENTHS..].fill(0);
    }
}
