//! Builds what a page loads, `snag.js`, `snag.more.js`, `snag.wasm`, `snag-rotate.js` and `snag-overlay.js` in
//! `tracker-wasm/dist`, and says how large they are.
//!
//! Invariant: the same sources give the same bytes. wasm-bindgen's own JavaScript is left out, with the exports only
//! it would call: numbers cross without it.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::step::{self, run};

/// Bytes the files may have, gzipped: the first stage of the loader, its second stage, the wasm core, and what only pages
/// with rotations load.
const FIRST_BUDGET: usize = 1_100;
const SECOND_BUDGET: usize = 3_550;
const WASM_BUDGET: usize = 1_650;
const ROTATE_BUDGET: usize = 550;
/// What only owners load, who look at the maps of a page.
const OVERLAY_BUDGET: usize = 8_000;

/// The core's stack. The linker's megabyte would make every page set 17 pages of memory aside.
const STACK: &str = "-Clink-arg=-zstack-size=1024";

/// Builds the files and prints their sizes. With `check`, fails where one is over its budget.
pub(crate) fn build(check: bool) -> Result<()> {
    let root = &step::root();
    let dist = root.join("tracker-wasm/dist");
    fs::create_dir_all(&dist).with_context(|| format!("cannot make {}", dist.display()))?;
    let wasm = dist.join("snag.wasm");
    let (first, second) = (dist.join("snag.js"), dist.join("snag.more.js"));
    let (rotate, overlay) = (dist.join("snag-rotate.js"), dist.join("snag-overlay.js"));

    strip(&compile(root)?, &wasm)?;
    let tool = |name: &str| npm_tool(root, name);
    run(tool("wasm-opt")?
        .args(["-Oz", "--converge", "--strip-debug", "--strip-producers"])
        .args([
            "--strip-target-features".as_ref(),
            "--enable-bulk-memory".as_ref(),
            "--enable-sign-ext".as_ref(),
            "--enable-mutable-globals".as_ref(),
            "--enable-nontrapping-float-to-int".as_ref(),
            "--enable-reference-types".as_ref(),
            wasm.as_os_str(),
            "-o".as_ref(),
            wasm.as_os_str(),
        ]))?;
    for (source, format, to) in [
        ("snag.js", "iife", &first),
        ("more.js", "esm", &second),
        ("rotate.js", "iife", &rotate),
        ("overlay.js", "esm", &overlay),
    ] {
        run(tool("esbuild")?
            .arg(root.join("tracker-wasm/js").join(source))
            .args(["--bundle", "--target=es2020", "--charset=utf8"])
            .args(["--legal-comments=none", "--log-level=warning"])
            .arg(format!("--format={format}"))
            .arg(format!("--outfile={}", to.display())))?;
        // It makes smaller what esbuild bundles than esbuild does.
        run(tool("terser")?
            .arg(to)
            .args(["--module", "--ecma", "2020", "--mangle", "--compress"])
            .arg("passes=3,unsafe_arrows=true,pure_getters=true")
            .args(["--output".as_ref(), to.as_os_str()]))?;
    }

    report(
        &[
            Built::read(&first, FIRST_BUDGET)?,
            Built::read(&second, SECOND_BUDGET)?,
            Built::read(&wasm, WASM_BUDGET)?,
            Built::read(&rotate, ROTATE_BUDGET)?,
            Built::read(&overlay, OVERLAY_BUDGET)?,
        ],
        check,
    )
}

/// Compiles the core, and gives the path of the module.
fn compile(root: &Path) -> Result<PathBuf> {
    // A directory of its own, or the lock of a build that runs this would never be released.
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
    let target = target.join("tracker-wasm");
    run(Command::new(
        env::var_os("CARGO")
            .as_deref()
            .unwrap_or(OsStr::new("cargo")),
    )
    .current_dir(root)
    .args([
        "build",
        "--quiet",
        "--lib",
        "--package",
        "snag-tracker-wasm",
        "--profile",
        "tracker",
    ])
    .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
    .arg(&target)
    // Whatever flags the surrounding build has, they are not the page's.
    .env("CARGO_ENCODED_RUSTFLAGS", STACK)
    // wasm-bindgen wants to read what the last step strips.
    .env("CARGO_PROFILE_TRACKER_STRIP", "false"))?;
    Ok(target.join("wasm32-unknown-unknown/tracker/snag_tracker_wasm.wasm"))
}

/// Lets wasm-bindgen finish the module, and keeps of its exports the memory and the core's functions.
fn strip(compiled: &Path, to: &Path) -> Result<()> {
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen.input_path(compiled).typescript(false).web(true)?;
    let mut output = bindgen
        .generate_output()
        .context("wasm-bindgen refuses the module")?;
    let module = output.wasm_mut();
    let inner: Vec<_> = module
        .exports
        .iter()
        .filter(|export| export.name.starts_with("__"))
        .map(|export| export.id())
        .collect();
    for export in inner {
        module.exports.delete(export);
    }
    fs::write(to, module.emit_wasm()).with_context(|| format!("cannot write {}", to.display()))
}

fn npm_tool(root: &Path, name: &str) -> Result<Command> {
    let path = root.join("node_modules/.bin").join(name);
    if !path.exists() {
        bail!("{name} is not installed; run `make setup`");
    }
    Ok(Command::new(path))
}

/// A file, and its bytes as they are, gzipped and under brotli.
struct Built {
    name: String,
    raw: usize,
    gzip: usize,
    brotli: usize,
    budget: usize,
}

impl Built {
    fn read(path: &Path, budget: usize) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&bytes)?;
        let mut brotli = Vec::new();
        brotli::CompressorWriter::new(&mut brotli, 4096, 11, 22).write_all(&bytes)?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok(Self {
            name,
            raw: bytes.len(),
            gzip: gzip.finish()?.len(),
            brotli: brotli.len(),
            budget,
        })
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the sizes are what the command is asked for"
)]
fn report(files: &[Built], check: bool) -> Result<()> {
    println!("| file | raw | gzip -9 | brotli | budget (gzip) |\n|---|---:|---:|---:|---:|");
    for Built {
        name,
        raw,
        gzip,
        brotli,
        budget,
    } in files
    {
        println!("| `{name}` | {raw} | {gzip} | {brotli} | {budget} |");
    }
    match files.iter().find(|file| check && file.gzip > file.budget) {
        Some(file) => bail!(
            "{} has {} bytes gzipped, its budget is {}",
            file.name,
            file.gzip,
            file.budget
        ),
        None => Ok(()),
    }
}
