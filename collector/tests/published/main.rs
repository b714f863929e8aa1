//! Published test sets of user agents, places, sources and channels, and how enrichment fares with them.
//!
//! They lie outside the project, in the directory that `SNAG_SHARED` names (default: `../shared`). Where it is not, the
//! tests say so and hold nothing.

#![expect(
    clippy::print_stdout,
    reason = "a test that holds nothing says so, and figures are shown"
)]

mod acquisition;
mod agents;
mod bots;
mod places;
mod yaml;

use std::path::{Path, PathBuf};

/// A file or directory of the shared cases.
fn shared(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let directory =
        std::env::var_os("SNAG_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let path = directory.join(path);
    if path.exists() {
        return Some(path);
    }
    println!(
        "SKIPPED: there is no {}; SNAG_SHARED names the directory of the shared cases",
        path.display()
    );
    None
}

/// A shared file's text, also of one that is compressed.
fn text(path: &str) -> Option<String> {
    let bytes = std::fs::read(shared(path)?).expect("a readable file");
    if !path.ends_with(".gz") {
        return Some(String::from_utf8(bytes).expect("UTF-8"));
    }
    let mut text = String::new();
    let mut reader = flate2::read::GzDecoder::new(&bytes[..]);
    std::io::Read::read_to_string(&mut reader, &mut text).expect("gzip");
    Some(text)
}

fn json(path: &str) -> Option<serde_json::Value> {
    text(path).map(|text| serde_json::from_str(&text).expect("JSON"))
}
