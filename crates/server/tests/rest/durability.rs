//! One transaction per write: all of it is there, or none of it (LT-2).

use callboard_model::rest::ChangeRecord;
use callboard_testkit::database::Database;
use serde_json::json;

use crate::world::{T, World};

/// Makes every write of this kind to a table fail, and gives back how to make it go well again.
fn broken(database: &Database, event: &str, table: &str) -> String {
    let (create, drop) = match database {
        Database::Sqlite(_) => (
            format!(
                "CREATE TRIGGER broken BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            ),
            "DROP TRIGGER broken".to_owned(),
        ),
        Database::Postgres(_) => (
            format!(
                "CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'disk full'; END $$; \
                 CREATE TRIGGER broken BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION broken()"
            ),
            format!("DROP TRIGGER broken ON {table}"),
        ),
    };
    database.sql(&create).expect("a trigger");
    drop
}

/// Whichever statement of the transaction fails, nothing of the write remains, and the next write goes through.
#[tokio::test]
async fn no_hint_without_its_row_and_no_row_without_its_hint() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    let before = world.get(&format!("/api/v1/tickets/{ticket}")).await;
    for table in ["tickets", "field_changes", "changes", "outbox", "idempotency"] {
        let event = if table == "tickets" { "UPDATE" } else { "INSERT" };
        let mend = broken(&world.database, event, table);
        let reply = world.put(&ticket, &[("idempotency-key", "k")], json!({"title": "Lost"})).await;
        assert_eq!((reply.status, reply.code()), (500, "INTERNAL_ERROR"), "{table}");
        assert!(!reply.body.to_string().contains("disk full"), "{table}: {}", reply.body);
        world.database.sql(&mend).expect("dropped");
        assert_eq!(world.get(&format!("/api/v1/tickets/{ticket}")).await, before, "{table}");
        for table in ["field_changes", "changes", "outbox", "idempotency"] {
            assert_eq!(world.number(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
        }
    }
    assert_eq!(world.put(&ticket, &[("idempotency-key", "k")], json!({"title": "Kept"})).await.status, 200);
    for (table, rows) in [("field_changes", 1), ("changes", 1), ("outbox", 1), ("idempotency", 1)] {
        assert_eq!(world.number(&format!("SELECT count(*) FROM {table}")), rows, "{table}");
    }
}

#[tokio::test]
async fn every_change_has_its_hint_with_the_same_number_version_and_fields() {
    let world = World::start().await;
    let tickets = world.tickets_of(T).await;
    let writes = (0..40).map(|number| {
        let ticket = tickets[number % 5].ticket_id.to_string();
        let world = &world;
        async move { world.put(&ticket, &[], json!({"title": format!("Title {number}")})).await.status }
    });
    for status in futures_util::future::join_all(writes).await {
        assert_eq!(status, 200);
    }
    let feed = world.get("/api/v1/changes?since=0&limit=100").await;
    let records: Vec<ChangeRecord> = serde_json::from_value(feed["data"].clone()).expect("records");
    let outbox = world.store.outbox_pending(100).await.expect("readable");
    assert_eq!((records.len(), outbox.len()), (40, 40));
    for (record, entry) in records.iter().zip(&outbox) {
        assert_eq!((entry.tenant.as_str(), &entry.ticket), (T, &record.ticket_id));
        assert_eq!((entry.hint.seq, entry.hint.version), (Some(record.seq), Some(record.version)));
        assert_eq!(entry.hint.updated_fields, record.updated_fields);
    }
    assert_ne!(*world.store.committed().borrow(), 0, "the bell rang");
}

#[tokio::test]
async fn what_was_relayed_is_gone_and_its_number_never_comes_again() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    let mut newest = 0;
    for number in 0..3 {
        world.put(&ticket, &[], json!({"title": format!("Title {number}")})).await;
        let waiting = world.store.outbox_pending(10).await.expect("readable");
        assert_eq!(waiting.len(), 1);
        assert!(waiting[0].seq > newest);
        newest = waiting[0].seq;
        world.store.outbox_sent(vec![newest]).await.expect("written");
    }
}
