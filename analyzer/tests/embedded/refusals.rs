//! What is asked for and is not there.

use snag_analyzer::Error;

use crate::world::{World, between, custom, filtered, page, request, visitors};

#[tokio::test]
async fn an_unknown_site_names_those_there_are() {
    let world = World::of(&[
        custom("ann", 0.0, "a"),
        custom("ann", 0.0, "a").with(|event| event.site = "blog".into()),
    ])
    .await;
    let mut asked = request(&["event:a", "event:b"]);
    asked.site = "shpo".into();
    let error = world.funnel(&asked).await.unwrap_err();
    assert!(
        matches!(&error, Error::UnknownSite { known, .. } if known == &["shop", "blog"]),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        r#"no site "shpo": sites with events are "shop", "blog""#
    );
    world.close().await;
}

#[tokio::test]
async fn without_data_the_headline_tells_where_there_is_some() {
    let world = World::open().await;
    let asked = request(&["event:a", "event:b"]);
    let funnel = world.funnel(&asked).await.unwrap();
    assert_eq!(
        funnel.headline,
        "No events are stored yet, neither of this site nor of any other"
    );
    assert_eq!(
        (funnel.data, visitors(&funnel), funnel.from),
        (false, vec![0, 0], None)
    );

    let day = 86_400.0;
    world
        .add(&[custom("ann", 0.0, "a"), custom("ann", 9.0 * day, "b")])
        .await;
    let cases = [
        ("2026-02-01", "2026-02-28", "from 2026-02-01 to 2026-02-28"),
        ("2026-02-01", "", "from 2026-02-01 on"),
        ("", "2025-12-31", "until 2025-12-31"),
        // Between the first and the last event, and yet empty.
        ("2026-01-08", "2026-01-08", "on 2026-01-08"),
    ];
    for (from, to, when) in cases {
        let funnel = world
            .funnel(&between(asked.clone(), from, to))
            .await
            .unwrap();
        let expected = format!(
            "Site \"shop\" has no events {when}; it has events from 2026-01-05 to 2026-01-14"
        );
        assert_eq!(
            (funnel.headline, funnel.data, funnel.notes),
            (expected, false, vec![])
        );
    }
    world.close().await;
}

#[tokio::test]
async fn filters_that_leave_nothing_are_told() {
    let world = World::of(&[custom("ann", 0.0, "a")]).await;
    let funnel = world
        .funnel(&filtered(request(&["event:a", "event:b"]), "device=watch"))
        .await
        .unwrap();
    assert_eq!(
        funnel.headline,
        "No event of site \"shop\" at any time meets the filter"
    );
    assert!(funnel.data);
    let funnel = world
        .funnel(&filtered(
            request(&["event:x", "event:b"]),
            "device=desktop",
        ))
        .await
        .unwrap();
    assert_eq!(funnel.headline, "No visitor reached step 1 \"x\"");
    world.close().await;
}

#[tokio::test]
async fn a_funnel_has_two_to_twenty_steps() {
    let world = World::of(&[custom("ann", 0.0, "a")]).await;
    for steps in [0, 1, 21] {
        let error = world
            .funnel(&request(&vec!["event:a"; steps]))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Usage { .. }), "{error:?}");
        assert!(
            error
                .to_string()
                .contains("give 2 to 20 of them with --step"),
            "{error}"
        );
    }
    let funnel = world.funnel(&request(&["event:a"; 20])).await.unwrap();
    assert_eq!(visitors(&funnel).iter().sum::<u64>(), 1);
    world.close().await;
}

#[tokio::test]
async fn a_regex_that_only_the_engine_refuses_is_the_asker_s_fault() {
    let world = World::of(&[page("ann", 0.0, "/aaa")]).await;
    for step in ["page~'^/a{1001}$'", "page~'(?x)a'"] {
        let asked = request(&["page~^/a", step]);
        let error = world.funnel(&asked).await.unwrap_err();
        assert!(matches!(error, Error::Usage { .. }), "{step}: {error:?}");
        assert!(error.to_string().contains("RE2"), "{error}");
    }
    world.close().await;
}

#[tokio::test]
async fn a_step_that_nothing_ever_matched_is_told_with_near_names() {
    let day = 86_400.0;
    let world = World::of(&[
        custom("ann", 0.0, "purchase"),
        custom("ann", 1.0, "login"),
        page("ann", 2.0, "/checkout/1"),
        page("ann", 3.0, "/cart"),
        custom("ann", 9.0 * day, "late").prop("plan", "pro"),
    ])
    .await;
    world
        .add_elements(&[(1, "#pay", "Pay now", 0), (2, "#next", "Next", 0)])
        .await;
    let cases = [
        (
            "event:purchse",
            " at any time; near it are event:purchase, event:late, event:login",
        ),
        (
            "page:/chekout/1",
            " at any time; near it are page:/checkout/1, page:/cart",
        ),
        (
            "click:#pya",
            " at any time; near it are click:#pay, click:#next",
        ),
        (
            "click:text=Pay",
            " at any time; near it are click:text=Next, click:text=Pay now",
        ),
        (
            "page:https://shop.example/card",
            " at any time; near it are page:https://shop.example/cart, page:https://shop.example/checkout/1",
        ),
        // The name is there, its condition holds for none.
        ("event:late[plan=free]", " at any time"),
        // It is there, on another day.
        ("event:late", ""),
    ];
    for (step, said) in cases {
        let asked = between(
            request(&["event:purchase", step]),
            "2026-01-05",
            "2026-01-05",
        );
        let funnel = world.funnel(&asked).await.unwrap();
        assert_eq!(
            funnel.notes,
            [format!("step 2, {step}, matched no event{said}")],
            "{step}"
        );
    }
    world.close().await;
}
