//! What of a presence state may be shown to others.
//!
//! It exists because a state comes from a client and is shown to people as if the server vouched for it. The server
//! does: name, picture and colour are its own; only *where* the person is comes from the client.
//!
//! **Invariant:** nothing gets through but the keys of [`Awareness`], and never another person's name (LT-6, LT-9).

use callboard_model::person::{Awareness, face_color};
use callboard_model::{Presence, UserId};
use callboard_wire::Entry;

use crate::auth::Caller;

/// The face that the server puts on whatever a member says.
#[derive(Clone, Debug)]
pub(super) struct Face {
    user: UserId,
    presence: Presence,
}

impl Face {
    pub(super) fn of(caller: &Caller) -> Self {
        let presence = Presence {
            user_id: caller.user.clone(),
            display_name: caller.display_name.clone(),
            avatar_url: caller.avatar_url.clone(),
            color: face_color(&caller.user).into(),
            editing_field: None,
        };
        Self { user: caller.user.clone(), presence }
    }

    /// The entry as it may be shown; `None` for one that is not about this person, or says more than it may.
    ///
    /// Departures pass: whose client id may be taken away is decided where seats are kept.
    pub(super) fn vouch(&self, entry: &Entry) -> Option<Entry> {
        let Some(json) = &entry.state else { return Some(entry.clone()) };
        let said = serde_json::from_str::<Awareness>(json).ok()?.user;
        if said.user_id != self.user {
            return None;
        }
        let user = Presence { editing_field: said.editing_field, ..self.presence.clone() };
        let state = serde_json::to_string(&Awareness { user }).ok()?;
        Some(Entry { state: Some(state.into()), ..*entry })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Access, Role};
    use callboard_wire::ClientId;

    fn said(json: &str) -> Entry {
        Entry { client: ClientId(7), clock: 3, state: Some(json.into()) }
    }

    fn vouched(json: &str) -> Option<String> {
        let caller = Caller {
            tenant: "t".into(),
            user: "u1".into(),
            display_name: "Bob Kessler".into(),
            avatar_url: Some("/faces/bob.png".into()),
            access: Access::of(Role::ReadOnly),
            key_revoked_at: None,
        };
        let entry = Face::of(&caller).vouch(&said(json))?;
        assert_eq!((entry.client, entry.clock), (ClientId(7), 3));
        entry.state.map(|state| state.to_string())
    }

    /// LT-6: what a client claims to be called does not matter.
    #[test]
    fn name_picture_and_colour_are_the_servers() {
        let shown = vouched(
            r##"{"user":{"userId":"u1","displayName":"The Boss","avatarUrl":"https://evil.example/t.gif","color":"red","editingField":"title"}}"##,
        );
        let expected = r##"{"user":{"userId":"u1","displayName":"Bob Kessler","avatarUrl":"/faces/bob.png","color":"#8b5cf6","editingField":"title"}}"##;
        assert_eq!(shown.as_deref(), Some(expected));
    }

    #[test]
    fn a_key_beside_the_user_is_cut_off() {
        let shown =
            vouched(r##"{"user":{"userId":"u1","displayName":"B","color":"#000000"},"draft":"secret"}"##);
        assert!(shown.is_some_and(|shown| !shown.contains("secret")));
    }

    #[test]
    fn a_state_that_is_not_about_the_member_or_says_too_much_is_not_shown() {
        for json in [
            r##"{"user":{"userId":"u2","displayName":"Bob Kessler","color":"#000000"}}"##,
            r##"{"user":{"userId":"u1","displayName":"B","color":"#000000","draft":"secret"}}"##,
            r##"{"user":{"userId":"u1","displayName":"B","color":"#000000","editingField":"password"}}"##,
            r##"{"user":{"displayName":"B","color":"#000000"}}"##,
            "{}",
            "[]",
            "7",
            "{",
        ] {
            assert_eq!(vouched(json), None, "{json}");
        }
    }

    #[test]
    fn a_departure_passes() {
        let caller = Caller {
            tenant: "t".into(),
            user: "u".into(),
            display_name: "B".into(),
            avatar_url: None,
            access: Access::of(Role::Technician),
            key_revoked_at: None,
        };
        let departure = Entry { client: ClientId(1), clock: 2, state: None };
        assert_eq!(Face::of(&caller).vouch(&departure), Some(departure));
    }
}
