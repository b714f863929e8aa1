//! The release binary, with the tracker in it.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::step::{cargo, command, root, run};

/// Builds tracker and binary.
pub(crate) fn build() -> Result<()> {
    crate::tracker::build(false)?;
    run(&mut cargo(&["build", "--release", "--package", "snag"]))
}

/// The built binary with a data directory.
pub(crate) fn snag(data: &Path) -> Command {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    let mut command = command(&target.join("release/snag").to_string_lossy(), &[]);
    // Whatever its owner has set up here is not to be touched.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SNAG_") {
            command.env_remove(name);
        }
    }
    command.args(["--config", "/dev/null"]);
    command.arg("--data-dir").arg(data);
    command
}
