//! What is told of one pageview, while it is written: the page's records, and rows of numbers as its core would tell them.

use std::fmt::Write as _;

use snag_beacon::kind::{FIELD, LAST, SIGNAL, SUBMITTED, signal};

use super::sheet::Sheet;
use super::walk::View;

/// Number of the message that a refused value has, in the order of `ValidityState`.
pub(super) const PATTERN: i32 = 3;

/// What is told of one pageview.
#[derive(Default)]
pub(super) struct Told {
    /// Each ends in a comma, as does each number.
    pub(super) records: String,
    pub(super) numbers: String,
    /// Elements that were clicked.
    pub(super) clicked: Vec<i32>,
}

impl Told {
    pub(super) fn row(&mut self, row: &[i32]) {
        for number in row {
            let _ = write!(self.numbers, "{number},");
        }
    }

    /// A signal of the core: what, when, at which element, where, how many or how long.
    pub(super) fn signal(
        &mut self,
        what: i32,
        at: u64,
        element: i32,
        place: (u64, u64),
        amount: u64,
    ) {
        self.row(&[
            SIGNAL,
            whole(at),
            what,
            element,
            whole(place.0),
            whole(place.1),
            whole(amount),
        ]);
    }

    /// How the form was filled in.
    pub(super) fn fields(&mut self, sheet: &Sheet, view: &View) {
        let Some(filled) = &view.filled else {
            return;
        };
        if !filled.fields.is_empty() {
            let at = view.load + 800;
            self.signal(signal::FORM_START, at, sheet.form_number, (0, 0), 0);
        }
        for (number, usage) in filled.fields.iter().enumerate() {
            let is_last = number == filled.last;
            let marks =
                if is_last { LAST } else { 0 } | if filled.is_through { SUBMITTED } else { 0 };
            self.row(&[
                FIELD,
                whole(view.stay),
                sheet.form_number,
                sheet.field(number),
                number as i32 + 1,
                whole(usage.hesitation),
                whole(usage.dwell),
                whole(usage.corrections.into()),
                whole(usage.focuses.into()),
                if usage.is_refused { PATTERN } else { 0 },
                marks,
            ]);
        }
    }
}

pub(super) fn whole(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
