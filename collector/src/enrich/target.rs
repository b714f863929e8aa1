//! What is kept of where a link leads.

use std::borrow::Cow;

use super::personal::clean;

/// A link's target without query, fragment or credentials; of addresses that are no web page, such as `mailto:`, the
/// scheme alone. All of these may name people.
pub(crate) fn target(href: &str) -> Cow<'_, str> {
    let end = memchr::memchr2(b'?', b'#', href.as_bytes()).unwrap_or(href.len());
    let bare = &href[..end];
    let Some((scheme, rest)) = bare.split_once(':') else {
        return clean(bare);
    };
    if !matches!(scheme, "http" | "https") {
        return clean(&bare[..=scheme.len()]);
    }
    let host_end = rest.find(|c| c != '/').map_or(rest.len(), |start| {
        rest[start..]
            .find('/')
            .map_or(rest.len(), |end| start + end)
    });
    match rest[..host_end].rfind('@') {
        Some(at) => Cow::Owned(clean(format!("{scheme}://{}", &rest[at + 1..])).into_owned()),
        None => clean(bare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_target_keeps_no_one() {
        for (href, kept) in [
            ("", ""),
            ("/cart", "/cart"),
            ("/cart?mail=a@b.c#top", "/cart"),
            ("https://shop.example/a@b?x=1", "https://shop.example/a@b"),
            ("https://me:secret@shop.example/a", "https://shop.example/a"),
            ("https://me@shop.example", "https://shop.example"),
            (
                "https://shop.example/jane@mail.example",
                "https://shop.example/{email}",
            ),
            ("/call/0871234567", "/call/{number}"),
            ("mailto:jane@mail.example?subject=x", "mailto:"),
            ("tel:+353871234567", "tel:"),
            ("javascript:void(0)", "javascript:"),
            ("https:", "https:"),
        ] {
            assert_eq!(target(href), kept, "{href}");
        }
    }
}
