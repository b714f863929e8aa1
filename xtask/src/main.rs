//! Build steps that are more than one command. `cargo xtask` lists them.
//!
//! What is fetched is fetched by npm, pip and apt, in `setup` alone.

#![expect(clippy::print_stdout, reason = "build steps tell what they do")]

use std::process::ExitCode;

mod bench;
mod build;
mod demo;
mod setup;
mod step;
mod test;
mod tracker;

const USAGE: &str = "usage: cargo xtask <step>

  setup               installs what cargo does not bring: npm's tools, the engine, a browser, a Python client
  tracker [--check]   builds tracker-wasm/dist; with --check fails where a file is over its budget
  build               the release binary, with the tracker in it
  demo [--once]       the shop and its visitors; with --once it ends by itself
  test                everything that CI runs
  bench <name>        a benchmark: import, collector, backlog, overload, tracker
  soak                kills and outages by the hundred";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["tracker"] => tracker::build(false),
        ["tracker", "--check"] => tracker::build(true),
        ["setup"] => setup::setup(),
        ["build"] => build::build(),
        ["demo"] => demo::demo(false),
        ["demo", "--once"] => demo::demo(true),
        ["test"] => test::test(),
        ["bench", name] => bench::bench(name),
        ["soak"] => test::soak(),
        _ => Err(anyhow::anyhow!(USAGE)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stderr,
    reason = "a command-line program says on its error output what went wrong"
)]
fn complain(error: &anyhow::Error) {
    eprintln!("{error:#}");
}
