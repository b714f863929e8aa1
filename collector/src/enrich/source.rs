//! Where a visit came from: the campaign's own word, else the referring site, else what a click identifier tells.
//!
//! Known sources stand in `sources.txt`. Hosts are matched by whole labels from the right, the longest entry first, so
//! that `notwikipedia.org` is not Wikipedia. The address of a page of the same host is no source.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::channel::{Channel, Touch, channel};
use super::web_address::{PageAddress, Utm, domains, page_address, referrer_address};
use super::{Draft, DropReason, Knowledge};

/// `kind; name; hosts; words`, see the file's head.
const LIST: &str = include_str!("sources.txt");

static SOURCES: LazyLock<Sources> = LazyLock::new(|| Sources::read(LIST));

/// What a known source is to its visitors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Search,
    Social,
    Video,
    Shopping,
    Email,
    Ai,
    Ads,
    Other,
}

/// A known source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

#[derive(Default)]
struct Sources {
    /// By host.
    hosts: HashMap<&'static str, Known>,
    /// By host without its country's top-level domain.
    national: HashMap<&'static str, Known>,
    /// Host as above, how the path begins, source.
    paths: Vec<(&'static str, &'static str, Known)>,
    /// By the word of campaigns, and by the name in lower case.
    words: HashMap<String, Known>,
}

impl Sources {
    fn read(list: &'static str) -> Self {
        let mut sources = Self::default();
        for line in list.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split(';').map(str::trim);
            let (Some(kind), Some(name)) = (fields.next().and_then(kind), fields.next()) else {
                continue;
            };
            let known = Known { name, kind };
            for host in fields
                .next()
                .unwrap_or_default()
                .split(", ")
                .filter(|host| !host.is_empty())
            {
                if let Some((host, path)) = host.split_once('/') {
                    sources.paths.push((host, path, known));
                } else if let Some(brand) = host.strip_suffix(".*") {
                    sources.national.entry(brand).or_insert(known);
                } else {
                    sources.hosts.entry(host).or_insert(known);
                }
            }
            let words = fields.next().unwrap_or_default().split(", ");
            for word in words.filter(|word| !word.is_empty()) {
                sources.words.entry(word.to_owned()).or_insert(known);
            }
            sources.words.entry(name.to_lowercase()).or_insert(known);
        }
        sources
    }

    fn by_host(&self, host: &str, path: &str) -> Option<Known> {
        domains(host).find_map(|host| self.by_exact_host(host, path))
    }

    fn by_exact_host(&self, host: &str, path: &str) -> Option<Known> {
        let brand = without_country(host);
        let found = self.hosts.get(host).or_else(|| self.national.get(brand?));
        let narrowed = || {
            self.paths.iter().find(|(known, start, _)| {
                let is_host = match known.strip_suffix(".*") {
                    Some(known) => brand == Some(known),
                    None => *known == host,
                };
                is_host
                    && path
                        .strip_prefix('/')
                        .is_some_and(|path| path.starts_with(start))
            })
        };
        if let Some((_, _, known)) = narrowed() {
            return Some(*known);
        }
        found.copied()
    }
}

fn kind(word: &str) -> Option<Kind> {
    Some(match word {
        "search" => Kind::Search,
        "social" => Kind::Social,
        "video" => Kind::Video,
        "shopping" => Kind::Shopping,
        "email" => Kind::Email,
        "ai" => Kind::Ai,
        "ads" => Kind::Ads,
        "other" => Kind::Other,
        _ => return None,
    })
}

/// `google.co.uk` → `google`; `None` when more than a country's top-level domain follows the first dot that may.
fn without_country(host: &str) -> Option<&str> {
    let (rest, top) = host.rsplit_once('.')?;
    if top.len() == 2
        && let Some((brand, second)) = rest.rsplit_once('.')
        && matches!(second, "co" | "com" | "net" | "org" | "ne" | "or")
    {
        return Some(brand);
    }
    (top.len() == 2 || matches!(top, "com" | "net" | "org")).then_some(rest)
}

/// The source that a campaign's word or a resolved name stands for, and whether the word speaks of ads.
pub(super) fn by_word(word: &str) -> (Option<Known>, bool) {
    let word = word.trim().to_lowercase();
    let find = |word: &str| {
        SOURCES.words.get(word).copied().or_else(|| {
            word.contains('.')
                .then(|| SOURCES.by_host(word, ""))
                .flatten()
        })
    };
    for ending in ["ads", "ad"] {
        if let Some(bare) = word.strip_suffix(ending) {
            let bare = bare.trim_end_matches(['-', '_', ' ', '.']);
            if let Some(known) = find(bare) {
                return (Some(known), true);
            }
        }
    }
    (find(&word), word == "adwords")
}

/// Where a visit came from.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Source<'a> {
    pub(crate) referrer_host: Cow<'a, str>,
    pub(crate) referrer_path: Cow<'a, str>,
    pub(crate) name: Cow<'a, str>,
    pub(crate) channel: Channel,
}

/// The source of an event on `page` that was reached from `referrer`.
#[must_use]
pub(crate) fn source_of<'a>(
    page: &PageAddress<'a>,
    referrer: Option<PageAddress<'a>>,
) -> Source<'a> {
    let referrer = referrer.filter(|referrer| referrer.host != page.host);
    let (referrer_host, referrer_path) = referrer
        .map(|referrer| (referrer.host, referrer.path))
        .unwrap_or_default();
    let utm = &page.utm;
    if utm.is_empty() && page.click_id.is_empty() && referrer_host.is_empty() {
        return Source::default();
    }
    let (name, known, is_ad) = named(utm, &referrer_host, &referrer_path, page.click_id);
    let channel = channel(&Touch {
        source: &name,
        known,
        is_ad,
        medium: &utm.medium,
        campaign: &utm.campaign,
        click_id: page.click_id,
    });
    Source {
        referrer_host,
        referrer_path,
        name,
        channel,
    }
}

/// The source's name: that of the campaign's word if given, else the referrer's or its host without `www.`, else the
/// one whose ads bear the click identifier.
fn named<'a>(
    utm: &Utm<'a>,
    host: &Cow<'a, str>,
    path: &str,
    click_id: &str,
) -> (Cow<'a, str>, Option<Known>, bool) {
    if !utm.source.is_empty() {
        let (known, is_ad) = by_word(&utm.source);
        let name = known.map_or_else(|| utm.source.clone(), |known| Cow::Borrowed(known.name));
        return (name, known, is_ad);
    }
    if host.is_empty() {
        let known = super::channel::owner(click_id).and_then(|owner| by_word(owner).0);
        return (
            Cow::Borrowed(known.map_or("", |known| known.name)),
            known,
            false,
        );
    }
    if let Some(known) = SOURCES.by_host(bare(host), path) {
        return (Cow::Borrowed(known.name), Some(known), false);
    }
    let name = match host {
        Cow::Borrowed(host) => Cow::Borrowed(without_www(host)),
        Cow::Owned(host) => Cow::Owned(without_www(host).to_owned()),
    };
    (name, None, false)
}

/// What a visit to the page at `url` that came from `referrer` counts as: name of the source and of the channel. `None`
/// when `url` is no web page.
#[must_use]
pub fn attribution(url: &str, referrer: &str) -> Option<(String, &'static str)> {
    let source = source_of(&page_address(url, &[])?, referrer_address(referrer));
    Some((source.name.into_owned(), source.channel.name()))
}

pub(super) fn attribute(
    knowledge: &Knowledge<'_>,
    draft: &mut Draft<'_, '_>,
) -> Result<(), DropReason> {
    let referrer = match &draft.event.kind {
        snag_beacon::Kind::Pageview(pageview) => referrer_address(&pageview.referrer),
        _ => None,
    };
    draft.row.source = source_of(&draft.row.page, referrer);
    let host = &draft.row.source.referrer_host;
    draft.is_referrer_spam = !host.is_empty() && knowledge.spam.covers(bare(host));
    Ok(())
}

/// A host without `www.`.
pub(crate) fn without_www(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// A host without its port.
fn bare(host: &str) -> &str {
    host.split_once(':').map_or(host, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;
    fn source<'a>(url: &'a str, referrer: &'a str) -> Source<'a> {
        let page = page_address(url, &[]).expect("a page");
        source_of(&page, page_address(referrer, &[]))
    }

    #[test]
    fn every_line_of_the_list_is_understood() {
        let mut names = std::collections::BTreeSet::new();
        for line in LIST
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
        {
            let fields: Vec<&str> = line.split(';').map(str::trim).collect();
            assert_eq!(fields.len(), 4, "{line}");
            assert!(kind(fields[0]).is_some() && !fields[1].is_empty(), "{line}");
            assert_eq!(fields[2], fields[2].to_lowercase(), "{line}");
            assert_eq!(fields[3], fields[3].to_lowercase(), "{line}");
            assert!(names.insert((fields[0], fields[1])), "twice: {line}");
        }
    }

    #[test]
    fn a_source_is_the_campaigns_word_or_the_referring_site() {
        let page = "https://shop.example/";
        for (url, referrer, name, channel) in [
            (page, "", "", "Direct"),
            (page, "https://shop.example/cart", "", "Direct"),
            (
                page,
                "https://www.google.co.uk/",
                "Google",
                "Organic Search",
            ),
            (
                page,
                "https://m.facebook.com/x",
                "Facebook",
                "Organic Social",
            ),
            (
                page,
                "https://www.partner.example/",
                "partner.example",
                "Referral",
            ),
            (
                page,
                "https://google.evil.example.org/",
                "google.evil.example.org",
                "Referral",
            ),
            (page, "https://notgoogle.com/", "notgoogle.com", "Referral"),
            (
                page,
                "https://a.b.c.d.e.f.g.h.i.j.google.com/",
                "Google",
                "Organic Search",
            ),
            (
                "https://shop.example/?utm_source=Newsletter-May&utm_medium=email",
                "https://www.google.com/",
                "Newsletter-May",
                "Email",
            ),
            (
                "https://shop.example/?gclid=secret",
                "",
                "Google",
                "Paid Search",
            ),
            (
                "https://shop.example/?fbclid=secret",
                "",
                "Facebook",
                "Organic Social",
            ),
        ] {
            let source = source(url, referrer);
            assert_eq!(
                (source.name.as_ref(), source.channel.name()),
                (name, channel),
                "{url} from {referrer}"
            );
        }
    }
}
