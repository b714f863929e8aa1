//! Core Web Vitals of a view, from the browser's own entries.
//!
//! Invariant: CLS is the largest window of shifts less than a second apart and at most five seconds long, without those
//! that follow an input (web.dev). The others come as they are to be told.

use super::attention::Attention;
use super::entry::vital;

#[derive(Debug)]
#[repr(C)]
pub(super) struct Vitals {
    /// The window of shifts: its first and last, and its sum in millionths.
    first_shift: u32,
    last_shift: u32,
    window: u32,
}

impl Vitals {
    pub(super) const fn new() -> Self {
        Self {
            first_shift: 0,
            last_shift: 0,
            window: 0,
        }
    }

    /// A view begins.
    pub(super) const fn begin(&mut self) {
        self.window = 0;
    }

    pub(super) fn told(
        &mut self,
        [which, start, size, is_answer]: [u32; 4],
        attention: &mut Attention,
    ) {
        let mut figure = start;
        if which == vital::CLS {
            if is_answer != 0 {
                return;
            }
            if start.wrapping_sub(self.last_shift) >= 1000
                || start.wrapping_sub(self.first_shift) >= 5000
            {
                self.window = 0;
                self.first_shift = start;
            }
            self.last_shift = start;
            self.window = self.window.wrapping_add(size);
            figure = attention.figures[vital::CLS as usize].max(self.window / 100);
        }
        // The navigation ends with the load.
        if which == vital::TTFB {
            attention.figures[vital::LOAD as usize] = size;
        }
        attention.is_new = true;
        attention.figures[which as usize % 16] = figure;
    }
}
