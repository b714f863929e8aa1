//! Visits are kept for as long as their site says, and no longer.

use snag_upkeep::retention::{self, Kept};

use crate::world::World;

/// One event, exposure and session a day for the last 100 days, of each of two sites.
async fn days(world: &World) {
    world
        .tell(
            "INSERT INTO events (site, time, visitor, kind, path) SELECT ['shop', 'blog'][number % 2 + 1], \
             now64(3) - toIntervalDay(intDiv(number, 2)) - toIntervalHour(1), 1 + number, 'pageview', '/' FROM numbers(200)",
        )
        .await;
    world
        .tell("INSERT INTO exposures (site, time, visitor) SELECT site, time, visitor FROM events")
        .await;
    world
        .tell("INSERT INTO sessions (site, start, person, version) SELECT site, time, visitor, 1 FROM exposures")
        .await;
}

async fn counts(world: &World, site: &str) -> [u64; 3] {
    let count = async |table: &str| {
        let sql = format!("SELECT count() FROM {table} WHERE site = '{site}'");
        world.ask(&sql).await
    };
    [
        count("events").await,
        count("exposures").await,
        count("sessions").await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn old_rows_of_the_site_vanish_at_once_and_all_others_stay() {
    let world = World::empty().await;
    days(&world).await;
    assert_eq!(counts(&world, "shop").await, [100; 3]);
    let kept = retention::set(&world.store, "shop", 30).await.unwrap();
    assert_eq!(
        kept,
        Kept {
            changed: 5,
            lapsed: 210
        }
    );
    assert_eq!(counts(&world, "shop").await, [30; 3]);
    assert_eq!(counts(&world, "blog").await, [100; 3]);
    // Again it is so already.
    assert_eq!(
        retention::keep(&world.store).await.unwrap(),
        Kept::default()
    );
    // One more site leaves the first one's rule as it is.
    retention::set(&world.store, "blog", 50).await.unwrap();
    assert_eq!(counts(&world, "shop").await, [30; 3]);
    assert_eq!(counts(&world, "blog").await, [50; 3]);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_come_late_lapse_with_the_next_look_and_without_a_limit_all_stay() {
    let world = World::empty().await;
    // A site may get its limit before its first event.
    retention::set(&world.store, "shop", 30).await.unwrap();
    retention::set(&world.store, "shop", 60).await.unwrap();
    let listed = retention::list(&world.store).await.unwrap();
    assert_eq!(
        listed.iter().map(|kept| kept.days).collect::<Vec<_>>(),
        [60]
    );
    days(&world).await;
    retention::keep(&world.store).await.unwrap();
    assert_eq!(counts(&world, "shop").await[0], 60);
    assert_eq!(
        retention::keep(&world.store).await.unwrap(),
        Kept::default()
    );
    retention::forget(&world.store, "shop").await.unwrap();
    days(&world).await;
    assert_eq!(
        retention::keep(&world.store).await.unwrap(),
        Kept::default()
    );
    assert_eq!(counts(&world, "shop").await[0], 160);
    assert!(retention::list(&world.store).await.unwrap().is_empty());
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_meant_is_refused() {
    let world = World::empty().await;
    for (site, days, wanted) in [
        ("shop", 0, "1 to 20000"),
        ("shop", 20_001, "1 to 20000"),
        ("sh'op", 30, "data-site"),
        ("", 30, "data-site"),
    ] {
        let refused = retention::set(&world.store, site, days).await.unwrap_err();
        assert!(refused.to_string().contains(wanted), "{refused}");
    }
    let refused = retention::forget(&world.store, "shop").await.unwrap_err();
    assert!(
        refused.to_string().contains("snag retention set"),
        "{refused}"
    );
    world.close().await;
}
