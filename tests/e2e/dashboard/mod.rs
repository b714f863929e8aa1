//! Who may see what: every place there is, tried by nobody, by a viewer, by pages of others; signing in; the API.

mod people;
mod places;
mod programs;

use std::path::Path;

use reqwest::{Client, Method, Response};
use serde_json::json;

use crate::harness::{Serving, run};

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
