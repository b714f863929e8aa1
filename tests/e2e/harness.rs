//! Starts the real binary on free ports and in a directory of its own, and asks the real store.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

pub(crate) const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                          Chrome/130.0.0.0 Safari/537.36";

/// How long anything may take before a test gives up on it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// The root of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `snag` with a data directory.
pub(crate) fn snag(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_snag"));
    command
        .arg("--data-dir")
        .arg(data)
        .current_dir(data.parent().expect("a parent"));
    command
}

/// Runs `snag` to its end.
pub(crate) fn run(data: &Path, arguments: &[&str]) -> Ran {
    Ran::of(snag(data).args(arguments).output().expect("snag runs"))
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.out).expect("JSON")
    }
}

/// Visitors of each step of a funnel report.
pub(crate) fn visitors(report: &serde_json::Value) -> Vec<u64> {
    let steps = report["steps"].as_array().expect("steps");
    steps
        .iter()
        .map(|step| step["visitors"].as_u64().expect("visitors"))
        .collect()
}

/// A directory for data, gone at the end.
pub(crate) fn place() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0"];

/// A running `snag serve`, killed when dropped.
pub(crate) struct Serving {
    child: Child,
    pub(crate) url: String,
    said: mpsc::Receiver<String>,
}

impl Serving {
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    pub(crate) fn start_with(data: &Path, arguments: &[&str]) -> Self {
        Self::start_in(data, arguments, &[])
    }

    /// With settings of the environment.
    pub(crate) fn start_in(data: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = snag(data);
        command.envs(environment.iter().copied());
        Self::of(command, arguments)
    }

    /// From a command that has all but what is served.
    pub(crate) fn of(mut command: Command, arguments: &[&str]) -> Self {
        let mut child = command
            .args(SERVE)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("snag serve starts");
        let lines = BufReader::new(child.stdout.take().expect("stdout")).lines();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // Nobody may be there to hear it.
                let _ = sender.send(line);
            }
        });
        let line = receiver
            .recv_timeout(PATIENCE)
            .expect("snag serve says where it listens");
        let url = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .expect("an address");
        let url = url.trim_end_matches("/b").to_owned();
        Self {
            child,
            url,
            said: receiver,
        }
    }

    /// The next line it says that has this in it.
    pub(crate) fn says(&self, part: &str) -> String {
        loop {
            let line = self
                .said
                .recv_timeout(PATIENCE)
                .expect("a line that has it");
            if line.contains(part) {
                return line;
            }
        }
    }

    /// Ends it as a power cut would, however far it has come by then.
    pub(crate) fn start_and_kill(data: &Path, life: Duration) {
        let mut child = snag(data)
            .args(SERVE)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("snag serve starts");
        std::thread::sleep(life);
        child.kill().expect("the process is ours");
        child.wait().expect("it ends");
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).expect("pid")).expect("pid");
        kill_process(pid, signal).expect("the process is ours");
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.signal(Signal::KILL);
        self.child.wait().expect("it ends");
    }

    /// Ends it as a service manager would; returns the exit code and how long it took.
    pub(crate) fn stop(mut self) -> (Option<i32>, Duration) {
        let start = Instant::now();
        self.signal(Signal::TERM);
        let status = self.child.wait().expect("it ends");
        (status.code(), start.elapsed())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts one body as a browser would.
pub(crate) async fn post(
    client: &reqwest::Client,
    url: &str,
    body: impl Into<reqwest::Body>,
) -> (u16, String) {
    let request = client
        .post(format!("{url}/b"))
        .header("user-agent", CHROME)
        .body(body);
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, response.text().await.expect("text"))
}

/// Asks the store that a running `snag serve` owns, or opens it.
pub(crate) async fn ask(data: &Path, sql: &str) -> u64 {
    let (store, _guard) = open(data).await;
    let answer = store
        .client()
        .query(sql)
        .fetch_one::<u64>()
        .await
        .expect("an answer");
    store.close().await.expect("the store closes");
    answer
}

/// A process may have one engine open at a time, and tests share theirs.
static ENGINE: Mutex<()> = Mutex::const_new(());

/// Opens the store as the binary does; to be closed before the guard is dropped.
pub(crate) async fn open(data: &Path) -> (snag_store::Store, MutexGuard<'static, ()>) {
    let guard = ENGINE.lock().await;
    let cache = std::env::var_os("XDG_CACHE_HOME").map(Into::into);
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let config = snag_store::Config {
        data_dir: data.to_owned(),
        engine_cache: cache.or(home),
        ..snag_store::Config::default()
    };
    let store = snag_store::Store::open(&config)
        .await
        .expect("the store opens");
    (store, guard)
}

/// Tells the store a statement.
pub(crate) async fn tell(data: &Path, sql: &str) {
    let (store, _guard) = open(data).await;
    let told = store.client().query(sql).execute().await;
    told.expect("the store does it");
    store.close().await.expect("close");
}

/// Waits until the query gives `wanted`; fails with what it gave last.
pub(crate) async fn wait_for(data: &Path, sql: &str, wanted: u64) {
    let (store, _guard) = open(data).await;
    let start = Instant::now();
    let mut got;
    loop {
        got = store
            .client()
            .query(sql)
            .fetch_one::<u64>()
            .await
            .expect("an answer");
        if got == wanted || start.elapsed() > PATIENCE {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    store.close().await.expect("the store closes");
    assert_eq!(got, wanted, "{sql}");
}

/// Waits until it holds; fails with what was waited for.
pub(crate) async fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
