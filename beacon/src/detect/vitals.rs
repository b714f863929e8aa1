//! Core Web Vitals of a view, from the browser's own entries.
//!
//! Invariant: the rules are those of web.dev. CLS is the largest window of shifts less than a second apart and at most
//! five seconds long, without those that follow an input; INP is the longest interaction, leaving out one for every
//! fifty; LCP is the last one the browser names, which stops at the first input.

use super::attention::Attention;
use super::entry::vital;

/// Longest interactions that are kept: enough for a page of four hundred.
const LONGEST: usize = 8;

#[derive(Debug)]
#[repr(C)]
pub(super) struct Vitals {
    /// The window of shifts: its first and last, and its sum in millionths.
    first_shift: u32,
    last_shift: u32,
    window: u32,
    /// How many interactions there were, as far as they are known.
    interactions: u32,
    /// Duration and number, the longest first.
    longest: [(u32, u32); LONGEST],
}

impl Vitals {
    pub(super) const fn new() -> Self {
        Self {
            first_shift: 0,
            last_shift: 0,
            window: 0,
            interactions: 0,
            longest: [(0, 0); LONGEST],
        }
    }

    pub(super) fn told(
        &mut self,
        [which, start, size, interaction]: [u32; 4],
        attention: &mut Attention,
    ) {
        let mut figure = start;
        match which {
            vital::SHIFT => {
                if interaction > 0 {
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
                figure = attention.figures[vital::SHIFT as usize].max(self.window / 100);
            }
            vital::INTERACTION => figure = self.interaction(size, interaction),
            _ => {}
        }
        attention.is_new = true;
        attention.figures[which as usize % 16] = figure;
    }

    /// Takes an interaction; gives INP.
    fn interaction(&mut self, duration: u32, number: u32) -> u32 {
        let mut inserted = (duration, number);
        self.interactions += 1;
        for known in &mut self.longest {
            if known.0 < inserted.0 {
                core::mem::swap(known, &mut inserted);
            }
            // Several events are one interaction, as long as the longest of them.
            if known.1 == number && inserted.1 == number {
                self.interactions -= 1;
                inserted.0 = 0;
            }
        }
        let left_out = self.interactions as usize / 50;
        self.longest[left_out % LONGEST].0
    }
}
