//! The REST API: the stock's names and shapes, and ours on top.
//!
//! It exists to translate: a request into a question to the store, an outcome into an answer. One family of
//! endpoints per file.
//!
//! | module | holds |
//! |---|---|
//! | [`problem`] | every answer that says no |
//! | [`extract`] | who is calling, ids in paths, query parameters, bodies |
//! | `tickets` | list, one, update, live tokens |
//! | `comments`, `bundle` | what is said on a ticket, and tickets that one master speaks for |
//! | `lookups`, `customers`, `people` | boards, statuses, priorities, categories; clients and theirs; people and teams |
//! | `schedules` | who is where when |
//! | `admin` | what an administrator does for their own company |
//! | [`openapi`] | what is said of every route, as a document for programs |
//! | `notifications` | the way into one's own notifications |
//! | [`watch`] | what is around every request: its name, its time, its panic |
//! | `events` | the catalogue of domain events, their log and the simulator |
//! | `changes`, `records`, `meta` | the change feed; versions of records; health, capabilities, the caller |
//! | `once` | writes that are applied once |
//! | `html`, `ranges` | text as HTML, and long text cut to a part |
//!
//! **Invariant:** no rule of business, no SQL, and no answer with the text of an internal failure.

mod admin;
mod bundle;
mod changes;
pub(crate) mod comments;
mod customers;
mod events;
pub mod extract;
mod html;
mod lookups;
mod meta;
mod notifications;
pub(crate) mod once;
pub mod openapi;
mod people;
pub mod problem;
mod ranges;
mod records;
mod schedules;
pub(crate) mod tickets;
pub mod watch;

use axum::Router;
use callboard_model::Timestamp;
use callboard_model::openapi::{Named, name, named};
use serde::Serialize;
use utoipa::openapi::schema::{ArrayBuilder, Schema};
use utoipa::openapi::{ObjectBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

use self::openapi::Routes;
use self::problem::Problem;
use crate::app::App;
use crate::domain::value::to_millisecond;

/// All routes of the REST API, with what the document says of them.
fn described() -> Routes {
    let v1 = meta::routes()
        .merge(lookups::routes())
        .merge(people::routes())
        .merge(customers::routes())
        .merge(changes::routes())
        .merge(records::routes())
        .merge(events::routes())
        .merge(notifications::routes())
        .merge(schedules::routes())
        .merge(tickets::routes())
        .merge(comments::routes())
        .merge(bundle::routes())
        .merge(admin::routes());
    v1.below("/api/v1").merge(tickets::stock_routes())
}

/// The REST API.
pub fn router() -> Router<App> {
    described()
        .into_router()
        .fallback(async || Problem::not_found("There is nothing at this address"))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
}

/// The envelope of lookups: things without pages.
#[derive(Serialize)]
struct Many<T> {
    data: Vec<T>,
}

impl<T: ToSchema> PartialSchema for Many<T> {
    fn schema() -> RefOr<Schema> {
        let list = ArrayBuilder::new().items(named::<T>());
        ObjectBuilder::new().property("data", list).required("data").into()
    }
}

impl<T: ToSchema> ToSchema for Many<T> {
    fn schemas(schemas: &mut Named) {
        name::<T>(schemas);
    }
}

/// Now, as finely as times are stored.
pub(crate) fn now(app: &App) -> Timestamp {
    let now = app.now();
    to_millisecond(now).unwrap_or(now)
}
