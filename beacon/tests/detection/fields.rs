//! How the fields of forms were filled in.

use snag_beacon::detect::entry::{self, field};

use crate::log::Log;

#[test]
fn of_a_field_order_hesitation_dwell_corrections_and_message_are_told() {
    let mut log = Log::new();
    log.field(1_000, field::FOCUS, -1, 0)
        .field(1_400, field::INPUT, -1, 0)
        .field(1_500, field::CORRECTION, -1, 0)
        .field(2_000, field::BLUR, -1, 0)
        .field(2_000, field::FOCUS, -2, 0)
        .field(2_500, field::BLUR, -2, 0)
        .field(2_600, field::INVALID, -1, 5)
        .field(2_700, field::FOCUS, -1, 0)
        .flush(3_000, true);
    assert_eq!(
        log.of("field"),
        [
            "field e1 of e9 tooShort Usage { order: 1, hesitation: 400, dwell: 1300, corrections: 1, focuses: 2, \
             last: true, submitted: false }",
            "field e2 of e9  Usage { order: 2, hesitation: 0, dwell: 500, corrections: 0, focuses: 1, \
             last: false, submitted: false }",
        ]
    );
}

#[test]
fn a_field_is_told_again_when_there_is_more_to_tell() {
    let mut log = Log::new();
    log.field(1_000, field::FOCUS, -1, 0)
        .field(1_100, field::BLUR, -1, 0)
        .flush(2_000, false)
        .flush(3_000, false);
    assert_eq!(log.of("field").len(), 1);
    log.field(4_000, field::FOCUS, -1, 0)
        .flush(5_000, false)
        .flush(6_000, true);
    let dwells: Vec<bool> = [100, 1_100, 2_100]
        .iter()
        .zip(log.of("field"))
        .map(|(dwell, told)| told.contains(&format!("dwell: {dwell},")))
        .collect();
    // The one with the focus is told with each batch.
    assert_eq!(dwells, [true; 3], "{:?}", log.of("field"));
}

#[test]
fn all_fields_of_a_form_that_is_submitted_are_until_they_are_touched_again() {
    let mut log = Log::new();
    log.field(1_000, field::INPUT, -1, 0)
        .field(1_100, field::INPUT, -2, 0)
        .tell(&[entry::FIELD, 1_200, field::INPUT, -8, -3])
        .tell(&[entry::FIELD, 1_300, field::SUBMIT, -9])
        .field(1_400, field::INPUT, -2, 0)
        .flush(2_000, true);
    let submitted: Vec<bool> = log
        .of("field")
        .iter()
        .map(|told| told.contains("submitted: true"))
        .collect();
    assert_eq!(submitted, [true, false, false]);
}
