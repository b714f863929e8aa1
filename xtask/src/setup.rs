//! Installs what the project needs and cargo does not bring, where it is missing: npm's tools, the embedded engine,
//! and for the tests a browser, another tracker's script and a Python client.
//!
//! The engine lies in the user's cache, so that a new clone or an emptied `target/` does not fetch it again.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::step::{command, phase, root, run, works};

const ENGINE_VERSION: &str = include_str!("../../store/engine-version.txt");
/// Holds the browser script in its sources; installed as a dependency it would bring a whole server along.
const UMAMI: &str = "umami@2.10.0";
const PYTHON_CLIENT: &str = "clickhouse-connect==1.12.0";

/// Brings everything.
pub(crate) fn setup() -> Result<()> {
    if !works("node", &["--version"]) || !works("npm", &["--version"]) {
        bail!("Node.js with npm is missing: install it (Debian: apt-get install nodejs npm)");
    }
    tools()?;
    engine()?;
    umami();
    browser();
    python();
    Ok(())
}

/// npm's part, whenever the lock file is newer than what is installed.
fn tools() -> Result<()> {
    let installed = root().join("node_modules/.package-lock.json");
    let age = |path: &Path| path.metadata().and_then(|m| m.modified()).ok();
    if age(&installed).is_some() && age(&installed) >= age(&root().join("package-lock.json")) {
        return Ok(());
    }
    phase("tools from npm", || {
        run(&mut command("npm", &["ci", "--no-audit", "--no-fund"]))
    })
}

/// Our directory below the user's cache.
fn cache() -> Result<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME says where the engine may be kept")?;
    Ok(cache.join("snaglist"))
}

/// Where `store` looks for the engine.
fn engine_directory() -> Result<PathBuf> {
    Ok(cache()?.join("engine").join(ENGINE_VERSION.trim()))
}

fn engine() -> Result<()> {
    let (package, file) = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => ("@chdb/lib-linux-x64-gnu", "libchdb.so"),
        ("linux", "aarch64") => ("@chdb/lib-linux-arm64-gnu", "libchdb.so"),
        ("macos", "aarch64") => ("@chdb/lib-darwin-arm64", "libchdb.so"),
        ("macos", _) => ("@chdb/lib-darwin-x64", "libchdb.so"),
        (system, machine) => {
            bail!("there is no embedded engine for {system} on {machine}; use --clickhouse")
        }
    };
    let directory = engine_directory()?;
    if directory
        .join("node_modules")
        .join(package)
        .join(file)
        .is_file()
    {
        return Ok(());
    }
    std::fs::create_dir_all(&directory)?;
    let prefix = directory.to_string_lossy().into_owned();
    let package = format!("{package}@{}", ENGINE_VERSION.trim());
    phase(
        "the embedded engine (566 MB unpacked, once a version)",
        || {
            run(&mut command(
                "npm",
                &[
                    "install",
                    "--no-audit",
                    "--no-fund",
                    "--prefix",
                    &prefix,
                    &package,
                ],
            ))
        },
    )
}

/// Only a test needs it; it says so itself where it could not be had.
fn umami() {
    let fetch = || {
        let directory = cache()?.join(UMAMI);
        if directory.join("package/src/tracker/index.js").is_file() {
            return Ok(());
        }
        std::fs::create_dir_all(&directory)?;
        let place = directory.to_string_lossy();
        phase("Umami's browser script for the tests", || {
            run(&mut command(
                "npm",
                &["pack", "--silent", "--pack-destination", &place, UMAMI],
            ))?;
            let archive = directory.join(format!("{}.tgz", UMAMI.replace('@', "-")));
            let archive = archive.to_string_lossy();
            let wanted = ["package/src/tracker", "package/LICENSE"];
            let arguments = [&["-xzf", &archive, "-C", &place], &wanted[..]].concat();
            run(&mut command("tar", &arguments))
        })
    };
    if let Err(error) = fetch() {
        println!("!! {error:#}: the test with this script will fail");
    }
}

/// Where Chromium is installed, if it is.
pub(crate) fn chromium() -> Option<String> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(|name| {
            let found = command("sh", &["-c", &format!("command -v {name}")])
                .output()
                .ok()?;
            let path = String::from_utf8(found.stdout).ok()?.trim().to_owned();
            (found.status.success() && !path.is_empty()).then_some(path)
        })
}

/// Only tests and demo need them; they say so themselves where one could not be had.
fn browser() {
    if chromium().is_none() {
        debian(&["chromium"]);
    }
    if !works("firefox-esr", &["--version"]) {
        debian(&["firefox-esr"]);
    }
}

fn python() {
    let python = root().join(".venv/bin/python");
    let python = python.to_string_lossy();
    if works(&python, &["-c", "import clickhouse_connect"]) {
        return;
    }
    if !works("python3", &["-c", "import ensurepip, venv"]) {
        debian(&["python3", "python3-venv"]);
    }
    let made = phase("a Python client of ClickHouse for the tests", || {
        run(&mut command("python3", &["-m", "venv", ".venv"]))?;
        let install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            PYTHON_CLIENT,
        ];
        run(&mut command(&python, &install))
    });
    if let Err(error) = made {
        println!("!! {error:#}: the test with this client will fail");
    }
}

/// Installs Debian packages where that is possible.
fn debian(packages: &[&str]) {
    let names = packages.join(" ");
    let apt = |arguments: &[&str]| -> Command {
        let as_root = works("sh", &["-c", "test \"$(id -u)\" = 0"]);
        let mut all = vec!["apt-get"];
        all.extend(arguments);
        if as_root {
            command(all[0], &all[1..])
        } else {
            command("sudo", &[&["-n"], &all[..]].concat())
        }
    };
    let installed = phase(&format!("Debian's {names}"), || {
        run(&mut apt(&["update", "-qq"]))?;
        let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
        install.extend(packages);
        run(apt(&install).env("DEBIAN_FRONTEND", "noninteractive"))
    });
    if let Err(error) = installed {
        println!("!! {error:#}: install {names} by hand");
    }
}
