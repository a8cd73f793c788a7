//! While the person is choosing, nothing moves under their hand (CO-2, CO-10, RB-8).

use std::time::Duration;

use callboard_desk::board::{Board, BoardRow, LOOKED_AT_MAX, SETTLES_EVERY};
use callboard_desk::bridge::{BoardQuery, Chip, ChoosingBy, Grouping, Line, OpenFilter, Sort, SortBy};

use crate::rows::{HOUR, row, row_with, status};
use crate::window::OneView;

const SECOND: Duration = Duration::from_secs(1);

/// Ten tickets in the order of their titles, all on screen.
fn ten() -> OneView {
    let mut board = Board::new();
    board.tick(0);
    for number in 1..=10 {
        board.put(titled(number, &format!("{number:02}")));
    }
    let sort = Sort { by: SortBy::Title, descending: false };
    OneView::of(board, BoardQuery { group: Grouping::None, sort, ..BoardQuery::default() })
}

fn titled(number: u32, title: &str) -> BoardRow {
    row_with(&number.to_string(), |row| row.row.title = title.into())
}

fn choose(one: &mut OneView, by: ChoosingBy, on: bool, now: Duration) {
    one.board.choose(&OneView::window(), &OneView::view(), by, on, now);
}

fn refresh(one: &mut OneView, now: Duration) {
    one.board.refresh(&OneView::window(), &OneView::view(), now);
}

/// What the window shows, and how much waits.
fn stands(one: &mut OneView) -> (String, u32) {
    let text = one.text();
    (text, one.summary.map_or(0, |(_, waiting, _)| waiting))
}

const TEN: &str = "1 2 3 4 5 6 7 8 9 10";

#[test]
fn rows_keep_their_places_under_a_hand_and_show_what_is_new_in_them() {
    let mut one = ten();
    choose(&mut one, ChoosingBy::Pointer, true, SECOND);
    one.board.put(titled(9, "00 now first"));
    assert_eq!(stands(&mut one), (TEN.to_owned(), 1));
    let line = one.screen.lines.get(&8);
    assert!(
        matches!(line, Some(Line::Ticket(row)) if &*row.title == "00 now first"),
        "its place is old, its title new: {line:?}"
    );
    choose(&mut one, ChoosingBy::Pointer, false, SECOND);
    assert_eq!(stands(&mut one), ("9 1 2 3 4 5 6 7 8 10".to_owned(), 0));
}

/// RB-8: what counts is what the person would see move.
#[test]
fn only_what_would_come_go_or_move_waits_and_each_ticket_once() {
    let mut one = ten();
    choose(&mut one, ChoosingBy::Pointer, true, SECOND);
    one.board.put(titled(5, "05 still between its neighbours"));
    assert_eq!(stands(&mut one), (TEN.to_owned(), 0));
    one.board.put(titled(11, "11"));
    one.board.remove(&"2".into());
    one.board.put(row_with("3", |row| row.closed = true));
    assert_eq!(stands(&mut one), (TEN.to_owned(), 3), "one comes, two go");
    for title in ["99", "00", "98"] {
        one.board.put(titled(7, title));
    }
    assert_eq!(stands(&mut one), (TEN.to_owned(), 4), "however often one of them moves");
    one.board.put(titled(7, "07"));
    assert_eq!(stands(&mut one), (TEN.to_owned(), 3), "and not at all where it is back");
    refresh(&mut one, SECOND);
    assert_eq!(stands(&mut one), ("1 4 5 6 7 8 9 10 11".to_owned(), 0));
    assert_eq!(one.summary, Some((9, 0, true)), "it stands still again, as it is now");
}

/// A board on which everything changes costs no more than one on which much does.
#[test]
fn of_very_many_changes_each_counts_and_all_go_to_their_places() {
    let last = u32::try_from(LOOKED_AT_MAX).expect("a number") + 1;
    let title = |number: u32| format!("{number:05}");
    let mut board = Board::new();
    (1..=last).for_each(|number| board.put(titled(number, &title(number))));
    let sort = Sort { by: SortBy::Title, descending: false };
    let mut one = OneView::of(board, BoardQuery { group: Grouping::None, sort, ..BoardQuery::default() });
    choose(&mut one, ChoosingBy::Keyboard, true, SECOND);
    for number in 1..last {
        one.board.put(titled(number, &format!("{} still here", title(number))));
    }
    assert_eq!(stands(&mut one).1, 0, "all were looked at");
    one.board.put(titled(last, "00000 now first"));
    assert_eq!(stands(&mut one).1, last);
    refresh(&mut one, SECOND);
    assert_eq!(stands(&mut one).1, 0);
    assert!(one.screen.text().starts_with(&format!("{last} 1 2 3 ")), "{}", one.screen.text());
}

#[test]
fn two_neighbours_that_change_places_are_one_move() {
    let mut one = ten();
    choose(&mut one, ChoosingBy::Keyboard, true, SECOND);
    one.board.put(titled(4, "04 b"));
    one.board.put(titled(5, "04 a"));
    assert_eq!(stands(&mut one), (TEN.to_owned(), 1));
    refresh(&mut one, SECOND);
    assert_eq!(stands(&mut one), ("1 2 3 5 4 6 7 8 9 10".to_owned(), 0));
}

#[test]
fn a_row_that_belongs_under_another_heading_waits_though_no_other_row_lies_between() {
    let rows =
        [("1", "a"), ("2", "b")].map(|(number, name)| row_with(number, |row| row.row.status = status(name)));
    let mut board = Board::new();
    rows.into_iter().for_each(|row| board.put(row));
    let mut one = OneView::of(board, BoardQuery { group: Grouping::Status, ..BoardQuery::default() });
    choose(&mut one, ChoosingBy::Edit, true, SECOND);
    one.board.put(row_with("2", |row| row.row.status = status("a")));
    assert_eq!(stands(&mut one), ("#a:1 1 #b:1 2".to_owned(), 1));
    refresh(&mut one, SECOND);
    assert_eq!(stands(&mut one), ("#a:2 1 2".to_owned(), 0));
}

/// RB-8: whoever lifts a hand and puts it down again does not make the board jump each time.
#[test]
fn what_waits_goes_to_its_place_at_most_every_three_seconds() {
    let mut one = ten();
    let at = |ms: u64| Duration::from_millis(ms);
    choose(&mut one, ChoosingBy::Pointer, true, at(10_000));
    one.board.put(titled(9, "00"));
    choose(&mut one, ChoosingBy::Pointer, false, at(10_000));
    assert_eq!(stands(&mut one).0, "9 1 2 3 4 5 6 7 8 10", "at once, for it is long since");
    choose(&mut one, ChoosingBy::Pointer, true, at(10_500));
    one.board.put(titled(9, "09"));
    choose(&mut one, ChoosingBy::Pointer, false, at(11_000));
    assert_eq!(one.board.settles_at(), Some(at(10_000) + SETTLES_EVERY));
    one.board.put(titled(8, "00"));
    one.board.settle(at(12_999));
    assert_eq!(
        stands(&mut one),
        ("9 1 2 3 4 5 6 7 8 10".to_owned(), 2),
        "also what changed after the hand was off"
    );
    one.board.settle(at(13_000));
    assert_eq!(stands(&mut one), ("8 1 2 3 4 5 6 7 9 10".to_owned(), 0));
    assert_eq!(one.board.settles_at(), None);
    one.board.put(titled(8, "08"));
    assert_eq!(stands(&mut one), (TEN.to_owned(), 0), "nobody chooses: rows go where they belong");
}

#[test]
fn the_order_stands_while_any_hand_is_on_it() {
    let mut one = ten();
    choose(&mut one, ChoosingBy::Pointer, true, SECOND);
    choose(&mut one, ChoosingBy::Edit, true, SECOND);
    one.board.put(titled(9, "00"));
    choose(&mut one, ChoosingBy::Pointer, false, SECOND);
    one.board.settle(1_000 * SECOND);
    assert_eq!(stands(&mut one), (TEN.to_owned(), 1));
    choose(&mut one, ChoosingBy::Edit, false, 1_000 * SECOND);
    assert_eq!(stands(&mut one).1, 0);
}

/// LT-19: a ticket that is lost leaves no hole under the hand, and is gone when it is lifted.
#[test]
fn a_ticket_that_leaves_the_board_keeps_its_line_until_the_hand_is_off() {
    let mut one = ten();
    choose(&mut one, ChoosingBy::Pointer, true, SECOND);
    one.board.put(row_with("6", |row| row.closed = true));
    one.board.remove(&"6".into());
    assert_eq!(stands(&mut one), (TEN.to_owned(), 1));
    one.show(5, 2);
    assert_eq!(one.text(), "6 7");
    one.show(0, 100);
    choose(&mut one, ChoosingBy::Pointer, false, SECOND);
    assert_eq!(stands(&mut one), ("1 2 3 4 5 7 8 9 10".to_owned(), 0));
}

/// What another account was told is under no hand.
#[test]
fn when_all_is_let_go_of_nothing_that_left_the_board_is_shown() {
    let mut one = ten();
    choose(&mut one, ChoosingBy::Keyboard, true, SECOND);
    for number in 1..=10 {
        one.board.remove(&number.to_string().into());
    }
    assert_eq!(stands(&mut one).0, TEN);
    one.board.let_go();
    assert_eq!((stands(&mut one), one.summary), ((String::new(), 0), Some((0, 0, false))));
}

#[test]
fn a_view_that_is_asked_for_something_else_begins_with_everything_in_its_place() {
    let mut one = ten();
    choose(&mut one, ChoosingBy::Pointer, true, SECOND);
    one.board.put(row_with("9", |row| {
        row.row.title = "00".into();
        row.closed = true;
    }));
    let sort = Sort { by: SortBy::Title, descending: true };
    let query = BoardQuery { group: Grouping::None, open: OpenFilter::All, sort, ..BoardQuery::default() };
    one.board.open_view(OneView::window(), OneView::view(), query);
    assert_eq!(stands(&mut one), ("10 8 7 6 5 4 3 2 1 9".to_owned(), 0));
    one.board.put(titled(9, "99"));
    assert_eq!(stands(&mut one).1, 1, "the hand is still there");
}

/// CO-9, under a hand: the row turns red where it stands.
#[test]
fn the_clock_turns_a_row_red_in_its_place() {
    let mut board = Board::new();
    board.tick(0);
    board.put(row_with("1", |row| row.row.due = Some(2 * HOUR)));
    board.put(row("2"));
    let mut one = OneView::of(board, BoardQuery::default());
    choose(&mut one, ChoosingBy::Keyboard, true, SECOND);
    one.board.tick(3 * HOUR);
    assert_eq!(stands(&mut one), ("#Today:1 1 #Untimed:1 2".to_owned(), 1));
    let late = |line: &Line| matches!(line, Line::Ticket(row) if row.slack == callboard_desk::bridge::Slack::Breached);
    assert_eq!(one.screen.lines.values().filter(|line| late(line)).count(), 1);
    refresh(&mut one, SECOND);
    assert_eq!(one.text(), "#Breached:1 1 #Untimed:1 2");
}

/// A row that a chip lets through no longer stays until the hand is off.
#[test]
fn a_row_that_falls_out_of_the_filter_stays_in_its_place_and_waits() {
    let mut board = Board::new();
    for number in ["1", "2"] {
        board.put(row_with(number, |row| row.facts.is_watched = true));
    }
    let query = BoardQuery { group: Grouping::None, chips: vec![Chip::Watched], ..BoardQuery::default() };
    let mut one = OneView::of(board, query);
    choose(&mut one, ChoosingBy::Pointer, true, SECOND);
    one.board.put(row("1"));
    assert_eq!(stands(&mut one), ("1 2".to_owned(), 1));
    one.board.put(row_with("1", |row| row.row.title = "Scanner".into()));
    assert_eq!(stands(&mut one), ("1 2".to_owned(), 1));
    assert!(matches!(&one.screen.lines[&0], Line::Ticket(row) if &*row.title == "Scanner"));
    choose(&mut one, ChoosingBy::Pointer, false, SECOND);
    assert_eq!(stands(&mut one), ("2".to_owned(), 0));
}
