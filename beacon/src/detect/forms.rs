//! How the fields of forms were filled in. Of what was typed nothing is known here.
//!
//! Invariant: figures of a field are of the whole view so far, so that the latest word about it is enough.

use super::entry::field;
use super::out::Out;
use crate::kind;

/// Fields of one view; later ones take the places of the first.
const FIELDS: usize = 32;

/// Places in a field's row, which is told as it stands here.
const AT: usize = 1;
const FORM: usize = 2;
const ELEMENT: usize = 3;
const ORDER: usize = 4;
const HESITATION: usize = 5;
const DWELL: usize = 6;
const CORRECTIONS: usize = 7;
const FOCUSES: usize = 8;
const MESSAGE: usize = 9;
const MARKS: usize = 10;
/// Numbers of it that are told; behind them stand when it was touched first, and how things are.
const TOLD: usize = 11;
const BEGUN: usize = 11;
const STATE: usize = 12;

const UNTOLD: i32 = 1;
const FOCUSED: i32 = 2;

#[derive(Debug)]
#[repr(C)]
pub(super) struct Forms {
    count: u32,
    order: i32,
    /// The field that was touched last.
    last: i32,
    fields: [[i32; 16]; FIELDS],
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
    pub(super) fn begin(&mut self) {
        self.count = 0;
        self.order = 0;
        self.last = 0;
        self.fields.fill([0; 16]);
    }

    /// Something was done to the field of the form.
    pub(super) fn touch(&mut self, now: i32, what: i32, [form, element]: [i32; 2], message: i32) {
        if what == field::SUBMIT {
            for row in &mut self.fields {
                if row[FORM] == form {
                    row[MARKS] = kind::SUBMITTED;
                    row[STATE] |= UNTOLD;
                }
            }
            return;
        }
        let mut place = 0;
        while place < self.count && self.fields[place as usize % FIELDS][ELEMENT] != element {
            place += 1;
        }
        let row = &mut self.fields[place as usize % FIELDS];
        if place == self.count {
            self.count += 1;
            row.fill(0);
            row[FORM] = form;
            row[ELEMENT] = element;
        }
        row[STATE] |= UNTOLD;
        if what == field::INVALID {
            row[MESSAGE] = message;
            return;
        }
        // The focus that comes takes its time off, the one that goes adds it.
        if what == field::BLUR {
            if row[STATE] & FOCUSED != 0 {
                row[STATE] ^= FOCUSED;
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
            if row[STATE] & FOCUSED == 0 {
                row[STATE] |= FOCUSED;
                row[DWELL] = row[DWELL].wrapping_sub(now);
            }
            row[FOCUSES] += 1;
        } else {
            if row[HESITATION] == 0 {
                row[HESITATION] = now.wrapping_sub(row[BEGUN]);
            }
            if what == field::CORRECTION {
                row[CORRECTIONS] += 1;
            }
        }
        row[MARKS] = 0;
        self.last = element;
    }

    pub(super) fn flush(&mut self, now: i32, out: &mut Out) {
        for row in self.fields.iter_mut().take(self.count as usize) {
            if row[STATE] & UNTOLD == 0 {
                continue;
            }
            let mut told = *row;
            told[0] = kind::FIELD;
            told[AT] = now;
            // The one with the focus is told again, with what passes from here.
            row[STATE] &= FOCUSED;
            if row[STATE] != 0 {
                row[STATE] |= UNTOLD;
                told[DWELL] = told[DWELL].wrapping_add(now);
            }
            if told[ELEMENT] == self.last {
                told[MARKS] |= kind::LAST;
            }
            out.row(&told[..TOLD]);
        }
    }
}
