//! Signing out: nothing stays, and nothing goes that the person was not told of.

use callboard_desk::bridge::{Access, Command, FieldState, Notice, Reach};
use callboard_desk::session::event::Kept;
use callboard_model::{Field, TicketId};

use crate::support::{Net, World};

fn sign_out(world: &mut World, force: bool) {
    world.say(Command::SignOut { force });
}

fn is_out(world: &World) -> bool {
    world.notices.contains(&Notice::SignedOut { trouble: None })
}

/// Nothing of the account is anywhere, whatever happens next.
fn check_nothing_is_left(world: &mut World) {
    assert!(is_out(world));
    world.asked.clear();
    world.bob("t2", Field::Title, "written after");
    world.deliver_all();
    world.disk_catches_up();
    world.pass(600_000);
    world.say(Command::RetryLink);
    world.show_board();
    world.edit("t1", Field::Status, "hold");
    assert_eq!((world.asked.len(), world.counts.tickets), (0, 0));
    assert_eq!((world.disk.len(), world.notes.len(), &world.kept), (0, 0, &Kept::default()));
    assert_eq!(world.link.as_ref().map(|link| link.reach), Some(Reach::SignedOut));
    let view = &world.views[&TicketId::from("t1")];
    assert_eq!((view.access, world.shown("t1", Field::Title)), (Access::Lost, ""));
}

#[test]
fn signing_out_with_nothing_unsent_leaves_nothing_behind() {
    let mut world = World::started(3);
    sign_out(&mut world, false);
    check_nothing_is_left(&mut world);
}

#[test]
fn work_that_was_not_sent_is_counted_first_and_goes_only_by_force() {
    let mut world = World::started(3);
    world.net = Net::Down;
    world.edit("t1", Field::Status, "hold");
    world.comment("t1", "somebody is on the way");
    world.draft("t1", Field::Title, "half a sent");
    world.pass(1_000);
    sign_out(&mut world, false);
    assert!(world.notices.contains(&Notice::Unsent { edits: 2, drafts: 1 }), "{:?}", world.notices);
    assert!(!is_out(&world));
    assert_eq!(world.state("t1", Field::Title), &FieldState::Draft { kept: true });
    assert_eq!((world.disk.len(), world.notes.len()), (1, 2));
    sign_out(&mut world, true);
    check_nothing_is_left(&mut world);
}

#[test]
fn what_is_on_its_way_to_or_from_anywhere_comes_to_nothing() {
    let mut world = World::started(3);
    world.net = Net::Held;
    world.disk_is_slow = true;
    world.open("t2");
    world.edit("t1", Field::Status, "hold");
    sign_out(&mut world, true);
    check_nothing_is_left(&mut world);
}

#[test]
fn what_another_account_left_in_the_profile_stays() {
    let mut world = World::started(3);
    world.draft("t1", Field::Title, "nora wrote this");
    world.pass(1_000);
    world.server.me.user_id = "bob".into();
    world.restart();
    world.open("t1");
    world.pass(1_000);
    sign_out(&mut world, false);
    assert!(is_out(&world));
    assert_eq!(world.notes.len(), 1);
}
