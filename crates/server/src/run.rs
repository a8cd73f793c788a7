//! The running server: opens, listens, stops.
//!
//! It exists so that the program and tests that want a whole server start it the same way.
//!
//! **Invariant:** when [`Running`] is there, the address accepts; after `stopped`, nothing of it runs.

use std::net::SocketAddr;
use std::time::Duration;

use callboard_model::{TenantId, Timestamp, UserId};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::auth::Role;
use crate::auth::api_key::ApiKey;
use crate::bus::Bus;
use crate::error::{Result, ServerError};
use crate::listen::{self, Limits, Seats};
use crate::quota::{Quota, Shared};
use crate::settings::Settings;
use crate::store::Store;
use crate::{demo, gateways, metrics, overdue, relay, store};

/// How long requests and sockets have to finish after the stop; what still runs then is cut off.
const DRAIN: Duration = Duration::from_secs(10);

/// What the port of the metrics may cost: a few scrapers.
const METRICS_LIMITS: Limits = Limits { connections: 64, per_source: 64, ..Limits::STRANGERS };

/// How long a demo key lives. Each start mints new ones, and whoever forgot to take the old ones away has not left a
/// door open for ever.
const DEMO_KEY_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A server that accepts.
pub struct Running {
    /// Where.
    pub address: SocketAddr,
    /// Where the metrics are, if anywhere.
    pub metrics_address: Option<SocketAddr>,
    /// The demo accounts with their fresh keys, when they were asked for.
    pub demo_accounts: Vec<DemoAccount>,
    app: App,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    background: TaskTracker,
}

/// Somebody a demo can sign in as.
#[derive(Debug)]
pub struct DemoAccount {
    /// Their wall.
    pub tenant: TenantId,
    /// Who.
    pub user: UserId,
    /// The name to show.
    pub display_name: String,
    /// What they may do.
    pub role: Role,
    /// Their key, in the clear this once.
    pub api_key: ApiKey,
}

/// Starts everything. `stop` ends it.
pub async fn start(settings: Settings, stop: CancellationToken) -> Result<Running> {
    let database = settings.database.clone();
    let kept = store::Limits { changes_kept: settings.changes_kept };
    let store = tokio::task::spawn_blocking(move || Store::open(&database, kept))
        .await
        .map_err(|_| ServerError::Closed)??;
    if let Some(tickets) = settings.demo_tickets {
        seed(&store, tickets, settings.demo_is_simulated).await?;
    }
    let demo_accounts = if settings.demo_keys { mint(&store).await? } else { Vec::new() };
    let bus = Bus::start(&settings.bus, &stop).await?;
    let shared = match settings.bus.redis()? {
        Some(redis) => Some(Shared::start(redis, &settings.bus.redis_prefix, stop.clone()).await),
        None => None,
    };
    let app = App::new(store.clone(), &settings.live_secret, stop.clone())
        .with_quota(Quota::new(settings.rate).shared(shared))
        .with_bus(bus.clone())
        .with_webhooks(settings.webhooks);
    let streams = settings.event_streams()?;
    let listener = TcpListener::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let background = TaskTracker::new();
    background.spawn(app.rooms.clone().run(bus.clone()));
    background.spawn(relay::run(store, bus, stop.clone()));
    gateways::start(&app, streams, &background);
    background.spawn(overdue::run(app.store.clone(), stop.clone()));
    let seats = Seats::new(&settings.limits);
    let metrics_address = match settings.metrics {
        None => None,
        Some(metrics) => {
            let listener = TcpListener::bind(metrics.listen).await?;
            let address = listener.local_addr()?;
            let router = metrics::router(app.clone(), seats.clone(), metrics.token);
            let own = Seats::new(&METRICS_LIMITS);
            background.spawn(listen::serve(listener, router, METRICS_LIMITS, own, stop.clone()));
            tracing::info!(%address, "metrics");
            Some(address)
        }
    };
    background.close();
    let serving = tokio::spawn(listen::serve(listener, app.router(), settings.limits, seats, stop.clone()));
    tracing::info!(%address, "listening");
    Ok(Running { address, metrics_address, demo_accounts, app, stop, serving, background })
}

impl Running {
    /// Waits for the stop, and then until everything has ended or had its time.
    pub async fn stopped(mut self) -> Result<()> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {}
            ended = &mut self.serving => return ended.map_err(|_| ServerError::Closed),
        }
        tracing::info!("stopping");
        let drained = async {
            tokio::join!(self.app.rooms.drained(), gateways::drained(&self.app));
            let served = (&mut self.serving).await;
            self.background.wait().await;
            served
        };
        match tokio::time::timeout(DRAIN, drained).await {
            Ok(served) => served.map_err(|_| ServerError::Closed)?,
            Err(_) => {
                tracing::warn!("some requests did not end in time and are cut off");
                self.serving.abort();
            }
        }
        tracing::info!("stopped");
        Ok(())
    }
}

async fn seed(store: &Store, tickets: u32, is_simulated: bool) -> Result<()> {
    if !store.is_empty().await? {
        tracing::info!("the database is not empty: no demo data is added");
        return Ok(());
    }
    let plan = demo::Plan { is_simulated, ..demo::Plan::harbour(tickets, Timestamp::now()) };
    let count = store.add_company(demo::company(plan)).await?;
    tracing::info!(tickets = count, "the demo company was added");
    Ok(())
}

/// A fresh key for everybody in the demo company. In any other database there is nobody, and so no key.
async fn mint(store: &Store) -> Result<Vec<DemoAccount>> {
    let tenant = TenantId::from(demo::TENANT);
    let expires_at = Timestamp::now() + DEMO_KEY_LIFETIME;
    let mut accounts = Vec::new();
    for user in demo::user_ids() {
        let Some(caller) = store.caller(&tenant, &user).await? else { continue };
        let api_key = ApiKey::mint()?;
        store.add_key(&tenant, &user, api_key.hash(), Some(expires_at)).await?;
        accounts.push(DemoAccount {
            tenant: tenant.clone(),
            display_name: caller.display_name.to_string(),
            role: caller.access.role,
            user,
            api_key,
        });
    }
    Ok(accounts)
}
