//! The log's files: one that is written, and a few older ones, all in the profile's folder.
//!
//! **Invariant:** there are never more than [`FILES`] of them, and none is larger than [`BYTES_MAX`] and one line.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How many files there are at the most, with the one that is written.
const FILES: usize = 5;

/// How much is written into one.
const BYTES_MAX: u64 = 1 << 20;

/// Writes into the newest file, and begins another when it is full.
#[derive(Debug)]
pub(crate) struct LogFiles {
    folder: PathBuf,
    bytes_max: u64,
    out: File,
    written: u64,
}

impl LogFiles {
    /// Goes on where the last start ended.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        Self::with_limit(folder, BYTES_MAX)
    }

    fn with_limit(folder: &Path, bytes_max: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let (out, written) = newest(folder)?;
        Ok(Self { folder: folder.to_owned(), bytes_max, out, written })
    }

    /// Every file moves one place on, the oldest out of the world, and a fresh one begins.
    fn turn(&mut self) -> io::Result<()> {
        self.out.flush()?;
        for place in (1..FILES).rev() {
            match fs::rename(path(&self.folder, place - 1), path(&self.folder, place)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        (self.out, self.written) = newest(&self.folder)?;
        Ok(())
    }
}

impl Write for LogFiles {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.written >= self.bytes_max {
            self.turn()?;
        }
        let count = self.out.write(bytes)?;
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn newest(folder: &Path) -> io::Result<(File, u64)> {
    let out = File::options().create(true).append(true).open(path(folder, 0))?;
    let written = out.metadata()?.len();
    Ok((out, written))
}

/// The newest has no number.
fn path(folder: &Path, place: usize) -> PathBuf {
    match place {
        0 => folder.join("callboard.log"),
        place => folder.join(format!("callboard.{place}.log")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_only_so_many_files_and_the_newest_lines_are_kept() {
        let home = tempfile::tempdir().expect("a folder");
        let mut log = LogFiles::with_limit(home.path(), 100).expect("a log");
        for line in 0..200 {
            writeln!(log, "line {line:>14}").expect("written");
        }
        drop(log);
        let mut files: Vec<PathBuf> =
            fs::read_dir(home.path()).expect("read").map(|file| file.expect("a file").path()).collect();
        files.sort();
        assert_eq!(files.len(), FILES, "{files:?}");
        for file in &files {
            assert!(fs::metadata(file).expect("there").len() <= 120, "{file:?}");
        }
        let newest = fs::read_to_string(path(home.path(), 0)).expect("text");
        assert!(newest.ends_with("line            199\n"), "{newest}");
        let older = fs::read_to_string(path(home.path(), 1)).expect("text");
        let last_of_older = older.lines().last().expect("lines").to_owned();
        let first_of_newest = newest.lines().next().expect("lines");
        let number = |line: &str| line[4..].trim().parse::<u32>().expect("a number");
        assert_eq!(number(&last_of_older) + 1, number(first_of_newest), "no line is lost between two files");
    }

    #[test]
    fn the_next_start_goes_on_in_the_same_file() {
        let home = tempfile::tempdir().expect("a folder");
        for _ in 0..2 {
            writeln!(LogFiles::open(home.path()).expect("a log"), "one start").expect("written");
        }
        assert_eq!(fs::read_to_string(path(home.path(), 0)).expect("text"), "one start\none start\n");
    }
}
