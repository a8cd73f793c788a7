//! The rules of bundles as tables, and as what no sequence of changes can break (LT-7).

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::apply::tests::ticket;

fn child(status: &str, assignee: Option<&str>, priority: &str) -> Ticket {
    Ticket {
        status_id: Some(status.into()),
        assigned_to: assignee.map(Into::into),
        priority_id: Some(priority.into()),
        ..ticket()
    }
}

fn choice(id: &str, is_closed: bool, is_default: bool) -> StatusChoice {
    StatusChoice { id: id.into(), name: id.to_uppercase(), is_closed, is_default }
}

fn names(wanted: &Wanted) -> Vec<(&str, Option<&str>)> {
    wanted.iter().map(|(field, value)| (field.name(), value.as_text())).collect()
}

/// LT-7: every combination of what changes in a child, and what was sent for it.
#[test]
fn the_status_assignee_and_priority_of_a_child_are_locked_and_nothing_else_is() {
    let before = child("new", None, "p3");
    for (after, sent, path) in [
        (child("done", None, "p3"), Field::Status, Some("status_id")),
        (child("new", Some("bob"), "p3"), Field::Assignee, Some("assigned_to")),
        (child("new", None, "p1"), Field::Priority, Some("priority_id")),
        (child("new", None, "p1"), Field::Impact, Some("itil_impact")),
        (child("new", None, "p1"), Field::Urgency, Some("itil_urgency")),
        (child("new", None, "p3"), Field::Status, None),
        (Ticket { title: "Other".into(), ..before.clone() }, Field::Title, None),
    ] {
        let issues = locked(&before, &after, &Wanted::from([(sent, after.value(sent))]));
        let paths: Vec<_> = issues.iter().map(|issue| issue.path.join(".")).collect();
        assert_eq!(paths, path.into_iter().collect::<Vec<_>>(), "{sent}");
    }
}

#[test]
fn every_locked_field_that_would_change_is_named() {
    let (before, after) = (child("new", None, "p3"), child("done", Some("bob"), "p1"));
    let wanted = LOCKED.into_iter().map(|field| (field, after.value(field))).collect();
    assert_eq!(locked(&before, &after, &wanted).len(), 3);
}

/// LT-7: each pair of states of a master against each state of a child. Only what the save changed is copied, and only
/// where it is not there already.
#[test]
fn a_master_copies_what_it_changed_to_the_children_where_it_differs() {
    let mut states = Vec::new();
    for status in ["new", "done"] {
        for assignee in [None, Some("bob")] {
            for priority in ["p1", "p3"] {
                states.push(child(status, assignee, priority));
            }
        }
    }
    for before in &states {
        for after in &states {
            for child in &states {
                let wanted = copied(before, after, child, &[]);
                for field in Field::ALL {
                    let changed = before.value(*field) != after.value(*field);
                    let differs = child.value(*field) != after.value(*field);
                    let expected = (changed && differs).then(|| after.value(*field));
                    assert_eq!(wanted.get(field).cloned(), expected, "{field}");
                }
            }
        }
    }
}

#[test]
fn a_child_on_another_board_gets_the_status_that_says_the_same() {
    let choices = [
        choice("planned", false, false),
        choice("backlog", false, true),
        choice("hold", false, false),
        choice("void", true, false),
        choice("done", true, false),
    ];
    let abroad = |closed| Ticket {
        board_id: Some("field".into()),
        status_id: Some("elsewhere".into()),
        status_is_closed: closed,
        ..ticket()
    };
    let master = |id: &str, name: &str, status_is_closed| Ticket {
        status_id: Some(id.into()),
        status_name: Some(name.into()),
        status_is_closed,
        ..ticket()
    };
    for (to, name, closed, child_closed, expected) in [
        ("m-hold", "Hold", false, false, Some("hold")),
        ("m-hold", "Hold", false, true, Some("hold")),
        ("m-done", "Done", true, false, Some("done")),
        ("m-solved", "Solved", true, false, Some("void")),
        ("m-solved", "Solved", true, true, None),
        ("m-busy", "Busy", false, false, None),
        ("m-busy", "Busy", false, true, Some("backlog")),
        // The name alone does not carry a ticket across.
        ("m-odd", "Done", false, false, None),
    ] {
        let wanted = copied(
            &master("m-new", "New", false),
            &master(to, name, closed),
            &abroad(child_closed),
            &choices,
        );
        let expected: Vec<_> = expected.map(|id| ("status_id", Some(id))).into_iter().collect();
        assert_eq!(names(&wanted), expected, "{name} closed {closed}, child closed {child_closed}");
    }
    let nowhere =
        copied(&master("m-new", "New", false), &master("m-done", "Done", true), &abroad(false), &[]);
    assert_eq!(names(&nowhere), [], "a board without a fitting status leaves the child as it is");
}

#[test]
fn an_unassigned_master_unassigns_its_children() {
    let (before, after) = (child("new", Some("bob"), "p3"), child("new", None, "p3"));
    assert_eq!(
        names(&copied(&before, &after, &child("new", Some("eve"), "p3"), &[])),
        [("assigned_to", None)]
    );
}

#[test]
fn a_child_closed_with_its_master_has_its_closing_books() {
    let closed = |at: i64, by: &str| Ticket {
        status_is_closed: true,
        closed_at: callboard_model::Timestamp::from_second(at).ok(),
        closed_by: Some(by.into()),
        ..ticket()
    };
    let mut child = closed(9, "bob");
    share_closing_books(&closed(5, "ann"), &mut child);
    assert_eq!(child, closed(5, "ann"));
    let mut open = ticket();
    share_closing_books(&closed(5, "ann"), &mut open);
    assert_eq!(open, ticket());
}

/// Everything at once: the setting, the master, the author, the visibility.
#[test]
fn only_a_public_answer_of_the_client_reopens_a_closed_master_that_wants_it() {
    let mut reopening = 0;
    for reopen_on_child_reply in [false, true] {
        for mode in [Mode::LinkOnly, Mode::SyncUpdates] {
            for closed in [false, true] {
                for author in [AuthorKind::Internal, AuthorKind::Client] {
                    for is_internal in [false, true] {
                        let settings = Settings { mode, reopen_on_child_reply };
                        let expected =
                            reopen_on_child_reply && closed && author == AuthorKind::Client && !is_internal;
                        assert_eq!(reopens(settings, closed, author, is_internal), expected);
                        reopening += u32::from(expected);
                    }
                }
            }
        }
    }
    assert_eq!(reopening, 2);
}

#[test]
fn a_reopened_ticket_begins_in_the_default_open_status_or_the_first_one() {
    let (a, b, c) = (choice("a", true, true), choice("b", false, false), choice("c", false, true));
    let id = |choices: &[StatusChoice]| reopened_status(choices).map(|choice| choice.id.clone());
    assert_eq!(id(&[a.clone(), b.clone(), c]), Some("c".into()));
    assert_eq!(id(&[a.clone(), b]), Some("b".into()));
    assert_eq!(id(&[a]), None);
}

#[test]
fn who_may_join_a_bundle() {
    let other = || Standing::ChildOf("other".into());
    for (candidate, standing, code) in [
        ("a", Standing::Alone, None),
        ("a", Standing::Master, Some("bundle_nested")),
        ("a", other(), Some("bundle_taken")),
        ("m", Standing::Master, Some("bundle_self")),
        ("m", Standing::Alone, Some("bundle_self")),
    ] {
        let joined = join((&"m".into(), &Standing::Alone), 0, &[(candidate.into(), standing)]);
        assert_eq!(joined.as_ref().err().map(|issues| issues[0].code), code, "{candidate}");
    }
    let mine = [
        ("a".into(), Standing::ChildOf("m".into())),
        ("b".into(), Standing::Alone),
        ("b".into(), Standing::Alone),
    ];
    assert_eq!(join((&"m".into(), &Standing::Master), 1, &mine), Ok(vec!["b".into()]));
    assert!(join((&"m".into(), &other()), 0, &mine).is_err(), "a child is no master");
}

#[test]
fn a_bundle_has_at_most_so_many_children() {
    let candidates: Vec<(TicketId, Standing)> =
        (0..CHILDREN_MAX).map(|number| (number.to_string().into(), Standing::Alone)).collect();
    let master = TicketId::from("m");
    assert!(join((&master, &Standing::Alone), 0, &candidates).is_ok());
    let refused = join((&master, &Standing::Master), 1, &candidates).expect_err("one too many");
    assert_eq!(refused[0].code, "too_big");
}

const WORLD: usize = 8;

#[derive(Clone, Debug)]
enum Act {
    Join(usize, Vec<usize>),
    Leave(usize),
    Promote(usize, usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0..WORLD, prop::collection::vec(0..WORLD, 1..4)).prop_map(|(master, all)| Act::Join(master, all)),
        (0..WORLD).prop_map(Act::Leave),
        (0..WORLD, 0..WORLD).prop_map(|(master, chosen)| Act::Promote(master, chosen)),
    ]
}

/// Who is whose child.
type Bundles = BTreeMap<TicketId, TicketId>;

fn id(number: usize) -> TicketId {
    number.to_string().into()
}

fn standing(bundles: &Bundles, ticket: &TicketId) -> Standing {
    match bundles.get(ticket) {
        Some(master) => Standing::ChildOf(master.clone()),
        None if bundles.values().any(|master| master == ticket) => Standing::Master,
        None => Standing::Alone,
    }
}

fn children(bundles: &Bundles, master: &TicketId) -> Vec<TicketId> {
    bundles.iter().filter(|(_, of)| *of == master).map(|(child, _)| child.clone()).collect()
}

fn carry_out(bundles: &mut Bundles, act: Act) {
    match act {
        Act::Join(master, all) => {
            let master = id(master);
            let candidates: Vec<_> =
                all.into_iter().map(id).map(|one| (one.clone(), standing(bundles, &one))).collect();
            let size = children(bundles, &master).len();
            if let Ok(joining) = join((&master, &standing(bundles, &master)), size, &candidates) {
                bundles.extend(joining.into_iter().map(|child| (child, master.clone())));
            }
        }
        Act::Leave(child) => {
            bundles.remove(&id(child));
        }
        Act::Promote(master, chosen) => {
            let (master, chosen) = (id(master), id(chosen));
            if let Ok(all) = promote(&master, &children(bundles, &master), &chosen) {
                bundles.remove(&chosen);
                bundles.extend(all.into_iter().map(|child| (child, chosen.clone())));
            }
        }
    }
}

proptest! {
    #[test]
    fn no_sequence_of_changes_nests_a_bundle_or_closes_a_circle(acts in prop::collection::vec(act(), 1..40)) {
        let mut bundles = Bundles::new();
        for act in acts {
            carry_out(&mut bundles, act);
            for (child, master) in &bundles {
                prop_assert_ne!(child, master);
                prop_assert!(!bundles.contains_key(master), "{} is a child and a master", master);
            }
        }
    }

    #[test]
    fn a_promotion_keeps_everybody_together(size in 1_usize..10, chosen in 0_usize..10) {
        let all: Vec<TicketId> = (1..=size).map(id).collect();
        let chosen = all[chosen % size].clone();
        let mut after = promote(&id(0), &all, &chosen).expect("a child");
        prop_assert!(!after.contains(&chosen));
        after.push(chosen);
        after.sort();
        let mut before: Vec<_> = all.into_iter().chain([id(0)]).collect();
        before.sort();
        prop_assert_eq!(after, before);
    }
}

#[test]
fn only_a_child_of_the_bundle_is_promoted() {
    assert!(promote(&"m".into(), &["a".into()], &"b".into()).is_err());
    assert!(promote(&"m".into(), &["a".into()], &"m".into()).is_err());
}
