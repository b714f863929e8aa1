//! One address asked: `HEAD` first, `GET` where that is refused, redirects followed one by one.
//!
//! Invariant: nothing is called an error that only `HEAD` was answered with.

use std::collections::HashSet;
use std::error::Error as _;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, LOCATION, RETRY_AFTER, USER_AGENT};
use http::{Method, Request, Response};
use http_body_util::Empty;
use hyper::body::Incoming;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use url::Url;

use crate::network::{Unresolved, admit};
use crate::{Checker, Fault, Finding};

type Answer = Response<Incoming>;

/// As many as browsers follow at most is twenty; who needs more than half of them is lost.
const REDIRECTS: usize = 10;
/// Who asks for more time is not asked again.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl Checker {
    /// What is at an address.
    pub(crate) async fn find(&self, url: &Url) -> Finding {
        let mut at = without_fragment(url.clone());
        let start = at.clone();
        let answer = self.follow(&mut at).await;
        Finding {
            answer,
            led_to: (at != start).then_some(at),
        }
    }

    /// The status at the end of all redirects, which is where `at` then is.
    async fn follow(&self, at: &mut Url) -> Result<u16, Fault> {
        let mut seen = HashSet::from([at.clone()]);
        let mut has_waited = false;
        loop {
            let response = self.ask(at, &mut has_waited).await?;
            let Some(next) = redirect(&response, at) else {
                return Ok(response.status().as_u16());
            };
            let next = without_fragment(next?);
            if !seen.insert(next.clone()) {
                return Err(Fault::Circle);
            }
            if seen.len() > REDIRECTS {
                return Err(Fault::TooManyRedirects);
            }
            *at = next;
        }
    }

    /// Asks once it is this origin's turn, and once more where it asks for a moment's patience.
    async fn ask(&self, url: &Url, has_waited: &mut bool) -> Result<Answer, Fault> {
        admit(url, self.options.allow_private)?;
        let origin = self.origin(url);
        let mut turn = origin.turn().await;
        if turn.rules.is_none() {
            turn.rules = Some(self.rules(url).await);
            turn.asked(self.options.pause);
        }
        if let Some(rules) = &turn.rules {
            rules.admit(url)?;
        }
        let mut method = Method::HEAD;
        loop {
            turn.wait().await;
            let answer = self.send(method.clone(), url).await;
            turn.asked(self.options.pause);
            let wait = answer.as_ref().ok().and_then(patience);
            if let Some(wait) = wait.filter(|_| !*has_waited) {
                *has_waited = true;
                tokio::time::sleep(wait).await;
                continue;
            }
            let is_refused = match &answer {
                Ok(response) => response.status().as_u16() >= 400 && !is_busy(response),
                Err(fault) => *fault == Fault::Garbled,
            };
            match is_refused && method == Method::HEAD {
                true => method = Method::GET,
                false => return answer,
            }
        }
    }

    /// One request, whose body is left where it is.
    pub(crate) async fn send(&self, method: Method, url: &Url) -> Result<Answer, Fault> {
        admit(url, self.options.allow_private)?;
        let request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(USER_AGENT, &self.agent)
            .header(ACCEPT, "*/*")
            .body(Empty::<Bytes>::new())
            .map_err(|_| Fault::NotTheWeb)?;
        match tokio::time::timeout(self.options.timeout, self.client.request(request)).await {
            Ok(answer) => answer.map_err(|error| fault(&error)),
            Err(_) => Err(Fault::Timeout),
        }
    }
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

/// Where an answer sends us, if it does.
pub(crate) fn redirect(response: &Answer, from: &Url) -> Option<Result<Url, Fault>> {
    let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(LOCATION).filter(|_| is_redirect)?;
    let text = String::from_utf8_lossy(location.as_bytes());
    Some(from.join(&text).map_err(|_| Fault::NotTheWeb))
}

/// Whether it wants to be left alone for now, which another method would not change.
fn is_busy(response: &Answer) -> bool {
    let status = response.status().as_u16();
    status == 429 || status == 503 && response.headers().contains_key(RETRY_AFTER)
}

/// How long a busy server wants us to wait, where that is bearable.
fn patience(response: &Answer) -> Option<Duration> {
    if !is_busy(response) {
        return None;
    }
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    wait(text, Timestamp::now()).filter(|wait| *wait <= LONGEST_WAIT)
}

/// How long `Retry-After` asks to wait: seconds, or a time (RFC 9110, 10.2.3); nothing of a time that is past.
#[must_use]
pub fn wait(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = rfc2822::parse(text.trim()).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

/// Why there is no answer.
#[must_use]
pub fn fault(error: &hyper_util::client::legacy::Error) -> Fault {
    let mut cause = error.source();
    while let Some(at) = cause {
        if let Some(unresolved) = at.downcast_ref::<Unresolved>() {
            return unresolved.0;
        }
        if at.is::<rustls::Error>() {
            return Fault::Encryption;
        }
        let io = at.downcast_ref::<io::Error>();
        match io.map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => return Fault::Refused,
            Some(
                io::ErrorKind::TimedOut
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable,
            ) => return Fault::Timeout,
            _ => {}
        }
        // What an I/O error wraps is not its source, but itself.
        cause = match io.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => at.source(),
        };
    }
    Fault::Garbled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_in_seconds_or_by_the_clock_when_to_come_again() {
        let now = "2026-01-05T10:00:00Z".parse().expect("a time");
        let cases = [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Mon, 05 Jan 2026 10:00:30 GMT", Some(30)),
            ("Mon, 05 Jan 2026 09:59:30 GMT", Some(0)),
            ("soon", None),
            ("-3", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(wait(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
