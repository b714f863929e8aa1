//! How a page was looked at: engaged time, depth, and the time of each tenth of it; how quickly it answered, and how
//! much it jumped.
//!
//! Invariant: time counts once, and only while the page is visible, focused and was used within [`IDLE`]. The shift is the
//! largest window of shifts less than a second apart and at most five seconds long (web.dev, Cumulative Layout Shift).

use super::out::Out;
use crate::kind;

/// Milliseconds after which a visitor who does nothing is taken to be gone.
const IDLE: i32 = 30_000;

/// Places in the row, which is told as it stands here.
const AT: usize = 1;
const ENGAGED: usize = 2;
const DEPTH: usize = 3;
const INTERACTION: usize = 4;
const SHIFT: usize = 5;
const TENTHS: usize = 6;
const NUMBERS: usize = 16;

#[derive(Debug)]
#[repr(C)]
pub(super) struct Attention {
    pub(super) is_active: bool,
    /// There is something that was not told.
    is_new: bool,
    /// Until when time was counted, and until when it may be.
    counted: i32,
    until: i32,
    top: i32,
    bottom: i32,
    /// The window of shifts: its first and last, and its sum.
    first_shift: i32,
    last_shift: i32,
    window: i32,
    row: [i32; NUMBERS],
}

impl Attention {
    pub(super) const fn new() -> Self {
        Self {
            is_active: false,
            is_new: false,
            counted: 0,
            until: 0,
            top: 0,
            bottom: 0,
            first_shift: 0,
            last_shift: 0,
            window: 0,
            row: [0; NUMBERS],
        }
    }

    /// A view begins; that the page is in use goes on.
    pub(super) fn begin(&mut self, now: i32) {
        self.counted = now;
        self.bottom = 0;
        self.first_shift = 0;
        self.last_shift = 0;
        self.window = 0;
        self.is_new = false;
        self.row.fill(0);
        self.activity(now);
    }

    /// Counts the time up to now.
    pub(super) fn tick(&mut self, now: i32) {
        let end = now.min(self.until);
        if self.is_active && end > self.counted {
            let time = end.wrapping_sub(self.counted);
            self.is_new = true;
            self.row[ENGAGED] = self.row[ENGAGED].wrapping_add(time);
            let mut start = 0;
            for tenth in &mut self.row[TENTHS..] {
                if self.top < start + 10 && self.bottom > start {
                    *tenth = tenth.wrapping_add(time);
                }
                start += 10;
            }
        }
        self.counted = now;
    }

    pub(super) const fn activity(&mut self, now: i32) {
        self.until = now.wrapping_add(IDLE);
    }

    pub(super) const fn state(&mut self, now: i32, is_active: bool) {
        self.is_active = is_active;
        self.activity(now);
    }

    /// Edges of what is on the screen, in hundredths of the page.
    pub(super) fn scroll(&mut self, top: i32, bottom: i32) {
        self.top = top;
        self.bottom = bottom;
        self.row[DEPTH] = self.row[DEPTH].max(bottom);
    }

    pub(super) const fn interaction(&mut self, time: i32) {
        self.row[INTERACTION] = time;
        self.is_new = true;
    }

    pub(super) fn shift(&mut self, start: i32, size: i32) {
        if start.wrapping_sub(self.last_shift) >= 1000
            || start.wrapping_sub(self.first_shift) >= 5000
        {
            self.window = 0;
            self.first_shift = start;
        }
        self.last_shift = start;
        self.window = self.window.wrapping_add(size);
        self.row[SHIFT] = self.row[SHIFT].max(self.window);
        self.is_new = true;
    }

    pub(super) fn flush(&mut self, now: i32, out: &mut Out) {
        if self.is_new {
            self.is_new = false;
            self.row[0] = kind::ATTENTION;
            self.row[AT] = now;
            out.row(&self.row);
            self.row[ENGAGED] = 0;
            self.row[TENTHS..].fill(0);
        }
    }
}
