//! The shape of the house: who may import whom, and where what may stand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What each package may depend on, of ours.
const ALLOWED: &[(&str, &[&str])] = &[
    ("snag-beacon", &[]),
    ("snag-tracker-wasm", &["snag-beacon"]),
    ("snag-store", &[]),
    ("snag-collector", &["snag-beacon", "snag-store"]),
    ("snag-sessions", &["snag-store"]),
    ("snag-upkeep", &["snag-store", "snag-sessions"]),
    ("snag-analyzer", &["snag-store"]),
    ("snag-checker", &[]),
    ("snag-messages", &["snag-checker"]),
    ("snag-web", &["snag-analyzer", "snag-store", "snag-upkeep"]),
    ("snag-simulator", &["snag-beacon"]),
    (
        "snag",
        &[
            "snag-beacon",
            "snag-store",
            "snag-sessions",
            "snag-upkeep",
            "snag-collector",
            "snag-analyzer",
            "snag-checker",
            "snag-messages",
            "snag-web",
            "snag-simulator",
        ],
    ),
    ("snag-bench", &["snag-beacon"]),
    ("xtask", &[]),
];

#[test]
fn crates_import_only_whom_they_may() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo metadata runs");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let allowed: BTreeMap<&str, BTreeSet<&str>> = ALLOWED
        .iter()
        .map(|(name, on)| (*name, on.iter().copied().collect()))
        .collect();
    let mut seen = 0;
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("name");
        let may = allowed
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not in the plan of the house"));
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let on = dependency["name"].as_str().expect("name");
            // Tests may look anywhere.
            if dependency["kind"] != "dev"
                && (on.starts_with("snag-") || on == "snag" || on == "xtask")
            {
                assert!(may.contains(on), "{name} must not depend on {on}");
            }
        }
        seen += 1;
    }
    assert!(seen >= 8, "only {seen} packages were looked at");
}

/// Sources of a crate, without tests of its own.
fn sources(directory: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("a source directory") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).expect("source");
            found.push((path, text));
        }
    }
    found
}

fn assert_only(directory: &str, word: &str, allowed: &[&str]) {
    for (path, text) in sources(&root().join(directory)) {
        let place = path
            .strip_prefix(root())
            .expect("below the root")
            .to_string_lossy()
            .into_owned();
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        if code.into_iter().any(|line| line.contains(word)) {
            assert!(
                allowed.iter().any(|start| place.starts_with(start)),
                "{place} must not use {word}"
            );
        }
    }
}

#[test]
fn http_is_known_to_the_collectors_door_only() {
    let door = [
        "collector/src/receive/",
        "collector/src/client/",
        "collector/src/lib.rs",
    ];
    assert_only("collector/src", "actix_", &door);
    let take = std::fs::read_to_string(root().join("collector/src/receive/take.rs"));
    assert!(
        !take.expect("source").contains("actix_"),
        "what stores knows nothing of HTTP"
    );
}

#[test]
fn http_is_known_to_the_dashboards_gate_only() {
    let gate = [
        "web/src/gate/",
        "web/src/reply.rs",
        "web/src/house.rs",
        "web/src/lib.rs",
    ];
    assert_only("web/src", "actix_", &gate);
}

#[test]
fn only_the_store_knows_an_engine() {
    for directory in [
        "beacon/src",
        "collector/src",
        "analyzer/src",
        "checker/src",
        "web/src",
        "messages/src",
        "simulator/src",
        "upkeep/src",
        "src",
    ] {
        assert_only(directory, "libloading", &[]);
        // With the space, for a policy may say unsafe-inline.
        assert_only(directory, "unsafe ", &[]);
        assert_only(directory, "chdb", &[]);
    }
}

#[test]
fn only_the_binary_reads_the_environment_or_prints() {
    for directory in [
        "beacon/src",
        "collector/src",
        "analyzer/src",
        "checker/src",
        "web/src",
        "messages/src",
        "store/src",
        "simulator/src",
        "upkeep/src",
    ] {
        assert_only(directory, "env::var", &[]);
        assert_only(directory, "println!", &[]);
        assert_only(directory, "eprintln!", &[]);
    }
}

#[test]
fn only_the_checker_asks_other_sites() {
    for directory in [
        "analyzer/src",
        "collector/src",
        "sessions/src",
        "web/src",
        "upkeep/src",
        "src",
    ] {
        for client in ["reqwest", "hyper"] {
            assert_only(directory, client, &[]);
        }
    }
}

#[test]
fn messages_are_given_the_time_and_what_to_tell() {
    for word in [
        "Timestamp::now",
        "SystemTime::now",
        "Instant",
        "snag_store",
        "clickhouse",
    ] {
        assert_only("messages/src", word, &[]);
    }
}

#[test]
fn enrichment_asks_neither_clock_nor_disk() {
    for word in [
        "Timestamp::now",
        "SystemTime",
        "Instant",
        "std::fs",
        "tokio",
    ] {
        assert_only("collector/src/enrich", word, &[]);
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for directory in [
        "src",
        "beacon/src",
        "tracker-wasm/src",
        "store/src",
        "collector/src",
        "analyzer/src",
        "checker/src",
        "web/src",
        "messages/src",
        "simulator/src",
        "upkeep/src",
        "xtask/src",
    ] {
        for (path, text) in sources(&root().join(directory)) {
            let is_tests = path.file_name().is_some_and(|name| name == "tests.rs");
            assert!(
                is_tests || text.starts_with("//!"),
                "{} does not open with //!",
                path.display()
            );
        }
    }
}
