//! The book of a run: every sample of every figure, and the table that they come to.
//!
//! A figure is told as the median of its samples. Beside a peer the advantage is told as "so many times better", whether
//! more is better or less, so that every target reads alike: at least so many times.
//!
//! **Invariant:** a figure without a peer's sample claims no advantage, and nothing is rounded before it is compared.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::figures::median;

/// Something that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// In words.
    pub name: &'static str,
    /// In what.
    pub unit: &'static str,
    /// Which way is up.
    pub better: Better,
    /// How many times better than the first peer it has to be.
    pub target: Option<f64>,
    /// What it has to keep to, whatever others do.
    pub bounds: Option<Bounds>,
}

/// A promise: what has to be, and what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bounds {
    /// What has to be.
    pub must: f64,
    /// What is wanted.
    pub aim: f64,
}

/// Which way is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// Throughput and the like.
    More,
    /// Times, memory and the like.
    Less,
}

impl Figure {
    /// A figure of which less is better.
    #[must_use]
    pub const fn less(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit, better: Better::Less, target: None, bounds: None }
    }

    /// A figure of which more is better.
    #[must_use]
    pub const fn more(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit, better: Better::More, target: None, bounds: None }
    }

    /// The same, to be so many times better than the peer.
    #[must_use]
    pub const fn times_better(self, target: f64) -> Self {
        Self { target: Some(target), ..self }
    }

    /// The same, held to a promise of its own.
    #[must_use]
    pub const fn within(self, must: f64, aim: f64) -> Self {
        Self { bounds: Some(Bounds { must, aim }), ..self }
    }

    /// Whether a value is as good as a bound.
    fn keeps(&self, value: f64, bound: f64) -> bool {
        match self.better {
            Better::More => value >= bound,
            Better::Less => value <= bound,
        }
    }
}

/// All samples of a run. Columns are whoever or whatever was measured, the first of them ours.
#[derive(Clone, Debug, Serialize)]
pub struct Book {
    columns: Vec<String>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, Serialize)]
struct Entry {
    figure: Figure,
    samples: BTreeMap<String, Vec<f64>>,
}

impl Book {
    /// An empty book with these columns.
    #[must_use]
    pub fn new(columns: impl IntoIterator<Item = String>) -> Self {
        Self { columns: columns.into_iter().collect(), entries: Vec::new() }
    }

    /// Notes a sample.
    pub fn note(&mut self, figure: Figure, column: &str, value: f64) {
        let place = self.entries.iter().position(|entry| entry.figure == figure);
        let place = place.unwrap_or_else(|| {
            self.entries.push(Entry { figure, samples: BTreeMap::new() });
            self.entries.len() - 1
        });
        self.entries[place].samples.entry(column.to_owned()).or_default().push(value);
    }

    /// The table, as Markdown that is also readable as it stands. Targets are judged where there is a peer.
    #[must_use]
    pub fn table(&self) -> String {
        let has_peer = self.compares();
        let is_bound = self.entries.iter().any(|entry| entry.figure.bounds.is_some());
        let mut head = vec!["figure".to_owned()];
        head.extend(self.columns.iter().cloned());
        if has_peer {
            head.extend(["times better", "target", ""].map(str::to_owned));
        }
        if is_bound {
            head.extend(["must", "aim", ""].map(str::to_owned));
        }
        let mut rows = vec![head];
        for entry in &self.entries {
            let mut row = vec![format!("{}, {}", entry.figure.name, entry.figure.unit)];
            row.extend(self.columns.iter().map(|column| entry.shown(column)));
            if has_peer {
                row.extend(self.verdict(entry));
            }
            if is_bound {
                row.extend(self.judged(entry));
            }
            rows.push(row);
        }
        aligned(&rows)
    }

    /// Whether any of this has to be better than a peer; else the columns only stand beside each other.
    fn compares(&self) -> bool {
        self.entries.iter().any(|entry| entry.figure.target.is_some())
    }

    /// The figures with a target that was missed, in words.
    #[must_use]
    pub fn missed(&self) -> Vec<&'static str> {
        let missed = |entry: &&Entry| {
            let behind =
                matches!((self.advantage(entry), entry.figure.target), (Some(is), Some(must)) if is < must);
            behind || self.kept(entry).is_some_and(|[must, _]| !must)
        };
        self.entries.iter().filter(missed).map(|entry| entry.figure.name).collect()
    }

    fn advantage(&self, entry: &Entry) -> Option<f64> {
        let (ours, theirs) = (entry.median(self.columns.first()?)?, entry.median(self.columns.get(1)?)?);
        let (above, below) = match entry.figure.better {
            Better::More => (ours, theirs),
            Better::Less => (theirs, ours),
        };
        (below > 0.0).then(|| above / below)
    }

    /// Whether ours keeps what must be, and what is wanted.
    fn kept(&self, entry: &Entry) -> Option<[bool; 2]> {
        let (is, Bounds { must, aim }) = (entry.median(self.columns.first()?)?, entry.figure.bounds?);
        Some([must, aim].map(|bound| entry.figure.keeps(is, bound)))
    }

    fn judged(&self, entry: &Entry) -> [String; 3] {
        let sign = match entry.figure.better {
            Better::More => "≥",
            Better::Less => "≤",
        };
        let shown = |bound: fn(Bounds) -> f64| {
            entry.figure.bounds.map(|bounds| format!("{sign} {}", bound(bounds))).unwrap_or_default()
        };
        let word = match self.kept(entry) {
            Some([true, true]) => "aim met",
            Some([true, false]) => "met",
            Some([false, _]) => "**missed**",
            None => "",
        };
        [shown(|bounds| bounds.must), shown(|bounds| bounds.aim), word.to_owned()]
    }

    fn verdict(&self, entry: &Entry) -> [String; 3] {
        let advantage = self.advantage(entry);
        let target = entry.figure.target;
        let met = match (advantage, target) {
            (Some(is), Some(must)) if is >= must => "met",
            (Some(_), Some(_)) => "**missed**",
            _ => "",
        };
        [
            advantage.map(|times| format!("{times:.2}")).unwrap_or_default(),
            target.map(|times| format!("≥ {times}")).unwrap_or_default(),
            met.to_owned(),
        ]
    }
}

impl Entry {
    fn median(&self, column: &str) -> Option<f64> {
        median(self.samples.get(column)?)
    }

    /// The median, and between which samples it lies.
    fn shown(&self, column: &str) -> String {
        let Some(median) = self.median(column) else { return "–".to_owned() };
        let samples = &self.samples[column];
        if samples.len() < 2 {
            return number(median);
        }
        let least = samples.iter().copied().fold(f64::INFINITY, f64::min);
        let most = samples.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        format!("{} ({}–{})", number(median), number(least), number(most))
    }
}

/// Three digits that mean something.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1e6 => format!("{:.2} M", value / 1e6),
        size if size >= 10_000.0 => format!("{:.0} k", value / 1e3),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<_> = (0..rows.first().map_or(0, Vec::len)).map(width).collect();
    let mut text = String::new();
    for (place, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!(" {cell:<width$} |"));
        // Writing into a string cannot fail.
        let _ = writeln!(text, "|{}", cells.collect::<String>());
        if place == 0 {
            let rules = widths.iter().map(|width| format!("{}|", "-".repeat(width + 2)));
            let _ = writeln!(text, "|{}", rules.collect::<String>());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: Figure = Figure::less("cost", "ms").times_better(2.0);
    const YIELD: Figure = Figure::more("yield", "per s").times_better(3.0);

    fn book() -> Book {
        Book::new(["ours".to_owned(), "theirs".to_owned()])
    }

    #[test]
    fn less_is_better_is_told_like_more_is_better() {
        let mut book = book();
        for (figure, ours, theirs) in [(COST, 1.0, 2.0), (YIELD, 299.0, 100.0)] {
            book.note(figure, "ours", ours);
            book.note(figure, "theirs", theirs);
        }
        let table = book.table();
        assert!(table.contains("| 2.00         | ≥ 2    | met"), "{table}");
        assert!(table.contains("| 2.99         | ≥ 3    | **missed**"), "{table}");
        assert_eq!(book.missed(), ["yield"]);
    }

    #[test]
    fn the_median_counts_and_the_extremes_are_shown() {
        let mut book = book();
        for value in [900.0, 10.0, 12.0] {
            book.note(COST, "ours", value);
        }
        let table = book.table();
        assert!(table.contains("12.0 (10.0–900)"), "{table}");
        assert!(table.contains("| –"), "{table}");
    }

    #[test]
    fn a_promise_is_met_missed_or_more_than_met() {
        const START: Figure = Figure::less("start", "ms").within(1200.0, 600.0);
        const FRAMES: Figure = Figure::more("frames", "1/s").within(30.0, 55.0);
        for (start, frames, words, missed) in [
            (600.0, 55.0, ["aim met", "aim met"], vec![]),
            (601.0, 54.0, ["met", "met"], vec![]),
            (1201.0, 29.0, ["**missed**", "**missed**"], vec!["start", "frames"]),
        ] {
            let mut book = book();
            book.note(START, "ours", start);
            book.note(FRAMES, "ours", frames);
            // What others do is no measure of it.
            book.note(START, "theirs", 1.0);
            let table = book.table();
            let ends: Vec<_> = table.lines().skip(2).filter_map(|line| line.rsplit('|').nth(1)).collect();
            assert_eq!(ends.iter().map(|end| end.trim()).collect::<Vec<_>>(), words, "{table}");
            assert!(table.contains("≤ 1200") && table.contains("≥ 55"), "{table}");
            assert_eq!(book.missed(), missed);
        }
    }

    #[test]
    fn nobody_is_better_than_one_who_was_not_there_or_cost_nothing() {
        let mut book = book();
        book.note(COST, "ours", 0.0);
        book.note(YIELD, "ours", 5.0);
        assert!(book.missed().is_empty());
        book.note(COST, "theirs", 7.0);
        assert!(book.missed().is_empty(), "nothing can be compared with nothing");
    }
}
