//! Every way in: other trackers' own published clients in a real browser, the pixel, HTTP/2, and what pages of other
//! origins may do.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use reqwest::{Client, Method};

use crate::harness::{CHROME, Serving, ask, place, root, wait_for};

const MISSING: &str =
    "run `make setup`: this test needs Node.js, the npm packages, Chromium and Umami's script";

fn umami_script() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let cache = cache.or(home).expect("a cache directory");
    cache.join("snaglist/umami@2.10.0/package/src/tracker/index.js")
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_of_plausible_and_umami_are_taken_by_their_new_host() {
    let place = place();
    let data = place.path().join("data");
    let sites = r#"
        [[sites]]
        id = "shop"
        aliases = ["shop.example", "94db1cb1-74f4-4a40-ad6c-962362670409"]
    "#;
    std::fs::write(place.path().join("snag.toml"), sites).expect("settings");
    let serving = Serving::start(&data);
    let script = umami_script();
    assert!(script.is_file(), "{MISSING}");
    let output = tokio::task::block_in_place(|| {
        Command::new("node")
            .args(["tests/e2e/foreign-clients.mjs", "--collector", &serving.url])
            .arg("--umami")
            .arg(script)
            .current_dir(root())
            .output()
            .expect(MISSING)
    });
    let printed = String::from_utf8_lossy(&output.stdout);
    let told: serde_json::Value = serde_json::from_str(&printed).unwrap_or_else(|error| {
        let errors = String::from_utf8_lossy(&output.stderr);
        panic!("{error}: {printed}{errors}; {MISSING}")
    });
    assert_eq!(told["troubles"], serde_json::json!([]), "{told:#}");
    for sent in told["sent"].as_array().expect("requests") {
        let expected = match sent["path"].as_str() {
            Some("/api/event") => 202,
            _ => 200,
        };
        assert_eq!(sent["status"], expected, "{sent}");
    }

    wait_for(&data, "SELECT count() FROM events", 14).await;
    for (what, wanted) in [
        (
            "kind = 'pageview' AND path = '/plausible' AND host LIKE 'shop.example:%'",
            1,
        ),
        (
            "kind = 'pageview' AND path = '/plausible/next' AND utm_source = 'news'",
            1,
        ),
        (
            "kind = 'pageview' AND path = '/plausible-tracker/cart' AND viewport_width = 1000",
            1,
        ),
        (
            "kind = 'pageview' AND path = '/umami' AND title = '100% wool: ä'",
            1,
        ),
        ("kind = 'pageview' AND path = '/umami/next'", 1),
        (
            "kind = 'pageview' AND path = '/pixel' AND title = 'No script'",
            1,
        ),
        ("kind = 'pageview' AND path = '/from-a-server'", 1),
        (
            "name = 'Purchase' AND value = 12.5 AND currency = 'EUR' AND props = map('plan', 'pro')",
            1,
        ),
        (
            "name = 'Outbound Link: Click' AND props = map('url', 'http://elsewhere.example/x')",
            1,
        ),
        (
            "name = 'File Download' AND props['url'] LIKE 'http://shop.example:%/price-list.pdf'",
            1,
        ),
        ("name = 'Form: Submission'", 1),
        ("name = 'Signup' AND props = map('seats', '3')", 1),
        ("name = 'signup' AND props = map('plan', 'pro')", 1),
        (
            "name = 'bought' AND value = 20 AND currency = 'USD' AND props = map('cart.items', '2')",
            1,
        ),
        ("site = 'shop' AND bot = ''", 14),
        ("concat(path, query, toString(props)) LIKE '%someone%'", 0),
    ] {
        let sql = format!("SELECT count() FROM events WHERE {what}");
        assert_eq!(ask(&data, &sql).await, wanted, "{what}");
    }
    assert_eq!(ask(&data, "SELECT uniqExact(visitor) FROM events").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_origins_may_do_what_they_need_and_no_more() {
    let place = place();
    let serving = Serving::start(&place.path().join("data"));
    let client = Client::new();
    for (path, headers) in [
        ("/b", "content-type"),
        ("/api/event", "content-type"),
        ("/api/send", "content-type, x-umami-cache"),
    ] {
        let asked = client
            .request(Method::OPTIONS, format!("{}{path}", serving.url))
            .header("origin", "https://shop.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", headers);
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), 204, "{path}");
        for (name, wanted) in [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "POST"),
            ("access-control-allow-headers", headers),
            ("access-control-max-age", "86400"),
        ] {
            assert_eq!(answer.headers()[name], wanted, "{path} {name}");
        }
        assert!(
            !answer
                .headers()
                .contains_key("access-control-allow-credentials"),
            "{path}"
        );
    }
    for (method, path, status, allowed, readable) in [
        (Method::GET, "/b", 405, "POST, OPTIONS", false),
        (Method::PUT, "/b", 405, "POST, OPTIONS", false),
        (
            Method::from_bytes(b"BREW").expect("a method"),
            "/b",
            405,
            "POST, OPTIONS",
            false,
        ),
        (Method::DELETE, "/api/event", 405, "POST, OPTIONS", false),
        (Method::GET, "/api/send", 405, "POST, OPTIONS", false),
        (Method::POST, "/p.gif", 405, "GET", false),
        (Method::OPTIONS, "/metrics", 405, "GET, HEAD", false),
        (Method::POST, "/healthz", 405, "GET, HEAD", false),
        (Method::POST, "/readyz", 405, "GET, HEAD", false),
        (Method::POST, "/snag.js", 405, "GET, HEAD", false),
        (Method::POST, "/nothing", 404, "", false),
        (Method::GET, "/api/nothing", 404, "", false),
        (Method::HEAD, "/snag.js", 200, "", true),
        (Method::HEAD, "/healthz", 200, "", false),
        (Method::HEAD, "/readyz", 200, "", false),
        (Method::GET, "/metrics", 200, "", false),
        (Method::POST, "/b", 400, "", true),
        (Method::POST, "/api/event", 400, "", true),
        (Method::POST, "/api/send", 400, "", true),
    ] {
        let what = format!("{method} {path}");
        let asked = client
            .request(method, format!("{}{path}", serving.url))
            .header("origin", "https://shop.example");
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{what}");
        let headers = answer.headers();
        let found = headers
            .get("allow")
            .map_or("", |v| v.to_str().expect("text"));
        assert_eq!(found, allowed, "{what}");
        let origin = headers.get("access-control-allow-origin");
        assert_eq!(origin.is_some(), readable, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pixel_is_an_image_whatever_becomes_of_it() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start(&data);
    let client = Client::new();
    for (query, referer, status) in [
        (
            "site=shop&url=https%3A%2F%2Fshop.example%2Fmail&title=News",
            None,
            200,
        ),
        ("site=shop", Some("https://shop.example/plain"), 200),
        ("site=shop", None, 400),
        ("", Some("https://shop.example/plain"), 400),
    ] {
        let mut asked = client
            .get(format!("{}/p.gif?{query}", serving.url))
            .header("user-agent", CHROME);
        if let Some(referer) = referer {
            asked = asked.header("referer", referer);
        }
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{query}");
        assert_eq!(answer.headers()["content-type"], "image/gif");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(
            answer.headers().contains_key("x-snag-reason"),
            status == 400
        );
        let image = answer.bytes().await.expect("an image");
        assert_eq!((image.len(), &image[..6]), (43, &b"GIF89a"[..]));
    }
    wait_for(&data, "SELECT count() FROM events", 2).await;
    let paths =
        "SELECT count() FROM events WHERE kind = 'pageview' AND path IN ('/mail', '/plain')";
    assert_eq!(ask(&data, paths).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_may_speak_http_2_without_tls_and_many_requests_at_once() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start(&data);
    let builder = Client::builder().http2_prior_knowledge();
    let client = builder.build().expect("a client");
    let sending = (0..50).map(|n| {
        let asked = client.post(format!("{}/b", serving.url)).header("user-agent", CHROME);
        let body = format!(
            r#"{{"version":1,"site":"shop","page":1,"sent":0,"events":[{{"kind":"pageview","at":0,"url":"https://shop.example/{n}"}}]}}"#
        );
        tokio::spawn(async move { asked.body(body).send().await.expect("an answer") })
    });
    for sent in sending.collect::<Vec<_>>() {
        let answer = sent.await.expect("it ends");
        assert_eq!(answer.version(), reqwest::Version::HTTP_2);
        assert_eq!(answer.status(), 204);
    }
    let long = client
        .post(format!("{}/b", serving.url))
        .body(vec![b' '; 65_537]);
    assert_eq!(long.send().await.expect("an answer").status(), 413);
    wait_for(&data, "SELECT count() FROM events", 50).await;
    // Its connection idles and is not asked for again.
    let (code, took) = serving.stop();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "stopping took {took:?}");
}
