//! The one configuration: file, then environment, then flags, each over the one before.
//!
//! Invariant: an unknown key is an error that names it; secrets come from the environment or from a file of their own
//! and are never shown.

mod messages;
mod web;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use ipnet::IpNet;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use snag_collector::{
    BotPolicy, BotReason, DatabaseFiles, Limits, Proxies, SEARCH_PARAMETERS, Site, SpoolConfig,
};
use snag_store::{Secret, ServerConfig};

pub(crate) use self::messages::{MailSettings, MessageSettings, Told, What};
pub(crate) use self::web::WebSettings;

use crate::cli::Global;

/// Looked for in the working directory when no file is named.
const FILE: &str = "snag.toml";

/// Every setting there is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) workers: usize,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) client_address_header: Option<String>,
    pub(crate) bots: Bots,
    pub(crate) bots_shadow: Vec<String>,
    pub(crate) geo_database: Option<PathBuf>,
    pub(crate) asn_database: Option<PathBuf>,
    pub(crate) spam_referrers: Option<PathBuf>,
    pub(crate) log: LogFormat,
    pub(crate) engine: EngineSettings,
    pub(crate) clickhouse: ServerSettings,
    pub(crate) spool: SpoolSettings,
    pub(crate) limits: LimitSettings,
    pub(crate) web: WebSettings,
    pub(crate) mail: MailSettings,
    pub(crate) sites: Vec<SiteSettings>,
    pub(crate) messages: Vec<MessageSettings>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Bots {
    Mark,
    Drop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EngineSettings {
    pub(crate) library: Option<PathBuf>,
    pub(crate) sql_listen: Option<SocketAddr>,
    pub(crate) sql_password_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ServerSettings {
    pub(crate) url: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) database: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SpoolSettings {
    pub(crate) max_bytes: u64,
    pub(crate) min_free_bytes: u64,
    pub(crate) segment_bytes: u64,
    pub(crate) segment_rows: u64,
    pub(crate) segment_age: SignedDuration,
    pub(crate) commit_wait: SignedDuration,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LimitSettings {
    pub(crate) requests_per_second: u32,
    pub(crate) burst: u32,
    pub(crate) connections: usize,
    pub(crate) head_time: SignedDuration,
    pub(crate) body_time: SignedDuration,
    pub(crate) idle_time: SignedDuration,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteSettings {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) hosts: Vec<String>,
    #[serde(default)]
    pub(crate) query_parameters: Vec<String>,
    #[serde(default = "search_parameters")]
    pub(crate) search_parameters: Vec<String>,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
}

fn search_parameters() -> Vec<String> {
    SEARCH_PARAMETERS.map(str::to_owned).to_vec()
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: "snag-data".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 7624)),
            workers: 2,
            trusted_proxies: Vec::new(),
            client_address_header: None,
            bots: Bots::Mark,
            bots_shadow: Vec::new(),
            geo_database: None,
            asn_database: None,
            spam_referrers: None,
            log: LogFormat::Text,
            engine: EngineSettings::default(),
            clickhouse: ServerSettings::default(),
            spool: SpoolSettings::default(),
            limits: LimitSettings::default(),
            web: WebSettings::default(),
            mail: MailSettings::default(),
            sites: Vec::new(),
            messages: Vec::new(),
        }
    }
}

impl Default for SpoolSettings {
    fn default() -> Self {
        Self {
            max_bytes: 4 << 30,
            min_free_bytes: 256 << 20,
            segment_bytes: 8 << 20,
            segment_rows: 100_000,
            segment_age: SignedDuration::from_secs(1),
            commit_wait: SignedDuration::from_millis(2),
        }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            requests_per_second: 100,
            burst: 500,
            connections: 16_000,
            head_time: SignedDuration::from_secs(5),
            body_time: SignedDuration::from_secs(10),
            idle_time: SignedDuration::from_secs(60),
        }
    }
}

/// What only the environment may say.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    pub(crate) engine_cache: Option<PathBuf>,
    pub(crate) clickhouse_password: Option<Secret>,
    pub(crate) sql_password: Option<Secret>,
    pub(crate) mail_password: Option<Secret>,
}

impl Environment {
    /// Reads the process's environment, once.
    pub(crate) fn read() -> Self {
        let home_cache = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
        let secret = |name: &str| std::env::var(name).ok().map(Secret::new);
        Self {
            engine_cache: std::env::var_os("XDG_CACHE_HOME")
                .map(PathBuf::from)
                .or_else(home_cache),
            clickhouse_password: secret("SNAG_CLICKHOUSE_PASSWORD"),
            sql_password: secret("SNAG_SQL_PASSWORD"),
            mail_password: secret("SNAG_MAIL_PASSWORD"),
        }
    }
}

impl Config {
    /// File, environment and flags together.
    pub(crate) fn load(flags: &Global) -> Result<Self> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        match &flags.config {
            Some(file) if !file.exists() => {
                bail!("there is no configuration file {}", file.display())
            }
            Some(file) => figment = figment.merge(Toml::file_exact(file)),
            None if Path::new(FILE).is_file() => figment = figment.merge(Toml::file_exact(FILE)),
            None => {}
        }
        // Of the environment only SNAG_A_B… names that are settings count: passwords and the level of the log are read apart.
        let settings = Env::prefixed("SNAG_")
            .ignore(&[
                "log",
                "clickhouse_password",
                "sql_password",
                "mail_password",
            ])
            .filter(is_setting);
        figment = figment.merge(settings.map(|key| nested(key.as_str()).into()));
        let mut config: Self = figment
            .extract()
            .context("the configuration is not right")?;
        config.apply(flags);
        config.check()?;
        Ok(config)
    }

    fn apply(&mut self, flags: &Global) {
        if let Some(directory) = &flags.data_dir {
            self.data_dir.clone_from(directory);
        }
        if let Some(library) = &flags.engine_library {
            self.engine.library = Some(library.clone());
        }
        if let Some(url) = &flags.clickhouse {
            self.clickhouse.url = Some(url.clone());
        }
        if let Some(user) = &flags.clickhouse_user {
            self.clickhouse.user = Some(user.clone());
        }
        if let Some(database) = &flags.clickhouse_database {
            self.clickhouse.database = Some(database.clone());
        }
    }

    fn check(&self) -> Result<()> {
        if self.workers == 0 {
            bail!("workers is 0; give at least 1");
        }
        if let Some(word) = self.bots_shadow.iter().find(|word| reason(word).is_none()) {
            let known = BotReason::ALL.map(BotReason::word).join(", ");
            bail!("bots_shadow has the unknown reason \"{word}\"; known: {known}");
        }
        for (name, value) in [
            ("spool.segment_bytes", self.spool.segment_bytes),
            ("spool.segment_rows", self.spool.segment_rows),
            ("spool.max_bytes", self.spool.max_bytes),
            ("limits.connections", self.limits.connections as u64),
        ] {
            if value == 0 {
                bail!("{name} is 0; give at least 1");
            }
        }
        for (name, value) in [
            ("spool.segment_age", self.spool.segment_age),
            ("spool.commit_wait", self.spool.commit_wait),
        ] {
            if value.is_negative() {
                bail!("{name} is negative");
            }
        }
        for (name, value) in [
            ("limits.head_time", self.limits.head_time),
            ("limits.body_time", self.limits.body_time),
            ("limits.idle_time", self.limits.idle_time),
        ] {
            if !value.is_positive() {
                bail!("{name} is not positive");
            }
        }
        self.proxies()?;
        self.web_url()?;
        let mut names: Vec<&str> = Vec::new();
        for site in &self.sites {
            for name in std::iter::once(&site.id).chain(&site.aliases) {
                if names.contains(&name.as_str()) {
                    bail!("two sites are called {name:?}");
                }
                names.push(name);
            }
        }
        self.check_messages()
    }

    /// What the store is opened with.
    pub(crate) fn store(&self, environment: &Environment) -> Result<snag_store::Config> {
        let clickhouse = match &self.clickhouse.url {
            None => None,
            Some(url) => {
                let password = secret(
                    self.clickhouse.password_file.as_deref(),
                    &environment.clickhouse_password,
                )?;
                let mut server = ServerConfig::at(url);
                server.user.clone_from(&self.clickhouse.user);
                server.password = password;
                if let Some(database) = &self.clickhouse.database {
                    server.database.clone_from(database);
                }
                Some(server)
            }
        };
        Ok(snag_store::Config {
            clickhouse,
            data_dir: self.data_dir.clone(),
            engine_library: self.engine.library.clone(),
            engine_cache: environment.engine_cache.clone(),
            sql_listen: self.engine.sql_listen,
            sql_password: secret(
                self.engine.sql_password_file.as_deref(),
                &environment.sql_password,
            )?,
        })
    }

    pub(crate) fn proxies(&self) -> Result<Proxies> {
        let header = self.client_address_header.as_deref();
        Proxies::new(self.trusted_proxies.clone(), header).map_err(|name| {
            anyhow!("client_address_header is {name:?}, which cannot be the name of a header")
        })
    }

    /// What the collector is started with.
    pub(crate) fn collector(&self) -> Result<snag_collector::Config> {
        let Self { spool, limits, .. } = self;
        if self.client_address_header.is_some() && self.trusted_proxies.is_empty() {
            bail!(
                "client_address_header is believed of trusted proxies only, and there are none; name their networks in trusted_proxies"
            );
        }
        Ok(snag_collector::Config {
            listen: self.listen,
            data_dir: self.data_dir.clone(),
            sites: self.sites(),
            proxies: self.proxies()?,
            limits: Limits {
                requests_per_second: limits.requests_per_second,
                burst: limits.burst,
                connections: limits.connections,
                head_time: duration(limits.head_time),
                body_time: duration(limits.body_time),
                idle_time: duration(limits.idle_time),
            },
            bots: match self.bots {
                Bots::Mark => BotPolicy::Mark,
                Bots::Drop => BotPolicy::Drop,
            },
            bots_shadow: self
                .bots_shadow
                .iter()
                .filter_map(|word| reason(word))
                .collect(),
            databases: DatabaseFiles {
                geo: self.geo_database.clone(),
                asn: self.asn_database.clone(),
                spam_referrers: self.spam_referrers.clone(),
            },
            spool: SpoolConfig {
                directory: self.data_dir.join("spool"),
                max_bytes: spool.max_bytes,
                min_free_bytes: spool.min_free_bytes,
                segment_bytes: spool.segment_bytes,
                segment_rows: spool.segment_rows,
                segment_age: duration(spool.segment_age),
                commit_wait: duration(spool.commit_wait),
            },
            workers: self.workers,
        })
    }

    /// The configured sites.
    pub(crate) fn sites(&self) -> Vec<Site> {
        let site = |site: &SiteSettings| Site {
            id: site.id.clone(),
            hosts: site.hosts.clone(),
            query_parameters: site.query_parameters.clone(),
            search_parameters: site.search_parameters.clone(),
            aliases: site.aliases.clone(),
        };
        self.sites.iter().map(site).collect()
    }
}

/// The reason to take someone for a bot that a word stands for.
fn reason(word: &str) -> Option<BotReason> {
    BotReason::ALL
        .into_iter()
        .find(|reason| reason.word() == word)
}

fn duration(signed: SignedDuration) -> Duration {
    signed.unsigned_abs()
}

fn secret(file: Option<&Path>, from_environment: &Option<Secret>) -> Result<Option<Secret>> {
    match file {
        None => Ok(from_environment.clone()),
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("the password file {} cannot be read", file.display()))?;
            Ok(Some(Secret::new(text.trim_end_matches(['\r', '\n']))))
        }
    }
}

const SECTIONS: &[&str] = &["engine", "clickhouse", "spool", "limits", "web", "mail"];

/// `clickhouse_url` → `clickhouse.url`; `data_dir` stays.
fn nested(key: &str) -> String {
    let key = key.to_ascii_lowercase();
    for section in SECTIONS {
        if let Some(rest) = key.strip_prefix(&format!("{section}_")) {
            return format!("{section}.{rest}");
        }
    }
    key
}

/// Other programs' variables may begin with SNAG_ too.
fn is_setting(key: &figment::value::UncasedStr) -> bool {
    let key = nested(key.as_str());
    let known = Figment::from(Serialized::defaults(Config::default()));
    known.find_value(&key).is_ok() || OPTIONAL.contains(&key.as_str())
}

/// Settings without a default, which the defaults therefore do not show.
const OPTIONAL: &[&str] = &[
    "client_address_header",
    "geo_database",
    "asn_database",
    "spam_referrers",
    "engine.library",
    "engine.sql_listen",
    "engine.sql_password_file",
    "clickhouse.url",
    "clickhouse.user",
    "clickhouse.password_file",
    "clickhouse.database",
    "web.url",
    "mail.host",
    "mail.port",
    "mail.authority_file",
    "mail.user",
    "mail.password_file",
    "mail.from",
];

#[cfg(test)]
mod tests;
