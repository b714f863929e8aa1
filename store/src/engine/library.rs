//! Where the engine library is looked for. Loads nothing and asks no environment: paths come in.

use std::path::{Path, PathBuf};

use crate::error::Error;

/// The npm version of the engine that this code is written against.
pub const ENGINE_VERSION: &str = include_str!("../../engine-version.txt").trim_ascii();

const FILE: &str = "libchdb.so";

/// The npm package that holds the library for this machine.
#[must_use]
pub fn engine_package() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let libc = if system == "linux" { "-gnu" } else { "" };
    format!("@chdb/lib-{system}-{machine}{libc}")
}

/// The places that are tried, in order: the configured file alone if there is one, else next to the
/// executable, the user's cache, and the directory the process was started in.
fn candidates(configured: Option<&Path>, cache: Option<&Path>) -> Vec<PathBuf> {
    if let Some(path) = configured {
        return vec![path.to_owned()];
    }
    let package = engine_package();
    let mut places = Vec::new();
    if let Ok(executable) = std::env::current_exe()
        && let Some(directory) = executable.parent()
    {
        places.push(directory.join(FILE));
    }
    if let Some(cache) = cache {
        for engines in [cache.join("snaglist").join("engine"), cache.to_owned()] {
            places.push(
                engines
                    .join(ENGINE_VERSION)
                    .join("node_modules")
                    .join(&package)
                    .join(FILE),
            );
        }
    }
    places.push(Path::new("node_modules").join(&package).join(FILE));
    places
}

/// The first candidate that exists.
///
/// # Errors
/// [`Error::Setup`] that lists the places and the command that puts the library there.
pub(crate) fn find(configured: Option<&Path>, cache: Option<&Path>) -> Result<PathBuf, Error> {
    let places = candidates(configured, cache);
    if let Some(found) = places.iter().find(|place| place.is_file()) {
        return Ok(found.clone());
    }
    let tried: Vec<String> = places
        .iter()
        .map(|place| place.display().to_string())
        .collect();
    Err(Error::Setup {
        message: format!(
            "the engine library {FILE} is not there (looked at {})",
            tried.join(", ")
        ),
        mend: install_command(),
    })
}

/// The command that installs the engine for this machine.
pub(crate) fn install_command() -> String {
    format!(
        "make setup, or: npm install --prefix ~/.cache/snaglist/engine/{ENGINE_VERSION} {}@{ENGINE_VERSION}",
        engine_package()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configured_file_is_the_only_place() {
        assert_eq!(
            candidates(Some(Path::new("/x/y.so")), None),
            [PathBuf::from("/x/y.so")]
        );
    }

    #[test]
    fn a_missing_library_names_the_places_and_the_mend() {
        let error = find(Some(Path::new("/nowhere/libchdb.so")), None).unwrap_err();
        let Error::Setup { message, mend } = error else {
            panic!("not a setup error: {error:?}")
        };
        assert!(message.contains("/nowhere/libchdb.so"), "{message}");
        assert!(
            mend.contains("make setup") && mend.contains(ENGINE_VERSION),
            "{mend}"
        );
    }

    #[test]
    fn the_cache_is_looked_at_by_version() {
        for cache in ["/cache", "/cache/snaglist/engine"] {
            let places = candidates(None, Some(Path::new(cache)));
            let wanted = format!("/cache/snaglist/engine/{ENGINE_VERSION}/node_modules/@chdb/");
            let found = places
                .iter()
                .any(|place| place.display().to_string().starts_with(&wanted));
            assert!(found, "{places:?}");
        }
    }
}
