//! How the fields of forms were filled in. Of what was typed nothing is known here.
//!
//! Invariant: figures of a field are of the whole view so far, so that the latest word about it is enough. A form begins
//! with the first focus of one of its fields and fails once for all the messages it shows at once.

use super::clicks::Click;
use super::entry::field;
use super::records::Records;
use crate::kind::{self, signal};

/// Fields of one view; a later one takes the place of the last.
const FIELDS: usize = 32;
/// Milliseconds within which messages are of one attempt.
const ATTEMPT: u32 = 500;

#[derive(Debug, Clone, Copy)]
struct Field {
    form: u32,
    element: u32,
    order: u32,
    hesitation: u32,
    dwell: u32,
    corrections: u32,
    revisits: u32,
    message: u32,
    marks: u32,
    /// When the focus came first, and when it came last, plus one; 0 without it.
    first_focus: u32,
    focus: u32,
    untold: bool,
}

const NONE: Field = Field {
    form: 0,
    element: 0,
    order: 0,
    hesitation: 0,
    dwell: 0,
    corrections: 0,
    revisits: 0,
    message: 0,
    marks: 0,
    first_focus: 0,
    focus: 0,
    untold: false,
};

impl Field {
    /// Counts the time with the focus.
    const fn count(&mut self, now: u32) {
        if self.focus > 0 {
            self.dwell = self.dwell.wrapping_add(now.wrapping_add(1).wrapping_sub(self.focus));
            self.focus = now.wrapping_add(1);
        }
    }
}

#[derive(Debug)]
#[repr(C)]
pub(super) struct Forms {
    count: usize,
    order: u32,
    /// The last attempt that failed, plus one.
    failed: u32,
    /// The form that was begun last, and when.
    form: u32,
    begun: u32,
    fields: [Field; FIELDS],
}

impl Forms {
    pub(super) const fn new() -> Self {
        Self {
            count: 0,
            order: 0,
            failed: 0,
            form: 0,
            begun: 0,
            fields: [NONE; FIELDS],
        }
    }

    /// The field's place; it gets one where it has none.
    #[inline(never)]
    fn place(&mut self, element: u32) -> usize {
        let mut place = 0;
        while place < self.count {
            if self.fields[place % FIELDS].element == element {
                return place;
            }
            place += 1;
        }
        if self.count < FIELDS {
            self.count += 1;
        }
        self.count - 1
    }

    /// One entry about a field: what, field, form, text.
    pub(super) fn touch(
        &mut self,
        now: u32,
        [what, element, form, text]: [u32; 4],
        out: &mut Records,
    ) {
        let mut told = 0;
        let mut amount = 0;
        if what == field::SUBMIT {
            told = signal::FORM_SUBMIT;
            amount = now.wrapping_sub(self.begun);
            for found in &mut self.fields {
                if found.form == form {
                    found.marks |= kind::SUBMITTED as u32;
                    found.untold = true;
                }
            }
        } else {
            let place = self.place(element);
            let found = &mut self.fields[place % FIELDS];
            found.element = element;
            found.form = form;
            found.untold = true;
            if what == field::INVALID {
                found.message = text;
                if self.failed == 0 || now.wrapping_sub(self.failed) >= ATTEMPT {
                    told = signal::FORM_FAIL;
                    self.failed = now.wrapping_add(1);
                }
            } else if what == field::BLUR {
                found.count(now);
                found.focus = 0;
            } else {
                if found.order == 0 {
                    self.order += 1;
                    found.order = self.order;
                    found.first_focus = now;
                } else if what == field::FOCUS {
                    found.revisits += 1;
                }
                if what == field::FOCUS {
                    found.focus = now.wrapping_add(1);
                } else if found.hesitation == 0 {
                    found.hesitation = now.wrapping_sub(found.first_focus).max(1);
                }
                if what == field::CORRECTION {
                    found.corrections += 1;
                }
                for other in &mut self.fields {
                    other.marks &= !(kind::LAST as u32);
                }
                self.fields[place % FIELDS].marks = kind::LAST as u32;
                if form > 0 && self.form != form {
                    self.form = form;
                    self.begun = now;
                    told = signal::FORM_START;
                }
            }
        }
        if told > 0 {
            out.signal(told, &Click::at(now, form), amount, text, 0);
        }
    }

    pub(super) fn flush(&mut self, now: u32, out: &mut Records) {
        for found in &mut self.fields {
            if !found.untold {
                continue;
            }
            found.count(now);
            out.begin(now);
            out.element(found.form);
            out.element(found.element);
            out.number(found.order);
            out.number(found.hesitation);
            out.number(found.dwell);
            out.number(found.corrections);
            out.number(found.revisits);
            out.text(found.message);
            out.number(found.marks);
            out.end(kind::FIELD);
            // The one with the focus is told again, with what passes from here.
            found.untold = found.focus > 0;
        }
    }
}
