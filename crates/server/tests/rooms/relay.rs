//! The way out of the outbox (LT-2).

use callboard_model::Field;
use callboard_server::bus::{Bus, BusSettings, Heard};
use callboard_server::relay;
use callboard_server::store::Store;
use callboard_testkit::database::Database;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::world::{DEADLINE, World, filled_store, retitle};

async fn emptied(store: &Store) {
    let empty = async { while !store.outbox_pending(1).await.expect("readable").is_empty() {} };
    timeout(DEADLINE, empty).await.expect("the outbox is emptied");
}

/// What a crash left in the outbox goes out at the next start, in order, and then is gone from there.
#[tokio::test]
async fn what_waits_in_the_outbox_is_relayed_at_the_next_start() {
    let database = Database::fresh().await.expect("a database");
    let store = filled_store(&database).await;
    for title in ["One", "Two", "Three"] {
        retitle(&store, "1", title).await;
    }
    let waiting = store.outbox_pending(10).await.expect("readable");
    assert_eq!(waiting.len(), 3);

    let (bus, stop) = (Bus::local(), CancellationToken::new());
    let mut ear = bus.listen();
    let relay = tokio::spawn(relay::run(store.clone(), bus, stop.clone()));
    for entry in waiting {
        let Some(Heard::Hint(notice)) = ear.next().await else { panic!("a hint") };
        assert_eq!((notice.ticket, &*notice.hint), (entry.ticket, &entry.hint));
    }
    emptied(&store).await;
    stop.cancel();
    timeout(DEADLINE, relay).await.expect("it stops when told").expect("in peace");
}

/// A hint that does not read holds up none behind it, and its ticket is not forgotten.
#[tokio::test]
async fn a_hint_that_does_not_read_is_said_as_all_changed_and_the_next_ones_follow() {
    let database = Database::fresh().await.expect("a database");
    let store = filled_store(&database).await;
    for ticket in ["1", "2"] {
        retitle(&store, ticket, "Printer on fire").await;
    }
    database.sql("UPDATE outbox SET hint = '{' WHERE ticket_id = '1'").expect("broken");

    let (bus, stop) = (Bus::local(), CancellationToken::new());
    let mut ear = bus.listen();
    let relay = tokio::spawn(relay::run(store.clone(), bus, stop.clone()));
    let names: Vec<_> = Field::ALL.iter().map(|field| field.name()).collect();
    for (ticket, fields) in [("1", names), ("2", vec!["title"])] {
        let heard = timeout(DEADLINE, ear.next()).await.expect("in time");
        let Some(Heard::Hint(notice)) = heard else { panic!("a hint") };
        let said: Vec<_> = notice.hint.updated_fields.iter().map(|name| &**name).collect();
        assert_eq!((notice.ticket.as_str(), said), (ticket, fields));
    }
    emptied(&store).await;
    stop.cancel();
    timeout(DEADLINE, relay).await.expect("it stops when told").expect("in peace");
}

/// LT-2: the kill switch stops hints and nothing else.
#[tokio::test]
async fn switched_off_the_saves_go_on_and_the_rooms_are_silent() {
    let world = World::with_bus(BusSettings { disabled: true, ..BusSettings::default() }).await;
    let mut board = world.inside("ann", "board:t").await;
    let saved = world.retitle("1", "Printer on fire").await;
    assert_eq!(&*saved.title, "Printer on fire");
    emptied(&world.store).await;
    assert_eq!(board.settle("board:t").await, []);
}
