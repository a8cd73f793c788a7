//! How the confirmed layer learns: a hint makes a ticket stale, an answer makes it true, a refusal takes it away.
//!
//! **Invariant:** nothing but an answer of the REST API reaches the confirmed layer, and local work is never touched
//! by it, only judged anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_model::{Field, Ticket, TicketId, Version};

use super::effect::{Effect, Keep, RequestId, Timer};
use super::event::{Answer, Failure};
use super::on_timer::LIT_FOR;
use super::turn::Turn;
use super::{Session, words};
use crate::alerts::news::Now;
use crate::bridge::{Notice, Update};
use crate::edits::is_newer;
use crate::edits::work::FieldWork;
use crate::known::{Applied, Author};
use crate::refresh::{GATHER, Rumour};

impl Session {
    /// Somebody says that a ticket changed.
    pub(super) fn heard(&mut self, turn: &mut Turn<'_>, ticket: &TicketId, rumour: &Rumour<'_>) {
        if self.is_news(ticket, rumour.version) && self.stale.hear(ticket, rumour) {
            turn.arm(Timer::Refetch(ticket.clone()), GATHER);
        }
    }

    /// Whether a version is one that we do not have.
    pub(super) fn is_news(&self, ticket: &TicketId, version: Option<Version>) -> bool {
        let ours = self.tickets.get(ticket).filter(|known| !known.is_lost);
        ours.is_none_or(|known| is_newer(version, known.ticket.version))
    }

    /// A burst has been gathered, unless another answer was faster.
    pub(super) fn gathered(&mut self, ticket: &TicketId) {
        self.stale.overtaken(ticket, self.tickets.ticket(ticket).and_then(|ticket| ticket.version));
        if self.stale.is_stale(ticket) {
            self.stale.want(ticket);
        }
    }

    /// A fetch of one ticket was answered.
    pub(super) fn fetched(
        &mut self,
        turn: &mut Turn<'_>,
        asked: RequestId,
        id: &TicketId,
        outcome: Result<Answer, Failure>,
    ) {
        match outcome {
            // It was lost meanwhile, and this is how it stood before.
            Ok(Answer::Ticket(_)) if !self.stale.is_stale(id) && self.is_lost(id) => {}
            Ok(Answer::Ticket(ticket)) => {
                let version = ticket.version;
                self.was_read(id, asked);
                self.confirm(turn, asked, *ticket, None);
                if self.stale.fetched(id, version) {
                    turn.arm(Timer::Refetch(id.clone()), GATHER);
                }
            }
            Err(Failure::Forbidden | Failure::Gone) => self.lose(turn, id),
            Err(Failure::Unreachable | Failure::Broken | Failure::Busy(_) | Failure::SignedOut) => {
                self.stale.postpone(id);
            }
            Err(Failure::Refused { message, .. }) => self.unread(id, &message),
            Ok(_) | Err(Failure::Stale(_) | Failure::TooOld) => self.stale.drop(id),
        }
    }

    /// The server says how a ticket stands. `saved` is the field that we wrote ourselves to bring it there.
    pub(super) fn confirm(
        &mut self,
        turn: &mut Turn<'_>,
        asked: RequestId,
        ticket: Ticket,
        saved: Option<Field>,
    ) {
        let (id, version) = (ticket.ticket_id.clone(), ticket.version);
        if version.is_none() && self.floors.get(&id).is_some_and(|floor| asked < *floor) {
            return;
        }
        let gathered = self.stale.burst(&id).map(|burst| burst.fields.clone()).unwrap_or_default();
        let is_news = self.stale.is_heard(&id) || self.feed.load.is_some();
        let was_recalled = self.tickets.get(&id).is_some_and(|known| known.is_recalled);
        let applied = self.tickets.apply(ticket, self.clock.now_ms(turn.now.wall));
        self.unproven.remove(&id);
        if applied.is_some() {
            self.keep_ticket(turn, &id);
        }
        match applied {
            Some(Applied { old: Some(old), changed }) => {
                // A save that changed nothing is answered with what somebody else has just written.
                let is_only_ours =
                    saved.is_some() && follows(version, old.version) && self.is_written_by_us(&id);
                if is_only_ours && let Some(known) = self.tickets.get(&id) {
                    self.edits.carry(&old, &known.ticket);
                } else if !was_recalled {
                    // What changed while the program was away is no news of this moment.
                    let foreign = changed.into_iter().filter(|field| Some(*field) != saved);
                    let foreign = self.not_ours(&id, foreign.collect());
                    self.learnt_changes(turn, &old, &foreign, (&gathered, saved.is_some()));
                    self.followed(turn, &id, foreign, &gathered);
                }
            }
            Some(Applied { old: None, .. }) if is_news && self.feed.is_loaded => {
                self.learnt_ticket(turn, &id);
            }
            Some(_) | None => {}
        }
        self.stale.overtaken(&id, version);
        self.settle(turn, &id);
    }

    /// Whether the version that stands is of the person who is signed in.
    fn is_written_by_us(&self, id: &TicketId) -> bool {
        let writer = self.tickets.ticket(id).and_then(|ticket| ticket.updated_by.as_ref());
        self.me.as_ref().is_some_and(|me| writer == Some(&me.user_id))
    }

    /// Of fields that changed, those that do not hold what we chose: our own save may have come round by the fetch before
    /// its answer did.
    fn not_ours(&self, id: &TicketId, mut changed: Vec<Field>) -> Vec<Field> {
        let Some(ticket) = self.tickets.ticket(id) else { return changed };
        changed.retain(|field| {
            let now = ticket.value(*field);
            let work = self.edits.field(id, *field);
            !work.is_some_and(|work| work.edits.iter().any(|edit| edit.mine == now))
        });
        changed
    }

    /// Others changed these fields: light them up, remember who, and say so where the person has unsaved work.
    fn followed(
        &mut self,
        turn: &mut Turn<'_>,
        id: &TicketId,
        mut changed: Vec<Field>,
        gathered: &BTreeMap<Field, Author>,
    ) {
        let Some(known) = self.tickets.get_mut(id).filter(|_| !changed.is_empty()) else { return };
        let work = self.edits.of(id);
        let of_field = |field: &Field| work.and_then(|fields| fields.get(field));
        for field in &changed {
            known.saved.remove(field);
            match gathered.get(field) {
                Some(author) => known.authors.insert(*field, author.clone()),
                None => known.authors.remove(field),
            };
        }
        known.lit.extend(&changed);
        turn.arm(Timer::Dim(id.clone()), LIT_FOR);
        let has_unsaved =
            work.into_iter().flatten().any(|(_, work)| work.draft().is_some() || work.pending().is_some());
        changed.retain(|field| has_unsaved && of_field(field).is_none_or(FieldWork::is_idle));
        let number = known.ticket.ticket_number.clone();
        for (who, fields) in by_author(changed, gathered) {
            for window in self.windows.concerned(id) {
                let (ticket, number) = (id.clone(), number.clone());
                let (who, fields) = (who.to_string(), fields.clone());
                turn.paint(window, Update::Notice(Notice::Changed { ticket, number, who, fields }));
            }
        }
    }

    /// The server does not tell how the ticket stands. Edits that waited for it would wait without an end, so the person
    /// is told why and decides (CO-13).
    fn unread(&mut self, id: &TicketId, why: &Arc<str>) {
        self.stale.drop(id);
        if self.unproven.remove(id) | self.checks.remove(id).is_some() {
            self.edits.refuse_all(id, why);
            self.touched.insert(id.clone());
        }
    }

    /// Whether a ticket is known to be out of our sight.
    fn is_lost(&self, id: &TicketId) -> bool {
        self.tickets.get(id).is_some_and(|known| known.is_lost)
    }

    /// LT-19: the ticket can no longer be read. What was not saved is kept, refused and readable.
    pub(super) fn lose(&mut self, turn: &mut Turn<'_>, id: &TicketId) {
        self.stale.drop(id);
        self.unproven.remove(id);
        self.checks.remove(id);
        self.board.remove(id);
        self.alerts.lost(id, &Now::of(&turn.now));
        turn.push(Effect::Keep(Keep::Gone(id.clone())));
        self.edits.refuse_all(id, &words::LOST.into());
        self.talks.close(id);
        self.planning.close(id);
        self.leave_ticket_room(turn, id);
        // Whoever left work there will look for it.
        self.tickets.lose(id, self.windows.is_open(id) || self.edits.has_work(id));
        self.touched.insert(id.clone());
    }
}

/// What each of them changed; a field of which nobody is known to have changed it is nobody's.
fn by_author(fields: Vec<Field>, gathered: &BTreeMap<Field, Author>) -> BTreeMap<&Arc<str>, Vec<Field>> {
    let mut authors: BTreeMap<_, Vec<Field>> = BTreeMap::new();
    for field in fields {
        if let Some(author) = gathered.get(&field) {
            authors.entry(&author.who.display_name).or_default().push(field);
        }
    }
    authors
}

/// Whether there is no version between the two.
fn follows(new: Option<Version>, old: Option<Version>) -> bool {
    new.zip(old).is_some_and(|(new, old)| old.0.checked_add(1) == Some(new.0))
}
