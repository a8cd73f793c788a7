//! Runs fuzz targets on the stable toolchain: libFuzzer's counters are asked for by plain compiler flags.
//!
//! **Invariant:** what a fuzzer finds becomes a test of the crate; this only looks.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::steps::{Steps, cargo, root};

/// What to fuzz, for how long.
#[derive(Args)]
pub(crate) struct Options {
    /// A target of crates/wire/fuzz or crates/server/fuzz, or `all` of them one after the other.
    target: String,
    /// For how long each.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// The word for every target there is.
const ALL: &str = "all";

/// Where targets are.
const FOLDERS: [&str; 2] = ["crates/wire/fuzz", "crates/server/fuzz"];

/// Edge counters and comparisons, as libFuzzer wants them.
const COVERAGE: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks --cfg fuzzing";

/// A target and the crate that has it.
struct Target {
    name: String,
    folder: PathBuf,
}

/// What libFuzzer says at its end.
struct Figures {
    executions: u64,
    /// Places in the code that some input reached.
    covered: u64,
}

/// `cargo xtask fuzz`.
pub(crate) fn run(steps: &mut Steps, options: &Options) -> Result<()> {
    let targets = targets(&options.target)?;
    let place = Place { target_dir: root().join("target/fuzz"), triple: host_triple()? };
    // All of them first: what is fuzzed later is what the sources were at the start.
    for target in &targets {
        build(steps, &place, target)?;
    }
    let mut lines = Vec::new();
    let mut findings = 0_u32;
    for target in &targets {
        let (line, found) = fuzz(steps, &place, target, options.seconds)?;
        println!("{line}");
        lines.push(line);
        findings += u32::from(found);
    }
    println!();
    lines.iter().for_each(|line| println!("{line}"));
    ensure!(findings == 0, "{findings} of {} targets found something", targets.len());
    steps.close("the fuzzer found nothing");
    Ok(())
}

/// Where everything is built and kept.
struct Place {
    target_dir: PathBuf,
    /// A target triple keeps the flags away from build scripts.
    triple: String,
}

fn build(steps: &mut Steps, place: &Place, target: &Target) -> Result<()> {
    let mut build = cargo();
    build
        .args(["build", "--release", "--bin", &target.name, "--target", &place.triple])
        .arg("--manifest-path")
        .arg(target.folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&place.target_dir)
        .env("RUSTFLAGS", COVERAGE);
    steps.run(&format!("build the fuzz target {}", target.name), &mut build)
}

/// Fuzzes one target; gives back the line about it, and whether it found something.
fn fuzz(steps: &mut Steps, place: &Place, target: &Target, seconds: u32) -> Result<(String, bool)> {
    let Target { name, folder } = target;
    let corpus = place.target_dir.join("corpus").join(name);
    std::fs::create_dir_all(&corpus).context("a folder for what the fuzzer finds worth keeping")?;
    let seeds = seeds(steps, folder, &corpus, name)?;
    let log = place.target_dir.join(format!("{name}.log"));
    let mut fuzzer = Command::new(place.target_dir.join(&place.triple).join("release").join(name));
    fuzzer
        .arg(&corpus)
        .args(seeds)
        .arg(format!("-max_total_time={seconds}"))
        .arg("-max_len=16384")
        .args(["-rss_limit_mb=1024", "-timeout=5", "-print_final_stats=1"])
        .arg(format!("-artifact_prefix={}/{name}-", place.target_dir.display()))
        .current_dir(root())
        .stdin(Stdio::null())
        .stderr(File::create(&log).context("a file for what the fuzzer says")?);
    let status = steps.step(&format!("fuzz {name} for {seconds} s, log in {}", log.display()), || {
        fuzzer.status().with_context(|| format!("{name} could not be started"))
    })?;
    let said = std::fs::read(&log)?;
    let figures = Figures::read(&String::from_utf8_lossy(&said));
    let outcome = if status.success() { "nothing found".to_owned() } else { format!("FOUND ({status})") };
    let line = match figures {
        Some(Figures { executions, covered }) => {
            format!("{name:>8}: {executions} executions, {covered} places reached, {outcome}")
        }
        None if status.success() => bail!("{name} ended well and told no figures; see {}", log.display()),
        None => format!("{name:>8}: {outcome}"),
    };
    Ok((line, !status.success()))
}

impl Figures {
    fn read(log: &str) -> Option<Self> {
        let executions = log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
        let covered = log.lines().rev().find_map(|line| line.split_once(" cov: "))?.1;
        Some(Self {
            executions: executions.trim().parse().ok()?,
            covered: covered.split_whitespace().next()?.parse().ok()?,
        })
    }
}

/// The targets that a word means.
fn targets(word: &str) -> Result<Vec<Target>> {
    let mut all = Vec::new();
    for folder in FOLDERS.map(|folder| root().join(folder)) {
        for entry in std::fs::read_dir(folder.join("fuzz_targets"))? {
            let path = entry?.path();
            let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
            all.push(Target { name: name.to_owned(), folder: folder.clone() });
        }
    }
    all.retain(|target| word == ALL || target.name == word);
    ensure!(!all.is_empty(), "no fuzz target is called {word}; see {}", FOLDERS.join(" and "));
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_what_a_fuzzer_says() {
        let log = "#2\tINITED cov: 12 ft: 13 corp: 1/1b\n#9\tDONE   cov: 2409 ft: 3 corp: 4/5b lim: 6\n\
            Done 9 runs in 1 second(s)\nstat::number_of_executed_units: 9\nstat::average_exec_per_sec:     9\n";
        let figures = Figures::read(log).expect("figures");
        assert_eq!((figures.executions, figures.covered), (9, 2409));
        assert!(Figures::read("a crash without figures").is_none());
    }

    #[test]
    fn all_means_every_target_of_both_crates_and_a_name_means_one() -> Result<()> {
        let all: Vec<_> = targets(ALL)?.into_iter().map(|target| target.name).collect();
        for name in ["body", "frame", "header", "query", "redis", "token", "visit"] {
            assert!(all.iter().any(|one| one == name), "{name} in {all:?}");
            assert_eq!(targets(name)?.len(), 1, "{name}");
        }
        assert!(targets("nonsense").is_err());
        Ok(())
    }
}
