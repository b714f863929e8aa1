//! Orders, exclusions, optional steps, repeated steps and worth, over events written by hand.

use snag_analyzer::{FunnelRequest, Order};

use crate::world::{Event, World, click, custom, page, request, visitor, visitors};

fn asked(steps: &[&str], order: Order, exclusions: &[&str]) -> FunnelRequest {
    let mut asked = request(steps);
    asked.order = order;
    asked.exclusions = exclusions
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    asked
}

#[tokio::test]
async fn orders_differ_in_what_may_lie_between() {
    let world = World::of(&[
        custom("straight", 0.0, "a"),
        custom("straight", 1.0, "b"),
        custom("between", 0.0, "a"),
        page("between", 0.5, "/elsewhere"),
        custom("between", 1.0, "b"),
        // What the tracker found out is nothing that someone did.
        custom("raging", 0.0, "a"),
        page("raging", 0.5, "/").with(|event| event.kind = 4),
        custom("raging", 1.0, "b"),
        custom("backwards", 0.0, "b"),
        custom("backwards", 1.0, "a"),
        custom("only b", 0.0, "b"),
        // Events of one time follow each other as they were reported where that matters.
        custom("at once", 0.0, "b").with(|event| event.seq = 2),
        custom("at once", 0.0, "a").with(|event| event.seq = 1),
        click("nobody", 0.0, 1),
    ])
    .await;
    for (order, expected) in [
        (Order::Ordered, [5, 4]),
        (Order::Strict, [5, 3]),
        (Order::Any, [6, 5]),
    ] {
        let funnel = world
            .funnel(&asked(&["event:a", "event:b"], order, &[]))
            .await
            .unwrap();
        assert_eq!(visitors(&funnel), expected, "{order}");
        assert_eq!(funnel.order, order.name());
    }
    let any = world
        .funnel(&asked(&["event:a", "event:b"], Order::Any, &[]))
        .await
        .unwrap();
    let names: Vec<&str> = any.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, ["any 1 of 2", "any 2 of 2"]);
    world.close().await;
}

#[tokio::test]
async fn what_is_excluded_takes_a_visitor_out_unless_an_attempt_is_clean() {
    let world = World::of(&[
        custom("clean", 0.0, "a"),
        custom("clean", 1.0, "b"),
        custom("clean", 2.0, "login"),
        custom("clean", 3.0, "c"),
        custom("void", 0.0, "a"),
        custom("void", 1.0, "login"),
        custom("void", 2.0, "b"),
        custom("again", 0.0, "a"),
        custom("again", 1.0, "login"),
        custom("again", 2.0, "a"),
        custom("again", 3.0, "b"),
    ])
    .await;
    let steps = ["event:a", "event:b", "event:c"];
    let cases: [(&[&str], [u64; 3]); 4] = [
        (&[], [3, 3, 1]),
        (&["event:login@1..2"], [2, 2, 1]),
        (&["event:login"], [1, 1, 0]),
        (&["event:login@1..2", "event:c@1..2"], [2, 2, 1]),
    ];
    for (exclusions, expected) in cases {
        let funnel = world
            .funnel(&asked(&steps, Order::Ordered, exclusions))
            .await
            .unwrap();
        assert_eq!(visitors(&funnel), expected, "{exclusions:?}");
        assert_eq!(funnel.exclusions, exclusions);
    }
    world.close().await;
}

#[tokio::test]
async fn optional_steps_lose_nobody() {
    let world = World::of(&[
        custom("ann", 0.0, "cart"),
        custom("ann", 1.0, "coupon"),
        custom("ann", 2.0, "pay"),
        custom("bob", 0.0, "cart"),
        custom("bob", 5.0, "pay"),
        custom("cleo", 0.0, "cart"),
        custom("cleo", 1.0, "coupon"),
        custom("dan", 0.0, "cart"),
    ])
    .await;
    let funnel = world
        .funnel(&request(&["event:cart", "event:coupon?", "event:pay"]))
        .await
        .unwrap();
    assert_eq!(visitors(&funnel), [4, 2, 2]);
    let lost: Vec<u64> = funnel.steps.iter().map(|step| step.drop_off).collect();
    assert_eq!(lost, [0, 0, 2]);
    assert_eq!(funnel.steps[2].rate_from_previous, Some(0.5));
    assert_eq!(funnel.steps[0].abandon.as_ref().unwrap().visitors, 2);
    assert_eq!(funnel.steps[1].abandon, None);
    // From the coupon a second, from the cart five.
    assert_eq!(funnel.steps[2].mean_seconds, Some(3.0));
    assert_eq!(funnel.steps[1].name, "coupon");
    world.close().await;
}

#[tokio::test]
async fn worth_is_that_of_the_events_that_served_a_step() {
    let worth = |event: Event, amount: f64, currency: &str| {
        event.with(|event| (event.value, event.currency) = (Some(amount), currency.into()))
    };
    let world = World::of(&[
        worth(custom("ann", 0.0, "cart"), 0.5, "EUR"),
        worth(custom("ann", 1.0, "buy"), 10.0, "EUR"),
        worth(custom("ann", 2.0, "buy"), 99.0, "EUR"),
        custom("bob", 0.0, "cart"),
        worth(custom("bob", 1.0, "buy"), 5.0, "USD"),
        custom("cleo", 0.0, "cart"),
        custom("cleo", 1.0, "buy"),
        // Only the first step, and worth something.
        worth(custom("dan", 0.0, "cart"), 0.25, "EUR"),
    ])
    .await;
    let funnel = world
        .funnel(&request(&["event:cart", "event:buy"]))
        .await
        .unwrap();
    let revenue: Vec<Vec<(&str, f64)>> = funnel
        .steps
        .iter()
        .map(|step| {
            step.revenue
                .iter()
                .map(|(currency, amount)| (currency.as_str(), *amount))
                .collect()
        })
        .collect();
    assert_eq!(
        revenue,
        [vec![("EUR", 0.75)], vec![("EUR", 10.0), ("USD", 5.0)]]
    );
    world.close().await;
}

#[tokio::test]
async fn a_strict_run_goes_over_midnight() {
    let world = World::of(&[
        custom("yesterday", 0.0, "a"),
        custom("today", 10.0, "b").with(|event| event.visitor_before = visitor("yesterday")),
        custom("today", 20.0, "c"),
    ])
    .await;
    let funnel = world
        .funnel(&asked(
            &["event:a", "event:b", "event:c"],
            Order::Strict,
            &[],
        ))
        .await
        .unwrap();
    assert_eq!(visitors(&funnel), [1, 1, 1]);
    world.close().await;
}
