//! Referrers of visits that no one made, sent so that owners look the referrer up.
//!
//! Names that have spammed for years are known here. The field moves, so a list of hosts can be named in the settings;
//! the one that Matomo keeps in the public domain has this form.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use super::web_address::domains;

/// Parts of hosts that belong to no one else.
const PARTS: &[&str] = &[
    "semalt",
    "darodar",
    "ilovevitaly",
    "buttons-for-website",
    "buttons-for-your-website",
    "free-share-buttons",
    "free-social-buttons",
    "social-buttons.",
    "best-seo-offer",
    "best-seo-solution",
    "get-free-traffic-now",
    "100dollars-seo",
    "traffic2money",
    "traffic2cash",
    "trafficmonetize",
    "make-money-online.",
    "video--production",
    "4webmasters.",
    "o-o-6-o-o",
    "o-o-8-o-o",
    "hulfingtonpost",
    "cenoval.",
    "blackhatworth",
    "savetubevideo",
    "kambasoft",
];

/// Hosts that only send made-up visits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpamReferrers(HashSet<Box<str>>);

impl SpamReferrers {
    /// Reads a list of hosts, one a line; what follows a `#` is a remark.
    ///
    /// # Errors
    /// When the file cannot be read, or has a line that is no host.
    pub fn parse(text: &str, path: &Path) -> io::Result<Self> {
        let mut hosts = HashSet::new();
        for (number, line) in text.lines().enumerate() {
            let host = line.split('#').next().unwrap_or_default().trim();
            if host.is_empty() {
                continue;
            }
            if host.contains(|c: char| c.is_whitespace() || c == '/') {
                return Err(io::Error::other(format!(
                    "{}, line {}: is no host",
                    path.display(),
                    number + 1
                )));
            }
            hosts.insert(host.to_lowercase().into());
        }
        Ok(Self(hosts))
    }

    /// Whether the host, or one it lies below, is on the list.
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        !self.0.is_empty() && domains(host).any(|host| self.0.contains(host))
            || PARTS.iter().any(|part| host.contains(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spam_is_known_by_its_name_or_by_a_list() {
        let list = "# spam\nspam.example\nWorse.example # really\n";
        let listed = SpamReferrers::parse(list, Path::new("list")).expect("a list");
        for (host, expected) in [
            ("spam.example", true),
            ("www.spam.example", true),
            ("a.b.c.d.e.f.g.h.i.j.spam.example", true),
            ("worse.example", true),
            ("notspam.example", false),
            ("42.semalt.com", true),
            ("my-seo-agency.example", false),
            ("", false),
        ] {
            assert_eq!(listed.covers(host), expected, "{host}");
        }
        let wrong = SpamReferrers::parse("http://spam.example/", Path::new("list"));
        assert!(
            wrong
                .expect_err("no host")
                .to_string()
                .starts_with("list, line 1")
        );
    }
}
