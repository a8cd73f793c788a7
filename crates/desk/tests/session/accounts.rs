//! A profile that several people use: to each only their own.

use callboard_desk::bridge::FieldState;
use callboard_desk::session::event::Kept;
use callboard_model::Field::Status;
use callboard_model::rest::Me;

use crate::support::{Net, World};

/// Nora chose *On hold* without a network, and the program was killed.
fn nora_left_an_edit() -> (World, Me) {
    let mut world = World::started(3);
    world.net = Net::Down;
    world.socket_works = false;
    world.say(callboard_desk::bridge::Command::RetryLink);
    world.edit("t1", Status, "hold");
    assert_eq!(world.disk.len(), 1);
    let nora = world.server.me.clone();
    (world, nora)
}

fn start_as(world: &mut World, user: &str) {
    world.server.me.user_id = user.into();
    world.net = Net::Up;
    world.socket_works = true;
    world.restart();
    world.open("t1");
    world.pass(60_000);
}

#[test]
fn an_edit_is_neither_shown_to_nor_sent_for_another_account_and_waits_for_its_own() {
    let (mut world, nora) = nora_left_an_edit();
    world.forget_the_past();
    start_as(&mut world, "bob");
    assert_eq!((world.shown("t1", Status), world.counts.queued), ("new", 0));
    assert_eq!((world.saves().len(), world.disk.len()), (0, 1));
    world.edit("t1", Status, "done");
    assert_eq!(world.saves(), ["t1 status_id=done@1"], "his own goes out");
    start_as(&mut world, nora.user_id.as_str());
    let panel = world.conflict("t1", Status);
    assert_eq!((panel.mine.label.as_str(), panel.theirs.label.as_str()), ("On hold", "Resolved"));
}

/// Without the copy nobody knows whose the profile was last, so the edits wait until the server says who asks.
#[test]
fn without_the_copy_an_edit_waits_until_it_is_known_who_is_signed_in() {
    let (mut world, nora) = nora_left_an_edit();
    world.kept = Kept::default();
    world.restart();
    assert_eq!((world.counts.queued, world.disk.len()), (0, 1));
    world.forget_the_past();
    start_as(&mut world, nora.user_id.as_str());
    assert_eq!((world.saves().len(), world.disk.len()), (1, 0));
    assert!(world.is_saved("t1", Status));
}

#[test]
fn an_edit_that_reaches_the_disk_after_its_account_left_stays_there() {
    let (mut world, nora) = nora_left_an_edit();
    world.restart();
    world.open("t1");
    world.disk_is_slow = true;
    world.edit("t1", Status, "closed");
    world.server.me.user_id = "bob".into();
    world.net = Net::Up;
    world.socket_works = true;
    world.pass(60_000);
    assert_eq!(world.shown("t1", Status), "new");
    world.disk_catches_up();
    assert_eq!((world.disk.len(), world.counts.queued), (2, 0));
    start_as(&mut world, nora.user_id.as_str());
    assert_eq!(world.server.value("t1", Status), "closed".into());
    assert_eq!(world.disk.len(), 0);
}

/// Of an edit that an early release wrote nobody knows whose it is.
#[test]
fn an_edit_of_nobody_is_that_of_whoever_is_signed_in() {
    let (mut world, nora) = nora_left_an_edit();
    world.disk.values_mut().for_each(|edit| edit.owner = None);
    start_as(&mut world, nora.user_id.as_str());
    assert!(matches!(world.state("t1", Status), FieldState::Confirmed { .. }));
    assert_eq!(world.server.value("t1", Status), "hold".into());
}
