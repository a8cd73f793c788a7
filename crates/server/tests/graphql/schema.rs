//! The schema: committed, and what is served.

use std::path::PathBuf;

use callboard_server::gateways::graphql::schema;

/// Writes the file instead of complaining when `cargo xtask codegen` asks for it.
#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema.graphql");
    if std::env::var("CALLBOARD_CODEGEN").is_ok_and(|mode| mode == "write") {
        std::fs::write(&path, schema::text()).expect("a file to write");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == schema::text(),
        "docs/schema.graphql is not what is served: run `cargo xtask codegen` and commit it"
    );
}

/// GS-2, GS-3: the names of the issue are there, whatever else is.
#[test]
fn every_name_of_the_issue_is_in_the_schema() {
    for name in [
        "supportTicketEvents(filter: TicketEventFilter): SupportTicketEvent!",
        "ticketUpdated(ticketId: ID!): SupportTicketEvent!",
        "myTicketUpdates: SupportTicketEvent!",
        "teamTicketUpdates: SupportTicketEvent!",
    ] {
        assert!(schema::text().contains(name), "{name}");
    }
    for name in [
        "eventType",
        "ticket",
        "previousState",
        "triggeredBy",
        "timestamp",
        "metadata",
        "comment",
        "changes",
        "oldValue",
        "newValue",
        "ticketIds",
        "eventTypes",
        "assignedToUserId",
        "statuses",
        "priorities",
        "watchedOnly",
        "includeCreated",
        "includeAssigned",
    ] {
        assert!(schema::text().contains(&format!("\t{name}: ")), "{name}");
    }
    for word in [
        "CREATED",
        "UPDATED",
        "ASSIGNED",
        "UNASSIGNED",
        "STATUS_CHANGED",
        "PRIORITY_CHANGED",
        "COMMENTED",
        "ATTACHMENT_ADDED",
        "DELETED",
        "RELATED_ADDED",
        "RELATED_REMOVED",
        "TAG_ADDED",
        "TAG_REMOVED",
    ] {
        assert!(schema::text().contains(&format!("\t{word}\n")), "{word}");
    }
}
