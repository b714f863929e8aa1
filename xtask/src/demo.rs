//! `make demo`: the collector, the shop, real and simulated visitors, and where they abandon.
//!
//! The funnel that is printed is held against what the visitors truly did, count by count.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::build::{build, snag};
use crate::setup::chromium;
use crate::step::{command, phase, root, run};

const SITE: &str = "shop";
const BROWSER_VISITORS: &str = "36";
const SIMULATED_VISITORS: &str = "3000";
const STEPS: &str = "examples/demo-funnel.txt";
/// How long an acknowledged beacon may take to show in a report.
const SETTLING: Duration = Duration::from_secs(30);

/// Runs the demo; with `once` it ends by itself, else it stays up until Ctrl-C.
pub(crate) fn demo(once: bool) -> Result<()> {
    phase("building", build)?;
    // The terminal tells all of them; whoever works then ends, the demo sees that, and tidies up behind them.
    ctrlc::set_handler(|| {}).context("Ctrl-C cannot be waited for")?;
    let directory = Directory::new()?;
    let data = directory.0.join("data");
    let mut collector = Running::start(
        snag(&data).args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--trusted-proxy",
            "127.0.0.0/8",
        ]),
        "snag serve",
    )?;
    let collector_url = collector.address()?;
    let mut shop = Running::start(
        &mut command(
            "node",
            &[
                "examples/site/serve.mjs",
                "--port",
                "0",
                "--collector",
                &collector_url,
                "--site",
                SITE,
            ],
        ),
        "the shop",
    )?;
    let shop_url = shop.address()?;

    let (seen, made_up) = (
        directory.0.join("browser-truth.json"),
        directory.0.join("simulated-truth.json"),
    );
    let browser = chromium().context("Chromium is missing (Debian: apt-get install chromium)")?;
    phase("visitors in a real browser", || {
        let visit = [
            "examples/visitors/visit.mjs",
            "--visitors",
            BROWSER_VISITORS,
            "--seed",
            "7",
        ];
        let more = ["--shop", &shop_url, "--chromium", &browser];
        run(command("node", &[&visit[..], &more[..]].concat())
            .arg("--truth")
            .arg(&seen))
    })?;
    phase("simulated visitors", || {
        let simulate = [
            "simulate",
            "--habits",
            "examples/habits.toml",
            "--to",
            &collector_url,
        ];
        let more = [
            "--origin",
            &shop_url,
            "--visitors",
            SIMULATED_VISITORS,
            "--seed",
            "1",
        ];
        run(snag(&data)
            .args(simulate)
            .args(more)
            .arg("--truth")
            .arg(&made_up))
    })?;

    let truth = added(&counts_of_truth(&seen)?, &counts_of_truth(&made_up)?)?;
    settle(&data, &truth)?;
    println!();
    run(funnel(&data, "table")?.arg("--why"))?;
    println!(
        "\nthe {} counts above are those of the visitors' own records, every one equal",
        truth.len()
    );
    println!();
    let page = directory.0.join("snags.html");
    run(snag(&data)
        .args(["audit", "--site", SITE, "--html"])
        .arg(&page))?;
    println!();
    println!("as a page:     {}", page.display());
    println!("the shop:      {shop_url}");
    println!("the collector: {collector_url}");
    println!("the dashboard: {}", welcome(&data, &collector_url)?);
    if !once {
        println!(
            "ask again:     {} --data-dir {} funnel --site {SITE} …",
            snag_path().display(),
            data.display()
        );
        println!("visit the shop, and look at the dashboard; Ctrl-C ends the demo");
        collector.wait()?;
    }
    shop.stop();
    collector.stop();
    Ok(())
}

/// Where the dashboard's first owner makes an account.
fn welcome(data: &Path, collector_url: &str) -> Result<String> {
    let invite = ["users", "invite", "--role", "owner"];
    let output = snag(data).args(invite).stderr(Stdio::inherit()).output()?;
    let said = String::from_utf8(output.stdout)?;
    let at = said.find("/welcome/").context("no invitation was made")?;
    let path = said[at..].split_whitespace().next().unwrap_or_default();
    Ok(format!("{collector_url}{path} (make your account there)"))
}

fn snag_path() -> PathBuf {
    PathBuf::from(snag(Path::new("x")).get_program())
}

/// The steps of the demo's funnel, one a line.
fn steps() -> Result<Vec<String>> {
    let text = std::fs::read_to_string(root().join(STEPS))
        .with_context(|| format!("{STEPS} cannot be read"))?;
    Ok(text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(Into::into)
        .collect())
}

fn funnel(data: &Path, format: &str) -> Result<Command> {
    let mut command = snag(data);
    command.args(["funnel", "--site", SITE, "--format", format]);
    for step in steps()? {
        command.args(["--step", &step]);
    }
    Ok(command)
}

/// Asks until the report shows what truly happened; says how they differ if it never does.
fn settle(data: &Path, truth: &[u64]) -> Result<()> {
    let start = Instant::now();
    loop {
        let output = funnel(data, "json")?.stderr(Stdio::null()).output()?;
        let reported = if output.status.success() {
            counts_of_report(&output.stdout)?
        } else {
            Vec::new()
        };
        if reported == truth {
            return Ok(());
        }
        ensure!(
            start.elapsed() < SETTLING,
            "the funnel says {reported:?}, but the visitors truly did {truth:?}"
        );
        std::thread::sleep(Duration::from_millis(300));
    }
}

fn numbers(list: &Value) -> Result<Vec<u64>> {
    let list = list.as_array().context("no list of counts")?;
    list.iter()
        .map(|count| count.as_u64().context("a count that is no number"))
        .collect()
}

fn counts_of_report(json: &[u8]) -> Result<Vec<u64>> {
    let report: Value = serde_json::from_slice(json)?;
    let steps = report["steps"]
        .as_array()
        .context("a report without steps")?;
    steps
        .iter()
        .map(|step| step["visitors"].as_u64().context("a step without visitors"))
        .collect()
}

fn counts_of_truth(file: &Path) -> Result<Vec<u64>> {
    let truth: Value = serde_json::from_slice(&std::fs::read(file)?)?;
    ensure!(
        truth["funnel"]["steps"] == serde_json::to_value(steps()?)?,
        "{} counted other steps than {STEPS} names",
        file.display()
    );
    numbers(&truth["funnel"]["visitors"])
}

fn added(one: &[u64], other: &[u64]) -> Result<Vec<u64>> {
    ensure!(
        one.len() == other.len(),
        "the two truths have different steps"
    );
    Ok(one.iter().zip(other).map(|(a, b)| a + b).collect())
}

/// A process that is ended with the demo, however that ends.
struct Running {
    child: Child,
    what: &'static str,
}

impl Running {
    fn start(command: &mut Command, what: &'static str) -> Result<Self> {
        let child = command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{what} cannot be started"))?;
        Ok(Self { child, what })
    }

    /// The first address it prints; what it prints later is shown.
    fn address(&mut self) -> Result<String> {
        let mut lines = BufReader::new(self.child.stdout.take().context("no output")?).lines();
        for line in lines.by_ref() {
            let line = line?;
            if let Some(at) = line.find("http://") {
                let end = line[at..]
                    .find(|c: char| c.is_whitespace() || c == '"')
                    .map_or(line.len(), |end| at + end);
                let address = line[at..end]
                    .trim_end_matches("/b")
                    .trim_end_matches('/')
                    .to_owned();
                std::thread::spawn(move || {
                    lines
                        .map_while(Result::ok)
                        .for_each(|line| println!("{line}"))
                });
                return Ok(address);
            }
        }
        bail!("{} ended before it said where it listens", self.what)
    }

    fn wait(&mut self) -> Result<()> {
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end and waits.
    fn stop(&mut self) {
        let mut ask = Command::new("kill");
        ask.arg(self.child.id().to_string());
        // Who has gone already need not be told.
        let asked = ask.stderr(Stdio::null()).status();
        if asked.is_ok_and(|status| status.success()) {
            // It was asked; if it has gone already, so much the better.
            let _ = self.child.wait();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

/// A directory of the demo's own, gone with it.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("snag-demo-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What cannot be removed is in the system's own temporary directory.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
