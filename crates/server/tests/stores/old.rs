//! Databases of another age: an old one is brought up to date with what is in it, a newer one is left alone.

use std::thread;

use anyhow::{Context, Result, ensure};
use callboard_model::{TenantId, Version};
use callboard_server::error::ServerError;
use callboard_server::store::{Limits, Store};
use callboard_testkit::database::Database;
use callboard_testkit::postgres::Postgres;

/// The schema of the first release, and that it is this one.
const FIRST_SQLITE: &str =
    concat!(include_str!("../../src/store/migrations/sqlite/0001_tickets.sql"), "PRAGMA user_version = 1;");
const FIRST_POSTGRES: &str = concat!(
    include_str!("../../src/store/migrations/postgres/0001_tickets.sql"),
    "CREATE TABLE schema_steps (number BIGINT PRIMARY KEY); INSERT INTO schema_steps VALUES (1);"
);

/// What the first release could have in it.
const DATA: &str = r#"
    INSERT INTO tenants (tenant, name, last_seq) VALUES ('t', 'Old Company', 1);
    INSERT INTO users (tenant, user_id, username, first_name, last_name, email, role)
        VALUES ('t', 'ann', 'ann', 'Ann', 'Old', 'ann@example.org', 'dispatcher');
    INSERT INTO boards (tenant, board_id, board_name, display_order) VALUES ('t', 'desk', 'Desk', 1);
    INSERT INTO statuses (tenant, status_id, board_id, name, is_closed, order_number)
        VALUES ('t', 'open', 'desk', 'Open', 0, 1);
    INSERT INTO priorities (tenant, priority_id, priority_name, order_number) VALUES ('t', 'high', 'High', 1);
    INSERT INTO clients (tenant, client_id, client_name) VALUES ('t', 'acme', 'Acme');
    INSERT INTO tickets (tenant, ticket_id, ticket_number, title, board_id, status_id, priority_id, client_id,
        assigned_to, entered_by, entered_at, version)
        VALUES ('t', '1', 'T1', 'Printer on fire', 'desk', 'open', 'high', 'acme', 'ann', 'ann', 1700000000000, 2);
    INSERT INTO field_changes (tenant, ticket_id, field, version, user_id, display_name, changed_at)
        VALUES ('t', '1', 'title', 2, 'ann', 'Ann Old', 1700000001000);
    INSERT INTO changes (tenant, seq, ticket_id, version, updated_fields, user_id, display_name, updated_at)
        VALUES ('t', 1, '1', 2, '["title"]', 'ann', 'Ann Old', 1700000001000);
    INSERT INTO outbox (tenant, ticket_id, hint) VALUES ('t', '1',
        '{"updatedFields":["title"],"updatedBy":{"userId":"ann","displayName":"Ann Old"},"updatedAt":"2023-11-14T22:13:21Z","version":2,"seq":1}');
"#;

async fn engines() -> Result<[(Database, &'static str); 2]> {
    let postgres = Database::Postgres(Box::new(Postgres::start().await?));
    Ok([(Database::sqlite()?, FIRST_SQLITE), (postgres, FIRST_POSTGRES)])
}

#[tokio::test]
async fn a_database_of_the_first_release_opens_with_all_that_is_in_it() -> Result<()> {
    for (database, first) in engines().await? {
        database.sql(first)?;
        database.sql(DATA)?;
        // Twice: what was brought up to date stays so.
        drop(Store::open(&database.address(), Limits::default())?);
        let store = Store::open(&database.address(), Limits::default())?;
        let tenant = TenantId::from("t");
        let ticket = store.ticket(&tenant, &"1".into()).await?.context("the ticket")?;
        ensure!((&*ticket.title, ticket.version) == ("Printer on fire", Some(Version(2))), "{ticket:?}");
        ensure!(ticket.assigned_to_name.as_deref() == Some("Ann Old"), "{ticket:?}");
        let waiting = store.outbox_pending(10).await?;
        ensure!(waiting.len() == 1 && waiting[0].hint.version == Some(Version(2)), "{waiting:?}");
        ensure!(store.newest_change(&tenant).await? == 1, "the feed goes on where it was");
    }
    Ok(())
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_as_it_is() -> Result<()> {
    for (database, _) in engines().await? {
        drop(Store::open(&database.address(), Limits::default())?);
        let newer = match database {
            Database::Sqlite(_) => "PRAGMA user_version = 9999",
            Database::Postgres(_) => "INSERT INTO schema_steps VALUES (9999)",
        };
        database.sql(newer)?;
        let refused = Store::open(&database.address(), Limits::default()).err().context("refused")?;
        ensure!(matches!(refused, ServerError::NewerSchema { found: 9999, .. }), "{refused}");
    }
    Ok(())
}

/// Two processes of a fresh installation start at the same moment.
#[tokio::test]
async fn many_that_open_a_fresh_database_at_once_all_find_it_ready() -> Result<()> {
    for (database, _) in engines().await? {
        let address = database.address();
        let opened: Vec<_> = thread::scope(|scope| {
            let all: Vec<_> =
                (0..4).map(|_| scope.spawn(|| Store::open(&address, Limits::default()).map(drop))).collect();
            all.into_iter().map(|one| one.join().expect("no panic")).collect()
        });
        ensure!(opened.iter().all(Result::is_ok), "{opened:?}");
    }
    Ok(())
}
