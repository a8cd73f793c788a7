//! The rules of the rooms, as plain calls.

use axum::body::Bytes;
use callboard_wire::frame::{Direction, decode};
use callboard_wire::{Body, ClientId, Packet, awareness};
use futures_util::FutureExt;

use super::*;
use crate::auth::{Access, Role};
use crate::bus::Notice;
use crate::rooms::limits::{FRAME_COST, SOCKET_QUEUE_BYTES};
use crate::rooms::line::tests::Peer;
use crate::rooms::outgoing::{Goodbye, Item, Memory, Waiting, queue};

mod board;
mod elsewhere;

/// A member with its socket's queue.
struct Member {
    name: String,
    id: MemberId,
    waiting: Waiting,
    present: Vec<wire::Entry>,
}

/// What a member was told, decoded.
#[derive(Debug, PartialEq)]
enum Told {
    Presence(String, Vec<wire::Entry>),
    Hint(String, serde_json::Value),
    PutOut(String),
}

fn at(second: u64) -> Duration {
    Duration::from_secs(second)
}

fn entry(client: u64, clock: u64, state: Option<&str>) -> wire::Entry {
    wire::Entry { client: ClientId(client), clock, state: state.map(Into::into) }
}

fn place(board: &str) -> Placement {
    Placement { board: Some(board.into()), client: None }
}

fn guest(tenant: &str, user: &str, access: Access) -> Arc<Guest> {
    let (tenant, user) = (tenant.into(), user.into());
    Arc::new(Guest::new(Caller {
        tenant,
        user,
        display_name: "".into(),
        avatar_url: None,
        access,
        key_revoked_at: None,
    }))
}

fn enter(hub: &mut Hub, user: &str, address: &str) -> Member {
    enter_as(hub, user, Access::of(Role::Technician), address, None)
}

fn enter_as(
    hub: &mut Hub,
    user: &str,
    access: Access,
    address: &str,
    placement: Option<Placement>,
) -> Member {
    let address = Address::parse(address).expect("an address");
    let room = Room::parse(address.document()).expect("a room");
    let (outgoing, waiting) = queue(&Memory::default(), Peer::default());
    let guest = guest(room.tenant().as_str(), user, access);
    let entrance = Entrance { room: &room, address: &address, guest: &guest, outgoing: &outgoing, placement };
    let (id, present) = hub.join(entrance);
    Member { name: address.document().to_owned(), id, waiting, present }
}

impl Member {
    fn say(&self, hub: &mut Hub, now: Duration, entry: wire::Entry) {
        hub.say(now, &self.name, self.id, &[entry]);
    }

    fn leave(&self, hub: &mut Hub, now: Duration) {
        hub.leave(now, &self.name, self.id);
    }

    fn items(&mut self) -> Vec<Item> {
        let (mut all, mut taken) = (Vec::new(), Vec::new());
        while self.waiting.filled().now_or_never().is_some() {
            self.waiting.take(&mut taken);
            all.append(&mut taken);
        }
        all
    }

    fn frames(&mut self) -> Vec<Bytes> {
        let frame = |item| match item {
            Item::Frame(frame) => frame,
            Item::PutOut(address) => panic!("put out of {address}"),
        };
        self.items().into_iter().map(frame).collect()
    }

    fn told(&mut self) -> Vec<Told> {
        let told = |item| match item {
            Item::Frame(frame) => told(&frame),
            Item::PutOut(address) => Told::PutOut(address.as_str().to_owned()),
        };
        self.items().into_iter().map(told).collect()
    }

    fn is_ending(&self) -> bool {
        self.waiting.goodbye().now_or_never().is_some()
    }
}

fn told(bytes: &[u8]) -> Told {
    let Ok(Packet::Frame(frame)) = decode(bytes, Direction::ToClient) else { panic!("no frame: {bytes:?}") };
    let address = frame.address.as_str().to_owned();
    match frame.body {
        Body::Awareness(update) => {
            Told::Presence(address, awareness::decode(update).expect("an update").entries)
        }
        Body::Stateless(json) => Told::Hint(address, serde_json::from_str(json).expect("JSON")),
        other => panic!("nobody should be told {other:?}"),
    }
}

fn presence(entry: wire::Entry) -> Vec<Told> {
    vec![Told::Presence("ticket:t:1".to_owned(), vec![entry])]
}

fn notice(tenant: &str, ticket: &str) -> Notice {
    let json = r#"{"updatedFields":["title"],"updatedBy":{"userId":"u","displayName":"B"},"updatedAt":"2026-11-21T10:00:00Z","version":7,"seq":9,"originSession":"s"}"#;
    let hint = serde_json::from_str(json).expect("a hint");
    Notice { tenant: tenant.into(), ticket: ticket.into(), hint: Arc::new(hint), scope: None }
}

/// LT-9: everybody in the room sees a face, the speaker's own echo included.
#[test]
fn a_face_is_shown_to_everybody_in_the_room_and_to_nobody_else() {
    let mut hub = Hub::default();
    let mut ann = enter(&mut hub, "ann", "ticket:t:1");
    let mut bob = enter(&mut hub, "bob", "ticket:t:1");
    let mut elsewhere = enter(&mut hub, "eve", "ticket:t:2");
    let mut other_tenant = enter(&mut hub, "mal", "ticket:x:1");
    ann.say(&mut hub, at(1), entry(10, 1, Some("{}")));
    for guest in [&mut ann, &mut bob] {
        assert_eq!(guest.told(), presence(entry(10, 1, Some("{}"))));
    }
    assert_eq!(elsewhere.told(), []);
    assert_eq!(other_tenant.told(), []);
}

#[test]
fn a_newcomer_is_given_who_is_there() {
    let mut hub = Hub::default();
    let ann = enter(&mut hub, "ann", "ticket:t:1");
    assert_eq!(ann.present, []);
    ann.say(&mut hub, at(1), entry(10, 1, Some("{}")));
    let bob = enter(&mut hub, "bob", "ticket:t:1");
    assert_eq!(bob.present, [entry(10, 1, Some("{}"))]);
}

/// LT-6: one cannot speak for another, nor take another away.
#[test]
fn a_client_id_belongs_to_whoever_used_it_first() {
    let mut hub = Hub::default();
    let mut ann = enter(&mut hub, "ann", "ticket:t:1");
    let bob = enter(&mut hub, "bob", "ticket:t:1");
    ann.say(&mut hub, at(1), entry(10, 1, Some("{}")));
    ann.told();
    bob.say(&mut hub, at(2), entry(10, 2, Some(r#"{"user":"bob"}"#)));
    bob.say(&mut hub, at(3), entry(10, 3, None));
    assert_eq!(ann.told(), []);
    assert_eq!(enter(&mut hub, "eve", "ticket:t:1").present, [entry(10, 1, Some("{}"))]);
}

#[test]
fn an_old_clock_says_nothing() {
    let mut hub = Hub::default();
    let mut ann = enter(&mut hub, "ann", "ticket:t:1");
    ann.say(&mut hub, at(1), entry(10, 5, Some("{}")));
    ann.told();
    for clock in [0, 4, 5] {
        ann.say(&mut hub, at(2), entry(10, clock, Some(r#"{"late":true}"#)));
    }
    assert_eq!(ann.told(), []);
}

#[test]
fn who_leaves_is_seen_to_go_and_an_empty_room_is_gone() {
    let mut hub = Hub::default();
    let ann = enter(&mut hub, "ann", "ticket:t:1");
    let mut bob = enter(&mut hub, "bob", "ticket:t:1");
    ann.say(&mut hub, at(1), entry(10, 1, Some("{}")));
    bob.told();
    ann.leave(&mut hub, at(2));
    assert_eq!(bob.told(), presence(entry(10, 1, None)));
    assert_eq!(hub.len(), 1);
    bob.leave(&mut hub, at(3));
    bob.leave(&mut hub, at(3));
    assert_eq!((hub.len(), hub.people(), hub.watched.len()), (0, vec![], 0));
}

/// LT-9: a peer that vanished is gone within 30 s.
#[test]
fn a_ghost_is_taken_away_after_thirty_seconds() {
    let mut hub = Hub::default();
    let ann = enter(&mut hub, "ann", "ticket:t:1");
    let mut bob = enter(&mut hub, "bob", "ticket:t:1");
    ann.say(&mut hub, at(100), entry(10, 1, Some("{}")));
    bob.told();
    hub.expire(at(129));
    assert_eq!(bob.told(), []);
    hub.expire(at(130));
    assert_eq!(bob.told(), presence(entry(10, 1, None)));
    ann.say(&mut hub, at(131), entry(10, 2, Some("{}")));
    assert_eq!(bob.told(), presence(entry(10, 2, Some("{}"))), "and may come back");
}

#[test]
fn a_room_in_which_nobody_shows_a_face_is_not_looked_at() {
    let mut hub = Hub::default();
    let ann = enter(&mut hub, "ann", "ticket:t:1");
    assert_eq!(hub.watched.len(), 0);
    ann.say(&mut hub, at(0), entry(10, 1, Some("{}")));
    assert_eq!(hub.watched.len(), 1);
    hub.expire(at(30));
    hub.expire(at(200));
    assert_eq!(hub.watched.len(), 0);
}

/// LT-1, LT-3: the ticket's room and the tenant's board, and no other.
#[test]
fn a_hint_reaches_its_ticket_and_its_board_and_nobody_else() {
    let mut hub = Hub::default();
    let mut ticket = enter(&mut hub, "ann", "ticket:t:1");
    let mut board = enter(&mut hub, "bob", "board:t");
    let mut others = ["ticket:t:2", "ticket:x:1", "board:x"].map(|name| enter(&mut hub, "eve", name));
    hub.deliver(&notice("t", "1"));
    let mut json = serde_json::json!({
        "updatedFields": ["title"], "updatedBy": {"userId": "u", "displayName": "B"},
        "updatedAt": "2026-11-21T10:00:00Z", "version": 7, "seq": 9, "originSession": "s",
    });
    assert_eq!(ticket.told(), [Told::Hint("ticket:t:1".to_owned(), json.clone())]);
    json["ticketId"] = "1".into();
    assert_eq!(board.told(), [Told::Hint("board:t".to_owned(), json)]);
    for other in &mut others {
        assert_eq!(other.told(), []);
    }
}

#[test]
fn a_hint_for_an_empty_room_is_nothing() {
    assert_eq!(Hub::default().deliver(&notice("t", "1")), Board::Told);
}

#[test]
fn members_share_one_frame_and_a_session_gets_its_own_address() {
    let mut hub = Hub::default();
    let mut plain = [enter(&mut hub, "ann", "ticket:t:1"), enter(&mut hub, "bob", "ticket:t:1")];
    let mut session = enter(&mut hub, "eve", "ticket:t:1\0s1");
    hub.deliver(&notice("t", "1"));
    let [ann, bob] = plain.each_mut().map(Member::frames);
    assert_eq!((ann.len(), ann[0].as_ptr()), (1, bob[0].as_ptr()), "one encoding for both");
    assert!(matches!(&session.told()[..], [Told::Hint(address, _)] if address == "ticket:t:1\0s1"));
}

#[tokio::test]
async fn a_slow_reader_is_ended_and_the_others_miss_nothing() {
    let mut hub = Hub::default();
    let slow = enter(&mut hub, "ann", "ticket:t:1");
    let mut quick = enter(&mut hub, "bob", "ticket:t:1");
    hub.deliver(&notice("t", "1"));
    let size = quick.frames()[0].len() + FRAME_COST;
    let total = SOCKET_QUEUE_BYTES / size;
    let mut heard = 1;
    while heard <= total {
        assert!(!slow.is_ending(), "not before its queue was full: {heard}");
        hub.deliver(&notice("t", "1"));
        heard += quick.frames().len();
    }
    assert_eq!(slow.waiting.goodbye().await, Goodbye::reset());
    assert!(!quick.is_ending());
}

/// Whoever shares ten thousand rooms with somebody who leaves is told of it in every one, and keeps their socket.
#[test]
fn the_departure_of_somebody_with_many_rooms_overflows_nobody() {
    let mut hub = Hub::default();
    let (outgoing, waiting) = queue(&Memory::default(), Peer::default());
    let (ann, bob) = (queue(&Memory::default(), Peer::default()).0, outgoing);
    let mut members = Vec::new();
    let uuid = "0b1c2d3e-4f50-4a6b-8c7d";
    for number in 0..crate::rooms::limits::ROOMS_PER_SOCKET {
        let name = format!("ticket:{uuid}-000000000000:{uuid}-{number:012}");
        let (address, room) =
            (Address::parse(&name).expect("an address"), Room::parse(&name).expect("a room"));
        for (user, outgoing) in [("bob", &bob), ("ann", &ann)] {
            let guest = guest(room.tenant().as_str(), user, Access::of(Role::Technician));
            let entrance =
                Entrance { room: &room, address: &address, guest: &guest, outgoing, placement: None };
            let (id, _) = hub.join(entrance);
            if user == "ann" {
                hub.say(at(1), &name, id, &[entry(u64::from(u32::MAX), 1, Some("{}"))]);
                members.push((name.clone(), id));
            }
        }
        let mut taken = Vec::new();
        waiting.take(&mut taken);
    }
    for (name, id) in members {
        hub.leave(at(2), &name, id);
    }
    assert_eq!(waiting.goodbye().now_or_never(), None);
}

/// LT-6: whoever lost their access, or has another one now, loses every socket in that tenant; nobody else does.
#[test]
fn who_is_not_who_they_were_loses_every_socket_in_that_tenant() {
    let mut hub = Hub::default();
    let technician = || Access::of(Role::Technician);
    let gone = [enter(&mut hub, "ann", "ticket:t:1"), enter(&mut hub, "ann", "board:t")];
    let changed = enter(&mut hub, "eve", "ticket:t:1");
    let stay = [enter(&mut hub, "bob", "ticket:t:1"), enter(&mut hub, "ann", "ticket:x:1")];
    let mut people = hub.people();
    people.iter_mut().for_each(|(_, users)| users.sort());
    people.sort();
    let everybody = ["ann", "bob", "eve"].map(UserId::from).to_vec();
    assert_eq!(people, [("t".into(), everybody.clone()), ("x".into(), vec!["ann".into()])]);
    let now = [("bob", technician()), ("eve", Access::of(Role::ReadOnly))];
    let now = now.map(|(user, access)| (user.into(), guest("t", user, access).caller.clone()));
    assert_eq!(hub.turn_out_changed(&"t".into(), &everybody, &now.into()), 2);
    assert!(gone.iter().chain([&changed]).all(Member::is_ending));
    assert!(!stay.iter().any(Member::is_ending));
}
