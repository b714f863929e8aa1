//! Tokens and the API.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Stage, shown};
use crate::harness::{place, wait_for};

#[tokio::test]
async fn programs_read_write_and_send_with_tokens_of_their_scopes() {
    let place = place();
    let data = place.path().join("data");
    let stage = Stage::start(&data).await;
    let make = async |scopes: &[&str]| {
        let scopes: Vec<_> = scopes.iter().map(|scope| ("scope", *scope)).collect();
        let pairs = [&[("name", "a program")][..], &scopes].concat();
        let (status, page) = stage.post("/sites/shop/tokens", &stage.owner, &pairs).await;
        assert_eq!(status, 200, "{page}");
        shown(&page)
    };
    let (reads, sends) = (make(&["read"]).await, make(&["events"]).await);
    let call = async |method: &str, path: &str, token: &str, body: &str, key: Option<&str>| {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = stage
            .client
            .request(method, format!("{}/api/v1{path}", stage.serving.url))
            .header("authorization", format!("Bearer {token}"));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer = request
            .body(body.to_owned())
            .send()
            .await
            .expect("an answer");
        let status = answer.status().as_u16();
        let told = answer.text().await.expect("text");
        (
            status,
            serde_json::from_str::<Value>(&told).unwrap_or_default(),
        )
    };
    let (status, overview) = call(
        "GET",
        "/sites/shop/reports/overview?period=all",
        &reads,
        "",
        None,
    )
    .await;
    assert_eq!((status, &overview["now"]["visitors"]), (200, &json!(60)));
    let funnel =
        "/sites/shop/reports/funnel?period=all&step=page:/&step=event:%3Cb%3Ebought%3C/b%3E";
    let (status, funnel) = call("GET", funnel, &reads, "", None).await;
    assert_eq!((status, &funnel["steps"][1]["visitors"]), (200, &json!(30)));
    let goal = r#"{"step":"page:/thanks"}"#;
    assert_eq!(
        call("PUT", "/sites/shop/goals/bought", &reads, goal, None)
            .await
            .0,
        403
    );
    assert_eq!(
        call("GET", "/sites/shop/reports/pages", &sends, "", None)
            .await
            .0,
        403
    );
    assert_eq!(
        call("GET", "/sites/other/reports/pages", &reads, "", None)
            .await
            .0,
        403
    );
    assert_eq!(call("GET", "/sites", "unknown", "", None).await.0, 401);

    let writes = make(&["write"]).await;
    assert_eq!(
        call("PUT", "/sites/shop/goals/bought", &writes, goal, None)
            .await
            .0,
        204
    );
    assert_eq!(
        call("DELETE", "/sites/shop/goals/bought", &writes, "", None)
            .await
            .0,
        204
    );
    // What is named by the place is not there; what is named in the body makes it a bad one.
    for (method, path, body, status) in [
        ("DELETE", "/sites/shop/goals/bought", "", 404),
        ("DELETE", "/sites/shop/funnels/none", "", 404),
        (
            "PUT",
            "/sites/shop/findings/none",
            r#"{"state":"muted"}"#,
            404,
        ),
        (
            "PUT",
            "/sites/shop/funnels/way",
            r#"{"steps":["page:/","goal:none"]}"#,
            400,
        ),
    ] {
        let answered = call(method, path, &writes, body, None).await;
        assert_eq!(answered.0, status, "{method} {path}: {}", answered.1);
    }

    let event = |visitor: &str, site: &str| {
        let line = json!({ "site": site, "visitor": visitor, "time": "2026-01-06T10:00:00Z", "event": "pageview",
            "url": "https://shop.example/" });
        format!("{line}\n")
    };
    let body = event("x", "shop") + &event("y", "shop");
    for _ in 0..2 {
        let (status, taken) = call("POST", "/events", &sends, &body, Some("one")).await;
        assert_eq!((status, &taken["events"]), (200, &json!(2)));
    }
    let on_the_day = "SELECT count() FROM events WHERE toDate(time) = '2026-01-06'";
    wait_for(&data, on_the_day, 2).await;
    // Another body under the key is not taken for the first one.
    let third = event("z", "shop");
    let (status, taken) = call("POST", "/events", &sends, &third, Some("one")).await;
    assert_eq!((status, &taken["events"]), (200, &json!(1)));
    wait_for(&data, on_the_day, 3).await;
    // Without a key the same is said once more.
    assert_eq!(call("POST", "/events", &sends, &body, None).await.0, 200);
    wait_for(&data, on_the_day, 5).await;
    for (body, status) in [
        (event("x", "other"), 403),
        (event("x", "shop") + "{\"site\":1}\n", 400),
        (String::new(), 400),
    ] {
        assert_eq!(
            call("POST", "/events", &sends, &body, None).await.0,
            status,
            "{body}"
        );
    }
    assert_eq!(call("POST", "/events", &reads, &body, None).await.0, 403);
    tokio::time::sleep(Duration::from_millis(200)).await;
    wait_for(&data, on_the_day, 5).await;
}
