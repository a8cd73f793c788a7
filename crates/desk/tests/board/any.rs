//! What may happen to a board, drawn by luck.
//!
//! **Invariant:** coarse on purpose, so that rows are often alike and often stand on a boundary.

use callboard_desk::board::BoardRow;
use callboard_desk::bridge::{
    BoardQuery, Chip, ChoosingBy, Grouping, OpenFilter, Severity, Slack, Sort, SortBy, Unsent, ViewId,
};
use callboard_desk::session::effect::WindowId;
use callboard_model::{TicketId, Value};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::rows::{HOUR, row_with, status};

/// One thing that happens to a board.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Put(Box<BoardRow>),
    Remove(TicketId),
    Tick(i64),
    Open(Place, BoardQuery),
    Show(Place, u32, u32),
    Close(Place),
    CloseWindow(WindowId),
    Choose(Place, ChoosingBy, bool),
    Refresh(Place),
    Wait(u64),
    LetGo,
    Flush,
}

pub(crate) type Place = (WindowId, ViewId);

pub(crate) fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => board_row().prop_map(|row| Op::Put(Box::new(row))),
        2 => ticket().prop_map(|ticket| Op::Remove(ticket.as_str().into())),
        2 => instant().prop_map(Op::Tick),
        2 => (place(), query()).prop_map(|(place, query)| Op::Open(place, query)),
        2 => (place(), 0..30_u32, 0..12_u32).prop_map(|(place, first, count)| Op::Show(place, first, count)),
        1 => place().prop_map(Op::Close),
        1 => place().prop_map(|(window, _)| Op::CloseWindow(window)),
        4 => (place(), hand(), any::<bool>()).prop_map(|(place, by, on)| Op::Choose(place, by, on)),
        1 => place().prop_map(Op::Refresh),
        1 => (0..4_000_u64).prop_map(Op::Wait),
        1 => Just(Op::LetGo),
        4 => Just(Op::Flush),
    ]
}

/// The same, where few views are opened and closed, so that hands lie long on them.
pub(crate) fn op_under_hands() -> impl Strategy<Value = Op> {
    prop_oneof![
        12 => board_row().prop_map(|row| Op::Put(Box::new(row))),
        2 => ticket().prop_map(|ticket| Op::Remove(ticket.as_str().into())),
        1 => instant().prop_map(Op::Tick),
        3 => (place(), hand(), any::<bool>()).prop_map(|(place, by, on)| Op::Choose(place, by, on)),
        1 => place().prop_map(Op::Refresh),
        2 => (0..4_000_u64).prop_map(Op::Wait),
        4 => Just(Op::Flush),
    ]
}

fn hand() -> impl Strategy<Value = ChoosingBy> {
    select(vec![ChoosingBy::Pointer, ChoosingBy::Keyboard, ChoosingBy::Edit])
}

pub(crate) fn place() -> impl Strategy<Value = Place> {
    let names = (select(vec!["main", "second"]), select(vec!["all", "mine"]));
    names.prop_map(|(window, view)| (WindowId(window.into()), ViewId(view.into())))
}

fn ticket() -> impl Strategy<Value = String> {
    (1..25_u32).prop_map(|number| format!("T-{number}"))
}

/// Coarse, so that rows are often due at the same instant and the clock often stands on a boundary.
fn instant() -> impl Strategy<Value = i64> {
    (-60..60_i64).prop_map(|halves| halves * HOUR / 2)
}

fn text() -> impl Strategy<Value = &'static str> {
    select(vec!["Printer down", "printer", "Öl", "ölig", "Router", "ZEBRA"])
}

fn board_row() -> impl Strategy<Value = BoardRow> {
    let severity = select(vec![Severity::Critical, Severity::High, Severity::Normal, Severity::Low]);
    let status_name = select(vec!["", "New", "new", "On Hold", "Öffnen"]);
    let people = (option::of(text()), option::of(text()), option::of(text()), option::of(text()));
    let board = option::of(select(vec!["field", "office"]));
    let times = (option::of(instant()), option::of(0..5_i64), option::of(0..5_i64));
    let ours = (any::<bool>(), any::<bool>(), any::<bool>(), select(vec![Unsent::Nothing, Unsent::Queued]));
    (ticket(), text(), status_name, severity, people, board, times, ours).prop_map(
        |(number, title, status_name, severity, people, board, (due, entered, updated), ours)| {
            let (client, location, assignee, team) = people;
            let (closed, is_mine, is_watched, unsent) = ours;
            row_with(&number, |row| {
                row.row.title = title.into();
                row.row.client = client.map(Into::into);
                row.row.location = location.map(Into::into);
                row.row.assignee = assignee.map(str::to_owned);
                row.row.team = team.map(Into::into);
                row.row.status = status(status_name);
                row.row.severity = severity;
                (row.row.due, row.row.entered, row.row.updated) = (due, entered, updated);
                row.row.unsent = unsent;
                row.facts.assignee = Value::from(assignee);
                row.facts.board = Value::from(board);
                (row.facts.is_mine, row.facts.is_watched) = (is_mine, is_watched);
                row.closed = closed;
            })
        },
    )
}

fn chip() -> impl Strategy<Value = Chip> {
    select(vec![
        Chip::Status("New".into()),
        Chip::Status("gone".into()),
        Chip::Status(Value::Empty),
        Chip::Assignee(Value::Empty),
        Chip::Assignee("Router".into()),
        Chip::Mine,
        Chip::Board("field".into()),
        Chip::Due(Slack::Breached),
        Chip::Due(Slack::Today),
        Chip::Work(Unsent::Queued),
        Chip::Watched,
    ])
}

pub(crate) fn query() -> impl Strategy<Value = BoardQuery> {
    let search = select(vec!["", "", "", "print", "ÖL", "t-1 er"]);
    let chips = prop_oneof![3 => Just(Vec::new()), 1 => vec(chip(), 0..4)];
    let open = select(vec![OpenFilter::Open, OpenFilter::Closed, OpenFilter::All, OpenFilter::All]);
    let by = select(vec![
        SortBy::Due,
        SortBy::Number,
        SortBy::Age,
        SortBy::Title,
        SortBy::Client,
        SortBy::Status,
        SortBy::Priority,
        SortBy::Assignee,
        SortBy::Updated,
    ]);
    let group = select(vec![
        Grouping::None,
        Grouping::Due,
        Grouping::Status,
        Grouping::Assignee,
        Grouping::Priority,
        Grouping::Client,
        Grouping::Team,
    ]);
    (search, chips, open, by, any::<bool>(), group).prop_map(
        |(search, chips, open, by, descending, group)| BoardQuery {
            search: search.to_owned(),
            open,
            chips,
            sort: Sort { by, descending },
            group,
        },
    )
}
