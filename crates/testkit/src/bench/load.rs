//! What a process costs, as Linux counts it.
//!
//! Processor time comes from `/proc/<pid>/stat`, which counts in ticks of (nearly always) 10 ms: a figure over seconds
//! is good to a percent, one over milliseconds is not. Threads are included, children are not.
//!
//! **Invariant:** only what the kernel says; a process that is gone is an error and never zero.

use std::time::Duration;

use anyhow::{Context, Result};

/// What a process has cost so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Processor time of all its threads, in its own code and in the kernel on its behalf.
    pub cpu: Duration,
    /// The part of it that the kernel took: sockets, mostly.
    pub kernel: Duration,
    /// Memory that is really there, in KiB.
    pub rss_kib: u64,
}

impl Load {
    /// Looks at a process.
    pub fn of(pid: u32) -> Result<Self> {
        let (own, kernel) = parse_ticks(&read(pid, "stat")?).with_context(|| format!("/proc/{pid}/stat"))?;
        let rss_kib = parse_rss(&read(pid, "status")?).with_context(|| format!("/proc/{pid}/status"))?;
        let per_second = rustix::param::clock_ticks_per_second();
        let time = |ticks: u64| Duration::from_secs_f64(ticks as f64 / per_second as f64);
        Ok(Self { cpu: time(own + kernel), kernel: time(kernel), rss_kib })
    }

    /// Looks at this very process.
    pub fn of_driver() -> Result<Self> {
        Self::of(std::process::id())
    }

    /// Processor time since an earlier look.
    #[must_use]
    pub fn cpu_since(&self, earlier: &Self) -> Duration {
        self.cpu.saturating_sub(earlier.cpu)
    }

    /// Which part of the processor time since an earlier look the kernel took, in percent.
    #[must_use]
    pub fn kernel_share_since(&self, earlier: &Self) -> f64 {
        let kernel = self.kernel.saturating_sub(earlier.kernel).as_secs_f64();
        kernel / self.cpu_since(earlier).as_secs_f64().max(f64::MIN_POSITIVE) * 100.0
    }
}

/// Memory of a process in KiB, what it shares counted by halves, thirds and so on: of several processes it can be added up.
pub fn pss_kib(pid: u32) -> Result<u64> {
    parse_pss(&read(pid, "smaps_rollup")?).with_context(|| format!("/proc/{pid}/smaps_rollup"))
}

/// A process and all that it started, and they in turn, by name.
pub fn family(pid: u32) -> Result<Vec<(u32, String)>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("/proc").context("looking for processes")? {
        let name = entry.context("looking for processes")?.file_name();
        let Some(other) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // Whoever goes meanwhile was no member that is left.
        let Ok(stat) = read(other, "stat") else { continue };
        all.extend(parse_parent(&stat).map(|(name, parent)| (other, name, parent)));
    }
    let mut family: Vec<(u32, String)> = Vec::new();
    family.extend(all.iter().filter(|(other, ..)| *other == pid).map(|(_, name, _)| (pid, name.clone())));
    let mut next = 0;
    while let Some((parent, _)) = family.get(next).cloned() {
        let children = all.iter().filter(|(_, _, of)| *of == parent);
        family.extend(children.map(|(child, name, _)| (*child, name.clone())));
        next += 1;
    }
    Ok(family)
}

fn read(pid: u32, file: &str) -> Result<String> {
    let path = format!("/proc/{pid}/{file}");
    std::fs::read_to_string(&path).with_context(|| format!("reading {path}: is the process gone?"))
}

/// `utime` and `stime`, the 14th and 15th field. The second is the program's name in brackets, which may hold anything.
fn parse_ticks(stat: &str) -> Option<(u64, u64)> {
    let (_, behind_the_name) = stat.rsplit_once(") ")?;
    let mut fields = behind_the_name.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some((ticks()?, ticks()?))
}

/// The name in its brackets, and the fourth field.
fn parse_parent(stat: &str) -> Option<(String, u32)> {
    let (before, behind_the_name) = stat.rsplit_once(") ")?;
    let (_, name) = before.split_once('(')?;
    Some((name.to_owned(), behind_the_name.split_ascii_whitespace().nth(1)?.parse().ok()?))
}

fn parse_pss(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn parse_rss(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn ticks_are_found_behind_any_name() {
        let rest = "S 1 7 7 0 -1 4194304 50 0 0 0 120 34 9 9 20 0 1 0 100 1000 200";
        for name in ["server", "a (odd) name", "x) S 1 2 3", ""] {
            assert_eq!(parse_ticks(&format!("7 ({name}) {rest}")), Some((120, 34)), "{name:?}");
        }
    }

    #[test]
    fn what_is_no_stat_has_no_ticks() {
        for text in ["", "7 (server)", "7 (server) S 1 7", "7 (server) S 1 7 7 0 -1 4 5 0 0 0 a b"] {
            assert_eq!(parse_ticks(text), None, "{text:?}");
        }
    }

    #[test]
    fn resident_memory_is_told_apart_from_its_kin() {
        let status =
            "Name:\tserver\nVmPeak:\t  900 kB\nVmHWM:\t  800 kB\nVmRSS:\t   716 kB\nRssAnon:\t 1 kB\n";
        assert_eq!(parse_rss(status), Some(716));
        assert_eq!(parse_rss("Name:\tkthread\n"), None);
    }

    #[test]
    fn shared_memory_is_told_by_its_share_and_a_parent_by_its_number() {
        let rollup =
            "55d0-7ff0 ---p 00000000 00:00 0 [rollup]\nRss:  900 kB\nPss:  512 kB\nPss_Dirty: 7 kB\n";
        assert_eq!(parse_pss(rollup), Some(512));
        assert_eq!(parse_pss("Rss: 900 kB\n"), None);
        assert_eq!(parse_parent("9 (a (b) c) S 7 9 9 0"), Some(("a (b) c".to_owned(), 7)));
        assert_eq!(parse_parent("9 S"), None);
    }

    #[tokio::test]
    async fn a_family_is_whoever_descends_from_one() -> Result<()> {
        let mut shell = Command::new("sh").args(["-c", "cat | cat"]).stdin(Stdio::piped()).spawn()?;
        let found = crate::wait::until("two cats", async || {
            let names: Vec<_> = family(shell.id())?.into_iter().map(|(_, name)| name).collect();
            anyhow::ensure!(names == ["sh", "cat", "cat"], "{names:?}");
            Ok(())
        })
        .await;
        drop(shell.stdin.take());
        shell.wait()?;
        found?;
        assert!(family(u32::MAX)?.is_empty());
        Ok(())
    }

    #[test]
    fn this_process_costs_something_and_one_that_is_not_there_is_an_error() -> Result<()> {
        assert!(Load::of_driver()?.rss_kib > 0);
        // Linux gives out no id above 4 million.
        assert!(Load::of(u32::MAX).is_err());
        Ok(())
    }
}
