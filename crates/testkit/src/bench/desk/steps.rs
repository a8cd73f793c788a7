//! What the console's middle costs by itself, measured by a program beside it that knows its types.
//!
//! **Invariant:** figures are told as that program said them.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::rooms::OURS;
use crate::bench::book::{Book, Figure};
use crate::programs;

const FIGURES: [(&str, Figure); 3] = [
    (
        "steps_per_second",
        Figure::more("events a session takes, 10,000 tickets, a hint followed to its end", "1/s"),
    ),
    ("sort_ms", Figure::less("a view of 100,000 tickets in another order", "ms")),
    ("filter_and_sort_ms", Figure::less("the same, searched by two words", "ms")),
];

/// Measures it once.
pub(super) fn measure(book: &mut Book) -> Result<()> {
    let output = Command::new(programs::built("examples/callboard-steps")?).output().context("running it")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: Value = serde_json::from_slice(&output.stdout).context("reading what it measured")?;
    for (name, figure) in FIGURES {
        book.note(figure, OURS, said[name].as_f64().with_context(|| format!("no {name} in {said}"))?);
    }
    Ok(())
}
