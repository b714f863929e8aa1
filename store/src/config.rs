//! What a store is opened with. Read from no file and no environment here: the binary composes it.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The database of the tables when nothing else is said.
pub const DEFAULT_DATABASE: &str = "snag";

/// Where the rows are kept and how they are reached.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// A ClickHouse server; `None` means the embedded engine.
    pub clickhouse: Option<ServerConfig>,
    /// Directory of the embedded engine and its lock.
    pub data_dir: PathBuf,
    /// The engine library, if it is not to be looked for.
    pub engine_library: Option<PathBuf>,
    /// The user's cache directory (`$XDG_CACHE_HOME`, else `~/.cache`), or the `snaglist/engine` in it.
    pub engine_cache: Option<PathBuf>,
    /// One more address where the embedded engine answers ClickHouse's HTTP interface.
    pub sql_listen: Option<SocketAddr>,
    /// A password that may read, and only read, through the embedded engine's front.
    pub sql_password: Option<Secret>,
}

/// How to reach a ClickHouse server.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// `http://host:8123` or `https://host:8443`; may carry `user:password@`.
    pub url: String,
    /// User, if not in the URL.
    pub user: Option<String>,
    /// Password, if not in the URL.
    pub password: Option<Secret>,
    /// Database of the tables.
    pub database: String,
}

impl ServerConfig {
    /// A server without credentials, and the default database.
    #[must_use]
    pub fn at(url: impl Into<String>) -> ServerConfig {
        ServerConfig {
            url: url.into(),
            user: None,
            password: None,
            database: DEFAULT_DATABASE.to_owned(),
        }
    }
}

/// A text that no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` out of `Debug`.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_by_debug() {
        let mut server = ServerConfig::at("http://127.0.0.1:8123");
        server.password = Some(Secret::new("hunter2"));
        assert!(!format!("{server:?}").contains("hunter2"));
    }
}
