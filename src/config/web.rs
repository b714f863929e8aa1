//! Settings of the dashboard.

use anyhow::{Result, anyhow};
use serde::{Deserialize, Serialize};

use super::{Config, SiteSettings};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WebSettings {
    pub(crate) dashboard: bool,
    pub(crate) url: Option<String>,
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            dashboard: true,
            url: None,
        }
    }
}

impl Config {
    /// Where people reach the dashboard, without a path.
    pub(super) fn web_url(&self) -> Result<Option<String>> {
        let Some(given) = &self.web.url else {
            return Ok(None);
        };
        let wrong = || {
            anyhow!(
                "web.url is {given:?}; write where people reach the dashboard, such as \"https://stats.example\", without a path"
            )
        };
        let url = url::Url::parse(given).map_err(|_| wrong())?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_web = matches!(url.scheme(), "http" | "https") && url.username().is_empty();
        match is_bare && is_web {
            true => Ok(Some(url.origin().ascii_serialization())),
            false => Err(wrong()),
        }
    }

    /// What the dashboard is opened with.
    pub(crate) fn web(&self) -> Result<snag_web::Settings> {
        let site = |site: &SiteSettings| snag_web::SiteSettings {
            id: site.id.clone(),
            hosts: site.hosts.clone(),
        };
        Ok(snag_web::Settings {
            url: self.web_url()?,
            sites: self.sites.iter().map(site).collect(),
        })
    }
}
