//! Two ids in one path.
//!
//! **Invariant:** as with one id: what cannot be an id is "not found" before anything is looked up.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::params::is_id;
use crate::app::App;
use crate::http::problem::Problem;

/// The two ids in a path, from left to right.
pub struct Pair(pub String, pub String);

impl FromRequestParts<App> for Pair {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let missing = || Problem::not_found("There is nothing with this id");
        let ids = Path::<(String, String)>::from_request_parts(parts, app).await;
        let Path((one, other)) = ids.map_err(|_| missing())?;
        if is_id(&one) && is_id(&other) { Ok(Self(one, other)) } else { Err(missing()) }
    }
}
