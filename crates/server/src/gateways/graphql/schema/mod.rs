//! What can be asked in GraphQL.
//!
//! | module | holds |
//! |---|---|
//! | `query`, `mutation` | tickets read and written, by the functions that REST has |
//! | `subscription` | what is told as it happens (GS-2) |
//! | `ticket`, `comment`, `event` | the things that are answered |
//! | `asked` | filters and bodies, put into the words of REST |
//! | `scalar` | times |
//!
//! Fields are named in camelCase. Where a name of a field is itself data (`changes`, `previousState`, `details`) it is the
//! REST name, the same everywhere.
//!
//! **Invariant:** nothing is read or written here but through what REST reads and writes with.

pub(super) mod asked;
pub(super) mod comment;
pub(super) mod event;
mod mutation;
pub(super) mod query;
mod scalar;
pub(super) mod subscription;
pub(super) mod ticket;

use std::any::Any;
use std::sync::LazyLock;

use async_graphql::{Context, Schema};

use self::mutation::Mutation;
use self::query::Query;
use self::subscription::Subscription;
use super::limits::{COMPLEXITY_MAX, DEPTH_MAX, NESTING_MAX};
use crate::app::App;
use crate::auth::Caller;
use crate::http::problem::Problem;

/// Everything that can be asked.
pub(super) type Graph = Schema<Query, Mutation, Subscription>;

/// The schema; who asks comes with each request.
pub(super) fn graph() -> Graph {
    Schema::build(Query, Mutation, Subscription)
        .limit_depth(DEPTH_MAX)
        .limit_recursive_depth(NESTING_MAX)
        .limit_complexity(COMPLEXITY_MAX)
        .finish()
}

/// The schema as text: what is committed as `docs/schema.graphql`.
#[must_use]
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut text = graph().sdl();
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    });
    &TEXT
}

/// Who asks, and of which server.
fn asking<'a>(context: &Context<'a>) -> Result<(&'a App, &'a Caller), Problem> {
    Ok((server(context)?, given(context)?))
}

/// Which server is asked.
fn server<'a>(context: &Context<'a>) -> Result<&'a App, Problem> {
    given(context)
}

fn given<'a, T: Any + Send + Sync>(context: &Context<'a>) -> Result<&'a T, Problem> {
    context.data_opt().ok_or_else(|| {
        tracing::error!("a request reached the schema without what belongs to it");
        Problem::failed()
    })
}

/// What a list costs: its length, times what one of it costs.
fn cost(length: i32, each: usize) -> usize {
    /// More than any limit, and so little that sums of it do not overflow.
    const ENOUGH: usize = 1_000_000_000;
    usize::try_from(length).unwrap_or_default().saturating_mul(each + 1).min(ENOUGH)
}
