//! Gateways: everybody who is told of a change after it was committed, beside the rooms.
//!
//! A change is written once, with its events (`store/statements/record.rs`), and read here as often as there is somebody to
//! tell. There are two ways to read it, and a gateway takes the one that fits:
//!
//! | module | is for | what is lost |
//! |---|---|---|
//! | [`tail`] | who is connected right now: subscriptions, channels | what happens while nobody is connected |
//! | [`graphql`] | GraphQL over HTTP and WebSocket, on the tail | |
//! | [`channels`] | pages that listen to records over the Pusher protocol, on the tail | |
//! | [`outlets`] | another system that has to get everything | nothing |
//! | [`streams`] | Redis streams in the stock's layout, an outlet | |
//! | [`webhooks`] | signed requests to addresses of others, each with a place of its own | |
//!
//! `crowd` counts and bounds who is connected, `saying` waits for them no longer than it should, and `outside` with its `bell`
//! is what comes to them beside what they are told.
//!
//! A further outlet is one module with an [`outlets::Outlet`] and one line in [`start`]; a further one that speaks to
//! somebody connected takes [`App::tail`] and has its line in [`router`].
//!
//! **Invariant:** a gateway knows the change and no domain rule; the domain and the store know no gateway.

mod bell;
pub mod channels;
mod crowd;
pub mod graphql;
pub mod outlets;
mod outside;
mod saying;
pub mod streams;
pub mod tail;
pub mod webhooks;

use std::sync::Arc;

use axum::Router;
use tokio_util::task::TaskTracker;

pub use self::crowd::Counts;
use self::streams::Streams;
use crate::app::App;

/// What a socket reads into at once; longer messages are read piece by piece. Each socket holds as much, and clears it
/// before every look at its peer: of what the library takes by itself, 128 KiB, that was a quarter of what its threads did.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// The routes of whoever comes to be told.
pub fn router() -> Router<App> {
    Router::new().merge(graphql::router()).merge(channels::router())
}

/// Waits until whoever is connected has been told goodbye. To be called after the stop, with a deadline of the caller's.
pub async fn drained(app: &App) {
    tokio::join!(app.graph.drained(), app.channels.drained());
}

/// Starts everything that tells others by itself, until the stop. Webhooks are always there: without one they send nothing.
pub fn start(app: &App, streams: Option<Streams>, tasks: &TaskTracker) {
    let given = || (app.store.clone(), Arc::clone(&app.metrics), app.stop.clone());
    let (store, metrics, stop) = given();
    tasks.spawn(webhooks::run(store, app.webhooks.clone(), metrics, stop));
    if let Some(streams) = streams {
        let (store, metrics, stop) = given();
        tasks.spawn(outlets::run(streams, store, metrics, stop));
    }
}
