//! The documents of a ticket: there are none, and whoever may read the ticket is told so in the stock's shape.
//!
//! **Invariant:** a ticket out of reach has no list of documents either.

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::unknown;
use crate::app::App;
use crate::http::Many;
use crate::http::extract::{Id, Reader};
use crate::http::problem::Problem;

pub(super) async fn documents(
    State(app): State<App>,
    Reader(caller): Reader,
    Id(id): Id,
) -> Result<Json<Many<Value>>, Problem> {
    let may_read = app.store.readable_tickets(&caller, vec![id.into()]).await?;
    if may_read == [true] { Ok(Json(Many { data: Vec::new() })) } else { Err(unknown()) }
}
