//! Visits over time.

use snag_analyzer::{Period, Span, TimelineRequest, Unit, timeline};

use crate::world::{SITE, World, page};

const HOUR: f64 = 3600.0;

fn span(from: &str, to: &str) -> Span {
    let moment = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
    Span {
        site: SITE.into(),
        period: Period::new(moment(from), moment(to)).unwrap(),
        filters: Vec::new(),
        limit: 20,
    }
}

async fn told(world: &World, span: &Span, unit: Option<Unit>, zone: &str) -> Vec<(String, u64)> {
    let request = TimelineRequest {
        unit,
        zone: zone.parse().unwrap(),
    };
    let found = timeline(&world.store, span, &request).await.unwrap();
    let row = |row: &snag_analyzer::TimelineRow| (row.at.clone(), row.totals.visitors);
    found.rows.iter().map(row).collect()
}

fn expected(rows: &[(&str, u64)]) -> Vec<(String, u64)> {
    rows.iter()
        .map(|(at, count)| ((*at).to_owned(), *count))
        .collect()
}

#[tokio::test]
async fn every_stretch_is_told_in_the_time_zone_asked_for_also_where_nobody_came() {
    // The first second of the world is 2026-01-05T10:00:00Z, a Monday.
    let world = World::of(&[
        page("ann", 0.0, "/"),
        page("bob", 60.0, "/"),
        page("cat", 13.5 * HOUR, "/"),
        page("ann", 49.0 * HOUR, "/"),
    ])
    .await;
    snag_sessions::catch_up(&world.store).await.unwrap();
    let all = span("", "");
    assert_eq!(
        told(&world, &all, Some(Unit::Day), "UTC").await,
        expected(&[
            ("2026-01-05T00:00:00+00:00", 3),
            ("2026-01-06T00:00:00+00:00", 0),
            ("2026-01-07T00:00:00+00:00", 1),
        ])
    );
    // Half past eleven at night is the next day in Berlin.
    assert_eq!(
        told(&world, &all, Some(Unit::Day), "Europe/Berlin").await,
        expected(&[
            ("2026-01-05T00:00:00+01:00", 2),
            ("2026-01-06T00:00:00+01:00", 1),
            ("2026-01-07T00:00:00+01:00", 1),
        ])
    );
    assert_eq!(
        told(&world, &all, Some(Unit::Week), "UTC").await,
        expected(&[("2026-01-05T00:00:00+00:00", 3)])
    );
    assert_eq!(
        told(
            &world,
            &span("2026-01-03", "2026-01-05"),
            Some(Unit::Day),
            "UTC"
        )
        .await,
        expected(&[
            ("2026-01-03T00:00:00+00:00", 0),
            ("2026-01-04T00:00:00+00:00", 0),
            ("2026-01-05T00:00:00+00:00", 3),
        ])
    );
    let hours = told(&world, &span("2026-01-05", "2026-01-05"), None, "UTC").await;
    assert_eq!(hours.len(), 24);
    assert_eq!(hours[10], ("2026-01-05T10:00:00+00:00".to_owned(), 2));
    let months = told(&world, &span("2025-12-31", ""), Some(Unit::Month), "UTC").await;
    assert_eq!(months[0], ("2025-12-01T00:00:00+00:00".to_owned(), 0));
    let too_many = span("1950-01-01", "2026-01-05");
    let request = TimelineRequest {
        unit: Some(Unit::Hour),
        zone: "UTC".parse().unwrap(),
    };
    let refused = timeline(&world.store, &too_many, &request)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("shorter period"), "{refused}");
    world.close().await;
}
