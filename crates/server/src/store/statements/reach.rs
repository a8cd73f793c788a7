//! Access as a condition: what a list leaves out because the caller may not see it.
//!
//! It exists so that every list draws the line at the same place as [`Access`], in the database, before anything is
//! counted or cut into pages.
//!
//! **Invariant:** says the same as [`Access::reads`], [`Access::reaches_client`] and [`Boards::contain`].

use crate::auth::{Access, Boards};
use crate::store::sql::Conditions;

/// Only what stands on a board and for a client that the caller reads tickets of. The columns are those of a ticket's
/// place.
pub(super) fn tickets<'a>(conditions: &mut Conditions<'a>, access: &'a Access, board: &str, client: &str) {
    if !access.reads_tickets() {
        conditions.any_of(board, [] as [&str; 0]);
    }
    boards(conditions, access, board);
    clients(conditions, access, client);
}

/// Only what belongs to a board that the caller sees.
pub(super) fn boards<'a>(conditions: &mut Conditions<'a>, access: &'a Access, board: &str) {
    if let Boards::Only(boards) = &access.boards {
        conditions.any_of(board, boards.iter());
    }
}

/// Only what belongs to a client whose things the caller sees.
pub(super) fn clients<'a>(conditions: &mut Conditions<'a>, access: &'a Access, client: &str) {
    if let Some(own) = access.only_client() {
        conditions.any_of(client, own);
    }
}

/// Only changes of tickets that the caller could read before the change or can after it.
pub(super) fn changes<'a>(conditions: &mut Conditions<'a>, access: &'a Access) {
    if !access.reads_tickets() {
        conditions.any_of("board_id", [] as [&str; 0]);
    }
    if access.boards == Boards::All && access.only_client().is_none() {
        return;
    }
    conditions.either([("board_was", "client_was"), ("board_id", "client_id")], |half, (board, client)| {
        boards(half, access, board);
        clients(half, access, client);
    });
}
