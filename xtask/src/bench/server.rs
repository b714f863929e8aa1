//! A server under load, pinned to a core, and the load itself on the other.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::build::{build, snag};
use crate::step::{cargo, command, phase, root, run, works};

/// The core of the server under test, and that of the load.
const SERVER_CORE: &str = "0";
const LOAD_CORE: &str = "1";

/// Clock ticks a second in `/proc`; the same on all of Linux's machines.
const TICKS: f64 = 100.0;

/// Builds what is measured and what measures.
pub(super) fn build_all() -> Result<()> {
    ensure!(
        works("taskset", &["-V"]),
        "taskset is missing (Debian: util-linux)"
    );
    phase("building", || {
        build()?;
        run(&mut cargo(&[
            "build",
            "--release",
            "--package",
            "snag-bench",
        ]))
    })
}

fn built(name: &str) -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    target.join("release").join(name)
}

/// A running server; ended when dropped.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
    /// Kept open: who prints into nowhere ends.
    _output: BufReader<ChildStdout>,
}

/// What a server has used so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    /// Seconds of processor time.
    pub(super) cpu: f64,
    /// Resident bytes now, and at most so far.
    pub(super) memory: f64,
    pub(super) peak: f64,
}

impl Server {
    /// The one that does nothing.
    pub(super) fn empty() -> Result<Self> {
        let inner = command(&built("snag-empty").to_string_lossy(), &[]);
        Self::start(&inner, None, SERVER_CORE)
    }

    /// A collector in that directory, with more arguments and settings.
    pub(super) fn snag(data: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Result<Self> {
        let mut inner = snag(data);
        inner.args(arguments);
        inner.args(["serve", "--listen", "127.0.0.1:0"]);
        inner.args(["--trusted-proxy", "127.0.0.0/8"]);
        inner.envs(settings.iter().copied());
        Self::start(&inner, Some(&data.with_extension("log")), SERVER_CORE)
    }

    /// One that may use both cores: what is measured is how it answers, not how it is loaded.
    pub(super) fn wide(data: &Path) -> Result<Self> {
        let mut inner = snag(data);
        inner.args(["serve", "--listen", "127.0.0.1:0"]);
        let cores = format!("{SERVER_CORE},{LOAD_CORE}");
        Self::start(&inner, Some(&data.with_extension("log")), &cores)
    }

    fn start(inner: &Command, log: Option<&Path>, cores: &str) -> Result<Self> {
        let mut command = Command::new("taskset");
        command
            .args(["-c", cores])
            .arg(inner.get_program())
            .args(inner.get_args());
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(log) = log {
            command.stderr(File::options().create(true).append(true).open(log)?);
        }
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .context("the server cannot be started")?;
        let mut output = BufReader::new(child.stdout.take().context("no output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let address = line
            .split_whitespace()
            .find_map(|word| word.strip_prefix("http://"))
            .and_then(|word| word.trim_end_matches("/b").parse().ok())
            .with_context(|| format!("the server does not say where it listens: {line:?}"))?;
        Ok(Self {
            child,
            address,
            _output: output,
        })
    }

    /// Processor time and memory.
    pub(super) fn usage(&self) -> Result<Usage> {
        let of = |file: &str| {
            std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id()))
                .context("the server has ended")
        };
        let stat = of("stat")?;
        // The name of the program, in brackets, may hold anything.
        let fields: Vec<&str> = stat
            .rsplit_once(')')
            .map_or("", |(_, rest)| rest)
            .split_whitespace()
            .collect();
        let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok());
        let status = of("status")?;
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim()
                .trim_end_matches("kB")
                .trim()
                .parse::<f64>()
                .ok()
        };
        Ok(Usage {
            cpu: (ticks(11).context("no time")? + ticks(12).context("no time")?) / TICKS,
            memory: kib("VmRSS:").context("no memory")? * 1024.0,
            peak: kib("VmHWM:").context("no memory")? * 1024.0,
        })
    }

    /// Ends it as a service manager would, and waits.
    pub(super) fn stop(mut self) -> Result<()> {
        run(&mut command(
            "kill",
            &["-TERM", &self.child.id().to_string()],
        ))?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends load from the other core; what came of it.
    pub(super) fn load(&self, arguments: &[&str]) -> Result<Value> {
        self.start_load(arguments)?.end()
    }

    /// Begins to send load.
    pub(super) fn start_load(&self, arguments: &[&str]) -> Result<Load> {
        let child = Command::new("taskset")
            .args(["-c", LOAD_CORE])
            .arg(built("snag-load"))
            .args(["--to", &self.address.to_string()])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .context("the load cannot be started")?;
        Ok(Load(child))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Load that is being sent.
pub(super) struct Load(Child);

impl Load {
    pub(super) fn is_over(&mut self) -> Result<bool> {
        Ok(self.0.try_wait()?.is_some())
    }

    /// Waits for its end.
    pub(super) fn end(self) -> Result<Value> {
        let output = self.0.wait_with_output()?;
        ensure!(
            output.status.success(),
            "the load ended with {}",
            output.status
        );
        serde_json::from_slice(&output.stdout).context("the load said no JSON")
    }
}

/// The number at a place of what a load said.
pub(super) fn figure(told: &Value, pointer: &str) -> f64 {
    told.pointer(pointer)
        .and_then(Value::as_f64)
        .unwrap_or_default()
}

/// Asks ClickHouse at an address for one number.
pub(super) fn ask(address: SocketAddr, password: &str, sql: &str) -> Result<f64> {
    let answer = tell(address, password, sql)?;
    let numbers = answer.lines().rev();
    numbers
        .filter_map(|line| line.trim().parse().ok())
        .next()
        .with_context(|| format!("no number came: {answer}"))
}

/// Has ClickHouse at an address run a statement; what it answered.
pub(super) fn tell(address: SocketAddr, password: &str, sql: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(600)))?;
    write!(
        stream,
        "POST /?database=snag HTTP/1.1\r\nHost: snag\r\nConnection: close\r\nX-ClickHouse-User: snag\r\n\
         X-ClickHouse-Key: {password}\r\nContent-Length: {}\r\n\r\n{sql}",
        sql.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "{sql}: {answer}");
    Ok(answer)
}

/// A directory for one benchmark, gone at the end.
pub(super) struct Place(pub(super) PathBuf);

impl Place {
    pub(super) fn new() -> Result<Self> {
        let place = std::env::temp_dir().join(format!("snag-bench-{}", std::process::id()));
        std::fs::create_dir_all(&place)?;
        Ok(Self(place))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What cannot be removed lies in a directory for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
