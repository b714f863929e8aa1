//! Webhooks: one POST, signed, bounded in time and in what is read of the answer.
//!
//! Invariant: no redirect is followed, nothing but http and https is spoken, and inner networks are asked only by webhooks
//! whose configuration says so; names are resolved by the checker's rule, so none can change its mind in between.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use serde_json::{Value, json};
use snag_checker::Fault;
use snag_checker::network::{Connector, admit, connector, fault, wait};

use crate::clean::{line, short};
use crate::place::{Hook, Style};
use crate::send::{Outcome, SetUpError};
use crate::{Told, slack};

/// For all of a request, its answer included. Source: Standard Webhooks wants 15 to 30 s.
const TIMEOUT: Duration = Duration::from_secs(20);
/// So many bytes of an answer are read.
const ANSWER_BYTES: usize = 4_096;
/// And so many characters of it are told.
const ANSWER_SHOWN: usize = 200;

type Web = Client<Connector, Full<Bytes>>;

/// Sends webhooks.
#[derive(Debug)]
pub(crate) struct Poster {
    outer: Web,
    /// Also reaches this machine and private networks.
    any: Web,
}

/// What a webhook is sent.
#[must_use]
pub fn body(told: &Told, style: Style, created: Timestamp) -> Value {
    match style {
        Style::Slack => slack(told),
        Style::Plain => {
            let mut body = json!(told);
            body["timestamp"] = json!(created);
            body
        }
    }
}

impl Poster {
    pub(crate) fn new() -> Result<Self, SetUpError> {
        let web = |allow_private| -> Result<Web, SetUpError> {
            let connector = connector(allow_private)?;
            // Messages are rare: a connection kept would be closed when it is wanted.
            let mut builder = Client::builder(TokioExecutor::new());
            Ok(builder.pool_max_idle_per_host(0).build(connector))
        };
        Ok(Self {
            outer: web(false)?,
            any: web(true)?,
        })
    }

    pub(crate) async fn send(
        &self,
        hook: &Hook,
        id: &str,
        told: &Told,
        created: Timestamp,
        now: Timestamp,
    ) -> Outcome {
        if let Err(fault) = admit(&hook.url, hook.allow_private) {
            return unreachable_by(fault);
        }
        let body = body(told, hook.style, created).to_string();
        let request = match request(hook, id, now, body) {
            Ok(request) => request,
            Err(error) => return Outcome::Refused(format!("it cannot be asked: {error}")),
        };
        let web = match hook.allow_private {
            true => &self.any,
            false => &self.outer,
        };
        let asked = async {
            match web.request(request).await {
                Err(error) => unreachable_by(fault(&error)),
                Ok(answer) => judged(answer, now).await,
            }
        };
        match tokio::time::timeout(TIMEOUT, asked).await {
            Ok(outcome) => outcome,
            Err(_) => later("no answer in time".to_owned()),
        }
    }
}

fn request(
    hook: &Hook,
    id: &str,
    now: Timestamp,
    body: String,
) -> Result<Request<Full<Bytes>>, http::Error> {
    let seconds = now.as_second();
    let signature = hook.secret.as_ref();
    let signature = signature.and_then(|secret| secret.sign(id, seconds, body.as_bytes()));
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(hook.url.as_str())
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("Snaglist/", env!("CARGO_PKG_VERSION")))
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds);
    if let Some(signature) = signature {
        request = request.header("webhook-signature", signature);
    }
    request.body(Full::from(body))
}

/// What an answer means. Source: Standard Webhooks, Operational considerations.
async fn judged(answer: Response<Incoming>, now: Timestamp) -> Outcome {
    let status = answer.status();
    let wait_ms = answer
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| asked_for(value, now));
    let text = beginning(answer.into_body()).await;
    let text = short(&line(&String::from_utf8_lossy(&text)), ANSWER_SHOWN);
    let words = match text.is_empty() {
        true => status.to_string(),
        false => format!("{status}: {text}"),
    };
    match status {
        status if status.is_success() => Outcome::Delivered(words),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Outcome::Later {
            why: words,
            wait_ms,
        },
        status if status.is_server_error() => Outcome::Later {
            why: words,
            wait_ms,
        },
        status if status.is_redirection() => Outcome::Refused(format!(
            "{status}: redirects are not followed; write the address it leads to"
        )),
        _ => Outcome::Refused(words),
    }
}

fn asked_for(value: &HeaderValue, now: Timestamp) -> Option<i64> {
    let wait = wait(value.to_str().ok()?, now)?;
    i64::try_from(wait.as_millis()).ok()
}

/// As much as is told; the rest is left where it is, and with it the connection.
async fn beginning(mut body: Incoming) -> Vec<u8> {
    let mut text = Vec::new();
    while text.len() < ANSWER_BYTES
        && let Some(Ok(part)) = body.frame().await
    {
        text.extend_from_slice(part.data_ref().map_or(&[][..], |data| data));
    }
    text.truncate(ANSWER_BYTES);
    text
}

fn later(why: String) -> Outcome {
    Outcome::Later { why, wait_ms: None }
}

fn unreachable_by(fault: Fault) -> Outcome {
    match fault {
        Fault::Private => Outcome::Refused(
            "its address is on this machine or in a private network: write allow_private = true if that is meant".to_owned(),
        ),
        Fault::NotTheWeb => Outcome::Refused("its address is neither http nor https".to_owned()),
        fault => later(fault.words().to_owned()),
    }
}
