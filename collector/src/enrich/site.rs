//! Which sites there are, and which hosts may speak for them.
//!
//! With no site configured every site is taken, so that a first try needs no set-up.

use std::collections::HashMap;

use super::{Draft, DropReason, Knowledge};

/// Query parameters that most sites' searches use.
pub const SEARCH_PARAMETERS: [&str; 6] = ["q", "query", "search", "s", "keyword", "keywords"];

/// One configured site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Identifier, as in `data-site`.
    pub id: String,
    /// Hosts whose pages may report; `*.shop.example` stands for all below. Empty: all hosts.
    pub hosts: Vec<String>,
    /// Query parameters to keep; all others are removed.
    pub query_parameters: Vec<String>,
    /// Query parameters that hold the term of a search on the site; none: searches are not told.
    pub search_parameters: Vec<String>,
    /// What other trackers call it, such as a domain or a number.
    pub aliases: Vec<String>,
}

/// The configured sites.
#[derive(Debug, Clone, Default)]
pub struct Sites {
    sites: HashMap<String, Site>,
    aliases: HashMap<String, String>,
}

impl Sites {
    /// Sites by their identifiers; of two with one identifier the later stays.
    #[must_use]
    pub fn new(sites: impl IntoIterator<Item = Site>) -> Self {
        let sites: HashMap<String, Site> = sites
            .into_iter()
            .map(|site| (site.id.clone(), site))
            .collect();
        let aliases = sites
            .values()
            .flat_map(|site| {
                site.aliases
                    .iter()
                    .map(|alias| (alias.clone(), site.id.clone()))
            })
            .collect();
        Self { sites, aliases }
    }

    /// The identifier behind an alias; anything else stands for itself.
    #[must_use]
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> &'a str {
        self.aliases.get(name).map_or(name, String::as_str)
    }

    /// The query parameters that the site keeps.
    #[must_use]
    pub(crate) fn query_parameters(&self, site: &str) -> &[String] {
        self.sites
            .get(site)
            .map_or(&[], |site| &site.query_parameters)
    }

    /// Whether the query parameter holds the term of a search on the site.
    #[must_use]
    pub(super) fn is_search(&self, site: &str, parameter: &str) -> bool {
        match self.sites.get(site) {
            Some(site) => site
                .search_parameters
                .iter()
                .any(|name| name.eq_ignore_ascii_case(parameter)),
            None => SEARCH_PARAMETERS
                .iter()
                .any(|name| name.eq_ignore_ascii_case(parameter)),
        }
    }

    /// Whether the site may report.
    #[must_use]
    pub(super) fn knows(&self, site: &str) -> bool {
        self.sites.is_empty() || self.sites.contains_key(site)
    }

    fn admit(&self, site: &str, host: &str) -> Result<(), DropReason> {
        if self.sites.is_empty() {
            return Ok(());
        }
        let site = self.sites.get(site).ok_or(DropReason::UnknownSite)?;
        if site.hosts.is_empty() || site.hosts.iter().any(|pattern| covers(pattern, host)) {
            Ok(())
        } else {
            Err(DropReason::ForeignHost)
        }
    }
}

fn covers(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(parent) => host
            .strip_suffix(parent)
            .is_some_and(|rest| rest.ends_with('.')),
        None => pattern.eq_ignore_ascii_case(host),
    }
}

pub(super) fn check(
    knowledge: &Knowledge<'_>,
    draft: &mut Draft<'_, '_>,
) -> Result<(), DropReason> {
    knowledge.sites.admit(&draft.row.site, &draft.row.page.host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_speaks_for_a_site_only_when_listed() {
        let sites = Sites::new([Site {
            id: "shop".into(),
            hosts: vec!["shop.example".into(), "*.shop.example".into()],
            query_parameters: vec![],
            search_parameters: vec![],
            aliases: vec!["www.example".into()],
        }]);
        for (site, host, expected) in [
            ("shop", "shop.example", Ok(())),
            ("shop", "www.shop.example", Ok(())),
            ("shop", "evilshop.example", Err(DropReason::ForeignHost)),
            ("blog", "shop.example", Err(DropReason::UnknownSite)),
        ] {
            assert_eq!(sites.admit(site, host), expected, "{site} {host}");
        }
        assert_eq!(Sites::default().admit("any", "any.example"), Ok(()));
        assert_eq!(sites.named("www.example"), "shop");
        assert_eq!(sites.named("blog"), "blog");
    }
}
