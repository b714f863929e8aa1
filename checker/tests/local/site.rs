//! A server that answers as it is told to, and remembers what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// A request as it came: method, path, agent, and when.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) agent: String,
    pub(crate) at: Instant,
}

/// A server that gives each path's answers one after the other, the last for ever; an empty one is never given.
pub(crate) struct Site {
    pub(crate) url: Url,
    asked: Arc<Mutex<Vec<Asked>>>,
}

type Answers = HashMap<String, Vec<String>>;

impl Site {
    pub(crate) async fn open(answers: &[(&str, &[&str])]) -> Self {
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

    pub(crate) fn url(&self, path: &str) -> Url {
        self.url.join(path).unwrap()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Methods of the requests for a path, in their order.
    pub(crate) fn methods(&self, path: &str) -> Vec<String> {
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
