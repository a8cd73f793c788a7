//! What lies in a Redis message: a hint in the stock's JSON and, behind it, who sent it; what processes tell each other;
//! a notification.
//!
//! **Invariant:** only the keys of a hint get through, whatever a foreign publisher added, and nothing larger than its
//! limit is read.

use std::sync::Arc;

use callboard_model::{BoardId, ClientId, Hint, Person, SessionId, Timestamp, Version};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};

use crate::auth::access::Placement;
use crate::bus::{FACES, Said, Scope};

/// A hint from Redis. Ours have a few hundred bytes. Above it the message is not read.
const HINT_BYTES_MAX: usize = 64 * 1024;
/// A notification from Redis. Above it the message is not read.
const NOTIFICATION_BYTES_MAX: usize = 64 * 1024;
/// What another process says at a time. Above it the message is not read.
const SAID_BYTES_MAX: usize = 1024 * 1024;

#[derive(Serialize)]
struct Sent<'a> {
    #[serde(flatten)]
    hint: &'a Hint,
    via: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved: Option<Moved>,
}

/// Where a ticket was and where it is, told only of one that moved: whoever may not see it any more has to learn that
/// it went. Of any other ticket each process finds out for itself who may hear of it.
#[derive(Debug, Serialize, Deserialize)]
struct Moved {
    from: Option<Place>,
    to: Option<Place>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    board: Option<BoardId>,
    client: Option<ClientId>,
}

impl Place {
    fn of(placement: &Placement) -> Self {
        Self { board: placement.board.clone(), client: placement.client.clone() }
    }

    fn placement(self) -> Placement {
        Placement { board: self.board, client: self.client }
    }
}

/// A hint and the process it came from; a stock publisher does not say. Spelled out, because to flatten a hint into it
/// would cost more than all the rest of the way.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    updated_fields: Vec<Arc<str>>,
    updated_by: Person,
    updated_at: Timestamp,
    #[serde(default)]
    version: Option<Version>,
    #[serde(default)]
    seq: Option<u64>,
    #[serde(default)]
    origin_session: Option<SessionId>,
    #[serde(default)]
    via: Option<String>,
    #[serde(default)]
    moved: Option<Moved>,
}

/// A hint and the process it came from.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) hint: Hint,
    pub(super) via: Option<String>,
    pub(super) scope: Option<Scope>,
}

pub(super) fn write(hint: &Hint, scope: Option<&Scope>, via: &str) -> serde_json::Result<String> {
    let moved = scope.filter(|scope| scope.before != scope.after).map(|scope| Moved {
        from: scope.before.as_ref().map(Place::of),
        to: scope.after.as_ref().map(Place::of),
    });
    serde_json::to_string(&Sent { hint, via, moved })
}

pub(super) fn read(bytes: &[u8]) -> serde_json::Result<Received> {
    fits(bytes, HINT_BYTES_MAX)?;
    let raw: Raw = serde_json::from_slice(bytes)?;
    let hint = Hint {
        updated_fields: raw.updated_fields,
        updated_by: raw.updated_by,
        updated_at: raw.updated_at,
        ticket_id: None,
        version: raw.version,
        seq: raw.seq,
        origin_session: raw.origin_session,
    };
    let scope = raw.moved.map(|moved| Scope {
        before: moved.from.map(Place::placement),
        after: moved.to.map(Place::placement),
    });
    Ok(Received { hint, via: raw.via, scope })
}

/// What a process says, with its name.
#[derive(Serialize, Deserialize)]
struct Spoken<T> {
    node: String,
    #[serde(flatten)]
    said: T,
}

pub(super) fn write_said(node: &str, said: &Said) -> serde_json::Result<String> {
    serde_json::to_string(&Spoken { node: node.to_owned(), said })
}

pub(super) fn read_said(bytes: &[u8]) -> serde_json::Result<(String, Said)> {
    fits(bytes, SAID_BYTES_MAX)?;
    let Spoken { node, mut said }: Spoken<Said> = serde_json::from_slice(bytes)?;
    if let Said::Faces { faces } = &mut said {
        faces.truncate(FACES);
    }
    Ok((node, said))
}

/// A notification as the stock publishes it: passed on as it is, if it is an object that says of which type it is.
pub(super) fn read_notification(bytes: &[u8]) -> serde_json::Result<Arc<str>> {
    #[derive(Deserialize)]
    struct Typed {
        #[serde(rename = "type")]
        _kind: String,
    }
    fits(bytes, NOTIFICATION_BYTES_MAX)?;
    serde_json::from_slice::<Typed>(bytes)?;
    std::str::from_utf8(bytes).map(Into::into).map_err(serde_json::Error::custom)
}

fn fits(bytes: &[u8], limit: usize) -> serde_json::Result<()> {
    if bytes.len() > limit {
        return Err(serde_json::Error::custom(format_args!("it is longer than {limit} bytes")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOCK: &str = r#"{"updatedFields":["status_id"],"updatedBy":{"userId":"u","displayName":"Bob"},"updatedAt":"2026-11-21T10:00:00Z"}"#;

    #[test]
    fn a_stock_payload_is_read_and_ours_begins_like_it() {
        let stock = read(STOCK.as_bytes()).expect("a stock payload");
        assert_eq!(stock.via, None);
        let ours = write(&stock.hint, None, "n1").expect("plain data");
        assert_eq!(ours, STOCK.replace("Z\"}", "Z\",\"via\":\"n1\"}"));
        let back = read(ours.as_bytes()).expect("our own");
        assert_eq!((back.hint, back.via.as_deref()), (stock.hint, Some("n1")));
    }

    #[test]
    fn only_of_a_ticket_that_moved_it_is_said_where_it_lay_and_lies() {
        let hint = read(STOCK.as_bytes()).expect("a stock payload").hint;
        let at = |board: &str| Some(Placement { board: Some(board.into()), client: None });
        let stays = Scope { before: at("desk"), after: at("desk") };
        let moves = Scope { before: at("desk"), after: None };
        let there = |scope: &Scope| {
            let text = write(&hint, Some(scope), "n1").expect("plain data");
            read(text.as_bytes()).expect("our own").scope
        };
        assert_eq!((there(&stays), there(&moves)), (None, Some(moves)));
    }

    #[test]
    fn a_notification_passes_as_it_is_and_anything_else_does_not() {
        let stock =
            r#"{"type":"notification.read","notificationId":"n1","timestamp":"2026-11-21T10:00:00Z"}"#;
        assert_eq!(&*read_notification(stock.as_bytes()).expect("a notification"), stock);
        let long = format!(r#"{{"type":"{}"}}"#, "x".repeat(NOTIFICATION_BYTES_MAX));
        for text in ["", "7", "[]", "{}", r#"{"type":7}"#, &long] {
            assert!(read_notification(text.as_bytes()).is_err(), "{text:.20}");
        }
    }

    #[test]
    fn what_a_process_says_is_read_with_its_name() {
        for said in [Said::Hello, Said::Alive, Said::Bye, Said::Faces { faces: vec![] }] {
            let text = write_said("n1", &said).expect("plain data");
            assert_eq!(read_said(text.as_bytes()).expect("readable"), ("n1".to_owned(), said));
        }
    }

    #[test]
    fn what_is_no_hint_is_an_error() {
        for text in ["", "null", "[]", "{}", r#"{"updatedFields":"title"}"#, "\u{0}"] {
            assert!(read(text.as_bytes()).is_err(), "{text:?}");
        }
    }
}
