//! What holds whatever happens, in whatever order.

use std::collections::BTreeSet;

use crate::support::{Net, World};
use callboard_desk::bridge::{Command, FieldState};
use callboard_model::{Field, TicketId};
use proptest::prelude::*;

const TICKETS: [&str; 2] = ["t1", "t2"];
const FIELDS: [Field; 4] = [Field::Title, Field::Status, Field::Board, Field::Assignee];

#[derive(Clone, Copy, Debug)]
enum Act {
    Begin,
    End,
    Draft,
    DropDraft,
    Edit,
    EditBack,
    Keep,
    Take,
    Third,
    Undo,
    Many,
    Say,
    Unsay,
    Retry,
    Drop,
    Bob,
    BobAgrees,
    Pass(u16),
    Net(u8),
    Deliver(u8),
    Fall,
    Rise,
    Full(bool),
    Slow(bool),
    Refuse(bool),
    Kill,
}

fn act() -> impl Strategy<Value = (Act, usize, usize)> {
    let act = prop_oneof![
        2 => Just(Act::Begin),
        1 => Just(Act::End),
        2 => Just(Act::Draft),
        1 => Just(Act::DropDraft),
        6 => Just(Act::Edit),
        1 => Just(Act::EditBack),
        3 => Just(Act::Keep),
        2 => Just(Act::Take),
        1 => Just(Act::Third),
        2 => Just(Act::Undo),
        1 => Just(Act::Many),
        2 => Just(Act::Say),
        1 => Just(Act::Unsay),
        1 => Just(Act::Retry),
        1 => Just(Act::Drop),
        6 => Just(Act::Bob),
        1 => Just(Act::BobAgrees),
        4 => (0..3_000_u16).prop_map(Act::Pass),
        3 => (0..4_u8).prop_map(Act::Net),
        4 => any::<u8>().prop_map(Act::Deliver),
        1 => Just(Act::Fall),
        1 => Just(Act::Rise),
        1 => any::<bool>().prop_map(Act::Full),
        1 => any::<bool>().prop_map(Act::Slow),
        1 => any::<bool>().prop_map(Act::Refuse),
        1 => Just(Act::Kill),
    ];
    (act, 0..TICKETS.len(), 0..FIELDS.len())
}

struct Story {
    world: World,
    words: u32,
    unsaid: BTreeSet<String>,
}

impl Story {
    fn word(&mut self, who: &str) -> String {
        self.words += 1;
        format!("{who}{}", self.words)
    }

    fn happen(&mut self, act: Act, ticket: &str, field: Field) {
        let named = |command: fn(TicketId, Field) -> Command| command(ticket.into(), field);
        match act {
            Act::Begin => self.world.begin(ticket, field),
            Act::End => self.world.end(ticket, field),
            Act::Draft => {
                let word = self.word("draft");
                self.world.draft(ticket, field, &word);
            }
            Act::DropDraft => self.world.say(named(|ticket, field| Command::DropDraft { ticket, field })),
            Act::Edit => {
                let word = self.word("mine");
                self.world.edit(ticket, field, &word);
            }
            Act::EditBack => {
                let value = self.world.server.value(ticket, field).to_string();
                self.world.edit(ticket, field, &value);
            }
            Act::Keep | Act::Take | Act::Third | Act::Undo => self.decide(act, ticket, field),
            Act::Say => {
                let word = self.word("said");
                self.world.comment(ticket, &word);
            }
            Act::Unsay => self.unsay(ticket),
            Act::Many => {
                let word = self.word("mine");
                self.world.change_many(&TICKETS, field, &word);
            }
            Act::Retry => {
                self.world.agree(ticket, field);
                self.world.say(named(|ticket, field| Command::RetryEdit { ticket, field }));
            }
            Act::Drop => self.world.say(named(|ticket, field| Command::DropEdit { ticket, field })),
            Act::Bob => {
                let word = self.word("bob");
                self.world.bob(ticket, field, &word);
            }
            Act::BobAgrees => {
                let kept = self
                    .world
                    .disk
                    .values()
                    .find(|edit| edit.ticket.as_str() == ticket && edit.field == field);
                if let Some(mine) = kept.map(|edit| edit.mine.to_string()) {
                    self.world.bob(ticket, field, &mine);
                }
            }
            Act::Pass(ms) => self.world.pass(ms.into()),
            Act::Net(0) => self.world.deliver_all(),
            Act::Net(1) => self.world.net = Net::Held,
            Act::Net(2) => self.world.net = Net::Down,
            Act::Net(_) => self.world.net = Net::Mute,
            Act::Deliver(place) if !self.world.held.is_empty() => {
                let place = usize::from(place) % self.world.held.len();
                self.world.deliver(place);
            }
            Act::Deliver(_) => {}
            Act::Fall => self.world.socket_falls(),
            Act::Rise => {
                self.world.socket_works = true;
                self.world.say(Command::RetryLink);
            }
            Act::Full(full) => self.world.disk_is_full = full,
            Act::Slow(true) => self.world.disk_is_slow = true,
            Act::Slow(false) => self.world.disk_catches_up(),
            Act::Refuse(refuse) => self.world.server.refusal = refuse.then_some("No."),
            Act::Kill => {
                self.world.restart();
                TICKETS.into_iter().for_each(|ticket| self.world.open(ticket));
            }
        }
    }

    fn unsay(&mut self, ticket: &str) {
        let talk = self.world.talks.get(&ticket.into());
        if let Some(one) = talk.and_then(|talk| talk.pending.first()).cloned() {
            self.world.say(Command::DropComment { saying: one.saying });
            self.unsaid.insert(one.text.to_string());
        }
    }

    /// CO-12: whatever was shown as safe is said, once, unless it was discarded; then once at most.
    fn everything_was_said_once(&mut self) {
        self.world.say_all_again();
        self.world.pass(10_000);
        for ticket in TICKETS {
            let mut said = self.world.said(ticket);
            said.sort_unstable();
            assert!(said.is_sorted_by(|a, b| a < b), "said twice: {said:?}");
            let safe = self.world.safe_words.iter().filter(|(id, _)| id.as_str() == ticket);
            let missing = safe
                .map(|(_, word)| word)
                .find(|word| !said.contains(&word.as_str()) && !self.unsaid.contains(*word));
            assert_eq!(missing, None);
            assert!(self.world.talks[&ticket.into()].pending.is_empty());
        }
    }

    fn decide(&mut self, act: Act, ticket: &str, field: Field) {
        match act {
            Act::Keep => self.world.keep(ticket, field),
            Act::Take => self.world.take(ticket, field),
            Act::Third => {
                let word = self.word("mine");
                self.world.choose_other(ticket, field, &word);
            }
            _ => self.world.undo(),
        }
    }

    /// LT-13: never a silent overwrite. What a save replaced, the person had been shown when they committed, or it
    /// was their own.
    fn nothing_unseen_was_overwritten(&mut self) {
        for (ticket, field, value) in self.world.server.replaced.drain(..) {
            let is_ours =
                value.as_text().is_some_and(|text| text.starts_with("mine") || text.starts_with("draft"));
            let agreed = self.world.agreed.get(&(ticket.clone(), field));
            let is_known = is_ours || agreed.is_some_and(|seen| seen.contains(&value));
            assert!(is_known, "{field} of {ticket} was {value}, which nobody here had seen");
        }
    }

    /// Everything works again and every decision is taken: nothing is left, and what is shown is what is true.
    fn end_well(&mut self) {
        self.world.all_is_well();
        for ticket in TICKETS {
            for field in FIELDS {
                self.world.say(Command::DropDraft { ticket: ticket.into(), field });
                match self.world.state(ticket, field) {
                    FieldState::Conflict(_) if self.words.is_multiple_of(2) => self.world.keep(ticket, field),
                    FieldState::Conflict(_) => self.world.take(ticket, field),
                    FieldState::Refused { .. } => {
                        self.world.say(Command::DropEdit { ticket: ticket.into(), field });
                    }
                    _ => {}
                }
            }
        }
        self.everything_was_said_once();
        self.nothing_unseen_was_overwritten();
        assert!(self.world.disk.is_empty(), "left on disk: {:?}", self.world.disk);
        let counts = self.world.counts;
        assert_eq!((counts.queued, counts.needs_you), (0, 0));
        for ticket in TICKETS {
            for field in FIELDS {
                let truth = self.world.server.value(ticket, field);
                assert_eq!(self.world.field(ticket, field).shown.value, truth, "{field} of {ticket}");
            }
            let row = self.world.row(ticket).expect("the row is on screen");
            assert_eq!(*row.title, *self.world.server.tickets[&ticket.into()].title);
            assert_eq!(row.status.value, self.world.server.value(ticket, Field::Status));
        }
    }
}

/// Plays the acts, each on the ticket and field of that place, and then lets everything end well.
fn holds(acts: impl IntoIterator<Item = (Act, usize, usize)>) {
    let mut story = Story { world: World::started(3), words: 0, unsaid: BTreeSet::new() };
    story.world.open("t2");
    for (act, ticket, field) in acts {
        story.happen(act, TICKETS[ticket], FIELDS[field]);
        story.nothing_unseen_was_overwritten();
    }
    story.end_well();
}

/// Found by the random acts below: the save was applied and its answer lost while an older fetch was still under way,
/// whose answer then passed for the news.
#[test]
fn a_dropped_edit_that_was_applied_unheard_is_fetched_after_all() {
    holds([
        (Act::Net(1), 0, 0),
        (Act::Bob, 1, 0),
        (Act::Pass(200), 0, 0),
        (Act::Net(3), 0, 0),
        (Act::Edit, 1, 1),
        (Act::Drop, 1, 1),
    ]);
}

/// Found by the random acts below: an edit that had to be written down anew, on a disk that was full, was sent and
/// refused and written down again without end.
#[test]
fn an_edit_that_a_full_disk_cannot_write_down_anew_waits_for_the_person() {
    holds([
        (Act::Net(2), 0, 0),
        (Act::Edit, 0, 2),
        (Act::Slow(true), 0, 0),
        (Act::Net(0), 0, 0),
        (Act::Edit, 0, 2),
        (Act::Pass(769), 0, 0),
        (Act::Full(true), 0, 0),
        (Act::Kill, 0, 0),
    ]);
}

proptest! {
    // The same cases on every run, so that a failure belongs to the change that made it. To look for new ones, take
    // the seed out and set PROPTEST_CASES; what is found becomes a story above.
    #![proptest_config(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_261_121),
        ..ProptestConfig::default()
    })]

    /// CO-11 to CO-14, LT-13: random work, faults, deaths and answers out of order. Along the way the world itself
    /// asserts that every edit is stored once, forgotten once, and that no key is ever used for two bodies.
    #[test]
    fn nothing_is_lost_nothing_is_overwritten_unseen_and_everything_ends_true(
        acts in prop::collection::vec(act(), 1..80),
    ) {
        holds(acts);
    }
}
