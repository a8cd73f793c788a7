//! What processes tell each other about who is in their rooms.
//!
//! It exists apart from hints because it is ours alone: no stock server speaks or reads this, and unlike a hint it may
//! get lost. Faces are said again every 15 s by their clients anyway, and whoever is new asks for all of them.
//!
//! **Invariant:** of a person nothing is said but their face, and of a ticket nothing but where it lies.

use std::sync::Arc;

use callboard_model::person::Awareness;
use callboard_model::{BoardId, ClientId, Presence, TenantId, TicketId};
use callboard_wire::Entry;
use serde::{Deserialize, Serialize};

use crate::auth::access::Placement;

/// The name under which a process speaks: another one after each start.
pub type Node = Arc<str>;

/// What a process says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Said {
    /// "I am new here: tell me who is in your rooms."
    Hello,
    /// "I am still here."
    Alive,
    /// "I stop, and nobody is in my rooms any more."
    Bye,
    /// "I could not send some hints: whoever listens has to catch up."
    Missed,
    /// "These came, moved or went."
    Faces {
        /// At most [`FACES`] of them; what is more of a foreign message is not read.
        faces: Vec<Face>,
    },
}

/// Faces in one message.
pub const FACES: usize = 256;

/// One client in one ticket's room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// Whose ticket.
    pub tenant: TenantId,
    /// The ticket whose room it is.
    pub ticket: TicketId,
    /// The ticket's board: who may not see it is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub board: Option<BoardId>,
    /// The ticket's customer, for the same reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<ClientId>,
    /// The client: a window, not a person.
    pub client: u64,
    /// Its clock.
    pub clock: u64,
    /// Who is there; `null` for one who went.
    pub user: Option<Presence>,
}

impl Face {
    /// The face that an entry shows; `None` for a state that is none.
    #[must_use]
    pub fn of(
        tenant: &TenantId,
        ticket: &TicketId,
        placement: Option<&Placement>,
        entry: &Entry,
    ) -> Option<Self> {
        let user = match &entry.state {
            Some(state) => Some(serde_json::from_str::<Awareness>(state).ok()?.user),
            None => None,
        };
        Some(Self {
            tenant: tenant.clone(),
            ticket: ticket.clone(),
            board: placement.and_then(|placement| placement.board.clone()),
            customer: placement.and_then(|placement| placement.client.clone()),
            client: entry.client.0,
            clock: entry.clock,
            user,
        })
    }

    /// The entry that shows this face.
    #[must_use]
    pub fn entry(&self) -> Option<Entry> {
        let state = match &self.user {
            Some(user) => Some(serde_json::to_string(&Awareness { user: user.clone() }).ok()?.into()),
            None => None,
        };
        Some(Entry { client: callboard_wire::ClientId(self.client), clock: self.clock, state })
    }

    /// Where the ticket lies, if that was said.
    #[must_use]
    pub fn placement(&self) -> Option<Placement> {
        let known = self.board.is_some() || self.customer.is_some();
        known.then(|| Placement { board: self.board.clone(), client: self.customer.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_survives_the_way_to_another_process() {
        let json = r##"{"kind":"faces","faces":[{"tenant":"t","ticket":"1","board":"desk","client":7,"clock":3,"user":{"userId":"u","displayName":"Bob","avatarUrl":null,"color":"#8b5cf6","editingField":"title"}},{"tenant":"t","ticket":"1","client":8,"clock":1,"user":null}]}"##;
        let said: Said = serde_json::from_str(json).expect("readable");
        assert_eq!(serde_json::to_string(&said).expect("plain data"), json);
        let Said::Faces { faces } = said else { panic!("faces") };
        for face in faces {
            let entry = face.entry().expect("an entry");
            let back = Face::of(&face.tenant, &face.ticket, face.placement().as_ref(), &entry);
            assert_eq!(back, Some(face));
        }
    }

    /// LT-9: nothing else may ever be put into presence, not by a process either.
    #[test]
    fn a_face_with_more_in_it_is_not_read() {
        let json = r##"{"tenant":"t","ticket":"1","client":7,"clock":3,"user":{"userId":"u","displayName":"B","color":"#000000","draft":"secret"}}"##;
        assert!(serde_json::from_str::<Face>(json).is_err());
    }
}
