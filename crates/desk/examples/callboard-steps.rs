//! What a session costs by itself: `cargo xtask bench desk` runs it and tells its figures.
//!
//! A session is fed the events that a runtime would feed it, and nothing waits for anything, so what is counted is its own
//! work. It prints one JSON object: how many events a second it takes with 10,000 tickets, and how long a view of 100,000
//! tickets takes to be filtered and sorted.
//!
//! **Invariant:** every figure is of work that was done: what a step should have said is looked at.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use callboard_desk::bridge::{BoardQuery, Command, Grouping, OpenFilter, Sort, SortBy, ViewId};
use callboard_desk::session::effect::{Request, RequestId, Timer, WindowId};
use callboard_desk::session::event::{Answer, Kept, LinkEvent, Lookups};
use callboard_desk::{Effect, Event, Moment, Session};
use callboard_model::rest::{Capabilities, LiveTokens, Me, Pagination};
use callboard_model::{Hint, Room, Ticket, Timestamp};
use jiff::tz::Offset;
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Tickets of which hints arrive.
const LIVE: u64 = 10_000;
/// Hints that are followed: each is a hint, a ring and an answer.
const HINTS: u64 = 20_000;
/// Tickets that are filtered and sorted.
const SORTED: u64 = 100_000;
/// How often; told is the median.
const SORTS: usize = 9;
/// Tickets on a page of the list.
const PAGE: u64 = 100;

/// A session and its world, in which everything is answered at once.
struct Desk {
    session: Session,
    at: Duration,
    start: Timestamp,
    effects: Vec<Effect>,
    tickets: u64,
    steps: u64,
}

impl Desk {
    /// A session that has read so many tickets and is live.
    fn with(tickets: u64) -> Outcome<Self> {
        let start = "2026-11-21T10:00:00Z".parse()?;
        let session = Session::new("steps".into());
        let mut desk = Self { session, at: Duration::ZERO, start, effects: Vec::new(), tickets, steps: 0 };
        desk.tell(Event::Started { outbox: Vec::new(), kept: Kept::default(), notes: Vec::new() });
        let mut next = 0;
        while next < desk.effects.len() {
            let effect = desk.effects[next].clone();
            next += 1;
            if let Effect::Ask(id, request) = effect {
                desk.answer(id, request)?;
            }
        }
        desk.effects.clear();
        Ok(desk)
    }

    fn tell(&mut self, event: Event) {
        self.at += Duration::from_micros(50);
        self.steps += 1;
        let wall = self.start + self.at;
        let now = Moment { uptime: self.at, wall, dice: self.steps.into(), local: Offset::UTC };
        self.session.step(now, event, &mut self.effects);
    }

    fn answer(&mut self, id: RequestId, request: Request) -> Outcome<()> {
        let answer = match &request {
            Request::Hello => Answer::Hello {
                me: Me {
                    user_id: "me".into(),
                    tenant: "t".into(),
                    display_name: "Nora Berg".into(),
                    avatar_url: None,
                    role: "dispatcher".into(),
                },
                capabilities: Some(Capabilities { seq: Some(0), ..Capabilities::default() }),
            },
            Request::Lookups => Answer::Lookups(Lookups::default()),
            Request::Tickets { page } => self.page(*page)?,
            Request::LiveTokens { .. } => Answer::LiveTokens(LiveTokens {
                tokens: [].into(),
                refused: [].into(),
                board_token: Some("token".into()),
                expires_at: self.start + Duration::from_secs(3_600),
            }),
            other => return Err(format!("{other:?} was not expected").into()),
        };
        self.tell(Event::Answered { id, request, outcome: Ok(answer), server_time: None });
        Ok(())
    }

    fn page(&self, page: u32) -> Outcome<Answer> {
        let pages = u32::try_from(self.tickets.div_ceil(PAGE))?;
        let first = u64::from(page - 1) * PAGE;
        let numbers = first..(first + PAGE).min(self.tickets);
        let tickets = numbers.map(|number| ticket(number, 1)).collect::<Outcome<_>>()?;
        let pagination = Pagination {
            page,
            limit: 100,
            total: u32::try_from(self.tickets)?,
            total_pages: pages,
            has_next: page < pages,
            has_prev: page > 1,
        };
        Ok(Answer::Tickets { tickets, pagination })
    }

    fn command(&mut self, command: Command) {
        self.tell(Event::Command { window: WindowId("main".into()), command });
    }

    /// Shows a view of which 40 lines are on screen.
    fn show(&mut self, query: BoardQuery) {
        let view = ViewId("all".into());
        self.command(Command::OpenView { view: view.clone(), query });
        self.command(Command::ShowLines { view, first: 0, count: 40 });
    }
}

fn ticket(number: u64, version: u64) -> Outcome<Ticket> {
    let client = (number * 7_919) % 211;
    Ok(serde_json::from_value(json!({
        "ticket_id": format!("{number:08}-0000-4000-8000-000000000000"),
        "ticket_number": format!("T-{number}"),
        "title": format!("Printer on floor {} makes noise {version}", (number * 31) % 97),
        "board_id": "desk", "client_id": format!("c{client}"), "client_name": format!("Client {client}"),
        "status_id": "new", "priority_id": format!("p{}", number % 4), "version": version,
        "due_date": format!("2026-11-{:02}T{:02}:00:00Z", 22 + number % 7, number % 24),
    }))?)
}

/// Hints of other people's changes, each followed to the end.
fn steps_per_second() -> Outcome<f64> {
    let mut desk = Desk::with(LIVE)?;
    desk.command(Command::Hello);
    desk.show(BoardQuery { group: Grouping::None, ..BoardQuery::default() });
    desk.tell(Event::Link(LinkEvent::Up));
    let board = Room::Board("t".into());
    desk.tell(Event::Link(LinkEvent::Joined(board.clone())));
    desk.effects.clear();
    let mut answers = Vec::with_capacity(usize::try_from(HINTS)?);
    for nth in 0..HINTS {
        let number = (nth * 7_919) % LIVE;
        let new = ticket(number, 2 + nth)?;
        let hint: Hint = serde_json::from_value(json!({
            "updatedFields": ["title"], "updatedBy": {"userId": "bob", "displayName": "Bob"},
            "updatedAt": "2026-11-21T10:00:00Z", "ticketId": new.ticket_id, "version": 2 + nth, "seq": nth + 1,
        }))?;
        answers.push((hint, new));
    }
    let (before, began) = (desk.steps, Instant::now());
    let mut asked = 0_u64;
    for (hint, new) in answers {
        let ticket = new.ticket_id.clone();
        desk.tell(Event::Link(LinkEvent::Hint(board.clone(), Box::new(hint))));
        desk.tell(Event::Rang(Timer::Refetch(ticket)));
        let request = desk.effects.iter().find_map(|effect| match effect {
            Effect::Ask(id, request @ Request::Ticket(_)) => Some((*id, request.clone())),
            _ => None,
        });
        let (id, request) = request.ok_or("a hint that nobody followed")?;
        asked += 1;
        let outcome = Ok(Answer::Ticket(Box::new(new)));
        desk.tell(Event::Answered { id, request, outcome, server_time: None });
        black_box(&desk.effects);
        desk.effects.clear();
    }
    let took = began.elapsed();
    if asked != HINTS {
        return Err("a hint was lost".into());
    }
    Ok((desk.steps - before) as f64 / took.as_secs_f64())
}

/// The median of how long a view takes that shows what was not shown before, in milliseconds.
fn view_ms(desk: &mut Desk, search: &str) -> Outcome<f64> {
    let mut times = Vec::with_capacity(SORTS);
    for nth in 0..SORTS {
        let by = [SortBy::Due, SortBy::Title, SortBy::Client][nth % 3];
        let query = BoardQuery {
            search: search.to_owned(),
            open: OpenFilter::All,
            sort: Sort { by, descending: nth % 2 == 1 },
            group: Grouping::None,
            ..BoardQuery::default()
        };
        let began = Instant::now();
        desk.show(query);
        times.push(began.elapsed());
        if !desk.effects.iter().any(|effect| matches!(effect, Effect::Paint(..))) {
            return Err("nothing was shown".into());
        }
        desk.effects.clear();
    }
    times.sort_unstable();
    Ok(times[SORTS / 2].as_secs_f64() * 1e3)
}

fn main() -> Outcome<()> {
    let steps = steps_per_second()?;
    let mut desk = Desk::with(SORTED)?;
    desk.command(Command::Hello);
    let sort = view_ms(&mut desk, "")?;
    let filter = view_ms(&mut desk, "floor 13 client 7")?;
    println!("{}", json!({"steps_per_second": steps, "sort_ms": sort, "filter_and_sort_ms": filter}));
    Ok(())
}
