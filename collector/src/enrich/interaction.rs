//! What becomes of the tracker's findings: signals are events, and exposures, attention and fields rows of their own.
//! From clicks and pageviews it tells links that lead away, downloads and searches.
//!
//! Invariant: what people typed is nowhere in it but as the term of a search, and that only where it looks neither like an
//! address nor like a number; who somebody said to be is a hash.

use std::borrow::Cow;

use snag_beacon::{Element, Kind, Signal};
use url::{Url, form_urlencoded};

use super::site::Sites;
use super::{clean, target};
use crate::row::{EventKind, EventRow, Interaction, element_id, number};

/// Characters of a term that are kept.
const TERM: usize = 80;
/// Endings of files that are downloaded rather than shown.
const DOWNLOADS: &[&str] = &[
    "pdf", "zip", "gz", "tgz", "rar", "7z", "dmg", "exe", "msi", "pkg", "deb", "rpm", "apk", "doc",
    "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "csv", "epub", "mp3", "mp4", "iso",
];

/// What finds the element: its selector, else its tag and where it leads; empty where there is no element.
pub(super) fn selector<'a>(element: &'a Element<'_>) -> Cow<'a, str> {
    if element.selector.is_empty() && !element.href.is_empty() {
        return format!(
            "{}[href=\"{}\"]",
            clean(element.tag.as_ref()),
            target(&element.href)
        )
        .into();
    }
    clean(element.selector.as_ref())
}

/// The element's number; 0 where there is none.
pub(super) fn element_of(row: &EventRow<'_>, element: &Element<'_>) -> u64 {
    match selector(element) {
        selector if selector.is_empty() => 0,
        selector if element.rotation.is_empty() => {
            element_id(&row.site, &selector, &target(&element.href))
        }
        // What chance chose is another element than what always stood there, or that would count as chosen too.
        selector => {
            let target = format!(
                "{} {}",
                target(&element.href),
                clean(element.rotation.as_ref())
            );
            element_id(&row.site, &selector, &target)
        }
    }
}

/// Fills in what a signal says.
pub(super) fn signal<'a>(row: &mut EventRow<'a>, signal: &'a Signal<'_>) {
    row.kind = EventKind::of_signal(signal.what);
    row.element = element_of(row, &signal.element);
    (row.x, row.y) = (signal.x, signal.y);
    row.amount = signal.amount;
    match row.kind {
        EventKind::Identify => {
            let mut hasher = blake3::Hasher::new();
            hasher
                .update(&(row.site.len() as u64).to_le_bytes())
                .update(row.site.as_bytes())
                .update(signal.detail.as_bytes());
            row.detail = format!("{:016x}", number(hasher.finalize())).into();
        }
        EventKind::Resource => row.detail = target(&signal.detail),
        _ => row.detail = clean(signal.detail.as_ref()),
    }
    row.name = target(&signal.name);
}

/// The row beside `events` that an event becomes; nothing where it is an event itself.
pub(super) fn interaction(row: &mut EventRow<'_>, kind: &Kind<'_>) -> Option<Interaction> {
    match kind {
        Kind::Exposure(exposure) => {
            row.element = element_of(row, &exposure.element);
            Some(Interaction::Exposure(
                exposure.viewable,
                exposure.visible,
                exposure.area,
            ))
        }
        Kind::Attention(attention) => Some(Interaction::Attention(*attention)),
        Kind::Field(field) => {
            row.element = element_of(row, &field.element);
            row.detail = Cow::Owned(clean(field.message.as_ref()).into_owned());
            Some(Interaction::Field(
                element_of(row, &field.form),
                field.usage,
            ))
        }
        _ => None,
    }
}

/// The elements an event names, each with its number, which the event's row and what became of it have already.
pub(super) fn elements<'a>(
    kind: &'a Kind<'_>,
    row: &EventRow<'_>,
    what: Option<&Interaction>,
) -> impl Iterator<Item = (&'a Element<'a>, u64)> {
    let own = match kind {
        Kind::Click(click) => Some(&click.element),
        Kind::Signal(signal) => Some(&signal.element),
        Kind::Exposure(exposure) => Some(&exposure.element),
        Kind::Field(field) => Some(&field.element),
        _ => None,
    };
    let form = match (kind, what) {
        (Kind::Field(field), Some(Interaction::Field(named, _))) => Some((&field.form, *named)),
        _ => None,
    };
    own.map(|own| (own, row.element))
        .into_iter()
        .chain(form)
        .filter(|(_, named)| *named != 0)
}

/// What an event tells beside itself: a link that leads away or to a file, a search.
pub(super) fn told_beside<'a>(
    row: &EventRow<'a>,
    kind: &'a Kind<'_>,
    url: &str,
    sites: &Sites,
) -> Option<EventRow<'a>> {
    let (kind, detail) = match kind {
        Kind::Click(click) => (leads(&click.element.href, &row.page.host)?, {
            target(&click.element.href)
        }),
        Kind::Pageview(_) => (
            EventKind::Search,
            Cow::Owned(term(url, |name| sites.is_search(&row.site, name))?),
        ),
        _ => return None,
    };
    Some(EventRow {
        kind,
        detail,
        title: Cow::Borrowed(""),
        amount: 0,
        ..row.clone()
    })
}

fn leads(href: &str, host: &str) -> Option<EventKind> {
    let link = match href.strip_prefix('/') {
        // From the root of the page's own host.
        Some(_) => Url::parse("https://page.invalid").ok()?.join(href).ok()?,
        None => Url::parse(href).ok()?,
    };
    let ending = link
        .path()
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    if ending.is_some_and(|ending| DOWNLOADS.contains(&ending.as_str())) {
        return Some(EventKind::Download);
    }
    let name = host.split(':').next().unwrap_or(host);
    let is_foreign = matches!(link.scheme(), "http" | "https")
        && link
            .host_str()
            .is_some_and(|to| to != name && !href.starts_with('/'));
    is_foreign.then_some(EventKind::Outbound)
}

/// The term a page was searched for; nothing where it looks like an address or a number of somebody's.
fn term(url: &str, is_search: impl Fn(&str) -> bool) -> Option<String> {
    let (_, query) = url.split('#').next()?.split_once('?')?;
    let (_, found) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| is_search(name))?;
    let term = found.trim().to_lowercase();
    let digits = term.chars().filter(char::is_ascii_digit).count();
    if term.is_empty() || term.contains('@') || digits > 4 {
        return None;
    }
    let term: String = term.chars().take(TERM).collect();
    Some(clean(term.as_str()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_kept_unless_it_looks_like_somebodys() {
        for (url, found) in [
            (
                "https://s.example/find?q=Blue+Mug&page=2#x",
                Some("blue mug"),
            ),
            (
                "https://s.example/find?s=teapot%201907",
                Some("teapot 1907"),
            ),
            ("https://s.example/find?q=me%40mail.example", None),
            ("https://s.example/find?q=4111111111111111", None),
            ("https://s.example/find?q=", None),
            ("https://s.example/find?page=2", None),
            ("https://s.example/find#q=x", None),
        ] {
            let sites = Sites::default();
            let found_term = term(url, |name| sites.is_search("shop", name));
            assert_eq!(found_term.as_deref(), found, "{url}");
        }
    }

    #[test]
    fn a_link_without_a_selector_is_found_by_where_it_leads() {
        let row = EventRow::default();
        let named = |selector: &'static str, href: &'static str| Element {
            selector: selector.into(),
            tag: "a".into(),
            href: href.into(),
            ..Element::default()
        };
        let number = |element: &Element<'_>| element_of(&row, element);
        let plain = named("", "/cart?x=1");
        assert_eq!(selector(&plain), "a[href=\"/cart\"]");
        assert_eq!(number(&plain), number(&named("a[href=\"/cart\"]", "/cart")));
        assert_eq!(
            (
                selector(&named("#pay", "/cart")).as_ref(),
                number(&named("", ""))
            ),
            ("#pay", 0)
        );
    }

    #[test]
    fn what_chance_chose_is_another_element_than_what_always_stood_there() {
        let row = EventRow::default();
        let number = |rotation: &'static str| {
            let element = Element {
                selector: "#mug".into(),
                href: "/sale".into(),
                rotation: rotation.into(),
                ..Element::default()
            };
            element_of(&row, &element)
        };
        assert_eq!(number("hero"), number("hero"));
        assert_ne!(number("hero"), number(""));
        assert_ne!(number("hero"), number("foot"));
    }

    #[test]
    fn links_are_told_apart_by_where_they_lead() {
        for (href, kind) in [
            ("https://other.example/", Some(EventKind::Outbound)),
            (
                "https://shop.example/list.PDF?x=1",
                Some(EventKind::Download),
            ),
            ("https://other.example/a.zip", Some(EventKind::Download)),
            ("https://shop.example/cart", None),
            ("/cart?x=1", None),
            ("/files/list.pdf", Some(EventKind::Download)),
            ("mailto:me@mail.example", None),
            ("", None),
        ] {
            assert_eq!(leads(href, "shop.example:8080"), kind, "{href}");
        }
    }
}
