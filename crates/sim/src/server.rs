//! The server: the real application on a store in memory. The store is its disk, so it outlives a crash.
//!
//! **Invariant:** after a crash nothing of the old server writes any more.

use std::sync::Arc;

use callboard_server::app::App;
use callboard_server::auth::api_key::KeyHash;
use callboard_server::auth::{Access, Caller, Role};
use callboard_server::bus::Bus;
use callboard_server::clock::Clock;
use callboard_server::relay;
use callboard_server::store::{Limits, Store};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::TrueTime;
use crate::company;
use crate::net::port::Port;
use crate::trace::Trace;

/// What signs the live tokens.
const SECRET: &[u8] = b"the secret of a simulated server";

/// Change records that the server keeps: few, so that a console which was away for long finds that it was.
const CHANGES_KEPT: u64 = 40;

/// The server, up or down.
pub struct Server {
    store: Store,
    port: Arc<Port>,
    trace: Trace,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

/// A store with the company in it.
pub async fn store(tickets: u64, time: TrueTime) -> anyhow::Result<Store> {
    let limits = Limits { changes_kept: CHANGES_KEPT };
    let store = Store::in_memory(limits, Clock::reading(move || time.now()))?;
    store.add_company(company::company(tickets, time.now())).await?;
    for user in company::PEOPLE.into_iter().chain([company::SCRIPT]) {
        let hash = KeyHash::of(&company::key(user));
        store.add_key(&company::tenant(), &user.into(), hash, None).await?;
    }
    Ok(store)
}

/// Somebody who may see everything, for the judge.
#[must_use]
pub fn overseer() -> Caller {
    Caller {
        tenant: company::tenant(),
        user: company::SCRIPT.into(),
        display_name: "Overseer".into(),
        avatar_url: None,
        access: Access::of(Role::Dispatcher),
        key_revoked_at: None,
    }
}

impl Server {
    /// A server that is down.
    #[must_use]
    pub fn new(store: Store, port: Arc<Port>, trace: Trace) -> Self {
        Self { store, port, trace, stop: CancellationToken::new(), tasks: JoinSet::new() }
    }

    /// Brings it up, if it is down.
    pub fn start(&mut self) {
        if self.is_up() {
            return;
        }
        self.trace.say("server", || "starts".to_owned());
        self.stop = CancellationToken::new();
        let bus = Bus::local();
        let app = App::new(self.store.clone(), SECRET, self.stop.clone()).with_bus(bus.clone());
        self.tasks.spawn(app.rooms.clone().run(bus.clone()));
        self.tasks.spawn(relay::run(self.store.clone(), bus, self.stop.clone()));
        self.port.serve(Some(app.router()));
    }

    /// Whether it is up.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.port.is_open()
    }

    /// Loses power. The lines are for the world to break.
    pub fn crash(&mut self) {
        self.trace.say("server", || "crashes".to_owned());
        self.port.serve(None);
        self.tasks.abort_all();
    }

    /// Is told to stop, and says goodbye.
    pub fn stop(&mut self) {
        self.trace.say("server", || "stops".to_owned());
        self.port.serve(None);
        self.stop.cancel();
    }
}
