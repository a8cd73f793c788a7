//! What the server is, and who the caller is.
//!
//! **Invariant:** a capability is named only if it is really there.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use callboard_model::rest::{Capabilities, Me, One};
use serde_json::{Value, json};

use super::extract::Known;
use super::problem::Problem;
use crate::app::App;

/// What this server can do beyond the stock.
const CAPABILITIES: &[&str] =
    &["versions", "client-version", "if-match", "idempotency", "changes", "live-tokens"];

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/meta/health", get(health))
        .route("/meta/capabilities", get(capabilities))
        .route("/users/me", get(me))
}

/// Asks the database something small, so that "healthy" means that tickets can be read.
async fn health(State(app): State<App>) -> Result<Json<Value>, Problem> {
    app.store.is_empty().await?;
    Ok(Json(json!({ "data": { "status": "healthy", "version": env!("CARGO_PKG_VERSION") } })))
}

async fn capabilities(
    State(app): State<App>,
    Known(caller): Known,
) -> Result<Json<One<Capabilities>>, Problem> {
    let seq = app.store.newest_change(&caller.tenant).await?;
    Ok(Json(One {
        data: Capabilities {
            capabilities: CAPABILITIES.iter().map(|&name| name.into()).collect(),
            server_version: env!("CARGO_PKG_VERSION").into(),
            seq: Some(seq),
        },
    }))
}

async fn me(Known(caller): Known) -> Json<One<Me>> {
    Json(One {
        data: Me {
            user_id: caller.user,
            tenant: caller.tenant,
            display_name: caller.display_name,
            avatar_url: caller.avatar_url,
            role: caller.access.role.name().into(),
        },
    })
}
