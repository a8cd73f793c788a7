//! The endpoints of a ticket.
//!
//! | module | holds |
//! |---|---|
//! | [`body`] | what the body of a write says |
//! | [`answer`], [`shown`] | how the outcome of a write is told; how a ticket is shown |
//! | [`open`], [`update`], [`bulk`], [`delete`] | the writes |
//! | [`get`], [`list`], [`search`], [`stats`], [`documents`], [`tags`] | the reads |
//! | [`filter`], [`fields`], [`row`] | which tickets are meant, and what is shown of each |
//! | [`live_token`] | the way into a ticket's room |
//!
//! **Invariant:** a ticket leaves through [`shown`], and every write reads its body through [`body`].

mod answer;
mod body;
mod bulk;
mod delete;
mod documents;
mod fields;
mod filter;
mod get;
mod list;
mod live_token;
mod open;
mod row;
mod search;
mod shown;
mod stats;
mod tags;
mod update;

use callboard_model::rest::{LiveTokens, LiveTokensRequest, Stale, TicketChanges};
use serde_json::Value;

use self::answer::Written;
pub(crate) use self::answer::refused;
pub(crate) use self::get::found;
pub(crate) use self::list::page;
pub(crate) use self::open::opened;
use self::shown::Tag;
pub(crate) use self::update::put;
use super::Many;
use super::openapi::{Contract, Routes};
use super::problem::Problem;

pub(super) fn routes() -> Routes {
    Routes::of("tickets")
        .get("/tickets", list::list, list::contract())
        .get("/tickets/search", search::search, search::contract())
        .get("/tickets/stats", stats::stats, stats::contract())
        .get("/tickets/{id}", get::get, get::contract())
        .get(
            "/tickets/{id}/documents",
            documents::documents,
            Contract::reads::<Many<Value>>("The documents of a ticket: none are kept here"),
        )
        .get(
            "/tags/entity/ticket/{id}",
            tags::of_ticket,
            Contract::reads::<Many<Tag>>("The tags of a ticket"),
        )
        .put("/tickets/{id}", update::update, changes("Change some fields of a ticket"))
        .patch("/tickets/{id}", update::update, changes("The same as PUT"))
        .delete("/tickets/{id}", delete::delete, removes())
        .post("/tickets", open::open, opens())
        .put(
            "/tickets/{id}/status",
            update::status,
            changes("Change the status, with what is said of the closing"),
        )
        .put("/tickets/{id}/assignment", update::assignment, changes("Change who does it"))
        .post("/tickets/bulk", bulk::bulk, bulk::contract())
        .post(
            "/tickets/live-tokens",
            live_token::many,
            Contract::asks::<LiveTokensRequest, LiveTokens>("Tokens for the rooms of many tickets"),
        )
}

/// What a new ticket takes and answers.
fn opens() -> Contract {
    Contract::creates::<TicketChanges, Written>("Open a ticket").applied_once()
}

/// What is said of a deletion.
fn removes() -> Contract {
    Contract::removes("Delete a ticket with everything that hangs on it")
        .query::<u64>("client_version", "The version that the caller saw")
        .answers::<Stale>("409", "The ticket was changed since `client_version`; it stands")
        .answers::<Stale>("412", "`If-Match` did not hold; it stands")
        .applied_once()
}

/// What a change of a ticket takes and answers.
fn changes(summary: &str) -> Contract {
    Contract::writes::<TicketChanges, Written>(summary)
        .answers::<Stale>("409", "A field was changed since `client_version`; nothing was written")
        .answers::<Stale>("412", "`If-Match` did not hold; nothing was written")
        .applied_once()
}

/// Routes that the stock has outside `/api/v1`.
pub(super) fn stock_routes() -> Routes {
    Routes::of("tickets").get(
        "/api/tickets/{id}/live-token",
        live_token::one,
        Contract::reads::<live_token::Token>("A token for the room of one ticket"),
    )
}

fn unknown() -> Problem {
    Problem::not_found("Ticket not found")
}
