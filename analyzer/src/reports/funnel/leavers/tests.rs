//! Leavers over events written by hand.

use super::*;
use crate::Order;
use crate::walk::{Event, Walker};

fn plan() -> Plan {
    Plan {
        order: Order::Ordered,
        steps: 3,
        optional: 0,
        window_ms: 100,
        exclusions: Vec::new(),
    }
}

/// Events as (time, step that they match or 0, kind).
fn person(events: &[(i64, u32, u8)]) -> Person {
    let event = |(time, step, _): &(i64, u32, u8)| Event {
        time: *time,
        mask: if *step == 0 { 0 } else { 1 << (step - 1) },
    };
    Person {
        events: events.iter().map(event).collect(),
        kinds: events.iter().map(|(.., kind)| *kind).collect(),
        pageviews: vec![7; events.len()],
        ..Person::default()
    }
}

fn add(leavers: &mut Leavers, events: &[(i64, u32, u8)]) {
    let person = person(events);
    let mut walker = Walker::new(plan());
    let run = walker.walk(&person.events).to_vec();
    leavers.add(&plan(), &run, &person);
}

#[test]
fn the_first_thing_that_tells_where_someone_went_counts() {
    type Events<'a> = &'a [(i64, u32, u8)];
    let cases: [(Events<'_>, Destination); 12] = [
        (&[(0, 1, 1), (1, 2, 1)], Destination::LeftTheSite),
        (
            &[(0, 1, 1), (1, 2, 1), (2, 0, 2), (3, 0, 4)],
            Destination::LeftTheSite,
        ),
        (
            &[(0, 1, 1), (1, 2, 1), (2, 1, 1), (3, 0, 1)],
            Destination::EarlierStep,
        ),
        (
            &[(0, 1, 1), (1, 2, 1), (2, 0, 1), (3, 1, 1)],
            Destination::AnotherPage,
        ),
        (&[(0, 1, 1), (1, 2, 1), (2, 0, 17)], Destination::Search),
        (
            &[(0, 1, 1), (1, 2, 1), (2, 0, 1), (2, 0, 17)],
            Destination::Search,
        ),
        (&[(0, 1, 1), (1, 2, 1), (2, 2, 1)], Destination::Retried),
        (
            &[(0, 1, 1), (1, 2, 1), (2, 0, 12), (3, 0, 1)],
            Destination::Retried,
        ),
        // Within the window nothing, after it a click on the same page.
        (&[(0, 1, 1), (1, 2, 1), (150, 0, 2)], Destination::Stalled),
        (
            &[(0, 1, 1), (1, 2, 1), (150, 0, 1)],
            Destination::LeftTheSite,
        ),
        (
            &[(0, 1, 1), (1, 2, 1), (2, 0, 1 + SLOW)],
            Destination::AnotherPage,
        ),
        (&[(0, 1, 1), (0, 2, 1), (0, 0, 11)], Destination::Retried),
    ];
    for (events, expected) in cases {
        let mut leavers = Leavers::new(&plan(), 2, 50);
        add(&mut leavers, events);
        let went = leavers.went(1);
        assert_eq!(
            went.iter()
                .map(|went| (went.to, went.share))
                .collect::<Vec<_>>(),
            [(expected, 1.0)],
            "{events:?}"
        );
        assert_eq!(leavers.counts(), (1, 0));
    }
}

#[test]
fn signals_are_compared_with_those_who_went_on_in_the_time_that_these_took() {
    let mut leavers = Leavers::new(&plan(), 2, 50);
    for _ in 0..30 {
        // An error, and gone.
        add(&mut leavers, &[(0, 1, 1), (1, 2, 1), (5, 0, 8)]);
        // Only after going elsewhere, or later than others had needed.
        add(&mut leavers, &[(0, 1, 1), (1, 2, 1), (5, 0, 1), (6, 0, 8)]);
        add(&mut leavers, &[(0, 1, 1), (1, 2, 1), (60, 0, 8)]);
        // Went on, with an error after that, and rage before.
        add(
            &mut leavers,
            &[(0, 1, 1), (1, 2, 1), (3, 0, 4), (5, 3, 3), (6, 0, 8)],
        );
        // Never came there.
        add(&mut leavers, &[(0, 1, 1), (1, 0, 8)]);
    }
    // Too few to say anything.
    add(&mut leavers, &[(0, 1, 1), (1, 2, 1), (2, 0, 5)]);
    assert_eq!(leavers.counts(), (91, 30));
    let reasons = leavers.reasons();
    let told: Vec<_> = reasons
        .iter()
        .map(|reason| {
            (
                reason.signal,
                reason.leavers,
                reason.went_on,
                reason.significant,
            )
        })
        .collect();
    assert_eq!(told, [("rage", 0, 30, true), ("error", 30, 0, true)]);
    assert!(
        reasons[0].odds_ratio < 0.01 && reasons[1].odds_ratio > 10.0,
        "{reasons:?}"
    );
    assert_eq!(leavers.pageviews.len(), 91);
    let shares: f64 = leavers.went(1).iter().map(|went| went.share).sum();
    assert!((shares - 1.0).abs() < 1e-12);
    assert_eq!(
        leavers
            .went(0)
            .iter()
            .map(|went| went.visitors)
            .sum::<u64>(),
        30
    );
}

#[test]
fn a_slow_page_is_met_with_the_step_itself() {
    let mut leavers = Leavers::new(&plan(), 1, 50);
    for _ in 0..25 {
        add(&mut leavers, &[(0, 1, 1 + SLOW)]);
        add(&mut leavers, &[(0, 1, 1), (1, 2, 1 + SLOW)]);
    }
    let told: Vec<_> = leavers
        .reasons()
        .iter()
        .map(|reason| (reason.signal, reason.leavers, reason.went_on))
        .collect();
    assert_eq!(told, [("slow_page", 25, 0)]);
}

#[test]
fn kinds_have_their_numbers_of_the_table() {
    let table = include_str!("../../../../../sql/migrations/0008_events_interactions.sql");
    let others = [
        ("pageview", kind::PAGEVIEW),
        ("form_submit", kind::FORM_SUBMIT),
        ("search", kind::SEARCH),
    ];
    for (name, number) in SIGNALS.into_iter().chain(others) {
        assert!(table.contains(&format!("'{name}' = {number}")), "{name}");
    }
}
