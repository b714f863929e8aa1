//! What an origin lets programs ask (RFC 9309).
//!
//! Invariant: where the file cannot be had for the server's own fault, nothing is asked there.

use std::time::Duration;

use http::Method;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use robotxt::{AccessResult, BYTE_LIMIT, Robots};
use url::Url;

use crate::{Checker, Fault, NAME};

/// RFC 9309, 2.3.1.2: at least five are followed, also to other hosts.
const REDIRECTS: usize = 5;

/// The rules of an origin.
#[derive(Debug)]
pub(crate) enum Rules {
    /// What its file says.
    Known(Robots),
    /// It gives no answer at all, and that is what there is to tell of it.
    Unreachable(Fault),
}

impl Rules {
    /// Whether this may be asked.
    pub(crate) fn admit(&self, url: &Url) -> Result<(), Fault> {
        match self {
            Self::Unreachable(fault) => Err(*fault),
            Self::Known(robots) if robots.is_url_allowed(url) => Ok(()),
            Self::Known(_) => Err(Fault::Robots),
        }
    }

    /// How long it wants to be left alone after a request.
    pub(crate) fn pause(&self) -> Option<Duration> {
        match self {
            Self::Known(robots) => robots.crawl_delay(),
            Self::Unreachable(_) => None,
        }
    }
}

impl Checker {
    /// Asks for the rules of the origin that `url` is of.
    pub(crate) async fn rules(&self, url: &Url) -> Rules {
        let Ok(mut at) = url.join("/robots.txt") else {
            return Rules::Unreachable(Fault::NotTheWeb);
        };
        for _ in 0..=REDIRECTS {
            let response = match self.send(Method::GET, &at).await {
                Ok(response) => response,
                Err(fault) => return Rules::Unreachable(fault),
            };
            match response.status().as_u16() {
                200..=299 => {
                    let text = self.beginning(response.into_body()).await;
                    return known(AccessResult::Successful(&text));
                }
                300..=399 => match super::ask::redirect(&response, &at) {
                    Some(Ok(next)) => at = next,
                    Some(Err(_)) | None => return known(AccessResult::Unavailable),
                },
                400..=499 => return known(AccessResult::Unavailable),
                _ => return known(AccessResult::Unreachable),
            }
        }
        known(AccessResult::TooManyRedirects)
    }

    /// As much of the file as is heeded; what breaks off, or does not come in time, counts as far as it came.
    async fn beginning(&self, mut body: Incoming) -> Vec<u8> {
        let mut text = Vec::new();
        let read = async {
            while text.len() <= BYTE_LIMIT
                && let Some(Ok(part)) = body.frame().await
            {
                text.extend_from_slice(part.data_ref().map_or(&[][..], |data| data));
            }
        };
        let _ = tokio::time::timeout(self.options.timeout, read).await;
        text
    }
}

fn known(access: AccessResult<'_>) -> Rules {
    Rules::Known(Robots::from_access(access, NAME))
}
