//! Whatever happens, a window that follows the numbered updates holds what a filter, a sort and a cut from scratch
//! would give.

use std::collections::BTreeMap;

use callboard_desk::board::{Board, BoardRow};
use callboard_desk::bridge::{
    BoardQuery, Counts, Grouping, Heading, Line, OpenFilter, Severity, Slack, Sort, SortBy, ViewId,
};
use callboard_desk::session::effect::WindowId;
use callboard_model::TicketId;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::rows::{HOUR, row_with, status};
use crate::window::{Screen, painted};

/// One thing that happens to a board.
#[derive(Clone, Debug)]
enum Op {
    Put(Box<BoardRow>),
    Remove(TicketId),
    Tick(i64),
    Open(Place, BoardQuery),
    Show(Place, u32, u32),
    Close(Place),
    CloseWindow(WindowId),
    Flush,
}

type Place = (WindowId, ViewId);

/// The simplest board that could be right, and what its windows were told by the real one.
#[derive(Default)]
struct Model {
    rows: BTreeMap<TicketId, BoardRow>,
    now: i64,
    views: BTreeMap<Place, Watched>,
}

struct Watched {
    query: BoardQuery,
    first: u32,
    count: u32,
    screen: Screen,
}

impl Model {
    /// All lines of a view, from scratch.
    fn lines(&self, query: &BoardQuery) -> Vec<Line> {
        let mut rows: Vec<_> = self.rows.values().filter(|row| admits(query, row)).collect();
        // Stable, so the last sort weighs most.
        rows.sort_by_key(|row| number(row));
        rows.sort_by(|one, other| by_column(query.sort, one, other));
        let mut groups: BTreeMap<_, Vec<Line>> = BTreeMap::new();
        for row in rows {
            let rank = match query.group {
                Grouping::None => (0, String::new(), String::new()),
                Grouping::Due => (self.slack(row) as u8, String::new(), String::new()),
                Grouping::Status => {
                    let label = &row.row.status.label;
                    (u8::from(label.is_empty()), label.to_lowercase(), label.clone())
                }
            };
            let slack = self.slack(row);
            let line = Line::Ticket(callboard_desk::bridge::Row { slack, ..row.row.clone() });
            groups.entry(rank).or_default().push(line);
        }
        let headed = groups.into_values().flat_map(|lines| {
            let heading = heading(query.group, &lines);
            heading.into_iter().chain(lines)
        });
        headed.collect()
    }

    fn slack(&self, row: &BoardRow) -> Slack {
        match row.row.due {
            Some(due) if !row.closed => match due - self.now {
                left if left <= 0 => Slack::Breached,
                left if left <= HOUR => Slack::Hour,
                left if left <= 24 * HOUR => Slack::Today,
                _ => Slack::Later,
            },
            _ => Slack::Untimed,
        }
    }

    /// The next instant at which the slack of some row is another one.
    fn next_boundary(&self) -> Option<i64> {
        let open = self.rows.values().filter(|row| !row.closed);
        let instants = open.filter_map(|row| row.row.due).flat_map(|due| [due, due - HOUR, due - 24 * HOUR]);
        instants.filter(|instant| *instant > self.now).min()
    }

    fn counts(&self) -> Counts {
        let open: Vec<_> = self.rows.values().filter(|row| !row.closed).collect();
        let critical = open.iter().filter(|row| row.row.severity == Severity::Critical);
        let unassigned = open.iter().filter(|row| row.row.assignee.is_none());
        Counts {
            tickets: open.len().try_into().expect("a small board"),
            critical: critical.count().try_into().expect("a small board"),
            unassigned: unassigned.count().try_into().expect("a small board"),
            ..Counts::default()
        }
    }

    fn visible(&self) -> Vec<TicketId> {
        let mut seen = Vec::new();
        for watched in self.views.values().filter(|watched| watched.count > 0) {
            let first = watched.first.saturating_sub(20) as usize;
            let beyond = (watched.first + watched.count + 20) as usize;
            for line in self.lines(&watched.query).drain(..).take(beyond).skip(first) {
                if let Line::Ticket(row) = line
                    && !seen.contains(&row.ticket)
                {
                    seen.push(row.ticket);
                }
            }
        }
        seen
    }
}

fn heading(group: Grouping, lines: &[Line]) -> Option<Line> {
    let Some(Line::Ticket(first)) = lines.first() else { return None };
    let label = &first.status.label;
    let heading = match group {
        Grouping::None => return None,
        Grouping::Due => Heading::Due(first.slack),
        Grouping::Status => Heading::Status((!label.is_empty()).then(|| label.clone())),
    };
    Some(Line::Heading { heading, count: u32::try_from(lines.len()).expect("a small board") })
}

fn admits(query: &BoardQuery, row: &BoardRow) -> bool {
    let Row { number, title, client, location, assignee } = &texts(row);
    let open = match query.open {
        OpenFilter::Open => !row.closed,
        OpenFilter::Closed => row.closed,
        OpenFilter::All => true,
    };
    let board =
        query.board.is_none() || query.board.as_deref() == row.board.as_ref().map(|board| board.as_str());
    let mut words = query.search.split(' ').map(str::to_lowercase);
    open && board
        && words
            .all(|word| [number, title, client, location, assignee].iter().any(|text| text.contains(&word)))
}

/// The searchable texts of a row in lower case.
struct Row {
    number: String,
    title: String,
    client: String,
    location: String,
    assignee: String,
}

fn texts(row: &BoardRow) -> Row {
    let row = &row.row;
    let lower = |text: Option<&str>| text.unwrap_or_default().to_lowercase();
    Row {
        number: lower(Some(&row.number)),
        title: lower(Some(&row.title)),
        client: lower(row.client.as_deref()),
        location: lower(row.location.as_deref()),
        assignee: lower(row.assignee.as_deref()),
    }
}

fn number(row: &BoardRow) -> u32 {
    row.row.number.trim_start_matches("T-").parse().expect("numbers of this test")
}

fn by_column(sort: Sort, one: &BoardRow, other: &BoardRow) -> std::cmp::Ordering {
    fn turned<T: Ord>(descending: bool, one: Option<T>, other: Option<T>) -> std::cmp::Ordering {
        match (one, other) {
            (None, None) => std::cmp::Ordering::Equal,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(_), None) => std::cmp::Ordering::Less,
            (Some(one), Some(other)) if descending => other.cmp(&one),
            (Some(one), Some(other)) => one.cmp(&other),
        }
    }
    let turn = sort.descending;
    let lower = |text: Option<&str>| text.map(str::to_lowercase);
    let (row, other_row) = (&one.row, &other.row);
    match sort.by {
        SortBy::Due => turned(turn, row.due, other_row.due),
        SortBy::Number => turned(turn, Some(number(one)), Some(number(other))),
        SortBy::Title => turned(turn, lower(Some(&row.title)), lower(Some(&other_row.title))),
        SortBy::Client => turned(turn, lower(row.client.as_deref()), lower(other_row.client.as_deref())),
        SortBy::Status => {
            let name = |label: &str| Some(label.to_lowercase()).filter(|label| !label.is_empty());
            turned(turn, name(&row.status.label), name(&other_row.status.label))
        }
        SortBy::Priority => turned(turn, Some(row.severity), Some(other_row.severity)),
        SortBy::Assignee => {
            turned(turn, lower(row.assignee.as_deref()), lower(other_row.assignee.as_deref()))
        }
    }
}

/// Does one thing to both boards.
fn run(op: Op, board: &mut Board, model: &mut Model) {
    match op {
        Op::Put(row) => {
            model.rows.insert(row.row.ticket.clone(), (*row).clone());
            board.put(*row);
        }
        Op::Remove(ticket) => {
            model.rows.remove(&ticket);
            board.remove(&ticket);
        }
        Op::Tick(now) => {
            model.now = now;
            board.tick(now);
        }
        Op::Open(place, query) => {
            board.open_view(place.0.clone(), place.1.clone(), query.clone());
            let new = Watched { query: query.clone(), first: 0, count: 0, screen: Screen::default() };
            model.views.entry(place).or_insert(new).query = query;
        }
        Op::Show((window, view), first, count) => {
            board.show_lines(&window, &view, first, count);
            if let Some(watched) = model.views.get_mut(&(window, view)) {
                (watched.first, watched.count) = (first, count);
            }
        }
        Op::Close(place) => {
            board.close_view(&place.0, &place.1);
            model.views.remove(&place);
        }
        Op::CloseWindow(window) => {
            board.close_window(&window);
            model.views.retain(|(of, _), _| *of != window);
        }
        Op::Flush => flush(board, model),
    }
}

/// Hands every window its news, and compares what it then holds with the model.
fn flush(board: &mut Board, model: &mut Model) {
    let mut effects = Vec::new();
    board.flush(&mut effects);
    let mut told = Vec::new();
    for effect in effects {
        let (window, view, rev, change) = painted(effect);
        let place = (window, view);
        assert!(!told.contains(&place), "two updates of one view in one flush");
        model.views.get_mut(&place).expect("an open view").screen.apply(rev, change);
        told.push(place);
    }
    for watched in model.views.values() {
        let all = model.lines(&watched.query);
        let (first, count) = (watched.first as usize, watched.count as usize);
        let wanted: BTreeMap<u32, Line> = (0..).zip(all.iter().cloned()).skip(first).take(count).collect();
        assert_eq!(watched.screen.lines, wanted, "{:?}", watched.query);
        assert_eq!(watched.screen.total as usize, all.len(), "{:?}", watched.query);
    }
    let mut rest = Vec::new();
    board.flush(&mut rest);
    assert!(rest.is_empty(), "nothing happened since the last flush");
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => board_row().prop_map(|row| Op::Put(Box::new(row))),
        2 => ticket().prop_map(|ticket| Op::Remove(ticket.as_str().into())),
        2 => instant().prop_map(Op::Tick),
        2 => (place(), query()).prop_map(|(place, query)| Op::Open(place, query)),
        2 => (place(), 0..30_u32, 0..12_u32).prop_map(|(place, first, count)| Op::Show(place, first, count)),
        1 => place().prop_map(Op::Close),
        1 => place().prop_map(|(window, _)| Op::CloseWindow(window)),
        4 => Just(Op::Flush),
    ]
}

fn place() -> impl Strategy<Value = Place> {
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
    let people = (option::of(text()), option::of(text()), option::of(text()));
    let board = option::of(select(vec!["field", "office"]));
    let due = option::of(instant());
    (ticket(), text(), status_name, severity, people, board, due, any::<bool>()).prop_map(
        |(number, title, status_name, severity, (client, location, assignee), board, due, closed)| {
            row_with(&number, |row| {
                row.row.title = title.into();
                row.row.client = client.map(Into::into);
                row.row.location = location.map(Into::into);
                row.row.assignee = assignee.map(str::to_owned);
                row.row.status = status(status_name);
                row.row.severity = severity;
                row.row.due = due;
                row.board = board.map(Into::into);
                row.closed = closed;
            })
        },
    )
}

fn query() -> impl Strategy<Value = BoardQuery> {
    let search = select(vec!["", "", "", "print", "ÖL", "t-1 er"]);
    let board = option::weighted(0.2, select(vec!["field", "office"]));
    let open = select(vec![OpenFilter::Open, OpenFilter::Closed, OpenFilter::All, OpenFilter::All]);
    let by = select(vec![
        SortBy::Due,
        SortBy::Number,
        SortBy::Title,
        SortBy::Client,
        SortBy::Status,
        SortBy::Priority,
        SortBy::Assignee,
    ]);
    let group = select(vec![Grouping::None, Grouping::Due, Grouping::Status]);
    (search, board, open, by, any::<bool>(), group).prop_map(
        |(search, board, open, by, descending, group)| {
            let board = board.map(str::to_owned);
            BoardQuery { search: search.to_owned(), board, open, sort: Sort { by, descending }, group }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// CO-2, CO-9, CO-10.
    #[test]
    fn what_windows_hold_is_what_a_board_from_scratch_would_show(ops in vec(op(), 1..80)) {
        let (mut board, mut model) = (Board::new(), Model::default());
        for op in ops {
            run(op, &mut board, &mut model);
            prop_assert_eq!(board.next_boundary(model.now), model.next_boundary());
            prop_assert_eq!(board.visible(), model.visible());
            prop_assert_eq!(board.counts(), model.counts());
        }
        flush(&mut board, &mut model);
    }
}
