//! Beacons over HTTP: what is taken, what is refused, and what a funnel makes of them.

use std::time::Duration;

use crate::harness::{CHROME, Serving, ask, place, post, run, visitors, wait_for};

fn pageview(path: &str, ago: u64) -> String {
    format!(
        r#"{{"version":1,"site":"shop","page":1,"sent":{ago},"events":[{{"kind":"pageview","at":0,"url":"https://shop.example{path}","title":"T {path}"}}]}}"#
    )
}

fn click(selector: &str) -> String {
    format!(
        r#"{{"version":1,"site":"shop","page":1,"sent":10,"events":[{{"kind":"click","at":10,"url":"https://shop.example/cart","element":{{"selector":"{selector}","text":"Pay"}}}}]}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn beacons_become_a_funnel_while_serving_and_after() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start_with(&data, &["--trusted-proxy", "127.0.0.0/8"]);
    let client = reqwest::Client::new();
    let send = async |visitor: u32, body: String| {
        let response = client
            .post(format!("{}/b", serving.url))
            .header("user-agent", CHROME)
            .header("x-forwarded-for", format!("198.18.0.{visitor}"))
            .body(body)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status(), 204);
    };
    for visitor in 1..=10 {
        send(visitor, pageview("/cart", 60_000)).await;
        if visitor <= 6 {
            send(visitor, click("#pay")).await;
        }
    }
    let bot = client
        .post(format!("{}/b", serving.url))
        .header("user-agent", "curl/8.5.0");
    assert_eq!(
        bot.body(pageview("/cart", 0))
            .send()
            .await
            .expect("an answer")
            .status(),
        204
    );
    wait_for(&data, "SELECT count() FROM events", 17).await;
    // Visits follow within seconds, without the bot's.
    wait_for(&data, "SELECT sum(length(at)) FROM sessions FINAL", 16).await;

    let funnel = [
        "funnel",
        "--site",
        "shop",
        "--step",
        "page:/cart",
        "--step",
        "click:#pay",
        "--format",
        "json",
    ];
    let beside = run(&data, &funnel).json();
    assert_eq!(visitors(&beside), [10, 6]);
    let (code, took) = serving.stop();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "stopping took {took:?}");
    let alone = run(&data, &funnel).json();
    assert_eq!(visitors(&alone), [10, 6]);
    assert_eq!(
        ask(&data, "SELECT count() FROM events WHERE bot = 'program'").await,
        1
    );
    assert_eq!(
        ask(
            &data,
            "SELECT count() FROM elements FINAL WHERE selector = '#pay' AND text = 'Pay'"
        )
        .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_refused_with_a_reason_and_nothing_of_it_is_stored() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start(&data);
    let client = reqwest::Client::new();
    let good = pageview("/", 0);
    let mut bodies: Vec<(&str, Vec<u8>, u16)> = vec![
        ("nothing", Vec::new(), 400),
        ("a wrong version", vec![9; 20], 400),
        (
            "invalid UTF-8",
            b"{\"version\":1,\"site\":\"\xff\"}".to_vec(),
            400,
        ),
        ("a NUL", good.replace("T /", "T\\u0000").into_bytes(), 400),
        (
            "an event from the future",
            good.replace("\"at\":0", "\"at\":99").into_bytes(),
            400,
        ),
        (
            "a page open for a century",
            good.replace("\"sent\":0", "\"sent\":3155760000000")
                .into_bytes(),
            400,
        ),
        (
            "a time that is no number",
            good.replace("\"sent\":0", "\"sent\":\"x\"").into_bytes(),
            400,
        ),
        (
            "a wrong JSON version",
            good.replace("\"version\":1", "\"version\":2").into_bytes(),
            400,
        ),
        ("10 MB", vec![b' '; 10_000_000], 413),
        ("65,537 bytes", vec![b' '; 65_537], 413),
    ];
    for end in [1, good.len() / 2, good.len() - 1] {
        bodies.push(("a truncated batch", good.as_bytes()[..end].to_vec(), 400));
    }
    for seed in 0..200_u8 {
        let noise =
            (0..u16::from(seed)).map(|i| (i as u8).wrapping_mul(167).wrapping_add(seed) ^ 0x5a);
        bodies.push(("noise", noise.collect(), 400));
    }
    for (what, body, expected) in bodies {
        // A server that refuses a long body early may close before all of it was sent.
        let sent = client
            .post(format!("{}/b", serving.url))
            .header("user-agent", CHROME)
            .body(body)
            .send()
            .await;
        match sent {
            Ok(response) => {
                assert_eq!(response.status().as_u16(), expected, "{what}");
                assert!(
                    response.text().await.expect("text").len() > 10,
                    "{what}: no reason was given"
                );
            }
            Err(error) => assert!(expected == 413, "{what}: {error}"),
        }
    }
    assert_eq!(
        post(&client, &serving.url, good).await.0,
        204,
        "the process lives"
    );
    wait_for(&data, "SELECT count() FROM events", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tracker_files_are_served_compressed_and_pages_of_any_origin_may_ask() {
    let place = place();
    let serving = Serving::start(&place.path().join("data"));
    let client = reqwest::Client::new();
    for (file, kind) in [
        ("snag.js", "text/javascript; charset=utf-8"),
        ("snag.more.js", "text/javascript; charset=utf-8"),
        ("snag.wasm", "application/wasm"),
        ("snag-overlay.js", "text/javascript; charset=utf-8"),
    ] {
        let plain = client
            .get(format!("{}/{file}", serving.url))
            .send()
            .await
            .expect("an answer");
        assert_eq!(
            plain.status(),
            200,
            "{file}: was the tracker built? `cargo xtask tracker`"
        );
        assert_eq!(plain.headers()["content-type"], kind);
        assert_eq!(plain.headers()["access-control-allow-origin"], "*");
        let tag = plain.headers()["etag"].clone();
        let plain = plain.bytes().await.expect("body");
        let small = client
            .get(format!("{}/{file}", serving.url))
            .header("accept-encoding", "gzip, br;q=0");
        let small = small.send().await.expect("an answer");
        assert_eq!(small.headers()["content-encoding"], "gzip");
        let mut unpacked = Vec::new();
        let bytes = small.bytes().await.expect("body");
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut unpacked)
            .expect("gzip");
        assert_eq!(unpacked, plain);
        let again = client
            .get(format!("{}/{file}", serving.url))
            .header("if-none-match", tag);
        assert_eq!(again.send().await.expect("an answer").status(), 304);
    }
    let preflight = client.request(reqwest::Method::OPTIONS, format!("{}/b", serving.url));
    assert_eq!(
        preflight.send().await.expect("an answer").headers()["access-control-allow-methods"],
        "POST"
    );
    for path in ["/../Cargo.toml", "/snag.js/x", "/%2e%2e/etc/passwd"] {
        let answer = client
            .get(format!("{}{path}", serving.url))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_gets_a_number_that_stays_with_its_visitor() {
    let place = place();
    let serving = Serving::start_with(
        &place.path().join("data"),
        &["--trusted-proxy", "127.0.0.0/8"],
    );
    let client = reqwest::Client::new();
    let number = async |site: &str, address: &str| {
        let answer = client
            .get(format!("{}/snag-rotate.js?site={site}", serving.url))
            .header("user-agent", CHROME)
            .header("x-forwarded-for", address);
        let answer = answer.send().await.expect("an answer");
        assert_eq!(
            answer.status(),
            200,
            "was the tracker built? `cargo xtask tracker`"
        );
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert!(!answer.headers().contains_key("etag"));
        let text = answer.text().await.expect("text");
        let rest = text.strip_prefix("document.currentScript.seed=");
        let (number, _) = rest
            .and_then(|rest| rest.split_once(';'))
            .expect("a number");
        number.parse::<u32>().expect("a number")
    };
    let one = number("shop", "198.18.0.1").await;
    assert_eq!(number("shop", "198.18.0.1").await, one);
    assert_ne!(number("shop", "198.18.0.2").await, one);
    assert_ne!(number("blog", "198.18.0.1").await, one);
    let post = client.post(format!("{}/snag-rotate.js", serving.url));
    assert_eq!(post.send().await.expect("an answer").status(), 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_batch_that_would_take_much_to_store_is_refused() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start(&data);
    let text = "x".repeat(2000);
    let props: Vec<(std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)> = (0..30)
        .map(|n| (format!("p{n}").into(), text.as_str().into()))
        .collect();
    let event = snag_beacon::Event {
        at: 0,
        view: 0,
        url: "https://shop.example/".into(),
        kind: snag_beacon::Kind::Custom(snag_beacon::Custom {
            name: "x".into(),
            props,
            value: None,
            currency: "".into(),
        }),
    };
    let batch = snag_beacon::Batch {
        site: "shop".into(),
        page: 1,
        sent: 0,
        viewport: (0, 0),
        automated: false,
        events: vec![event; 256],
    };
    let body = snag_beacon::encode(&batch).expect("it fits the limits of a batch");
    assert!(body.len() < 64 * 1024);
    let client = reqwest::Client::new();
    let (status, reason) = post(&client, &serving.url, body).await;
    assert_eq!(status, 413, "{reason}");
    assert_eq!(post(&client, &serving.url, pageview("/", 0)).await.0, 204);
    wait_for(&data, "SELECT count() FROM events", 1).await;
}
