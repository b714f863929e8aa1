//! Carries beacons to the collector: over real HTTP, waiting when asked to, and calling anything else an error.
//!
//! Invariant: a beacon counts as delivered only after a 204, and one that may have arrived is never sent again.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, ORIGIN, REFERER, RETRY_AFTER, USER_AGENT};
use reqwest::{Client, StatusCode};
use snag_beacon::{Batch, Problem};
use url::Url;

use crate::Error;

/// Times a busy collector is asked before giving up.
const ATTEMPTS: u32 = 20;
/// However long a collector says to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// Bytes of an answer that an error quotes.
const QUOTED: usize = 200;

pub(crate) struct Courier {
    client: Client,
    to: Url,
    origin: String,
}

impl Courier {
    /// A courier to the collector at `target`, from pages at `origin`.
    pub(crate) fn new(target: &Url, origin: &Url) -> Result<Self, Error> {
        let unfit = || Error::Target {
            target: target.to_string(),
        };
        let mut to = target.clone();
        to.path_segments_mut()
            .map_err(|()| unfit())?
            .pop_if_empty()
            .push("b");
        if to.scheme() != "http" {
            return Err(unfit());
        }
        let client = Client::builder()
            .no_proxy()
            .timeout(ANSWER_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .map_err(|source| Error::Unreachable {
                url: to.to_string(),
                source,
            })?;
        Ok(Self {
            client,
            to,
            origin: origin.origin().ascii_serialization(),
        })
    }

    /// Delivers one batch of a page that was loaded at `loaded`, from `agent` at `address`; `body` writes it, told how many
    /// milliseconds ago that was. Gives the time its answer took.
    pub(crate) async fn deliver(
        &self,
        agent: &str,
        address: IpAddr,
        loaded: Loaded,
        mut body: impl FnMut(u64) -> Result<Vec<u8>, Error>,
    ) -> Result<Duration, Error> {
        let mut waited = Duration::ZERO;
        for _ in 0..ATTEMPTS {
            let body = body(loaded.ago())?;
            let began = Instant::now();
            let answer = self
                .client
                .post(self.to.clone())
                .header(USER_AGENT, agent)
                .header("X-Forwarded-For", address.to_string())
                .header(ORIGIN, &self.origin)
                .header(REFERER, format!("{}/", self.origin))
                .header(CONTENT_TYPE, "text/plain;charset=UTF-8")
                .body(body)
                .send()
                .await
                .map_err(|source| self.unreachable(source))?;
            match answer.status() {
                StatusCode::NO_CONTENT => return Ok(began.elapsed()),
                StatusCode::SERVICE_UNAVAILABLE => {
                    let asked = answer
                        .headers()
                        .get(RETRY_AFTER)
                        .and_then(|value| value.to_str().ok()?.parse().ok());
                    let wait = asked
                        .map_or(Duration::from_secs(1), Duration::from_secs)
                        .min(LONGEST_WAIT);
                    tokio::time::sleep(wait).await;
                    waited += wait;
                }
                status => {
                    let body = answer
                        .text()
                        .await
                        .map_err(|source| self.unreachable(source))?;
                    return Err(Error::Refused {
                        url: self.to.to_string(),
                        status: status.as_u16(),
                        body: body.chars().take(QUOTED).collect(),
                    });
                }
            }
        }
        Err(Error::Busy {
            url: self.to.to_string(),
            attempts: ATTEMPTS,
            waited,
        })
    }

    fn unreachable(&self, source: reqwest::Error) -> Error {
        Error::Unreachable {
            url: self.to.to_string(),
            source: source.without_url(),
        }
    }
}

/// A batch on the wire: binary, or JSON where it has what binary has no place for.
pub(crate) fn body(batch: &Batch<'_>) -> Result<Vec<u8>, Error> {
    match snag_beacon::encode(batch) {
        Ok(body) => Ok(body),
        Err(error) if error.problem == Problem::NoPlace => {
            Ok(snag_beacon::to_json(batch).into_bytes())
        }
        Err(source) => Err(Error::Beacon {
            page: batch
                .events
                .first()
                .map(|event| event.url.to_string())
                .unwrap_or_default(),
            source,
        }),
    }
}

/// When a page was loaded: so long before an instant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loaded {
    pub(crate) before: Duration,
    pub(crate) instant: Instant,
}

impl Loaded {
    /// Milliseconds from the load to now.
    fn ago(self) -> u64 {
        u64::try_from((self.before + self.instant.elapsed()).as_millis()).unwrap_or(u64::MAX)
    }
}
