//! What the server is, and who the caller is.
//!
//! **Invariant:** a capability is named only if it is really there.

use axum::Json;
use axum::extract::State;
use callboard_model::rest::{Capabilities, Me, One};
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::Known;
use super::openapi::{self, Contract, Routes};
use super::problem::Problem;
use crate::app::App;
use crate::store::flags::Flag;

/// What this server can do beyond the stock.
const CAPABILITIES: &[&str] =
    &["versions", "client-version", "if-match", "idempotency", "changes", "bulk", "records", LIVE_TOKENS];

/// What is not there for a tenant whose live layer is switched off (LT-20).
const LIVE_TOKENS: &str = "live-tokens";

pub(super) fn routes() -> Routes {
    Routes::of("meta")
        .get(
            "/meta/health",
            health,
            Contract::reads::<One<Health>>("Whether the server is well").for_everybody(),
        )
        .get(
            "/meta/ready",
            ready,
            Contract::reads::<One<Ready>>(
                "Whether to send requests here: 503 while stopping or without a database",
            )
            .for_everybody(),
        )
        .get(
            "/meta/openapi",
            openapi::serve,
            Contract::reads::<serde_json::Value>("This document").for_everybody(),
        )
        .get(
            "/meta/capabilities",
            capabilities,
            Contract::reads::<One<Capabilities>>("What this server can do beyond the stock"),
        )
        .get("/users/me", me, Contract::reads::<One<Me>>("Who the caller is"))
}

/// How the server is.
#[derive(Serialize, ToSchema)]
struct Health {
    status: &'static str,
    version: &'static str,
}

/// How ready the server is.
#[derive(Serialize, ToSchema)]
struct Ready {
    status: &'static str,
    database: &'static str,
    /// `none`, `hears` other processes, or is `away`: then hints stay within this process, and readers catch up later.
    redis: &'static str,
}

/// Alive: whoever restarts what is dead must not restart what merely waits for its database.
async fn health() -> Json<One<Health>> {
    Json(One { data: Health { status: "healthy", version: env!("CARGO_PKG_VERSION") } })
}

/// Asks the database something small. Redis away is told and is no reason to send nobody here. Its schema is up to date since before anything listened.
async fn ready(State(app): State<App>) -> Result<Json<One<Ready>>, Problem> {
    if app.stop.is_cancelled() {
        return Err(Problem::stopping());
    }
    app.store.is_empty().await.map_err(|error| {
        tracing::warn!(%error, "not ready: the database does not answer");
        Problem::database_away()
    })?;
    let redis = match app.bus.hears_others() {
        None => "none",
        Some(true) => "hears",
        Some(false) => "away",
    };
    Ok(Json(One { data: Ready { status: "ready", database: "answers", redis } }))
}

async fn capabilities(
    State(app): State<App>,
    Known(caller): Known,
) -> Result<Json<One<Capabilities>>, Problem> {
    let seq = app.store.newest_change(&caller.tenant).await?;
    let live = app.store.flag(&caller.tenant, Flag::LiveTicketUpdates).await?;
    let there = CAPABILITIES.iter().filter(|&&name| live || name != LIVE_TOKENS);
    Ok(Json(One {
        data: Capabilities {
            capabilities: there.map(|&name| name.into()).collect(),
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
