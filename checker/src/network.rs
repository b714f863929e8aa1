//! Which addresses may be asked: those that everybody can reach.
//!
//! Invariant: what is connected to is what was looked at, for names are resolved here alone; so a name that changes its
//! mind between two look-ups gets nowhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use ipnet::{Ipv4Net, Ipv6Net};
use tower_service::Service;
use url::{Host, Url};

pub use crate::ask::{fault, wait};
use crate::{Fault, SetUpError};

/// Connects to what may be asked, encrypted or not.
pub type Connector = HttpsConnector<HttpConnector<Resolver>>;

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(first: u16, second: u16, third: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0), prefix)
}

/// Not everybody's, by IANA's registry of special-purpose addresses.
const INNER_V4: [Ipv4Net; 14] = [
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
];

/// Only these are handed out to everybody; tunnels, documentation and translations within them are not.
const OUTER_V6: Ipv6Net = v6(0x2000, 0, 0, 3);
const INNER_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 0, 23),
    v6(0x2001, 0xdb8, 0, 32),
    v6(0x2002, 0, 0, 16),
    v6(0x3fff, 0, 0, 20),
];

/// Whether everybody can reach the address.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !INNER_V4.iter().any(|net| net.contains(&address)),
        IpAddr::V6(address) => {
            OUTER_V6.contains(&address) && !INNER_V6.iter().any(|net| net.contains(&address))
        }
    }
}

/// Whether this may be asked, as far as it tells; names are looked at once they are resolved.
///
/// # Errors
/// [`Fault::NotTheWeb`] for what is neither http nor https, [`Fault::Private`].
pub fn admit(url: &Url, allow_private: bool) -> Result<(), Fault> {
    let address = match url.host() {
        _ if !matches!(url.scheme(), "http" | "https") => return Err(Fault::NotTheWeb),
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err(Fault::NotTheWeb),
    };
    match allow_private || is_public(address) {
        true => Ok(()),
        false => Err(Fault::Private),
    }
}

/// What connects; also to addresses of this machine and of private networks, if these are allowed.
///
/// # Errors
/// [`SetUpError::Encryption`].
pub fn connector(allow_private: bool) -> Result<Connector, SetUpError> {
    let mut plain = HttpConnector::new_with_resolver(Resolver { allow_private });
    plain.enforce_http(false);
    let provider = rustls::crypto::ring::default_provider();
    Ok(HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(provider)?
        .https_or_http()
        .enable_http1()
        .wrap_connector(plain))
}

/// Looks names up, and gives only addresses that may be asked.
#[derive(Debug, Clone)]
pub struct Resolver {
    allow_private: bool,
}

/// Why a name has no address.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.words())]
pub struct Unresolved(pub(crate) Fault);

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Unresolved;
    type Future = BoxFuture<'static, Result<Self::Response, Unresolved>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unresolved>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let allow_private = self.allow_private;
        async move {
            // The port is the client's matter.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<SocketAddr> = found.map_or_else(|_| Vec::new(), Iterator::collect);
            if found.is_empty() {
                return Err(Unresolved(Fault::NoSuchName));
            }
            let may = |address: &SocketAddr| allow_private || is_public(address.ip());
            let may: Vec<SocketAddr> = found.into_iter().filter(may).collect();
            match may.is_empty() {
                true => Err(Unresolved(Fault::Private)),
                false => Ok(may.into_iter()),
            }
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_everybody_can_reach_is_asked() {
        let cases = [
            ("http://192.0.1.1/", true),
            ("https://93.184.216.34/", true),
            ("https://[2606:2800:220:1::1]/", true),
            ("https://shop.example/", true),
            ("http://127.0.0.1/", false),
            ("http://0x7f.1/", false),
            ("http://2130706433/", false),
            ("http://10.1.2.3/", false),
            ("http://172.31.0.1/", false),
            ("http://172.32.0.1/", true),
            ("http://192.168.1.1/", false),
            ("http://169.254.169.254/latest", false),
            ("http://100.100.1.1/", false),
            ("http://0.0.0.0/", false),
            ("http://224.0.0.1/", false),
            ("http://[::1]/", false),
            ("http://[::ffff:10.0.0.1]/", false),
            ("http://[fd00::1]/", false),
            ("http://[fe80::1]/", false),
            ("http://[64:ff9b::a00:1]/", false),
            ("http://[2002:a00:1::]/", false),
            ("http://[2001:db8::1]/", false),
        ];
        for (url, may) in cases {
            let url: Url = url.parse().expect("a URL");
            assert_eq!(admit(&url, false).is_ok(), may, "{url}");
            assert_eq!(admit(&url, true), Ok(()), "{url}");
        }
        for other in ["file:///etc/passwd", "mailto:a@b.example", "data:,x"] {
            let url: Url = other.parse().expect("a URL");
            assert_eq!(admit(&url, true), Err(Fault::NotTheWeb), "{other}");
        }
    }

    #[tokio::test]
    async fn a_name_for_an_inner_address_is_none() {
        let name = || "localhost".parse::<Name>().expect("a name");
        let resolve = |allow_private| Resolver { allow_private }.call(name());
        let refused = resolve(false).await.err();
        assert_eq!(refused.map(|why| why.0), Some(Fault::Private));
        assert!(resolve(true).await.is_ok());
    }
}
