//! What was on the page, how it was looked at, and how it jumped.

use snag_beacon::detect::entry;

use crate::log::Log;

#[test]
fn an_element_is_viewable_after_a_second_at_a_stretch_on_a_focused_page() {
    type Tell = fn(&mut Log) -> &mut Log;
    let cases: [(&str, Tell, &str); 6] = [
        (
            "never on the screen",
            |log| log.tell(&[entry::SEEN, 1_000, -1, 0]),
            "false 0",
        ),
        (
            "for a second",
            |log| {
                log.tell(&[entry::SEEN, 1_000, -1, 1])
                    .tell(&[entry::SEEN, 2_000, -1, 0])
            },
            "true 1000",
        ),
        (
            "a little less",
            |log| {
                log.tell(&[entry::SEEN, 1_000, -1, 1])
                    .tell(&[entry::SEEN, 1_999, -1, 0])
            },
            "false 0",
        ),
        (
            "twice half a second",
            |log| {
                for t in [1_000, 3_000] {
                    log.tell(&[entry::SEEN, t, -1, 1])
                        .tell(&[entry::SEEN, t + 600, -1, 0]);
                }
                log
            },
            "false 0",
        ),
        (
            "interrupted by another tab",
            |log| {
                log.tell(&[entry::SEEN, 1_000, -1, 1])
                    .tell(&[entry::STATE, 1_600, 0])
                    .tell(&[entry::STATE, 9_000, 1])
                    .tell(&[entry::SEEN, 9_600, -1, 0])
            },
            "false 0",
        ),
        (
            "until the end",
            |log| log.tell(&[entry::SEEN, 1_000, -1, 1]),
            "true 9000",
        ),
    ];
    for (what, tell, wanted) in cases {
        let mut log = Log::new();
        tell(&mut log).flush(10_000, false);
        assert_eq!(
            log.of("exposure"),
            [format!("exposure of e1 {wanted}")],
            "{what}"
        );
        // Who leaves has no room for what was there only.
        log.entries.pop();
        log.flush(10_000, true);
        let is_viewable = wanted.starts_with("true");
        assert_eq!(
            log.of("exposure").len(),
            usize::from(is_viewable),
            "{what}, leaving"
        );
    }
}

#[test]
fn an_element_is_told_when_it_is_new_when_it_becomes_viewable_and_with_later_time() {
    let flushes = |ends: &[(i32, bool)]| {
        let mut log = Log::new();
        log.tell(&[entry::SEEN, 1_000, -1, 1]);
        for (t, is_leaving) in ends {
            log.flush(*t, *is_leaving);
        }
        log.of("exposure")
    };
    let [new, viewable, later] =
        ["false 0", "true 1500", "true 2000"].map(|told| format!("exposure of e1 {told}"));
    assert_eq!(
        flushes(&[(1_500, false), (2_500, false), (4_500, false)]),
        [&*new, &*viewable, &*later]
    );
    // The time after it was told viewable waits for a batch of one who stays.
    assert_eq!(
        flushes(&[(1_500, true), (2_500, true), (3_500, true), (4_500, false)]),
        [viewable, later]
    );
}

#[test]
fn elements_that_have_no_room_in_a_batch_are_told_in_the_next_one() {
    let mut log = Log::new();
    for element in 1..=1000 {
        log.tell(&[entry::SEEN, 1_000, -element, 0]);
    }
    log.flush(2_000, false);
    let first = log.of("exposure").len();
    assert!((300..500).contains(&first), "{first}");
    log.flush(3_000, false)
        .flush(4_000, false)
        .flush(5_000, false);
    assert_eq!(log.of("exposure").len(), 1000);
}

#[test]
fn time_counts_while_the_page_is_visible_focused_and_in_use() {
    let mut log = Log::new();
    // Ten seconds in use, an hour away, then idle: thirty seconds of that count.
    log.tell(&[entry::ACTIVE, 5_010])
        .tell(&[entry::SCROLL, 5_010, 0, 25])
        .tell(&[entry::STATE, 10_010, 0])
        .tell(&[entry::STATE, 3_600_000, 1])
        .flush(3_700_000, true);
    // The first two tenths and half of the third were on the screen from the fifth second on.
    let seen = [35_000, 35_000, 35_000, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(
        log.of("attention"),
        [format!("attention 40000 25 {seen:?} 0 0")]
    );
}

#[test]
fn time_is_told_since_it_was_last_told_and_depth_so_far() {
    let mut log = Log::new();
    log.tell(&[entry::SCROLL, 10, 0, 30])
        .flush(1_010, false)
        .flush(1_010, false)
        .tell(&[entry::SCROLL, 1_010, 70, 100])
        .tell(&[entry::SCROLL, 1_010, 10, 40])
        .flush(3_010, false);
    assert_eq!(
        log.of("attention"),
        [
            "attention 1000 30 [1000, 1000, 1000, 0, 0, 0, 0, 0, 0, 0] 0 0",
            "attention 2000 100 [0, 2000, 2000, 2000, 0, 0, 0, 0, 0, 0] 0 0",
        ]
    );
}

/// When each began, and its size in millionths.
type Shifts = &'static [(i32, i32)];

#[test]
fn layout_shifts_add_up_in_windows_of_five_seconds_and_pauses_of_one() {
    let told = |shifts: Shifts| {
        let mut log = Log::new();
        for (start, size) in shifts {
            log.tell(&[entry::SHIFT, *start, *size]);
        }
        // Nobody is there, so that nothing but the shift is told.
        log.tell(&[entry::STATE, 10, 0]).flush(20_000, true);
        log.of("attention")
    };
    let cases: [(&str, Shifts, u32); 4] = [
        ("none is told for a page that stands still", &[], 0),
        (
            "the larger window counts: 0.1 and 0.05",
            &[
                (1_000, 100_000),
                (1_900, 50_000),
                (2_950, 120_000),
                (3_100, 20_000),
            ],
            1_500,
        ),
        (
            "a window is at most five seconds long",
            &[
                (1_000, 30_000),
                (1_900, 1),
                (2_800, 1),
                (3_700, 1),
                (4_600, 1),
                (5_500, 1),
                (6_000, 20_000),
            ],
            300,
        ),
        (
            "what is less than a ten-thousandth is cut off",
            &[(1_000, 199)],
            1,
        ),
    ];
    for (what, shifts, wanted) in cases {
        let wanted: &[String] = &match wanted {
            0 => Vec::new(),
            _ => vec![format!("attention 0 0 {:?} 0 {wanted}", [0; 10])],
        };
        assert_eq!(told(shifts), wanted, "{what}");
    }
}

#[test]
fn the_time_to_the_next_paint_is_the_one_told_last() {
    let mut log = Log::new();
    log.tell(&[entry::STATE, 10, 0])
        .tell(&[entry::INTERACTION, 240])
        .tell(&[entry::INTERACTION, 80])
        .flush(5_000, false)
        .flush(6_000, false);
    assert_eq!(
        log.of("attention"),
        [format!("attention 0 0 {:?} 80 0", [0; 10])]
    );
}
