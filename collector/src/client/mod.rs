//! Who is at the other end of a request, past the proxies that are trusted.
//!
//! Invariant: no header is believed that did not come through a trusted proxy, and of a list of addresses only what
//! trusted proxies added: the first entry is anyone's to forge.

mod forwarded;

use std::net::IpAddr;

use actix_http::RequestHead;
use actix_web::http::header::{self, HeaderName};
use ipnet::IpNet;

use crate::enrich::ClientHints;
use forwarded::{is_in, node, walk, x_forwarded_for};

/// Which proxies are trusted, and in which header they name the visitor.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    trusted: Vec<IpNet>,
    header: Option<HeaderName>,
}

impl Proxies {
    /// Proxies in these networks. With a `header` only that one is read: `X-Forwarded-For` and `Forwarded` from the
    /// right, any other as one address. Without, `X-Forwarded-For`, or `Forwarded` where there is none.
    ///
    /// # Errors
    /// When `header` cannot be the name of a header.
    pub fn new(trusted: Vec<IpNet>, header: Option<&str>) -> Result<Self, String> {
        let header = header
            .map(|name| name.parse().map_err(|_| name.to_owned()))
            .transpose()?;
        Ok(Self { trusted, header })
    }
}

/// Address of the visitor.
#[must_use]
pub fn address(request: &RequestHead, proxies: &Proxies) -> IpAddr {
    let Some(peer) = peer(request) else {
        return IpAddr::from([0, 0, 0, 0]);
    };
    if !is_in(&proxies.trusted, &peer) {
        return peer;
    }
    let lines = |name: &HeaderName| -> Vec<&str> {
        let values = request.headers().get_all(name);
        values.filter_map(|value| value.to_str().ok()).collect()
    };
    let header = match &proxies.header {
        Some(header) => header,
        None if request.headers().contains_key(header::X_FORWARDED_FOR) => &header::X_FORWARDED_FOR,
        None => &header::FORWARDED,
    };
    let lines = lines(header);
    if *header == header::X_FORWARDED_FOR {
        walk(peer, x_forwarded_for(&lines), &proxies.trusted)
    } else if *header == header::FORWARDED {
        walk(peer, forwarded::forwarded(&lines), &proxies.trusted)
    } else {
        lines
            .last()
            .and_then(|line| node(line.trim()))
            .unwrap_or(peer)
    }
}

/// What both headers say when these are their lines.
#[cfg(fuzzing)]
pub(crate) fn walk_both(peer: IpAddr, lines: &[String], trusted: &[IpNet]) -> (IpAddr, IpAddr) {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    (
        walk(peer, x_forwarded_for(&lines), trusted),
        walk(peer, forwarded::forwarded(&lines), trusted),
    )
}

fn peer(request: &RequestHead) -> Option<IpAddr> {
    request.peer_addr.map(|peer| peer.ip().to_canonical())
}

/// Whether an address is this machine's or a private network's, so that it may be a proxy's but hardly a visitor's.
pub(crate) fn is_near(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    }
}

/// Whether a peer is a trusted proxy, or may be one that nobody named.
pub(crate) fn may_be_proxy(peer: IpAddr, proxies: &Proxies) -> bool {
    let peer = peer.to_canonical();
    is_near(&peer) || is_in(&proxies.trusted, &peer)
}

/// Whether a request says that it came through a proxy.
pub(crate) fn is_forwarded(request: &RequestHead, proxies: &Proxies) -> bool {
    [&header::X_FORWARDED_FOR, &header::FORWARDED]
        .into_iter()
        .chain(&proxies.header)
        .any(|name| request.headers().contains_key(name))
}

/// Whether a peer that is no visitor, by its address, tells of one that is not believed.
pub(crate) fn is_behind_untrusted_proxy(request: &RequestHead, proxies: &Proxies) -> bool {
    let is_no_visitor = |peer| is_near(&peer) && !is_in(&proxies.trusted, &peer);
    peer(request).is_some_and(is_no_visitor) && is_forwarded(request, proxies)
}

/// Bytes of a user agent that are looked at; no browser's is as long.
const USER_AGENT_BYTES: usize = 1024;

/// Bytes of a client hint that are looked at; browsers stay far below.
const HINT_BYTES: usize = 512;

/// What a request's headers tell of its sender.
#[derive(Debug, Default)]
pub(crate) struct Head<'a> {
    /// Bytes of all names and values.
    pub(crate) bytes: usize,
    /// `User-Agent`, cut, or empty.
    pub(crate) user_agent: &'a str,
    /// The `Sec-CH-UA…` headers, as far as they were sent.
    pub(crate) hints: ClientHints<'a>,
}

/// Reads the headers once; looking each one up costs more.
pub(crate) fn read(request: &RequestHead) -> Head<'_> {
    let mut head = Head::default();
    for (name, value) in request.headers() {
        let name = name.as_str();
        head.bytes += name.len() + value.len();
        let (place, limit) = match name {
            "user-agent" => (&mut head.user_agent, USER_AGENT_BYTES),
            "sec-ch-ua" => (&mut head.hints.brands, HINT_BYTES),
            "sec-ch-ua-full-version-list" => (&mut head.hints.full_versions, HINT_BYTES),
            "sec-ch-ua-mobile" => (&mut head.hints.mobile, HINT_BYTES),
            "sec-ch-ua-platform" => (&mut head.hints.platform, HINT_BYTES),
            "sec-ch-ua-platform-version" => (&mut head.hints.platform_version, HINT_BYTES),
            _ => continue,
        };
        // Of text such as this, which is ASCII, any byte may be the last.
        *place = value
            .to_str()
            .map_or("", |text| &text[..text.len().min(limit)]);
    }
    head
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_header_that_is_set_is_the_one_that_counts() {
        let all = [
            ("x-forwarded-for", "198.18.0.1"),
            ("forwarded", "for=198.18.0.2"),
            ("cf-connecting-ip", "198.18.0.3"),
        ];
        for (header, peer, sent, expected) in [
            (None, "127.0.0.1", &all[..], "198.18.0.1"),
            (None, "127.0.0.1", &all[1..], "198.18.0.2"),
            (None, "127.0.0.1", &all[2..], "127.0.0.1"),
            (Some("Forwarded"), "127.0.0.1", &all, "198.18.0.2"),
            (Some("Forwarded"), "127.0.0.1", &all[..1], "127.0.0.1"),
            (Some("X-Forwarded-For"), "127.0.0.1", &all, "198.18.0.1"),
            (Some("CF-Connecting-IP"), "127.0.0.1", &all, "198.18.0.3"),
            (
                Some("CF-Connecting-IP"),
                "127.0.0.1",
                &all[..2],
                "127.0.0.1",
            ),
            (Some("CF-Connecting-IP"), "203.0.113.9", &all, "203.0.113.9"),
            (None, "203.0.113.9", &all, "203.0.113.9"),
        ] {
            let proxies = Proxies::new(vec!["127.0.0.0/8".parse().expect("network")], header)
                .expect("a header");
            let mut request =
                TestRequest::default().peer_addr((peer.parse::<IpAddr>().expect("peer"), 1).into());
            for pair in sent {
                request = request.insert_header(*pair);
            }
            let found = address(request.to_http_request().head(), &proxies);
            assert_eq!(found.to_string(), expected, "{header:?} {peer} {sent:?}");
        }
        assert_eq!(
            Proxies::new(Vec::new(), Some("no header")).err().as_deref(),
            Some("no header")
        );
    }
}
