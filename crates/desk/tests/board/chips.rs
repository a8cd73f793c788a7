//! What chips let through, and what can be chosen for them (CO-2).

use callboard_desk::board::BoardRow;
use callboard_desk::bridge::{BoardQuery, CHIPS_MAX, Chip, ChipKind, OpenFilter, Slack, SortBy, Unsent};
use callboard_model::Value;

use crate::rows::{HOUR, board, row, row_with, status};
use crate::window::{OneView, shown, ungrouped};

#[test]
fn a_view_shows_one_board_and_open_or_closed_tickets_as_asked() {
    let rows = || {
        [
            row("1"),
            row_with("2", |row| row.facts.board = "field".into()),
            row_with("3", |row| {
                row.facts.board = "field".into();
                row.closed = true;
            }),
        ]
    };
    let ask = |board: Option<&str>, open| {
        let chips = board.map(|board| Chip::Board(board.into())).into_iter().collect();
        shown(rows(), BoardQuery { chips, open, ..ungrouped(SortBy::Number, false) })
    };
    assert_eq!(ask(None, OpenFilter::Open), "1 2");
    assert_eq!(ask(None, OpenFilter::Closed), "3");
    assert_eq!(ask(Some("field"), OpenFilter::All), "2 3");
    assert_eq!(ask(Some("office"), OpenFilter::All), "");
}

/// Rows of which each chip that a query may have lets some through.
fn motley() -> [BoardRow; 4] {
    [
        row_with("1", |row| {
            row.row.status = status("new");
            row.row.due = Some(0);
            row.row.unsent = Unsent::NeedsYou;
            row.facts.priority = "p1".into();
            row.facts.assignee = "me".into();
            row.facts.is_mine = true;
        }),
        row_with("2", |row| {
            row.row.status = status("hold");
            row.row.due = Some(HOUR);
            row.row.unsent = Unsent::Queued;
            row.facts.team = "north".into();
            row.facts.client = "c1".into();
            row.facts.assignee = "lee".into();
        }),
        row_with("3", |row| {
            row.row.status = status("hold");
            row.facts.place = "depot".into();
            row.facts.category = "printers".into();
            row.facts.is_watched = true;
        }),
        row_with("4", |row| {
            row.row.status = status("");
            row.facts.board = "office".into();
        }),
    ]
}

/// CO-2: of the chips of one kind any will do, and each kind must be content.
#[test]
fn chips_of_one_kind_widen_a_view_and_chips_of_several_narrow_it() {
    let ask = |chips: &[Chip]| {
        shown(motley(), BoardQuery { chips: chips.to_vec(), ..ungrouped(SortBy::Number, false) })
    };
    let (hold, nobody) = (Chip::Status("hold".into()), Chip::Assignee(Value::Empty));
    for (chips, found) in [
        (vec![], "1 2 3 4"),
        (vec![hold.clone()], "2 3"),
        (vec![hold.clone(), Chip::Status("new".into())], "1 2 3"),
        (vec![Chip::Status(Value::Empty)], "4"),
        (vec![hold.clone(), nobody.clone()], "3"),
        (vec![Chip::Mine], "1"),
        (vec![Chip::Mine, nobody], "1 3 4"),
        (vec![Chip::Assignee("lee".into()), Chip::Mine], "1 2"),
        (vec![Chip::Priority("p1".into())], "1"),
        (vec![Chip::Team("north".into())], "2"),
        (vec![Chip::Client("c1".into())], "2"),
        (vec![Chip::Board("office".into())], "4"),
        (vec![Chip::Place("depot".into())], "3"),
        (vec![Chip::Category("printers".into())], "3"),
        (vec![Chip::Due(Slack::Breached), Chip::Due(Slack::Hour)], "1 2"),
        (vec![Chip::Work(Unsent::Queued), Chip::Work(Unsent::NeedsYou)], "1 2"),
        (vec![Chip::Work(Unsent::NeedsYou)], "1"),
        (vec![Chip::Watched], "3"),
        (vec![Chip::Watched, Chip::Mine], ""),
        (vec![Chip::Status("gone".into())], ""),
        (vec![Chip::Status("gone".into()), hold], "2 3"),
    ] {
        assert_eq!(ask(&chips), found, "{chips:?}");
    }
}

#[test]
fn chips_beyond_the_limit_do_not_narrow_a_view_further() {
    let mut chips: Vec<Chip> =
        (0..CHIPS_MAX).map(|number| Chip::Client(format!("c{number}").as_str().into())).collect();
    chips.push(Chip::Watched);
    assert_eq!(shown(motley(), BoardQuery { chips, ..ungrouped(SortBy::Number, false) }), "2");
}

/// CO-2: what a picker of chips says, it says of the rows that would be drawn.
#[test]
fn a_tally_counts_what_a_view_would_show_for_each_chip_of_a_kind() {
    let (window, view) = (OneView::window(), OneView::view());
    let chips = vec![Chip::Status("hold".into()), Chip::Assignee("lee".into())];
    let mut one = OneView::of(board(motley()), BoardQuery { chips, ..ungrouped(SortBy::Number, false) });
    let tally = |kind| {
        let tally = one.board.tally(&window, &view, kind);
        tally
            .into_iter()
            .map(|(chip, (tickets, sample))| (chip, tickets, sample.to_string()))
            .collect::<Vec<_>>()
    };
    let lee = |tickets, sample: &str| (Chip::Assignee("lee".into()), tickets, sample.to_owned());
    assert_eq!(
        tally(ChipKind::Assignee),
        [(Chip::Assignee(Value::Empty), 1, "3".to_owned()), lee(1, "2")],
        "among those on hold"
    );
    assert_eq!(tally(ChipKind::Status), [(Chip::Status("hold".into()), 1, "2".to_owned())], "among Lee's");
    for (chip, tickets, _) in tally(ChipKind::Assignee) {
        one.board.open_view(
            window.clone(),
            view.clone(),
            BoardQuery { chips: vec![Chip::Status("hold".into()), chip], ..ungrouped(SortBy::Number, false) },
        );
        one.follow();
        assert_eq!(one.summary.map(|(tickets, ..)| tickets), Some(tickets));
    }
}

/// CO-9: the clock alone brings a ticket into a view of the late ones.
#[test]
fn a_view_of_late_tickets_fills_by_the_clock() {
    let due = |number, due| row_with(number, |row| row.row.due = Some(due));
    let chips = vec![Chip::Due(Slack::Breached)];
    let mut one = OneView::of(
        board([due("1", HOUR), due("2", 2 * HOUR)]),
        BoardQuery { chips, ..ungrouped(SortBy::Due, false) },
    );
    assert_eq!((one.text().as_str(), one.summary), ("", Some((0, 0, false))));
    one.board.tick(HOUR);
    assert_eq!((one.text().as_str(), one.summary), ("1", Some((1, 0, false))));
    one.board.tick(2 * HOUR);
    assert_eq!((one.text().as_str(), one.summary), ("1 2", Some((2, 0, false))));
}
