//! The board's promises, one by one.

use std::fmt::Write as _;

use callboard_desk::Effect;
use callboard_desk::board::{Board, BoardRow, VIEWS_MAX};
use callboard_desk::bridge::{
    BoardQuery, Counts, Grouping, LINES_MAX, Severity, Slack, SortBy, Update, ViewId,
};
use callboard_model::TicketId;

use crate::rows::{HOUR, MINUTE, board, row, row_with, status};
use crate::window::{OneView, shown, ungrouped};

fn search(text: &str) -> BoardQuery {
    BoardQuery { search: text.to_owned(), ..ungrouped(SortBy::Number, false) }
}

fn hundred() -> Vec<BoardRow> {
    (1..=100).map(|number| row(&number.to_string())).collect()
}

/// CO-2.
#[test]
fn counts_come_from_the_rows_that_are_held() {
    let mut board = board([
        row("1"),
        row_with("2", |row| row.row.severity = Severity::Critical),
        row_with("3", |row| row.row.assignee = Some("Lee".to_owned())),
        row_with("4", |row| row.closed = true),
    ]);
    let open = |tickets, critical, unassigned| Counts { tickets, critical, unassigned, ..Counts::default() };
    assert_eq!(board.counts(), open(3, 1, 2));
    board.put(row_with("2", |row| row.closed = true));
    assert_eq!(board.counts(), open(2, 0, 1));
    board.remove(&"1".into());
    board.remove(&"1".into());
    assert_eq!(board.counts(), open(1, 0, 0));
}

/// CO-2.
#[test]
fn a_heading_counts_the_rows_beneath_it_also_those_off_screen() {
    let mut one = OneView::of(board(hundred()), BoardQuery::default());
    one.show(0, 3);
    assert_eq!(one.text(), "#Untimed:100 1 2");
    one.board.remove(&"90".into());
    assert_eq!(one.text(), "#Untimed:99 1 2");
    assert_eq!(one.screen.total, 100, "99 rows and their heading");
}

#[test]
fn headings_of_time_run_from_late_to_untimed_and_empty_ones_are_absent() {
    let due = |number, due| row_with(number, |row| row.row.due = Some(due));
    let rows = [row("5"), due("4", 30 * HOUR), due("3", 2 * HOUR), due("2", HOUR), due("1", 0)];
    assert_eq!(
        shown(rows.clone(), BoardQuery::default()),
        "#Breached:1 1 #Hour:1 2 #Today:1 3 #Later:1 4 #Untimed:1 5"
    );
    assert_eq!(shown(rows.into_iter().take(2), BoardQuery::default()), "#Later:1 4 #Untimed:1 5");
}

#[test]
fn headings_of_status_run_by_name_whatever_the_case_and_no_status_is_last() {
    let rows = ["", "on hold", "New", "Öffnen", "assigned"]
        .into_iter()
        .enumerate()
        .map(|(number, name)| row_with(&number.to_string(), |row| row.row.status = status(name)));
    let query = BoardQuery { group: Grouping::Status, ..BoardQuery::default() };
    assert_eq!(shown(rows, query), "#assigned:1 4 #New:1 2 #on hold:1 1 #Öffnen:1 3 #-:1 0");
}

/// CO-10.
#[test]
fn rows_that_sort_alike_keep_the_order_of_their_numbers() {
    let rows = ["T-10", "T-9", "T-100"].map(row);
    assert_eq!(shown(rows.clone(), ungrouped(SortBy::Title, false)), "T-9 T-10 T-100");
    assert_eq!(shown(rows.clone(), ungrouped(SortBy::Title, true)), "T-9 T-10 T-100");
    assert_eq!(shown(rows, ungrouped(SortBy::Number, true)), "T-100 T-10 T-9");
}

#[test]
fn what_is_missing_comes_last_in_both_directions() {
    let client = |number, name: &str| row_with(number, |row| row.row.client = Some(name.into()));
    let rows = [row("1"), client("2", "zeta"), client("3", "Alpha")];
    assert_eq!(shown(rows.clone(), ungrouped(SortBy::Client, false)), "3 2 1");
    assert_eq!(shown(rows, ungrouped(SortBy::Client, true)), "2 3 1");
}

#[test]
fn every_column_can_be_sorted_by() {
    let rows = [
        row_with("1", |row| {
            row.row.title = "b".into();
            row.row.status = status("C");
            row.row.severity = Severity::Critical;
            row.row.due = Some(5);
            row.row.entered = Some(30);
            row.row.updated = Some(300);
        }),
        row_with("2", |row| {
            row.row.title = "C".into();
            row.row.status = status("a");
            row.row.severity = Severity::Low;
            row.row.assignee = Some("Zoe".to_owned());
            row.row.due = Some(4);
            row.row.entered = Some(10);
            row.row.updated = Some(200);
        }),
        row_with("3", |row| {
            row.row.title = "a".into();
            row.row.status = status("B");
            row.row.severity = Severity::High;
            row.row.assignee = Some("adam".to_owned());
            row.row.entered = Some(20);
        }),
    ];
    let by = |by| shown(rows.clone(), ungrouped(by, false));
    assert_eq!(by(SortBy::Title), "3 1 2");
    assert_eq!(by(SortBy::Status), "2 3 1");
    assert_eq!(by(SortBy::Priority), "1 3 2");
    assert_eq!(by(SortBy::Assignee), "3 2 1");
    assert_eq!(by(SortBy::Due), "2 1 3");
    assert_eq!(by(SortBy::Age), "1 3 2", "the youngest first");
    assert_eq!(by(SortBy::Updated), "2 1 3");
}

/// CO-2.
#[test]
fn headings_of_people_clients_and_teams_run_by_name_and_nobody_is_last() {
    let rows =
        [("1", Some("zoe")), ("2", None), ("3", Some("Adam")), ("4", Some("Zoe"))].map(|(number, name)| {
            row_with(number, |row| {
                row.row.assignee = name.map(str::to_owned);
                row.row.client = name.map(Into::into);
                row.row.team = name.map(Into::into);
            })
        });
    for group in [Grouping::Assignee, Grouping::Client, Grouping::Team] {
        let query = BoardQuery { group, ..BoardQuery::default() };
        assert_eq!(shown(rows.clone(), query), "#Adam:1 3 #Zoe:1 4 #zoe:1 1 #-:1 2", "{group:?}");
    }
}

#[test]
fn headings_of_priority_run_from_critical_to_low() {
    let pressing = [Severity::Low, Severity::Critical, Severity::Normal, Severity::Critical];
    let rows = (1..)
        .zip(pressing)
        .map(|(number, severity): (u32, _)| row_with(&number.to_string(), |row| row.row.severity = severity));
    let query = BoardQuery { group: Grouping::Priority, ..BoardQuery::default() };
    assert_eq!(shown(rows, query), "#Critical:2 2 4 #Normal:1 3 #Low:1 1");
}

#[test]
fn a_search_wants_every_word_somewhere_in_the_row() {
    let rows = || {
        [
            row_with("4312", |row| {
                row.row.title = "Router DOWN".into();
                row.row.client = Some("Bäckerei Groß".into());
            }),
            row_with("4313", |row| {
                row.row.title = "Printer".into();
                row.row.location = Some("Depot Süd".into());
                row.row.assignee = Some("Lee Øst".to_owned());
            }),
        ]
    };
    for (text, found) in [
        ("", "4312 4313"),
        ("  ", "4312 4313"),
        ("431", "4312 4313"),
        ("4312", "4312"),
        ("down router", "4312"),
        ("router depot", ""),
        ("BÄCKEREI gross", "4312"),
        ("süd ØST printer", "4313"),
        // Words are looked for one by one, never across the seam of two columns.
        ("printerdepot", ""),
    ] {
        assert_eq!(shown(rows(), search(text)), found, "{text:?}");
    }
}

#[test]
fn a_change_of_one_row_tells_that_line_alone() {
    let mut one = OneView::of(board(hundred()), ungrouped(SortBy::Number, false));
    one.board.put(row_with("42", |row| row.row.title = "Scanner".into()));
    assert_eq!(one.follow(), (1, 1));
}

#[test]
fn a_row_that_moves_tells_only_the_lines_between_its_places() {
    let mut one = OneView::of(board(hundred()), ungrouped(SortBy::Title, false));
    one.board.put(row_with("3", |row| row.row.title = "A".into()));
    assert_eq!(one.follow(), (1, 3), "it is first now, and two others moved down by one");
}

#[test]
fn what_happens_off_screen_tells_nothing_unless_the_total_changes() {
    let mut one = OneView::of(board(hundred()), ungrouped(SortBy::Number, false));
    one.show(10, 20);
    one.board.put(row_with("90", |row| row.row.title = "Scanner".into()));
    assert_eq!(one.follow(), (0, 0));
    one.board.put(row("101"));
    assert_eq!(one.follow(), (1, 0), "the scroll bar is longer, no line is different");
}

#[test]
fn what_changes_and_changes_back_before_the_flush_tells_nothing() {
    let mut one = OneView::of(board(hundred()), ungrouped(SortBy::Number, false));
    one.board.remove(&"5".into());
    one.board.put(row("5"));
    one.board.put(row("5"));
    assert_eq!(one.follow(), (0, 0));
}

/// CO-10: an update moves no scroll; a view that shrank beneath the screen says so by its total.
#[test]
fn a_view_that_shrinks_above_its_screen_keeps_its_place() {
    let mut one = OneView::of(board(hundred()), ungrouped(SortBy::Number, false));
    one.show(95, 10);
    assert_eq!(one.text(), "96 97 98 99 100");
    one.board.remove(&"1".into());
    assert_eq!(one.text(), "97 98 99 100");
    for number in 2..=60 {
        one.board.remove(&TicketId::from(number.to_string()));
    }
    assert_eq!((one.text().as_str(), one.screen.total), ("", 40));
    for number in 1..=60 {
        one.board.put(row(&number.to_string()));
    }
    assert_eq!(one.text(), "96 97 98 99 100");
}

#[test]
fn asking_for_the_same_lines_again_gives_them_again() {
    let mut one = OneView::of(board(hundred()), ungrouped(SortBy::Number, false));
    one.board.show_lines(&OneView::window(), &OneView::view(), 0, 100);
    assert_eq!(one.follow(), (1, 100), "a window that missed an update recovers this way");
}

#[test]
fn a_screen_is_never_longer_than_the_limit() {
    let rows = (1..=LINES_MAX + 50).map(|number| row(&number.to_string()));
    let mut one = OneView::of(board(rows), ungrouped(SortBy::Number, false));
    one.show(0, u32::MAX);
    assert_eq!(one.screen.lines.len(), LINES_MAX as usize);
    one.show(u32::MAX, u32::MAX);
    assert_eq!(one.text(), "", "no place is too far to be asked for");
}

/// CO-9: one clock in the program owns due times, so a row turns red with no view open.
#[test]
fn a_row_runs_out_of_time_with_no_view_open() {
    let mut board = board([row_with("1", |row| row.row.due = Some(2 * HOUR))]);
    let slack = |board: &Board| board.get(&"1".into()).map(|row| row.row.slack);
    assert_eq!(slack(&board), Some(Slack::Today));
    let (mut told, mut now) = (String::new(), 0);
    // At most one more than there are, so that a board that stands still fails and does not hang.
    for _ in 0..3 {
        let Some(next) = board.next_boundary(now) else { break };
        now = next;
        board.tick(now);
        write!(told, "{}m {:?} ", now / MINUTE, slack(&board)).expect("text takes everything");
    }
    assert_eq!(told, "60m Some(Hour) 120m Some(Breached) ");
}

#[test]
fn a_tick_names_each_ticket_that_crossed_a_boundary_once() {
    let due = |number, due| row_with(number, |row| row.row.due = Some(due));
    let mut board = board([due("1", HOUR), due("2", 30 * HOUR), due("3", 90 * HOUR), row("4")]);
    assert_eq!(board.tick(1), []);
    assert_eq!(board.tick(HOUR), ["1".into()]);
    assert_eq!(board.tick(40 * HOUR), ["2".into()], "across all of its boundaries at once");
    assert_eq!(board.tick(0), ["1".into(), "2".into()]);
}

/// CO-14: a clock that jumps.
#[test]
fn a_clock_that_goes_back_gives_the_time_back() {
    let mut one = OneView::of(
        board([row_with("1", |row| row.row.due = Some(2 * HOUR)), row("2")]),
        BoardQuery::default(),
    );
    one.board.tick(100 * HOUR);
    assert_eq!(one.text(), "#Breached:1 1 #Untimed:1 2");
    one.board.tick(HOUR + MINUTE);
    assert_eq!(one.text(), "#Hour:1 1 #Untimed:1 2");
    one.board.tick(-100 * HOUR);
    assert_eq!(one.text(), "#Later:1 1 #Untimed:1 2");
}

#[test]
fn closing_a_ticket_stops_its_clock() {
    let mut board = board([row_with("1", |row| row.row.due = Some(HOUR))]);
    board.put(row_with("1", |row| {
        row.row.due = Some(HOUR);
        row.closed = true;
    }));
    board.tick(2 * HOUR);
    assert_eq!(board.get(&"1".into()).map(|row| row.row.slack), Some(Slack::Untimed));
    assert_eq!(board.next_boundary(0), None);
}

/// The rooms of tier 1 follow from this.
#[test]
fn the_visible_are_those_on_screen_and_a_margin_around() {
    let mut one = OneView::of(board(hundred()), ungrouped(SortBy::Number, false));
    one.show(50, 10);
    let wanted: Vec<TicketId> = (31..=80).map(|number: u32| number.to_string().into()).collect();
    assert_eq!(one.board.visible(), wanted);
    one.show(50, 0);
    assert_eq!(one.board.visible(), [], "a view of no height is on no screen");
}

#[test]
fn a_closed_view_and_a_closed_window_are_told_nothing_more() {
    let mut one = OneView::of(board(hundred()), ungrouped(SortBy::Number, false));
    one.board.open_view(OneView::window(), ViewId("other".into()), BoardQuery::default());
    one.board.close_view(&OneView::window(), &ViewId("other".into()));
    assert_eq!(one.follow(), (0, 0));
    one.board.close_window(&OneView::window());
    one.board.remove(&"1".into());
    assert_eq!((one.follow(), one.board.visible()), ((0, 0), Vec::new()));
}

#[test]
fn a_window_has_no_more_views_than_the_limit() {
    let mut board = board([]);
    for view in 0..VIEWS_MAX + 5 {
        board.open_view(OneView::window(), ViewId(view.to_string().into()), BoardQuery::default());
    }
    let mut effects = Vec::new();
    board.flush(&mut effects);
    let lines = effects.iter().filter(|effect| matches!(effect, Effect::Paint(_, Update::Board { .. })));
    assert_eq!(lines.count(), VIEWS_MAX);
}
