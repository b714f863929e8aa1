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
