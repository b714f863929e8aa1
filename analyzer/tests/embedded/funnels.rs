//! Funnels over events written by hand.

use snag_analyzer::format::render;
use snag_analyzer::{Format, sites};

use crate::world::{
    Event, ORIGIN_MS, World, between, click, custom, page, request, visitor, visitors, within,
};

fn at_midnight(event: Event, before: &str) -> Event {
    event.with(|event| event.visitor_before = visitor(before))
}

#[tokio::test]
async fn the_window_runs_from_the_first_step_and_is_inclusive() {
    let world = World::of(&[
        custom("exact", 0.0, "a"),
        custom("exact", 30.0, "b"),
        custom("exact", 60.0, "c"),
        custom("late", 0.0, "a"),
        custom("late", 30.0, "b"),
        custom("late", 60.001, "c"),
        // A later start saves the run.
        custom("again", 0.0, "a"),
        custom("again", 50.0, "a"),
        custom("again", 70.0, "b"),
        custom("again", 110.0, "c"),
    ])
    .await;
    let asked = |window| within(request(&["event:a", "event:b", "event:c"]), window);
    assert_eq!(
        visitors(&world.funnel(&asked("60s")).await.unwrap()),
        [3, 3, 2]
    );
    assert_eq!(
        visitors(&world.funnel(&asked("61s")).await.unwrap()),
        [3, 3, 3]
    );
    assert_eq!(
        visitors(&world.funnel(&asked("29s")).await.unwrap()),
        [3, 1, 0]
    );
    world.close().await;
}

#[tokio::test]
async fn bots_other_sites_and_other_days_are_not_counted() {
    let day = 86_400.0;
    let world = World::of(&[
        custom("ann", 0.0, "a"),
        custom("ann", 1.0, "b"),
        custom("bot", 0.0, "a").with(|event| event.bot = "crawler".into()),
        custom("other", 0.0, "a").with(|event| event.site = "blog".into()),
        custom("earlier", -day, "a"),
        custom("crossing", 0.0, "a"),
        custom("crossing", day, "b"),
    ])
    .await;
    let steps = request(&["event:a", "event:b"]);
    let cases = [
        ("", "", [3, 2]),
        ("2026-01-05", "2026-01-05", [2, 1]),
        ("2026-01-05", "", [2, 2]),
        ("", "2026-01-04", [1, 0]),
    ];
    for (from, to, expected) in cases {
        let funnel = world
            .funnel(&between(steps.clone(), from, to))
            .await
            .unwrap();
        assert_eq!(visitors(&funnel), expected, "from {from} to {to}");
    }
    // A moment is inclusive to its millisecond.
    let moment = between(
        steps.clone(),
        "2026-01-05T10:00:00Z",
        "2026-01-05T10:00:01Z",
    );
    assert_eq!(visitors(&world.funnel(&moment).await.unwrap()), [2, 1]);
    let moment = between(steps, "2026-01-05T10:00:00Z", "2026-01-05T10:00:00.999Z");
    assert_eq!(visitors(&world.funnel(&moment).await.unwrap()), [2, 0]);
    world.close().await;
}

#[tokio::test]
async fn midnight_splits_no_visitor() {
    let world = World::of(&[
        custom("yesterday", 0.0, "a"),
        // After the change of salts: under both numbers for a while, then under the new one alone.
        at_midnight(custom("today", 10.0, "nothing"), "yesterday"),
        custom("today", 20.0, "b"),
        // Someone whom nobody saw before midnight is one visitor too.
        at_midnight(custom("new", 0.0, "a"), "never seen"),
        custom("new", 10.0, "b"),
    ])
    .await;
    assert_eq!(world.reached(&["event:a", "event:b"]).await, [2, 2]);
    world.close().await;
}

#[tokio::test]
async fn the_report_tells_rates_times_and_the_worst_screen() {
    let mut events = Vec::new();
    let title = |event: Event, title: &str| event.with(|event| event.title = title.into());
    for number in 0..118 {
        let who = number.to_string();
        events.push(title(page(&who, 0.0, "/"), "Start – Shop"));
        events.push(title(page(&who, 10.0, "/cart"), "Cart – Shop"));
        events.push(click(&who, 20.0, 7));
        events.push(title(
            page(&who, 30.0, "/checkout/details"),
            "Your details – Shop",
        ));
        if number < 55 {
            events.push(custom(&who, 40.0 + f64::from(number), "purchase"));
        }
    }
    // A rarer title of the same page, and hostile ones.
    events.push(title(
        page("0", 31.0, "/checkout/details"),
        "\u{1b}]0;owned\u{7}",
    ));
    let world = World::of(&events).await;
    world.add_elements(&[(7, "#next", "Next", 0)]).await;
    let asked = request(&[
        "page:/",
        "page:/cart",
        "click:#next",
        "page:/checkout/*",
        "event:purchase",
    ]);
    let funnel = world.funnel(&asked).await.unwrap();

    assert_eq!(
        funnel.headline,
        "63 of 118 visitors (53 %, 44-62) abandon at screen 4 \"Your details\""
    );
    assert_eq!(funnel.worst_step, Some(4));
    assert_eq!(visitors(&funnel), [118, 118, 118, 118, 55]);
    let names: Vec<&str> = funnel.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(
        names,
        ["Start", "Cart", "click:#next", "Your details", "purchase"]
    );
    let last = &funnel.steps[4];
    assert_eq!(
        (last.drop_off, last.rate_from_previous, last.rate_from_first),
        (63, Some(55.0 / 118.0), Some(55.0 / 118.0))
    );
    // 10 to 64 seconds: the middle of 55 values and the one at nine tenths, 0.9 × 54 = 48.6.
    assert_eq!(
        (last.mean_seconds, last.median_seconds, last.p90_seconds),
        (Some(37.0), Some(37.0), Some(58.6))
    );
    let first = &funnel.steps[0];
    assert_eq!(
        (
            first.drop_off,
            first.rate_from_first,
            first.rate_from_previous,
            first.interval
        ),
        (0, Some(1.0), None, None)
    );
    assert_eq!(
        funnel.notes,
        ["no period was given: all data, from 2026-01-05 to 2026-01-05"]
    );

    let json: serde_json::Value =
        serde_json::from_str(&render(&funnel, Format::Json, 100).unwrap()).unwrap();
    let step = &json["steps"][3];
    assert_eq!(
        (&step["visitors"], &step["abandon"]["visitors"]),
        (&118.into(), &63.into())
    );
    assert!(
        (step["abandon"]["interval"][0].as_f64().unwrap() - 0.444_0).abs() < 1e-3,
        "{step}"
    );
    for key in [
        "rate_from_first",
        "rate_from_previous",
        "interval",
        "drop_off",
        "mean_seconds",
        "median_seconds",
        "p90_seconds",
    ] {
        assert!(!step[key].is_null(), "{key}");
    }
    for format in Format::ALL {
        let text = render(&funnel, format, 100).unwrap();
        assert!(
            !text.contains('\u{1b}') && text.contains("118"),
            "{format}: {text}"
        );
        println!("{text}");
    }
    let table = render(&funnel, Format::Table, 100).unwrap();
    assert!(
        table.lines().all(|line| line.chars().count() <= 100),
        "{table}"
    );
    world.close().await;
}

#[tokio::test]
async fn a_step_that_nothing_matches_is_noted() {
    let world = World::of(&[custom("ann", 0.0, "a")]).await;
    let funnel = world
        .funnel(&between(
            request(&["event:a", "page:/nowhere"]),
            "2026-01-05",
            "",
        ))
        .await
        .unwrap();
    assert_eq!(visitors(&funnel), [1, 0]);
    assert_eq!(
        funnel.headline,
        "1 of 1 visitor (100 %, 21-100) abandons at step 1 \"a\""
    );
    assert_eq!(
        funnel.notes,
        ["step 2, page:/nowhere, matched no event at any time"]
    );
    assert_eq!(funnel.steps[1].rate_from_previous, Some(0.0));
    // The second step alone happened.
    let funnel = world
        .funnel(&request(&["page:/nowhere", "event:a"]))
        .await
        .unwrap();
    assert_eq!(
        (visitors(&funnel), funnel.headline.as_str()),
        (vec![0, 0], "No visitor reached screen 1 \"/nowhere\"")
    );
    assert_eq!(funnel.steps[1].rate_from_first, None);
    world.close().await;
}

#[tokio::test]
async fn the_sites_are_told_with_their_first_and_last_events() {
    let world = World::open().await;
    assert_eq!(sites(&world.store).await.unwrap(), []);
    world
        .add(&[
            custom("ann", 0.0, "a"),
            custom("ann", 1.5, "b"),
            custom("bot", 9.0, "b").with(|event| event.bot = "crawler".into()),
            custom("ann", 0.0, "a")
                .with(|event| (event.site, event.time) = ("blog".into(), ORIGIN_MS - 1)),
        ])
        .await;
    let found = sites(&world.store).await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|site| {
            (
                site.site.as_str(),
                site.events,
                site.first.as_str(),
                site.last.as_str(),
            )
        })
        .collect();
    let expected = [
        (
            "blog",
            1,
            "2026-01-05T09:59:59.999Z",
            "2026-01-05T09:59:59.999Z",
        ),
        ("shop", 2, "2026-01-05T10:00:00Z", "2026-01-05T10:00:01.5Z"),
    ];
    assert_eq!(found, expected);
    world.close().await;
}

#[tokio::test]
async fn much_visited_pages_are_called_what_they_were_called_last() {
    let world = World::open().await;
    // 40,000 visitors in 400,000 seconds; the cart was renamed after 280,000 of them, the thanks never had a later one.
    let sql = "INSERT INTO events (site, time, visitor, kind, path, title) \
               SELECT 'shop', fromUnixTimestamp64Milli(1767607200000 + toInt64(number) * 10000, 'UTC'), number + 1, 'pageview', \
               ['/cart', '/thanks'][1 + (number < 10)], multiIf(number < 10, 'Thanks', number < 28000, 'Basket', 'Cart') \
               FROM numbers(40000)";
    world.store.client().query(sql).execute().await.unwrap();
    let funnel = world
        .funnel(&request(&["page:/cart", "page:/thanks"]))
        .await
        .unwrap();
    assert_eq!(visitors(&funnel), [39_990, 0]);
    let names: Vec<&str> = funnel.steps.iter().map(|step| step.name.as_str()).collect();
    // Of the last 20,000, 8,000 say "Basket" and 12,000 "Cart".
    assert_eq!(names, ["Cart", "Thanks"]);
    world.close().await;
}
