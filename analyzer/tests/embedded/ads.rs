//! Creatives by who saw and clicked them, and which does better.

use snag_analyzer::statistics::{Verdict, Withheld};
use snag_analyzer::{AdsRequest, Arms, Period, Span, ads, compare_ads};

use crate::links::element;
use crate::world::{ORIGIN_MS, SITE, World};

fn span() -> Span {
    Span {
        site: SITE.into(),
        period: Period::all(),
        filters: Vec::new(),
        limit: 100,
    }
}

fn request() -> AdsRequest {
    AdsRequest {
        placement: None,
        conversion: None,
    }
}

async fn creative(world: &World, element: u64, ad: &str, placement: &str) {
    rotated(world, element, ad, placement, "").await;
}

async fn rotated(world: &World, element: u64, ad: &str, placement: &str, rotation: &str) {
    let sql = "INSERT INTO elements (site, element, selector, tag, ad, placement, campaign, rotation, seen_at) \
               SELECT 'shop', {element:UInt64}, '#ad', 'a', {ad:String}, {placement:String}, 'spring', {rotation:String}, now64(3)";
    let query = world.store.client().query(sql).param("element", element);
    let query = query.param("ad", ad).param("placement", placement);
    query.param("rotation", rotation).execute().await.unwrap();
}

/// Visitors so many after the clicks buy for 10 EUR, as do some who never clicked.
async fn purchases(world: &World, visitors: [u64; 2]) {
    let sql = "INSERT INTO events (site, time, received_at, visitor, kind, name, host, path, device, value, currency) \
               SELECT 'shop', fromUnixTimestamp64Milli({at:Int64} + 100000, 'UTC'), now(), number + 1, 'custom', 'bought', \
                   'shop.example', '/', 'desktop', 10, 'EUR' FROM numbers({first:UInt64}, {count:UInt64})";
    let query = world.store.client().query(sql).param("at", ORIGIN_MS);
    let query = query
        .param("first", visitors[0])
        .param("count", visitors[1]);
    query.execute().await.unwrap();
}

#[tokio::test]
async fn creatives_are_told_by_who_saw_and_clicked_them_and_what_came_of_it() {
    let world = World::open().await;
    creative(&world, 1, "mug", "hero").await;
    creative(&world, 2, "pot", "foot").await;
    element(&world, 1, "/", [1000, 800, 200]).await;
    element(&world, 2, "/", [1000, 100, 10]).await;
    // Of the 210 clickers 1 to 200 of the one, of whom 1 to 10 clicked the other too; 5 visitors clicked nothing.
    purchases(&world, [150, 30]).await;
    purchases(&world, [900, 5]).await;
    let found = ads(&world.store, &span(), &request()).await.unwrap();
    let mug = found.ads.iter().find(|ad| ad.ad == "mug").unwrap();
    assert_eq!(
        (mug.impressions, mug.viewable_impressions, mug.visitors),
        (1000, 800, 800)
    );
    assert_eq!((mug.clickers, mug.clicks, mug.conversions), (200, 200, 30));
    assert_eq!(mug.revenue.get("EUR"), Some(&300.0));
    assert_eq!(
        (mug.viewability, mug.viewable_rate),
        (Some(0.8), Some(0.25))
    );
    let pot = found.ads.iter().find(|ad| ad.ad == "pot").unwrap();
    assert_eq!(
        (pot.conversions, pot.revenue.len(), pot.campaign.as_str()),
        (0, 0, "spring")
    );
    let placed = AdsRequest {
        placement: Some("foot".into()),
        ..request()
    };
    let found = ads(&world.store, &span(), &placed).await.unwrap();
    assert_eq!(found.ads.len(), 1);
    let by_event = AdsRequest {
        conversion: Some("event:nothing".parse().unwrap()),
        ..request()
    };
    let found = ads(&world.store, &span(), &by_event).await.unwrap();
    assert!(found.ads.iter().all(|ad| ad.conversions == 0));
    world.close().await;
}

#[tokio::test]
async fn a_comparison_ranks_what_can_be_ranked_and_says_why_it_does_not() {
    let world = World::open().await;
    for (number, ad) in [(1, "mug"), (2, "pot"), (3, "vase"), (4, "bowl")] {
        creative(&world, number, ad, "hero").await;
    }
    let (span, request) = (span(), request());
    let compared =
        |is_randomised| compare_ads(&world.store, &span, &request, Arms::Creative, is_randomised);
    element(&world, 1, "/", [1000, 1000, 100]).await;
    let alone = compared(true).await.unwrap();
    assert_eq!(alone.comparison.withheld, Some(Withheld::NothingToCompare));
    element(&world, 2, "/", [1000, 1000, 300]).await;
    let two = compared(true).await.unwrap();
    assert_eq!(two.comparison.verdict, Verdict::Proven);
    assert!(
        two.headline.contains("\"pot\" is proven"),
        "{}",
        two.headline
    );
    let two = compared(false).await.unwrap();
    assert!(
        two.headline.contains("an association") && two.notes.len() == 1,
        "{}",
        two.headline
    );
    element(&world, 3, "/", [3, 3, 0]).await;
    let few = compared(false).await.unwrap();
    assert_eq!(few.comparison.withheld, Some(Withheld::TooFew));
    assert!(
        few.headline
            .contains("up to 47 more viewable exposures and 5 more clicks each"),
        "{}",
        few.headline
    );
    let uneven = compared(true).await.unwrap();
    assert_eq!(uneven.comparison.withheld, Some(Withheld::SampleRatio));
    assert!(uneven.headline.contains("p < 0.001"), "{}", uneven.headline);
    world.close().await;
}

/// Visitors of a day, counted from the first, who saw a creative and of whom the first so many clicked it.
async fn day(world: &World, element: u64, day: u64, [seen, clicked]: [u64; 2]) {
    let client = world.store.client();
    for (sql, count) in [
        (
            "INSERT INTO exposures (site, time, visitor, pageview, host, path, device, element, viewable, visible_ms) \
             SELECT 'shop', fromUnixTimestamp64Milli({at:Int64} + number, 'UTC') AS time, cityHash64(number, time, {element:UInt64}), \
                 number, 'shop.example', '/', 'desktop', {element:UInt64}, 1, 2000 FROM numbers({count:UInt64})",
            seen,
        ),
        (
            "INSERT INTO events (site, time, received_at, visitor, pageview, kind, host, path, device, element) \
             SELECT 'shop', fromUnixTimestamp64Milli({at:Int64} + number, 'UTC') AS time, now(), \
                 cityHash64(number, time, {element:UInt64}), number, 'click', 'shop.example', '/', 'desktop', {element:UInt64} \
             FROM numbers({count:UInt64})",
            clicked,
        ),
    ] {
        let query = client.query(sql).param("element", element);
        let at = ORIGIN_MS + i64::try_from(day).unwrap() * 86_400_000;
        let query = query.param("at", at).param("count", count);
        query.execute().await.unwrap();
    }
}

#[tokio::test]
async fn what_a_day_proved_stays_proven_and_a_plan_says_how_long_more_takes() {
    let world = World::open().await;
    creative(&world, 1, "mug", "hero").await;
    creative(&world, 2, "pot", "hero").await;
    day(&world, 1, 0, [1000, 120]).await;
    day(&world, 2, 0, [1000, 50]).await;
    day(&world, 1, 3, [1000, 120]).await;
    day(&world, 2, 3, [1000, 150]).await;
    let (span, request) = (span(), request());
    let compared =
        |is_randomised| compare_ads(&world.store, &span, &request, Arms::Creative, is_randomised);
    let random = compared(true).await.unwrap();
    assert_eq!(random.comparison.verdict, Verdict::Proven, "{random:?}");
    let arms: Vec<_> = random
        .comparison
        .arms
        .iter()
        .map(|arm| (arm.name.as_str(), arm.exposures, arm.conversions))
        .collect();
    assert_eq!(arms, [("mug", 2000, 240), ("pot", 2000, 200)]);
    // Of an association only what there is now counts.
    let observed = compared(false).await.unwrap();
    assert_ne!(observed.comparison.verdict, Verdict::Proven);
    // 440 clicks of 4,000; 1,000 exposures of the three days before the last one.
    let plan = snag_analyzer::PlanRequest {
        difference: "10%".parse().unwrap(),
        rate: None,
    };
    let plan = random.planned(plan).unwrap().plan.unwrap();
    assert!((plan.rate - 0.11).abs() < 1e-9 && (plan.better - 0.121).abs() < 1e-9);
    assert_eq!(plan.so_far, 2000);
    assert!((plan.a_day - 1000.0 / 3.0).abs() < 1e-9, "{plan:?}");
    assert_eq!(
        plan.days,
        Some(((plan.exposures - 2000) * 3).div_ceil(1000))
    );
    world.close().await;
}

#[tokio::test]
async fn what_a_rotation_chose_is_random_without_being_said_to_be() {
    let world = World::open().await;
    for (number, ad) in [(1, "mug"), (2, "pot")] {
        rotated(&world, number, ad, "hero", "hero").await;
        creative(&world, number + 10, ad, "hero").await;
    }
    element(&world, 1, "/", [1000, 1000, 100]).await;
    element(&world, 2, "/", [1000, 1000, 300]).await;
    let (span, request) = (span(), request());
    let compared =
        |arms, is_randomised| compare_ads(&world.store, &span, &request, arms, is_randomised);
    let found = compared(Arms::Creative, false).await.unwrap();
    assert!(!found.comparison.is_association && found.comparison.sample_ratio.is_some());
    assert_eq!(
        found.notes,
        ["chance chose each of them, in the rotation \"hero\""]
    );
    // Before there was a rotation one of them stood there, much more often.
    element(&world, 11, "/before", [1000, 700, 0]).await;
    let found = compared(Arms::Creative, false).await.unwrap();
    let exposures = found.comparison.arms.iter().map(|arm| arm.exposures);
    assert_eq!(exposures.collect::<Vec<_>>(), [1000, 1000]);
    assert!(
        found.notes[1].starts_with("700 exposures are left out"),
        "{found:?}"
    );
    // Chance chose creatives; what they are part of it did not.
    let campaigns = compared(Arms::Campaign, false).await.unwrap();
    assert!(campaigns.comparison.is_association);
    // A creative that no rotation ever chose, and one of another rotation.
    creative(&world, 3, "vase", "hero").await;
    element(&world, 3, "/", [1000, 1000, 50]).await;
    let mixed = compared(Arms::Creative, false).await.unwrap();
    assert!(mixed.comparison.is_association);
    assert!(mixed.notes[0].starts_with("not all of these"), "{mixed:?}");
    rotated(&world, 3, "vase", "foot", "foot").await;
    let two = compared(Arms::Creative, false).await.unwrap();
    assert!(two.comparison.is_association && two.notes[0].contains("several rotations"));
    let one = AdsRequest {
        placement: Some("foot".into()),
        ..request.clone()
    };
    let alone = compare_ads(&world.store, &span, &one, Arms::Creative, false).await;
    assert_eq!(
        alone.unwrap().comparison.withheld,
        Some(Withheld::NothingToCompare)
    );
    world.close().await;
}
