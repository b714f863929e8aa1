//! Who is at the other end of a request, past the proxies that are trusted.
//!
//! `X-Forwarded-For` is walked from the right, since only what trusted proxies added can be believed; the first entry
//! is anyone's to forge.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;
use ipnet::IpNet;

/// Address of the visitor.
pub(crate) fn address(request: &HttpRequest, trusted: &[IpNet]) -> IpAddr {
    let peer = request
        .peer_addr()
        .map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip().to_canonical());
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .collect();
    walk(peer, &forwarded.join(","), trusted)
}

/// Whether a peer that is no visitor, by its address, tells of one that is not believed.
pub(crate) fn is_behind_untrusted_proxy(request: &HttpRequest, trusted: &[IpNet]) -> bool {
    let Some(peer) = request.peer_addr().map(|peer| peer.ip().to_canonical()) else {
        return false;
    };
    let is_near = match peer {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    };
    is_near
        && request.headers().contains_key("x-forwarded-for")
        && !trusted.iter().any(|network| network.contains(&peer))
}

fn walk(peer: IpAddr, forwarded: &str, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut address = peer;
    for entry in forwarded.rsplit(',') {
        if !is_trusted(&address) {
            break;
        }
        match parse(entry.trim()) {
            Some(next) => address = next,
            None => break,
        }
    }
    address
}

fn parse(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').split(']').next()?;
    let address: IpAddr = bare
        .parse()
        .ok()
        .or_else(|| entry.parse::<std::net::SocketAddr>().ok().map(|a| a.ip()))?;
    Some(address.to_canonical())
}

/// The `User-Agent` header, or empty.
pub(crate) fn user_agent(request: &HttpRequest) -> &str {
    request
        .headers()
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwarded_addresses_are_believed_only_as_far_as_proxies_are_trusted() {
        let trusted = [
            "127.0.0.0/8".parse().expect("network"),
            "10.0.0.0/8".parse().expect("network"),
        ];
        for (peer, forwarded, expected) in [
            ("127.0.0.1", "198.18.0.7", "198.18.0.7"),
            ("127.0.0.1", "1.1.1.1, 198.18.0.7", "198.18.0.7"),
            ("127.0.0.1", "1.1.1.1, 198.18.0.7, 10.0.0.3", "198.18.0.7"),
            ("203.0.113.9", "198.18.0.7", "203.0.113.9"),
            ("127.0.0.1", "", "127.0.0.1"),
            ("127.0.0.1", "unknown", "127.0.0.1"),
            ("127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
            ("127.0.0.1", "198.18.0.7:5000", "198.18.0.7"),
        ] {
            let address = walk(peer.parse().expect("address"), forwarded, &trusted);
            assert_eq!(address.to_string(), expected, "{peer} {forwarded}");
        }
    }
}
