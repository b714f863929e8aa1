//! Experiments by a property of an event.

use snag_analyzer::statistics::{Verdict, Withheld};
use snag_analyzer::{ArmsCompared, ExperimentRequest, Period, Span, experiment};

use crate::world::{Event, SITE, World, custom, page};

async fn compared(world: &World, exposure: Option<&str>, is_randomised: bool) -> ArmsCompared {
    let span = Span {
        site: SITE.into(),
        period: Period::all(),
        filters: Vec::new(),
        limit: 20,
    };
    let request = ExperimentRequest {
        variants: "props.v".parse().unwrap(),
        exposure: exposure.map(|step| step.parse().unwrap()),
        goal: "event:done".parse().unwrap(),
        is_randomised,
    };
    experiment(&world.store, &span, &request).await.unwrap()
}

fn visitors(variant: &str, count: usize, done: usize) -> Vec<Event> {
    let mut events = Vec::new();
    for visitor in 0..count {
        let who = format!("{variant}{visitor}");
        events.push(page(&who, 10.0, "/offer").prop("v", variant));
        if visitor < done {
            events.push(custom(&who, 20.0, "done"));
        }
    }
    events
}

#[tokio::test]
async fn variants_are_compared_by_what_came_after_the_first_exposure() {
    let mut events = [visitors("a", 400, 40), visitors("b", 400, 120)].concat();
    // Done before the exposure, and nobody's who met both.
    events.push(custom("a399", 5.0, "done"));
    for variant in ["a", "b"] {
        events.push(page("both", 10.0, "/offer").prop("v", variant));
    }
    events.push(custom("both", 20.0, "done"));
    let world = World::of(&events).await;
    let found = compared(&world, None, true).await;
    let arms: Vec<_> = found
        .comparison
        .arms
        .iter()
        .map(|arm| (arm.name.as_str(), arm.exposures, arm.conversions))
        .collect();
    assert_eq!(arms, [("a", 400, 40), ("b", 400, 120)]);
    assert_eq!(found.comparison.verdict, Verdict::Proven);
    assert_eq!(
        found.notes,
        ["one visitor met more than one variant, and counts for none"]
    );
    let none = compared(&world, Some("event:shown"), true).await;
    assert_eq!(none.comparison.withheld, Some(Withheld::NothingToCompare));
    let association = compared(&world, Some("page:/offer"), false).await;
    assert!(
        association.headline.ends_with("(an association)"),
        "{}",
        association.headline
    );
    world.close().await;
}

#[tokio::test]
async fn a_conversion_counts_from_the_day_it_came_on() {
    // On the first day nearly all of those who met b are done, on the second those who met a are.
    const DAY: f64 = 86_400.0;
    let mut events = Vec::new();
    for (variant, day) in [("a", DAY), ("b", 0.0)] {
        for visitor in 0..200 {
            let who = format!("{variant}{visitor}");
            events.push(page(&who, 10.0, "/offer").prop("v", variant));
            if visitor < 20 {
                events.push(custom(&who, 20.0, "done"));
            } else if visitor < 110 {
                events.push(custom(&who, 30.0 + day, "done"));
                // Done again later is done once.
                events.push(custom(&who, 40.0 + 2.0 * DAY, "done"));
            }
        }
    }
    let world = World::of(&events).await;
    let found = compared(&world, None, true).await;
    let arms: Vec<_> = found
        .comparison
        .arms
        .iter()
        .map(|arm| (arm.exposures, arm.conversions))
        .collect();
    assert_eq!(arms, [(200, 110), (200, 110)]);
    // The first of equals leads, which b once was proven to be ahead of; so nothing is shown for it.
    assert_eq!(found.comparison.leader.as_deref(), Some("a"));
    assert_eq!(found.comparison.verdict, Verdict::Undecided);
    let behind = found.comparison.arms[1].behind_leader.unwrap();
    assert!((behind.p_value - 1.0).abs() < 1e-12, "{behind:?}");
    world.close().await;
}
