//! Funnels beside others: the period before, other people, day by day; and times between steps.

use snag_analyzer::format::render;
use snag_analyzer::{Compare, Error, Format, Trend};

use crate::world::{World, between, custom, filtered, request, visitors};

const DAY: f64 = 86_400.0;

#[tokio::test]
async fn the_period_before_is_as_long() {
    let mut events = Vec::new();
    for number in 0..40 {
        let who = number.to_string();
        // Half last week, of whom a half goes on, half this week, of whom a quarter does.
        let day = if number < 20 { -7.0 } else { 0.0 };
        events.push(custom(&who, day * DAY, "a"));
        if !(10..35).contains(&number) {
            events.push(custom(&who, day * DAY + 5.0, "b"));
        }
    }
    events.push(custom("long ago", -8.0 * DAY, "a"));
    let world = World::of(&events).await;
    let mut asked = between(request(&["event:a", "event:b"]), "2026-01-05", "2026-01-11");
    asked.compare = Some(Compare::Previous);
    let funnel = world.funnel(&asked).await.unwrap();
    assert_eq!(visitors(&funnel), [20, 5]);
    let comparison = funnel.comparison.as_ref().unwrap();
    let before: Vec<u64> = comparison
        .steps
        .iter()
        .map(|step| step.step.visitors)
        .collect();
    assert_eq!(before, [20, 10]);
    assert_eq!(
        (comparison.from.as_deref(), comparison.to.as_deref()),
        (
            Some("2025-12-29T00:00:00Z"),
            Some("2026-01-04T23:59:59.999Z")
        )
    );
    let change = comparison.steps[1].change_from_previous.unwrap();
    assert_eq!(change.difference, -0.25);
    // Newcombe of 5 of 20 and 10 of 20, by Wilson's 0.1119 to 0.4687 and 0.2993 to 0.7007.
    assert!((change.interval.low - -0.4937).abs() < 2e-4, "{change:?}");
    assert!((change.interval.high - 0.0468).abs() < 2e-4, "{change:?}");
    assert_eq!(comparison.steps[0].change_from_first, None);
    let table = render(&funnel, Format::Table, 100).unwrap();
    assert!(table.contains("-25 points (-49 to +5)"), "{table}");

    asked.period = snag_analyzer::Period::all();
    let error = world.funnel(&asked).await.unwrap_err();
    assert!(
        matches!(error, Error::Usage { .. }) && error.to_string().contains("--from"),
        "{error}"
    );
    world.close().await;
}

#[tokio::test]
async fn other_people_stand_in_place_of_those_asked_for() {
    let world = World::of(&[
        custom("ann", 0.0, "a"),
        custom("ann", 1.0, "b"),
        custom("bob", 0.0, "a").with(|event| event.device = "mobile".into()),
    ])
    .await;
    let mut asked = filtered(request(&["event:a", "event:b"]), "device=desktop");
    asked.compare = Some("device=mobile".parse().unwrap());
    let funnel = world.funnel(&asked).await.unwrap();
    assert_eq!(visitors(&funnel), [1, 1]);
    let comparison = funnel.comparison.unwrap();
    let others: Vec<u64> = comparison
        .steps
        .iter()
        .map(|step| step.step.visitors)
        .collect();
    assert_eq!(
        (comparison.with.as_str(), others),
        ("device=mobile", vec![1, 0])
    );
    world.close().await;
}

#[tokio::test]
async fn a_run_belongs_to_the_day_it_began() {
    let world = World::of(&[
        custom("ann", 0.0, "a"),
        custom("ann", DAY, "b"),
        custom("bob", 2.0 * DAY, "a"),
        custom("cleo", 7.0 * DAY, "a"),
        custom("cleo", 7.0 * DAY + 1.0, "b"),
    ])
    .await;
    let mut asked = request(&["event:a", "event:b"]);
    for (trend, expected) in [
        (
            Trend::Day,
            vec![
                ("2026-01-05", 1, 1),
                ("2026-01-06", 0, 0),
                ("2026-01-07", 1, 0),
            ],
        ),
        (
            Trend::Week,
            vec![("2026-01-05", 2, 1), ("2026-01-12", 1, 1)],
        ),
    ] {
        asked.trend = Some(trend);
        let funnel = world.funnel(&asked).await.unwrap();
        let found: Vec<(&str, u64, u64)> = funnel
            .trend
            .iter()
            .map(|stretch| {
                (
                    stretch.day.as_str(),
                    stretch.steps[0].visitors,
                    stretch.steps[1].visitors,
                )
            })
            .collect();
        assert_eq!(found[..expected.len()], expected);
    }
    world.close().await;
}

#[tokio::test]
async fn times_between_two_steps_are_told_in_bins() {
    let mut events = Vec::new();
    for number in 0..8 {
        let who = number.to_string();
        events.push(custom(&who, 0.0, "a"));
        events.push(custom(&who, 5.0, "b"));
        events.push(custom(&who, 10.0 + f64::from(number), "c"));
    }
    events.push(custom("nobody", 0.0, "a"));
    let world = World::of(&events).await;
    let mut asked = request(&["event:a", "event:b", "event:c"]);
    asked.histogram = Some("1..3".parse().unwrap());
    let funnel = world.funnel(&asked).await.unwrap();
    let times = funnel.time_to_convert.as_ref().unwrap();
    let bins: Vec<(f64, u64)> = times
        .bins
        .iter()
        .map(|bin| (bin.from_seconds, bin.visitors))
        .collect();
    assert_eq!(bins, [(10.0, 4), (14.0, 4), (18.0, 0)]);
    assert_eq!((times.visitors, times.mean_seconds), (8, Some(13.5)));
    let table = render(&funnel, Format::Table, 100).unwrap();
    assert!(table.contains("Time from step 1 to step 3"), "{table}");
    world.close().await;
}
