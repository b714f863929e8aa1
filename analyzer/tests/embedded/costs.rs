//! Costs kept in the store: what goes in, what replaces what, and of which site it is.

use snag_analyzer::Error;
use snag_analyzer::costs::{Costs, Imported, import_costs, site_of_costs};

use crate::world::{SITE, World, page};

/// Keeps a file of one's own.
pub(crate) async fn import(world: &World, lines: &str) -> [u64; 3] {
    let file = format!("date,source,campaign,ad,impressions,clicks,cost,currency\n{lines}");
    let costs = Costs::read(file.as_bytes(), None).unwrap();
    let Imported {
        new,
        replaced,
        already,
    } = import_costs(&world.store, SITE, &costs).await.unwrap();
    [new, replaced, already]
}

async fn sum(world: &World) -> f64 {
    let sql = "SELECT toFloat64(sum(line.7)) AS cost FROM costs FINAL ARRAY JOIN lines AS line";
    world.store.client().query(sql).fetch_one().await.unwrap()
}

#[tokio::test]
async fn a_newer_export_replaces_the_same_days_of_a_campaign_whatever_ads_it_had() {
    let world = World::open().await;
    let by_campaign =
        "2026-01-05,google,spring,,100,5,10.00,EUR\n2026-01-06,google,spring,,100,5,0.10,EUR\n";
    assert_eq!(import(&world, by_campaign).await, [2, 0, 0]);
    assert_eq!(import(&world, by_campaign).await, [0, 0, 2]);
    assert_eq!(sum(&world).await, 10.1);
    let by_ad = "2026-01-05,google,spring,one,100,5,7.00,EUR\n2026-01-05,google,spring,two,100,5,5.00,EUR\n\
                 2026-01-06,google,spring,,100,5,0.10,EUR\n2026-01-06,facebook,spring,,100,5,1.00,EUR\n";
    assert_eq!(import(&world, by_ad).await, [1, 1, 1]);
    assert_eq!(sum(&world).await, 13.1);
    // What was told before may be told again.
    assert_eq!(import(&world, by_campaign).await, [0, 1, 1]);
    assert_eq!(sum(&world).await, 11.1);
    world.close().await;
}

#[tokio::test]
async fn costs_are_of_the_site_that_is_named_or_the_only_one() {
    let world = World::open().await;
    let of = |named: Option<&'static str>| site_of_costs(&world.store, named);
    let error = of(None).await.unwrap_err();
    assert!(error.to_string().contains("name it with --site"), "{error}");
    // Costs may be there before the first visit.
    assert_eq!(of(Some("shop")).await.unwrap(), "shop");
    world.add(&[page("ann", 0.0, "/")]).await;
    assert_eq!(of(None).await.unwrap(), "shop");
    let error = of(Some("shpo")).await.unwrap_err();
    assert!(matches!(error, Error::UnknownSite { .. }), "{error:?}");
    world
        .add(&[page("ann", 0.0, "/").with(|event| event.site = "blog".into())])
        .await;
    let error = of(None).await.unwrap_err().to_string();
    assert!(error.contains("blog") && error.contains("shop"), "{error}");
    world.close().await;
}
