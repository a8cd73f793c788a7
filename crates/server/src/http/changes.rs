//! The change feed: how a console catches up with one question (LT-15).
//!
//! **Invariant:** names of fields and who changed them, never a value.

use axum::Json;
use axum::extract::State;
use callboard_model::rest::Changes;

use super::extract::{Params, Reader};
use super::openapi::{Contract, Routes};
use super::problem::Problem;
use crate::app::App;
use crate::store::Feed;

/// Records per answer when the caller does not say.
const LIMIT: u32 = 500;
/// Records per answer at most; the rest comes with the next question.
const LIMIT_MAX: u32 = 1000;

pub(super) fn routes() -> Routes {
    Routes::of("changes").get(
        "/changes",
        changes,
        Contract::reads::<Changes>(
            "What changed since a place in the feed; without one, where the feed ends now",
        )
        .query::<u64>("since", "The `next` of the answer before")
        .query::<u32>("limit", "Records per answer, 1 to 1000; 500 unless given")
        .also("410", "The feed does not reach back so far: load anew"),
    )
}

/// Without `since`: nothing but the place where the feed ends now.
async fn changes(
    State(app): State<App>,
    Reader(caller): Reader,
    params: Params,
) -> Result<Json<Changes>, Problem> {
    let limit = params.within("limit", LIMIT, 1..=LIMIT_MAX)?;
    let Some(since) = params.parsed("since")? else {
        let next = app.store.newest_change(&caller.tenant).await?;
        return Ok(Json(Changes { data: Vec::new(), next, has_more: false }));
    };
    match app.store.changes(&caller, since, limit).await? {
        Feed::Page(page) => Ok(Json(page)),
        Feed::Gone => Err(Problem::cursor_gone()),
    }
}
