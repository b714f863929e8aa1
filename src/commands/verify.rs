//! `snag verify`: opens a page as a visitor would and says whether the tag is there and its beacons arrive.
//!
//! With Chromium it believes what the browser wrote down of its requests; without, it fetches the page with curl and
//! can only say whether the tag is in its source.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::cli::Verify;
use crate::exit::Exit;

const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// How long the page may take, milliseconds.
const PATIENCE: &str = "8000";

/// Opens the page and prints what was found.
pub(crate) fn run(verify: &Verify) -> Result<Exit> {
    let browser = match &verify.browser {
        Some(file) => Some(file.as_os_str()),
        None => BROWSERS
            .iter()
            .map(OsStr::new)
            .find(|name| is_there(Path::new(name))),
    };
    let Some(browser) = browser else {
        let page = said(
            Command::new("curl")
                .args(["--silent", "--show-error", "--location", "--max-time", "20"])
                .arg(verify.url.as_str()),
        )?;
        println!("there is no Chromium here: the page was fetched, not run");
        return Ok(verdict(tag(&page).is_some(), None));
    };
    let place = tempfile::tempdir().context("there is no room for the browser's files")?;
    let log = place.path().join("requests.json");
    let page = said(
        Command::new(browser)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
            ])
            .args(["--no-first-run", "--disable-background-networking"])
            .args(["--disable-component-update", "--disable-sync"])
            .arg(format!("--virtual-time-budget={PATIENCE}"))
            .arg(format!(
                "--user-data-dir={}",
                place.path().join("profile").display()
            ))
            .arg(format!("--log-net-log={}", log.display()))
            .arg("--dump-dom")
            .arg(verify.url.as_str()),
    )?;
    // Nothing, or the browser's own page about what went wrong.
    if page.trim().is_empty() || page.contains(r#"class="neterror""#) {
        bail!(
            "{} cannot be opened: is it spelled right, and does it answer?",
            verify.url
        );
    }
    let requests = std::fs::read(&log).context("the browser wrote no log of its requests")?;
    let requests = serde_json::from_slice(&requests).context("the browser's log is no JSON")?;
    let loader = tag(&page);
    Ok(verdict(
        loader.is_some() || !answers(&requests, "/snag.js").is_empty(),
        Some(answers(&requests, "/b")),
    ))
}

fn is_there(program: &Path) -> bool {
    let asked = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

fn said(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stderr(Stdio::null())
        .output()
        .with_context(|| format!("{program} cannot be started"))?;
    if !output.status.success() {
        bail!("{program} could not open the page ({})", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The tag in a page's source.
fn tag(page: &str) -> Option<&str> {
    page.split("<script")
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
        .find(|tag| tag.contains("snag.js"))
}

/// Statuses of the answers to POST requests to this path, or to any requests for a file.
fn answers(log: &Value, path: &str) -> Vec<u16> {
    let events = log["events"].as_array().map_or(&[][..], Vec::as_slice);
    let is_it = |url: &str| {
        let url = url.split(['?', '#']).next().unwrap_or(url);
        url.ends_with(path)
    };
    let mut sources = Vec::new();
    let mut statuses = Vec::new();
    for event in events {
        let (source, params) = (&event["source"]["id"], &event["params"]);
        if params["url"].as_str().is_some_and(is_it)
            && (path.contains('.') || params["method"] == "POST")
        {
            sources.push(source);
        }
        let status = params["headers"]
            .as_array()
            .and_then(|headers| headers.first()?.as_str()?.split(' ').nth(1)?.parse().ok());
        if let Some(status) = status
            && sources.contains(&source)
        {
            statuses.push(status);
        }
    }
    statuses
}

fn verdict(is_tag_there: bool, beacons: Option<Vec<u16>>) -> Exit {
    if !is_tag_there {
        println!("the tag is not in the page; `snag snippet` prints it");
        return Exit::NothingToReport;
    }
    println!("the tag is in the page");
    match beacons.as_deref() {
        None => Exit::Done,
        Some([]) => {
            println!(
                "no beacon left the page: see its console, and whether its Content-Security-Policy lists the collector in script-src and connect-src"
            );
            Exit::NothingToReport
        }
        Some(statuses) if statuses.contains(&204) => {
            println!("its beacons arrive");
            Exit::Done
        }
        Some(statuses) => {
            println!("its beacons are turned away: the collector answers {statuses:?}");
            Exit::NothingToReport
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_tag_is_found_whatever_stands_around_it() {
        let page = r#"<html><script>1</script><script defer src="https://s.example/snag.js" data-site="shop"></script>"#;
        assert!(tag(page).is_some_and(|tag| tag.contains("data-site")));
        assert_eq!(tag("<p>snag.js</p><script src='/other.js'></script>"), None);
    }

    #[test]
    fn answers_are_those_to_beacons() {
        let log = json!({"events": [
            {"source": {"id": 1}, "params": {"url": "https://s.example/b", "method": "POST"}},
            {"source": {"id": 2}, "params": {"url": "https://s.example/b", "method": "GET"}},
            {"source": {"id": 1}, "params": {"headers": ["HTTP/1.1 204 No Content"]}},
            {"source": {"id": 2}, "params": {"headers": ["HTTP/1.1 405 Method Not Allowed"]}},
        ]});
        assert_eq!(answers(&log, "/b"), [204]);
    }
}
