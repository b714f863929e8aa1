//! What one sender, a slow one and too many at once may take of the collector; and that a stop leaves nobody without
//! an answer.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use reqwest::Client;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{CHROME, Serving, ask, place, wait_for};

const BODY: &str = r#"{"version":1,"site":"shop","page":1,"sent":0,"events":[{"kind":"pageview","at":0,"url":"https://shop.example/"}]}"#;

fn serve_with(place: &Path, limits: &str, arguments: &[&str]) -> Serving {
    std::fs::write(place.join("snag.toml"), format!("[limits]\n{limits}\n")).expect("settings");
    Serving::start_with(&place.join("data"), arguments)
}

async fn connect(serving: &Serving) -> TcpStream {
    let address = serving.url.trim_start_matches("http://");
    TcpStream::connect(address).await.expect("a connection")
}

fn head() -> String {
    format!(
        "POST /b HTTP/1.1\r\nhost: snag\r\nuser-agent: {CHROME}\r\ncontent-length: {}\r\n\r\n",
        BODY.len()
    )
}

/// What is answered until the connection is closed; fails when it stays open.
async fn rest(mut connection: TcpStream) -> String {
    let mut answer = Vec::new();
    let reading = connection.read_to_end(&mut answer);
    let ended = tokio::time::timeout(Duration::from_secs(8), reading).await;
    // A reset is an end too.
    let _ = ended.expect("the connection is closed");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dawdles_is_shown_the_door() {
    let place = place();
    let times = "head_time = \"600ms\"\nbody_time = \"600ms\"\nidle_time = \"600ms\"";
    let serving = serve_with(place.path(), times, &[]);
    let whole = format!("{}{BODY}", head());
    for (what, sent, status) in [
        ("says nothing", String::new(), ""),
        ("begins as HTTP/2 would", "PRI * HT".to_owned(), ""),
        ("stops in the head", head()[..40].to_owned(), "408"),
        ("stops before the body", head(), "408"),
        (
            "stops in the body",
            whole[..whole.len() - 9].to_owned(),
            "408",
        ),
        ("idles after a request", whole.clone(), "204"),
    ] {
        let start = Instant::now();
        let mut connection = connect(&serving).await;
        connection.write_all(sent.as_bytes()).await.expect("sent");
        let answer = rest(connection).await;
        let found = answer.split(' ').nth(1).unwrap_or_default();
        assert_eq!(found, status, "one who {what}: {answer}");
        let took = start.elapsed();
        assert!(
            took < Duration::from_secs(5),
            "one who {what} stayed {took:?}"
        );
    }
    // Byte by byte, each in time, all together not.
    let (mut answers, mut sends) = connect(&serving).await.into_split();
    sends.write_all(head().as_bytes()).await.expect("sent");
    let sending = async {
        for byte in BODY.as_bytes() {
            if sends.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    };
    let mut answer = [0; 12];
    let (_, answered) = tokio::join!(sending, answers.read_exact(&mut answer));
    answered.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 408");
    wait_for(&place.path().join("data"), "SELECT count() FROM events", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_may_ask_so_often_and_no_other_suffers() {
    let place = place();
    let limits = "requests_per_second = 1\nburst = 5";
    let serving = serve_with(place.path(), limits, &["--trusted-proxy", "127.0.0.0/8"]);
    let client = Client::new();
    let send = async |path: &str, header: &str, from: &str| {
        let asked = client.post(format!("{}{path}", serving.url)).body(BODY);
        let asked = asked.header("user-agent", CHROME).header(header, from);
        asked.send().await.expect("an answer")
    };
    let mut refused = 0;
    for _ in 0..8 {
        let answer = send("/b", "x-forwarded-for", "203.0.113.7").await;
        if answer.status() == 429 {
            refused += 1;
            assert_eq!(answer.headers()["retry-after"], "1");
            assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        }
    }
    assert!((2..=3).contains(&refused), "{refused} of 8 were refused");
    for (path, header, from, expected) in [
        ("/api/event", "x-forwarded-for", "203.0.113.7", 429),
        ("/api/send", "forwarded", "for=203.0.113.7", 429),
        ("/b", "x-forwarded-for", "203.0.113.8", 204),
        ("/b", "forwarded", "for=\"[2001:db8::1]:9\"", 204),
    ] {
        let status = send(path, header, from).await.status();
        assert_eq!(status, expected, "{path} {from}");
    }
    for _ in 0..20 {
        assert_eq!(send("/b", "x-nothing", "").await.status(), 204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_has_its_limits() {
    let place = place();
    let serving = serve_with(place.path(), "", &[]);
    let client = Client::new();
    for (length, expected) in [(8_000, 204), (20_000, 431)] {
        let asked = client.post(format!("{}/b", serving.url)).body(BODY);
        let asked = asked
            .header("x-long", "x".repeat(length))
            .header("user-agent", CHROME);
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), expected, "{length}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_over_the_limit_wait_for_room() {
    let place = place();
    let serving = serve_with(place.path(), "connections = 4", &[]);
    let mut held = Vec::new();
    // A place is given when the next one asks, so one more than the limit may be let in.
    for _ in 0..8 {
        let mut connection = connect(&serving).await;
        connection.write_all(head().as_bytes()).await.expect("sent");
        held.push(connection);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut late = connect(&serving).await;
    let whole = format!("{}{BODY}", head());
    late.write_all(whole.as_bytes()).await.expect("sent");
    let mut answer = [0; 12];
    let early =
        tokio::time::timeout(Duration::from_millis(500), late.read_exact(&mut answer)).await;
    assert!(early.is_err(), "there was room for one more");
    held.clear();
    let waited = tokio::time::timeout(Duration::from_secs(5), late.read_exact(&mut answer)).await;
    waited.expect("it is its turn").expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 204");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_under_load_leaves_nobody_without_an_answer() {
    let place = place();
    let data = place.path().join("data");
    let serving = Serving::start(&data);
    let url = serving.url.clone();

    let stopped = Arc::new(AtomicBool::new(false));
    let acknowledged = Arc::new(AtomicU64::new(0));
    let mut senders = Vec::new();
    for _ in 0..16 {
        let (stopped, acknowledged) = (Arc::clone(&stopped), Arc::clone(&acknowledged));
        let (client, url) = (Client::new(), format!("{url}/b"));
        senders.push(tokio::spawn(async move {
            while !stopped.load(Relaxed) {
                let asked = client.post(&url).header("user-agent", CHROME).body(BODY);
                match asked.send().await {
                    Ok(answer) if answer.status() == 204 => {
                        acknowledged.fetch_add(1, Relaxed);
                    }
                    Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        }));
    }
    // These have been let in and have sent a half when the stop comes.
    let mut halves = Vec::new();
    for _ in 0..50 {
        let mut connection = connect(&serving).await;
        let half = format!("{}{}", head(), &BODY[..BODY.len() / 2]);
        connection.write_all(half.as_bytes()).await.expect("sent");
        halves.push(connection);
    }
    // And these have said nothing yet.
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(connect(&serving).await);
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    let stopping = tokio::task::spawn_blocking(move || serving.stop());
    tokio::time::sleep(Duration::from_millis(300)).await;
    for connection in &mut halves {
        let rest = &BODY[BODY.len() / 2..];
        connection.write_all(rest.as_bytes()).await.expect("sent");
    }
    for connection in halves {
        let answer = rest(connection).await;
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    }
    let (code, took) = stopping.await.expect("it ends");
    stopped.store(true, Relaxed);
    for sender in senders {
        sender.await.expect("it ends");
    }
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "stopping took {took:?}");
    let acknowledged = acknowledged.load(Relaxed);
    assert!(acknowledged > 100, "{acknowledged} say little");
    let stored = ask(&data, "SELECT count() FROM events").await;
    let at_most = acknowledged + 50 + 16;
    assert!(
        (acknowledged + 50..=at_most).contains(&stored),
        "{stored} stored of {acknowledged} and 50 acknowledged"
    );
}
