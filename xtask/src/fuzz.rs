//! Runs a fuzz target on the stable toolchain: libFuzzer's counters are asked for by plain compiler flags.
//!
//! **Invariant:** what a fuzzer finds becomes a test of the crate; this only looks.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::steps::{Steps, cargo, root};

/// What to fuzz, for how long.
#[derive(Args)]
pub(crate) struct Options {
    /// A target of crates/wire/fuzz or crates/server/fuzz.
    target: String,
    /// For how long.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Edge counters and comparisons, as libFuzzer wants them.
const COVERAGE: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks --cfg fuzzing";

/// `cargo xtask fuzz`.
pub(crate) fn run(steps: &mut Steps, options: &Options) -> Result<()> {
    let folder = folder_of(&options.target)?;
    let target_dir = root().join("target/fuzz");
    // A target triple keeps the flags away from build scripts.
    let triple = host_triple()?;
    let mut build = cargo();
    build
        .args(["build", "--release", "--bin", &options.target, "--target", &triple])
        .arg("--manifest-path")
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target_dir)
        .env("RUSTFLAGS", COVERAGE);
    steps.run(&format!("build the fuzz target {}", options.target), &mut build)?;
    let corpus = target_dir.join("corpus").join(&options.target);
    std::fs::create_dir_all(&corpus).context("a folder for what the fuzzer finds worth keeping")?;
    let seeds = seeds(steps, &folder, &corpus, &options.target)?;
    let program = target_dir.join(triple).join("release").join(&options.target);
    let mut fuzzer = Command::new(program);
    fuzzer
        .arg(&corpus)
        .args(seeds)
        .arg(format!("-max_total_time={}", options.seconds))
        .arg("-max_len=16384")
        .args(["-rss_limit_mb=1024", "-timeout=5", "-print_final_stats=1"])
        .arg(format!("-artifact_prefix={}/", target_dir.display()));
    steps.run(&format!("fuzz {} for {} s", options.target, options.seconds), &mut fuzzer)?;
    steps.close("the fuzzer found nothing");
    Ok(())
}

/// The fuzzing crate that has this target.
fn folder_of(target: &str) -> Result<PathBuf> {
    let file = format!("fuzz_targets/{target}.rs");
    let folders = ["crates/wire/fuzz", "crates/server/fuzz"].map(|folder| root().join(folder));
    folders.into_iter().find(|folder| folder.join(&file).is_file()).with_context(|| {
        format!("no fuzz target is called {target}; see crates/wire/fuzz and crates/server/fuzz")
    })
}

/// What a target begins with: a folder of its own, or the recorded frames.
fn seeds(steps: &mut Steps, folder: &Path, corpus: &Path, target: &str) -> Result<Option<PathBuf>> {
    let own = folder.join("seeds").join(target);
    if own.is_dir() {
        return Ok(Some(own));
    }
    let mut seed = Command::new("node");
    seed.arg(folder.join("seed.mjs")).arg(root().join("crates/wire/tests/golden"));
    seed.args(corpus.parent());
    steps.run("begin with the recorded frames", &mut seed)?;
    Ok(None)
}

fn host_triple() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("rustc could not be started")?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
        .context("rustc -vV names no host")
}
