//! Which elements were on the page, and seen.
//!
//! Invariant: an element is viewable once it was on the screen for [`VIEWABLE`] at a stretch while the page had the
//! focus (METRICS.md, Clicks: Exposure); only such stretches count as time. How much of it has to be on the screen is
//! the loader's business. Each element is told of when it is new, when it becomes viewable, and at the end.

use super::records::{ELEMENTS, Records};
use crate::kind;

/// Milliseconds at a stretch.
const VIEWABLE: u32 = 1000;

const SEEN_ENOUGH: u32 = kind::VIEWABLE as u32;
const VISIBLE: u32 = 2;
const RUNNING: u32 = 4;
const UNTOLD: u32 = 8;
const KNOWN: u32 = 16;

#[derive(Debug, Clone, Copy)]
#[repr(C)]
struct Exposure {
    state: u32,
    /// Since when it is on the screen, or from when on that is not counted yet.
    since: u32,
    visible: u32,
    /// Makes a place in memory a matter of shifting.
    _room: u32,
}

const NONE: Exposure = Exposure {
    state: 0,
    since: 0,
    visible: 0,
    _room: 0,
};

#[derive(Debug)]
pub(super) struct Exposures([Exposure; ELEMENTS]);

impl Exposures {
    pub(super) const fn new() -> Self {
        Self([NONE; ELEMENTS])
    }

    pub(super) fn begin(&mut self) {
        self.0.fill(NONE);
    }

    /// An element came onto the screen or went off it.
    pub(super) const fn seen(
        &mut self,
        now: u32,
        element: usize,
        is_visible: bool,
        is_active: bool,
    ) {
        let exposure = &mut self.0[element % ELEMENTS];
        if exposure.state & KNOWN == 0 {
            exposure.state |= KNOWN | UNTOLD;
        }
        exposure.state &= !VISIBLE;
        if is_visible {
            exposure.state |= VISIBLE;
        }
        exposure.count(now, is_active);
    }

    pub(super) fn state(&mut self, now: u32, is_active: bool) {
        for exposure in &mut self.0 {
            exposure.count(now, is_active);
        }
    }

    /// Tells what is new, as far as there is room; the rest is told next time.
    pub(super) fn flush(&mut self, now: u32, is_active: bool, is_last: bool, out: &mut Records) {
        for (element, exposure) in (0..).zip(&mut self.0) {
            exposure.count(now, is_active);
            if out.is_full() || exposure.state & UNTOLD == 0 && !(is_last && exposure.visible > 0) {
                continue;
            }
            out.begin(now);
            out.element(element);
            out.number(exposure.visible);
            out.number(exposure.state & SEEN_ENOUGH);
            out.end(kind::EXPOSURE);
            exposure.visible = 0;
            exposure.state &= !UNTOLD;
        }
    }
}

impl Exposure {
    /// Counts what has passed, and goes on where the element is on the screen of an active page.
    #[inline(never)]
    const fn count(&mut self, now: u32, is_active: bool) {
        if self.state & RUNNING == 0 {
            self.since = now;
        }
        let time = now.wrapping_sub(self.since);
        if time >= VIEWABLE && self.state & SEEN_ENOUGH == 0 {
            self.state |= SEEN_ENOUGH | UNTOLD;
        }
        if self.state & SEEN_ENOUGH != 0 {
            self.visible = self.visible.wrapping_add(time);
            self.since = now;
        }
        self.state &= !RUNNING;
        if is_active && self.state & VISIBLE != 0 {
            self.state |= RUNNING;
        }
    }
}
