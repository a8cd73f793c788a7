//! EV-1 and EV-2: the catalogue is whole, and a telling is held to it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;

use callboard_catalog::{Actor, Circumstances, EventType, catalog, check, enrich};
use serde_json::{Map, Value, json};

const TENANT: &str = "7f0f0c7e-6f1f-4c53-9d59-4f1f8f6f6b01";
const SOMEBODY: &str = "7f0f0c7e-6f1f-4c53-9d59-4f1f8f6f6b02";

fn now() -> Circumstances {
    Circumstances {
        tenant: TENANT.to_owned(),
        at: "2026-11-21T08:00:00Z".to_owned(),
        actor: Actor::User(SOMEBODY.to_owned()),
    }
}

fn told(own: Value) -> Value {
    Value::Object(enrich(own.as_object().expect("a payload is an object").clone(), &now()))
}

/// EV-1
#[test]
fn the_type_the_catalogue_and_the_schemas_name_exactly_the_same_events() {
    let types: BTreeSet<_> = EventType::ALL.iter().map(|event| event.as_str()).collect();
    let entries: BTreeSet<_> = catalog().entries().map(|entry| entry.event_type.as_str()).collect();
    let schemas: BTreeSet<_> =
        catalog().entries().map(|entry| entry.schema["$id"].as_str().unwrap()).collect();
    assert_eq!(types, entries);
    assert_eq!(schemas.len(), entries.len());
    for event in EventType::ALL {
        let entry = catalog().entry(*event);
        assert_eq!(entry.event_type, *event);
        assert_eq!(entry.schema["$id"], entry.schema_ref.as_str());
        assert_eq!(event.as_str().parse(), Ok(*event));
    }
}

/// EV-1
#[test]
fn every_event_has_a_name_a_sentence_a_category_and_a_schema_of_its_name() {
    for entry in catalog().entries() {
        let event = entry.event_type;
        assert!(!entry.name.is_empty() && !entry.category.is_empty(), "{event}");
        assert!(entry.about.ends_with('.') && entry.about.contains(' '), "{event}: {}", entry.about);
        let words: String = event
            .as_str()
            .split('_')
            .map(|word| format!("{}{}", &word[..1], word[1..].to_lowercase()))
            .collect();
        assert_eq!(entry.schema_ref, format!("payload.{words}.v1"));
    }
    let sentences: BTreeSet<_> = catalog().entries().map(|entry| &entry.about).collect();
    assert_eq!(sentences.len(), catalog().entries().len(), "no two events are told in the same words");
}

/// EV-1: the two numbers of the stock's own catalogue, and the six older words that are sent along.
#[test]
fn all_of_the_stocks_events_are_here_and_six_older_words() {
    assert_eq!(catalog().entries().len(), 156 + 6);
    let categories: BTreeSet<_> = catalog().entries().map(|entry| entry.category.as_str()).collect();
    assert_eq!(categories.len(), 16, "{categories:?}");
}

/// EV-2
#[test]
fn every_event_must_say_whose_it_is_and_when_it_was() {
    for event in EventType::ALL {
        let problems = check(*event, &json!({})).unwrap_err();
        for needed in ["tenantId", "occurredAt"] {
            assert!(problems.iter().any(|problem| problem.message.contains(needed)), "{event}: {problems:?}");
        }
    }
}

/// EV-2
#[test]
fn what_is_known_of_a_change_is_added_and_what_was_said_stands() {
    let payload = told(json!({ "ticketId": SOMEBODY, "occurredAt": "2026-01-01T00:00:00Z" }));
    assert_eq!(payload["tenantId"], TENANT);
    assert_eq!(payload["occurredAt"], "2026-01-01T00:00:00Z");
    assert_eq!((&payload["actorUserId"], &payload["actorType"]), (&json!(SOMEBODY), &json!("USER")));
    assert_eq!(check(EventType::TicketCreated, &payload), Ok(()));

    let foreign = told(json!({ "ticketId": SOMEBODY, "tenantId": "somebody else's" }));
    assert_eq!(foreign["tenantId"], TENANT, "nobody speaks for another house");

    let clock = enrich(Map::new(), &Circumstances { actor: Actor::System, ..now() });
    assert_eq!(clock["actorType"], "SYSTEM");
    assert!(!clock.contains_key("actorUserId"));

    let said = enrich(
        json!({ "actorContactId": SOMEBODY, "actorType": "CONTACT" }).as_object().unwrap().clone(),
        &now(),
    );
    assert!(!said.contains_key("actorUserId"), "one actor, not two");
}

/// EV-5: a mistake is named with its path, and without the value.
#[test]
fn a_mistake_is_named_with_its_path_and_without_the_value() {
    let payload = told(json!({ "ticketId": "no id", "attachmentsCount": -1 }));
    let problems = check(EventType::TicketCustomerReplied, &payload).unwrap_err();
    let paths: Vec<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert!(paths.contains(&"/ticketId") && paths.contains(&"/attachmentsCount"), "{problems:?}");
    assert!(problems.iter().all(|problem| !problem.message.contains("no id")), "{problems:?}");
}

/// EV-5: what is missing and what should not be there are named by their own paths, whatever their names hold.
#[test]
fn what_is_missing_or_too_much_is_named_where_it_stands() {
    let payload = told(json!({ "threadId": SOMEBODY, "emailData": { "a/b~c": 1 } }));
    let problems = check(EventType::InboundEmailReceived, &payload).unwrap_err();
    let paths: BTreeSet<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
    for path in ["/emailData/subject", "/emailData/from", "/emailData/a~1b~0c", "/threadId"] {
        assert!(paths.contains(path), "{path}: {paths:?}");
    }
}

/// A table of kinds: what each lets in and keeps out.
#[test]
fn each_kind_of_value_lets_in_what_it_says_and_nothing_else() {
    let id = SOMEBODY;
    let cases = [
        (EventType::TicketUpdated, json!({ "updatedFields": ["title"] }), true),
        (EventType::TicketUpdated, json!({ "updatedFields": "title" }), false),
        (EventType::TicketUpdated, json!({ "changes": { "title": { "previous": 1, "new": null } } }), true),
        (EventType::TicketUpdated, json!({ "changes": { "title": { "new": null } } }), false),
        (EventType::TicketUpdated, json!({ "suppressContactNotifications": "yes" }), false),
        (EventType::TicketUpdated, json!({ "misspelt": 1 }), false),
        (EventType::TicketResponseStateChanged, json!({ "newResponseState": null }), true),
        (EventType::TicketAssigned, json!({ "newAssigneeType": "robot" }), false),
        (EventType::TicketSlaStageEntered, json!({ "slaPolicyId": id, "stage": "resolution" }), true),
        (EventType::TicketSlaStageEntered, json!({ "slaPolicyId": id, "stage": "" }), false),
        (
            EventType::TicketTimeEntryAdded,
            json!({ "timeEntryId": id, "minutes": 1.5, "billable": true }),
            false,
        ),
    ];
    for (event, own, fits) in cases {
        let mut own = own;
        own["ticketId"] = json!(id);
        let checked = check(event, &told(own.clone()));
        assert_eq!(checked.is_ok(), fits, "{event} {own}: {checked:?}");
    }
}
