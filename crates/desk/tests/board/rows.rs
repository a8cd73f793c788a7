//! Rows to put on a board.

use callboard_desk::board::{Board, BoardRow, Facts};
use callboard_desk::bridge::{Choice, Row, Severity, Slack, Unsent};
use callboard_model::Value;

/// A second, a minute and an hour in the board's unit of time.
pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// An open ticket of nobody, without a target.
pub(crate) fn row(number: &str) -> BoardRow {
    BoardRow {
        row: Row {
            ticket: number.into(),
            number: number.into(),
            title: "Printer".into(),
            client: None,
            location: None,
            status: status("New"),
            severity: Severity::Normal,
            assignee: None,
            team: None,
            category: None,
            entered: None,
            updated: None,
            due: None,
            // Not what the board would say, so that a test sees who said it.
            slack: Slack::Later,
            faces: Vec::new(),
            unsent: Unsent::Nothing,
            lit: Vec::new(),
        },
        closed: false,
        facts: Facts::default(),
    }
}

/// The same with changes.
pub(crate) fn row_with(number: &str, change: impl FnOnce(&mut BoardRow)) -> BoardRow {
    let mut row = row(number);
    change(&mut row);
    row
}

/// A status of that name; the empty name is none.
pub(crate) fn status(name: &str) -> Choice {
    let value = if name.is_empty() { Value::Empty } else { Value::from(name) };
    Choice { value, label: name.to_owned(), tone: None, severity: None }
}

/// A board with these rows, at the beginning of time.
pub(crate) fn board(rows: impl IntoIterator<Item = BoardRow>) -> Board {
    let mut board = Board::new();
    board.tick(0);
    for row in rows {
        board.put(row);
    }
    board
}
