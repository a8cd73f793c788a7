//! One value on its way into a statement.
//!
//! It exists so that statements hand over ids, times and flags as they are, and both engines store them alike.
//!
//! **Invariant:** four kinds of value and no more; whatever goes in comes out of a row as the same type.

use std::borrow::Cow;
use std::sync::Arc;

use callboard_model::{
    BoardId, CategoryId, ChangeId, ClientId, CommentId, ContactId, EntryId, LocationId, PriorityId,
    SessionId, SlaPolicyId, SocketId, StatusId, TeamId, TenantId, TicketId, Timestamp, UserId, Version,
    WebhookId,
};

/// A value for a place in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) enum Cell<'a> {
    /// Nothing.
    Null,
    /// A whole number, a flag as 0 or 1, or a time in milliseconds.
    Int(i64),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Null, Into::into)
    }
}

impl From<i64> for Cell<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<u32> for Cell<'_> {
    fn from(value: u32) -> Self {
        Self::Int(value.into())
    }
}

/// A number beyond what a database holds becomes the greatest that it does: to compare with, it is as good.
impl From<u64> for Cell<'_> {
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Cell<'_> {
    fn from(value: bool) -> Self {
        Self::Int(value.into())
    }
}

impl From<Timestamp> for Cell<'_> {
    fn from(value: Timestamp) -> Self {
        Self::Int(value.as_millisecond())
    }
}

impl From<Version> for Cell<'_> {
    fn from(value: Version) -> Self {
        value.0.into()
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Cell<'_> {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value.into())
    }
}

impl<'a> From<&'a Arc<str>> for Cell<'a> {
    fn from(value: &'a Arc<str>) -> Self {
        Self::Text((&**value).into())
    }
}

impl<'a> From<&'a [u8]> for Cell<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value.into())
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Cell<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(value.as_slice().into())
    }
}

macro_rules! ids {
    ($($id:ident),*) => {$(
        impl<'a> From<&'a $id> for Cell<'a> {
            fn from(id: &'a $id) -> Self {
                id.as_str().into()
            }
        }
    )*};
}

ids!(
    BoardId,
    CategoryId,
    ChangeId,
    ClientId,
    CommentId,
    ContactId,
    EntryId,
    LocationId,
    PriorityId,
    SessionId,
    SlaPolicyId,
    SocketId,
    StatusId,
    TeamId,
    TenantId,
    TicketId,
    UserId,
    WebhookId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_number_cannot_hold_is_its_greatest() {
        assert_eq!(Cell::from(u64::MAX), Cell::Int(i64::MAX));
    }

    #[test]
    fn nothing_is_null_and_something_is_itself() {
        assert_eq!(Cell::from(None::<&str>), Cell::Null);
        assert_eq!(Cell::from(Some(&TenantId::from("t"))), Cell::Text("t".into()));
    }
}
