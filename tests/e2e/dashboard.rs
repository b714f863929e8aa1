//! Who may see what: every place there is, tried by nobody, by a viewer, by pages of others; signing in; the API.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use snag_web::{Role, places};

use crate::harness::{Serving, place, run, wait_for};

const PASSWORD: &str = "correct horse battery";

/// A dashboard with a site, `shop`, whose texts are hostile, and its owner.
struct Stage {
    serving: Serving,
    client: Client,
    owner: Cookie,
}

type Cookie = String;

/// Events of a site: a shop in which some buy, with markup and SQL where visitors may have put it.
fn events(visitors: usize) -> String {
    let line = |visitor: usize, second: usize, event: &str, path: &str| {
        let line = json!({ "site": "shop", "visitor": format!("v{visitor}"), "event": event,
            "time": format!("2026-01-05T10:{:02}:{second:02}Z", visitor % 60),
            "url": format!("https://shop.example{path}"), "title": "<img src=x onerror=alert(1)>' OR 1=1 --" });
        format!("{line}\n")
    };
    let mut lines = String::new();
    for visitor in 0..visitors {
        lines += &line(visitor, 0, "pageview", "/");
        lines += &line(visitor, 5, "pageview", "/<script>alert(1)</script>");
        if visitor % 2 == 0 {
            lines += &line(visitor, 10, "<b>bought</b>", "/thanks");
        }
    }
    lines
}

fn form(pairs: &[(&str, &str)]) -> String {
    let encoded = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => (byte as char).to_string(),
                byte => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The cookie that an answer sets.
fn cookie(response: &Response) -> Cookie {
    let set = response.headers().get("set-cookie").expect("a cookie");
    let set = set.to_str().expect("text");
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Lax"),
        "{set}"
    );
    set.split(';').next().expect("a pair").to_owned()
}

/// What the forms of a page bear.
fn mark(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").expect("a form");
    rest.split('"').next().expect("a mark").to_owned()
}

impl Stage {
    async fn start(data: &Path) -> Self {
        let file = data.with_file_name("events.ndjson");
        std::fs::write(&file, events(60)).expect("write");
        let file = file.to_str().expect("a path");
        assert_eq!(run(data, &["import", "events", file]).code, 0);
        let serving = Serving::start(data);
        let said = serving.says("no owner yet");
        let welcome = said
            .split_whitespace()
            .find(|word| word.contains("/welcome/"));
        let welcome = welcome.expect("where to begin").to_owned();
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let mut stage = Self {
            serving,
            client,
            owner: String::new(),
        };
        stage.owner = stage.join(&welcome, "owner@shop.example").await;
        stage
    }

    async fn join(&self, welcome: &str, email: &str) -> Cookie {
        let body = form(&[("email", email), ("password", PASSWORD)]);
        let joined = self
            .client
            .post(welcome)
            .body(body)
            .send()
            .await
            .expect("an answer");
        assert_eq!(joined.status(), 303);
        cookie(&joined)
    }

    async fn ask(&self, method: &str, path: &str, who: &str, body: String) -> Response {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self
            .client
            .request(method, format!("{}{path}", self.serving.url))
            .header("cookie", who)
            .body(body);
        request.send().await.expect("an answer")
    }

    async fn page(&self, path: &str, who: &str) -> (u16, String) {
        let answer = self.ask("GET", path, who, String::new()).await;
        (answer.status().as_u16(), answer.text().await.expect("text"))
    }

    async fn post(&self, path: &str, who: &str, pairs: &[(&str, &str)]) -> (u16, String) {
        let (_, account) = self.page("/account", who).await;
        let mark = mark(&account);
        let pairs = [pairs, &[("csrf", mark.as_str())]].concat();
        let answer = self.ask("POST", path, who, form(&pairs)).await;
        (answer.status().as_u16(), answer.text().await.expect("text"))
    }

    /// Somebody whom the owner invites.
    async fn invited(&self, role: &str) -> Cookie {
        let (status, page) = self
            .post("/sites/shop/members", &self.owner, &[("role", role)])
            .await;
        assert_eq!(status, 200, "{page}");
        self.join(&shown(&page), &format!("{role}@shop.example"))
            .await
    }
}

/// What is shown once.
fn shown(page: &str) -> String {
    let (_, rest) = page.split_once("id=\"secret\">").expect("a secret");
    rest.split('<').next().expect("a secret").to_owned()
}

/// A path with something in each of its places.
fn filled(path: &str) -> String {
    let path = path.replace("{site}", "shop").replace("{format}", "json");
    path.replace("{report}", "pages").replace(['{', '}'], "")
}

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
    // Without a key the same is said once more.
    assert_eq!(call("POST", "/events", &sends, &body, None).await.0, 200);
    wait_for(&data, on_the_day, 4).await;
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
    wait_for(&data, on_the_day, 4).await;
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
