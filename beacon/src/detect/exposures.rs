//! Which elements were on the page, and seen.
//!
//! Invariant: an element is viewable once it was on the screen for [`VIEWABLE`] at a stretch while the page had the
//! focus (METRICS.md, Clicks: Exposure); only such stretches count as time. How much of it has to be on the screen is
//! the loader's business. Each element is told of when it is new and when it becomes viewable, and later times of it
//! with what else is told; who leaves sends only what has become viewable, for that batch cannot be compressed.

use super::out::Out;
use crate::kind;

/// Elements of a page.
const ELEMENTS: usize = 1024;
/// Milliseconds at a stretch.
const VIEWABLE: i32 = 1000;

#[derive(Debug, Clone, Copy)]
#[repr(C)]
struct Exposure {
    /// Since when it is on the screen, or from when on that is not counted yet.
    since: i32,
    visible: i32,
    is_viewable: bool,
    is_visible: bool,
    is_running: bool,
    is_untold: bool,
    is_known: bool,
}

const NONE: Exposure = Exposure {
    since: 0,
    visible: 0,
    is_viewable: false,
    is_visible: false,
    is_running: false,
    is_untold: false,
    is_known: false,
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
    pub(super) const fn seen(&mut self, now: i32, element: i32, is_visible: bool, is_active: bool) {
        let exposure = &mut self.0[!element as usize % ELEMENTS];
        exposure.is_untold |= !exposure.is_known;
        exposure.is_known = true;
        exposure.is_visible = is_visible;
        exposure.count(now, is_active);
    }

    pub(super) fn state(&mut self, now: i32, is_active: bool) {
        for exposure in &mut self.0 {
            exposure.count(now, is_active);
        }
    }

    /// Tells what is new, as far as there is room; the rest is told next time.
    pub(super) fn flush(&mut self, now: i32, is_active: bool, is_leaving: bool, out: &mut Out) {
        let mut element = 0;
        for exposure in &mut self.0 {
            element -= 1;
            exposure.count(now, is_active);
            let is_due = if is_leaving {
                exposure.is_untold && exposure.is_viewable
            } else {
                exposure.is_untold || exposure.visible > 0
            };
            if is_due && !out.is_full() {
                out.row(&[
                    kind::EXPOSURE,
                    now,
                    element,
                    exposure.visible,
                    exposure.is_viewable as i32,
                ]);
                exposure.visible = 0;
                exposure.is_untold = false;
            }
        }
    }
}

impl Exposure {
    /// Counts what has passed, and goes on where the element is on the screen of an active page.
    #[inline(never)]
    const fn count(&mut self, now: i32, is_active: bool) {
        if !self.is_running {
            self.since = now;
        }
        let time = now.wrapping_sub(self.since);
        if time >= VIEWABLE && !self.is_viewable {
            self.is_viewable = true;
            self.is_untold = true;
        }
        if self.is_viewable {
            self.visible = self.visible.wrapping_add(time);
            self.since = now;
        }
        self.is_running = is_active && self.is_visible;
    }
}
