//! Who may enter which room (LT-6).
//!
//! A token proves that REST let somebody in a few minutes ago. What it cannot prove is that this still holds, so the
//! store is asked too: the person must exist and still be allowed to read. Clients ask for all their rooms in one
//! burst, and after a restart all clients do; so questions are taken together, and what is known of a person counts
//! for a moment.
//!
//! A token may come in the auth message, in the URL's query, or in both, as the stock client sends it. Whichever
//! comes is checked; both must then be the same person's and open the same room. A URL is presented once, when the
//! socket is opened, so its token must live then; from then on it counts until the message brings a fresher one.
//!
//! **Invariant:** a refusal does not say why, and before admission nothing of a room is looked at.

mod known;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use callboard_model::{Room, TenantId, TicketId, Timestamp, UserId};

use self::known::Known;
use super::guest::Guest;
use crate::auth::access::Placement;
use crate::auth::live_token::{Claims, LiveTokens};
use crate::error::Result;
use crate::store::Store;

/// The one reason that a peer is ever given, in the stock's word.
pub(super) const REASON: &str = "permission-denied";

/// What the URL of a socket had to show.
#[derive(Clone, Debug)]
pub(super) enum UrlToken {
    /// Nothing.
    Absent,
    /// Something that is worth nothing: no room will open on this socket.
    Worthless,
    /// Claims that held when the socket was opened.
    Held(Claims),
}

/// Somebody wants to enter a room, or to stay in it.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) room: &'a str,
    pub(super) token: Option<&'a str>,
    /// Whose stay is to be extended; `None` for one who wants to enter.
    pub(super) stays: Option<&'a UserId>,
}

/// An admission.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    pub(super) room: Room,
    pub(super) guest: Arc<Guest>,
    pub(super) expires_at: Timestamp,
    /// Where the room's ticket lies, if it is a ticket's.
    pub(super) placement: Option<Placement>,
}

/// The gate before all rooms.
pub(super) struct Gate {
    pub(super) store: Store,
    tokens: Arc<LiveTokens>,
    known: Known,
}

impl Gate {
    pub(super) fn new(store: Store, tokens: Arc<LiveTokens>) -> Self {
        Self { store, tokens, known: Known::default() }
    }

    /// Looks at the token in a URL, once.
    pub(super) fn url_token(&self, token: Option<&str>, now: Timestamp) -> UrlToken {
        match token.filter(|token| !token.is_empty()).map(|token| self.tokens.verify(token, now)) {
            None => UrlToken::Absent,
            Some(Ok(claims)) => UrlToken::Held(claims),
            Some(Err(_)) => UrlToken::Worthless,
        }
    }

    /// Decides for each question, in their order. `None` is a refusal; an error decides nothing. `at` is the rooms'
    /// own clock.
    pub(super) async fn admit(
        &self,
        url: &UrlToken,
        questions: &[Question<'_>],
        now: Timestamp,
        at: Duration,
    ) -> Result<Vec<Option<Pass>>> {
        let claims: Vec<_> = questions.iter().map(|question| self.claims(question, url, now)).collect();
        let guests = self.guests(&claims, at).await?;
        let placements = self.placements(&claims).await?;
        let pass = |(room, claims): (Room, Claims)| {
            let guest = guests.get(&(room.tenant().clone(), claims.user_id.clone()))?;
            let access = &guest.caller.access;
            // A token's second may have begun before the key was taken away: then it counts as from before.
            let is_fresh = |at: Timestamp| claims.iat > at.as_second();
            guest.caller.key_revoked_at.is_none_or(is_fresh).then_some(())?;
            let placement = match &room {
                Room::Ticket(tenant, ticket) => {
                    let placement = placements.get(&(tenant.clone(), ticket.clone()))?;
                    access.reads(placement).then_some(())?;
                    Some(placement.clone())
                }
                Room::Board(_) => access.reads_tickets().then_some(None)?,
                Room::Notifications(..) => None,
            };
            Some(Pass { room, guest: Arc::clone(guest), expires_at: claims.expires_at(), placement })
        };
        Ok(claims.into_iter().map(|claims| claims.and_then(pass)).collect())
    }

    /// The claims that answer a question, if all that was presented does.
    fn claims(&self, question: &Question<'_>, url: &UrlToken, now: Timestamp) -> Option<(Room, Claims)> {
        let room = Room::parse(question.room)?;
        let said = question.token.filter(|token| !token.is_empty());
        let claims = if let Some(user) = question.stays {
            self.tokens.verify(said?, now).ok().filter(|claims| claims.user_id == *user)?
        } else {
            let from_url = match url {
                UrlToken::Absent => None,
                UrlToken::Worthless => return None,
                UrlToken::Held(claims) => Some(claims),
            };
            match said {
                Some(token) => {
                    let claims = self.tokens.verify(token, now).ok()?;
                    let agree = from_url.is_none_or(|url| url.admits(&room) && url.user_id == claims.user_id);
                    agree.then_some(claims)?
                }
                None => from_url.filter(|claims| now < claims.expires_at())?.clone(),
            }
        };
        claims.admits(&room).then_some((room, claims))
    }

    /// The people of these claims as they stand now, or stood a moment ago.
    async fn guests(
        &self,
        claims: &[Option<(Room, Claims)>],
        at: Duration,
    ) -> Result<HashMap<(TenantId, UserId), Arc<Guest>>> {
        let (mut found, mut unknown) = (HashMap::new(), HashMap::<_, BTreeSet<_>>::new());
        for (room, claims) in claims.iter().flatten() {
            let person = (room.tenant().clone(), claims.user_id.clone());
            if found.contains_key(&person) {
                continue;
            }
            match self.known.get(&person, at) {
                Some(guest) => drop(found.insert(person, guest)),
                None => drop(unknown.entry(person.0).or_default().insert(person.1)),
            }
        }
        for (tenant, users) in unknown {
            for (user, caller) in self.store.callers(&tenant, users.into_iter().collect()).await? {
                let guest = Arc::new(Guest::new(caller));
                let person = (tenant.clone(), user);
                self.known.put(person.clone(), Arc::clone(&guest), at);
                found.insert(person, guest);
            }
        }
        Ok(found)
    }

    /// Where the tickets of these claims lie.
    async fn placements(
        &self,
        claims: &[Option<(Room, Claims)>],
    ) -> Result<HashMap<(TenantId, TicketId), Placement>> {
        let mut asked = HashMap::<_, Vec<_>>::new();
        for (room, _) in claims.iter().flatten() {
            if let Room::Ticket(tenant, ticket) = room {
                asked.entry(tenant.clone()).or_default().push(ticket.clone());
            }
        }
        let mut placements = HashMap::new();
        for (tenant, tickets) in asked {
            let found = self.store.placements(&tenant, tickets).await?;
            placements.extend(found.into_iter().map(|(ticket, place)| ((tenant.clone(), ticket), place)));
        }
        Ok(placements)
    }
}
