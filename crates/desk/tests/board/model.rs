//! The simplest board that could be right: filtered, sorted and cut from scratch whenever it is looked at, and slow.
//!
//! **Invariant:** it shares no code with the board that it is compared with.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use callboard_desk::board::{BoardRow, SETTLES_EVERY};
use callboard_desk::bridge::{
    BoardQuery, Chip, ChoosingBy, Counts, Grouping, Heading, Line, OpenFilter, Row, Severity, Slack, Sort,
    SortBy,
};
use callboard_model::TicketId;

use crate::any::Place;
use crate::rows::HOUR;
use crate::window::Screen;

/// Under which heading a row belongs.
type Rank = (u8, String, String);

/// All rows, and what its windows were told by the real one.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) rows: BTreeMap<TicketId, BoardRow>,
    pub(crate) now: i64,
    pub(crate) uptime: Duration,
    pub(crate) views: BTreeMap<Place, Watched>,
}

/// A view, and what its window holds of it.
pub(crate) struct Watched {
    pub(crate) query: BoardQuery,
    pub(crate) first: u32,
    pub(crate) count: u32,
    pub(crate) screen: Screen,
    /// Tickets, waiting, held, as the window was told.
    pub(crate) summary: Option<(u32, u32, bool)>,
    pub(crate) hands: BTreeSet<ChoosingBy>,
    pub(crate) cools: bool,
    pub(crate) settled_at: Option<Duration>,
    /// The order that stands still.
    pub(crate) frozen: Option<Vec<Frozen>>,
}

/// A row of an order that stands still.
#[derive(Clone)]
pub(crate) struct Frozen {
    rank: Rank,
    /// As it was when it began.
    pub(crate) then: BoardRow,
    /// As it was last seen, where it left the board.
    pub(crate) last: Option<Row>,
}

impl Model {
    /// The rows of a view in their order, from scratch, each with what it is under.
    pub(crate) fn order(&self, query: &BoardQuery) -> Vec<(Rank, BoardRow)> {
        let admitted = self.rows.values().filter(|row| self.admits(query, row)).cloned();
        let mut rows: Vec<_> = admitted.map(|row| (self.rank(query.group, &row), row)).collect();
        // Stable, so the last sort weighs most.
        rows.sort_by_key(|(_, row)| number(row));
        rows.sort_by(|(_, one), (_, other)| by_column(query.sort, one, other));
        rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        rows
    }

    fn rank(&self, group: Grouping, row: &BoardRow) -> Rank {
        let named = |label: &str| (u8::from(label.is_empty()), label.to_lowercase(), label.to_owned());
        let ranked = |rank: u8| (rank, String::new(), String::new());
        match group {
            Grouping::None => ranked(0),
            Grouping::Due => ranked(self.slack(row) as u8),
            Grouping::Priority => ranked(row.row.severity as u8),
            Grouping::Status => named(&row.row.status.label),
            Grouping::Assignee => named(row.row.assignee.as_deref().unwrap_or_default()),
            Grouping::Client => named(row.row.client.as_deref().unwrap_or_default()),
            Grouping::Team => named(row.row.team.as_deref().unwrap_or_default()),
        }
    }

    pub(crate) fn freeze(&self, query: &BoardQuery) -> Vec<Frozen> {
        self.order(query).into_iter().map(|(rank, then)| Frozen { rank, then, last: None }).collect()
    }

    /// All lines of a view.
    pub(crate) fn lines(&self, watched: &Watched) -> Vec<Line> {
        let group = watched.query.group;
        let placed: Vec<(Rank, Row, Option<Heading>)> = match &watched.frozen {
            None => {
                let order = self.order(&watched.query).into_iter();
                order
                    .map(|(rank, row)| {
                        let heading = self.heading(group, &row);
                        (rank, self.drawn(&row), heading)
                    })
                    .collect()
            }
            Some(frozen) => {
                let rows = frozen.iter().map(|row| {
                    let now = self.rows.get(&row.then.row.ticket).map(|row| self.drawn(row));
                    let heading = heading_of(group, &row.rank, &row.then);
                    (row.rank.clone(), now.or_else(|| row.last.clone()).expect("it was seen"), heading)
                });
                rows.collect()
            }
        };
        let mut lines = Vec::new();
        for of_group in placed.chunk_by(|(one, ..), (other, ..)| one == other) {
            let count = u32::try_from(of_group.len()).expect("a small board");
            let heading = of_group.first().and_then(|(.., heading)| heading.clone());
            lines.extend(heading.map(|heading| Line::Heading { heading, count }));
            lines.extend(of_group.iter().map(|(_, row, _)| Line::Ticket(row.clone())));
        }
        lines
    }

    fn heading(&self, group: Grouping, row: &BoardRow) -> Option<Heading> {
        heading_of(group, &self.rank(group, row), row)
    }

    pub(crate) fn drawn(&self, row: &BoardRow) -> Row {
        Row { slack: self.slack(row), ..row.row.clone() }
    }

    /// Tickets that belong elsewhere than where they stand, by what they are sorted by.
    pub(crate) fn moves(&self, watched: &Watched) -> BTreeSet<TicketId> {
        let Some(frozen) = &watched.frozen else { return BTreeSet::new() };
        let fresh = self.order(&watched.query);
        let ticket = |row: &BoardRow| row.row.ticket.clone();
        let now: BTreeMap<_, _> = fresh.iter().map(|(rank, row)| (ticket(row), (rank, row))).collect();
        let then: BTreeMap<_, _> =
            frozen.iter().map(|row| (ticket(&row.then), (&row.rank, &row.then))).collect();
        let all = now.keys().chain(then.keys());
        let stays = |ticket: &TicketId| match (then.get(ticket), now.get(ticket)) {
            (Some((old_rank, old)), Some((rank, new))) => {
                old_rank == rank && by_column(watched.query.sort, old, new).is_eq()
            }
            _ => false,
        };
        all.filter(|ticket| !stays(ticket)).cloned().collect()
    }

    /// How many of them a person would see come, go or stand elsewhere: of what is in both orders as much as possible
    /// stays, and first of all what did not change.
    pub(crate) fn waiting(&self, watched: &Watched) -> usize {
        const ABOVE_ALL: usize = 1_000;
        let Some(frozen) = &watched.frozen else { return 0 };
        let moves = self.moves(watched);
        let old: Vec<_> = frozen.iter().map(|row| (row.rank.clone(), row.then.row.ticket.clone())).collect();
        let fresh = self.order(&watched.query).into_iter();
        let new: Vec<_> = fresh.map(|(rank, row)| (rank, row.row.ticket)).collect();
        let mut best = vec![vec![0; new.len() + 1]; old.len() + 1];
        for (i, one) in old.iter().enumerate() {
            for (j, other) in new.iter().enumerate() {
                let weight = if moves.contains(&one.1) { 1 } else { ABOVE_ALL };
                let both = if one == other { best[i][j] + weight } else { 0 };
                best[i + 1][j + 1] = both.max(best[i][j + 1]).max(best[i + 1][j]);
            }
        }
        moves.len() - best[old.len()][new.len()] % ABOVE_ALL
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
    pub(crate) fn next_boundary(&self) -> Option<i64> {
        let open = self.rows.values().filter(|row| !row.closed);
        let instants = open.filter_map(|row| row.row.due).flat_map(|due| [due, due - HOUR, due - 24 * HOUR]);
        instants.filter(|instant| *instant > self.now).min()
    }

    pub(crate) fn counts(&self) -> Counts {
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

    pub(crate) fn visible(&self) -> Vec<TicketId> {
        let mut seen = Vec::new();
        for watched in self.views.values().filter(|watched| watched.count > 0) {
            let first = watched.first.saturating_sub(20) as usize;
            let beyond = (watched.first + watched.count + 20) as usize;
            for line in self.lines(watched).drain(..).take(beyond).skip(first) {
                if let Line::Ticket(row) = line
                    && !seen.contains(&row.ticket)
                {
                    seen.push(row.ticket);
                }
            }
        }
        seen
    }

    pub(crate) fn settles_at(&self) -> Option<Duration> {
        let cooling = self.views.values().filter(|watched| watched.cools);
        cooling.map(|watched| watched.settled_at.map_or(Duration::ZERO, |at| at + SETTLES_EVERY)).min()
    }

    fn admits(&self, query: &BoardQuery, row: &BoardRow) -> bool {
        let open = match query.open {
            OpenFilter::Open => !row.closed,
            OpenFilter::Closed => row.closed,
            OpenFilter::All => true,
        };
        let texts = [
            Some(&*row.row.number),
            Some(&*row.row.title),
            row.row.client.as_deref(),
            row.row.location.as_deref(),
            row.row.assignee.as_deref(),
        ];
        let texts = texts.map(|text| text.unwrap_or_default().to_lowercase());
        let mut words = query.search.split(' ').map(str::to_lowercase);
        let content = |kind: &str| {
            let mut of_kind = query.chips.iter().filter(|chip| kind_of(chip) == kind).peekable();
            of_kind.peek().is_none() || of_kind.any(|chip| self.fits(chip, row))
        };
        open && ["status", "assignee", "board", "due", "work", "watched"].into_iter().all(content)
            && words.all(|word| texts.iter().any(|text| text.contains(&word)))
    }

    fn fits(&self, chip: &Chip, row: &BoardRow) -> bool {
        match chip {
            Chip::Status(value) => row.row.status.value == *value,
            Chip::Assignee(value) => row.facts.assignee == *value,
            Chip::Mine => row.facts.is_mine,
            Chip::Board(value) => row.facts.board == *value,
            Chip::Due(slack) => self.slack(row) == *slack,
            Chip::Work(unsent) => row.row.unsent == *unsent,
            Chip::Watched => row.facts.is_watched,
            other => panic!("no chip of this test: {other:?}"),
        }
    }
}

fn kind_of(chip: &Chip) -> &'static str {
    match chip {
        Chip::Status(_) => "status",
        Chip::Assignee(_) | Chip::Mine => "assignee",
        Chip::Board(_) => "board",
        Chip::Due(_) => "due",
        Chip::Work(_) => "work",
        _ => "watched",
    }
}

/// What stands above rows of that rank, of which `row` is one.
fn heading_of(group: Grouping, rank: &Rank, row: &BoardRow) -> Option<Heading> {
    let name = (!rank.2.is_empty()).then(|| rank.2.clone());
    match group {
        Grouping::None => None,
        Grouping::Due => {
            let all = [Slack::Breached, Slack::Hour, Slack::Today, Slack::Later, Slack::Untimed];
            all.into_iter().find(|slack| *slack as u8 == rank.0).map(Heading::Due)
        }
        Grouping::Priority => Some(Heading::Priority(row.row.severity)),
        Grouping::Status => Some(Heading::Status(name)),
        Grouping::Assignee => Some(Heading::Assignee(name)),
        Grouping::Client => Some(Heading::Client(name)),
        Grouping::Team => Some(Heading::Team(name)),
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
        SortBy::Age => turned(!turn, row.entered, other_row.entered),
        SortBy::Updated => turned(turn, row.updated, other_row.updated),
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
