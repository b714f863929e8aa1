//! A collector's double on the loopback address: it writes every request down and answers as it is told.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use url::Url;

pub(crate) struct Heard {
    pub(crate) at: SystemTime,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) forwarded: String,
    pub(crate) agent: String,
    pub(crate) origin: String,
    pub(crate) body: Vec<u8>,
    pub(crate) answered: u16,
}

pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: &'static str,
    delay: Duration,
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: "",
            delay: Duration::ZERO,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn saying(mut self, body: &'static str) -> Self {
        self.body = body;
        self
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

struct Shared<F> {
    heard: Arc<Mutex<Vec<Heard>>>,
    count: AtomicU64,
    answer: F,
}

pub(crate) struct Listener {
    pub(crate) address: Url,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Listener {
    /// Listens; `answer` is asked with the number of the request.
    pub(crate) async fn start(answer: impl Fn(u64) -> Answer + Send + Sync + 'static) -> Self {
        let socket = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let address = Url::parse(&format!("http://{}", socket.local_addr().unwrap())).unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::new(Shared {
            heard: heard.clone(),
            count: AtomicU64::new(0),
            answer,
        });
        tokio::spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                let shared = shared.clone();
                tokio::spawn(async move {
                    let service = service_fn(|request| hear(&shared, request));
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { address, heard }
    }

    /// Takes what was heard so far, in the order it came.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

async fn hear<F: Fn(u64) -> Answer>(
    shared: &Shared<F>,
    request: Request<Incoming>,
) -> hyper::Result<Response<Full<Bytes>>> {
    let at = SystemTime::now();
    let (head, body) = request.into_parts();
    let header = |name: &str| {
        head.headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    };
    let (forwarded, agent, origin) = (
        header("x-forwarded-for"),
        header("user-agent"),
        header("origin"),
    );
    let body = body.collect().await?.to_bytes().to_vec();
    let answer = (shared.answer)(shared.count.fetch_add(1, Ordering::Relaxed));
    tokio::time::sleep(answer.delay).await;
    shared.heard.lock().unwrap().push(Heard {
        at,
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        forwarded,
        agent,
        origin,
        body,
        answered: answer.status,
    });
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    Ok(response
        .body(Full::new(Bytes::from_static(answer.body.as_bytes())))
        .unwrap())
}
