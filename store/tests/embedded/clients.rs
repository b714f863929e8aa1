//! Clients that others wrote, against the front: `@clickhouse/client` of npm and `clickhouse-connect` of PyPI.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::Bench;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

async fn run(bench: &Bench, program: PathBuf, script: &str) {
    let path = root().join("store/tests/clients").join(script);
    let mut command = Command::new(&program);
    command.arg(path).current_dir(root());
    command
        .env("SNAG_URL", bench.url())
        .env("SNAG_PASSWORD", bench.token());
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap();
    let output =
        output.unwrap_or_else(|error| panic!("{}: {error}; run `make setup`", program.display()));
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.status.success(),
        "{script} failed (if its client is missing: run `make setup`):\n{told}"
    );
    assert!(told.contains("all checks passed"), "{told}");
}

#[tokio::test]
async fn the_client_for_node_reads_and_writes() {
    let bench = Bench::open().await;
    run(&bench, "node".into(), "node_client.mjs").await;
    assert_eq!(bench.sql("SELECT count() FROM node_rows").await, "10003\n");
    bench.close().await;
}

#[tokio::test]
async fn the_client_for_python_reads_and_writes() {
    let bench = Bench::open().await;
    let python = std::env::var_os("SNAG_TEST_PYTHON").map(PathBuf::from);
    let python = python.unwrap_or_else(|| root().join(".venv/bin/python"));
    run(&bench, python, "python_client.py").await;
    assert_eq!(
        bench.sql("SELECT count() FROM python_rows").await,
        "10003\n"
    );
    bench.close().await;
}
