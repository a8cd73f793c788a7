//! Who is in the rooms of other processes.

use super::*;
use crate::bus::{Face, Node};
use crate::rooms::limits::NODE_SILENT;

fn node(name: &str) -> Node {
    name.into()
}

fn shown(client: u64, clock: u64, user: &str) -> wire::Entry {
    let state =
        format!(r##"{{"user":{{"userId":"{user}","displayName":"N","avatarUrl":null,"color":"#000000"}}}}"##);
    entry(client, clock, Some(&state))
}

fn face(entry: &wire::Entry) -> Face {
    Face::of(&"t".into(), &"1".into(), Some(&place("desk")), entry).expect("a face")
}

/// Two processes of one tenant.
fn pair() -> (Hub, Hub) {
    let mut hubs = (Hub::default(), Hub::default());
    hubs.0.listen_abroad();
    hubs.1.listen_abroad();
    hubs
}

#[test]
fn a_face_is_seen_in_the_other_process_comes_moves_and_goes() {
    let (mut here, mut there) = pair();
    let (ann, mut bob) = (enter(&mut here, "ann", "ticket:t:1"), enter(&mut there, "bob", "ticket:t:1"));
    ann.say(&mut here, at(1), shown(10, 1, "ann"));
    ann.say(&mut here, at(1), shown(10, 2, "ann"));
    let told = here.gather();
    assert_eq!(told.len(), 1, "the latest is enough");
    there.heard_abroad(at(1), &node("here"), &told);
    assert_eq!(bob.told(), presence(shown(10, 2, "ann")));
    assert_eq!(there.gather(), [], "what was heard from abroad is not told abroad");
    ann.leave(&mut here, at(2));
    there.heard_abroad(at(2), &node("here"), &here.gather());
    assert_eq!(bob.told(), presence(entry(10, 2, None)));
}

#[test]
fn a_newcomer_sees_who_is_in_the_other_process_and_an_empty_room_is_kept_for_it() {
    let (_, mut there) = pair();
    there.heard_abroad(at(1), &node("here"), &[face(&shown(10, 1, "ann"))]);
    assert_eq!(there.len(), 0, "nobody of this process is in it");
    let bob = enter(&mut there, "bob", "ticket:t:1");
    assert_eq!(bob.present, [shown(10, 1, "ann")]);
    bob.leave(&mut there, at(2));
    assert_eq!(there.rooms.len(), 1);
    there.heard_abroad(at(3), &node("here"), &[face(&entry(10, 1, None))]);
    assert_eq!((there.rooms.len(), there.watched.len()), (0, 0));
}

/// LT-9: a process that was killed takes its faces with it, long before 30 s are over.
#[test]
fn a_process_that_falls_silent_or_says_goodbye_takes_its_faces_with_it() {
    for says_goodbye in [true, false] {
        let mut hub = Hub::default();
        let mut bob = enter(&mut hub, "bob", "ticket:t:1");
        hub.heard_abroad(at(1), &node("dying"), &[face(&shown(10, 1, "ann"))]);
        hub.heard_abroad(at(1), &node("living"), &[face(&shown(11, 1, "eve"))]);
        bob.told();
        hub.node_lives(at(10), &node("living"));
        hub.expire_nodes(at(10));
        assert_eq!(bob.told(), []);
        if says_goodbye {
            hub.node_gone(at(11), &node("dying"));
        } else {
            hub.expire_nodes(at(1) + NODE_SILENT);
        }
        assert_eq!(bob.told(), presence(entry(10, 1, None)));
        assert_eq!(enter(&mut hub, "mia", "ticket:t:1").present, [shown(11, 1, "eve")]);
    }
}

#[test]
fn a_face_that_is_not_renewed_is_a_ghost_wherever_it_is_from() {
    let mut hub = Hub::default();
    let mut bob = enter(&mut hub, "bob", "ticket:t:1");
    hub.heard_abroad(at(1), &node("n"), &[face(&shown(10, 1, "ann"))]);
    bob.told();
    hub.expire(at(31));
    assert_eq!(bob.told(), presence(entry(10, 1, None)));
    hub.node_gone(at(32), &node("n"));
    assert_eq!(bob.told(), [], "and goes once");
}

/// Somebody's network moves them from one process to the other; what the first says of them later does not count.
#[test]
fn who_moves_from_one_process_to_the_other_stays_to_be_seen() {
    let (mut here, _) = pair();
    let mut bob = enter(&mut here, "bob", "ticket:t:1");
    here.heard_abroad(at(1), &node("a"), &[face(&shown(10, 1, "ann"))]);
    let ann = enter(&mut here, "ann", "ticket:t:1");
    ann.say(&mut here, at(2), shown(10, 2, "ann"));
    bob.told();
    here.heard_abroad(at(3), &node("a"), &[face(&entry(10, 1, None))]);
    here.node_gone(at(4), &node("a"));
    assert_eq!(bob.told(), []);
    here.heard_abroad(at(5), &node("b"), &[face(&shown(10, 3, "ann"))]);
    ann.leave(&mut here, at(6));
    assert_eq!(bob.told(), presence(shown(10, 3, "ann")), "and back again");
}

#[test]
fn a_process_cannot_speak_for_a_person_who_is_here() {
    let (mut here, _) = pair();
    let ann = enter(&mut here, "ann", "ticket:t:1");
    ann.say(&mut here, at(1), shown(10, 1, "ann"));
    here.gather();
    here.heard_abroad(at(2), &node("a"), &[face(&shown(10, 9, "mal")), face(&entry(10, 9, None))]);
    assert_eq!(enter(&mut here, "bob", "ticket:t:1").present, [shown(10, 1, "ann")]);
}

#[test]
fn a_new_process_is_told_of_those_here_and_of_no_others() {
    let (mut here, _) = pair();
    let ann = enter_as(&mut here, "ann", Access::of(Role::Dispatcher), "ticket:t:1", Some(place("desk")));
    ann.say(&mut here, at(1), shown(10, 1, "ann"));
    here.heard_abroad(at(1), &node("a"), &[face(&shown(11, 1, "eve"))]);
    assert_eq!(here.faces_here(), [face(&shown(10, 1, "ann"))]);
}

#[test]
fn alone_there_is_nobody_to_tell() {
    let mut hub = Hub::default();
    let ann = enter(&mut hub, "ann", "ticket:t:1");
    ann.say(&mut hub, at(1), shown(10, 1, "ann"));
    assert_eq!(hub.gather(), []);
}

/// Boards see who is in another process, too.
#[test]
fn the_board_is_told_of_faces_abroad() {
    let mut hub = Hub::default();
    let mut board = enter(&mut hub, "bob", "board:t");
    hub.heard_abroad(at(1), &node("a"), &[face(&shown(11, 1, "eve"))]);
    hub.gather();
    let told = board.told();
    assert!(
        matches!(&told[..], [Told::Hint(_, json)] if json["presence"][0]["people"][0]["userId"] == "eve")
    );
}
