//! How the fields of forms were filled in. Of what was typed nothing is known here.
//!
//! Invariant: figures of a field are of the whole view so far, so that the latest word about it is enough.

use super::entry::{Row, field};
use super::records::Records;
use crate::kind;

/// Fields of one view; later ones take the places of the first.
const FIELDS: usize = 32;

/// Places of a field's figures in its row. In the place of the code stands its state.
const AT: usize = 1;
/// In the place of the kind stands when it was touched first.
const BEGUN: usize = 2;
const FORM: usize = 4;
const ELEMENT: usize = 5;
const ORDER: usize = 6;
const HESITATION: usize = 7;
const DWELL: usize = 8;
const CORRECTIONS: usize = 9;
const FOCUSES: usize = 10;
const MESSAGE: usize = 11;
const MARKS: usize = 12;

const UNTOLD: u32 = 1;
const FOCUSED: u32 = 2;

const SUBMITTED: u32 = kind::SUBMITTED as u32;

#[derive(Debug)]
#[repr(C)]
pub(super) struct Forms {
    count: u32,
    order: u32,
    /// The field that was touched last.
    last: u32,
    fields: [Row; FIELDS],
}

impl Forms {
    pub(super) const fn new() -> Self {
        Self {
            count: 0,
            order: 0,
            last: 0,
            fields: [[0; 16]; FIELDS],
        }
    }

    /// A view begins: nothing was filled in.
    pub(super) const fn begin(&mut self) {
        self.count = 0;
        self.order = 0;
    }

    /// One entry about a field.
    pub(super) fn touch(&mut self, what: u32, told: &Row) {
        let now = told[AT];
        if what == field::SUBMIT {
            for row in &mut self.fields {
                if row[FORM] == told[FORM] {
                    row[MARKS] = SUBMITTED;
                    row[0] |= UNTOLD;
                }
            }
            return;
        }
        let mut place = 0;
        while place < self.count && self.fields[place as usize % FIELDS][ELEMENT] != told[ELEMENT] {
            place += 1;
        }
        let row = &mut self.fields[place as usize % FIELDS];
        if place == self.count {
            self.count += 1;
            *row = *told;
            row[0] = 0;
        }
        row[0] |= UNTOLD;
        if what == field::INVALID {
            row[MESSAGE] = told[MESSAGE];
            return;
        }
        // The focus that comes takes its time off, the one that goes adds it.
        if what == field::BLUR {
            if row[0] & FOCUSED != 0 {
                row[0] ^= FOCUSED;
                row[DWELL] = row[DWELL].wrapping_add(now);
            }
            return;
        }
        if row[ORDER] == 0 {
            self.order += 1;
            row[ORDER] = self.order;
            row[BEGUN] = now;
        }
        if what == field::FOCUS {
            row[0] |= FOCUSED;
            row[DWELL] = row[DWELL].wrapping_sub(now);
            row[FOCUSES] = row[FOCUSES].wrapping_add(1);
        } else {
            if row[HESITATION] == 0 {
                row[HESITATION] = now.wrapping_sub(row[BEGUN]);
            }
            if what == field::CORRECTION {
                row[CORRECTIONS] = row[CORRECTIONS].wrapping_add(1);
            }
        }
        row[MARKS] = 0;
        self.last = row[ELEMENT];
    }

    pub(super) fn flush(&mut self, now: u32, out: &mut Records) {
        for row in self.fields.iter_mut().take(self.count as usize) {
            if row[0] & UNTOLD == 0 {
                continue;
            }
            let mut told = *row;
            told[AT] = now;
            told[BEGUN] = kind::FIELD as u32;
            if row[0] & FOCUSED != 0 {
                told[DWELL] = told[DWELL].wrapping_add(now);
            }
            if row[ELEMENT] == self.last {
                told[MARKS] |= kind::LAST as u32;
            }
            out.copy(&told);
            // The one with the focus is told again, with what passes from here.
            row[0] &= FOCUSED;
            if row[0] & FOCUSED != 0 {
                row[0] |= UNTOLD;
            }
        }
    }
}
