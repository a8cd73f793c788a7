//! The endpoints of a ticket.
//!
//! **Invariant:** a ticket leaves through [`Shown`] and is changed through [`update`].

mod get;
mod list;
mod live_token;
mod update;

use axum::Router;
use axum::routing::{get as on_get, post as on_post};
use callboard_model::{TenantId, Ticket};
use serde::Serialize;

use super::problem::Problem;
use crate::app::App;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/tickets", on_get(list::list))
        .route("/tickets/{id}", on_get(get::get).put(update::update).patch(update::update))
        .route("/tickets/live-tokens", on_post(live_token::many))
}

/// Routes that the stock has outside `/api/v1`.
pub(super) fn stock_routes() -> Router<App> {
    Router::new().route("/api/tickets/{id}/live-token", on_get(live_token::one))
}

/// A ticket as it is answered: with the two keys that the stock's row has and the vocabulary does not need.
#[derive(Serialize)]
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
