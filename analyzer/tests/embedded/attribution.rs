//! What conversions are owed to, by several models.

use snag_analyzer::{
    Attributed, AttributionRequest, CampaignsRequest, Error, Period, attribution, campaigns,
};

use crate::campaigns::{DAY, DIRECT, FOUND, MAIL, PAID, bought, has, span, visit, world};
use crate::world::{Event, World, page, visitor};

async fn credited(world: &World, filters: &str, window: &str) -> Attributed {
    let request = AttributionRequest {
        conversion: None,
        window: window.parse().unwrap(),
    };
    attribution(&world.store, &span(filters), &request)
        .await
        .unwrap()
}

#[tokio::test]
async fn conversions_are_divided_among_the_visits_before_them() {
    let mut events = vec![
        visit("ann", 0.0, PAID),
        visit("ann", 7.0 * DAY, FOUND),
        visit("ann", 14.0 * DAY, MAIL),
        visit("ann", 14.0 * DAY + 7200.0, DIRECT),
        bought("ann", 14.0 * DAY + 7210.0, 40.0, "EUR"),
        visit("bob", 0.0, DIRECT),
        bought("bob", 5.0, 40.0, "EUR"),
        visit("cid", 0.0, PAID),
        bought("cid", 5.0, 40.0, "EUR"),
    ];
    // Over midnight, under another salt, and still one person.
    let late = 14.0 * 3600.0;
    events.push(visit("dan", late - 60.0, MAIL));
    let next = |event: Event| {
        event.with(|event| {
            event.visitor = visitor("dan tomorrow");
            event.visitor_before = visitor("dan");
        })
    };
    events.push(next(page("dan", late + 60.0, "/cart")));
    events.push(bought("dan tomorrow", late + 300.0, 40.0, "EUR"));
    let world = world(&events).await;
    let found = credited(&world, "", "30d").await;
    assert_eq!((found.conversions, found.with_several_touches), (4, 1));
    let of = |name: [&str; 3]| {
        let mut rows = found.touches.iter();
        let row = rows.find(|row| [&row.campaign, &row.source, &row.channel] == name);
        row.map(|row| {
            [
                row.last,
                row.first,
                row.linear,
                row.time_decay,
                row.position,
            ]
        })
        .unwrap_or_else(|| panic!("{name:?}: {:?}", found.touches))
    };
    let near = |found: [f64; 5], expected: [f64; 5]| {
        let pairs = found.iter().zip(expected);
        assert!(
            pairs.clone().all(|(one, other)| (one - other).abs() < 1e-3),
            "{found:?} {expected:?}"
        );
    };
    // One week before another counts half as much: 1/7, 2/7 and 4/7.
    near(
        of(["spring", "google", ""]),
        [1.0, 2.0, 1.0 + 1.0 / 3.0, 1.0 + 1.0 / 7.0, 1.4],
    );
    near(
        of(["", "google", "Organic Search"]),
        [0.0, 0.0, 1.0 / 3.0, 2.0 / 7.0, 0.2],
    );
    near(
        of(["may", "newsletter", ""]),
        [2.0, 1.0, 1.0 + 1.0 / 3.0, 1.0 + 4.0 / 7.0, 1.4],
    );
    near(of(["", "", "Direct"]), [1.0; 5]);
    for sum in [
        found.touches.iter().map(|row| row.linear).sum::<f64>(),
        found.touches.iter().map(|row| row.time_decay).sum::<f64>(),
    ] {
        assert!((sum - 4.0).abs() < 1e-12, "{sum}");
    }
    assert!(
        found
            .headline
            .contains("\"may by newsletter\" (1 by first touch, 2 by last touch)"),
        "{}",
        found.headline
    );
    assert!(
        has(&found.notes, "visits of up to 30d before count"),
        "{:?}",
        found.notes
    );

    let short = credited(&world, "", "1d").await;
    assert!(
        short.headline.contains("all models agree"),
        "{}",
        short.headline
    );
    // What is asked is when they converted: visits before the period have their share, and are none of its visits.
    let day = || Some("2026-01-19".parse().unwrap());
    let mut late = span("");
    late.period = Period::new(day(), day()).unwrap();
    let request = AttributionRequest {
        conversion: None,
        window: "30d".parse().unwrap(),
    };
    let found = attribution(&world.store, &late, &request).await.unwrap();
    let first: Vec<_> = found
        .touches
        .iter()
        .map(|row| (row.source.as_str(), row.first))
        .collect();
    assert_eq!(found.conversions, 1);
    assert_eq!(
        first,
        [("newsletter", 0.0), ("google", 0.0), ("google", 1.0)]
    );
    let request = CampaignsRequest {
        conversion: None,
        window: request.window,
    };
    let found = campaigns(&world.store, &late, &request).await.unwrap();
    let told: Vec<_> = found
        .campaigns
        .iter()
        .map(|row| {
            (
                row.campaign.as_str(),
                row.figures.visits,
                row.figures.conversions,
            )
        })
        .collect();
    assert_eq!(told, [("may", 1, 1)]);

    let none = credited(&world, "country=FR", "30d").await;
    assert_eq!(
        (none.conversions, none.headline.as_str()),
        (0, "shop has no conversions here")
    );
    world.close().await;
}

#[tokio::test]
async fn who_is_known_for_a_day_only_is_told_of() {
    let events = [visit("ann", 0.0, PAID), bought("ann", 5.0, 1.0, "EUR")];
    let world = world(&events).await;
    let found = credited(&world, "", "30d").await;
    assert!(has(
        &found.notes,
        "nobody who converted was known for longer than a day"
    ));
    let by_path = span("path=/cart");
    let mut request = AttributionRequest {
        conversion: Some("event:bougth".parse().unwrap()),
        window: "30d".parse().unwrap(),
    };
    let found = attribution(&world.store, &span(""), &request)
        .await
        .unwrap();
    assert_eq!(
        found.notes,
        ["nobody did event:bougth here; near it are event:bought"]
    );
    request.conversion = None;
    let error = attribution(&world.store, &by_path, &request)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Usage { .. }), "{error:?}");
    world.close().await;
}
