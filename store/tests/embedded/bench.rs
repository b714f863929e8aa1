//! A store in a directory of its own, and plain HTTP to its front.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder};
use snag_store::{Config, Role, Secret, Store};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

/// The library opens one directory a process, so tests of one process take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// The password that may read.
pub(crate) const READER: &str = "only-for-reading";

pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) config: Config,
    pub(crate) http: reqwest::Client,
    token: String,
    _directory: TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// Where `make setup` puts the engine.
pub(crate) fn cache() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    cache.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
}

pub(crate) fn config(data_dir: &Path) -> Config {
    Config {
        data_dir: data_dir.to_owned(),
        engine_cache: cache(),
        sql_password: Some(Secret::new(READER)),
        ..Config::default()
    }
}

impl Bench {
    pub(crate) async fn open() -> Bench {
        let turn = TURN.lock().await;
        let directory = tempfile::tempdir().unwrap();
        let config = config(directory.path());
        let store = Store::connect(&config).await.unwrap();
        let token = token(&config.data_dir);
        Bench {
            store,
            config,
            http: reqwest::Client::new(),
            token,
            _directory: directory,
            _turn: turn,
        }
    }

    pub(crate) fn url(&self) -> String {
        match self.store.role() {
            Role::Owner { address, .. } => format!("http://{address}/"),
            other => panic!("not the owner: {other:?}"),
        }
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// A request with the token.
    pub(crate) fn request(&self, method: Method, parameters: &[(&str, &str)]) -> RequestBuilder {
        let request = self.http.request(method, self.url()).query(parameters);
        request
            .header("X-ClickHouse-User", "snag")
            .header("X-ClickHouse-Key", &self.token)
    }

    /// Posts a statement and gives its answer, which has to be a good one.
    pub(crate) async fn sql(&self, sql: &str) -> String {
        self.sql_with(sql, &[]).await
    }

    pub(crate) async fn sql_with(&self, sql: &str, parameters: &[(&str, &str)]) -> String {
        let parameters: Vec<_> = [("database", "snag")]
            .iter()
            .chain(parameters)
            .copied()
            .collect();
        let answer = self
            .request(Method::POST, &parameters)
            .body(sql.to_owned())
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{sql}: {status} {text}");
        text
    }

    /// Posts a statement that is refused, and gives status, code and text.
    pub(crate) async fn refusal(
        &self,
        sql: &str,
        parameters: &[(&str, &str)],
    ) -> (u16, String, String) {
        let answer = self
            .request(Method::POST, parameters)
            .body(sql.to_owned())
            .send()
            .await
            .unwrap();
        refused(answer).await
    }

    /// How many statements beside the asking one are running.
    pub(crate) async fn running(&self) -> usize {
        let count = self.sql("SELECT count() - 1 FROM system.processes").await;
        count.trim().parse().unwrap()
    }

    /// Waits until so many statements are running.
    pub(crate) async fn wait_for_running(&self, wanted: usize) {
        let begun = Instant::now();
        while self.running().await != wanted {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "{} running",
                self.running().await
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn close(self) {
        self.store.close().await.unwrap();
    }
}

pub(crate) async fn refused(answer: reqwest::Response) -> (u16, String, String) {
    let status = answer.status().as_u16();
    let code = answer.headers().get("X-ClickHouse-Exception-Code");
    let code = code
        .map(|code| code.to_str().unwrap().to_owned())
        .unwrap_or_default();
    (status, code, answer.text().await.unwrap())
}

/// The token that the lock file tells.
pub(crate) fn token(data_dir: &Path) -> String {
    let text = std::fs::read_to_string(data_dir.join("engine.lock")).unwrap();
    let lock: serde_json::Value = serde_json::from_str(&text).unwrap();
    lock["token"].as_str().unwrap().to_owned()
}

/// Tells the second process what to open.
const DATA_DIR: &str = "SNAG_TEST_DATA_DIR";

/// Runs one ignored test of this binary in a process of its own.
pub(crate) fn in_another_process(test: &str, data_dir: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        test,
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]);
    command
        .env(DATA_DIR, data_dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn config_from_environment() -> Config {
    config(Path::new(&std::env::var_os(DATA_DIR).unwrap()))
}
