//! What proxies say of who came through them, read from the right: `X-Forwarded-For`, and `Forwarded` (RFC 7239).
//!
//! Invariant: only entries that trusted proxies wrote are read. Each proxy appends, so these are the last ones, and an
//! entry is cut off at its own start, looking leftwards: nothing a visitor wrote to the left of it, such as a quotation
//! mark that is never closed, changes what it says. Pure: it knows neither requests nor settings.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;

/// Whether an address is in one of the networks.
pub(super) fn is_in(networks: &[IpNet], address: &IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

/// The first address, from the right, that is not a trusted proxy's. Where an entry hides its address or is none, the
/// proxy that wrote it stands for all behind it.
pub(super) fn walk(
    peer: IpAddr,
    entries: impl IntoIterator<Item = Option<IpAddr>>,
    trusted: &[IpNet],
) -> IpAddr {
    let mut address = peer;
    for entry in entries {
        if !is_in(trusted, &address) {
            break;
        }
        match entry {
            Some(next) => address = next,
            None => break,
        }
    }
    address
}

/// Entries of the lines of `X-Forwarded-For`, last first; `None` for what is no address.
pub(super) fn x_forwarded_for<'a>(lines: &'a [&'a str]) -> impl Iterator<Item = Option<IpAddr>> {
    let entries = lines.iter().rev().flat_map(|line| line.rsplit(','));
    entries.map(|entry| node(entry.trim()))
}

/// Entries of the lines of `Forwarded`, last first; `None` for `unknown`, hidden names, and what is no address.
pub(super) fn forwarded<'a>(lines: &'a [&'a str]) -> impl Iterator<Item = Option<IpAddr>> {
    let entries = lines.iter().rev().flat_map(|line| Pieces::of(line, b','));
    entries.map(|entry| {
        let value = Pieces::of(entry, b';').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case("for")
                .then_some(value.trim())
        })?;
        match value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
        {
            Some(quoted) if quoted.contains('\\') => node(&unescape(quoted)),
            Some(quoted) => node(quoted),
            None => node(value),
        }
    })
}

/// An address with or without a port, an IPv6 address with or without brackets.
pub(super) fn node(text: &str) -> Option<IpAddr> {
    let address = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            if !port.is_empty() && !port.starts_with(':') {
                return None;
            }
            address.parse::<Ipv6Addr>().ok()?.into()
        }
        None => match text.parse() {
            Ok(address) => address,
            // Ports may be hidden too, as in 192.0.2.43:_work.
            Err(_) => match text.parse::<SocketAddr>() {
                Ok(address) => address.ip(),
                Err(_) => text.split_once(":_")?.0.parse().ok()?,
            },
        },
    };
    Some(address.to_canonical())
}

fn unescape(quoted: &str) -> String {
    let mut plain = String::with_capacity(quoted.len());
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    plain
}

/// What a separator outside of quotation marks divides, last piece first.
struct Pieces<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Pieces<'a> {
    fn of(text: &'a str, separator: u8) -> Self {
        Self {
            rest: Some(text),
            separator,
        }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let bytes = rest.as_bytes();
        let mut is_quoted = false;
        for at in (0..bytes.len()).rev() {
            let escapes = || bytes[..at].iter().rev().take_while(|b| **b == b'\\');
            if bytes[at] == b'"' && !(is_quoted && escapes().count() % 2 == 1) {
                is_quoted = !is_quoted;
            } else if bytes[at] == self.separator && !is_quoted {
                self.rest = Some(&rest[..at]);
                return Some(rest[at + 1..].trim());
            }
        }
        self.rest = None;
        Some(rest.trim())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn trusted() -> [IpNet; 2] {
        ["127.0.0.0/8", "10.0.0.0/8"].map(|network| network.parse().expect("network"))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("address")
    }

    #[test]
    fn addresses_are_believed_only_as_far_as_proxies_are_trusted() {
        for (peer, lines, expected) in [
            ("127.0.0.1", &["198.18.0.7"][..], "198.18.0.7"),
            ("127.0.0.1", &["1.1.1.1, 198.18.0.7"], "198.18.0.7"),
            (
                "127.0.0.1",
                &["1.1.1.1, 198.18.0.7, 10.0.0.3"],
                "198.18.0.7",
            ),
            ("127.0.0.1", &["1.1.1.1", "198.18.0.7"], "198.18.0.7"),
            (
                "127.0.0.1",
                &["1.1.1.1, 198.18.0.7", "10.0.0.3"],
                "198.18.0.7",
            ),
            ("203.0.113.9", &["198.18.0.7"], "203.0.113.9"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &[""], "127.0.0.1"),
            ("127.0.0.1", &["unknown"], "127.0.0.1"),
            ("127.0.0.1", &["1.1.1.1, unknown, 10.0.0.3"], "10.0.0.3"),
            ("127.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("127.0.0.1", &["2001:db8::1"], "2001:db8::1"),
            ("127.0.0.1", &["::ffff:198.18.0.7"], "198.18.0.7"),
            ("127.0.0.1", &["198.18.0.7:5000"], "198.18.0.7"),
        ] {
            let found = walk(address(peer), x_forwarded_for(lines), &trusted());
            assert_eq!(found.to_string(), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_has_it() {
        for (lines, expected) in [
            (&["for=198.18.0.7"][..], "198.18.0.7"),
            (&["For=\"[2001:db8:cafe::17]:4711\""], "2001:db8:cafe::17"),
            (&["for=192.0.2.60;proto=http;by=203.0.113.43"], "192.0.2.60"),
            (&["proto=https ; FOR = \"192.0.2.60:47011\""], "192.0.2.60"),
            (&["for=192.0.2.43, for=198.51.100.17"], "198.51.100.17"),
            (&["for=192.0.2.43, for=10.1.1.1"], "192.0.2.43"),
            (&["for=192.0.2.43", "for=10.1.1.1"], "192.0.2.43"),
            (&["for=_hidden"], "127.0.0.1"),
            (&["for=\"_SEVKISEK\""], "127.0.0.1"),
            (&["for=unknown"], "127.0.0.1"),
            (&["for=192.0.2.43, for=unknown"], "127.0.0.1"),
            (&["for=192.0.2.43, for=_a, for=10.1.1.1"], "10.1.1.1"),
            (&["for=\"192.0.2.43:_port\""], "192.0.2.43"),
            (&["for=\"[2001:db8::1]:_port\""], "2001:db8::1"),
            (&["for=\"\\192.0.2.43\""], "192.0.2.43"),
            (&["by=203.0.113.43"], "127.0.0.1"),
            (&["host=\"a,b;for=1.1.1.1\";for=192.0.2.43"], "192.0.2.43"),
            (&["for=[2001:db8::1]x"], "127.0.0.1"),
            (&["for=\"[2001:db8::1\""], "127.0.0.1"),
            (&["for=\"1.1.1.1, for=192.0.2.43"], "192.0.2.43"),
            (&["for=\"1.1.1.1\\\", for=192.0.2.43"], "192.0.2.43"),
            (&["for=\"1.1.1.1", "for=192.0.2.43"], "192.0.2.43"),
            (&[""], "127.0.0.1"),
        ] {
            let found = walk(address("127.0.0.1"), forwarded(lines), &trusted());
            assert_eq!(found.to_string(), expected, "{lines:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_a_visitor_writes_changes_what_a_trusted_proxy_wrote(
            forged in ".{0,80}",
            visitor in any::<IpAddr>(),
            port in any::<u16>(),
            is_quoted in any::<bool>(),
        ) {
            let visitor = visitor.to_canonical();
            prop_assume!(!is_in(&trusted(), &visitor));
            let host = match visitor {
                IpAddr::V4(v4) => v4.to_string(),
                IpAddr::V6(v6) => format!("[{v6}]"),
            };
            let quote = if is_quoted || visitor.is_ipv6() { "\"" } else { "" };
            let peer = address("127.0.0.1");
            for (lines, name) in [
                (vec![format!("{forged},for={quote}{host}:{port}{quote}")], "one line"),
                (vec![forged.clone(), format!("for={quote}{host}{quote};proto=https")], "two lines"),
                (vec![format!("{forged}, for={quote}{host}{quote}, for=10.0.0.3")], "two proxies"),
            ] {
                let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
                prop_assert_eq!(walk(peer, forwarded(&lines), &trusted()), visitor, "{} {:?}", name, lines);
            }
            let line = format!("{forged},{host}:{port}");
            prop_assert_eq!(walk(peer, x_forwarded_for(&[&line]), &trusted()), visitor);
        }

        #[test]
        fn any_text_is_read_to_its_end(text in "[\"\\\\,;= a-f0-9:.\\[\\]_-]{0,60}") {
            prop_assert!(forwarded(&[&text]).count() <= text.len() + 1);
            prop_assert!(x_forwarded_for(&[&text]).count() <= text.len() + 1);
        }
    }
}
