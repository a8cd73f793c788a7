//! Every word against the event that it is told by, written by hand.

use serde_json::json;

use super::*;

fn told(event: EventType, payload: Value) -> Told {
    Told {
        seq: 1,
        event_id: "e".to_owned(),
        event_type: event.as_str().to_owned(),
        occurred_at: callboard_model::Timestamp::UNIX_EPOCH,
        payload,
        simulated: false,
        tenant: "t".into(),
        ticket: None,
        actor: None,
        origin: None,
        socket: None,
        change: None,
    }
}

fn words(event: EventType, payload: Value) -> Vec<(Word, Value)> {
    let told = told(event, payload);
    of(&told)
        .into_iter()
        .map(|one| {
            let changes = one.changes(&told);
            let changes = changes.iter().map(|change| {
                let value = |value: &Option<Json<Value>>| value.as_ref().map(|value| value.0.clone());
                json!([change.field, value(&change.old_value), value(&change.new_value)])
            });
            (one.word, changes.collect())
        })
        .collect()
}

/// GS-3: each word, from the event that it is told by.
#[test]
fn every_domain_event_that_has_a_word_is_told_under_it() {
    let table = [
        (EventType::TicketCreated, json!({"ticketId": "1"}), vec![(Word::Created, json!([]))]),
        (
            EventType::TicketUpdated,
            json!({"ticketId": "1", "changes": {"title": {"previous": "a", "new": "b"}}}),
            vec![(Word::Updated, json!([["title", "a", "b"]]))],
        ),
        (
            EventType::TicketClosed,
            json!({"ticketId": "1", "changes": {"status_id": {"previous": "o", "new": "c"}}}),
            vec![(Word::Updated, json!([["status_id", "o", "c"]]))],
        ),
        (
            EventType::TicketStatusChanged,
            json!({"ticketId": "1", "previousStatusId": "o", "newStatusId": "c"}),
            vec![(Word::StatusChanged, json!([["status_id", "o", "c"]]))],
        ),
        (
            EventType::TicketPriorityChanged,
            json!({"ticketId": "1", "previousPriorityId": "p", "newPriorityId": "q"}),
            vec![(Word::PriorityChanged, json!([["priority_id", "p", "q"]]))],
        ),
        (
            EventType::TicketAssigned,
            json!({"ticketId": "1", "newAssigneeId": "u", "newAssigneeType": "user"}),
            vec![(Word::Assigned, json!([["assigned_to", null, "u"]]))],
        ),
        (
            EventType::TicketUnassigned,
            json!({
                "ticketId": "1", "previousAssigneeId": "u", "previousAssigneeType": "user",
                "newAssigneeId": "s", "newAssigneeType": "team",
            }),
            vec![(Word::Unassigned, json!([["assigned_to", "u", null], ["assigned_team_id", null, "s"]]))],
        ),
        (EventType::TicketDeleted, json!({"ticketId": "1"}), vec![(Word::Deleted, json!([]))]),
        (
            EventType::TicketMerged,
            json!({"sourceTicketId": "1", "targetTicketId": "2"}),
            vec![(Word::RelatedAdded, json!([["master_ticket_id", null, "2"]]))],
        ),
        (
            EventType::TicketTagsChanged,
            json!({"ticketId": "1", "addedTagIds": ["a"], "removedTagIds": ["b"]}),
            vec![
                (Word::TagAdded, json!([["tags", null, ["a"]]])),
                (Word::TagRemoved, json!([["tags", ["b"], null]])),
            ],
        ),
        (
            EventType::TicketResponseStateChanged,
            json!({"ticketId": "1", "previousResponseState": null, "newResponseState": "awaiting_client"}),
            vec![(Word::Updated, json!([["response_state", null, "awaiting_client"]]))],
        ),
        (
            EventType::TicketMessageAdded,
            json!({"ticketId": "1", "messageId": "m"}),
            vec![(Word::Commented, json!([]))],
        ),
        // Once more in other words, or without a word here.
        (EventType::TicketReopened, json!({"ticketId": "1"}), vec![]),
        (EventType::TicketCommentAdded, json!({"ticketId": "1"}), vec![]),
        (EventType::TicketSlaStageMet, json!({"ticketId": "1"}), vec![]),
    ];
    for (event, payload, expected) in table {
        assert_eq!(words(event, payload), expected, "{event:?}");
    }
}

#[test]
fn what_names_no_ticket_is_not_told() {
    assert!(of(&told(EventType::TicketCreated, json!({}))).is_empty());
    let split = told(EventType::TicketSplit, json!({"originalTicketId": "2", "newTicketIds": ["1"]}));
    assert!(of(&split).is_empty(), "unless the log says it");
    let split = Told { ticket: Some("1".into()), ..split };
    assert_eq!(of(&split).first().map(|one| one.word), Some(Word::RelatedRemoved));
}

/// GS-4
#[test]
fn what_is_for_the_company_alone_is_known_as_such() {
    let internal = |event, payload| of(&told(event, payload)).first().map(|one| one.is_internal);
    let said = |visibility: &str| json!({"ticketId": "1", "messageId": "m", "visibility": visibility});
    assert_eq!(internal(EventType::TicketMessageAdded, said("internal")), Some(true));
    assert_eq!(internal(EventType::TicketMessageAdded, said("public")), Some(false));
    assert_eq!(internal(EventType::TicketCommentUpdated, json!({"ticketId": "1"})), Some(true));
}
