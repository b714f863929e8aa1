//! Moves from page to page.

use snag_analyzer::{PathsRequest, Period, Span, paths};

use crate::world::{SITE, World, custom, page};

fn span() -> Span {
    Span {
        site: SITE.into(),
        period: Period::all(),
        filters: Vec::new(),
        limit: 20,
    }
}

async fn moves(world: &World, pages: Option<&str>, is_back: bool) -> Vec<(String, String, u64)> {
    let request = PathsRequest {
        page: pages.map(|pages| pages.parse().unwrap()),
        is_back,
    };
    let found = paths(&world.store, &span(), &request).await.unwrap();
    found
        .rows
        .into_iter()
        .map(|row| (row.page, row.other.unwrap_or_default(), row.moves))
        .collect()
}

fn told(rows: &[(&str, &str, u64)]) -> Vec<(String, String, u64)> {
    let owned =
        |(page, other, moves): &(&str, &str, u64)| ((*page).into(), (*other).into(), *moves);
    rows.iter().map(owned).collect()
}

#[tokio::test]
async fn moves_of_a_page_add_up_to_its_pageviews_in_both_directions() {
    let world = World::of(&[
        page("ann", 0.0, "/a"),
        custom("ann", 1.0, "between"),
        page("ann", 2.0, "/b"),
        page("ann", 3.0, "/a"),
        page("bob", 0.0, "/a"),
        page("bob", 1.0, "/b"),
        // A visit of its own, an hour later.
        page("bob", 3601.0, "/b/2"),
    ])
    .await;
    snag_sessions::catch_up(&world.store).await.unwrap();
    let forward = [
        ("/a", "/b", 2),
        ("/a", "", 1),
        ("/b", "", 1),
        ("/b", "/a", 1),
        ("/b/2", "", 1),
    ];
    assert_eq!(moves(&world, None, false).await, told(&forward));
    let backward = [
        ("/a", "", 2),
        ("/b", "/a", 2),
        ("/a", "/b", 1),
        ("/b/2", "", 1),
    ];
    assert_eq!(moves(&world, None, true).await, told(&backward));
    assert_eq!(
        moves(&world, Some("page:/b*"), true).await,
        told(&[("/b", "/a", 2), ("/b/2", "", 1)])
    );
    assert_eq!(moves(&world, Some("page:/none"), false).await, told(&[]));
    let request = PathsRequest {
        page: Some("event:between".parse().unwrap()),
        is_back: false,
    };
    let error = paths(&world.store, &span(), &request).await.unwrap_err();
    assert!(error.to_string().contains("does not name pages"), "{error}");
    world.close().await;
}
