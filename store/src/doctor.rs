//! Says what is there and what is missing, each failing line with what mends it. Changes nothing but to ask.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use crate::config::Config;
use crate::engine::{self, ENGINE_VERSION, Refusal, Symbols};
use crate::error::Error;
use crate::lock::{self, Claim};
use crate::store::Store;

/// What is looked at.
#[derive(Debug, Clone)]
pub struct Examination<'a> {
    /// The store.
    pub config: &'a Config,
    /// Addresses the program is going to listen at.
    pub listen: &'a [SocketAddr],
    /// The geo database, if one is configured.
    pub geo_database: Option<&'a Path>,
    /// So many bytes should be free where the data is.
    pub least_free: u64,
}

/// One line of the findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// What to do about it; `Some` for every check that is not ok.
    pub mend: Option<String>,
}

impl Check {
    fn good(name: &'static str, detail: impl Into<String>) -> Check {
        Check {
            name,
            ok: true,
            detail: detail.into(),
            mend: None,
        }
    }

    fn bad(name: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Check {
        Check {
            name,
            ok: false,
            detail: detail.into(),
            mend: Some(mend.into()),
        }
    }
}

/// Looks at everything the program needs.
pub async fn doctor(examination: &Examination<'_>) -> Vec<Check> {
    let config = examination.config;
    let mut checks = Vec::new();
    if config.clickhouse.is_none() {
        checks.push(engine_library(config));
        checks.push(data_directory(&config.data_dir));
    }
    checks.push(clickhouse(config).await);
    checks.extend(examination.listen.iter().map(|address| port(*address)));
    checks.push(geo_database(examination.geo_database));
    checks.push(free_disk(&config.data_dir, examination.least_free));
    checks
}

fn engine_library(config: &Config) -> Check {
    const NAME: &str = "engine library";
    let path = match engine::find(
        config.engine_library.as_deref(),
        config.engine_cache.as_deref(),
    ) {
        Ok(path) => path,
        Err(error) => return failed(NAME, error),
    };
    match Symbols::load(&path) {
        Err(Refusal(reason)) => Check::bad(
            NAME,
            format!("{} does not load: {reason}", path.display()),
            engine::install_command(),
        ),
        Ok(symbols) => {
            let version = symbols.version();
            let detail = format!("{} is version {version}", symbols.path().display());
            if ENGINE_VERSION.starts_with(&version) || version.starts_with(ENGINE_VERSION) {
                Check::good(NAME, detail)
            } else {
                let detail =
                    format!("{detail}, but {ENGINE_VERSION} is what this snag is made for");
                Check::bad(NAME, detail, engine::install_command())
            }
        }
    }
}

/// Whether the directory, or the nearest one above it that is there, can be written to.
fn data_directory(data_dir: &Path) -> Check {
    const NAME: &str = "data directory";
    let Some(nearest) = nearest_existing(data_dir) else {
        return Check::bad(
            NAME,
            format!("{} is nowhere", data_dir.display()),
            format!("mkdir -p {}", data_dir.display()),
        );
    };
    let writable =
        nearest.is_dir() && rustix::fs::access(nearest, rustix::fs::Access::WRITE_OK).is_ok();
    if !writable {
        let detail = format!("{} cannot be written to", nearest.display());
        return Check::bad(
            NAME,
            detail,
            format!("sudo chown $USER {}", nearest.display()),
        );
    }
    if nearest == data_dir {
        Check::good(NAME, format!("{} can be written to", data_dir.display()))
    } else {
        Check::good(
            NAME,
            format!("{} will be made at the first start", data_dir.display()),
        )
    }
}

/// A relative path begins where the process stands.
fn nearest_existing(path: &Path) -> Option<&Path> {
    let exists = |path: &&Path| {
        if path.as_os_str().is_empty() {
            false
        } else {
            path.exists()
        }
    };
    path.ancestors()
        .find(exists)
        .or_else(|| path.is_relative().then_some(Path::new(".")))
}

async fn clickhouse(config: &Config) -> Check {
    const NAME: &str = "clickhouse";
    if config.clickhouse.is_none() {
        // To open the engine would be to make the directory; whoever owns it can be asked.
        match lock::owner(&config.data_dir) {
            None => return Check::good(NAME, "embedded, not running now; `snag serve` starts it"),
            Some(Claim::Taken(None) | Claim::Held(_)) => {
                let path = lock::path(&config.data_dir);
                let mend = format!(
                    "wait for it to start; to see the process: fuser {}",
                    path.display()
                );
                return Check::bad(
                    NAME,
                    format!("{} is held, and says nothing", path.display()),
                    mend,
                );
            }
            Some(Claim::Taken(Some(_))) => {}
        }
    }
    let answer = async {
        let store = Store::connect(config).await?;
        let version = store.version().await?;
        Ok::<_, Error>((store, version))
    };
    match answer.await {
        Err(error) => failed(NAME, error),
        Ok((store, version)) => {
            let detail = format!("{version} answers ({})", store.place());
            match store.verify().await {
                Ok(()) => Check::good(NAME, detail),
                Err(Error::Setup { message, mend }) => {
                    Check::bad(NAME, format!("{detail}; {message}"), mend)
                }
                Err(error) => failed(NAME, error),
            }
        }
    }
}

fn port(address: SocketAddr) -> Check {
    const NAME: &str = "port";
    match TcpListener::bind(address) {
        Ok(_) => Check::good(NAME, format!("{address} is free")),
        Err(error) => Check::bad(
            NAME,
            format!("{address}: {error}"),
            format!(
                "see who has it: ss -ltnp 'sport = :{}'; or listen elsewhere",
                address.port()
            ),
        ),
    }
}

fn geo_database(path: Option<&Path>) -> Check {
    const NAME: &str = "geo database";
    match path {
        None => Check::good(NAME, "none is configured; countries stay empty"),
        Some(path) => match std::fs::File::open(path) {
            Ok(_) => Check::good(NAME, path.display().to_string()),
            Err(error) => Check::bad(
                NAME,
                format!("{}: {error}", path.display()),
                "put a MaxMind database (.mmdb) there, or take geo_database out of the configuration",
            ),
        },
    }
}

fn free_disk(data_dir: &Path, least: u64) -> Check {
    const NAME: &str = "free disk";
    let place = nearest_existing(data_dir).unwrap_or(Path::new("."));
    match rustix::fs::statvfs(place) {
        Err(error) => Check::bad(
            NAME,
            format!("{}: {error}", place.display()),
            format!("df -h {}", place.display()),
        ),
        Ok(statistics) => {
            let free = statistics.f_bavail.saturating_mul(statistics.f_frsize);
            let mebibytes = |bytes: u64| bytes >> 20;
            let detail = format!("{} MiB free at {}", mebibytes(free), place.display());
            if free >= least {
                Check::good(NAME, detail)
            } else {
                let detail = format!("{detail}; {} MiB are wanted", mebibytes(least));
                Check::bad(
                    NAME,
                    detail,
                    format!("free some, or move the data: df -h {}", place.display()),
                )
            }
        }
    }
}

fn failed(name: &'static str, error: Error) -> Check {
    match error {
        Error::Setup { message, mend } => Check::bad(name, message, mend),
        other => Check::bad(
            name,
            other.to_string(),
            "see that ClickHouse is running and that its address is right",
        ),
    }
}
