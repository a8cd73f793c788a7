//! Starting: who we are, what there is, and what the disk kept.

use crate::support::{Net, World};
use callboard_desk::bridge::{Access, Command, FieldState, Live, Reach, Unsent};
use callboard_desk::session::effect::{LinkOrder, Request, Sockets, StoredEdit};
use callboard_desk::session::event::Failure;
use callboard_model::{EditId, Field, Version};

fn kept(id: u128, base: &str, mine: &str) -> StoredEdit {
    StoredEdit {
        id: EditId(id),
        owner: None,
        ticket: "t1".into(),
        field: Field::Status,
        base: base.into(),
        base_version: Some(Version(1)),
        mine: mine.into(),
        at: "2026-11-21T09:00:00Z".parse().expect("an instant"),
    }
}

#[test]
fn the_list_is_read_page_by_page_and_the_board_room_is_entered_first() {
    let mut world = World::new(230);
    world.start(Vec::new());
    let pages = world.asked.iter().filter_map(|request| match request {
        Request::Tickets { page } => Some(*page),
        _ => None,
    });
    assert_eq!(pages.collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(world.counts.tickets, 230);
    assert!(matches!(&world.orders[0], LinkOrder::Connect(Sockets::Shared)));
    assert!(matches!(&world.orders[1], LinkOrder::Join { room, .. } if room.to_string() == "board:t"));
    let link = world.link.as_ref().expect("the window is told");
    assert_eq!((link.live, link.reach), (Live::Live, Reach::Up));
}

/// CO-9: what was written between reading the list and hearing the first hint is not missed.
#[test]
fn what_changes_while_the_list_is_read_is_caught_up() {
    let mut world = World::new(3);
    world.net = Net::Held;
    world.start(Vec::new());
    world.deliver(0);
    world.bob("t1", Field::Status, "done");
    world.deliver_all();
    world.open("t1");
    assert_eq!(world.shown("t1", Field::Status), "done");
}

/// CO-12.
#[test]
fn an_edit_from_the_disk_is_shown_at_once_and_sent_only_after_its_ticket_was_read() {
    let mut world = World::new(3);
    world.net = Net::Held;
    world.start(vec![kept(1, "new", "hold")]);
    assert_eq!(world.counts.queued, 1);
    assert_eq!(world.saves(), [] as [&str; 0]);
    world.deliver_all();
    assert_eq!(world.saves(), ["t1 status_id=hold@1"]);
    assert_eq!(world.row("t1").map(|row| row.unsent), Some(Unsent::Nothing));
    assert!(world.disk.is_empty());
}

/// CO-12: nothing goes out of which we know that it clashes.
#[test]
fn an_edit_from_the_disk_that_clashes_asks_and_is_not_sent() {
    let mut world = World::new(3);
    world.bob("t1", Field::Status, "done");
    world.start(vec![kept(1, "new", "hold")]);
    world.open("t1");
    let conflict = world.conflict("t1", Field::Status);
    assert_eq!((conflict.mine.label.as_str(), conflict.theirs.label.as_str()), ("On hold", "Resolved"));
    assert_eq!(world.saves(), [] as [&str; 0]);
    assert_eq!(world.row("t1").map(|row| row.unsent), Some(Unsent::NeedsYou));
    assert_eq!((world.counts.needs_you, world.counts.queued), (1, 0));
}

#[test]
fn an_edit_from_the_disk_that_was_applied_before_the_end_vanishes_silently() {
    let mut world = World::new(3);
    world.bob("t1", Field::Status, "hold");
    world.start(vec![kept(1, "new", "hold")]);
    assert!(world.disk.is_empty());
    assert_eq!(world.saves(), [] as [&str; 0]);
}

#[test]
fn of_two_edits_from_the_disk_the_second_follows_the_first_or_takes_its_place() {
    let mut world = World::new(3);
    world.start(vec![kept(1, "new", "hold"), kept(2, "hold", "done")]);
    assert_eq!(world.saves(), ["t1 status_id=hold@1", "t1 status_id=done@2"]);
    assert_eq!(world.server.value("t1", Field::Status), "done".into());
    let mut world = World::new(3);
    world.start(vec![kept(1, "new", "hold"), kept(2, "new", "done")]);
    assert_eq!(world.saves(), ["t1 status_id=done@1"]);
    assert!(world.disk.is_empty());
}

/// LT-19.
#[test]
fn an_edit_from_the_disk_for_a_ticket_that_is_gone_is_kept_and_needs_the_person() {
    let mut world = World::new(3);
    world.server.hidden.insert("t1".into());
    world.start(vec![kept(1, "new", "hold")]);
    assert_eq!((world.counts.needs_you, world.disk.len()), (1, 1));
    world.net = Net::Down;
    world.open("t1");
    assert_eq!((world.views[&"t1".into()].access, world.shown("t1", Field::Status)), (Access::Lost, "hold"));
    assert!(matches!(world.state("t1", Field::Status), FieldState::Refused { .. }));
    world.say(Command::DropEdit { ticket: "t1".into(), field: Field::Status });
    assert_eq!((world.counts.needs_you, world.disk.len()), (0, 0));
}

/// CO-13: every answer has a fate, also one that tells nothing of the ticket.
#[test]
fn an_edit_whose_ticket_the_server_will_not_tell_is_refused_with_its_sentence() {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.edit("t1", Field::Status, "hold");
    world.bob("t1", Field::Title, "Bob's");
    world.net = Net::Held;
    world.pass(5_000);
    let is_fetch = |request: &Request| matches!(request, Request::Ticket(id) if id.as_str() == "t1");
    while let Some((id, request, outcome)) = world.held.pop_front() {
        let refusal =
            Failure::Refused { code: "NOT_NOW".into(), message: "Not now.".into(), faults: Vec::new() };
        let outcome = if is_fetch(&request) { Err(refusal) } else { outcome };
        world.answer(id, request, outcome);
    }
    assert_eq!(world.state("t1", Field::Status), &FieldState::Refused { reason: "Not now.".into() });
    world.net = Net::Up;
    world.say(Command::RetryEdit { ticket: "t1".into(), field: Field::Status });
    assert_eq!(world.server.value("t1", Field::Status), "hold".into());
    assert!(world.disk.is_empty());
}

#[test]
fn without_a_network_the_start_is_tried_again_until_it_works() {
    let mut world = World::new(3);
    world.net = Net::Down;
    world.start(vec![kept(1, "new", "hold")]);
    world.pass(10_000);
    assert_eq!(world.link.as_ref().map(|link| link.reach), Some(Reach::Down));
    assert_eq!(world.counts.queued, 1);
    world.net = Net::Up;
    world.pass(30_000);
    assert_eq!(world.counts.tickets, 3);
    assert_eq!(world.saves(), ["t1 status_id=hold@1"]);
}
