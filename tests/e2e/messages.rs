//! What is told: letters to a mail server of the test, webhooks to a web server of the test, over restarts.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use jiff::{Timestamp, ToSpan as _};

use crate::harness::{Ran, Serving, place, snag, wait_until};

/// What a server of the test was sent.
type Heard = Arc<Mutex<Vec<String>>>;

/// Listens, and hands each connection to `talk`.
fn listen(talk: fn(TcpStream, &Heard)) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard = Heard::default();
    let all = Arc::clone(&heard);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            talk(stream, &all);
        }
    });
    (port, heard)
}

fn mail(stream: TcpStream, heard: &Heard) {
    let mut out = stream.try_clone().expect("a socket");
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let _ = out.write_all(b"220 mail.example\r\n");
    while let Some(line) = lines.next() {
        let answer = match line.split(' ').next() {
            Some("DATA") => {
                let _ = out.write_all(b"354 go on\r\n");
                let letter: Vec<String> = lines.by_ref().take_while(|line| line != ".").collect();
                heard.lock().expect("sound").push(letter.join("\n"));
                "250 taken as 7F3\r\n"
            }
            Some("QUIT") => return,
            _ => "250 well\r\n",
        };
        let _ = out.write_all(answer.as_bytes());
    }
}

/// Says no to the first, and yes to all others.
fn hook(stream: TcpStream, heard: &Heard) {
    let mut out = stream.try_clone().expect("a socket");
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let mut heard = heard.lock().expect("sound");
    heard.push(head + &String::from_utf8_lossy(&body));
    let status = if heard.len() == 1 { "500 Oh" } else { "200 OK" };
    let _ = write!(out, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
}

/// Forty days of visitors until yesterday, of whom one in two bought until three days ago, and one in ten since.
fn fill(data: &Path) {
    let today = Timestamp::now().as_second().div_euclid(86_400) * 86_400;
    let mut lines = String::new();
    for ago in 1..=40 {
        for who in 0..60 {
            let at = today - ago * 86_400 + 8 * 3_600 + who * 600;
            let event = |seconds: i64, rest: &str| {
                format!(
                    "{{\"site\":\"shop\",\"time\":\"{}\",\"visitor\":\"{ago}-{who}\",{rest}}}\n",
                    Timestamp::from_second(at + seconds).expect("a time")
                )
            };
            lines += &event(
                0,
                "\"event\":\"pageview\",\"url\":\"https://shop.example/\"",
            );
            let buys = if ago <= 3 {
                who % 10 == 0
            } else {
                who % 2 == 0
            };
            if buys {
                lines += &event(
                    60,
                    "\"event\":\"purchase\",\"url\":\"https://shop.example/pay\"",
                );
            }
        }
    }
    let file = data.with_extension("ndjson");
    std::fs::write(&file, lines).expect("written");
    let ran = Ran::of(
        snag(data)
            .args(["import", "events", "--strict"])
            .arg(&file)
            .output()
            .expect("snag runs"),
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    let save = [
        "goal",
        "save",
        "bought",
        "--site",
        "shop",
        "--step",
        "event:purchase",
    ];
    let ran = Ran::of(snag(data).args(save).output().expect("snag runs"));
    assert_eq!(ran.code, 0, "{ran:?}");
}

fn configure(data: &Path, mail_port: u16, hook_port: u16) {
    let text = format!(
        "[mail]\nhost = '127.0.0.1'\nport = {mail_port}\ntls = 'none'\nfrom = 'snag@shop.example'\n\
         [[messages]]\nsite = 'shop'\nwhat = 'weekly'\nto = ['anna@shop.example']\n\
         [[messages]]\nsite = 'shop'\nwhat = 'alerts'\nwebhook = 'http://127.0.0.1:{hook_port}/hook'\nallow_private = true\n"
    );
    std::fs::write(data.with_file_name("snag.toml"), text).expect("written");
}

fn count(heard: &Heard) -> usize {
    heard.lock().expect("sound").len()
}

#[tokio::test]
async fn what_is_due_is_told_once_also_over_restarts_and_tried_again_where_it_failed() {
    let place = place();
    let data = place.path().join("data");
    let ((mail_port, letters), (hook_port, hooks)) = (listen(mail), listen(hook));
    fill(&data);
    configure(&data, mail_port, hook_port);
    // As if the last list had been told two weeks ago.
    let before = Timestamp::now() - (14 * 24).hours();
    let told =
        format!("{{\"weekly\": {{\"weekly of shop: mail to anna@shop.example\": \"{before}\"}}}}");
    std::fs::write(data.join("messages.json"), told).expect("written");

    let serving = Serving::start(&data);
    wait_until("a letter and two attempts at a webhook", || {
        count(&letters) == 1 && count(&hooks) == 2
    })
    .await;
    let letter = letters.lock().expect("sound")[0].clone();
    assert!(
        letter.contains("Subject: shop: ") && letter.contains("To: anna@shop.example"),
        "{letter}"
    );
    let attempts = hooks.lock().expect("sound").clone();
    let id = |attempt: &String| {
        let mut lines = attempt.lines();
        lines
            .find_map(|line| line.strip_prefix("webhook-id: "))
            .map(str::to_owned)
    };
    assert!(
        id(&attempts[0]).is_some() && id(&attempts[0]) == id(&attempts[1]),
        "{attempts:?}"
    );
    let body = attempts[1].split("\r\n\r\n").nth(1).expect("a body");
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["type"], "rate.changed");
    assert_eq!(body["data"]["name"], "bought");
    assert!(body["data"]["rate"].as_f64() < Some(0.2), "{body}");
    assert_eq!(serving.stop().0, Some(0));

    // A restart has nothing to tell.
    let serving = Serving::start(&data);
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(serving.stop().0, Some(0));
    assert_eq!((count(&letters), count(&hooks)), (1, 2));

    let run =
        |arguments: &[&str]| Ran::of(snag(&data).args(arguments).output().expect("snag runs"));
    let listed = run(&["messages", "list", "--format", "json"]).json();
    assert_eq!(listed["messages"][0]["waiting"], 0);
    let tried = run(&["messages", "test", "--site", "shop"]);
    assert_eq!(tried.code, 0, "{tried:?}");
    assert!(
        tried
            .out
            .contains("weekly, mail to anna@shop.example: taken: 250 taken as 7F3"),
        "{tried:?}"
    );
    assert!(tried.out.contains(": taken: 200 OK"), "{tried:?}");
    assert_eq!((count(&letters), count(&hooks)), (2, 3));
    // Nobody has come since yesterday, so both are cause for an alert by now, or will be in the afternoon.
    let shown = run(&["messages", "show", "--site", "shop", "--what", "alerts"]);
    assert!(
        shown.out.contains("shop: the rate of bought fell."),
        "{shown:?}"
    );
    let html = run(&["messages", "show", "--site", "shop", "--as", "html"]);
    assert!(html.out.starts_with("<!doctype html>"), "{html:?}");
}

#[tokio::test]
async fn what_is_configured_wrongly_ends_with_its_place_and_the_mend() {
    let place = place();
    let data = place.path().join("data");
    let configured = |text: &str| {
        std::fs::write(data.with_file_name("snag.toml"), text).expect("written");
        Ran::of(
            snag(&data)
                .args(["messages", "list"])
                .output()
                .expect("snag runs"),
        )
    };
    let nowhere = configured("[[messages]]\nsite = 'shop'\nwhat = 'weekly'\n");
    assert_eq!(nowhere.code, 2, "{nowhere:?}");
    assert!(
        nowhere
            .err
            .contains("[[messages]] 1, weekly of \"shop\": it goes nowhere"),
        "{nowhere:?}"
    );
    let nothing = configured("");
    assert_eq!(nothing.code, 3, "{nothing:?}");
    let test = Ran::of(
        snag(&data)
            .args(["messages", "test", "--site", "shop"])
            .output()
            .expect("snag runs"),
    );
    assert_eq!(test.code, 2, "{test:?}");
    assert!(test.err.contains("snag.example.toml shows how"), "{test:?}");
}
