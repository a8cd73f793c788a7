//! The tags of one ticket, at the stock's address.
//!
//! **Invariant:** tags of a ticket out of reach are not told.

use axum::Json;
use axum::extract::State;
use callboard_model::TicketId;

use super::shown::{Tag, tags};
use super::unknown;
use crate::app::App;
use crate::http::Many;
use crate::http::extract::{Id, Reader};
use crate::http::problem::Problem;

pub(super) async fn of_ticket(
    State(app): State<App>,
    Reader(caller): Reader,
    Id(id): Id,
) -> Result<Json<Many<Tag>>, Problem> {
    let id = TicketId::from(id);
    if app.store.readable_tickets(&caller, vec![id.clone()]).await? != [true] {
        return Err(unknown());
    }
    let words = app.store.tags(&caller.tenant, vec![id.clone()]).await?.remove(&id).unwrap_or_default();
    Ok(Json(Many { data: tags(&caller.tenant, words) }))
}
