//! Against a stock server: no versions, no feed, no board, tokens one by one if at all.

use callboard_desk::bridge::{Live, Support};
use callboard_desk::session::effect::{LinkOrder, Request, Sockets, Timer};
use callboard_desk::session::event::{Failure, LinkEvent};
use callboard_desk::{Event, Policy};
use callboard_model::Field::{Assignee, Priority, Status, Title};

use crate::support::server::person;
use crate::support::{Net, World, room};

fn stock(tickets: u32) -> World {
    let mut world = World::new(tickets);
    begin(&mut world);
    world
}

fn begin(world: &mut World) {
    world.server.is_stock = true;
    for ticket in world.server.tickets.values_mut() {
        ticket.version = None;
    }
    world.start(Vec::new());
    world.open("t1");
    world.pass(2_000);
    world.forget_the_past();
}

/// Somebody writes, and nothing tells of it: so do REST writes there.
fn silently(world: &mut World, field: callboard_model::Field, value: &str) {
    let now = world.now();
    world.server.write(&"t1".into(), &[(field, value.into())].into(), &person("Bob"), now, None);
}

/// The live layer is live by the tickets' own rooms, and the diagnostics say what that is worth.
#[test]
fn a_stock_server_has_no_board_room_and_is_best_effort() {
    let world = stock(50);
    let link = world.link.as_ref().expect("told");
    assert_eq!((link.live, link.support), (Live::Live, Support::BestEffort));
    assert!(!world.rooms.contains("board:t") && world.rooms.contains("ticket:t:t1"));
    assert_eq!(world.rooms.len(), 50);
    assert_eq!(World::started(1).link.map(|link| link.support), Some(Support::Full));
}

/// wire.md 4: its token is bound to the address, unless somebody knows that this one is not.
#[test]
fn rooms_of_a_stock_server_have_sockets_of_their_own_unless_somebody_says_otherwise() {
    for sockets in [Sockets::Apart, Sockets::Shared] {
        let mut world = World::under(Policy { stock_sockets: sockets, ..Policy::default() }, 1);
        world.server.is_stock = true;
        world.start(Vec::new());
        let opened = |order: &LinkOrder| matches!(order, LinkOrder::Connect(with) if *with == sockets);
        assert!(world.orders.iter().any(opened), "{:?}", world.orders);
    }
}

/// wire.md 4: GET, compare, PUT.
#[test]
fn a_save_is_sent_right_after_the_ticket_was_read_anew() {
    let mut world = stock(2);
    world.edit("t1", Status, "hold");
    assert!(
        matches!(
            world.asked.as_slice(),
            [Request::Ticket(read), Request::Save { ticket, .. }, ..] if read == ticket
        ),
        "{:?}",
        world.asked
    );
    assert!(world.is_saved("t1", Status));
    world.edit("t1", Priority, "p1");
    assert_eq!(world.saves().len(), 2);
    let place = |what: fn(&Request) -> bool| world.asked.iter().rposition(what).expect("asked");
    assert!(
        place(|asked| matches!(asked, Request::Ticket(_)))
            < place(|asked| matches!(asked, Request::Save { .. }))
    );
}

/// LT-13: what nobody told of is found by comparing, and nothing is overwritten.
#[test]
fn a_value_that_changed_silently_is_asked_about_before_it_is_overwritten() {
    let mut world = stock(2);
    silently(&mut world, Status, "done");
    world.edit("t1", Status, "hold");
    assert_eq!(world.saves(), Vec::<String>::new());
    assert_eq!(world.conflict("t1", Status).theirs.value, "done".into());
    world.keep("t1", Status);
    assert_eq!(world.saves(), ["t1 status_id=hold@-"]);
    assert_eq!(world.server.value("t1", Status), "hold".into());
}

/// wire.md 4: only the fields that are about to be written are compared.
#[test]
fn what_changed_in_other_fields_holds_no_save() {
    let mut world = stock(2);
    silently(&mut world, Assignee, "dana");
    world.edit("t1", Title, "Mine");
    assert_eq!(world.saves(), ["t1 title=Mine@-"]);
    assert_eq!(world.server.value("t1", Assignee), "dana".into());
}

/// An answer to an older question proves nothing about now.
#[test]
fn an_answer_that_was_under_way_before_the_edit_is_no_proof() {
    let mut world = stock(2);
    let hint = world.server.write(
        &"t1".into(),
        &[(Title, "heard".into())].into(),
        &person("Bob"),
        world.now(),
        None,
    );
    world.net = Net::Held;
    world.tell(Event::Link(LinkEvent::Hint(room("t1"), Box::new(hint.expect("it changed")))));
    world.pass(200);
    silently(&mut world, Status, "done");
    world.edit("t1", Status, "hold");
    world.net = Net::Up;
    world.deliver(0);
    assert_eq!((world.fetches("t1"), world.saves()), (1, Vec::new()), "it was asked before the edit");
    world.pass(200);
    assert_eq!((world.fetches("t1"), world.saves()), (2, Vec::new()));
    assert_eq!(world.conflict("t1", Status).theirs.value, "done".into());
}

/// CO-13: a ticket that cannot be read again is told, not waited for.
#[test]
fn a_save_whose_ticket_cannot_be_read_is_refused_with_the_servers_sentence() {
    let mut world = stock(2);
    world.net = Net::Held;
    world.edit("t1", Status, "hold");
    let (id, request, _) = world.held.pop_front().expect("it is read first");
    let failure = Failure::Refused { code: "X".into(), message: "Not today.".into(), faults: Vec::new() };
    world.answer(id, request, Err(failure));
    let state = format!("{:?}", world.state("t1", Status));
    assert!(state.contains("Not today."), "{state}");
}

/// CO-12: with the network gone it waits, is read anew when it is back, and is sent once.
#[test]
fn a_save_that_waited_for_the_network_is_compared_when_it_is_back() {
    let mut world = stock(2);
    world.net = Net::Down;
    world.edit("t1", Status, "hold");
    silently(&mut world, Status, "done");
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!(world.saves(), Vec::<String>::new());
    assert_eq!(world.conflict("t1", Status).theirs.value, "done".into());
}

/// Its answer to a change of status may be from before the close: it is read once more.
#[test]
fn after_a_change_of_status_the_ticket_is_read_again() {
    let mut world = stock(2);
    world.edit("t1", Status, "closed");
    world.pass(1_000);
    assert_eq!(world.fetches("t1"), 2);
}

/// LT-5: a token is for entering; nobody looks at it again.
#[test]
fn tokens_of_a_stock_server_are_not_renewed() {
    let mut world = stock(20);
    world.pass(600_000);
    assert_eq!(world.asked, []);
    assert_eq!(world.rooms.len(), 20);
}

/// LT-14, wire.md 4: a server that gives tokens to browsers only is no error, and hides nothing else.
#[test]
fn without_tokens_a_stock_server_is_worked_with_and_live_updates_are_unavailable() {
    let mut world = World::new(2);
    world.server.gives_no_tokens = true;
    begin(&mut world);
    assert_eq!(world.link.as_ref().map(|link| link.live), Some(Live::Unavailable));
    world.edit("t1", Status, "hold");
    assert!(world.is_saved("t1", Status));
    assert!(world.rooms.is_empty());
}

/// RB-9: without a feed only what somebody looks at is asked for.
#[test]
fn asking_slowly_reads_the_open_tickets_of_a_stock_server() {
    let mut world = World::under(Policy { polling: true, ..Policy::default() }, 30);
    world.server.gives_no_tokens = true;
    begin(&mut world);
    silently(&mut world, Title, "written by a browser");
    assert!(world.rings_in(&Timer::Poll).is_some());
    world.pass(31_000);
    assert_eq!(world.shown("t1", Title), "written by a browser");
    assert!(
        world.asked.iter().all(|asked| matches!(asked, Request::Ticket(id) if id.as_str() == "t1")),
        "{:?}",
        world.asked
    );
}

/// LT-11: its hints have neither version nor ticket, and come as often as it has processes.
#[test]
fn hints_of_a_stock_server_are_followed_and_copies_cost_nothing() {
    let mut world = stock(2);
    let (fields, now) = ([(Status, "done".into())].into(), world.now());
    let hint = world.server.write(&"t1".into(), &fields, &person("Bob"), now, None).expect("it changed");
    for _ in 0..3 {
        world.tell(Event::Link(LinkEvent::Hint(room("t1"), Box::new(hint.clone()))));
    }
    world.pass(1_000);
    assert_eq!((world.shown("t1", Status), world.fetches("t1")), ("done", 1));
}

/// LT-15: no board room speaks for the others there, so what was saved after the first of them let us in, and before the
/// ticket's own did, was told to nobody.
#[test]
fn a_room_that_lets_us_in_later_than_the_first_has_its_ticket_read_again() {
    let mut world = stock(2);
    world.socket_falls();
    world.socket_works = true;
    world.slow.insert(room("t1").to_string());
    world.pass(60_000);
    assert!(world.rooms.contains("ticket:t:t2") && !world.rooms.contains("ticket:t:t1"));
    silently(&mut world, Status, "done");
    world.tell(Event::Link(LinkEvent::Joined(room("t1"))));
    world.pass(1_000);
    assert_eq!(world.shown("t1", Status), "done");
}

/// LT-15: the same for a room whose own socket was closed, while the others stayed.
#[test]
fn a_room_that_was_closed_alone_has_its_ticket_read_again_when_it_is_back() {
    let mut world = stock(2);
    world.slow.insert(room("t1").to_string());
    world.tell(Event::Link(LinkEvent::Left(room("t1"), "closed".into())));
    silently(&mut world, Status, "done");
    world.tell(Event::Link(LinkEvent::Joined(room("t1"))));
    world.pass(1_000);
    assert_eq!(world.shown("t1", Status), "done");
}
