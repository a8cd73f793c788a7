//! The rules of the rooms, as plain calls.

use std::sync::Arc;

use callboard_wire::frame::{Direction, decode};
use callboard_wire::{Body, ClientId, Packet};

use super::*;
use crate::rooms::limits::SOCKET_QUEUE;
use crate::rooms::outgoing::{Waiting, queue};

/// A member with its socket's queue.
struct Guest {
    room: Room,
    id: MemberId,
    outgoing: Outgoing,
    waiting: Waiting,
    present: Vec<wire::Entry>,
}

/// What a member was told, decoded.
#[derive(Debug, PartialEq)]
enum Told {
    Presence(String, Vec<wire::Entry>),
    Hint(String, serde_json::Value),
}

fn at(second: u64) -> Duration {
    Duration::from_secs(second)
}

fn entry(client: u64, clock: u64, state: Option<&str>) -> wire::Entry {
    wire::Entry { client: ClientId(client), clock, state: state.map(Into::into) }
}

fn enter(hub: &mut Hub, user: &str, address: &str) -> Guest {
    let address = Address::parse(address).expect("an address");
    let room = Room::parse(address.document()).expect("a room");
    let (outgoing, waiting) = queue();
    let (id, present) = hub.join(&room, &user.into(), &address, &outgoing);
    Guest { room, id, outgoing, waiting, present }
}

impl Guest {
    fn say(&self, hub: &mut Hub, now: Duration, entry: wire::Entry) {
        hub.say(now, &self.room, self.id, &[entry]);
    }

    fn leave(&self, hub: &mut Hub, now: Duration) {
        hub.leave(now, &self.room, self.id);
    }

    fn frames(&mut self) -> Vec<Bytes> {
        std::iter::from_fn(|| self.waiting.frames.try_recv().ok()).collect()
    }

    fn told(&mut self) -> Vec<Told> {
        self.frames().iter().map(|bytes| told(bytes)).collect()
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
    Notice { tenant: tenant.into(), ticket: ticket.into(), hint: Arc::new(hint) }
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
    Hub::default().deliver(&notice("t", "1"));
}

#[test]
fn members_share_one_frame_and_a_session_gets_its_own_address() {
    let mut hub = Hub::default();
    let mut plain = [enter(&mut hub, "ann", "ticket:t:1"), enter(&mut hub, "bob", "ticket:t:1")];
    let mut session = enter(&mut hub, "eve", "ticket:t:1\0s1");
    hub.deliver(&notice("t", "1"));
    let [ann, bob] = plain.each_mut().map(Guest::frames);
    assert_eq!((ann.len(), ann[0].as_ptr()), (1, bob[0].as_ptr()), "one encoding for both");
    assert!(matches!(&session.told()[..], [Told::Hint(address, _)] if address == "ticket:t:1\0s1"));
}

#[tokio::test]
async fn a_slow_reader_is_ended_and_the_others_miss_nothing() {
    let mut hub = Hub::default();
    let mut slow = enter(&mut hub, "ann", "ticket:t:1");
    let mut quick = enter(&mut hub, "bob", "ticket:t:1");
    let total = SOCKET_QUEUE + 1;
    let mut heard = 0;
    for _ in 0..total {
        hub.deliver(&notice("t", "1"));
        heard += quick.frames().len();
    }
    assert_eq!(heard, total);
    assert_eq!(Waiting::goodbye(slow.waiting.split().1).await, Goodbye::reset());
}

/// LT-6: access that is withdrawn ends every socket of that person in that tenant, and no other.
#[tokio::test]
async fn who_is_turned_out_loses_every_socket_in_that_tenant() {
    let mut hub = Hub::default();
    let mut here = enter(&mut hub, "ann", "ticket:t:1");
    let mut board = enter(&mut hub, "ann", "board:t");
    let bystanders = [enter(&mut hub, "bob", "ticket:t:1"), enter(&mut hub, "ann", "ticket:x:1")];
    hub.turn_out(&"t".into(), &"ann".into());
    for guest in [&mut here, &mut board] {
        assert_eq!(Waiting::goodbye(guest.waiting.split().1).await, Goodbye::reset());
    }
    for guest in bystanders {
        assert!(!guest.outgoing.is_ending());
    }
    let mut people = hub.people();
    people.sort();
    let expected = [("t", "ann"), ("t", "bob"), ("x", "ann")];
    assert_eq!(people, expected.map(|(tenant, user)| (tenant.into(), user.into())));
}
