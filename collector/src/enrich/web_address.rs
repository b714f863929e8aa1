//! A page's URL taken apart: host, path, the few query parameters that are kept, campaign parameters.
//!
//! Invariant: fragments, credentials and all other query parameters are gone, for they may carry what people typed.

use url::{Url, form_urlencoded};

use crate::row::Utm;

/// A page's URL, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PageAddress {
    /// Host in lower case, with the port where it is not the scheme's own.
    pub(crate) host: String,
    /// Path, percent-encoded as in the URL.
    pub(crate) path: String,
    /// Kept query parameters, in their order.
    pub(crate) query: String,
    /// Campaign parameters.
    pub(crate) utm: Utm,
}

/// Takes a URL apart; `None` when it is no http or https URL.
#[must_use]
pub(crate) fn page_address(url: &str, kept_parameters: &[String]) -> Option<PageAddress> {
    if url.is_empty() {
        return None;
    }
    let url = Url::parse(url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let mut host = url.host_str()?.to_owned();
    if let Some(port) = url.port() {
        host.push_str(&format!(":{port}"));
    }
    let mut address = PageAddress {
        host,
        path: url.path().to_owned(),
        ..PageAddress::default()
    };
    if url.query().is_none() {
        return Some(address);
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (key, value) in url.query_pairs() {
        match key.as_ref() {
            "utm_source" => address.utm.source = value.into_owned(),
            "utm_medium" => address.utm.medium = value.into_owned(),
            "utm_campaign" => address.utm.campaign = value.into_owned(),
            "utm_term" => address.utm.term = value.into_owned(),
            "utm_content" => address.utm.content = value.into_owned(),
            _ if kept_parameters.iter().any(|kept| *kept == key) => {
                query.append_pair(&key, &value);
            }
            _ => {}
        }
    }
    address.query = query.finish();
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart_and_what_people_typed_is_left_out() {
        let kept = vec!["page".to_owned()];
        let address = page_address(
            "https://me:secret@Shop.example:8443/a%20b?q=my%40mail&page=2&utm_source=news&utm_campaign=x#top",
            &kept,
        )
        .expect("a web page");
        assert_eq!(
            (address.host.as_str(), address.path.as_str()),
            ("shop.example:8443", "/a%20b")
        );
        assert_eq!(address.query, "page=2");
        assert_eq!(
            (address.utm.source.as_str(), address.utm.campaign.as_str()),
            ("news", "x")
        );
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
}
