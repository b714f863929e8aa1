//! Which elements were on the page, and seen.
//!
//! Invariant: an element is viewable once it was on the screen for [`VIEWABLE`] at a stretch while the page had the
//! focus (METRICS.md, Clicks: Exposure); only such stretches count as time. How much of it has to be on the screen is
//! the loader's business. Each element is told of when it is new, when it becomes viewable, when it was clicked, and at
//! the end.

use super::records::{ELEMENTS, Records};
use crate::kind;

/// Milliseconds at a stretch.
const VIEWABLE: u32 = 1000;

const SEEN_ENOUGH: u32 = kind::VIEWABLE as u32;
const VISIBLE: u32 = 2;
const RUNNING: u32 = 4;
const UNTOLD: u32 = 8;
const KNOWN: u32 = 16;
/// Above these marks the clicks are counted.
const CLICKS: u32 = 8;

#[derive(Debug, Clone, Copy)]
struct Exposure {
    state: u32,
    /// Since when it is on the screen, or from when on that is not counted yet.
    since: u32,
    visible: u32,
}

const NONE: Exposure = Exposure {
    state: 0,
    since: 0,
    visible: 0,
};

impl Exposure {
    const fn run(&mut self, now: u32) {
        if self.state & RUNNING == 0 {
            self.state |= RUNNING;
            self.since = now;
        }
    }

    /// Counts what has passed.
    #[inline(never)]
    const fn count(&mut self, now: u32) {
        if self.state & RUNNING == 0 {
            return;
        }
        let time = now.wrapping_sub(self.since);
        if self.state & SEEN_ENOUGH == 0 {
            if time < VIEWABLE {
                return;
            }
            self.state |= SEEN_ENOUGH | UNTOLD;
        }
        self.visible = self.visible.wrapping_add(time);
        self.since = now;
    }

    const fn stop(&mut self, now: u32) {
        self.count(now);
        self.state &= !RUNNING;
    }
}

#[derive(Debug)]
pub(super) struct Exposures([Exposure; ELEMENTS]);

impl Exposures {
    pub(super) const fn new() -> Self {
        Self([NONE; ELEMENTS])
    }

    pub(super) fn clear(&mut self) {
        self.0.fill(NONE);
    }

    pub(super) const fn seen(
        &mut self,
        now: u32,
        element: u32,
        is_visible: bool,
        is_active: bool,
    ) {
        let exposure = &mut self.0[element as usize % ELEMENTS];
        if exposure.state & KNOWN == 0 {
            exposure.state |= KNOWN | UNTOLD;
        }
        if is_visible {
            exposure.state |= VISIBLE;
            if is_active {
                exposure.run(now);
            }
        } else {
            exposure.stop(now);
            exposure.state &= !VISIBLE;
        }
    }

    pub(super) fn state(&mut self, now: u32, is_active: bool) {
        for exposure in &mut self.0 {
            if !is_active {
                exposure.stop(now);
            } else if exposure.state & VISIBLE != 0 {
                exposure.run(now);
            }
        }
    }

    pub(super) const fn click(&mut self, element: u32) {
        let exposure = &mut self.0[element as usize % ELEMENTS];
        if exposure.state & KNOWN != 0 {
            exposure.state = exposure.state.wrapping_add(1 << CLICKS);
        }
    }

    /// Tells what is new; gives whether there is more than had room.
    pub(super) fn flush(&mut self, now: u32, is_last: bool, out: &mut Records) -> bool {
        for (element, exposure) in (0..).zip(&mut self.0) {
            exposure.count(now);
            let is_over = is_last && exposure.visible > 0;
            if element == 0 || !(exposure.state & !(UNTOLD - 1) & !KNOWN > 0 || is_over) {
                continue;
            }
            if out.is_full() {
                return true;
            }
            out.begin(now);
            out.element(element);
            out.number(exposure.visible);
            out.number(exposure.state & SEEN_ENOUGH);
            out.number(exposure.state >> CLICKS);
            out.end(kind::EXPOSURE);
            exposure.visible = 0;
            exposure.state &= UNTOLD - 1 | KNOWN;
        }
        false
    }
}
