//! Published cases through the command line: `snag import events`, then `snag funnel --format json`.
//!
//! The cases lie outside the project, in the directory that `SNAG_SHARED` names (default: `../shared`). Where it is
//! not, the tests say so and hold nothing.

#![expect(clippy::print_stdout, reason = "a test that holds nothing says so")]

#[path = "../e2e/harness.rs"]
#[expect(dead_code, reason = "reports need a part of it")]
mod harness;

mod costs;
mod eshop;
mod experiments;
mod funnels;
mod sources;

use std::path::{Path, PathBuf};

/// A file of the shared cases.
fn shared(file: &str) -> Option<PathBuf> {
    let directory = std::env::var_os("SNAG_SHARED")
        .map_or_else(|| harness::root().join("../shared"), PathBuf::from);
    let path = directory.join(file);
    if path.is_file() {
        return Some(path);
    }
    println!(
        "SKIPPED: there is no {}; SNAG_SHARED names the directory of the shared cases",
        path.display()
    );
    None
}

/// Imports lines and makes sure all went in.
fn import(data: &Path, lines: &str, events: usize) {
    let file = data.with_extension("ndjson");
    std::fs::write(&file, lines).expect("write");
    let ran = harness::run(
        data,
        &[
            "import",
            "events",
            "--strict",
            file.to_str().expect("a path"),
        ],
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    let digits: String = ran
        .out
        .split(": ")
        .last()
        .unwrap_or_default()
        .split(" events")
        .next()
        .unwrap_or_default()
        .into();
    assert_eq!(digits.replace(',', ""), events.to_string(), "{ran:?}");
}
