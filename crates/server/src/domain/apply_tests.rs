//! The rules of a save as tables (LT-8).

use super::*;
use crate::domain::facts::{CategoryFact, StatusFact};

/// An open ticket on the board `help` of the client `mill`.
pub(in crate::domain) fn ticket() -> Ticket {
    serde_json::from_value(serde_json::json!({
        "ticket_id": "t1", "ticket_number": "T-1", "title": "VPN down",
        "board_id": "help", "status_id": "new", "priority_id": "p3", "client_id": "mill",
        "location_id": "mill-hq", "contact_name_id": "mill-ann",
        "category_id": "net", "subcategory_id": "vpn", "response_state": "awaiting_client",
    }))
    .expect("a ticket")
}

pub(in crate::domain) fn facts() -> Facts {
    let status = |board: &str, is_closed| StatusFact { board: board.into(), is_closed };
    let category = |board: &str, parent: Option<&str>| CategoryFact {
        board: board.into(),
        parent: parent.map(Into::into),
    };
    Facts {
        boards: ["help".into(), "field".into()].into(),
        statuses: [
            ("new".into(), status("help", false)),
            ("hold".into(), status("help", false)),
            ("done".into(), status("help", true)),
            ("void".into(), status("help", true)),
            ("planned".into(), status("field", false)),
        ]
        .into(),
        priorities: ["p1".into(), "p2".into(), "p3".into()].into(),
        priority_of_level: [(1, "p1".into()), (2, "p2".into()), (3, "p3".into())].into(),
        categories: [
            ("net".into(), category("help", None)),
            ("vpn".into(), category("help", Some("net"))),
            ("hw".into(), category("help", None)),
            ("laptop".into(), category("help", Some("hw"))),
            ("visit".into(), category("field", None)),
        ]
        .into(),
        clients: ["mill".into(), "bank".into()].into(),
        locations: [("mill-hq".into(), "mill".into()), ("bank-hq".into(), "bank".into())].into(),
        contacts: [("mill-ann".into(), "mill".into()), ("bank-ben".into(), "bank".into())].into(),
        users: ["bob".into()].into(),
        teams: ["north".into()].into(),
    }
}

/// What was sent, with what is expected of it.
type Case<'a, T> = (&'a [(Field, &'a str)], &'a [T]);

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn save(before: &Ticket, sent: &[(Field, &str)]) -> Result<(Ticket, Vec<Field>), Vec<String>> {
    let wanted = sent
        .iter()
        .map(|&(field, value)| {
            let value = match (field, value) {
                (_, "") => Value::Empty,
                (Field::Impact | Field::Urgency, level) => Value::Number(level.parse().expect("a level")),
                (_, text) => text.into(),
            };
            (field, value)
        })
        .collect();
    apply(before, &wanted, &facts(), &"bob".into(), NOW)
        .map(|after| {
            let fields = updated_fields(before, &after);
            (after, fields)
        })
        .map_err(|issues| issues.into_iter().map(|issue| issue.path.concat()).collect())
}

#[test]
fn what_fits_is_saved_and_names_exactly_what_changed() {
    use Field::*;
    let table: &[Case<'_, Field>] = &[
        (&[(Title, "VPN still down")], &[Title]),
        (&[(Title, "VPN down")], &[]),
        (&[(Status, "hold")], &[Status]),
        (&[(Status, "done")], &[Status, ResponseState]),
        (&[(Status, "done"), (ResponseState, "")], &[Status, ResponseState]),
        (&[(Priority, "p1")], &[Priority]),
        (&[(Assignee, "bob"), (Team, "north")], &[Assignee, Team]),
        (&[(Assignee, "")], &[]),
        (&[(Category, "hw")], &[Category, Subcategory]),
        (&[(Category, "hw"), (Subcategory, "laptop")], &[Category, Subcategory]),
        (&[(Category, "")], &[Category, Subcategory]),
        (&[(Subcategory, "")], &[Subcategory]),
        (&[(Board, "field"), (Status, "planned")], &[Status, Board, Category, Subcategory]),
        (
            &[(Board, "field"), (Status, "planned"), (Category, "visit")],
            &[Status, Board, Category, Subcategory],
        ),
        (&[(Client, "bank")], &[Client, Contact, Location]),
        (&[(Client, "bank"), (Location, "bank-hq")], &[Client, Contact, Location]),
        (&[(Client, "mill")], &[]),
        (&[(Location, "")], &[Location]),
        (&[(Impact, "1")], &[Impact]),
        (&[(Impact, "1"), (Urgency, "1")], &[Priority, Impact, Urgency]),
        (&[(Priority, "p1"), (Impact, "1"), (Urgency, "1")], &[Priority, Impact, Urgency]),
        (&[(Impact, "5"), (Urgency, "5")], &[Impact, Urgency]),
        (&[(DueDate, "2026-11-21T10:00:00Z")], &[DueDate]),
        (&[(ResponseState, "")], &[ResponseState]),
    ];
    for (sent, expected) in table {
        let (_, fields) = save(&ticket(), sent).unwrap_or_else(|at| panic!("{sent:?} refused at {at:?}"));
        assert_eq!(&fields, expected, "{sent:?}");
    }
}

#[test]
fn what_does_not_fit_is_refused_at_the_field_that_does_not() {
    use Field::*;
    let table: &[Case<'_, &str>] = &[
        (&[(Status, "planned")], &["status_id"]),
        (&[(Status, "nonsense")], &["status_id"]),
        (&[(Board, "field")], &["status_id"]),
        (&[(Board, "nowhere"), (Status, "planned")], &["board_id", "status_id"]),
        (&[(Priority, "p9")], &["priority_id"]),
        (&[(Assignee, "nobody")], &["assigned_to"]),
        (&[(Team, "south")], &["assigned_team_id"]),
        (&[(Category, "visit")], &["category_id"]),
        (&[(Category, "vpn")], &["category_id"]),
        (&[(Subcategory, "laptop")], &["subcategory_id"]),
        (&[(Subcategory, "hw")], &["subcategory_id"]),
        (&[(Category, "hw"), (Subcategory, "vpn")], &["subcategory_id"]),
        (&[(Client, "ghost")], &["client_id"]),
        (&[(Location, "bank-hq")], &["location_id"]),
        (&[(Contact, "bank-ben")], &["contact_name_id"]),
        (&[(Client, "bank"), (Location, "mill-hq")], &["location_id"]),
        (&[(Client, "bank"), (Contact, "mill-ann")], &["contact_name_id"]),
        (&[(Priority, "p2"), (Impact, "1"), (Urgency, "1")], &["priority_id"]),
        (&[(Status, "done"), (ResponseState, "awaiting_internal")], &["response_state"]),
    ];
    for (sent, expected) in table {
        let refused = save(&ticket(), sent).err();
        assert_eq!(
            refused.as_deref(),
            Some(expected.iter().map(|at| (*at).to_owned()).collect::<Vec<_>>()).as_deref(),
            "{sent:?}"
        );
    }
}

/// Every pair of open and closed statuses.
#[test]
fn closing_and_reopening_keep_who_and_when() {
    for from in ["new", "hold", "done", "void"] {
        for to in ["new", "hold", "done", "void"] {
            let closed = |status| matches!(status, "done" | "void");
            let mut before = ticket();
            before.status_id = Some(from.into());
            before.status_is_closed = closed(from);
            before.closed_by = closed(from).then(|| "earlier".into());
            before.closed_at = closed(from).then_some(Timestamp::MIN);
            let (after, _) = save(&before, &[(Field::Status, to)]).expect("it fits");
            let expected = match (closed(from), closed(to)) {
                (_, false) => (None, None),
                (true, true) => (Some("earlier"), Some(Timestamp::MIN)),
                (false, true) => (Some("bob"), Some(NOW)),
            };
            let books = (after.closed_by.as_ref().map(UserId::as_str), after.closed_at);
            assert_eq!(books, expected, "{from} to {to}");
            assert_eq!(after.status_is_closed, closed(to), "{from} to {to}");
        }
    }
}

#[test]
fn every_editable_field_can_be_set_and_read_back() {
    for &field in Field::ALL {
        let value = match field {
            Field::Impact | Field::Urgency => Value::Number(2),
            Field::DueDate => "2026-11-21T10:00:00Z".into(),
            _ => "something".into(),
        };
        let mut changed = ticket();
        set(&mut changed, field, &value);
        assert_eq!(changed.value(field), value, "{field}");
        assert_eq!(updated_fields(&ticket(), &changed), [field]);
    }
}
