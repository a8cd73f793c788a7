//! Durable outlets: every event, in order, at least once, whoever fails (EV-3, EV-4).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use callboard_server::error::{Result, ServerError};
use callboard_server::gateways::outlets::{self, Outlet};
use callboard_server::metrics::Metrics;
use callboard_server::store::events::Told;
use callboard_server::store::{Limits, Store};
use callboard_testkit::database::Database;
use callboard_testkit::postgres::Postgres;
use callboard_testkit::wait;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::world::{DEADLINE, T, X, on, tell_some};

/// Takes what it is told to take.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<Stock>>);

#[derive(Default)]
struct Stock {
    /// Events by tenant.
    taken: BTreeMap<String, Vec<String>>,
    /// So many deliveries fail first.
    failing: usize,
    /// Whose events are never taken.
    refused: Option<String>,
    /// It takes no more than so many at a time.
    at_a_time: Option<usize>,
}

impl Shelf {
    fn with<T>(&self, what: impl FnOnce(&mut Stock) -> T) -> T {
        what(&mut self.0.lock().expect("nobody panics"))
    }

    fn of(&self, tenant: &str) -> Vec<String> {
        self.with(|stock| stock.taken.get(tenant).cloned().unwrap_or_default())
    }

    async fn has(&self, tenant: &str, expected: &[String]) {
        wait::until("the outlet has everything", async || {
            let taken = self.of(tenant);
            anyhow::ensure!(taken == expected, "{} of {}: {taken:?}", taken.len(), expected.len());
            Ok(())
        })
        .await
        .expect("it comes");
    }

    /// Delivers to it until the token is cancelled.
    fn served(&self, store: &Store, stop: &CancellationToken) -> JoinHandle<()> {
        let metrics = Arc::new(Metrics::new(store.timing()));
        tokio::spawn(outlets::run(self.clone(), store.clone(), metrics, stop.clone()))
    }
}

impl Outlet for Shelf {
    fn name(&self) -> &'static str {
        "shelf"
    }

    async fn deliver(&self, told: &[Arc<Told>]) -> Result<usize> {
        self.with(|stock| {
            let tenant = told[0].tenant.to_string();
            assert!(told.iter().all(|one| one.tenant == told[0].tenant), "one tenant at a time");
            if stock.failing > 0 || stock.refused.as_ref() == Some(&tenant) {
                stock.failing = stock.failing.saturating_sub(1);
                return Err(ServerError::Unavailable("the shelf is full".to_owned()));
            }
            let count = stock.at_a_time.unwrap_or(told.len()).min(told.len());
            let names = told.iter().take(count).map(|one| one.event_id.clone());
            stock.taken.entry(tenant).or_default().extend(names);
            Ok(count)
        })
    }
}

async fn stopped(stop: &CancellationToken, running: JoinHandle<()>) {
    stop.cancel();
    timeout(DEADLINE, running).await.expect("it stops when told").expect("in peace");
}

/// EV-3: what was committed before the outlet was there, while it failed, and while the program was down, comes in order.
#[tokio::test]
async fn an_outlet_gets_everything_in_order_however_often_it_fails() {
    let database = Database::fresh().await.expect("a database");
    let store = on(&database, Limits::default()).await;
    let shelf = Shelf::default();
    shelf.with(|stock| (stock.failing, stock.at_a_time) = (2, Some(3)));
    let mut expected = tell_some(&store, T, 7).await;
    let stop = CancellationToken::new();
    let running = shelf.served(&store, &stop);
    expected.extend(tell_some(&store, T, 5).await);
    shelf.has(T, &expected).await;
    stopped(&stop, running).await;

    expected.extend(tell_some(&store, T, 3).await);
    let other = tell_some(&store, X, 2).await;
    // Another life of the program: it goes on where it was, and tells nothing again.
    drop(store);
    let store = Store::open(&database.address(), Limits::default()).expect("opened again");
    let stop = CancellationToken::new();
    let running = shelf.served(&store, &stop);
    shelf.has(X, &other).await;
    shelf.has(T, &expected).await;
    let lags = store.outlet_lags().await.expect("readable");
    wait::until("nothing waits any more", async || {
        let lags = store.outlet_lags().await?;
        anyhow::ensure!(lags.iter().all(|lag| lag.events == 0), "{lags:?}");
        Ok(())
    })
    .await
    .expect("all is noted");
    assert!(lags.iter().any(|lag| lag.outlet == "shelf"), "{lags:?}");
    stopped(&stop, running).await;
}

#[tokio::test]
async fn events_of_a_tenant_that_are_not_taken_hold_up_no_other() {
    let database = Database::fresh().await.expect("a database");
    let store = on(&database, Limits::default()).await;
    let shelf = Shelf::default();
    shelf.with(|stock| stock.refused = Some(T.to_owned()));
    let (held, free) = (tell_some(&store, T, 3).await, tell_some(&store, X, 3).await);
    let stop = CancellationToken::new();
    let running = shelf.served(&store, &stop);
    shelf.has(X, &free).await;
    assert_eq!(shelf.of(T), [""; 0]);
    shelf.with(|stock| stock.refused = None);
    shelf.has(T, &held).await;
    stopped(&stop, running).await;
}

/// What the log has dropped is lost to an outlet that was away for so long; it goes on with what there is.
#[tokio::test]
async fn an_outlet_that_was_away_too_long_goes_on_with_the_oldest_that_there_is() {
    let database = Database::fresh().await.expect("a database");
    let store = on(&database, Limits { changes_kept: 4 }).await;
    let shelf = Shelf::default();
    let mut expected = tell_some(&store, T, 2).await;
    let stop = CancellationToken::new();
    let running = shelf.served(&store, &stop);
    shelf.has(T, &expected).await;
    wait::until("its place is noted", async || {
        let lags = store.outlet_lags().await?;
        anyhow::ensure!(lags.iter().any(|lag| lag.outlet == "shelf" && lag.events == 0), "{lags:?}");
        Ok(())
    })
    .await
    .expect("noted");
    stopped(&stop, running).await;
    let missed = tell_some(&store, T, 9).await;
    expected.extend_from_slice(&missed[5..]);
    let stop = CancellationToken::new();
    let running = shelf.served(&store, &stop);
    shelf.has(T, &expected).await;
    stopped(&stop, running).await;
}

/// EV-3: of the processes on one database one delivers, and when it is gone another goes on where it was.
#[tokio::test]
async fn one_process_delivers_and_another_takes_over() {
    let database = Database::Postgres(Box::new(Postgres::start().await.expect("up")));
    let first = on(&database, Limits::default()).await;
    let second = Store::open(&database.address(), Limits::default()).expect("a second process");
    let (left, right) = (Shelf::default(), Shelf::default());
    let stop = CancellationToken::new();
    let running = left.served(&first, &stop);
    let mut told = tell_some(&first, T, 4).await;
    left.has(T, &told).await;
    let second_stop = CancellationToken::new();
    let second_running = right.served(&second, &second_stop);
    told.extend(tell_some(&second, T, 4).await);
    left.has(T, &told).await;
    assert_eq!(right.of(T), [""; 0], "whoever holds the lock delivers alone");

    stopped(&stop, running).await;
    // With its last handle the first process's connections go, and the lock with them.
    drop(first);
    let more = tell_some(&second, T, 4).await;
    right.has(T, &more).await;
    stopped(&second_stop, second_running).await;
}
