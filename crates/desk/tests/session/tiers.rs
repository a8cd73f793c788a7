//! Which rooms we are in: what is wanted, how many at most, and that many are not slower than few.

use std::time::Duration;

use callboard_desk::Policy;
use callboard_desk::session::effect::{LinkOrder, Request};
use callboard_model::Field::Assignee;

use crate::support::World;

/// What belongs to us is followed wherever it stands on the board.
#[test]
fn our_own_tickets_have_a_room_wherever_they_are() {
    let mut world = World::started(300);
    let is_in = |world: &World, ticket: &str| world.rooms.contains(&format!("ticket:t:{ticket}"));
    assert!(!is_in(&world, "t299"));
    world.bob_and_wait("t299", Assignee, "me");
    world.pass(1_000);
    assert!(is_in(&world, "t299"));
    world.bob_and_wait("t299", Assignee, "lee");
    world.pass(9_000);
    assert!(is_in(&world, "t299"), "kept for a while");
    world.pass(3_000);
    assert!(!is_in(&world, "t299"));
}

/// The limit is somebody's choice, and what is looked at comes first.
#[test]
fn no_more_rooms_are_entered_than_somebody_allowed() {
    let mut world = World::under(Policy { rooms_max: 10, ..Policy::default() }, 300);
    world.start(Vec::new());
    world.open("t299");
    world.pass(20_000);
    assert_eq!(world.rooms.len(), 11, "the board's is beside them");
    assert!(world.rooms.contains("ticket:t:t299"));
}

/// wire.md 3: ten thousand rooms, a thousand tokens a request, each room entered once.
#[test]
fn ten_thousand_rooms_are_entered_once_each() {
    let mut world = World::under(Policy { rooms_max: 10_000, ..Policy::default() }, 10_000);
    for ticket in world.server.tickets.values_mut() {
        ticket.assigned_to = Some("me".into());
    }
    world.start(Vec::new());
    world.pass(2_000);
    assert_eq!((world.rooms.len(), world.counts.rooms), (10_001, 10_001));
    let joins = world.orders.iter().filter(|order| matches!(order, LinkOrder::Join { .. })).count();
    assert_eq!(joins, 10_001);
    let asked = world.asked.iter().filter_map(|request| match request {
        Request::LiveTokens { tickets, .. } => Some(tickets.len()),
        _ => None,
    });
    assert!(asked.clone().all(|count| count <= 1_000) && asked.sum::<usize>() == 10_000);
    world.forget_the_past();
    world.socket_falls();
    world.socket_works = true;
    world.pass(u64::try_from(Duration::from_secs(2).as_millis()).expect("small"));
    assert_eq!(world.rooms.len(), 10_001);
    assert_eq!(world.delta_requests(), 1);
}
