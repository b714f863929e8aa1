//! Links by who saw and clicked them.

use snag_analyzer::reports::links::Verdict;
use snag_analyzer::{Links, LinksRequest, Period, Span, links};

use crate::world::{ORIGIN_MS, SITE, World};

fn span(filters: &str) -> Span {
    Span {
        site: SITE.into(),
        period: Period::all(),
        filters: match filters {
            "" => Vec::new(),
            filters => filters.parse::<snag_analyzer::Filters>().unwrap().0,
        },
        limit: 100,
    }
}

fn request() -> LinksRequest {
    LinksRequest {
        page: None,
        groups: Vec::new(),
        threshold: 0.005,
    }
}

/// An element that so many visitors had on a page, of whom the first so many saw and clicked it.
pub(crate) async fn element(
    world: &World,
    element: u64,
    path: &str,
    [shown, seen, clicked]: [u64; 3],
) {
    let client = world.store.client();
    for sql in [
        "INSERT INTO exposures (site, time, visitor, pageview, host, path, device, element, viewable, visible_ms) \
         SELECT 'shop', fromUnixTimestamp64Milli({at:Int64} + number, 'UTC'), number + 1, cityHash64(number, {path:String}), \
             'shop.example', {path:String}, 'desktop', {element:UInt64}, number < {seen:UInt64}, 2000 FROM numbers({shown:UInt64})",
        "INSERT INTO events (site, time, received_at, visitor, pageview, kind, host, path, device, element) \
         SELECT 'shop', fromUnixTimestamp64Milli({at:Int64} + number, 'UTC'), now(), number + 1, cityHash64(number, {path:String}), \
             'click', 'shop.example', {path:String}, 'desktop', {element:UInt64} FROM numbers({clicked:UInt64})",
    ] {
        client
            .query(sql)
            .param("at", ORIGIN_MS)
            .param("path", path)
            .param("element", element)
            .param("shown", shown)
            .param("seen", seen)
            .param("clicked", clicked)
            .execute()
            .await
            .unwrap();
    }
}

async fn name(world: &World, element: u64, tag: &str, text: &str, href: &str) {
    let sql = "INSERT INTO elements (site, element, selector, tag, type, text, href, seen_at) \
               SELECT 'shop', {element:UInt64}, concat('#e', toString({element:UInt64})), {tag:String}, \
                   multiIf({tag:String} = 'button', 'button', {tag:String} = 'input', 'tel', ''), {text:String}, {href:String}, now64(3)";
    let query = world.store.client().query(sql).param("element", element);
    let query = query
        .param("tag", tag)
        .param("text", text)
        .param("href", href);
    query.execute().await.unwrap();
}

async fn event(world: &World, visitors: u64, kind: &str, path: &str, element: u64, status: u32) {
    let sql = "INSERT INTO events (site, time, received_at, seq, visitor, pageview, kind, host, path, device, element, amount, title) \
               SELECT 'shop', fromUnixTimestamp64Milli({at:Int64} + 60000 + number, 'UTC'), now(), 1, number + 1, \
                   cityHash64(number, {path:String}), {kind:String}, 'shop.example', {path:String}, 'desktop', {element:UInt64}, \
                   {status:UInt32}, if({path:String} = '/soft', 'Page not found - Shop', 'Shop') FROM numbers({visitors:UInt64})";
    let query = world.store.client().query(sql).param("at", ORIGIN_MS);
    let query = query
        .param("path", path)
        .param("kind", kind)
        .param("element", element);
    let query = query.param("status", status).param("visitors", visitors);
    query.execute().await.unwrap();
}

fn verdicts(links: &Links) -> Vec<(&str, Verdict)> {
    let of = |link: &'_ snag_analyzer::reports::links::Link| (link.name.clone(), link.verdict);
    let mut found: Vec<(&str, Verdict)> = links
        .links
        .iter()
        .map(|link| (link.name.as_str(), of(link).1))
        .collect();
    found.sort_by_key(|(name, _)| *name);
    found
}

async fn shop() -> World {
    let world = World::open().await;
    for (number, tag, text, href) in [
        (1, "a", "Cart", "/cart"),
        (2, "a", "Gift cards", "/gifts"),
        (3, "a", "Imprint", "/imprint"),
        (4, "button", "Compare", ""),
        (5, "a", "Sizes", "/sizes"),
        (6, "a", "Basket", "/cart"),
        (7, "div", "Picture", ""),
        (8, "input", "A field", ""),
    ] {
        name(&world, number, tag, text, href).await;
    }
    element(&world, 1, "/", [1000, 1000, 300]).await;
    element(&world, 2, "/", [1000, 900, 0]).await;
    element(&world, 3, "/", [1000, 20, 0]).await;
    element(&world, 4, "/", [1000, 400, 0]).await;
    element(&world, 6, "/", [1000, 1000, 90]).await;
    element(&world, 8, "/", [1000, 1000, 90]).await;
    // On twelve pages of products, which are one group, and on the home page, where it is dead.
    for product in 0..12 {
        element(&world, 5, &format!("/product/{product}"), [100, 100, 30]).await;
        event(
            &world,
            1,
            "pageview",
            &format!("/product/{product}"),
            0,
            200,
        )
        .await;
    }
    element(&world, 5, "/", [1000, 1000, 0]).await;
    world
}

#[tokio::test]
async fn each_link_of_the_inventory_gets_its_verdict_also_those_nobody_clicked() {
    let world = shop().await;
    let found = links(&world.store, &span(""), &request()).await.unwrap();
    assert_eq!(
        verdicts(&found),
        [
            ("Basket", Verdict::Working),
            ("Cart", Verdict::Working),
            // None of 400 is not yet less than 0.5 %; half of the links there are not clicked, so that is no less than usual.
            ("Compare", Verdict::Undecided),
            ("Gift cards", Verdict::Dead),
            ("Imprint", Verdict::Unseen),
            ("Sizes", Verdict::Working),
        ]
    );
    let of = |name: &str| found.links.iter().find(|link| link.name == name).unwrap();
    let gifts = of("Gift cards");
    assert_eq!((gifts.exposed, gifts.clickers, gifts.shown), (900, 0, 1000));
    assert_eq!(of("Compare").undecided_for, Some(198));
    let sizes = of("Sizes");
    assert_eq!((sizes.page.as_str(), sizes.pages), ("/", 2));
    let elsewhere: Vec<_> = sizes
        .stands_out
        .iter()
        .map(|one| (one.page.as_str(), one.verdict))
        .collect();
    assert_eq!(elsewhere, [("/", Verdict::Dead)]);
    assert!(
        found
            .headline
            .contains("\"Gift cards\" was seen by 900 and clicked by none"),
        "{}",
        found.headline
    );
    // The two ways to the cart on the home page.
    assert_eq!(found.rivals.len(), 1);
    assert_eq!(
        found.rivals[0].links,
        [("Cart".to_owned(), 300), ("Basket".to_owned(), 90)]
    );

    let mut of_products = request();
    of_products.page = Some("page:/product/*".parse().unwrap());
    let found = links(&world.store, &span(""), &of_products).await.unwrap();
    assert_eq!(verdicts(&found), [("Sizes", Verdict::Working)]);
    assert_eq!(found.links[0].page, "/product/*");
    let mut by_hand = request();
    by_hand.groups = vec!["/product/1*".parse().unwrap()];
    let found = links(&world.store, &span(""), &by_hand).await.unwrap();
    let sizes = found
        .links
        .iter()
        .find(|link| link.name == "Sizes")
        .unwrap();
    // The home page, the group of /product/1, 10 and 11, and the nine others.
    assert_eq!(sizes.pages, 11);
    let none = links(&world.store, &span("device=mobile"), &request())
        .await
        .unwrap();
    assert!(none.links.is_empty() && none.notes.len() == 1);
    let error = links(&world.store, &span("country=DE"), &request())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("device, host, path"), "{error}");
    world.close().await;
}

#[tokio::test]
async fn broken_pages_and_clicks_that_go_wrong_are_told_with_where_they_are() {
    let world = shop().await;
    event(&world, 40, "pageview", "/gifts", 0, 404).await;
    event(&world, 8, "pageview", "/soft", 0, 200).await;
    event(&world, 20, "pageview", "/", 0, 200).await;
    event(&world, 5, "dead", "/", 4, 0).await;
    event(&world, 12, "dead", "/", 7, 0).await;
    event(&world, 3, "rage", "/", 7, 0).await;
    event(&world, 12, "click", "/", 7, 0).await;
    snag_sessions::catch_up(&world.store).await.unwrap();
    let found = links(&world.store, &span(""), &request()).await.unwrap();
    let broken: Vec<_> = found
        .broken
        .iter()
        .map(|page| (page.path.as_str(), page.status, page.visitors))
        .collect();
    assert_eq!(broken, [("/gifts", 404, 40), ("/soft", 200, 8)]);
    assert_eq!(found.broken[0].elements, ["Gift cards"]);
    assert!(!found.broken[0].came_from.is_empty());
    let wrong: Vec<_> = found
        .wrong
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.is_control,
                one.clickers,
                one.dead,
                one.rage,
            )
        })
        .collect();
    assert_eq!(
        wrong,
        [("Picture", false, 12, 12, 3), ("Compare", true, 5, 5, 0)]
    );
    assert!(
        found
            .headline
            .starts_with("2 pages are not there, \"/gifts\" for 40 visitors"),
        "{}",
        found.headline
    );
    world.close().await;
}
