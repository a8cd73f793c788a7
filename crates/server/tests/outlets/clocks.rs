//! Service levels that run out while nobody saves (EV-3).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Result, ensure};
use callboard_catalog::{EventType, check};
use callboard_model::{TenantId, Timestamp};
use callboard_server::clock::Clock;
use callboard_server::gateways::tail::{Heard, Tail};
use callboard_server::overdue;
use callboard_server::store::{Limits, Store};
use callboard_testkit::database::Database;
use serde_json::json;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::world::{DEADLINE, T, filled, on};

/// 2026-11-21T10:00:00Z
const TEN: i64 = 1_795_255_200;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(TEN + 60 * minutes).expect("a time")
}

/// A ticket whose response is due after 30 minutes and whose resolution after 60; every other one has no clock that runs.
async fn promised(database: &Database, store: &Store) -> Result<String> {
    let ticket = database
        .sql("SELECT ticket_id FROM tickets WHERE tenant = 'tenant-t' ORDER BY ticket_id LIMIT 1")?
        .join("");
    database.sql("UPDATE tickets SET sla_response_due_at = NULL, sla_resolution_due_at = NULL")?;
    database.sql(&format!(
        "UPDATE tickets SET sla_policy_id = '00000000-0000-4000-8000-0000000000aa', sla_started_at = {start}, sla_paused_at = NULL, \
             sla_response_due_at = {response}, sla_response_at = NULL, \
             sla_resolution_due_at = {resolution}, sla_resolution_at = NULL \
         WHERE tenant = '{T}' AND ticket_id = '{ticket}'",
        start = TEN * 1000,
        response = at(30).as_millisecond(),
        resolution = at(60).as_millisecond(),
    ))?;
    // The first look only notes from when on is told.
    for tenant in store.tenants_overdue(at(0)).await? {
        ensure!(store.tell_overdue(&tenant, at(0)).await? == 0, "nothing ran out");
    }
    Ok(ticket)
}

/// EV-3: a clock that runs out is told when its time is up, once, whoever looks and however long nobody did.
#[tokio::test]
async fn a_clock_that_runs_out_is_told_once_although_nobody_saves() -> Result<()> {
    let database = Database::fresh().await?;
    let store = on(&database, Limits::default()).await;
    let other = Store::open(&database.address(), Limits::default())?;
    let (tenant, ticket) = (TenantId::from(T), promised(&database, &store).await?);
    assert_eq!(store.tenants_overdue(at(29)).await?, []);
    for (minutes, breached) in [(31, "response"), (600, "resolution")] {
        assert_eq!(store.tenants_overdue(at(minutes)).await?, std::slice::from_ref(&tenant), "{minutes}");
        // Two processes look at the same moment: one of them finds it told.
        let (one, two) =
            tokio::join!(store.tell_overdue(&tenant, at(minutes)), other.tell_overdue(&tenant, at(minutes)));
        assert_eq!(one? + two?, 1, "{breached}");
        let log = store.events_behind(&tenant, 0, Vec::new(), 10).await?.expect("it reaches back");
        let last = log.told.last().expect("told");
        assert_eq!(last.event_type, "TICKET_SLA_STAGE_BREACHED");
        assert_eq!(check(EventType::TicketSlaStageBreached, &last.payload), Ok(()), "{last:?}");
        assert_eq!((&last.payload["ticketId"], &last.payload["stage"]), (&json!(ticket), &json!(breached)));
        assert_eq!((&last.payload["actorType"], &last.actor), (&json!("SYSTEM"), &None));
    }
    assert_eq!(store.newest_event(&tenant).await?, 2);
    Ok(())
}

/// EV-3: the running server does that by itself.
#[tokio::test]
async fn whoever_follows_the_log_hears_of_a_clock_that_ran_out() -> Result<()> {
    let now = Arc::new(AtomicI64::new(TEN));
    let hand = Arc::clone(&now);
    let clock = Clock::reading(move || Timestamp::from_second(hand.load(Ordering::SeqCst)).expect("a time"));
    let store = filled(Store::in_memory(Limits::default(), clock)?).await;
    for tenant in store.tenants_overdue(at(0)).await? {
        store.tell_overdue(&tenant, at(0)).await?;
    }
    let stop = CancellationToken::new();
    let mut following = Tail::start(store.clone(), stop.clone()).subscribe(&T.into()).await?;
    // The demo company has promised something on every ticket that is open.
    now.store(TEN + 90 * 24 * 3600, Ordering::SeqCst);
    let looking = tokio::spawn(overdue::run(store, stop.clone()));
    let Some(Heard::Told(told)) = timeout(DEADLINE, following.next()).await? else { panic!("an event") };
    assert_eq!(told.event_type, "TICKET_SLA_STAGE_BREACHED");
    stop.cancel();
    Ok(timeout(DEADLINE, looking).await??)
}
