//! A page's URL taken apart: host, path, the few query parameters that are kept, campaign parameters, click identifier.
//!
//! Invariant: fragments, credentials and all other query parameters are gone, for they may carry what people typed; what
//! stays has been cleaned of what may name a person. Of a click identifier only its name stays, for its value is one
//! person's click. The page's own host stays also where it is a network address: it names the site, not a visitor; a
//! referrer's does not. Most URLs stand as they would be written anew, and are taken apart where they lie.

use std::borrow::Cow;

use url::{Host, Url, form_urlencoded};

use super::channel::click_id;
use super::personal::clean;

/// Bytes that the name of a host may have (RFC 1035).
const HOST_BYTES: usize = 253;

/// Labels of a host that are looked up; no known one has as many.
const LABELS: usize = 8;

/// A page's URL, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PageAddress<'a> {
    /// Host in lower case, with the port where it is not the scheme's own.
    pub(crate) host: Cow<'a, str>,
    /// Path, percent-encoded as in the URL.
    pub(crate) path: Cow<'a, str>,
    /// Kept query parameters, in their order.
    pub(crate) query: Cow<'a, str>,
    /// Campaign parameters.
    pub(crate) utm: Utm<'a>,
    /// Name of the parameter that identifies a click, or empty.
    pub(crate) click_id: &'static str,
}

/// The campaign parameters of a landing URL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Utm<'a> {
    pub(crate) source: Cow<'a, str>,
    pub(crate) medium: Cow<'a, str>,
    pub(crate) campaign: Cow<'a, str>,
    pub(crate) term: Cow<'a, str>,
    pub(crate) content: Cow<'a, str>,
}

impl Utm<'_> {
    /// Whether the URL was of no campaign.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        [
            &self.source,
            &self.medium,
            &self.campaign,
            &self.term,
            &self.content,
        ]
        .iter()
        .all(|text| text.is_empty())
    }
}

/// Takes a URL apart; `None` when it is no http or https URL, or its host is longer than a host's name can be.
#[must_use]
pub(crate) fn page_address<'a>(
    url: &'a str,
    kept_parameters: &[String],
) -> Option<PageAddress<'a>> {
    if url.is_empty() {
        return None;
    }
    if let Some((host, path, query)) = parts(url) {
        if host.len() > HOST_BYTES {
            return None;
        }
        return Some(PageAddress {
            host: Cow::Borrowed(host),
            path: clean(path),
            ..parameters(query, kept_parameters)
        });
    }
    let url = Url::parse(url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str().filter(|host| host.len() <= HOST_BYTES)?;
    let mut host = host.to_owned();
    if let Some(port) = url.port() {
        host.push_str(&format!(":{port}"));
    }
    let address = parameters(url.query().unwrap_or_default(), kept_parameters);
    Some(PageAddress {
        host: Cow::Owned(host),
        path: Cow::Owned(clean(url.path()).into_owned()),
        ..address.into_owned()
    })
}

/// The address of a page that led here: as [`page_address`], and an address of a machine is no name of a site.
#[must_use]
pub(crate) fn referrer_address(url: &str) -> Option<PageAddress<'_>> {
    let mut address = page_address(url, &[])?;
    let host = address
        .host
        .split_once(':')
        .map_or(address.host.as_ref(), |(host, _)| host);
    let is_number = host.starts_with('[')
        || host.ends_with(|last: char| last.is_ascii_digit())
            && matches!(Host::parse(host), Ok(Host::Ipv4(_)));
    if is_number {
        address.host = Cow::Borrowed("{ip}");
    }
    Some(address)
}

/// The host and those it lies below, the longest first, by no more than its last eight labels.
pub(super) fn domains(host: &str) -> impl Iterator<Item = &str> {
    let from = host.rmatch_indices('.').nth(LABELS - 1);
    let last = from.map_or(host, |(dot, _)| &host[dot + 1..]);
    std::iter::successors(Some(last), |host| Some(host.split_once('.')?.1))
}

/// Bytes that a parser of URLs leaves as they are in a path.
const PLAIN: [bool; 256] = plain();

const fn plain() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0x21;
    while byte < 0x7f {
        table[byte] = !matches!(
            byte as u8,
            b'"' | b'#' | b'<' | b'>' | b'?' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
        );
        byte += 1;
    }
    table
}

/// Host, path and query of a URL that is written as a parser would write it anew; `None` leaves the matter to one.
fn parts(url: &str) -> Option<(&str, &str, &str)> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    let (host, rest) = rest.split_at(plain_host_length(rest.as_bytes())?);
    if rest.is_empty() {
        return Some((host, "/", ""));
    }
    let path_end = match rest.bytes().position(|byte| !PLAIN[usize::from(byte)]) {
        None => rest.len(),
        Some(end) if matches!(rest.as_bytes()[end], b'?' | b'#') => end,
        Some(_) => return None,
    };
    let (path, rest) = rest.split_at(path_end);
    if !path.starts_with('/') || has_dot_segment(path) {
        return None;
    }
    let query = match rest.strip_prefix('?') {
        None => "",
        Some(rest) => rest.split('#').next().unwrap_or_default(),
    };
    // A parser takes line breaks and tabs out, and cuts white space off at the end.
    let is_plain_query = query.bytes().all(|byte| byte > b' ' && byte < 0x7f);
    let ends_plainly = url.as_bytes().last().is_some_and(|byte| *byte > b' ');
    (is_plain_query && ends_plainly).then_some((host, path, query))
}

/// Length of the host that a text begins with; `None` when it is a number, internationalised, or not in lower case.
fn plain_host_length(text: &[u8]) -> Option<usize> {
    let (mut before, mut label) = (b'.', 0);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => {}
            b'.' if before != b'.' => label = at + 1,
            // Two hyphens mark what is internationalised.
            b'-' if before != b'-' => {}
            b'/' => return text[label].is_ascii_lowercase().then_some(at),
            _ => return None,
        }
        before = byte;
    }
    text.get(label)?.is_ascii_lowercase().then_some(text.len())
}

/// `.` and `..` between slashes, also percent-encoded, are taken out by a parser.
fn has_dot_segment(path: &str) -> bool {
    memchr::memmem::find(path.as_bytes(), b"/.").is_some()
        || memchr::memchr_iter(b'%', path.as_bytes()).any(|at| {
            path.as_bytes()[at + 1..].starts_with(b"2e")
                || path.as_bytes()[at + 1..].starts_with(b"2E")
        })
}

fn parameters<'a>(query: &'a str, kept_parameters: &[String]) -> PageAddress<'a> {
    let mut address = PageAddress::default();
    if query.is_empty() {
        return address;
    }
    let mut kept: Option<form_urlencoded::Serializer<'_, String>> = None;
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        let utm = &mut address.utm;
        match key.as_ref() {
            "utm_source" => utm.source = clean(value),
            "utm_medium" => utm.medium = clean(value),
            "utm_campaign" => utm.campaign = clean(value),
            "utm_term" => utm.term = clean(value),
            "utm_content" => utm.content = clean(value),
            _ if kept_parameters.iter().any(|kept| *kept == key) => {
                kept.get_or_insert_with(|| form_urlencoded::Serializer::new(String::new()))
                    .append_pair(&key, &clean(value));
            }
            _ if address.click_id.is_empty() => {
                address.click_id = click_id(&key).unwrap_or_default();
            }
            _ => {}
        }
    }
    if let Some(mut kept) = kept {
        address.query = Cow::Owned(kept.finish());
    }
    address
}

impl PageAddress<'_> {
    /// The address on its own feet.
    pub(crate) fn into_owned(self) -> PageAddress<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        PageAddress {
            host: owned(self.host),
            path: owned(self.path),
            query: owned(self.query),
            utm: Utm {
                source: owned(self.utm.source),
                medium: owned(self.utm.medium),
                campaign: owned(self.utm.campaign),
                term: owned(self.utm.term),
                content: owned(self.utm.content),
            },
            click_id: self.click_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_url_is_taken_apart_and_what_people_typed_is_left_out() {
        let kept = vec!["page".to_owned()];
        let address = page_address(
            "https://me:secret@Shop.example:8443/a%20b?q=my%40mail&page=2&utm_source=news&utm_campaign=x&gclid=abc#top",
            &kept,
        )
        .expect("a web page");
        assert_eq!(
            (address.host.as_ref(), address.path.as_ref()),
            ("shop.example:8443", "/a%20b")
        );
        assert_eq!(
            (address.query.as_ref(), address.click_id),
            ("page=2", "gclid")
        );
        assert_eq!(
            (address.utm.source.as_ref(), address.utm.campaign.as_ref()),
            ("news", "x")
        );
    }

    #[test]
    fn what_names_a_person_is_cleaned_in_every_part() {
        let kept = vec!["page".to_owned()];
        let address = page_address(
            "https://shop.example/u/jane@mail.example?page=4111111111111111&utm_term=jane%40mail.example",
            &kept,
        )
        .expect("a web page");
        assert_eq!(address.path, "/u/{email}");
        assert_eq!(address.query, "page=%7Bnumber%7D");
        assert_eq!(address.utm.term, "{email}");
    }

    #[test]
    fn a_referrer_that_is_an_address_is_not_kept() {
        for (url, host) in [
            ("http://203.0.113.9/x", "{ip}"),
            ("http://203.0.113.9:8080/x", "{ip}"),
            ("http://[2001:db8::1]/x", "{ip}"),
            ("http://web1/x", "web1"),
            ("https://shop.example/", "shop.example"),
        ] {
            assert_eq!(
                referrer_address(url).expect("an address").host,
                host,
                "{url}"
            );
        }
    }

    #[test]
    fn a_host_has_no_more_bytes_than_a_name_may_have() {
        let host = |bytes: usize| format!("{}shop.example", "a.".repeat((bytes - 12) / 2));
        let long = "a".repeat(254 - 12);
        assert_eq!((host(252).len(), host(254).len()), (252, 254));
        for (url, expected) in [
            (format!("https://{}/", host(252)), true),
            (format!("https://{}", host(254)), false),
            (format!("https://{}:8080/", host(252)), true),
            (format!("https://{}:8080/", host(254)), false),
            (format!("https://{long}shop.example/x"), false),
            (format!("https://{long}SHOP.example/x"), false),
        ] {
            assert_eq!(page_address(&url, &[]).is_some(), expected, "{url}");
            assert_eq!(referrer_address(&url).is_some(), expected, "{url}");
        }
    }

    #[test]
    fn a_host_is_looked_up_by_its_last_labels_alone() {
        let found = |host| domains(host).collect::<Vec<_>>();
        assert_eq!(
            found("a.b.example"),
            ["a.b.example", "b.example", "example"]
        );
        assert_eq!(found(""), [""]);
        let many = format!("{}shop.example", "a.".repeat(100));
        assert_eq!(found(&many).len(), LABELS);
        assert_eq!(found(&many)[0], "a.a.a.a.a.a.shop.example");
    }

    #[test]
    fn what_is_no_web_page_is_refused() {
        for url in [
            "",
            "about:blank",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "/cart",
            "http://",
        ] {
            assert_eq!(page_address(url, &[]), None, "{url}");
        }
    }

    proptest! {
        #[test]
        fn the_short_way_gives_what_a_parser_gives(
            url in r"https?://[a-zA-Z0-9.:@x-]{0,12}(/[a-z%2E.;^|~é A-Z]{0,6}){0,3}(\?[a-z=&%+# é\t]{0,12})?(#[a-z ]{0,3})?"
        ) {
            if let Some((host, path, query)) = parts(&url) {
                let parsed = Url::parse(&url).expect("a parser takes it too");
                prop_assert_eq!(Some(host), parsed.host_str());
                prop_assert_eq!(None, parsed.port());
                prop_assert_eq!(path, parsed.path());
                prop_assert_eq!(query, parsed.query().unwrap_or_default());
            }
        }
    }
}
