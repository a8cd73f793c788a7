//! People, and the awareness state that says where they are.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Field, UserId};

/// A person as hints and answers name them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Who; not always a uuid (`email`, `workflow`).
    pub user_id: UserId,
    /// The name to show.
    pub display_name: Arc<str>,
}

/// What a console says about its user in a room: exactly these keys and nothing else, ever (LT-9).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Presence {
    /// Who; the server insists that it is the token's user.
    pub user_id: UserId,
    /// The name to show.
    pub display_name: Arc<str>,
    /// A picture, where there is one.
    #[serde(default)]
    pub avatar_url: Option<Arc<str>>,
    /// The colour of the face, `#rrggbb`.
    pub color: Arc<str>,
    /// The field in which the person is; absent when in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub editing_field: Option<Field>,
}

/// The awareness document: everything stands under the key `user`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Awareness {
    /// The person.
    pub user: Presence,
}

/// The stock palette; every end derives the same colour for the same person.
const PALETTE: [&str; 8] =
    ["#0ea5e9", "#14b8a6", "#f97316", "#ef4444", "#8b5cf6", "#22c55e", "#eab308", "#ec4899"];

/// The colour of a person's face, as the stock browser client computes it.
#[must_use]
pub fn face_color(user: &UserId) -> &'static str {
    let hash = user
        .as_str()
        .encode_utf16()
        .fold(0_i32, |hash, unit| hash.wrapping_shl(5).wrapping_sub(hash).wrapping_add(i32::from(unit)));
    PALETTE[hash.unsigned_abs() as usize % PALETTE.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presence_has_exactly_the_stock_keys() {
        let state = Awareness {
            user: Presence {
                user_id: "u1".into(),
                display_name: "Bob Kessler".into(),
                avatar_url: None,
                color: face_color(&"u1".into()).into(),
                editing_field: Some(Field::Status),
            },
        };
        let json = serde_json::to_string(&state).expect("presence is plain data");
        assert_eq!(
            json,
            r##"{"user":{"userId":"u1","displayName":"Bob Kessler","avatarUrl":null,"color":"#8b5cf6","editingField":"status_id"}}"##,
        );
        assert_eq!(serde_json::from_str::<Awareness>(&json).ok(), Some(state));
    }

    #[test]
    fn a_key_that_does_not_belong_is_refused() {
        let json = r##"{"userId":"u","displayName":"B","color":"#000000","draft":"secret"}"##;
        assert!(serde_json::from_str::<Presence>(json).is_err());
    }
}
