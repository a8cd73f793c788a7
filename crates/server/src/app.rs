//! The server as one value: what every handler can reach, and the router over it.
//!
//! It exists so that tests run the very router that the program serves.
//!
//! **Invariant:** no global state; whatever a handler needs it finds here.

use std::sync::Arc;

use axum::Router;
use tokio_util::sync::CancellationToken;

use crate::auth::live_token::LiveTokens;
use crate::http;
use crate::rooms::Rooms;
use crate::store::Store;

/// The state behind the router. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Tickets, people, change feed, outbox.
    pub store: Store,
    /// Signs and checks live tokens.
    pub live_tokens: Arc<LiveTokens>,
    /// Who is in which room.
    pub rooms: Rooms,
}

impl App {
    /// An application over a store. Its sockets say goodbye when `stop` is cancelled.
    #[must_use]
    pub fn new(store: Store, live_secret: &[u8], stop: CancellationToken) -> Self {
        let live_tokens = Arc::new(LiveTokens::new(live_secret));
        let rooms = Rooms::new(store.clone(), Arc::clone(&live_tokens), stop);
        Self { store, live_tokens, rooms }
    }

    /// Everything that is served on the port.
    pub fn router(&self) -> Router {
        http::router().merge(self.rooms.router()).with_state(self.clone())
    }
}
