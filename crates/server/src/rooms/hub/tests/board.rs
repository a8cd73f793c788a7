//! What the board is told, and whom.

use callboard_model::Digest;

use super::*;
use crate::auth::Boards;
use crate::bus::Scope;

fn only(board: &str) -> Access {
    Access { boards: Boards::listed([board.into()].into()), ..Access::of(Role::Technician) }
}

fn at_board(hub: &mut Hub, user: &str, access: Access) -> Member {
    enter_as(hub, user, access, "board:t", None)
}

/// Somebody in a ticket's room.
fn in_ticket(hub: &mut Hub, user: &str, ticket: &str, board: &str) -> Member {
    let name = format!("ticket:t:{ticket}");
    enter_as(hub, user, Access::of(Role::Dispatcher), &name, Some(place(board)))
}

fn shows(member: &Member, hub: &mut Hub, clock: u64, user: &str, field: Option<&str>) {
    let field = field.map(|field| format!(r#","editingField":"{field}""#)).unwrap_or_default();
    let state = format!(
        r##"{{"user":{{"userId":"{user}","displayName":"N","avatarUrl":null,"color":"#000000"{field}}}}}"##
    );
    member.say(hub, at(1), entry(member.id.0, clock, Some(&state)));
}

/// A ticket, who is there and edits what, and how many more.
type Line = (String, Vec<String>, usize);

fn lines(member: &mut Member) -> Vec<Line> {
    let mut lines = Vec::new();
    for told in member.told() {
        let Told::Hint(_, json) = told else { panic!("{told:?}") };
        let digest: Digest = serde_json::from_value(json).expect("a digest");
        for line in digest.presence {
            let name = |person: &callboard_model::Presence| match person.editing_field {
                Some(field) => format!("{} {}", person.user_id, field.name()),
                None => person.user_id.to_string(),
            };
            lines.push((line.ticket_id.to_string(), line.people.iter().map(name).collect(), line.more));
        }
    }
    lines
}

fn line(ticket: &str, people: &[&str]) -> Line {
    (ticket.to_owned(), people.iter().map(|&person| person.to_owned()).collect(), 0)
}

fn moved(from: Option<&str>, to: Option<&str>) -> Notice {
    let scope = Scope { before: from.map(place), after: to.map(place) };
    Notice { scope: Some(scope), ..notice("t", "1") }
}

/// wire.md 1: every hint that this person may see, which is one of a ticket within their reach, before or after.
#[test]
fn a_hint_reaches_those_at_the_board_who_may_see_the_ticket_before_or_after() {
    let table = [
        (Some("a"), Some("a"), [true, true, false]),
        (Some("b"), Some("b"), [true, false, true]),
        (Some("a"), Some("b"), [true, true, true]),
        (None, Some("a"), [true, true, false]),
        (Some("b"), None, [true, false, true]),
        (Some("c"), Some("c"), [true, false, false]),
    ];
    for (from, to, expected) in table {
        let mut hub = Hub::default();
        let all = Access::of(Role::Technician);
        let mut members = [("ann", all), ("bob", only("a")), ("eve", only("b"))]
            .map(|(user, access)| at_board(&mut hub, user, access));
        assert_eq!(hub.deliver(&moved(from, to)), Board::Told);
        let told = members.each_mut().map(|member| !member.told().is_empty());
        assert_eq!(told, expected, "{from:?} to {to:?}");
    }
}

#[test]
fn a_hint_without_a_place_waits_for_one_only_where_somebody_may_not_see_all() {
    let mut hub = Hub::default();
    let mut ann = at_board(&mut hub, "ann", Access::of(Role::Technician));
    assert_eq!(hub.deliver(&notice("t", "1")), Board::Told);
    assert_eq!(ann.told().len(), 1);
    let mut bob = at_board(&mut hub, "bob", only("a"));
    assert_eq!(hub.deliver(&notice("t", "1")), Board::WhereIsIt);
    assert_eq!((ann.told(), bob.told()), (vec![], vec![]));
    hub.deliver_to_board(&notice("t", "1").lies_at(Some(place("a"))));
    assert_eq!((ann.told().len(), bob.told().len()), (1, 1));
}

/// LT-18: the one hint that follows an import is for everybody.
#[test]
fn that_many_tickets_changed_is_told_to_everybody_at_the_board() {
    let mut hub = Hub::default();
    let mut members =
        [only("a"), Access::of(Role::Technician)].map(|access| at_board(&mut hub, "ann", access));
    let nowhere = Scope { before: None, after: None };
    for scope in [None, Some(nowhere)] {
        hub.deliver(&Notice { scope, ..notice("t", crate::store::MANY) });
        for member in &mut members {
            assert!(matches!(&member.told()[..], [Told::Hint(_, json)] if json.get("ticketId").is_none()));
        }
    }
}

/// LT-6: whoever may not see a ticket where it is now hears that it went, and has to leave its room.
#[test]
fn a_ticket_that_moves_out_of_sight_closes_its_room() {
    let mut hub = Hub::default();
    let mut bob = enter_as(&mut hub, "bob", only("a"), "ticket:t:1", Some(place("a")));
    let mut ann = enter(&mut hub, "ann", "ticket:t:1");
    hub.deliver(&moved(Some("a"), Some("b")));
    let out = Told::PutOut("ticket:t:1".to_owned());
    assert!(matches!(&bob.told()[..], [Told::Hint(..), told] if *told == out));
    assert!(matches!(&ann.told()[..], [Told::Hint(..)]));
}

/// LT-9: the board is told who is on which ticket and in which field, once for a burst, and when they are gone.
#[test]
fn the_board_is_told_who_is_where_and_what_they_edit() {
    let mut hub = Hub::default();
    let mut board = at_board(&mut hub, "ann", Access::of(Role::Technician));
    let (bob, eve) = (in_ticket(&mut hub, "bob", "1", "a"), in_ticket(&mut hub, "eve", "1", "a"));
    shows(&bob, &mut hub, 1, "bob", None);
    shows(&bob, &mut hub, 2, "bob", Some("title"));
    shows(&eve, &mut hub, 1, "eve", None);
    assert_eq!(board.told(), [], "not yet");
    assert!(hub.has_news());
    hub.gather();
    assert_eq!(lines(&mut board), [line("1", &["bob title", "eve"])]);
    shows(&eve, &mut hub, 2, "eve", None);
    hub.gather();
    assert_eq!(lines(&mut board), [], "a renewal is no news");
    bob.leave(&mut hub, at(2));
    eve.leave(&mut hub, at(2));
    hub.gather();
    assert_eq!(lines(&mut board), [line("1", &[])], "though the room itself is gone");
    assert!(!hub.has_news());
}

#[test]
fn one_person_in_two_windows_is_one_face() {
    let mut hub = Hub::default();
    let mut board = at_board(&mut hub, "ann", Access::of(Role::Technician));
    let windows = [in_ticket(&mut hub, "bob", "1", "a"), in_ticket(&mut hub, "bob", "1", "a")];
    shows(&windows[0], &mut hub, 1, "bob", None);
    shows(&windows[1], &mut hub, 1, "bob", Some("title"));
    hub.gather();
    assert_eq!(lines(&mut board), [line("1", &["bob title"])]);
}

#[test]
fn of_a_crowd_some_are_named_and_the_others_counted() {
    let mut hub = Hub::default();
    let mut board = at_board(&mut hub, "ann", Access::of(Role::Technician));
    for number in 0..20 {
        let user = format!("u{number}");
        let member = in_ticket(&mut hub, &user, "1", "a");
        shows(&member, &mut hub, 1, &user, (number == 19).then_some("title"));
    }
    hub.gather();
    let [(_, people, more)] = &lines(&mut board)[..] else { panic!("one line") };
    assert_eq!((&*people[0], people.len() + more), ("u19 title", 20), "whoever edits is named first");
}

#[test]
fn a_newcomer_at_the_board_is_told_of_everybody_they_may_see() {
    let mut hub = Hub::default();
    for (user, ticket, board) in [("bob", "1", "a"), ("eve", "2", "b")] {
        let member = in_ticket(&mut hub, user, ticket, board);
        shows(&member, &mut hub, 1, user, None);
    }
    hub.gather();
    let mut all = at_board(&mut hub, "ann", Access::of(Role::Technician));
    let mut told = lines(&mut all);
    told.sort();
    assert_eq!(told, [line("1", &["bob"]), line("2", &["eve"])]);
    let mut some = at_board(&mut hub, "mia", only("b"));
    assert_eq!(lines(&mut some), [line("2", &["eve"])]);
}

/// wire.md 1: digests are filtered as hints are.
#[test]
fn nobody_is_told_who_is_at_a_ticket_that_they_may_not_see() {
    let mut hub = Hub::default();
    let mut members =
        [only("a"), only("b"), Access::of(Role::Technician)].map(|access| at_board(&mut hub, "ann", access));
    let bob = in_ticket(&mut hub, "bob", "1", "a");
    shows(&bob, &mut hub, 1, "bob", None);
    hub.gather();
    let told = members.each_mut().map(lines);
    assert_eq!(told, [vec![line("1", &["bob"])], vec![], vec![line("1", &["bob"])]]);
    hub.deliver(&moved(Some("a"), Some("b")));
    members.iter_mut().for_each(|member| drop(member.told()));
    hub.gather();
    let told = members.each_mut().map(lines);
    assert_eq!(told, [vec![], vec![line("1", &["bob"])], vec![line("1", &["bob"])]], "where it is now");
}
