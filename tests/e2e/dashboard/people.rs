//! Signing in and out, lost passwords, shared links, and what owners alone may do.

use std::time::Duration;

use super::{PASSWORD, Stage, cookie, form, shown};
use crate::harness::{place, run, wait_for};

#[tokio::test]
async fn signing_in_takes_the_password_and_signing_out_ends_it() {
    let place = place();
    let stage = Stage::start(&place.path().join("data")).await;
    let enter = async |email: &str, password: &str, brought: &str| {
        let body = form(&[
            ("email", email),
            ("password", password),
            ("next", "//evil.example"),
        ]);
        stage.ask("POST", "/sign-in", brought, body).await
    };
    let fixed = "snag=00000000000000000000000000000000";
    let entered = enter("Owner@Shop.example ", PASSWORD, fixed).await;
    assert_eq!(entered.status(), 303);
    assert_eq!(entered.headers()["location"], "/");
    let here = cookie(&entered);
    assert_ne!(here, fixed);
    assert_eq!(
        stage.page("/sites/shop/overview?period=all", fixed).await.0,
        401
    );
    assert_eq!(
        stage.page("/sites/shop/overview?period=all", &here).await.0,
        200
    );
    assert_eq!(stage.post("/sign-out", &here, &[]).await.0, 303);
    assert_eq!(stage.page("/sites/shop/overview", &here).await.0, 401);
    // Wrong ones are refused alike, and soon have to wait.
    let mut last = 0;
    for attempt in 0..6 {
        let email = ["owner@shop.example", "nobody@shop.example"][attempt % 2];
        let answer = enter(email, "wrong password", "").await;
        last = answer.status().as_u16();
        if last == 429 {
            assert!(answer.headers().contains_key("retry-after"));
            break;
        }
        let page = answer.text().await.expect("text");
        assert!(page.contains("do not belong together"), "{page}");
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_lost_password_is_replaced_from_the_command_line() {
    let place = place();
    let data = place.path().join("data");
    let stage = Stage::start(&data).await;
    let listed = run(&data, &["users", "list"]);
    assert!(listed.out.contains("owner of every site"), "{listed:?}");
    assert_eq!(
        run(&data, &["users", "reset", "nobody@shop.example"]).code,
        2
    );
    let reset = run(&data, &["users", "reset", "owner@shop.example"]);
    let path = reset.out.split_whitespace().next().expect("a link");
    let (_, path) = path.split_once("/welcome/").expect("a link");
    let path = format!("/welcome/{path}");
    let new = form(&[("password", "another long one")]);
    // The running dashboard hears of it within seconds.
    let mut status = 0;
    for _ in 0..60 {
        status = stage
            .ask("POST", &path, "", new.clone())
            .await
            .status()
            .as_u16();
        if status == 303 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(status, 303);
    assert_eq!(stage.ask("POST", &path, "", new).await.status(), 404);
    let enter = async |password: &str| {
        let body = form(&[("email", "owner@shop.example"), ("password", password)]);
        stage
            .ask("POST", "/sign-in", "", body)
            .await
            .status()
            .as_u16()
    };
    assert_eq!(enter(PASSWORD).await, 401);
    assert_eq!(enter("another long one").await, 303);
    assert_eq!(
        run(&data, &["users", "remove", "owner@shop.example"]).code,
        0
    );
    assert_eq!(run(&data, &["users", "list"]).code, 3);
}

#[tokio::test]
async fn an_owner_sets_how_long_visits_are_kept_and_removes_the_site() {
    let place = place();
    let data = place.path().join("data");
    let stage = Stage::start(&data).await;
    let all = "SELECT count() FROM events WHERE site = 'shop'";
    wait_for(&data, all, 150).await;
    // The visits are of January: nothing of them is younger than that.
    let kept = stage
        .post("/sites/shop/retention", &stage.owner, &[("days", "20000")])
        .await;
    assert_eq!(kept.0, 303, "{}", kept.1);
    let (_, settings) = stage.page("/sites/shop/settings", &stage.owner).await;
    assert!(settings.contains("value=\"20000\""), "{settings}");
    let wrong = stage
        .post("/sites/shop/retention", &stage.owner, &[("days", "many")])
        .await;
    assert_eq!(wrong.0, 400);
    wait_for(&data, all, 150).await;
    let refused = stage
        .post("/sites/shop/erase", &stage.owner, &[("name", "shpo")])
        .await;
    assert_eq!(refused.0, 400);
    wait_for(&data, all, 150).await;
    let removed = stage
        .post("/sites/shop/erase", &stage.owner, &[("name", "shop")])
        .await;
    assert_eq!(removed.0, 303, "{}", removed.1);
    for table in ["events", "sessions", "pages"] {
        wait_for(
            &data,
            &format!("SELECT count() FROM {table} WHERE site = 'shop'"),
            0,
        )
        .await;
    }
}

#[tokio::test]
async fn a_shared_link_shows_one_site_until_it_is_ended() {
    let place = place();
    let stage = Stage::start(&place.path().join("data")).await;
    let made = [("name", "for the agency"), ("password", "a long password")];
    let (status, page) = stage.post("/sites/shop/shared", &stage.owner, &made).await;
    assert_eq!(status, 200, "{page}");
    let link = shown(&page);
    let path = link
        .strip_prefix(&stage.serving.url)
        .expect("a place of this site")
        .to_owned();
    let open = async |password: &str| {
        stage
            .ask("POST", &path, "", form(&[("password", password)]))
            .await
    };
    assert_eq!(open("wrong password").await.status(), 403);
    let opened = open("a long password").await;
    assert_eq!(opened.status(), 303);
    let guest = cookie(&opened);
    assert_eq!(
        stage
            .page("/sites/shop/overview?period=all", &guest)
            .await
            .0,
        200
    );
    assert_eq!(stage.page("/sites/shop/settings", &guest).await.0, 403);
    assert_eq!(stage.page("/account", &guest).await.0, 403);
    let (_, settings) = stage.page("/sites/shop/settings", &stage.owner).await;
    let (_, rest) = settings
        .split_once("/sites/shop/shared/")
        .expect("the link is listed");
    let (_, rest) = rest
        .split_once("/sites/shop/shared/")
        .map_or(("", rest), |(_, rest)| ("", rest));
    let id = rest.split('/').next().expect("its name");
    let ended = stage
        .post(
            &format!("/sites/shop/shared/{id}/delete"),
            &stage.owner,
            &[],
        )
        .await;
    assert_eq!(ended.0, 303, "{}", ended.1);
    assert_eq!(stage.page("/sites/shop/overview", &guest).await.0, 401);
    assert_eq!(open("a long password").await.status(), 404);
}
