//! What identifies people goes nowhere: an e-mail address, a card number and network addresses are sent through every
//! field of every entrance, and then every byte below the data directory, every table and the whole log are searched.
//!
//! Two fields are left out, for they name the site and not a visitor: the host of the page's own address, and the site's
//! identifier. A site that is served at a network address is stored under it.

use std::path::Path;
use std::process::Command;

use reqwest::{Client, Method};
use snag_beacon::{Batch, Click, Custom, Element, Event, Kind, Pageview, encode};

use crate::harness::{CHROME, Serving, ask, open, place, snag, wait_for};

/// How the marks may be written by those who send them.
const MARKS: &[&str] = &[
    "zqmarker.person@private-mail.example",
    "zqmarker.person%40private-mail.example",
    "zqmarker.person%2540private-mail.example",
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "203.0.113.77",
    "2001:db8:77:88::99",
];

/// What must be found nowhere.
const TRACES: &[&str] = &[
    "zqmarker",
    "private-mail",
    "4111111111111111",
    "4111 1111",
    "4111-1111",
    "4111%201111",
    "4111+1111",
    "203.0.113.77",
    "2001:db8:77:88",
];

/// A batch with the mark in every text that a batch has.
fn batch(mark: &str) -> Batch<'_> {
    let url = format!(
        "https://shop.example/order/{0}/done?q={0}&page={0}&utm_source={0}&utm_campaign={0}&gclid={0}#{0}",
        mark.replace(' ', "%20")
    );
    let element = Element {
        selector: format!("a[title={mark:?}]").into(),
        tag: mark.into(),
        text: format!("Write to {mark}").into(),
        href: format!("https://shop.example/{}", mark.replace(' ', "%20")).into(),
        role: mark.into(),
        name: mark.into(),
        type_: mark.into(),
        ad: mark.into(),
        placement: mark.into(),
        campaign: mark.into(),
        rotation: mark.into(),
    };
    let click = Click {
        element,
        x: 1,
        y: 2,
        ..Click::default()
    };
    let custom = Custom {
        name: format!("asked {mark}").into(),
        props: vec![(mark.into(), mark.into()), ("note".into(), mark.into())],
        value: Some(1.0),
        currency: mark.into(),
    };
    let shown = Pageview {
        referrer: format!("https://mail.example/{}", mark.replace(' ', "%20")).into(),
        title: format!("Order of {mark}").into(),
        ..Pageview::default()
    };
    let event = |kind| Event {
        at: 0,
        view: 0,
        url: url.clone().into(),
        kind,
    };
    Batch {
        site: "shop".into(),
        page: 7,
        sent: 0,
        viewport: (0, 0),
        automated: false,
        events: vec![
            event(Kind::Pageview(shown)),
            event(Kind::Click(click)),
            event(Kind::Custom(custom)),
        ],
    }
}

/// A page's batch, as the tracker writes it.
fn page(mark: &str) -> Vec<u8> {
    let url = format!(
        "https://shop.example/{}?q={}",
        mark.replace(' ', "%20"),
        mark.replace(' ', "+")
    );
    let element = serde_json::json!({
        "i": -1, "p": format!("a[name=\"{mark}\"]"), "t": mark, "x": mark, "id": mark, "href": url, "role": mark, "name": mark, "type": mark,
        "data-snag-ad": mark, "data-snag-placement": mark, "data-snag-campaign": mark,
    });
    let given = serde_json::json!({ "props": { mark: mark }, "currency": mark }).to_string();
    let records = serde_json::json!([
        [1, 1, url, mark, 200, false],
        [2, 2, -1, 5, 5, 1, 1, 10, 10],
        [3, 3, mark, given],
        [6, 4, 5, 0, 1, mark, url],
        [6, 5, 6, -1, 0, url, mark],
        [6, 6, 10, 0, 0, mark],
        [6, 7, 11, 0, 0, mark],
    ]);
    let told = serde_json::json!([
        6, 8, 1, -1, 5, 5, 4, 9, 9, -1, -1, 1, 10, 10, 0, 1, 1, 1, 8, 10, -1, 1200, 1
    ]);
    format!(r#"{{"v":2,"s":"shop","p":8,"t":10,"w":[9,9],"a":0,"u":"{url}","n":0,"e":[{element}],"r":{records},"c":{told}}}"#)
        .into_bytes()
}

/// Every way in, with the mark wherever it can stand; also in bodies that are refused, and so might be logged.
fn requests(mark: &str) -> Vec<(Method, String, Vec<u8>)> {
    let batch = batch(mark);
    // The binary layout has no place for more of an element.
    let mut short = batch.clone();
    for event in &mut short.events {
        if let Kind::Click(click) = &mut event.kind {
            let Element {
                selector,
                tag,
                text,
                href,
                role,
                ..
            } = std::mem::take(&mut click.element);
            click.element = Element {
                selector,
                tag,
                text,
                href,
                role,
                ..Element::default()
            };
        }
    }
    let json = |value: serde_json::Value| value.to_string().into_bytes();
    let plain = format!("https://shop.example/{mark}");
    let plausible = serde_json::json!({
        "n": format!("asked {mark}"), "u": plain, "d": "shop", "r": plain, "p": { mark: mark }, "$": { "amount": 1, "currency": mark },
    });
    let link = serde_json::json!({ "n": "Outbound Link: Click", "u": plain, "d": "shop", "p": { "url": format!("mailto:{mark}") } });
    let umami = serde_json::json!({ "type": "event", "payload": {
        "website": "shop", "hostname": "shop.example", "url": format!("/{mark}"), "referrer": plain, "title": mark, "name": mark,
        "data": { mark: mark }, "tag": mark, "id": mark, "screen": mark, "language": mark, "ip": mark, "userAgent": mark,
    }});
    let identify = serde_json::json!({ "type": "identify", "payload": { "website": "shop", "id": mark, "data": { "mail": mark } } });
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("site", "shop"),
            ("url", &plain),
            ("title", mark),
            ("referrer", &plain),
            ("event", mark),
            ("currency", mark),
        ])
        .finish();
    let post = |path: &str, body: Vec<u8>| (Method::POST, path.to_owned(), body);
    vec![
        post("/b", encode(&short).expect("a batch")),
        post("/b", page(mark)),
        post("/b", snag_beacon::to_json(&batch).into_bytes()),
        post(
            "/b",
            json(serde_json::json!({ "version": 1, "site": mark, "events": [] })),
        ),
        post("/b", json(serde_json::json!({ "version": mark }))),
        post("/b", mark.as_bytes().to_vec()),
        post("/api/event", json(plausible)),
        post("/api/event", json(link)),
        post(
            "/api/event",
            json(serde_json::json!({ "n": mark, "u": mark, "d": mark })),
        ),
        post("/api/send", json(umami)),
        post("/api/send", json(identify)),
        post(
            "/api/send",
            json(serde_json::json!({ "type": mark, "payload": mark })),
        ),
        (Method::GET, format!("/p.gif?{query}"), Vec::new()),
        (
            Method::GET,
            format!("/p.gif?site={}", mark.replace(' ', "+")),
            Vec::new(),
        ),
        (
            Method::GET,
            format!("/{}", mark.replace(' ', "+")),
            Vec::new(),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_identifies_people_is_on_the_disk_or_in_the_log() {
    let place = place();
    let (data, log) = (place.path().join("data"), place.path().join("log"));
    let mut command = snag(&data);
    command
        .env("SNAG_LOG", "trace")
        .stderr(std::fs::File::create(&log).expect("a log"));
    let serving = Serving::of(command, &["--trusted-proxy", "127.0.0.0/8"]);
    let client = Client::new();
    let mut sent = 0;
    for mark in MARKS {
        for (method, path, body) in requests(mark) {
            let shown = |name: &str| (name.to_owned(), mark.to_string());
            let is_page = body.starts_with(br#"{"v":2"#);
            let mut request = client
                .request(method, format!("{}{path}", serving.url))
                .header("user-agent", format!("{CHROME} {mark}"))
                .header("x-forwarded-for", "203.0.113.77, 2001:db8:77:88::99")
                .body(body);
            for name in [
                "referer",
                "cookie",
                "accept-language",
                "sec-ch-ua",
                "sec-ch-ua-platform",
                "x-umami-cache",
            ] {
                let (name, value) = shown(name);
                request = request.header(name, value);
            }
            let answer = request.send().await.expect("an answer");
            assert!(
                !is_page || answer.status() == 204,
                "{:?}",
                answer.text().await
            );
            sent += 1;
        }
    }
    assert!(sent > 100);
    let before = ask(&data, "SELECT count() FROM events").await;
    assert!(before <= sent * 3);
    wait_for(
        &data,
        "SELECT toUInt64(uniqExact(name) > 2 AND count() > 60) FROM events",
        1,
    )
    .await;

    // The search finds what is there.
    std::fs::write(data.join("control"), "to zqmarker").expect("write");
    assert_ne!(files_with("zqmarker", &data), "");
    std::fs::remove_file(data.join("control")).expect("remove");
    // Killed, so that the spool is looked at as it is, then stopped in order, with all in the engine's files.
    serving.kill();
    search(&data);
    let (code, _) = Serving::start(&data).stop();
    assert_eq!(code, Some(0));
    search(&data);
    let log = std::fs::read_to_string(&log).expect("the log");
    assert!(log.len() > 1000, "the log is on");
    for trace in TRACES {
        assert!(!log.contains(trace), "the log has {trace}");
    }
    let (store, _guard) = open(&data).await;
    for table in ["events", "elements"] {
        let mut rows = store
            .client()
            .query(&format!("SELECT * FROM {table}"))
            .fetch_bytes("JSONEachRow")
            .expect("a query");
        let rows = rows.collect().await.expect("an answer");
        let rows = String::from_utf8_lossy(&rows).into_owned();
        assert!(rows.contains("{email}"), "{table} has what was cleaned");
        for trace in TRACES {
            let found = rows.lines().find(|line| line.contains(trace));
            assert!(found.is_none(), "{table} has {trace}: {found:?}");
        }
    }
    store.close().await.expect("the store closes");
}

/// Searches every byte of every file below the directory.
fn search(directory: &Path) {
    for trace in TRACES {
        assert_eq!(files_with(trace, directory), "", "{trace} is on the disk");
    }
}

fn files_with(text: &str, directory: &Path) -> String {
    let found = Command::new("grep")
        .args(["-rlaF", "--", text])
        .arg(directory)
        .output()
        .expect("grep runs");
    String::from_utf8_lossy(&found.stdout).into_owned()
}
