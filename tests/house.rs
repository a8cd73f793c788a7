//! The house rules that a machine can check: who may know whom, and what every source file owes its reader.
//!
//! **Invariant:** each rule is shown to catch what it forbids, so that a rule which never complains is a rule that is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};
use cargo_metadata::{DependencyKind, MetadataCommand};

/// Who may know whom (`ARCHITECTURE.md`).
const MAY_KNOW: &[(&str, &[&str])] = &[
    // The server inside the program is for trying things: nothing else of the shell knows it.
    ("callboard", &["callboard-link", "callboard-desk", "callboard-server"]),
    ("callboard-link", &["callboard-desk", "callboard-wire", "callboard-model"]),
    ("callboard-desk", &["callboard-model"]),
    ("callboard-server", &["callboard-wire", "callboard-catalog", "callboard-model"]),
    ("callboard-wire", &["callboard-model"]),
    ("callboard-catalog", &["callboard-model"]),
    ("callboard-model", &[]),
    // Nobody ships it, so it may look at what it drives; it must not know how any of it works inside.
    (TESTKIT, &["callboard-model", "callboard-wire"]),
    // Nobody ships it: it plays whole consoles against a whole server.
    ("callboard-sim", &["callboard-link", "callboard-desk", "callboard-server", "callboard-model"]),
    ("xtask", &[]),
];

/// The only crate of ours that tests of any crate may use.
const TESTKIT: &str = "callboard-testkit";

/// Whose tests play the whole program.
const ROOT: &str = "callboard";

/// The most lines of code a file may have; its tests, its comments and its empty lines are not counted.
const LINES_MAX: usize = 500;

/// Where a file's own tests begin.
const TESTS_BEGIN: &str = "#[cfg(test)]\nmod tests";

/// Folders in which nothing is ours to check.
const NOT_OURS: [&str; 4] = ["target", "node_modules", "gen", "dist"];

/// Something that a rule has against a file.
type Complaint = String;

/// A rule about one file: its path and its text in, complaints out.
type Rule = fn(&Path, &str) -> Vec<Complaint>;

const RULES: [Rule; 5] =
    [begins_with_its_purpose, is_short, selects_in_order, is_finished, never_sleeps_in_tests];

#[test]
fn every_crate_knows_only_whom_it_may() -> Result<()> {
    let metadata = MetadataCommand::new().no_deps().exec().context("asking cargo for the workspace")?;
    let table: BTreeMap<_, _> = MAY_KNOW.iter().copied().collect();
    let ours: BTreeSet<_> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    ensure!(
        ours.iter().copied().eq(table.keys().copied()),
        "the table is about {table:?}, the workspace has {ours:?}"
    );
    let mut complaints = Vec::new();
    for package in &metadata.packages {
        let me = package.name.as_str();
        for known in package.dependencies.iter().filter(|known| ours.contains(known.name.as_str())) {
            if !may_know(&table, me, &known.name, known.kind) {
                complaints.push(format!("{me} must not know {} ({:?})", known.name, known.kind));
            }
        }
    }
    none(&complaints)
}

#[test]
fn every_source_keeps_the_house_rules() -> Result<()> {
    let mut complaints = Vec::new();
    for (path, text) in sources()? {
        for rule in RULES {
            complaints
                .extend(rule(&path, &text).into_iter().map(|what| format!("{}: {what}", path.display())));
        }
    }
    none(&complaints)
}

/// The promises of the console.
const PROMISES: u32 = 23;

#[test]
fn every_promise_of_the_console_names_tests_that_say_its_number() -> Result<()> {
    let told = std::fs::read_to_string(checkout().join("docs/promises.md")).context("docs/promises.md")?;
    let mut complaints = Vec::new();
    for number in (1..=PROMISES).map(|number| format!("CO-{number}")) {
        let Some(row) = told.lines().find(|line| line.starts_with(&format!("| {number} |"))) else {
            complaints.push(format!("{number} is not in docs/promises.md"));
            continue;
        };
        // What stands between backticks is every second part.
        let files: Vec<_> = row.split('`').skip(1).step_by(2).collect();
        if files.is_empty() {
            complaints.push(format!("{number} names no test"));
        }
        for file in files {
            let text = std::fs::read_to_string(checkout().join(file))
                .with_context(|| format!("{file}, of {number}"))?;
            let said = |at: usize| !text[at + number.len()..].starts_with(|next: char| next.is_ascii_digit());
            if !text.match_indices(&number).any(|(at, _)| said(at)) {
                complaints.push(format!("{file} does not say {number}"));
            }
        }
    }
    none(&complaints)
}

#[test]
fn every_source_belongs_to_a_crate_and_to_its_module_tree() -> Result<()> {
    let sources = sources()?;
    let named = named_by_path(&sources);
    ensure!(named.contains(Path::new("crates/catalog/src/data.rs")), "the build script's is among {named:?}");
    let complaints: Vec<_> = sources
        .keys()
        .filter(|path| !named.contains(*path) && !has_owner(path, &sources))
        .map(|path| format!("{}: nobody declares it", path.display()))
        .collect();
    none(&complaints)
}

#[test]
fn a_module_is_one_file_or_one_folder() -> Result<()> {
    let sources = sources()?;
    let complaints: Vec<_> = sources
        .keys()
        .filter(|path| path.ends_with("mod.rs"))
        .filter_map(|path| path.parent())
        .filter(|folder| sources.contains_key(&folder.with_extension("rs")))
        .map(|folder| format!("{} has both a file and a mod.rs", folder.display()))
        .collect();
    none(&complaints)
}

#[test]
fn each_rule_catches_what_it_forbids() {
    let test = Path::new("tests/a.rs");
    let source = Path::new("crates/a/src/lib.rs");
    let samples: [(Rule, &Path, String); 8] = [
        (begins_with_its_purpose, source, "fn main() {}".to_owned()),
        (is_short, source, "use long;\n".repeat(LINES_MAX + 1)),
        (selects_in_order, source, format!("{}! {{\n    () = stop => {{}}\n}}", "select")),
        (is_finished, source, format!("{}!()", "todo")),
        (is_finished, source, format!("// {}: later", concat!("TO", "DO"))),
        (is_finished, test, format!("#[{}]\nfn a() {{}}", "ignore")),
        (never_sleeps_in_tests, test, format!("tokio::time::{}(SECOND).await;", "sleep")),
        (never_sleeps_in_tests, source, format!("{TESTS_BEGIN} {{ std::thread::{}(SECOND); }}", "sleep")),
    ];
    for (rule, path, text) in samples {
        assert!(!rule(path, &text).is_empty(), "{path:?}: {text}");
    }
    let fine = format!(
        "//! Fine.\n{}! {{\n    biased;\n    () = stop => {{}}\n}}\nsleep_until(then).await;",
        "select"
    );
    for rule in RULES {
        assert_eq!(rule(test, &fine), Vec::<Complaint>::new());
    }
}

#[test]
fn the_table_forbids_what_it_does_not_name() {
    let table: BTreeMap<_, _> = MAY_KNOW.iter().copied().collect();
    let forbidden = [
        ("callboard-desk", "callboard-wire", DependencyKind::Normal),
        ("callboard-server", "callboard-desk", DependencyKind::Normal),
        ("callboard", "callboard-model", DependencyKind::Normal),
        ("callboard-desk", "callboard-link", DependencyKind::Development),
        ("callboard", TESTKIT, DependencyKind::Normal),
    ];
    for (me, known, kind) in forbidden {
        assert!(!may_know(&table, me, known, kind), "{me} -> {known} ({kind:?})");
    }
    assert!(may_know(&table, "callboard", "callboard-wire", DependencyKind::Development));
    assert!(may_know(&table, "callboard-link", TESTKIT, DependencyKind::Development));
}

fn may_know(table: &BTreeMap<&str, &[&str]>, me: &str, known: &str, kind: DependencyKind) -> bool {
    let by_table = table.get(me).is_some_and(|friends| friends.contains(&known));
    by_table || (kind == DependencyKind::Development && (known == TESTKIT || me == ROOT))
}

fn begins_with_its_purpose(_: &Path, text: &str) -> Vec<Complaint> {
    let begins = text.starts_with("//! ");
    complain(!begins, "does not begin with a `//!` that says what it is for")
}

fn is_short(_: &Path, text: &str) -> Vec<Complaint> {
    let code = text.split(TESTS_BEGIN).next().unwrap_or_default().lines().map(str::trim);
    let lines = code.filter(|line| !line.is_empty() && !line.starts_with("//")).count();
    complain(lines > LINES_MAX, &format!("has {lines} lines, the cap is {LINES_MAX}: it has two jobs"))
}

fn selects_in_order(_: &Path, text: &str) -> Vec<Complaint> {
    let mut blocks = text.split(concat!("select", "! {")).skip(1);
    complain(
        blocks.any(|block| !block.trim_start().starts_with("biased;")),
        "has a select that is not biased",
    )
}

fn is_finished(_: &Path, text: &str) -> Vec<Complaint> {
    let unfinished = [
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("#[", "ignore"),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
    ];
    unfinished.iter().filter(|mark| text.contains(**mark)).map(|mark| format!("says {mark}")).collect()
}

fn never_sleeps_in_tests(path: &Path, text: &str) -> Vec<Complaint> {
    let is_test = path.components().any(|part| part.as_os_str() == "tests");
    let tests = if is_test { text } else { text.split_once(TESTS_BEGIN).map_or("", |(_, tests)| tests) };
    let sleeps = [concat!("::", "sleep("), concat!(" ", "sleep(")];
    complain(
        sleeps.iter().any(|call| tests.contains(call)),
        "sleeps in a test instead of waiting for the fact",
    )
}

/// Whether cargo or another file of its crate knows a file by its name.
fn has_owner(path: &Path, sources: &BTreeMap<PathBuf, String>) -> bool {
    let (Some(folder), Some(stem)) = (path.parent(), path.file_stem().and_then(|stem| stem.to_str())) else {
        return false;
    };
    let is_target = folder.file_name().is_some_and(|name| {
        ["tests", "benches", "examples", "bin", "fuzz_targets"].iter().any(|known| name == *known)
    });
    if is_target || path.ends_with("build.rs") || matches!(stem, "lib" | "main") {
        return is_in_a_crate(path);
    }
    // `a/mod.rs` is the module `a` of the folder above.
    let (folder, name) = match stem {
        "mod" => (
            folder.parent().unwrap_or(folder),
            folder.file_name().and_then(|name| name.to_str()).unwrap_or(""),
        ),
        name => (folder, name),
    };
    let mut parents = ["lib.rs", "main.rs", "mod.rs"].map(|file| folder.join(file)).to_vec();
    parents.push(folder.with_extension("rs"));
    // A test target's folder holds modules beside the target itself.
    parents.extend(
        sources.keys().filter(|other| other.parent() == Some(folder) && is_test_target(other)).cloned(),
    );
    let declares =
        |text: &String| text.lines().any(|line| line.trim_end().ends_with(&format!("mod {name};")));
    if parents.iter().filter(|parent| *parent != path).filter_map(|parent| sources.get(parent)).any(declares)
    {
        return true;
    }
    // Or it is named by its path: a world that several test targets share lies beside their folders.
    let named = |from: &Path, file: &str| match file.strip_prefix("../") {
        Some(rest) => from.parent().map(|above| above.join(rest)),
        None => Some(from.join(file)),
    };
    let names = |(other, text): (&PathBuf, &String)| {
        let files =
            text.lines().filter_map(|line| line.trim().strip_prefix("#[path = \"")?.strip_suffix("\"]"));
        let folder = other.parent().unwrap_or(Path::new(""));
        files.into_iter().any(|file| named(folder, file).as_deref() == Some(path))
    };
    sources.iter().any(names)
}

/// The files that sources name by `#[path]`.
fn named_by_path(sources: &BTreeMap<PathBuf, String>) -> BTreeSet<PathBuf> {
    let named = |(source, text): (&PathBuf, &String)| -> Vec<PathBuf> {
        let lines =
            text.lines().filter_map(|line| line.trim().strip_prefix("#[path = \"")?.strip_suffix("\"]"));
        lines.map(|named| beside(source, Path::new(named))).collect()
    };
    sources.iter().flat_map(named).collect()
}

/// A path as it is meant by a file.
fn beside(file: &Path, path: &Path) -> PathBuf {
    let mut place = file.parent().unwrap_or(file).to_path_buf();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(place.pop()),
            part => place.push(part),
        }
    }
    place
}

fn is_test_target(path: &Path) -> bool {
    path.parent().is_some_and(|folder| folder.ends_with("tests"))
}

fn is_in_a_crate(path: &Path) -> bool {
    let root_package = ["src-tauri", "tests"].iter().any(|folder| path.starts_with(folder));
    root_package
        || path
            .ancestors()
            .skip(1)
            .any(|folder| folder != Path::new("") && checkout().join(folder).join("Cargo.toml").is_file())
}

/// Every Rust file of the checkout by its path from the top, with its text.
fn sources() -> Result<BTreeMap<PathBuf, String>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![checkout().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
            let path = entry.context("reading a folder")?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() {
                if !name.starts_with('.') && !NOT_OURS.contains(&name) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text =
                    std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
                found.insert(path.strip_prefix(checkout()).unwrap_or(&path).to_path_buf(), text);
            }
        }
    }
    ensure!(found.contains_key(Path::new("tests/house.rs")), "this very file is among them");
    Ok(found)
}

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn complain(is_bad: bool, what: &str) -> Vec<Complaint> {
    if is_bad { vec![what.to_owned()] } else { Vec::new() }
}

fn none(complaints: &[Complaint]) -> Result<()> {
    ensure!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    Ok(())
}
