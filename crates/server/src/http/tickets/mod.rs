//! The endpoints of a ticket.
//!
//! **Invariant:** a ticket leaves through [`Shown`] and is changed through [`update`].

mod get;
mod list;
mod live_token;
mod update;

use callboard_model::rest::{LiveTokens, LiveTokensRequest, One, Stale, TicketChanges};
use callboard_model::{TenantId, Ticket};
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::{Contract, Routes};
use super::problem::Problem;

pub(super) fn routes() -> Routes {
    Routes::of("tickets")
        .get("/tickets", list::list, list::contract())
        .get(
            "/tickets/{id}",
            get::get,
            Contract::reads::<One<Shown>>("One ticket")
                .header("If-None-Match", "The version that the caller has, in quotes")
                .also("304", "The caller has this version"),
        )
        .put("/tickets/{id}", update::update, changes("Change some fields of a ticket"))
        .patch("/tickets/{id}", update::update, changes("The same as PUT"))
        .post(
            "/tickets/live-tokens",
            live_token::many,
            Contract::asks::<LiveTokensRequest, LiveTokens>("Tokens for the rooms of many tickets"),
        )
}

/// What a change of a ticket takes and answers.
fn changes(summary: &str) -> Contract {
    Contract::writes::<TicketChanges, update::Written>(summary)
        .answers::<Stale>("409", "A field was changed since `client_version`; nothing was written")
        .answers::<Stale>("412", "`If-Match` did not hold; nothing was written")
        .also("422", "The idempotency key stands for another write")
}

/// Routes that the stock has outside `/api/v1`.
pub(super) fn stock_routes() -> Routes {
    Routes::of("tickets").get(
        "/api/tickets/{id}/live-token",
        live_token::one,
        Contract::reads::<live_token::Token>("A token for the room of one ticket"),
    )
}

/// A ticket as it is answered: with the two keys that the stock's row has and the vocabulary does not need.
#[derive(Serialize, ToSchema)]
struct Shown {
    tenant: TenantId,
    is_closed: bool,
    #[serde(flatten)]
    ticket: Ticket,
}

impl Shown {
    fn new(tenant: &TenantId, ticket: Ticket) -> Self {
        Self { tenant: tenant.clone(), is_closed: ticket.status_is_closed, ticket }
    }
}

fn unknown() -> Problem {
    Problem::not_found("Ticket not found")
}
