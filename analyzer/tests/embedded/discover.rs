//! Funnels that nobody set up, found in visits whose flow is known.

use snag_analyzer::definitions::save_goal;
use snag_analyzer::{Discovered, Period, Span, discover};

use crate::world::{Event, SITE, World, click, custom, page};

async fn found(world: &World) -> Discovered {
    snag_sessions::catch_up(&world.store).await.unwrap();
    let span = Span {
        site: SITE.into(),
        period: Period::all(),
        filters: Vec::new(),
        limit: 20,
    };
    discover(&world.store, &span).await.unwrap()
}

fn proposals(found: &Discovered) -> Vec<(&str, Vec<&str>, u64)> {
    found
        .proposals
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.steps.iter().map(String::as_str).collect(),
                one.reached,
            )
        })
        .collect()
}

/// Visitors who come by one of twenty products, of whom every second buys; one in three of the buyers skips screen 2.
fn shop() -> Vec<Event> {
    let mut events = Vec::new();
    for visitor in 0..120 {
        let who = format!("v{visitor}");
        let mut second = 0.0;
        let mut next = || {
            second += 5.0;
            second
        };
        if visitor % 2 == 0 {
            events.push(page(&who, next(), "/"));
        }
        events.push(page(&who, next(), &format!("/product/{}", visitor % 20)));
        if visitor % 4 < 2 {
            continue;
        }
        events.push(page(&who, next(), "/buy/1"));
        if visitor % 3 > 0 {
            events.push(page(&who, next(), "/buy/2"));
        }
        events.push(click(&who, next(), 7));
        events.push(page(&who, next(), "/buy/3"));
        events.push(custom(&who, next(), "coupon seen"));
        let bought = custom(&who, next(), "done").with(|event| {
            (event.value, event.currency) = (Some(9.5), "EUR".into());
        });
        events.push(bought);
        // What comes afterwards is no step to it.
        events.push(page(&who, next(), "/thanks"));
    }
    // Too few have written to say anything.
    for visitor in 0..5 {
        let who = format!("w{visitor}");
        events.push(page(&who, 0.0, "/contact"));
        events.push(custom(&who, 5.0, "").with(|event| event.kind = 11));
    }
    events
}

#[tokio::test]
async fn funnels_are_found_backwards_from_what_was_paid_for_and_submitted() {
    let world = World::of(&shop()).await;
    let told = found(&world).await;
    let steps = vec![
        "page:/product/*",
        "page:/buy/1",
        "page:/buy/2",
        "page:/buy/3",
        "event:coupon seen",
        "event:done",
    ];
    assert_eq!(proposals(&told), [("done", steps, 60)]);
    let rate = told.proposals[0].rate.unwrap();
    assert!((rate - 60.0 / 125.0).abs() < 1e-9);
    assert!(
        told.notes
            .iter()
            .any(|note| note.starts_with("event:form_submit[path=/]: not enough data, 5")),
        "{:?}",
        told.notes
    );
    // The command is one that runs.
    let request: Vec<String> = told.proposals[0].steps.clone();
    let request: Vec<&str> = request.iter().map(String::as_str).collect();
    assert_eq!(world.reached(&request).await.first(), Some(&120));

    let step = "page:/buy/3".parse().unwrap();
    save_goal(&world.store, SITE, &"last-screen".parse().unwrap(), &step)
        .await
        .unwrap();
    let told = found(&world).await;
    let of_goal = &told
        .proposals
        .iter()
        .find(|one| one.name == "last-screen")
        .unwrap()
        .steps;
    assert_eq!(of_goal.last().map(String::as_str), Some("goal:last-screen"));
    assert_eq!(of_goal[0], "page:/product/*");
    world.close().await;
}

#[tokio::test]
async fn without_events_and_forms_pages_that_look_like_an_end_are_targets() {
    let mut events = Vec::new();
    for visitor in 0..40 {
        let who = format!("v{visitor}");
        for (second, path) in [(0.0, "/"), (5.0, "/plans"), (9.0, "/join")] {
            events.push(page(&who, second, path));
        }
        if visitor < 30 {
            events.push(page(&who, 20.0, "/join/thank-you"));
        }
    }
    let world = World::of(&events).await;
    let told = found(&world).await;
    let steps = vec![
        "page:/",
        "page:/plans",
        "page:/join",
        "page:/join/thank-you",
    ];
    assert_eq!(proposals(&told), [("join-thank-you", steps, 30)]);
    world.close().await;

    let nobody = World::of(&[page("ann", 0.0, "/")]).await;
    let told = found(&nobody).await;
    assert!(told.proposals.is_empty() && told.headline.starts_with("no funnel was found"));
    nobody.close().await;
}
