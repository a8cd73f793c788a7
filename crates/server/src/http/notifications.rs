//! The way into the room of one's own notifications.
//!
//! It exists because the stock lets anybody into anybody's. There is no other route: what is in that room comes from
//! whoever publishes it, and is not kept here.
//!
//! **Invariant:** a token opens the caller's own room and nobody else's.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::now;
use super::openapi::{Contract, Routes};
use super::problem::Problem;
use crate::app::App;
use crate::auth::live_token::Grant;
use crate::http::extract::Known;
use crate::store::flags::Flag;

pub(super) fn routes() -> Routes {
    Routes::of("notifications").get(
        "/notifications/live-token",
        live_token,
        Contract::reads::<NotificationsToken>("A token for the room of the caller's own notifications"),
    )
}

/// A token, and the room that it opens.
#[derive(Serialize, ToSchema)]
struct NotificationsToken {
    token: Arc<str>,
    room: String,
}

async fn live_token(
    State(app): State<App>,
    Known(caller): Known,
) -> Result<Json<NotificationsToken>, Problem> {
    if !app.store.flag(&caller.tenant, Flag::LiveTicketUpdates).await? {
        return Err(Problem::live_updates_off());
    }
    let room = format!("notifications:{}:{}", caller.tenant, caller.user);
    let (token, _) = app.live_tokens.mint(&caller, Grant::Notifications, now(&app))?;
    Ok(Json(NotificationsToken { token, room }))
}
