//! Where a visit came from: the campaign's own word, else the referring site, else nothing.
//!
//! The address of a page of the same host is no source.

use super::{Draft, DropReason, Knowledge, page_address};
use snag_beacon::Kind;

/// Hosts that are known by a name, matched by whole labels: `google` stands for google.com and www.google.co.uk.
const NAMES: &[(&str, &str)] = &[
    ("google", "Google"),
    ("bing", "Bing"),
    ("duckduckgo", "DuckDuckGo"),
    ("yahoo", "Yahoo!"),
    ("ecosia", "Ecosia"),
    ("baidu", "Baidu"),
    ("yandex", "Yandex"),
    ("facebook", "Facebook"),
    ("instagram", "Instagram"),
    ("reddit", "Reddit"),
    ("linkedin", "LinkedIn"),
    ("pinterest", "Pinterest"),
    ("youtube", "YouTube"),
    ("github", "GitHub"),
];

/// The source's name: `utm_source` if given, else the referrer's known name or its host without `www.`.
#[must_use]
pub(crate) fn source_of(utm_source: &str, referrer_host: &str) -> String {
    if !utm_source.is_empty() {
        return utm_source.to_owned();
    }
    let host = referrer_host.strip_prefix("www.").unwrap_or(referrer_host);
    let named = |label: &str| {
        NAMES
            .iter()
            .find(|(known, _)| *known == label)
            .map(|(_, name)| (*name).to_owned())
    };
    // The last label is the top-level domain, which names no one.
    let (rest, _) = host.rsplit_once('.').unwrap_or((host, ""));
    rest.rsplit('.')
        .take(2)
        .find_map(named)
        .unwrap_or_else(|| host.to_owned())
}

pub(super) fn attribute(_: &Knowledge<'_>, draft: &mut Draft<'_>) -> Result<(), DropReason> {
    if let Kind::Pageview(pageview) = &draft.event.kind
        && let Some(referrer) = page_address(&pageview.referrer, &[])
        && referrer.host != draft.row.host
    {
        draft.row.referrer_host = referrer.host;
        draft.row.referrer_path = referrer.path;
    }
    draft.row.source = source_of(&draft.row.utm.source, &draft.row.referrer_host);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_the_campaigns_word_or_the_referring_site() {
        for (utm, host, expected) in [
            ("", "", ""),
            ("newsletter", "www.google.com", "newsletter"),
            ("", "www.google.co.uk", "Google"),
            ("", "m.facebook.com", "Facebook"),
            ("", "www.partner.example", "partner.example"),
            ("", "google.evil.example.org", "google.evil.example.org"),
        ] {
            assert_eq!(source_of(utm, host), expected, "{host}");
        }
    }
}
