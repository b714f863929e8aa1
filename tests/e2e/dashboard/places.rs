//! Every place there is, tried by nobody, by a viewer, by pages of others, and with what visitors may have sent.

use std::collections::BTreeSet;

use snag_web::{Role, places};

use super::{Stage, filled, form, mark};
use crate::harness::place;

#[tokio::test]
async fn nobody_sees_anything_and_a_viewer_changes_nothing() {
    let place = place();
    let stage = Stage::start(&place.path().join("data")).await;
    let viewer = stage.invited("viewer").await;
    let open: BTreeSet<&str> = places()
        .filter(|one| one.is_open)
        .map(|one| one.path)
        .collect();
    // All that is open shows who asks nothing but how to get in; the root and the overlay refuse them by themselves.
    let known = [
        "/",
        "/assets/{file}",
        "/overlay/data",
        "/shared/{secret}",
        "/sign-in",
        "/welcome/{secret}",
    ];
    assert_eq!(open, BTreeSet::from(known));
    for path in ["/", "/overlay/data?path=/"] {
        assert_eq!(stage.page(path, "").await.0, 401, "{path}");
    }
    let (mut closed, mut writes, mut reads) = (0, 0, 0);
    for one in places().filter(|place| !place.is_open) {
        let path = filled(one.path);
        for who in ["", "snag=0123456789abcdef"] {
            let answer = stage.ask(one.method, &path, who, String::new()).await;
            assert_eq!(answer.status(), 401, "{} {path}", one.method);
        }
        closed += 1;
        let Some(role) = one.role else { continue };
        let (_, account) = stage.page("/account", &viewer).await;
        let body = form(&[("csrf", &mark(&account))]);
        let answer = stage.ask(one.method, &path, &viewer, body).await;
        let status = answer.status().as_u16();
        if role > Role::Viewer {
            assert_eq!(status, 403, "{} {path}", one.method);
            writes += 1;
        } else {
            // There may be nothing of that name, no audit yet, or no page asked for; nothing is broken.
            assert!(
                matches!(status, 200 | 400 | 404),
                "{} {path}: {status}",
                one.method
            );
            reads += 1;
        }
    }
    assert!(
        closed > 30 && writes > 15 && reads > 15,
        "{closed} {writes} {reads}"
    );
    // Of another site they do not even learn whether it is there.
    assert_eq!(stage.page("/sites/other", &viewer).await.0, 404);
}

#[tokio::test]
async fn forms_are_taken_from_own_pages_alone_and_names_of_others_are_refused() {
    let place = place();
    let stage = Stage::start(&place.path().join("data")).await;
    let to = "/sites/shop/goals";
    let goal = [("name", "bought"), ("step", "event:bought")];
    let plain = stage.ask("POST", to, &stage.owner, form(&goal)).await;
    assert_eq!(plain.status(), 403);
    let (_, account) = stage.page("/account", &stage.owner).await;
    let mark = mark(&account);
    let marked = form(&[&goal[..], &[("csrf", &mark)]].concat());
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("host", "evil.example"),
    ] {
        let request = stage.client.post(format!("{}{to}", stage.serving.url));
        let request = request.header("cookie", &stage.owner).header(name, value);
        let answer = request
            .body(marked.clone())
            .send()
            .await
            .expect("an answer");
        assert!(
            matches!(answer.status().as_u16(), 400 | 403),
            "{name}: {}",
            answer.status()
        );
    }
    assert_eq!(
        stage.ask("POST", to, &stage.owner, marked).await.status(),
        303
    );
    // What binds a browser is on every answer, also on refusals.
    for path in ["/", "/sites/shop/overview", "/sign-in", "/sites/nowhere"] {
        let answer = stage.ask("GET", path, &stage.owner, String::new()).await;
        let policy = answer
            .headers()
            .get("content-security-policy")
            .expect("a policy");
        assert!(
            policy
                .to_str()
                .expect("text")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(
            answer.headers()["x-content-type-options"],
            "nosniff",
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_visitors_sent_is_shown_as_text() {
    let place = place();
    let stage = Stage::start(&place.path().join("data")).await;
    let hostile =
        "?period=all&page=%3Cscript%3Ealert(2)%3C/script%3E&where=device%3D%3Cb%3E'%20OR%201%3D1";
    let mut looked_at = 0;
    for one in places().filter(|place| place.method == "GET" && place.role.is_some()) {
        if one.path.starts_with("/api/") || one.path.contains("export") {
            continue;
        }
        for query in ["?period=all", hostile] {
            let path = filled(one.path) + query;
            let (status, page) = stage.page(&path, &stage.owner).await;
            assert!(status < 500, "{path}: {status}");
            assert!(!page.contains("<script>alert"), "{path}");
            assert!(!page.contains("<img src=x"), "{path}");
            assert!(!page.contains("<b>bought"), "{path}");
            looked_at += 1;
        }
    }
    assert!(looked_at > 20);
    let (_, funnels) = stage
        .page("/sites/shop/funnels?period=all", &stage.owner)
        .await;
    assert!(funnels.contains("&#60;b&#62;bought"), "{funnels}");
    // Paths out of the place, and headers in it, lead nowhere.
    for path in [
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/sign-in?next=%0d%0aSet-Cookie:x=1",
    ] {
        let answer = stage.ask("GET", path, "", String::new()).await;
        assert!(
            answer.status() == 404 || path.starts_with("/sign-in"),
            "{path}"
        );
        assert!(!answer.headers().contains_key("set-cookie"), "{path}");
    }
}
