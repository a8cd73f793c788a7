//! The rules of the schedule, as tables.
//!
//! **Invariant:** every expectation is written by hand.

use super::plan::{Facts, Planner, Wanted, begin, change};
use super::sight::{Sight, forbids};
use super::*;
use crate::auth::{Access, Role};
use crate::domain::Issue;

const NOON: &str = "2026-11-21T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn people(ids: &[&str]) -> BTreeSet<UserId> {
    ids.iter().map(|id| UserId::from(*id)).collect()
}

fn facts() -> Facts {
    Facts { people: people(&["ann", "bob", "cy"]), knows_ticket: true }
}

fn planner(user: &str) -> Planner {
    Planner { person: Person { user_id: user.into(), display_name: user.into() }, now: at(NOON) }
}

fn wanted() -> Wanted {
    Wanted {
        title: Some("Replace the switch".to_owned()),
        start: Some(at("2026-11-21T13:00:00Z")),
        end: Some(at("2026-11-21T14:30:00Z")),
        ..Wanted::default()
    }
}

fn entry(assigned: &[&str]) -> Entry {
    let wanted = Wanted { assigned: Some(people(assigned)), ..wanted() };
    begin("e".into(), &wanted, &facts(), &planner("ann")).expect("allowed")
}

fn keys(issues: Vec<Issue>) -> Vec<String> {
    issues.into_iter().flat_map(|issue| issue.path).collect()
}

#[test]
fn a_new_entry_is_the_planners_own_unless_others_are_named() {
    let own = begin("e".into(), &wanted(), &facts(), &planner("ann")).expect("allowed");
    assert_eq!((&own.assigned, &*own.status, own.version), (&people(&["ann"]), "scheduled", Version(1)));
    assert_eq!(own.work, Work { kind: WorkKind::AdHoc, id: None });
    assert_eq!(entry(&["bob", "cy"]).assigned, people(&["bob", "cy"]));
}

#[test]
fn what_a_new_entry_needs_is_asked_for_all_at_once() {
    let issues = begin("e".into(), &Wanted::default(), &facts(), &planner("ann")).expect_err("refused");
    assert_eq!(keys(issues), ["title", "scheduled_start", "scheduled_end"]);
}

/// Each row is one wish that cannot be, and the key that is named.
#[test]
fn a_wish_that_cannot_be_is_refused_at_its_key() {
    let text = |text: &str| Some(text.to_owned());
    let table: &[(&str, Wanted, Facts)] = &[
        ("title", Wanted { title: text(" \t"), ..Wanted::default() }, facts()),
        ("title", Wanted { title: Some("x".repeat(256)), ..Wanted::default() }, facts()),
        ("scheduled_end", Wanted { end: Some(at("2026-11-21T13:00:00Z")), ..Wanted::default() }, facts()),
        ("scheduled_end", Wanted { start: Some(at("2026-11-21T14:30:00Z")), ..Wanted::default() }, facts()),
        ("scheduled_end", Wanted { end: Some(at("2028-01-01T00:00:00Z")), ..Wanted::default() }, facts()),
        ("work_item_id", Wanted { work_id: Some(text("t")), ..Wanted::default() }, facts()),
        ("work_item_id", Wanted { work_kind: Some(WorkKind::Ticket), ..Wanted::default() }, facts()),
        (
            "work_item_id",
            Wanted { work_kind: Some(WorkKind::Ticket), work_id: Some(text("t")), ..Wanted::default() },
            Facts { knows_ticket: false, ..facts() },
        ),
        ("notes", Wanted { notes: Some("x".repeat(10_001)), ..Wanted::default() }, facts()),
        ("status", Wanted { status: text(" "), ..Wanted::default() }, facts()),
        ("status", Wanted { status: Some("x".repeat(51)), ..Wanted::default() }, facts()),
        ("recurrence_pattern", Wanted { recurrence: Some(text("daily")), ..Wanted::default() }, facts()),
        ("assigned_user_ids", Wanted { assigned: Some(people(&[])), ..Wanted::default() }, facts()),
        (
            "assigned_user_ids",
            Wanted { assigned: Some(people(&["ann", "eve"])), ..Wanted::default() },
            facts(),
        ),
    ];
    for (key, wish, facts) in table {
        let refused = change(&entry(&["bob"]), wish, facts).expect_err(key);
        assert_eq!(keys(refused), [*key], "{wish:?}");
    }
}

#[test]
fn a_change_touches_what_was_sent_and_nothing_else() {
    let before = entry(&["bob"]);
    assert_eq!(change(&before, &Wanted::default(), &Facts::default()).expect("nothing to judge"), before);
    let wish = Wanted { status: Some("en_route".to_owned()), ..Wanted::default() };
    let after = change(&before, &wish, &facts()).expect("allowed");
    assert_eq!(before.changed(&after), ["status"]);
}

/// A meeting is no thing: what was looked up before is let go of.
#[test]
fn work_that_becomes_a_meeting_loses_its_ticket() {
    let wish = Wanted {
        work_kind: Some(WorkKind::Ticket),
        work_id: Some(Some("t".to_owned())),
        ..Wanted::default()
    };
    let on_ticket = change(&entry(&["bob"]), &wish, &facts()).expect("allowed");
    assert_eq!(on_ticket.ticket(), Some("t".into()));
    let wish = Wanted { work_kind: WorkKind::from_name("meeting"), ..Wanted::default() };
    let meeting = change(&on_ticket, &wish, &facts()).expect("allowed");
    assert_eq!((meeting.ticket(), meeting.work.id), (None, None));
}

#[test]
fn every_kind_of_work_is_read_as_it_is_written() {
    for kind in WorkKind::ALL {
        assert_eq!(WorkKind::from_name(kind.name()), Some(kind));
    }
    for other in ["meeting", "break", "other"] {
        assert_eq!(WorkKind::from_name(other), Some(WorkKind::AdHoc));
    }
    assert_eq!(WorkKind::from_name("holiday"), None);
}

#[test]
fn two_entries_clash_where_they_want_one_person_at_one_time() {
    let one = entry(&["ann", "bob"]);
    let other = |from: &str, to: &str, who: &[&str], status: &str| {
        let day = |time: &str| at(&format!("2026-11-21T{time}:00Z"));
        Entry {
            id: "other".into(),
            start: day(from),
            end: day(to),
            assigned: people(who),
            status: status.to_owned(),
            ..one.clone()
        }
    };
    for (from, to, who, status, clash) in [
        ("13:30", "13:45", &["bob"][..], "scheduled", true),
        ("12:00", "15:00", &["bob"], "scheduled", true),
        ("14:00", "15:00", &["bob", "cy"], "en_route", true),
        ("14:00", "15:00", &["cy"], "scheduled", false),
        ("12:00", "13:00", &["bob"], "scheduled", false),
        ("14:30", "15:00", &["bob"], "scheduled", false),
        ("13:30", "14:00", &["bob"], "Cancelled", false),
        ("13:30", "14:00", &["bob"], "no-show", false),
    ] {
        let other = other(from, to, who, status);
        assert_eq!(one.clashes_with(&other), clash, "{from} to {to}, {who:?}, {status}");
        assert_eq!(other.clashes_with(&one), clash, "either way round");
    }
    assert!(!one.clashes_with(&one), "nothing clashes with itself");
}

/// Who × whose entry × private × the ticket within reach.
#[test]
fn an_entry_shows_itself_to_those_it_is_for_and_a_shadow_to_planners() {
    use Role::{Billing, ClientPortal, Dispatcher, ReadOnly, Technician};
    use Sight::{Busy, Hidden, Whole};
    let shared = entry(&["bob"]);
    let private = Entry { is_private: true, ..shared.clone() };
    for (role, user, of_shared, of_private, out_of_reach) in [
        (Technician, "bob", Whole, Whole, Whole),
        (ReadOnly, "bob", Whole, Whole, Whole),
        (Dispatcher, "cy", Whole, Busy, Busy),
        (Dispatcher, "ann", Whole, Whole, Busy),
        (Technician, "cy", Hidden, Hidden, Hidden),
        (Technician, "ann", Hidden, Hidden, Hidden),
        (ReadOnly, "cy", Hidden, Hidden, Hidden),
        (Billing, "bob", Hidden, Hidden, Hidden),
        (ClientPortal, "bob", Hidden, Hidden, Hidden),
    ] {
        let (access, user) = (Access::of(role), UserId::from(user));
        assert_eq!(shared.sight(&access, &user, true), of_shared, "{role} {user}");
        assert_eq!(private.sight(&access, &user, true), of_private, "{role} {user}, private");
        assert_eq!(shared.sight(&access, &user, false), out_of_reach, "{role} {user}, out of reach");
    }
}

#[test]
fn people_plan_their_own_time_and_report_on_what_was_planned_for_them() {
    let planned = entry(&["bob"]);
    let own = Entry { created_by: "bob".into(), ..planned.clone() };
    let shared = Entry { assigned: people(&["bob", "cy"]), ..own.clone() };
    let moved = |entry: &Entry| Entry { end: at("2026-11-21T16:00:00Z"), ..entry.clone() };
    let reported =
        |entry: &Entry| Entry { status: "arrived".to_owned(), notes: "On site".to_owned(), ..entry.clone() };
    let given = |entry: &Entry| Entry { assigned: people(&["cy"]), ..entry.clone() };
    let bob = (Access::of(Role::Technician), UserId::from("bob"));
    let may = |before: Option<&Entry>, after: Option<&Entry>| {
        forbids(&bob.0, &bob.1, Sight::Whole, before, after).is_none()
    };
    assert!(may(None, Some(&own)) && may(Some(&own), Some(&moved(&own))) && may(Some(&own), None));
    assert!(may(Some(&planned), Some(&reported(&planned))) && may(Some(&shared), Some(&reported(&shared))));
    assert!(!may(Some(&planned), Some(&moved(&planned))), "others planned it");
    assert!(!may(Some(&planned), None) && !may(Some(&shared), None) && !may(None, Some(&planned)));
    assert!(!may(Some(&own), Some(&given(&own))), "nobody hands work to others without planning");
    assert!(!may(Some(&own), Some(&Entry { assigned: people(&["bob", "cy"]), ..own.clone() })));
}

#[test]
fn who_plans_may_move_what_is_hidden_from_them_but_not_lay_it_bare() {
    let before = Entry { is_private: true, ..entry(&["bob"]) };
    let (access, cy) = (Access::of(Role::Dispatcher), UserId::from("cy"));
    let may = |after: Option<&Entry>| forbids(&access, &cy, Sight::Busy, Some(&before), after).is_none();
    let moved = Entry { end: at("2026-11-21T16:00:00Z"), ..before.clone() };
    assert!(may(Some(&moved)) && may(None));
    for bare in [
        Entry { is_private: false, ..before.clone() },
        Entry { assigned: people(&["bob", "cy"]), ..before.clone() },
        Entry { title: "Mine".to_owned(), ..before.clone() },
        Entry { notes: "Mine".to_owned(), ..before.clone() },
    ] {
        assert!(!may(Some(&bare)), "{bare:?}");
    }
}

#[test]
fn roles_that_change_nothing_plan_nothing() {
    let own = Entry { created_by: "bob".into(), ..entry(&["bob"]) };
    for role in [Role::ReadOnly, Role::ClientPortal, Role::Billing] {
        let access = Access::of(role);
        assert!(forbids(&access, &"bob".into(), Sight::Whole, None, Some(&own)).is_some(), "{role}");
    }
}
