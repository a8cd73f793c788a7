//! Record channels: stock clients of the Pusher protocol hear that a record they have open was changed (RB-2 … RB-4).
//!
//! It exists for pages that are no consoles. A client connects to `/app/callboard`, is given the name of its socket, asks
//! `POST /broadcasting/auth` over REST for the proof that it may listen, and subscribes with it. What it is told is that
//! there is something newer, never what.
//!
//! | module | holds |
//! |---|---|
//! | `name` | what can be listened to |
//! | `frame` | the protocol's messages |
//! | `proof` | the signature with which somebody enters |
//! | `told_of` | which record an event tells of |
//! | `listener` | what somebody listens to |
//! | `visit` | one client, and what is said to it |
//! | `socket` | the task of its socket |
//! | `limits` | every bound |
//!
//! **Invariant:** nobody is told of a record that they may not read at that moment, and nothing here reaches a save.

mod frame;
pub mod limits;
mod listener;
mod name;
mod proof;
mod socket;
mod told_of;
mod visit;

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::limits::{MESSAGE_BYTES_MAX, SOCKETS, SOCKETS_PER_PERSON};
use self::name::Channel;
use self::proof::{Proof, Proofs};
use super::crowd::{Bounds, Counts, Crowd};
use super::tail::Tail;
use crate::app::App;
use crate::auth::Caller;
use crate::error::Result;
use crate::http::extract::Known;
use crate::http::problem::Problem;
use crate::store::Store;
use crate::store::flags::Flag;
use crate::store::lookups::BoardQuery;
use crate::store::records::Kind;

/// The key of the application. The protocol wants one; it is no secret and opens nothing.
pub const APP_KEY: &str = "callboard";

/// Why there is nothing to listen to; the same whether it is not there or out of sight.
const NOT_FOR_YOU: &str = "There is no such channel for you";

/// All record channels of this process. Cheap to clone.
#[derive(Clone)]
pub struct Channels(Arc<Shared>);

struct Shared {
    store: Store,
    tail: Tail,
    proofs: Proofs,
    crowd: Crowd,
    sockets: TaskTracker,
    stop: CancellationToken,
}

impl Channels {
    /// Nobody there yet. Sockets are told to connect again when `stop` is cancelled.
    #[must_use]
    pub fn new(store: Store, tail: Tail, secret: &[u8], stop: CancellationToken) -> Self {
        let crowd = Crowd::new(Bounds { sockets: SOCKETS, per_person: SOCKETS_PER_PERSON });
        let (proofs, sockets) = (Proofs::new(secret), TaskTracker::new());
        Self(Arc::new(Shared { store, tail, proofs, crowd, sockets, stop }))
    }

    /// Waits until every socket has been told goodbye. To be called after the stop, with a deadline of the caller's.
    pub async fn drained(&self) {
        self.0.sockets.close();
        self.0.sockets.wait().await;
    }

    /// What there is, and what has happened since the start.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.crowd.counts()
    }

    /// Whether this person may listen there now.
    async fn admits(&self, caller: &Caller, channel: &Channel) -> Result<bool> {
        let access = &caller.access;
        match channel {
            Channel::Record(kind, id) => {
                let has_such = match kind {
                    Kind::Ticket | Kind::Client | Kind::Contact => access.reads_tickets(),
                    Kind::ScheduleEntry => access.reads_schedules(),
                };
                Ok(has_such && self.0.store.record_version(caller, *kind, id.clone()).await?.is_some())
            }
            Channel::Board(board) => {
                if !access.reads_tickets() {
                    return Ok(false);
                }
                // Cut to those that they reach.
                let boards = self
                    .0
                    .store
                    .boards(&caller.tenant, access, BoardQuery { include_inactive: true, search: None })
                    .await?;
                Ok(boards.iter().any(|listed| listed.board.board_id == *board))
            }
        }
    }
}

/// The routes, to be merged into the server's router.
pub fn router() -> Router<App> {
    Router::new()
        .route("/app/{key}", get(socket::enter))
        .route("/broadcasting/auth", post(prove).layer(DefaultBodyLimit::max(MESSAGE_BYTES_MAX)))
}

/// What a client asks before it subscribes, in the protocol's names.
#[derive(Deserialize)]
struct Asked {
    socket_id: String,
    channel_name: String,
}

/// Whether the caller may listen, proven to the socket. A record out of sight is answered like one that is not there.
async fn prove(
    State(app): State<App>,
    Known(caller): Known,
    asked: std::result::Result<Form<Asked>, FormRejection>,
) -> std::result::Result<Json<Proof>, Problem> {
    let Ok(Form(Asked { socket_id, channel_name })) = asked else {
        return Err(Problem::bad_request("Asked for with socket_id and channel_name, as a form"));
    };
    if !socket::is_name(&socket_id) {
        return Err(Problem::bad_request("The socket is not named as it was told"));
    }
    if !app.store.flag(&caller.tenant, Flag::LiveTicketUpdates).await? {
        return Err(Problem::live_updates_off());
    }
    let refused = || Problem::forbidden(NOT_FOR_YOU);
    let channel = Channel::from_name(&channel_name).ok_or_else(refused)?;
    if !app.channels.admits(&caller, &channel).await? {
        return Err(refused());
    }
    Ok(Json(app.channels.0.proofs.sign(&caller, &socket_id, &channel, app.now())))
}
