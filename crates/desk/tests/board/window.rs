//! A window, as it follows its views by what it is told and nothing else.

use std::collections::BTreeMap;

use callboard_desk::Effect;
use callboard_desk::board::{Board, BoardRow};
use callboard_desk::bridge::{
    BoardChange, BoardQuery, Grouping, Heading, Line, PlacedLine, Sort, SortBy, Update, ViewId, ViewSummary,
};
use callboard_desk::session::effect::WindowId;

use crate::rows::board;

/// What a window holds of one view.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Screen {
    pub(crate) rev: u32,
    pub(crate) total: u32,
    pub(crate) lines: BTreeMap<u32, Line>,
}

impl Screen {
    /// Takes an update in, and checks that it is the next one and says nothing that is known.
    pub(crate) fn apply(&mut self, rev: u32, change: BoardChange) {
        assert_eq!(rev, self.rev + 1, "a gap in the numbers");
        self.rev = rev;
        match change {
            BoardChange::Reset { total, first, lines } => {
                self.total = total;
                self.lines = (first..).zip(lines).collect();
            }
            BoardChange::Patch { total, lines } => {
                assert!(total != self.total || !lines.is_empty(), "an update without news");
                self.total = total;
                for PlacedLine { at, line } in lines {
                    assert_ne!(self.lines.get(&at), Some(&line), "line {at} was known");
                    self.lines.insert(at, line);
                }
                self.lines.retain(|at, _| *at < total);
            }
        }
    }

    /// The lines as short text: `# late 2` for a heading, the number for a ticket.
    pub(crate) fn text(&self) -> String {
        let lines: Vec<_> = self.lines.values().map(line_text).collect();
        lines.join(" ")
    }
}

fn line_text(line: &Line) -> String {
    match line {
        Line::Heading { heading: Heading::Due(slack), count } => format!("#{slack:?}:{count}"),
        Line::Heading { heading: Heading::Priority(severity), count } => format!("#{severity:?}:{count}"),
        Line::Heading {
            heading:
                Heading::Status(name) | Heading::Assignee(name) | Heading::Client(name) | Heading::Team(name),
            count,
        } => {
            format!("#{}:{count}", name.as_deref().unwrap_or("-"))
        }
        Line::Ticket(row) => row.number.as_ref().to_owned(),
    }
}

/// One window with one view.
pub(crate) struct OneView {
    pub(crate) board: Board,
    pub(crate) screen: Screen,
    /// What it was last told beside the lines: tickets, waiting, held.
    pub(crate) summary: Option<(u32, u32, bool)>,
}

impl OneView {
    pub(crate) fn window() -> WindowId {
        WindowId("main".into())
    }

    pub(crate) fn view() -> ViewId {
        ViewId("all".into())
    }

    /// A view of a board, with its first hundred lines on screen.
    pub(crate) fn of(mut board: Board, query: BoardQuery) -> Self {
        board.open_view(Self::window(), Self::view(), query);
        let mut one = Self { board, screen: Screen::default(), summary: None };
        one.show(0, 100);
        one
    }

    pub(crate) fn show(&mut self, first: u32, count: u32) {
        self.board.show_lines(&Self::window(), &Self::view(), first, count);
        self.follow();
    }

    /// Hands the window what it is to be told, and says how many updates that were and of how many lines.
    pub(crate) fn follow(&mut self) -> (usize, usize) {
        let mut effects = Vec::new();
        self.board.flush(&mut effects);
        let (mut updates, mut lines) = (0, 0);
        for effect in effects {
            let (window, told) = painted(effect);
            assert_eq!(window, Self::window());
            match told {
                Told::Lines(view, rev, change) => {
                    assert_eq!(view, Self::view());
                    updates += 1;
                    lines += match &change {
                        BoardChange::Reset { lines, .. } => lines.len(),
                        BoardChange::Patch { lines, .. } => lines.len(),
                    };
                    self.screen.apply(rev, change);
                }
                Told::Summary(summary) => {
                    let now = Some((summary.tickets, summary.waiting, summary.held));
                    assert_ne!(now, self.summary, "a summary without news");
                    self.summary = now;
                }
            }
        }
        (updates, lines)
    }

    /// What the window shows now.
    pub(crate) fn text(&mut self) -> String {
        self.follow();
        self.screen.text()
    }
}

/// What a flush says of a view.
pub(crate) enum Told {
    Lines(ViewId, u32, BoardChange),
    Summary(ViewSummary),
}

/// A flush says nothing but changes of views.
pub(crate) fn painted(effect: Effect) -> (WindowId, Told) {
    match effect {
        Effect::Paint(window, Update::Board { view, rev, change }) => {
            (window, Told::Lines(view, rev, change))
        }
        Effect::Paint(window, Update::View(summary)) => (window, Told::Summary(summary)),
        other => panic!("no change of a view: {other:?}"),
    }
}

/// A query without headings.
pub(crate) fn ungrouped(by: SortBy, descending: bool) -> BoardQuery {
    BoardQuery { group: Grouping::None, sort: Sort { by, descending }, ..BoardQuery::default() }
}

/// What a view of these rows shows.
pub(crate) fn shown(rows: impl IntoIterator<Item = BoardRow>, query: BoardQuery) -> String {
    OneView::of(board(rows), query).text()
}
