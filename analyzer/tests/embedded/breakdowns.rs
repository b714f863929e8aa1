//! Funnels by the values of a dimension, over events written by hand.

use snag_analyzer::format::render;
use snag_analyzer::{Format, Funnel, FunnelRequest};

use crate::world::{Event, World, custom, request, visitors};

fn by(dimensions: &str, attribution: &str) -> FunnelRequest {
    let mut asked = request(&["event:a", "event:b"]);
    asked.breakdown = Some((dimensions.parse().unwrap(), attribution.parse().unwrap()));
    asked
}

fn segments(funnel: &Funnel) -> Vec<(&str, Vec<u64>)> {
    let segments = funnel.breakdown.iter();
    let counts = segments.map(|segment| {
        let counts = segment.steps.iter().map(|step| step.step.visitors);
        (segment.value.as_str(), counts.collect())
    });
    counts.collect()
}

#[tokio::test]
async fn attribution_says_whose_value_a_visitor_has() {
    let with = |event: Event, device: &str| event.with(|event| event.device = device.into());
    let world = World::of(&[
        with(custom("ann", 0.0, "a"), "mobile"),
        with(custom("ann", 1.0, "b"), "desktop"),
        with(custom("bob", 0.0, "a"), ""),
        with(custom("bob", 1.0, "b"), "desktop"),
        with(custom("cleo", 0.0, "a"), "mobile"),
        // No step, and so of no weight.
        with(custom("cleo", 9.0, "c"), "watch"),
        with(custom("dan", 0.0, "a"), ""),
    ])
    .await;
    type Expected<'a> = &'a [(&'a str, [u64; 2])];
    let cases: [(&str, Expected<'_>); 5] = [
        (
            "first",
            &[("mobile", [2, 1]), ("", [1, 0]), ("desktop", [1, 1])],
        ),
        (
            "last",
            &[("desktop", [2, 2]), ("", [1, 0]), ("mobile", [1, 0])],
        ),
        ("step:1", &[("", [2, 1]), ("mobile", [2, 1])]),
        ("step:2", &[("desktop", [2, 2])]),
        ("all", &[("", [2, 0]), ("mobile", [2, 0])]),
    ];
    for (attribution, expected) in cases {
        let funnel = world.funnel(&by("device", attribution)).await.unwrap();
        assert_eq!(visitors(&funnel), [4, 2], "{attribution}");
        let expected: Vec<(&str, Vec<u64>)> = expected
            .iter()
            .map(|(value, counts)| (*value, counts.to_vec()))
            .collect();
        assert_eq!(segments(&funnel), expected, "{attribution}");
    }
    world.close().await;
}

#[tokio::test]
async fn several_values_are_joined_and_properties_are_texts() {
    let world = World::of(&[
        custom("ann", 0.0, "a").prop("seats", "3"),
        custom("bob", 0.0, "a").prop("seats", "many"),
        custom("cleo", 0.0, "a").prop("seats", "3.0"),
        custom("dan", 0.0, "a").with(|event| event.country = String::new()),
    ])
    .await;
    let funnel = world
        .funnel(&by("country,props.seats", "first"))
        .await
        .unwrap();
    let expected = ["DE|3", "DE|3.0", "DE|many", "|"].map(|value| (value, vec![1, 0]));
    assert_eq!(segments(&funnel), expected);
    world.close().await;
}

#[tokio::test]
async fn a_value_that_differs_is_told_in_the_table() {
    let mut events = Vec::new();
    for number in 0..200 {
        let who = number.to_string();
        let device = if number % 2 == 0 { "mobile" } else { "desktop" };
        let event = |event: Event| event.with(|event| event.device = device.into());
        events.push(event(custom(&who, 0.0, "a")));
        // Of 100 on a phone 20 go on, of 100 at a desk 60.
        if number % 10 == 0 || number % 10 == 2 && number < 100 || number % 2 == 1 && number < 120 {
            events.push(event(custom(&who, 1.0, "b")));
        }
    }
    let world = World::of(&events).await;
    let funnel = world.funnel(&by("device", "first")).await.unwrap();
    let mobile = funnel
        .breakdown
        .iter()
        .find(|segment| segment.value == "mobile")
        .unwrap();
    let against = mobile.steps[1].against_others.unwrap();
    assert_eq!(
        (mobile.steps[1].step.visitors, against.others_rate),
        (30, 0.6)
    );
    assert!(
        against.significant && against.p_adjusted < 0.001,
        "{against:?}"
    );
    assert_eq!(
        funnel.notes[0],
        "2 of 2 values of device differ significantly from the others (FDR 5 %)"
    );
    let table = render(&funnel, Format::Table, 100).unwrap();
    assert!(
        table.contains("By device") && table.contains("step 2: 30 % against 60 %, p < 0.001"),
        "{table}"
    );
    let csv = render(&funnel, Format::Csv, 100).unwrap();
    assert_eq!(csv.lines().count(), 1 + 3 * 2, "{csv}");
    let json: serde_json::Value =
        serde_json::from_str(&render(&funnel, Format::Json, 100).unwrap()).unwrap();
    let step = &json["breakdown"][1]["steps"][1];
    assert_eq!(step["against_others"]["significant"], true, "{step}");
    assert!(
        step["visitors"].is_u64() && step["against_others"]["interval"].is_array(),
        "{step}"
    );
    println!("{table}");
    world.close().await;
}
