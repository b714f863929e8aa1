//! What is erased is gone from every table and from the disk, and nothing else is.

use snag_upkeep::{Erasure, erase, plan};

use crate::world::World;

/// Rows of a condition in each table that has the columns.
async fn rows(world: &World, tables: &[&str], condition: &str) -> u64 {
    let mut sum = 0;
    for table in tables {
        let sql = format!("SELECT count() FROM {table} WHERE {condition}");
        sum += world.ask(&sql).await;
    }
    sum
}

const VISITS: [&str; 4] = ["events", "exposures", "attention", "fields"];

/// The parts that tables of visits have, in use or not.
async fn parts(world: &World) -> Vec<String> {
    let names = world.store.client().query(
        "SELECT concat(table, ' ', name) FROM system.parts WHERE database = 'snag' AND rows > 0 \
         AND table IN ('events', 'exposures', 'attention', 'fields', 'sessions') ORDER BY table, name",
    );
    names.fetch_all().await.unwrap()
}

/// Whether none of the parts that were there lies on the disk any more: all were rewritten.
async fn are_gone(world: &World, before: &[String]) -> bool {
    assert!(before.len() > 10, "{before:?}");
    let now = parts(world).await;
    !before.iter().any(|part| now.contains(part))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_goes_with_all_that_belongs_to_it_and_the_others_stay_as_they_were() {
    let world = World::empty().await;
    world.fill().await;
    world
        .tell("INSERT INTO retention SELECT 'shop', 10000, 1, 0")
        .await;
    // What a backup that died left behind.
    world
        .tell("CREATE TABLE upkeep_backup_x_events CLONE AS events")
        .await;
    let others = async || {
        let mut all = Vec::new();
        for table in [
            "events",
            "exposures",
            "sessions",
            "elements",
            "goals",
            "pages",
            "retention",
        ] {
            all.push(
                world
                    .picture(&format!("(SELECT * FROM {table} WHERE site != 'shop')"))
                    .await,
            );
        }
        all
    };
    let (before, old) = (others().await, parts(&world).await);
    let plan = plan(&world.store, "shop", Erasure::Site).await.unwrap();
    let of = |table: &str| {
        plan.rows
            .iter()
            .find(|(name, _)| *name == table)
            .map_or(0, |(_, rows)| *rows)
    };
    assert_eq!((of("events"), of("elements"), of("goals")), (1502, 25, 1));
    assert_eq!(of("link_checks"), 0, "that is of the other site");
    let erased = erase(&world.store, &plan).await.unwrap();
    assert_eq!((erased.rows, erased.old_parts), (plan.rows.clone(), 0));
    let tables = world
        .store
        .client()
        .query("SELECT DISTINCT table FROM system.columns WHERE database = 'snag' AND name = 'site' ORDER BY table")
        .fetch_all::<String>()
        .await
        .unwrap();
    assert!(tables.len() > 14, "{tables:?}");
    for table in &tables {
        let left = format!("SELECT count() FROM {table} WHERE site = 'shop'");
        assert_eq!(world.ask(&left).await, 0, "{table}");
    }
    assert_eq!(others().await, before);
    assert!(are_gone(&world, &old).await);
    assert_eq!(world.passing().await, 0);
    let ttl =
        "SELECT count() FROM system.tables WHERE database = 'snag' AND engine_full LIKE '%shop%'";
    assert_eq!(world.ask(ttl).await, 0, "no rule names the site any more");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_goes_with_the_numbers_before_and_after_midnight_and_nobody_else() {
    let world = World::empty().await;
    world.fill().await;
    let everybody = rows(&world, &VISITS, "1").await;
    assert_eq!(rows(&world, &["sessions FINAL"], "person = 500").await, 1);
    let found = plan(&world.store, "shop", Erasure::Visitor(501))
        .await
        .unwrap();
    assert_eq!(found.visitors, [500, 501]);
    erase(&world.store, &found).await.unwrap();
    assert_eq!(
        rows(
            &world,
            &VISITS,
            "visitor IN (500, 501) OR visitor_before IN (500, 501)"
        )
        .await,
        0
    );
    assert_eq!(rows(&world, &["sessions"], "person IN (500, 501)").await, 0);
    assert_eq!(rows(&world, &["touched"], "visitor IN (500, 501)").await, 0);
    assert_eq!(rows(&world, &["midnights"], "1").await, 0);
    assert_eq!(rows(&world, &VISITS, "1").await, everybody - 2);
    // The same number at another site is somebody else.
    let of_blog = rows(&world, &VISITS, "site = 'blog'").await;
    let found = plan(&world.store, "shop", Erasure::Visitor(101))
        .await
        .unwrap();
    assert_eq!(found.rows, []);
    let found = plan(&world.store, "shop", Erasure::Visitor(100))
        .await
        .unwrap();
    let old = parts(&world).await;
    erase(&world.store, &found).await.unwrap();
    assert!(are_gone(&world, &old).await);
    assert_eq!(rows(&world, &VISITS, "site = 'blog'").await, of_blog);
    assert_eq!(rows(&world, &VISITS, "visitor = 100").await, 0);
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_before_a_day_go_and_one_that_reaches_over_it_is_derived_anew() {
    let world = World::empty().await;
    world.fill().await;
    let day = "2026-09-11".to_owned();
    let of_blog = world
        .picture("(SELECT * FROM events WHERE site = 'blog')")
        .await;
    let later = rows(&world, &VISITS, "site = 'shop' AND time >= '2026-09-11'").await;
    let found = plan(&world.store, "shop", Erasure::Before(day))
        .await
        .unwrap();
    erase(&world.store, &found).await.unwrap();
    assert_eq!(
        rows(&world, &VISITS, "site = 'shop' AND time < '2026-09-11'").await,
        0
    );
    assert_eq!(rows(&world, &VISITS, "site = 'shop'").await, later);
    assert_eq!(
        rows(
            &world,
            &["sessions"],
            "site = 'shop' AND start < '2026-09-11'"
        )
        .await,
        0
    );
    assert_eq!(
        world
            .picture("(SELECT * FROM events WHERE site = 'blog')")
            .await,
        of_blog
    );
    snag_sessions::catch_up(&world.store).await.unwrap();
    let left = "SELECT count() FROM sessions FINAL WHERE site = 'shop' AND toDate(start) = '2026-09-11' AND pageviews = 1";
    assert_eq!(
        world.ask(left).await,
        1,
        "what is left of the visit over midnight"
    );
    assert_eq!(
        rows(&world, &["elements", "goals", "costs"], "site = 'shop'").await,
        28
    );
    world.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_site_is_refused_and_of_an_unknown_one_there_is_nothing() {
    let world = World::empty().await;
    world.fill().await;
    let refused = plan(&world.store, "it's", Erasure::Site).await.unwrap_err();
    assert!(refused.to_string().contains("data-site"), "{refused}");
    let none = plan(&world.store, "nobody", Erasure::Site).await.unwrap();
    assert!(none.is_empty());
    world.close().await;
}
