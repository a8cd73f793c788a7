//! GraphQL: tickets over HTTP, and what happens to them over `graphql-transport-ws`, both on `/graph` (GS-1 … GS-6).
//!
//! It exists for programs that want to hear of tickets without speaking Hocuspocus, and to ask for just the fields that
//! they need. It holds no truth and decides nothing: what REST reads and writes with is what answers here.
//!
//! | module | holds |
//! |---|---|
//! | [`limits`] | every bound, with the meaning of its overflow |
//! | [`schema`] | what can be asked |
//! | `document` | what a query costs before it is looked at |
//! | `answer` | one request over HTTP |
//! | `protocol`, `socket`, `talk` | the messages of a socket, its task, and what is under way on it |
//! | `course` | what comes of one operation, from its beginning to its end |
//! | `words`, `tidings` | domain events in the words of GS-3, worked out once for all who hear of them |
//! | `wish`, `listener` | which of them are wanted, and who may know what |
//! | `news`, `teller` | an event as one listener is told of it, and in the words of a query, once for all who may know the same |
//! | `fault` | every answer that says no |
//!
//! **Invariant:** an event goes out only after it was asked, within the last second, what this very caller may read.

mod answer;
mod course;
mod document;
mod fault;
pub mod limits;
mod listener;
mod news;
mod protocol;
pub mod schema;
mod socket;
mod talk;
mod teller;
mod tidings;
mod wish;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::limits::{CONNECTIONS_PER_USER, SOCKETS};
use self::teller::Tellers;
use self::tidings::Newest;
use super::crowd::{Bounds, Counts, Crowd};
use crate::app::App;

/// The address of GraphQL.
pub const PATH: &str = "/graph";

/// GraphQL in this process. Cheap to clone.
#[derive(Clone)]
pub struct Graph(Arc<Shared>);

struct Shared {
    schema: schema::Graph,
    tellers: Tellers,
    newest: Newest,
    crowd: Crowd,
    sockets: TaskTracker,
    stop: CancellationToken,
}

impl Graph {
    /// Nobody there yet. Sockets are told to come back later when `stop` is cancelled.
    #[must_use]
    pub fn new(stop: CancellationToken) -> Self {
        let crowd = Crowd::new(Bounds { sockets: SOCKETS, per_person: CONNECTIONS_PER_USER });
        let (schema, sockets) = (schema::graph(), TaskTracker::new());
        let (tellers, newest) = (Tellers::default(), Newest::default());
        Self(Arc::new(Shared { schema, tellers, newest, crowd, sockets, stop }))
    }

    /// Waits until every socket has been told goodbye. To be called after `stop`, with a deadline of the caller's.
    pub async fn drained(&self) {
        self.0.sockets.close();
        self.0.sockets.wait().await;
    }

    /// What there is, and what has happened since the start.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.crowd.counts()
    }

    fn schema(&self) -> &schema::Graph {
        &self.0.schema
    }

    fn tellers(&self) -> &Tellers {
        &self.0.tellers
    }

    fn newest(&self) -> &Newest {
        &self.0.newest
    }
}

/// The route, to be merged into the server's router.
pub fn router() -> Router<App> {
    Router::new().route(PATH, get(socket::enter).post(answer::answer))
}
