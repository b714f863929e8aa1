//! Webhooks: signed, bounded, tried again where that helps.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use snag_messages::{Hook, Outcome, Place, Secret, Sender, Style, Told};
use url::Url;

use crate::told::{rate, silence, weekly};
use crate::web::{Answer, Web};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn hook(url: &Url) -> Hook {
    Hook {
        url: url.clone(),
        style: Style::Plain,
        secret: Some(SECRET.parse::<Secret>().unwrap()),
        allow_private: true,
    }
}

async fn send(hook: Hook, told: &Told) -> Outcome {
    let now = Timestamp::now();
    let sender = Sender::new(None).unwrap();
    sender
        .send(&Place::Hook(hook), "msg_1", told, now, now)
        .await
}

#[tokio::test]
async fn a_webhook_is_signed_as_the_reference_verifies_it_and_says_what_it_is() {
    let web = Web::open(vec![Answer::of("200 OK", "thanks\r\n")]).await;
    let outcome = send(hook(&web.url), &rate()).await;
    assert_eq!(outcome, Outcome::Delivered("200 OK: thanks".to_owned()));
    let posted = web.posted().remove(0);
    let reference = standardwebhooks::Webhook::new(SECRET).unwrap();
    reference.verify(&posted.body, &posted.headers).unwrap();
    let mut forged = posted.body.clone();
    forged[10] ^= 1;
    assert!(reference.verify(&forged, &posted.headers).is_err());
    assert_eq!(posted.headers["webhook-id"], "msg_1");
    assert_eq!(posted.headers["content-type"], "application/json");
    let body: Value = serde_json::from_slice(&posted.body).unwrap();
    assert_eq!(body["type"], "rate.changed");
    assert!(
        body["timestamp"]
            .as_str()
            .unwrap()
            .parse::<Timestamp>()
            .is_ok()
    );
    assert_eq!(body["data"]["site"], "shop");
    assert_eq!(body["data"]["interval"], serde_json::json!([0.071, 0.131]));
}

#[tokio::test]
async fn without_a_secret_nothing_is_signed() {
    let web = Web::open(vec![Answer::of("204 No Content", "")]).await;
    let unsigned = Hook {
        secret: None,
        ..hook(&web.url)
    };
    assert_eq!(
        send(unsigned, &silence()).await,
        Outcome::Delivered("204 No Content".to_owned())
    );
    assert!(!web.posted()[0].headers.contains_key("webhook-signature"));
}

#[tokio::test]
async fn answers_are_final_or_not_as_their_status_says() {
    let later = |why: &str, wait_ms| Outcome::Later {
        why: why.to_owned(),
        wait_ms,
    };
    let busy = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 90\r\ncontent-length: 0\r\n\r\n";
    let moved = "HTTP/1.1 302 Found\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n";
    let cases = [
        (
            Answer::of("500 Oh", "no"),
            later("500 Internal Server Error: no", None),
        ),
        (
            Answer::of("503 Later", ""),
            later("503 Service Unavailable", None),
        ),
        (
            Answer::Raw(busy.to_owned()),
            later("429 Too Many Requests", Some(90_000)),
        ),
        (
            Answer::of("404 Not Found", "no_service"),
            Outcome::Refused("404 Not Found: no_service".to_owned()),
        ),
        (
            Answer::of("410 Gone", ""),
            Outcome::Refused("410 Gone".to_owned()),
        ),
        (
            Answer::Raw(moved.to_owned()),
            Outcome::Refused(
                "302 Found: redirects are not followed; write the address it leads to".to_owned(),
            ),
        ),
        (
            Answer::Raw("220 smtp.example ESMTP\r\n".to_owned()),
            later("no sound answer", None),
        ),
    ];
    for (answer, outcome) in cases {
        let web = Web::open(vec![answer.clone()]).await;
        assert_eq!(send(hook(&web.url), &rate()).await, outcome, "{answer:?}");
        assert_eq!(web.posted().len(), 1, "{answer:?}");
    }
}

#[tokio::test]
async fn what_failed_once_is_taken_at_the_next_attempt_under_the_same_name() {
    let web = Web::open(vec![Answer::of("500 Oh", ""), Answer::of("200 OK", "")]).await;
    assert!(matches!(
        send(hook(&web.url), &rate()).await,
        Outcome::Later { .. }
    ));
    assert!(matches!(
        send(hook(&web.url), &rate()).await,
        Outcome::Delivered(_)
    ));
    let ids: Vec<_> = web
        .posted()
        .iter()
        .map(|posted| posted.headers["webhook-id"].clone())
        .collect();
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_body_without_end_is_left_and_a_server_that_says_nothing_too() {
    let endless = Web::open(vec![Answer::Endless]).await;
    let Outcome::Delivered(words) = send(hook(&endless.url), &rate()).await else {
        panic!("it said 200");
    };
    assert!(words.chars().count() < 300, "{words}");
    let silent = Web::open(vec![Answer::Silence]).await;
    let told = rate();
    let asked = send(hook(&silent.url), &told);
    let outcome = tokio::time::timeout(Duration::from_secs(40), asked)
        .await
        .unwrap();
    assert_eq!(
        outcome,
        Outcome::Later {
            why: "no answer in time".to_owned(),
            wait_ms: None
        }
    );
}

#[tokio::test]
async fn an_inner_network_is_asked_only_where_the_configuration_says_so() {
    let web = Web::open(vec![Answer::of("200 OK", "")]).await;
    let port = web.url.port().unwrap();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "0x7f000001",
        "10.0.0.1",
        "169.254.169.254",
    ] {
        let url = format!("http://{host}:{port}/hook").parse().unwrap();
        let careful = Hook {
            allow_private: false,
            ..hook(&url)
        };
        let outcome = send(careful, &rate()).await;
        let Outcome::Refused(why) = outcome else {
            panic!("{host}: {outcome:?}");
        };
        assert!(why.contains("allow_private"), "{why}");
    }
    assert!(web.posted().is_empty());
    let other = hook(&"ftp://hooks.example/".parse().unwrap());
    assert!(matches!(send(other, &rate()).await, Outcome::Refused(_)));
}

#[tokio::test]
async fn nobody_listening_is_tried_again() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    drop(listener);
    let outcome = send(hook(&url.parse().unwrap()), &weekly(Vec::new(), Vec::new())).await;
    assert_eq!(
        outcome,
        Outcome::Later {
            why: "connection refused".to_owned(),
            wait_ms: None
        }
    );
}
