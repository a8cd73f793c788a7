//! One value for many tickets (CO-2): as many edits, each with its own fate, and one summary.

use crate::support::{Net, World};
use callboard_desk::bridge::{BULK_MAX, BulkId, Command};
use callboard_model::Field::{Assignee, Status, Title};

/// `[done, waiting, conflicted, dropped, refused]`.
fn fates(world: &mut World) -> [u32; 5] {
    world.pass(100);
    let bulk = world.bulk.as_ref().expect("a summary");
    let refused = u32::try_from(bulk.refused.len()).expect("a few");
    let fates = [bulk.done, bulk.waiting, bulk.conflicted, bulk.dropped, refused];
    assert_eq!(fates.iter().sum::<u32>(), bulk.total);
    fates
}

/// CO-2, CO-13: a conflict and a refusal in one never block the others.
#[test]
fn each_ticket_of_many_has_its_own_fate() {
    let mut world = World::started(6);
    world.begin("t2", Status);
    world.bob_and_wait("t2", Status, "done");
    world.edit("t3", Status, "hold");
    world.net = Net::Held;
    world.change_many(&["t1", "t2", "t3", "t4", "nobody", "t1"], Status, "hold");
    assert_eq!(fates(&mut world), [1, 2, 1, 0, 1], "t3 has it already, t2 asks, and nobody is no ticket");
    world.server.refusal = Some("No.");
    let held = world.held.iter().position(|(_, request, _)| format!("{request:?}").contains("t4"));
    let (id, request, _) = world.held.remove(held.expect("a save of t4")).expect("it is there");
    let refusal = callboard_desk::session::event::Failure::Refused {
        code: "X".into(),
        message: "No.".into(),
        faults: Vec::new(),
    };
    world.answer(id, request, Err(refusal));
    world.server.refusal = None;
    world.deliver_all();
    assert_eq!(fates(&mut world), [2, 0, 1, 0, 2]);
    let bulk = world.bulk.clone().expect("a summary");
    assert_eq!((bulk.value.label.as_str(), bulk.field), ("On hold", Status));
    let told: Vec<_> = bulk.refused.iter().map(|one| (&*one.about.number, one.reason.as_str())).collect();
    assert_eq!(told[1], ("T-4", "No."));
    world.keep_over("t2", Status, "done".into());
    world.say(Command::DropEdit { ticket: "t4".into(), field: Status });
    assert_eq!(fates(&mut world), [3, 0, 0, 0, 2]);
}

/// CO-12: one edit and one key each, so nothing of it is sent twice, over deaths and lost answers.
#[test]
fn a_change_of_many_survives_the_network_and_the_program() {
    let mut world = World::started(40);
    let tickets: Vec<String> = (1..=40).map(|number| format!("t{number}")).collect();
    let tickets: Vec<&str> = tickets.iter().map(String::as_str).collect();
    world.net = Net::Mute;
    world.change_many(&tickets, Assignee, "lee");
    world.net = Net::Down;
    assert_eq!((world.disk.len(), fates(&mut world)), (40, [0, 40, 0, 0, 0]));
    world.restart();
    world.net = Net::Up;
    world.pass(60_000);
    assert!(tickets.iter().all(|ticket| world.server.value(ticket, Assignee) == "lee".into()));
    assert_eq!((world.server.replaced.len(), world.disk.len(), world.counts.queued), (40, 0, 0));
}

#[test]
fn what_is_typed_on_one_of_many_stays_typed() {
    let mut world = World::started(2);
    world.draft("t1", Title, "Half a sentence");
    world.change_many(&["t1", "t2"], Title, "All the same");
    assert_eq!(world.server.value("t2", Title), "All the same".into());
    assert_eq!(world.shown("t1", Title), "Half a sentence");
}

#[test]
fn whoever_decides_otherwise_on_one_of_many_is_counted_apart() {
    let mut world = World::started(3);
    world.net = Net::Down;
    world.change_many(&["t1", "t2"], Status, "hold");
    world.edit("t1", Status, "done");
    assert_eq!(fates(&mut world), [0, 1, 0, 1, 0]);
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!(fates(&mut world), [1, 0, 0, 1, 0]);
}

/// CO-14: a full disk.
#[test]
fn what_finds_no_room_on_disk_is_told_as_refused() {
    let mut world = World::started(2);
    world.disk_is_full = true;
    world.change_many(&["t1", "t2"], Status, "hold");
    assert_eq!(fates(&mut world), [0, 0, 0, 0, 2]);
    assert_eq!((world.saves().len(), world.shown("t1", Status)), (0, "new"));
}

#[test]
fn more_tickets_than_may_be_changed_at_once_are_named_and_left_alone() {
    let many = BULK_MAX + 3;
    let mut world = World::started(u32::try_from(many).expect("a few"));
    let tickets: Vec<String> = (1..=many).map(|number| format!("t{number}")).collect();
    world.change_many(&tickets.iter().map(String::as_str).collect::<Vec<_>>(), Status, "hold");
    let done = u32::try_from(BULK_MAX).expect("a few");
    assert_eq!(fates(&mut world), [done, 0, 0, 0, 3]);
    assert_eq!(world.saves().len(), BULK_MAX);
}

#[test]
fn a_summary_that_nobody_wants_is_told_no_more_and_its_edits_go_on() {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.change_many(&["t1", "t2"], Status, "hold");
    assert_eq!(fates(&mut world), [0, 2, 0, 0, 0]);
    world.say(Command::CloseBulk { bulk: BulkId("many".into()) });
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!(fates(&mut world), [0, 2, 0, 0, 0], "as it was told last");
    assert_eq!(world.server.value("t2", Status), "hold".into());
}
