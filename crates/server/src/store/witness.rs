//! What somebody may know of something that happened, asked when they are about to be told.
//!
//! It exists because between an event and its delivery a key may be taken away, a board closed, a ticket moved: whoever
//! delivers asks here, once per event and reader, and everything is read from one snapshot. Those who ask at the same time
//! share one (`gather`).
//!
//! **Invariant:** an answer is never older than the question, and what cannot be known any more is not shown.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Arc;

use callboard_model::{CommentId, TenantId, Ticket, TicketId, Timestamp, UserId};

use super::comments::Comment;
use super::flags::Flag;
use super::sql::Sql;
use super::{Store, statements};
use crate::auth::Caller;
use crate::auth::api_key::KeyHash;
use crate::error::Result;

/// With what somebody was let in.
#[derive(Clone, Debug)]
pub struct Pass {
    /// Their key, as far as it is kept.
    pub key: KeyHash,
    /// Behind which wall.
    pub tenant: TenantId,
}

/// Who was let in.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// As they stand now.
    pub caller: Caller,
    /// Whether their company has live updates (LT-20).
    pub is_live: bool,
}

/// What is asked about one event.
#[derive(Clone, Debug)]
pub struct Question {
    /// About which ticket.
    pub ticket: TicketId,
    /// When it happened; `None`: what stands now is all that is asked for.
    pub since: Option<Timestamp>,
    /// What was said, if something was.
    pub comment: Option<CommentId>,
    /// Whose doing it was, where their name is wanted.
    pub actor: Option<UserId>,
}

impl Question {
    /// Whether a ticket may be read at all.
    #[must_use]
    pub fn about(ticket: TicketId) -> Self {
        Self { ticket, since: None, comment: None, actor: None }
    }
}

/// What is asked, and for whom.
#[derive(Clone, Debug)]
pub struct Asked {
    /// For the owner of this key.
    pub pass: Arc<Pass>,
    /// Often the same for many.
    pub question: Arc<Question>,
    /// How they stand to the ticket is wanted, too.
    pub ties: bool,
}

/// What somebody may know now.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Who asks, as they stand.
    pub caller: Arc<Caller>,
    /// Whether their company has live updates (LT-20).
    pub is_live: bool,
    /// What they may know of the ticket.
    pub sight: Sight,
    /// The name of whoever did it, if they are still somebody.
    pub actor: Option<Arc<str>>,
}

/// What somebody may know of a ticket.
#[derive(Clone, Debug)]
pub enum Sight {
    /// Nothing, not even that it is there.
    Nothing,
    /// That it is gone: they could read it until then.
    Gone,
    /// What it is.
    Ticket(Arc<Seen>),
}

/// A ticket that may be read.
#[derive(Clone, Debug)]
pub struct Seen {
    /// As it stands; the same for all who were answered from one snapshot.
    pub ticket: Arc<Ticket>,
    /// Whether they could have read it all the time since it happened: then what it was before is no news to them.
    pub all_along: bool,
    /// What was said, where they may read that.
    pub comment: Option<Comment>,
    /// How they stand to it; only where that was asked.
    pub ties: Ties,
}

/// How somebody stands to a ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// They said something on it.
    pub spoke: bool,
    /// It is for a team of theirs, or for somebody in one.
    pub team: bool,
}

impl Store {
    /// What the owner of a key may know now; `None` when the key opens nothing any more.
    pub async fn witness(&self, asked: Asked) -> Result<Option<Witness>> {
        self.witnesses.ask(self, asked, witnesses).await
    }

    /// The same for whoever need not wait: `reply` gets the answer. Answers come in the order of the questions.
    pub fn witness_for(&self, asked: Asked, reply: impl FnOnce(Result<Option<Witness>>) + Send + 'static) {
        self.witnesses.ask_for(self, asked, witnesses, Box::new(reply));
    }

    /// The owner of the key that somebody was let in with, as they stand now; `None` when it opens nothing any more.
    pub async fn bearer(&self, pass: &Pass) -> Result<Option<Bearer>> {
        let (pass, now) = (pass.clone(), self.now());
        self.read(move |db| {
            let owner = statements::keys::owner(db, &pass.key, Some(&pass.tenant), now)?;
            let Some(caller) = owner else { return Ok(None) };
            let is_live = statements::flags::is_on(db, &pass.tenant, Flag::LiveTicketUpdates)?;
            Ok(Some(Bearer { caller, is_live }))
        })
        .await
    }
}

/// What of an event is the same for everybody who asks about it.
struct About<'a> {
    tenant: &'a TenantId,
    question: &'a Arc<Question>,
    ticket: Option<Arc<Ticket>>,
    actor: Option<Arc<str>>,
}

/// What each of these may know: who they are, the ticket and whose doing it was are read once for all who ask.
fn witnesses(db: &mut dyn Sql, asked: &[Asked], store: &Store) -> Result<Vec<Option<Witness>>> {
    let (now, limits) = (store.now(), store.limits);
    let (mut owners, mut tickets, mut actors) = (HashMap::new(), HashMap::new(), HashMap::new());
    let mut live = HashMap::new();
    // Those who hear of one event ask one right after the other: what it is about is not looked for again for each of them.
    let mut newest: Option<About<'_>> = None;
    let mut answers = Vec::with_capacity(asked.len());
    for asked in asked {
        let (Asked { question, .. }, Pass { key, tenant }) = (asked, &*asked.pass);
        let owner = once(&mut owners, (key.bytes(), tenant), || {
            let Some(caller) = statements::keys::owner(db, key, Some(tenant), now)? else { return Ok(None) };
            let flag = || statements::flags::is_on(db, tenant, Flag::LiveTicketUpdates);
            Ok(Some((Arc::new(caller), *once(&mut live, tenant, flag)?)))
        })?;
        let Some((caller, is_live)) = owner.clone() else {
            answers.push(None);
            continue;
        };
        let about = match newest.take() {
            Some(about) if Arc::ptr_eq(about.question, question) && about.tenant == tenant => about,
            _ => {
                let ticket = once(&mut tickets, (tenant, &question.ticket), || {
                    Ok(statements::tickets::get(db, tenant, &question.ticket)?.map(Arc::new))
                })?;
                let actor = match &question.actor {
                    Some(actor) => once(&mut actors, (tenant, actor), || {
                        let person = statements::people::caller(db, tenant, actor)?;
                        Ok(person.map(|person| person.display_name))
                    })?
                    .clone(),
                    None => None,
                };
                About { tenant, question, ticket: ticket.clone(), actor }
            }
        };
        let sight = statements::witness::sight(db, &caller, asked, about.ticket.as_ref(), limits)?;
        answers.push(Some(Witness { caller, is_live, sight, actor: about.actor.clone() }));
        newest = Some(about);
    }
    Ok(answers)
}

/// What was read of this on this snapshot before, or is read now.
pub(super) fn once<K: Eq + Hash, V>(
    known: &mut HashMap<K, V>,
    key: K,
    read: impl FnOnce() -> Result<V>,
) -> Result<&V> {
    Ok(match known.entry(key) {
        Entry::Occupied(found) => found.into_mut(),
        Entry::Vacant(place) => place.insert(read()?),
    })
}
