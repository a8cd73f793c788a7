//! What the server had said, shown before it says anything (CO-12).

use crate::support::{Net, World};
use callboard_desk::bridge::{Access, FieldState, Source};
use callboard_model::{Field, TicketId};

/// A console that has run, lost the network, and was started again without it.
fn started_without_a_network(before: impl FnOnce(&mut World)) -> World {
    let mut world = World::started(3);
    before(&mut world);
    world.net = Net::Down;
    world.socket_works = false;
    world.restart();
    world.open("t1");
    world.forget_the_past();
    world
}

fn the_network_is_back(world: &mut World) {
    world.net = Net::Up;
    world.socket_works = true;
    world.pass(60_000);
}

#[test]
fn without_the_server_the_board_of_the_last_run_is_shown_with_its_age() {
    let world = started_without_a_network(|world| world.bob_and_wait("t1", Field::Status, "done"));
    assert_eq!(world.row("t1").map(|row| row.status.label.as_str()), Some("Resolved"), "with its name");
    assert_eq!(world.counts.tickets, 3);
    let view = &world.views[&TicketId::from("t1")];
    assert_eq!(view.source, Source::Fetched);
    assert!((1..=world.now().as_millisecond()).contains(&view.as_of), "{}", view.as_of);
}

#[test]
fn work_on_a_ticket_of_the_last_run_is_kept_and_sent_when_the_server_is_back() {
    let mut world = started_without_a_network(|_| {});
    world.edit("t1", Field::Status, "hold");
    assert_eq!((world.state("t1", Field::Status), world.saves().len()), (&FieldState::Queued, 0));
    world.restart();
    world.open("t1");
    assert_eq!(
        (world.state("t1", Field::Status), world.shown("t1", Field::Status)),
        (&FieldState::Queued, "hold")
    );
    the_network_is_back(&mut world);
    assert_eq!(world.server.value("t1", Field::Status), "hold".into());
    assert_eq!(world.counts.queued, 0);
}

#[test]
fn what_somebody_wrote_meanwhile_is_asked_about_and_nothing_else_lights_up() {
    let mut world = started_without_a_network(|_| {});
    world.edit("t1", Field::Status, "hold");
    world.bob("t1", Field::Status, "done");
    world.bob("t2", Field::Title, "written in the gap");
    the_network_is_back(&mut world);
    assert!(matches!(world.state("t1", Field::Status), FieldState::Conflict(_)));
    let row = world.row("t2").expect("it is on screen");
    assert_eq!((&*row.title, row.lit.as_slice()), ("written in the gap", &[] as &[Field]));
    assert_eq!(world.server.value("t1", Field::Status), "done".into(), "nothing was sent");
}

#[test]
fn a_ticket_that_is_gone_meanwhile_leaves_the_board_and_is_not_kept() {
    let mut world = started_without_a_network(|_| {});
    world.server.hidden.insert("t3".into());
    assert!(world.row("t3").is_some());
    the_network_is_back(&mut world);
    assert!(world.row("t3").is_none());
    assert!(world.kept.tickets.iter().all(|(ticket, _)| ticket.ticket_id.as_str() != "t3"));
}

#[test]
fn what_one_person_was_told_is_not_shown_to_another() {
    let mut world = World::started(3);
    world.net = Net::Down;
    world.restart();
    assert_eq!(world.counts.tickets, 3);
    let other = world.kept.me.as_mut().expect("somebody was signed in");
    other.user_id = "somebody else".into();
    world.server.tickets.remove(&TicketId::from("t3"));
    world.restart();
    world.open("t3");
    world.net = Net::Held;
    world.pass(30_000);
    // The first answer says who we are, and nothing else was heard yet.
    world.deliver(0);
    assert_eq!((world.counts.tickets, world.kept.tickets.len()), (0, 0));
    assert_eq!(world.views[&TicketId::from("t3")].access, Access::Lost);
    assert_eq!(world.shown("t3", Field::Title), "", "not a word of it");
    world.net = Net::Up;
    world.deliver_all();
    assert_eq!(world.counts.tickets, 2);
}
