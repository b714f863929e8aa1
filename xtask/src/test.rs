//! `make test`: format, lints, sizes, and every test there is, counted together.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::step::{cargo, command, name, phase, run};

/// Tests that ran, over all runners.
#[derive(Debug, Default, Clone, Copy)]
struct Count {
    passed: u64,
    failed: u64,
}

/// Runs everything; fails at the end if anything failed, so that one run shows all.
pub(crate) fn test() -> Result<()> {
    phase("format", || run(&mut cargo(&["fmt", "--all", "--check"])))?;
    phase("tracker", || crate::tracker::build(true))?;
    phase("lints", || {
        run(&mut cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ]))
    })?;
    let mut count = Count::default();
    let mut broken = Vec::new();
    let rust = cargo(&["test", "--workspace", "--no-fail-fast"]);
    // A folder is no argument for node's runner in all versions; the shell names the files.
    let files = "tracker-wasm/test/*.test.mjs tests/tracker/*.test.mjs tests/dashboard/*.test.mjs examples/*/*.test.mjs";
    let browser = command(
        "sh",
        &[
            "-c",
            &format!("exec node --test --test-reporter=tap {files}"),
        ],
    );
    for (title, mut suite) in [
        ("Rust tests", rust),
        ("tracker, shop and dashboard in Chromium", browser),
    ] {
        phase(title, || {
            if !counted(&mut suite, &mut count)? {
                broken.push(name(&suite));
            }
            Ok(())
        })?;
    }
    if !broken.is_empty() && count.failed == 0 {
        // A suite that did not build or was ended has no count of its own.
        count.failed = 1;
    }
    println!("{} passed, {} failed", count.passed, count.failed);
    if broken.is_empty() {
        Ok(())
    } else {
        bail!("failed: {}", broken.join("; "))
    }
}

/// The crash and outage tests at length: `SNAG_KILLS` kills (500) and `SNAG_OUTAGE_SECONDS` of a bad line (300).
pub(crate) fn soak() -> Result<()> {
    let mut tests = cargo(&["test", "--test", "e2e", "crash", "--", "--nocapture"]);
    for (name, value) in [("SNAG_KILLS", "500"), ("SNAG_OUTAGE_SECONDS", "300")] {
        if std::env::var_os(name).is_none() {
            tests.env(name, value);
        }
    }
    phase("soak", || run(&mut tests))
}

/// Runs a suite with its output shown, adds up what it says, and tells whether it ended well.
fn counted(suite: &mut Command, count: &mut Count) -> Result<bool> {
    let name = name(suite);
    let mut child = suite
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{name} cannot be started"))?;
    let output = child.stdout.take().context("no output")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        let (passed, failed) = told(&line);
        count.passed += passed;
        count.failed += failed;
    }
    Ok(child.wait()?.success())
}

/// What a line says of tests passed and failed: cargo's `test result: ok. 3 passed; 0 failed; …`, TAP's `# pass 3`.
fn told(line: &str) -> (u64, u64) {
    let number = |text: &str| text.trim().parse::<u64>().unwrap_or(0);
    if let Some(rest) = line.strip_prefix("test result: ") {
        let of = |word: &str| {
            let part = rest
                .split([';', '.'])
                .find(|part| part.trim().ends_with(word));
            part.map_or(0, |part| number(part.trim().trim_end_matches(word)))
        };
        return (of("passed"), of("failed"));
    }
    match (line.strip_prefix("# pass "), line.strip_prefix("# fail ")) {
        (Some(passed), _) => (number(passed), 0),
        (_, Some(failed)) => (0, number(failed)),
        _ => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn the_closing_lines_of_both_runners_are_understood() {
        for (line, counts) in [
            (
                "test result: ok. 31 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.03s",
                (31, 0),
            ),
            (
                "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out",
                (2, 3),
            ),
            ("# pass 12", (12, 0)),
            ("# fail 1", (0, 1)),
            ("running 4 tests", (0, 0)),
        ] {
            assert_eq!(told(line), counts, "{line}");
        }
    }
}
