//! Addresses of servers on this machine that answer as servers of the web do, well and badly.

#![expect(
    clippy::unwrap_used,
    reason = "what does not unwrap fails the test, which is the point"
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use snag_checker::{Checker, Fault, Finding, Options, Verdict};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// A request as it came: method, path, agent, and when.
#[derive(Debug, Clone)]
struct Asked {
    method: String,
    path: String,
    agent: String,
    at: Instant,
}

/// A server that gives each path's answers one after the other, the last for ever; an empty one is never given.
struct Site {
    url: Url,
    asked: Arc<Mutex<Vec<Asked>>>,
}

type Answers = HashMap<String, Vec<String>>;

impl Site {
    async fn open(answers: &[(&str, &[&str])]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let owned = |(path, answers): &(&str, &[&str])| {
            let answers = answers.iter().map(ToString::to_string).collect();
            ((*path).to_owned(), answers)
        };
        let answers: Arc<Answers> = Arc::new(answers.iter().map(owned).collect());
        let all = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&answers), Arc::clone(&all)));
            }
        });
        Self {
            url: url.parse().unwrap(),
            asked,
        }
    }

    fn url(&self, path: &str) -> Url {
        self.url.join(path).unwrap()
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Methods of the requests for a path, in their order.
    fn methods(&self, path: &str) -> Vec<String> {
        let asked = self.asked();
        let of_path = asked.into_iter().filter(|asked| asked.path == path);
        of_path.map(|asked| asked.method).collect()
    }
}

async fn answer(mut stream: TcpStream, answers: Arc<Answers>, all: Arc<Mutex<Vec<Asked>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let agent = head
        .lines()
        .find_map(|line| line.strip_prefix("user-agent: "));
    let asked = Asked {
        method: method.to_owned(),
        path: path.to_owned(),
        agent: agent.unwrap_or_default().to_owned(),
        at: Instant::now(),
    };
    let before = {
        let mut all = all.lock().unwrap();
        let before = all.iter().filter(|before| before.path == path).count();
        all.push(asked);
        before
    };
    let no_file = vec!["404 Not Found".to_owned()];
    let given = answers.get(path).unwrap_or(&no_file);
    let given = given.get(before).or(given.last()).unwrap();
    if given.is_empty() {
        std::future::pending::<()>().await;
    }
    let text = match given.strip_prefix("raw ") {
        Some(raw) => raw.to_owned(),
        None => {
            let (head, body) = given.split_once("\n\n").unwrap_or((given, ""));
            let head = head.replace('\n', "\r\n");
            let length = body.len();
            format!(
                "HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            )
        }
    };
    let _ = stream.write_all(text.as_bytes()).await;
}

fn options() -> Options {
    Options {
        agent: "Snaglist/1 (owner@shop.example)".to_owned(),
        pause: Duration::ZERO,
        timeout: Duration::from_millis(800),
        parallel: 4,
        allow_private: true,
    }
}

async fn check(options: Options, targets: Vec<Url>) -> Vec<(Url, Finding)> {
    let checker = Checker::new(options).unwrap();
    checker.check(targets).collect().await
}

async fn find(target: Url) -> Finding {
    check(options(), vec![target]).await.remove(0).1
}

#[tokio::test]
async fn each_kind_of_answer_is_told() {
    let site = Site::open(&[
        ("/fine", &["200 OK"]),
        ("/moved", &["301 Moved\nlocation: /fine"]),
        ("/circle", &["302 Found\nlocation: /ecric"]),
        ("/ecric", &["302 Found\nlocation: /circle"]),
        ("/nowhere", &["302 Found\nlocation: mailto:a@b.example"]),
        ("/none", &["404 Not Found"]),
        ("/closed", &["403 Forbidden"]),
        ("/failing", &["500 Oh"]),
        ("/slow", &[""]),
        ("/garbage", &["raw 220 smtp.example ESMTP\r\n"]),
        ("/short", &["raw HTTP/1.1 20"]),
    ])
    .await;
    let cases = [
        ("/fine", Ok(200), Verdict::Fine),
        ("/fine#part", Ok(200), Verdict::Fine),
        ("/moved", Ok(200), Verdict::Fine),
        ("/circle", Err(Fault::Circle), Verdict::Unsure),
        ("/nowhere", Err(Fault::NotTheWeb), Verdict::Broken),
        ("/none", Ok(404), Verdict::Broken),
        ("/closed", Ok(403), Verdict::Unsure),
        ("/failing", Ok(500), Verdict::Broken),
        ("/slow", Err(Fault::Timeout), Verdict::Unsure),
        ("/garbage", Err(Fault::Garbled), Verdict::Unsure),
        ("/short", Err(Fault::Garbled), Verdict::Unsure),
    ];
    let targets = cases.iter().map(|(path, ..)| site.url(path)).collect();
    let found = check(options(), targets).await;
    assert_eq!(found.len(), cases.len());
    for ((path, answer, verdict), (url, finding)) in cases.iter().zip(&found) {
        assert_eq!(*url, site.url(path), "one origin is asked in order");
        assert_eq!(
            (&finding.answer, finding.verdict()),
            (answer, *verdict),
            "{path}"
        );
    }
    assert_eq!(found[2].1.led_to, Some(site.url("/fine")));
    assert_eq!(found[1].1.led_to, None);
    // Its robots.txt is asked for once, and everything by who says who it is.
    assert_eq!(site.methods("/robots.txt"), ["GET"]);
    let agents = site.asked();
    assert!(agents.iter().all(|asked| asked.agent == options().agent));
}

#[tokio::test]
async fn a_refused_head_is_no_error_of_the_page() {
    let site = Site::open(&[
        ("/no-head", &["405 Method Not Allowed", "200 OK"]),
        ("/not-for-head", &["404 Not Found", "200 OK"]),
        ("/cut", &["raw x", "200 OK"]),
        ("/fine", &["200 OK"]),
    ])
    .await;
    for path in ["/no-head", "/not-for-head", "/cut"] {
        assert_eq!(find(site.url(path)).await.answer, Ok(200), "{path}");
        assert_eq!(site.methods(path), ["HEAD", "GET"], "{path}");
    }
    assert_eq!(find(site.url("/fine")).await.answer, Ok(200));
    assert_eq!(site.methods("/fine"), ["HEAD"]);
}

#[tokio::test]
async fn long_chains_of_redirects_end() {
    let steps: Vec<(String, String)> = (0..12)
        .map(|step| {
            let next = format!("302 Found\nlocation: /{}", step + 1);
            (format!("/{step}"), next)
        })
        .collect();
    let answers: Vec<(&str, [&str; 1])> = steps
        .iter()
        .map(|(path, next)| (path.as_str(), [next.as_str()]))
        .collect();
    let answers: Vec<(&str, &[&str])> = answers
        .iter()
        .map(|(path, next)| (*path, next.as_slice()))
        .collect();
    let site = Site::open(&answers).await;
    let found = find(site.url("/0")).await;
    assert_eq!(found.answer, Err(Fault::TooManyRedirects));
    assert!(site.methods("/11").is_empty());
}

#[tokio::test]
async fn robots_txt_is_heeded_also_behind_redirects() {
    let closed = Site::open(&[
        (
            "/robots.txt",
            &["200 OK\n\nUser-agent: snaglist\nDisallow: /private\n\nUser-agent: *\nDisallow: /"],
        ),
        ("/private/page", &["200 OK"]),
        ("/page", &["200 OK"]),
    ])
    .await;
    let hop = format!("302 Found\nlocation: {}", closed.url("/private/page"));
    let open = Site::open(&[("/away", &[hop.as_str()])]).await;
    let failing = Site::open(&[("/robots.txt", &["500 Oh"]), ("/page", &["200 OK"])]).await;
    let cases = [
        (closed.url("/private/page"), Err(Fault::Robots)),
        (closed.url("/page"), Ok(200)),
        (open.url("/away"), Err(Fault::Robots)),
        (failing.url("/page"), Err(Fault::Robots)),
    ];
    for (url, answer) in cases {
        assert_eq!(find(url.clone()).await.answer, answer, "{url}");
    }
    assert!(closed.methods("/private/page").is_empty());
    assert!(failing.methods("/page").is_empty());
}

#[tokio::test]
async fn a_busy_server_is_waited_for_once() {
    let site = Site::open(&[
        ("/busy", &["429 Slow\nretry-after: 1", "200 OK"]),
        ("/busier", &["429 Slow\nretry-after: 0"]),
        ("/closed", &["503 Later\nretry-after: 86400"]),
        ("/silent", &["429 Slow"]),
    ])
    .await;
    assert_eq!(find(site.url("/busy")).await.answer, Ok(200));
    let asked = site.asked();
    let busy: Vec<_> = asked.iter().filter(|one| one.path == "/busy").collect();
    assert!(busy[1].at - busy[0].at >= Duration::from_secs(1));
    let cases: [(&str, u16, &[&str]); 3] = [
        ("/busier", 429, &["HEAD", "HEAD"]),
        ("/closed", 503, &["HEAD"]),
        ("/silent", 429, &["HEAD"]),
    ];
    for (path, status, methods) in cases {
        let found = find(site.url(path)).await;
        assert_eq!(found.answer, Ok(status), "{path}");
        assert_eq!(found.verdict(), Verdict::Unsure, "{path}");
        assert_eq!(site.methods(path), methods, "{path}");
    }
}

#[tokio::test]
async fn a_site_is_asked_one_at_a_time_and_sites_side_by_side() {
    let answers: &[(&str, &[&str])] = &[
        (
            "/robots.txt",
            &["200 OK\n\nUser-agent: *\nCrawl-delay: 0.3"],
        ),
        ("/1", &["200 OK"]),
        ("/2", &["200 OK"]),
    ];
    let sites = [Site::open(answers).await, Site::open(answers).await];
    let targets: Vec<Url> = sites
        .iter()
        .flat_map(|site| [site.url("/1"), site.url("/2")])
        .collect();
    let start = Instant::now();
    let options = Options {
        pause: Duration::from_millis(100),
        ..options()
    };
    assert_eq!(check(options, targets).await.len(), 4);
    for site in &sites {
        let asked = site.asked();
        assert_eq!(asked.len(), 3);
        // The longer of its wish and ours.
        for pair in asked.windows(2) {
            assert!(pair[1].at - pair[0].at >= Duration::from_millis(295));
        }
    }
    let asked: Vec<Vec<Asked>> = sites.iter().map(Site::asked).collect();
    assert!(
        asked[1][0].at < asked[0][2].at,
        "neither waits for the other"
    );
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_inner_network_is_not_asked_by_any_way() {
    let inner = Site::open(&[("/secret", &["200 OK"])]).await;
    let port = inner.url.port().unwrap();
    let careful = || Options {
        allow_private: false,
        ..options()
    };
    for host in ["127.0.0.1", "localhost", "[::1]", "0x7f000001"] {
        let url: Url = format!("http://{host}:{port}/secret").parse().unwrap();
        let found = check(careful(), vec![url]).await.remove(0).1;
        assert_eq!(found.answer, Err(Fault::Private), "{host}");
    }
    assert!(inner.asked().is_empty());
}

/// A certificate that nobody vouches for.
fn self_signed() -> tokio_rustls::TlsAcceptor {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(signed.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.into()], key.unwrap())
        .unwrap();
    Arc::new(config).into()
}

#[tokio::test]
async fn who_cannot_be_reached_is_told_why() {
    let encrypted = || async { TcpListener::bind("127.0.0.1:0").await.unwrap() };
    let (plain, unknown) = (encrypted().await, encrypted().await);
    let https = |of: &TcpListener| -> Url {
        let port = of.local_addr().unwrap().port();
        format!("https://localhost:{port}/").parse().unwrap()
    };
    let (no_tls, no_trust) = (https(&plain), https(&unknown));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Plain\r\n\r\n").await;
        }
    });
    let acceptor = self_signed();
    tokio::spawn(async move {
        while let Ok((stream, _)) = unknown.accept().await {
            let _ = acceptor.accept(stream).await;
        }
    });
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody: Url = format!("http://{}/", closed.local_addr().unwrap())
        .parse()
        .unwrap();
    drop(closed);
    let cases = [
        (no_tls, Fault::Encryption),
        (no_trust, Fault::Encryption),
        (nobody, Fault::Refused),
        (
            "http://no-such-name.invalid/".parse().unwrap(),
            Fault::NoSuchName,
        ),
    ];
    for (url, fault) in cases {
        let found = find(url.clone()).await;
        assert_eq!(
            (found.answer, found.verdict()),
            (Err(fault), Verdict::Broken),
            "{url}"
        );
    }
}
