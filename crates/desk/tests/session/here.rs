//! Who is here: on rows and in tickets, as they look to us and as we look to them.

use callboard_desk::Event;
use callboard_desk::bridge::{Command, FaceState};
use callboard_desk::session::effect::LinkOrder;
use callboard_desk::session::event::LinkEvent;
use callboard_model::Field::Status;
use callboard_model::{Digest, Field, Presence, Room, TicketPresence};

use crate::support::{World, presence};

/// The board says who is at a ticket.
fn digest(world: &mut World, ticket: &str, people: Vec<Presence>) {
    let told = TicketPresence { ticket_id: ticket.into(), people, more: 0 };
    let digest = Digest { presence: vec![told] };
    world.tell(Event::Link(LinkEvent::Digest(Room::Board("t".into()), digest)));
}

/// How the first face of a row looks.
fn looks(world: &World, ticket: &str) -> Option<FaceState> {
    world.row(ticket)?.faces.first().map(|face| face.state)
}

/// What we said of ourselves at `t1`: the field we are in, or that we are not here.
fn said(world: &World) -> Vec<Option<Option<Field>>> {
    let said = |order: &LinkOrder| match order {
        LinkOrder::Show(_, presence) => Some(presence.as_ref().map(|us| us.editing_field)),
        _ => None,
    };
    world.orders.iter().filter_map(said).collect()
}

/// LT-9: rows have faces without a room of their own, unknown while nothing would tell, and anew when we are back.
#[test]
fn the_boards_word_puts_faces_on_rows() {
    let mut world = World::started(2);
    digest(&mut world, "t2", vec![presence("bob", Some(Status)), presence("me", None)]);
    let faces = &world.row("t2").expect("on screen").faces;
    assert_eq!((faces.len(), faces[0].editing), (1, Some(Status)));
    world.socket_falls();
    assert_eq!(looks(&world, "t2"), Some(FaceState::Unknown));
    world.socket_works = true;
    world.pass(2_000);
    assert_eq!(looks(&world, "t2"), None);
    digest(&mut world, "t2", vec![presence("bob", None)]);
    assert_eq!(looks(&world, "t2"), Some(FaceState::Here));
    digest(&mut world, "t2", Vec::new());
    assert_eq!(looks(&world, "t2"), None);
}

/// LT-9: a message of a socket that was given up says nothing about now.
#[test]
fn the_word_of_a_board_that_we_are_not_at_is_not_taken() {
    let mut world = World::started(2);
    world.socket_falls();
    digest(&mut world, "t2", vec![presence("bob", None)]);
    assert_eq!(looks(&world, "t2"), None);
}

/// LT-9: idle people look idle, with nothing but time passing, and here again when they move.
#[test]
fn whoever_moves_nothing_for_five_minutes_looks_idle_until_they_move() {
    let mut world = World::started(2);
    world.face("t2", 1, Some(presence("bob", None)));
    let came = world.row("t2").expect("on screen").faces[0].since;
    world.pass(299_000);
    assert_eq!(looks(&world, "t2"), Some(FaceState::Here));
    world.pass(2_000);
    let face = &world.row("t2").expect("on screen").faces[0];
    assert_eq!((face.state, face.since), (FaceState::Idle, came));
    world.face("t2", 1, Some(presence("bob", Some(Status))));
    assert_eq!(looks(&world, "t2"), Some(FaceState::Here));
    world.pass(400_000);
    assert_eq!(looks(&world, "t2"), Some(FaceState::Idle), "and again");
}

/// Nothing is written of us, wherever we look and whatever we edit; others are seen as ever.
#[test]
fn who_views_quietly_is_not_seen_and_sees() {
    let mut world = World::started(2);
    world.say(Command::ViewQuietly { on: true });
    assert_eq!(said(&world), [None]);
    assert!(world.link.as_ref().is_some_and(|link| link.quiet));
    world.open("t2");
    world.begin("t2", Status);
    assert_eq!(said(&world).len(), 1);
    world.face("t1", 1, Some(presence("bob", None)));
    assert_eq!(looks(&world, "t1"), Some(FaceState::Here));
    world.socket_falls();
    world.socket_works = true;
    world.pass(2_000);
    assert_eq!(said(&world).len(), 1, "nor after a reconnect");
    world.say(Command::ViewQuietly { on: false });
    assert_eq!(said(&world)[1..], [Some(None), Some(Some(Status))]);
}

/// LT-10: nobody is "editing" over lunch, and whoever comes back is where they were.
#[test]
fn a_person_who_is_away_is_in_no_field() {
    let mut world = World::started(2);
    world.begin("t1", Status);
    world.forget_the_past();
    world.pass(299_000);
    assert_eq!(said(&world), []);
    world.pass(2_000);
    assert_eq!(said(&world), [Some(None)]);
    world.say(Command::StillHere);
    assert_eq!(said(&world), [Some(None), Some(Some(Status))]);
}

/// LT-9: others take whoever shows nothing new to be idle, so somebody who works says their word anew.
#[test]
fn who_reads_for_long_says_anew_that_they_are_here() {
    let mut world = World::started(2);
    world.pass(200_000);
    world.say(Command::StillHere);
    assert_eq!(said(&world), []);
    world.pass(50_000);
    world.say(Command::StillHere);
    assert_eq!(said(&world), [None, Some(None)], "gone and here");
    world.say(Command::StillHere);
    assert_eq!(said(&world).len(), 2, "once");
}
