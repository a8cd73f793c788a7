//! Names of channels: what can be subscribed to.
//!
//! **Invariant:** a name that is parsed names one record or one board, and nothing of another tenant can be meant by it.

use std::fmt;

use callboard_model::BoardId;

use super::limits::NAME_BYTES_MAX;
use crate::http::extract::is_id;
use crate::store::records::Kind;

/// What is listened to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Channel {
    /// One record (RB-2).
    Record(Kind, String),
    /// The tickets of a board (RB-4).
    Board(BoardId),
}

impl Channel {
    /// The channel of that name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        if name.len() > NAME_BYTES_MAX {
            return None;
        }
        let (family, rest) = name.strip_prefix("private-")?.split_once('.')?;
        match family {
            "record" => {
                let (kind, id) = rest.split_once('.')?;
                Some(Self::Record(Kind::from_name(kind)?, Some(id).filter(|id| is_id(id))?.to_owned()))
            }
            "board" => Some(Self::Board(Some(rest).filter(|id| is_id(id))?.into())),
            _ => None,
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(kind, id) => write!(f, "private-record.{}.{id}", kind.name()),
            Self::Board(board) => write!(f, "private-board.{board}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RB-2, RB-4: each name means one thing and is said as it was heard.
    #[test]
    fn names_are_read_and_said_alike() {
        for name in [
            "private-record.ticket.4f1d",
            "private-record.schedule_entry.9",
            "private-record.client.c1",
            "private-record.contact.k1",
            "private-board.b1",
        ] {
            assert_eq!(Channel::from_name(name).map(|channel| channel.to_string()).as_deref(), Some(name));
        }
    }

    /// RB-3: unknown kinds, public channels and tricks with dots and slashes name nothing.
    #[test]
    fn what_names_nothing_is_refused() {
        let long = format!("private-record.ticket.{}", "x".repeat(NAME_BYTES_MAX));
        for name in [
            "",
            "record.ticket.1",
            "presence-record.ticket.1",
            "private-record.invoice.1",
            "private-record.ticket",
            "private-record.ticket.",
            "private-record.ticket.a b",
            "private-record.ticket.a/b",
            "private-board.",
            "private-boards.b1",
            &long,
        ] {
            assert_eq!(Channel::from_name(name), None, "{name}");
        }
    }
}
