//! Who may enter which room (LT-6).
//!
//! A token proves that REST let somebody in a few minutes ago. What it cannot prove is that this still holds, so the
//! store is asked too: the person must exist and still be allowed to read.
//!
//! A token may come in the auth message, in the URL's query, or in both, as the stock client sends it. Whichever
//! comes is checked; both must then be the same person's and open the same room. A URL is presented once, when the
//! socket is opened, so its token must live then; from then on it counts until the message brings a fresher one.
//!
//! **Invariant:** a refusal does not say why, and before admission nothing of a room is looked at.

use std::sync::Arc;

use callboard_model::{Room, Timestamp, UserId};

use crate::auth::Caller;
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

/// An admission.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    pub(super) room: Room,
    pub(super) caller: Caller,
    pub(super) expires_at: Timestamp,
}

/// The gate before all rooms.
pub(super) struct Gate {
    pub(super) store: Store,
    tokens: Arc<LiveTokens>,
}

impl Gate {
    pub(super) fn new(store: Store, tokens: Arc<LiveTokens>) -> Self {
        Self { store, tokens }
    }

    /// Looks at the token in a URL, once.
    pub(super) fn url_token(&self, token: Option<&str>, now: Timestamp) -> UrlToken {
        match token.filter(|token| !token.is_empty()).map(|token| self.tokens.verify(token, now)) {
            None => UrlToken::Absent,
            Some(Ok(claims)) => UrlToken::Held(claims),
            Some(Err(_)) => UrlToken::Worthless,
        }
    }

    /// Decides whether somebody may enter the room of that name. `None` is a refusal; an error decides nothing.
    pub(super) async fn admit(
        &self,
        name: &str,
        url: &UrlToken,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Pass>> {
        let Some((room, claims)) = self.claims(name, url, token, now) else { return Ok(None) };
        let caller = self.reader(&room, &claims.user_id).await?;
        Ok(caller.map(|caller| Pass { room, caller, expires_at: claims.expires_at() }))
    }

    /// Decides whether a fresh token extends the stay of this person. `None`: it does not hold.
    pub(super) async fn renew(
        &self,
        room: &Room,
        user: &UserId,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let claims = self.tokens.verify(token, now).ok();
        let Some(claims) = claims.filter(|claims| claims.admits(room) && claims.user_id == *user) else {
            return Ok(None);
        };
        Ok(self.reader(room, user).await?.map(|_| claims.expires_at()))
    }

    /// The claims that open the room, if all that was presented does.
    fn claims(
        &self,
        name: &str,
        url: &UrlToken,
        token: Option<&str>,
        now: Timestamp,
    ) -> Option<(Room, Claims)> {
        let room = Room::parse(name)?;
        let from_url = match url {
            UrlToken::Absent => None,
            UrlToken::Worthless => return None,
            UrlToken::Held(claims) => Some(claims),
        };
        let claims = match token.filter(|token| !token.is_empty()) {
            Some(token) => {
                let claims = self.tokens.verify(token, now).ok()?;
                let agree = from_url.is_none_or(|url| url.admits(&room) && url.user_id == claims.user_id);
                agree.then_some(claims)?
            }
            None => from_url.filter(|claims| now < claims.expires_at())?.clone(),
        };
        claims.admits(&room).then_some((room, claims))
    }

    /// The person as they stand now, if they may read what the room is about.
    async fn reader(&self, room: &Room, user: &UserId) -> Result<Option<Caller>> {
        let Some(caller) = self.store.caller(room.tenant(), user).await? else { return Ok(None) };
        let may_read = match room {
            Room::Ticket(_, ticket) => self.store.may_read_ticket(&caller, ticket).await?,
            Room::Board(_) => caller.access.reads_tickets(),
            Room::Notifications(..) => false,
        };
        Ok(may_read.then_some(caller))
    }
}
