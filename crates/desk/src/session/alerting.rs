//! What the session learns, as news that may call the person.
//!
//! A ticket's news follows from two answers of the server, the one before and the new one; a hint lends the names of those
//! who did it. The targets come from the clock, the decisions from our own work.
//!
//! **Invariant:** no news is made of a hint alone, and none of what the person did in this console.

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_model::{Field, Person, Ticket, TicketId, UserId, Value};

use super::Session;
use super::turn::Turn;
use crate::alerts::Ask;
use crate::alerts::news::{News, Now, Panel};
use crate::alerts::words::clipped;
use crate::bridge::{About, AlertFact, AlertKind, Relation, Whose};
use crate::known::Author;

/// What is said of a ticket that waits for us.
const AWAITS_US: &str = "awaiting_internal";

/// The clock leapt by so much although nobody slept: what crossed a target did so long ago, or not at all.
const LEAP_MS: i64 = 60_000;

const MINUTE_MS: i64 = 60_000;

impl Session {
    /// Tells the board and the alerts the time. Whoever crosses a target is news.
    pub(super) fn keep_time(&mut self, turn: &Turn<'_>) {
        let at = Now::of(&turn.now);
        let passed = self.alerts.keep_time(&at);
        let (before, now) = (self.board.now(), self.clock.now_ms(turn.now.wall));
        let leapt = now.saturating_sub(before).saturating_sub(passed);
        self.board.warn_at(i64::from(self.alerts.settings().warn_minutes) * MINUTE_MS);
        let crossed = self.board.tick(now);
        if leapt < LEAP_MS || self.alerts.is_away() {
            for ticket in &crossed {
                self.due_crossed(ticket, before, now, &at);
            }
        }
        self.touched.extend(crossed);
    }

    fn due_crossed(&mut self, id: &TicketId, before: i64, now: i64, at: &Now) {
        let due = self.board.get(id).filter(|row| !row.closed).and_then(|row| row.row.due);
        let known = self.tickets.get(id).filter(|known| !known.is_lost);
        let Some((due, known)) = due.zip(known) else { return };
        if known.ticket.sla_paused_at.is_some() && known.ticket.sla_resolution_due_at.is_some() {
            return;
        }
        let (had, has) = (due.saturating_sub(before), due.saturating_sub(now));
        let warning = i64::from(self.alerts.settings().warn_minutes) * MINUTE_MS;
        let (kind, detail) = if had > 0 && has <= 0 {
            (AlertKind::SlaBreached, None)
        } else if had > warning && has <= warning && has > 0 {
            let minutes = has.saturating_add(MINUTE_MS - 1) / MINUTE_MS;
            (
                AlertKind::SlaWarning,
                Some(if minutes == 1 { "a minute".into() } else { format!("{minutes} minutes") }),
            )
        } else {
            return;
        };
        let news = News { detail: detail.map(Into::into), ..self.news(kind, &known.ticket, None) };
        self.alerts.hear(news, at);
    }

    /// Others changed these fields. `author_needed`: what nobody is known to have changed may have followed from a save
    /// of ours.
    pub(super) fn learnt_changes(
        &mut self,
        turn: &Turn<'_>,
        old: &Ticket,
        changed: &[Field],
        (gathered, author_needed): (&BTreeMap<Field, Author>, bool),
    ) {
        let is_spoken = self.learnt_comment(turn, &old.ticket_id, changed);
        let Some(known) = self.tickets.get(&old.ticket_id) else { return };
        let mut heard = Vec::new();
        let mut rest: BTreeMap<Option<UserId>, (Option<Person>, Vec<Field>)> = BTreeMap::new();
        for &field in changed {
            let author = gathered.get(&field).map(|author| author.who.clone());
            if (author_needed && author.is_none()) || (is_spoken && field == Field::ResponseState) {
                continue;
            }
            let who = author.or_else(|| self.last_writer(&known.ticket));
            match self.kind_of(field, old, &known.ticket) {
                Some(kind) => {
                    let detail = self.label(field, &known.ticket);
                    let news = self.news(kind, &known.ticket, who.as_ref());
                    heard.push(News { detail, fields: vec![field], ..news });
                }
                None => {
                    let user = who.as_ref().map(|who| who.user_id.clone());
                    rest.entry(user).or_insert_with(|| (who, Vec::new())).1.push(field);
                }
            }
        }
        for (who, fields) in rest.into_values() {
            let news = self.news(AlertKind::FieldsChanged, &known.ticket, who.as_ref());
            heard.push(News { fields, ..news });
        }
        let now = Now::of(&turn.now);
        heard.into_iter().for_each(|news| self.alerts.hear(news, &now));
    }

    /// What it means that a field changed; `None`: nothing of its own.
    fn kind_of(&self, field: Field, old: &Ticket, new: &Ticket) -> Option<AlertKind> {
        match field {
            Field::Status => Some(AlertKind::StatusChanged),
            Field::Priority => Some(AlertKind::PriorityChanged),
            Field::Assignee => {
                let is_me = |ticket: &Ticket| {
                    ticket.assigned_to.is_some() && self.my_id() == ticket.assigned_to.as_ref()
                };
                Some(match (is_me(old), is_me(new)) {
                    (_, true) => AlertKind::AssignedToMe,
                    (true, false) => AlertKind::TakenFromMe,
                    (false, false) => AlertKind::Reassigned,
                })
            }
            Field::Team => {
                let is_mine = |team| self.alerts.settings().teams.contains(team);
                new.assigned_team_id.as_ref().is_some_and(is_mine).then_some(AlertKind::AssignedToTeam)
            }
            _ => None,
        }
    }

    /// A ticket that we did not know.
    pub(super) fn learnt_ticket(&mut self, turn: &Turn<'_>, id: &TicketId) {
        let Some(known) = self.tickets.get(id) else { return };
        let ticket = &known.ticket;
        let is_mine = ticket.assigned_to.is_some() && self.my_id() == ticket.assigned_to.as_ref();
        let kind = if is_mine { AlertKind::AssignedToMe } else { AlertKind::NewTicket };
        let who = ticket.entered_by.as_ref().map(|user| self.person(user));
        let news = self.news(kind, ticket, who.as_ref());
        self.alerts.hear(news, &Now::of(&turn.now));
    }

    /// Somebody may have said something: the hint named it, and the ticket is here as it was then. Whose turn it is
    /// follows from that, and is told with it.
    fn learnt_comment(&mut self, turn: &Turn<'_>, id: &TicketId, changed: &[Field]) -> bool {
        let version = self.tickets.ticket(id).and_then(|ticket| ticket.version);
        let Some(author) = self.stale.take_comment(id, version) else { return false };
        let Some(known) = self.tickets.get(id) else { return false };
        let is_colleague = self.names.is_colleague(&author.who.user_id);
        let awaits_us = known.ticket.response_state.as_deref() == Some(AWAITS_US);
        let is_our_turn_now = awaits_us && changed.contains(&Field::ResponseState);
        let kind = if is_our_turn_now || (awaits_us && !is_colleague) {
            AlertKind::CustomerReplied
        } else {
            AlertKind::ColleagueCommented
        };
        let news = self.news(kind, &known.ticket, Some(&author.who));
        self.alerts.hear(news, &Now::of(&turn.now));
        true
    }

    /// Compares what of our own work on a ticket waits for a decision with what did so before.
    pub(super) fn look_for_needs(&mut self, turn: &Turn<'_>, id: &TicketId) {
        let now = Now::of(&turn.now);
        let new = self.alerts.needs(id, self.needs_of(id), &now);
        let Some(known) = self.tickets.get(id).filter(|_| !new.is_empty()) else { return };
        let heard: Vec<News> = new
            .into_iter()
            .map(|(field, need)| {
                let who = known.authors.get(&field).map(|author| &author.who);
                match need {
                    Ask::Conflict(panel) => {
                        let news = self.news(AlertKind::Conflict, &known.ticket, who);
                        News { panel: Some(panel), fields: vec![field], ..news }
                    }
                    Ask::Refused(reason) => {
                        let news = self.news(AlertKind::EditRefused, &known.ticket, None);
                        News { detail: Some(clipped(&reason)), fields: vec![field], ..news }
                    }
                }
            })
            // That it asks is nobody's doing: not even our own other device's.
            .map(|news| News { fact: AlertFact { whose: Whose::Nobodys, ..news.fact.clone() }, ..news })
            .collect();
        heard.into_iter().for_each(|news| self.alerts.hear(news, &now));
    }

    fn needs_of(&self, id: &TicketId) -> BTreeMap<Field, Ask> {
        let Some(known) = self.tickets.get(id) else { return BTreeMap::new() };
        let ticket = &known.ticket;
        let label = |field, value: &Value| clipped(&self.names.choice(field, value, ticket).label);
        let works = self.edits.of(id).into_iter().flatten();
        works
            .filter_map(|(&field, work)| {
                if let Some(reason) = work.refusal() {
                    return Some((field, Ask::Refused(reason.clone())));
                }
                let theirs = ticket.value(field);
                let mine = work.clash(&theirs)?.mine.clone();
                let (mine_label, theirs_label) = (label(field, &mine), label(field, &theirs));
                Some((field, Ask::Conflict(Panel { field, mine, theirs, mine_label, theirs_label })))
            })
            .collect()
    }

    /// News of a ticket, without what is particular to it.
    fn news(&self, kind: AlertKind, ticket: &Ticket, who: Option<&Person>) -> News {
        let severity = self.names.severity(&ticket.value(Field::Priority), ticket);
        let whose = match who {
            Some(who) if self.my_id() == Some(&who.user_id) => Whose::Own,
            _ if matches!(kind, AlertKind::SlaWarning | AlertKind::SlaBreached) => Whose::Nobodys,
            _ => Whose::Others,
        };
        let about = self.about(&ticket.ticket_id);
        News {
            fact: AlertFact { kind, relations: self.relations(ticket), severity, whose },
            about: Some(About { title: clipped(&about.title), ..about }),
            who: who.map(|who| who.display_name.clone()),
            fields: Vec::new(),
            detail: None,
            panel: None,
        }
    }

    /// How a ticket stands to the person.
    fn relations(&self, ticket: &Ticket) -> Vec<Relation> {
        let settings = self.alerts.settings();
        let is_mine = ticket.assigned_to.is_some() && self.my_id() == ticket.assigned_to.as_ref();
        let is_my_teams = ticket.assigned_team_id.as_ref().is_some_and(|team| settings.teams.contains(team));
        let all = [
            (is_mine, Relation::Mine),
            (is_my_teams, Relation::MyTeam),
            (ticket.assigned_to.is_none(), Relation::Unassigned),
            (settings.watched.contains(&ticket.ticket_id), Relation::Watched),
        ];
        let mut relations: Vec<Relation> =
            all.into_iter().filter(|(is, _)| *is).map(|(_, relation)| relation).collect();
        if relations.is_empty() {
            relations.push(Relation::Other);
        }
        relations
    }

    fn my_id(&self) -> Option<&UserId> {
        self.recalled.as_ref().map(|me| &me.user_id)
    }

    /// Who wrote a ticket last, where the server says it.
    fn last_writer(&self, ticket: &Ticket) -> Option<Person> {
        ticket.updated_by.as_ref().map(|user| self.person(user))
    }

    fn person(&self, user: &UserId) -> Person {
        Person { user_id: user.clone(), display_name: self.names.of_user(user).into() }
    }

    /// What a field holds, as people call it.
    fn label(&self, field: Field, ticket: &Ticket) -> Option<Arc<str>> {
        let value = ticket.value(field);
        (!value.is_empty()).then(|| clipped(&self.names.choice(field, &value, ticket).label))
    }
}
