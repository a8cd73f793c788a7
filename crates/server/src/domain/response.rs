//! Who has to answer next on a ticket.
//!
//! It exists so that every gateway that takes a comment moves the ticket the same way: the company spoke, so the
//! customer's turn; the customer spoke, so ours. Closing a ticket ends the waiting; that is in [`super::apply`].
//!
//! **Invariant:** what the customer cannot see never changes whose turn it is.

use super::comment::AuthorKind;

/// Whose answer is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Awaiting {
    /// The customer's.
    Client,
    /// Ours.
    Internal,
}

impl Awaiting {
    /// The spelling of the field `response_state`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "awaiting_client",
            Self::Internal => "awaiting_internal",
        }
    }
}

/// The state into which a new comment brings its ticket; `None` leaves it as it is.
///
/// A closed ticket waits for nobody when the company adds a word, but a customer who answers still waits for one.
#[must_use]
pub const fn after_comment(author: AuthorKind, is_internal: bool, is_closed: bool) -> Option<Awaiting> {
    match (author, is_internal, is_closed) {
        (AuthorKind::Internal, false, false) => Some(Awaiting::Client),
        (AuthorKind::Client, false, _) => Some(Awaiting::Internal),
        (AuthorKind::Internal, false, true) | (AuthorKind::Internal | AuthorKind::Client, true, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table: two authors, two visibilities, open and closed.
    #[test]
    fn staff_hands_the_turn_to_the_client_and_the_client_hands_it_back() {
        use AuthorKind::{Client, Internal};
        for (author, is_internal, is_closed, expected) in [
            (Internal, false, false, Some("awaiting_client")),
            (Internal, false, true, None),
            (Internal, true, false, None),
            (Internal, true, true, None),
            (Client, false, false, Some("awaiting_internal")),
            (Client, false, true, Some("awaiting_internal")),
            (Client, true, false, None),
            (Client, true, true, None),
        ] {
            let state = after_comment(author, is_internal, is_closed).map(Awaiting::name);
            assert_eq!(state, expected, "{author:?} internal {is_internal} closed {is_closed}");
        }
    }
}
