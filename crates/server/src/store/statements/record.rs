//! The one way by which a change of a ticket is written: its row, who changed what last, the change feed, the hint.
//!
//! It exists so that all of it is on disk or none, whoever changes the ticket: a save, a new ticket, a deletion, a
//! comment, a bundle's parent, a clock (LT-1, LT-2). Whatever else has to hear of every change is written here too.
//!
//! **Invariant:** no row of a ticket is written anywhere else, and nothing is written when nothing changed.

use std::sync::Arc;

use callboard_model::{
    ChangeId, Hint, Person, SessionId, SocketId, TenantId, Ticket, TicketId, Timestamp, Version,
};

use super::events::Occasion;
use super::{changes, clocks, columns, events, outbox, removal};
use crate::auth::Placement;
use crate::domain::difference;
use crate::domain::events::{By, Happening, ticket as telling};
use crate::error::Result;
use crate::store::Limits;
use crate::store::save::Author;
use crate::store::sql::{Sql, cells};

/// A change of one ticket.
#[derive(Clone, Copy)]
pub(in crate::store) struct Change<'a> {
    /// Behind which wall.
    pub(in crate::store) tenant: &'a TenantId,
    /// Who.
    pub(in crate::store) actor: &'a Person,
    /// The console that it came from.
    pub(in crate::store) origin: Option<&'a SessionId>,
    /// The socket of whoever did it.
    pub(in crate::store) socket: Option<&'a SocketId>,
    /// The request that it is part of.
    pub(in crate::store) change: &'a ChangeId,
    /// When.
    pub(in crate::store) now: Timestamp,
    /// The ticket as it stands; `None` for a new one.
    pub(in crate::store) before: Option<&'a Ticket>,
    /// The ticket as it shall stand; `None` to delete it. Its version and who updated it when are not looked at.
    pub(in crate::store) after: Option<&'a Ticket>,
    /// Names of what changed and is no column of the row: `comments`, `schedule`, `tags`.
    pub(in crate::store) beside: &'a [&'static str],
    /// What happened that the row does not show, such as a word that was said; told before what follows from it.
    pub(in crate::store) happened: &'a [Happening],
    /// Whether the company answers the customer with it: that stops the clock of the response.
    pub(in crate::store) answers: bool,
    /// Who is told.
    pub(in crate::store) told: Told,
}

/// Who is told of a change. The feed has every change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Told {
    /// Everybody who listens.
    Everybody,
    /// Nobody: one hint about many changes follows (LT-18).
    Nobody,
}

impl<'a> Change<'a> {
    /// What `author` makes of a ticket, told to everybody.
    pub(in crate::store) fn by(
        author: &'a Author,
        before: Option<&'a Ticket>,
        after: Option<&'a Ticket>,
    ) -> Self {
        Self {
            tenant: &author.tenant,
            actor: &author.person,
            origin: author.origin.as_ref(),
            socket: author.socket.as_ref(),
            change: &author.change,
            now: author.now,
            before,
            after,
            beside: &[],
            happened: &[],
            answers: false,
            told: Told::Everybody,
        }
    }

    fn ticket(&self) -> Option<&'a TicketId> {
        self.after.or(self.before).map(|ticket| &ticket.ticket_id)
    }

    /// The names of all that changes. What is new or gone changes in everything it holds.
    fn names(&self, ticket: &TicketId) -> Vec<Arc<str>> {
        let nothing = Ticket::blank(ticket.clone(), "".into());
        let (before, after) = (self.before.unwrap_or(&nothing), self.after.unwrap_or(&nothing));
        let columns = difference::between(before, after).into_iter().map(|one| one.name);
        columns.chain(self.beside.iter().copied()).map(Into::into).collect()
    }
}

/// A change that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Recorded {
    /// The ticket's version with it.
    pub(in crate::store) version: Version,
    /// Its place in the change feed.
    pub(in crate::store) seq: u64,
    /// The names of what changed.
    pub(in crate::store) updated_fields: Vec<Arc<str>>,
}

/// Writes a change; `None` when there is nothing to change.
pub(in crate::store) fn record(
    db: &mut dyn Sql,
    change: &Change<'_>,
    limits: Limits,
) -> Result<Option<Recorded>> {
    let Some(ticket) = change.ticket() else { return Ok(None) };
    let with_clocks = clocks::kept(db, change)?;
    let change = &Change { after: with_clocks.as_ref().or(change.after), ..*change };
    let updated_fields = change.names(ticket);
    if updated_fields.is_empty() {
        return Ok(None);
    }
    let version = Version(change.before.and_then(|before| before.version).unwrap_or_default().0 + 1);
    write_row(db, change, version)?;
    if change.after.is_some() {
        write_authors(db, change, ticket, version, &updated_fields)?;
    }
    let mut hint = Hint {
        updated_fields,
        updated_by: change.actor.clone(),
        updated_at: change.now,
        ticket_id: Some(ticket.clone()),
        version: Some(version),
        seq: None,
        origin_session: change.origin.cloned(),
    };
    let (was, is) = (change.before.map(Placement::of), change.after.map(Placement::of));
    let places = (was.as_ref(), is.as_ref());
    let seq = changes::append(db, change.tenant, ticket, version, &hint, places, limits)?;
    hint.seq = Some(seq);
    if change.told == Told::Everybody {
        outbox::add(db, change.tenant, ticket, &hint, places)?;
    }
    tell(db, change, ticket, limits)?;
    Ok(Some(Recorded { version, seq, updated_fields: hint.updated_fields }))
}

/// Writes the events of a change. An import tells them too: it is only not rung for (LT-18).
fn tell(db: &mut dyn Sql, change: &Change<'_>, ticket: &TicketId, limits: Limits) -> Result<()> {
    let by = By { user: &change.actor.user_id, now: change.now };
    let mut told = change.happened.to_vec();
    told.extend(telling::of_change(change.before, change.after, by));
    let occasion = Occasion {
        tenant: change.tenant,
        actor: Some(change.actor),
        origin: change.origin,
        socket: change.socket,
        change: Some(change.change),
        now: change.now,
        ticket: Some(ticket),
        is_simulated: false,
    };
    events::add(db, occasion, told, limits).map(drop)
}

fn write_row(db: &mut dyn Sql, change: &Change<'_>, version: Version) -> Result<()> {
    let Some(after) = change.after else {
        return change.before.map_or(Ok(()), |before| removal::rows(db, change.tenant, &before.ticket_id));
    };
    let mut row = after.clone();
    row.version = Some(version);
    if change.before.is_none() {
        return columns::insert(db, change.tenant, &row);
    }
    row.updated_at = Some(change.now);
    row.updated_by = Some(change.actor.user_id.clone());
    columns::update(db, change.tenant, &row)
}

/// Notes who changed what last: what a stale write is judged by.
fn write_authors(
    db: &mut dyn Sql,
    change: &Change<'_>,
    ticket: &TicketId,
    version: Version,
    names: &[Arc<str>],
) -> Result<()> {
    for name in names {
        db.execute(
            "INSERT INTO field_changes (tenant, ticket_id, field, version, user_id, display_name, changed_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
             ON CONFLICT (tenant, ticket_id, field) DO UPDATE SET version = excluded.version, \
                 user_id = excluded.user_id, display_name = excluded.display_name, changed_at = excluded.changed_at",
            cells![
                change.tenant,
                ticket,
                name,
                version,
                &change.actor.user_id,
                &change.actor.display_name,
                change.now
            ],
        )?;
    }
    Ok(())
}
