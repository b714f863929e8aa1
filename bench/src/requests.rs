//! Requests as browsers send them: agents, hints, addresses, pages and titles of many visitors.

use std::fmt::Write as _;

use snag_beacon::{Batch, Click, Element, Event, Kind, Pageview, encode, to_json};

use crate::Form;

/// How many different requests there are.
const DIFFERENT: usize = 4096;

/// Whole requests, head and body.
pub(crate) fn all(form: Form, events: usize) -> Vec<Vec<u8>> {
    (0..DIFFERENT)
        .map(|number| {
            let body = body(form, events, number);
            let mut request = head(number, body.len()).into_bytes();
            request.extend_from_slice(&body);
            request
        })
        .collect()
}

/// The body of the visitor with that number: a pageview, then clicks.
pub(crate) fn body(form: Form, events: usize, number: usize) -> Vec<u8> {
    let url = format!(
        "https://shop.example/product/{}?page={number}",
        number % 500
    );
    let event = |at: u64, kind| Event {
        at,
        view: 0,
        url: url.clone().into(),
        kind,
    };
    let shown = Pageview {
        referrer: [
            "",
            "https://www.google.com/",
            "https://shop.example/catalogue",
        ][number % 3]
            .into(),
        title: format!("Product number {} - The Shop", number % 500).into(),
        ..Pageview::default()
    };
    let mut all = vec![event(0, Kind::Pageview(shown))];
    for click in 1..events as u64 {
        let element = Element {
            selector: format!("main>ul>li:nth-of-type({click})>a").into(),
            tag: "a".into(),
            text: format!("Product {click}").into(),
            href: format!("https://shop.example/product/{click}").into(),
            ..Element::default()
        };
        let at = (200, 300 + 20 * click as u16);
        let click_kind = Kind::Click(Click {
            element,
            x: at.0,
            y: at.1,
            ..Click::default()
        });
        all.push(event(click * 900, click_kind));
    }
    let batch = Batch {
        site: "shop".into(),
        page: number as u32 + 1,
        sent: 900 * events as u64,
        viewport: (1280, 720),
        automated: false,
        events: all,
    };
    match form {
        Form::Binary => encode(&batch).expect("a batch within its limits"),
        Form::Json => to_json(&batch).into_bytes(),
    }
}

fn head(number: usize, length: usize) -> String {
    let (agent, hints) = agent(number);
    let (a, b) = (number / 250, 1 + number % 250);
    let mut head = format!(
        "POST /b HTTP/1.1\r\nHost: collector.example\r\nConnection: keep-alive\r\nContent-Length: {length}\r\n"
    );
    head.push_str(&hints);
    write!(
        head,
        "User-Agent: {agent}\r\nContent-Type: text/plain;charset=UTF-8\r\nAccept: */*\r\nOrigin: https://shop.example\r\n\
         Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\nReferer: https://shop.example/\r\n\
         Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-GB,en;q=0.9\r\nX-Forwarded-For: 198.18.{a}.{b}\r\n\r\n"
    )
    .expect("writing to memory cannot fail");
    head
}

/// A user agent and the hint headers that go with it.
fn agent(number: usize) -> (String, String) {
    let version = 118 + number / 7 % 24;
    let chromium = |platform: &str, mobile: u8| {
        format!(
            "sec-ch-ua: \"Chromium\";v=\"{version}\", \"Google Chrome\";v=\"{version}\", \"Not?A_Brand\";v=\"99\"\r\n\
             sec-ch-ua-mobile: ?{mobile}\r\nsec-ch-ua-platform: \"{platform}\"\r\n"
        )
    };
    let chrome = |system: &str, rest: &str| {
        format!(
            "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 {rest}"
        )
    };
    match number % 7 {
        0 | 1 => (
            chrome("Windows NT 10.0; Win64; x64", "Safari/537.36"),
            chromium("Windows", 0),
        ),
        2 => (
            chrome("Macintosh; Intel Mac OS X 10_15_7", "Safari/537.36"),
            chromium("macOS", 0),
        ),
        3 => (
            chrome("Linux; Android 10; K", "Mobile Safari/537.36"),
            chromium("Android", 1),
        ),
        4 => (
            format!(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_{} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/17.{} Mobile/15E148 Safari/604.1",
                number / 7 % 7,
                number / 7 % 7
            ),
            String::new(),
        ),
        5 => (
            format!(
                "Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
            ),
            String::new(),
        ),
        _ => (
            format!(
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 \
                 Safari/537.36 Edg/{version}.0.0.0"
            ),
            chromium("Windows", 0),
        ),
    }
}
