//! A server that answers as it is told to, and remembers what it was sent.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// What it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A server that gives its answers one after the other, the last for ever.
pub(crate) struct Web {
    pub(crate) url: Url,
    posted: Arc<Mutex<Vec<Posted>>>,
}

/// What it answers.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// These bytes.
    Raw(String),
    /// A body without an end.
    Endless,
    /// Nothing at all.
    Silence,
}

impl Answer {
    pub(crate) fn of(status: &str, body: &str) -> Self {
        let length = body.len();
        Self::Raw(format!(
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
    }
}

impl Web {
    pub(crate) async fn open(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let posted = Arc::<Mutex<Vec<Posted>>>::default();
        let all = Arc::clone(&posted);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, answers.clone(), Arc::clone(&all)));
            }
        });
        Self {
            url: url.parse().unwrap(),
            posted,
        }
    }

    pub(crate) fn posted(&self) -> Vec<Posted> {
        self.posted.lock().unwrap().clone()
    }
}

async fn answer(mut stream: TcpStream, answers: Vec<Answer>, all: Arc<Mutex<Vec<Posted>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("POST /hook HTTP/1.1\r\n"), "{head}");
    let mut headers = http::HeaderMap::new();
    for line in head.lines().skip(1).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").unwrap();
        let name = http::HeaderName::try_from(name).unwrap();
        headers.append(name, value.parse().unwrap());
    }
    let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    let before = {
        let mut all = all.lock().unwrap();
        all.push(Posted { headers, body });
        all.len() - 1
    };
    match answers.get(before).or(answers.last()).unwrap() {
        Answer::Raw(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
        }
        Answer::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while stream.write_all(&[b'x'; 65_536]).await.is_ok() {}
        }
        Answer::Silence => std::future::pending().await,
    }
}
