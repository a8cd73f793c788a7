//! A simulated colleague: a whole console without a window, and a simple mind that looks, edits, hands work over, and
//! goes where the person is, so that there is somebody to meet and to clash with (CO-1).
//!
//! **Invariant:** it knows and does only what a colleague at a desk could; the same luck is the same day at work.

use std::time::Duration;

use callboard_desk::bridge::{
    BoardChange, BoardQuery, Choice, Command, Field, FieldView, Line, Row, TicketId, TicketView, Update,
    Value, ViewId,
};
use callboard_desk::session::effect::WindowId;
use callboard_link::{Config, Console};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

/// How long between two things that it does.
const PACE: Duration = Duration::from_secs(4);

/// How many lines of the board it has before it.
const LINES: u32 = 30;

/// Updates that wait for it. Beyond that one is lost, as on somebody who is not looking; the next tells the same anew.
const UPDATES_WAITING_MAX: usize = 256;

/// By this a simulated person is known.
pub(super) const MARK: &str = "(simulated)";

/// Plays until the stop.
pub(super) async fn play(config: Config, place: usize, stop: CancellationToken) {
    let (tell, mut told) = mpsc::channel(UPDATES_WAITING_MAX);
    let paint = move |_: WindowId, update| {
        // What does not fit is lost on it.
        let _ = tell.try_send(update);
    };
    let console = match Console::start(config, paint, |_| {}) {
        Ok(console) => console,
        Err(error) => return error!(%error, "a simulated colleague stays at home"),
    };
    let mut mind = Mind::new(place);
    let offset = PACE.mul_f64(0.5 * place as f64);
    let mut pace = interval_at(Instant::now() + PACE + offset, PACE);
    let mut todo = Mind::arrives();
    loop {
        for command in todo.drain(..) {
            debug!(place, "a simulated colleague does something");
            if console.command(window(), command).await.is_err() {
                return;
            }
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            update = told.recv() => update.into_iter().for_each(|update| mind.take(update)),
            _ = pace.tick() => todo = mind.next(),
        }
    }
    console.stop().await;
}

fn window() -> WindowId {
    WindowId("desk".into())
}

fn view() -> ViewId {
    ViewId("desk".into())
}

/// What it is about to do.
#[derive(Debug, Default)]
enum Plan {
    /// Choose a ticket.
    #[default]
    Choose,
    /// Choose a field of the ticket that is open.
    Begin(TicketId),
    /// Choose a value for it.
    Commit(TicketId, Field),
    /// Leave.
    Leave(TicketId),
}

/// What it sees, and what it is about.
#[derive(Debug)]
struct Mind {
    rows: Vec<Row>,
    ticket: Option<TicketView>,
    plan: Plan,
    /// Which of them it is.
    place: usize,
    /// Counts what it has done; stands for luck.
    turn: usize,
    /// Counts the tickets that it went to.
    visits: usize,
    /// Where it last saw the person, until it went there.
    met: Option<TicketId>,
}

/// Of so many visits one hands the ticket to the person.
const GIVES_EVERY: usize = 4;

impl Mind {
    /// Two of them begin at different ends.
    fn new(place: usize) -> Self {
        Self {
            rows: Vec::new(),
            ticket: None,
            plan: Plan::Choose,
            place,
            turn: 3 + 7 * place,
            visits: 0,
            met: None,
        }
    }

    /// What it does in the morning.
    fn arrives() -> Vec<Command> {
        let lines = Command::ShowLines { view: view(), first: 0, count: LINES };
        vec![Command::Hello, Command::OpenView { view: view(), query: BoardQuery::default() }, lines]
    }

    fn take(&mut self, update: Update) {
        match update {
            Update::Board { change: BoardChange::Reset { lines, .. }, .. } => {
                self.rows = lines
                    .into_iter()
                    .filter_map(|line| match line {
                        Line::Ticket(row) => Some(row),
                        Line::Heading { .. } => None,
                    })
                    .collect();
            }
            Update::Ticket(view) => self.ticket = Some(view),
            _ => {}
        }
    }

    /// The next thing that it does.
    fn next(&mut self) -> Vec<Command> {
        self.turn += 1;
        match std::mem::take(&mut self.plan) {
            Plan::Choose => {
                // Looked at anew each time: other rows may be before it now, with other people in them.
                let look = Command::ShowLines { view: view(), first: 0, count: LINES };
                let Some(ticket) = self.destination() else { return vec![look] };
                self.visits += 1;
                self.ticket = None;
                self.plan = Plan::Begin(ticket.clone());
                vec![look, Command::OpenTicket { ticket }]
            }
            Plan::Begin(ticket) => match self.field() {
                Some(field) => {
                    self.plan = Plan::Commit(ticket.clone(), field);
                    vec![Command::BeginEdit { ticket, field }]
                }
                None => self.leave(ticket),
            },
            Plan::Commit(ticket, field) => match self.value(field) {
                Some(value) => {
                    self.plan = Plan::Leave(ticket.clone());
                    vec![Command::Edit { ticket, field, value }]
                }
                None => self.leave(ticket),
            },
            Plan::Leave(ticket) => self.leave(ticket),
        }
    }

    fn leave(&mut self, ticket: TicketId) -> Vec<Command> {
        self.plan = Plan::Choose;
        vec![Command::CloseTicket { ticket }]
    }

    /// Where the person is, or was when they were last seen: the first of them always, so that somebody is met soon, the
    /// other every other time. Else wherever.
    fn destination(&mut self) -> Option<TicketId> {
        let has_person = |row: &&Row| row.faces.iter().any(|face| !face.name.ends_with(MARK));
        let is_sociable = self.place == 0 || self.visits.is_multiple_of(2);
        if let Some(row) = self.rows.iter().find(has_person) {
            self.met = Some(row.ticket.clone());
        }
        let visit = if is_sociable { self.met.take() } else { None };
        let any = || self.rows.get(self.turn * 5 % self.rows.len().max(1)).map(|row| row.ticket.clone());
        visit.or_else(any)
    }

    /// Whether this visit is to hand the ticket over.
    fn gives(&self) -> bool {
        self.place == 1 && self.visits % GIVES_EVERY == GIVES_EVERY / 2
    }

    /// The field in which the person is, else the priority.
    fn field(&self) -> Option<Field> {
        if self.gives() {
            return Some(Field::Assignee);
        }
        let fields =
            || self.ticket.iter().flat_map(|view| &view.fields).filter(|field| field.choices.is_some());
        let has_person = |field: &&FieldView| field.editors.iter().any(|face| !face.name.ends_with(MARK));
        let plain = || fields().find(|field| field.field == Field::Priority);
        fields().find(has_person).or_else(plain).map(|field| field.field)
    }

    /// Something else than there is.
    fn value(&self, field: Field) -> Option<Value> {
        let view = self.ticket.iter().flat_map(|view| &view.fields).find(|view| view.field == field)?;
        self.among(view.choices.as_deref()?, &view.shown.value)
    }

    fn among(&self, choices: &[Choice], now: &Value) -> Option<Value> {
        // Whoever is not simulated is the person.
        let is_person = |choice: &Choice| choice.value != Value::Empty && !choice.label.ends_with(MARK);
        let may = |choice: &&Choice| choice.value != *now && (!self.gives() || is_person(choice));
        let others: Vec<&Choice> = choices.iter().filter(may).collect();
        others.get(self.turn % others.len().max(1)).map(|choice| choice.value.clone())
    }
}

#[cfg(test)]
mod tests {
    use callboard_desk::bridge::{Face, FaceState, Severity, Slack, Unsent};

    use super::*;

    fn face(name: &str) -> Face {
        let text = |text: &str| text.to_owned();
        let (user, initials, color) = (text("u"), text("N"), text("#000000"));
        Face { user, name: text(name), initials, color, editing: None, state: FaceState::Here, since: 0 }
    }

    fn row(ticket: &str, faces: Vec<Face>) -> Line {
        let status =
            Choice { value: Value::from("open"), label: "Open".to_owned(), tone: None, severity: None };
        Line::Ticket(Row {
            ticket: ticket.into(),
            number: "T-1".into(),
            title: "Printer".into(),
            client: None,
            location: None,
            status,
            severity: Severity::Normal,
            assignee: None,
            team: None,
            category: None,
            entered: None,
            updated: None,
            due: None,
            slack: Slack::Untimed,
            faces,
            unsent: Unsent::Nothing,
            lit: Vec::new(),
        })
    }

    fn board(lines: Vec<Line>) -> Update {
        let change = BoardChange::Reset { total: lines.len() as u32, first: 0, lines };
        Update::Board { view: view(), rev: 1, change }
    }

    fn opened(commands: &[Command]) -> Option<&TicketId> {
        commands.iter().find_map(|command| match command {
            Command::OpenTicket { ticket } => Some(ticket),
            _ => None,
        })
    }

    /// CO-1: whoever has just lost the network is still met, on the ticket where they were.
    #[test]
    fn it_goes_once_where_the_person_was_last_seen() {
        let mut mind = Mind::new(0);
        mind.take(board(vec![row("a", vec![face("Nora Berg")]), row("b", vec![])]));
        assert_eq!(mind.destination(), Some("a".into()));
        mind.take(board(vec![row("a", vec![face("Nora Berg")]), row("b", vec![])]));
        mind.turn = 5;
        mind.met = Some("a".into());
        mind.take(board(vec![row("b", vec![]), row("a", vec![])]));
        assert_eq!(mind.destination(), Some("a".into()), "they were there a moment ago");
        mind.turn = 2;
        assert_eq!(mind.destination(), Some("b".into()), "they are not waited for");
    }

    /// CO-1
    #[test]
    fn now_and_then_it_hands_a_ticket_to_the_person() {
        let mut mind = Mind { visits: GIVES_EVERY / 2, ..Mind::new(1) };
        assert_eq!(mind.field(), Some(Field::Assignee));
        let choice =
            |value: Value, label: &str| Choice { value, label: label.to_owned(), tone: None, severity: None };
        let simulated = choice(Value::from("u2"), &format!("Alex Rivera {MARK}"));
        let choices = vec![choice(Value::Empty, "Nobody"), simulated, choice(Value::from("u1"), "Nora Berg")];
        assert_eq!(mind.among(&choices, &Value::Empty), Some(Value::from("u1")));
        assert_eq!(mind.among(&choices, &Value::from("u1")), None, "it is hers already");
        mind.visits += 1;
        assert_ne!(mind.field(), Some(Field::Assignee));
    }

    /// CO-1
    #[test]
    fn it_goes_where_the_person_is_and_not_after_another_simulated_one() {
        let mut mind = Mind::new(0);
        assert_eq!(opened(&mind.next()), None, "an empty board leads nowhere");
        let simulated = format!("Alex Rivera {MARK}");
        let lines = ["a", "b", "c"].map(|ticket| row(ticket, vec![face(&simulated)]));
        mind.take(board(lines.into_iter().chain([row("d", vec![face("Nora Berg")])]).collect()));
        let mut visited = Vec::new();
        for _ in 0..12 {
            visited.extend(opened(&mind.next()).cloned());
        }
        assert!(visited.contains(&"d".into()), "{visited:?}");
        // A ticket that it cannot read is left again.
        assert!(visited.len() > 3, "{visited:?}");
        let simulated_ones = ["a", "b", "c"].map(TicketId::from);
        let mut other = Mind::new(1);
        let lines = ["a", "b", "c"].map(|ticket| row(ticket, vec![face(&simulated)]));
        other.take(board(lines.into_iter().chain([row("d", vec![face("Nora Berg")])]).collect()));
        let went: Vec<TicketId> = (0..12).filter_map(|_| opened(&other.next()).cloned()).collect();
        assert!(went.contains(&"d".into()), "{went:?}");
        assert!(
            went.iter().any(|ticket| simulated_ones.contains(ticket)),
            "it has work of its own: {went:?}"
        );
    }
}
