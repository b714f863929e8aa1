//! Asks addresses of the web whether they are there, politely.
//!
//! Invariant: one request at a time an origin, with a pause between two; nothing is asked that its robots.txt does not let
//! us ask; and no request goes to an address of an inner network, whatever a name or a redirect says, unless that is
//! allowed. Knows neither store nor reports, reads no body but robots.txt, keeps no cookie. Who has other things to send may
//! use the same way out: [`network`].

mod ask;
mod error;
mod finding;
pub mod network;
mod origin;
mod robots;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http::HeaderValue;
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use url::Url;

pub use error::SetUpError;
pub use finding::{Fault, Finding, Verdict};

use network::{Connector, connector};
use origin::Origin;

/// The name that robots.txt may speak to.
pub const NAME: &str = "Snaglist";

/// How addresses are asked.
#[derive(Debug, Clone)]
pub struct Options {
    /// What requests say of who asks: begins with [`NAME`], and tells how to reach the owner.
    pub agent: String,
    /// Between two requests to an origin; longer where its robots.txt wants it.
    pub pause: Duration,
    /// For one request.
    pub timeout: Duration,
    /// How many origins are asked at the same time.
    pub parallel: usize,
    /// Whether addresses of this machine and of private networks are asked too.
    pub allow_private: bool,
}

/// Asks addresses, and remembers of each origin its robots.txt and when it was asked last.
#[derive(Debug)]
pub struct Checker {
    options: Options,
    agent: HeaderValue,
    client: Client<Connector, Empty<Bytes>>,
    origins: Mutex<HashMap<String, Arc<Origin>>>,
}

impl Checker {
    /// One that has asked nothing yet.
    ///
    /// # Errors
    /// [`SetUpError`] where the agent cannot stand in a header, or encryption cannot be set up.
    pub fn new(options: Options) -> Result<Self, SetUpError> {
        let Ok(agent) = HeaderValue::from_str(&options.agent) else {
            return Err(SetUpError::Agent(options.agent));
        };
        let connector = connector(options.allow_private)?;
        Ok(Self {
            options,
            agent,
            client: Client::builder(TokioExecutor::new()).build(connector),
            origins: Mutex::default(),
        })
    }

    /// Asks all of them, those of one origin in the order given, and tells of each as it is known.
    pub fn check(&self, targets: Vec<Url>) -> impl Stream<Item = (Url, Finding)> + '_ {
        let of_origin = |targets: Vec<Url>| {
            let asked = stream::iter(targets).then(async |url| {
                let finding = self.find(&url).await;
                (url, finding)
            });
            Box::pin(asked)
        };
        stream::iter(by_origin(targets))
            .map(of_origin)
            .flatten_unordered(self.options.parallel.max(1))
    }

    fn origin(&self, url: &Url) -> Arc<Origin> {
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(origins.entry(key(url)).or_default())
    }
}

fn key(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// In the order in which each origin comes first.
fn by_origin(targets: Vec<Url>) -> Vec<Vec<Url>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Vec<Url>> = Vec::new();
    for url in targets {
        let place = *places.entry(key(&url)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(url),
            None => groups.push(vec![url]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_origin_are_asked_in_their_order() {
        let urls = |texts: &[&str]| -> Vec<Url> {
            texts.iter().filter_map(|text| text.parse().ok()).collect()
        };
        let groups = by_origin(urls(&[
            "https://a.example/1",
            "https://b.example/",
            "https://a.example/2",
            "http://a.example/3",
        ]));
        assert_eq!(
            groups,
            [
                urls(&["https://a.example/1", "https://a.example/2"]),
                urls(&["https://b.example/"]),
                urls(&["http://a.example/3"]),
            ]
        );
    }
}
