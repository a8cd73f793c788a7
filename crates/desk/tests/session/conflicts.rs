//! Conflicts of edits that waited: whatever became of them before, the person's word ends the conflict (LT-13).

use crate::support::{Net, World};
use callboard_desk::bridge::FieldState;
use callboard_desk::session::effect::StoredEdit;
use callboard_model::Field::{Status, Title};
use callboard_model::{EditId, Version};

/// A world in which an edit of `t1`'s status was tried in vain, and Bob set another value before the network came
/// back.
fn attempted_and_overtaken() -> World {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.edit("t1", Status, "hold");
    world.bob("t1", Status, "done");
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!(world.conflict("t1", Status).theirs.label, "Resolved");
    world.forget_the_past();
    world
}

fn is_settled(world: &World, value: &str) {
    assert_eq!(world.server.value("t1", Status), value.into());
    assert_eq!((world.shown("t1", Status), world.disk.len(), world.counts.needs_you), (value, 0, 0));
    assert!(matches!(world.state("t1", Status), FieldState::Confirmed { .. }));
}

/// LT-13, CO-12.
#[test]
fn keeping_an_edit_that_was_attempted_sends_it_on_their_version() {
    let mut world = attempted_and_overtaken();
    world.keep("t1", Status);
    assert_eq!(world.saves(), ["t1 status_id=hold@2"]);
    is_settled(&world, "hold");
}

/// LT-13, CO-12: the same for what the disk gave back, however much of it there is.
#[test]
fn keeping_what_the_disk_gave_back_ends_the_conflict() {
    let kept = |id, base: &str, mine: &str| StoredEdit {
        id: EditId(id),
        owner: None,
        ticket: "t1".into(),
        field: Status,
        base: base.into(),
        base_version: Some(Version(1)),
        mine: mine.into(),
        at: "2026-11-21T09:00:00Z".parse().expect("an instant"),
    };
    let mut world = World::new(2);
    world.bob("t1", Status, "done");
    world.start(vec![kept(1, "new", "hold"), kept(2, "hold", "closed")]);
    world.open("t1");
    assert_eq!(world.conflict("t1", Status).mine.label, "Closed");
    world.keep("t1", Status);
    assert_eq!(world.saves(), ["t1 status_id=closed@2"]);
    is_settled(&world, "closed");
}

/// LT-13: choosing again over an open panel is no decision about their value.
#[test]
fn a_value_chosen_over_a_conflict_takes_the_place_of_ours_and_is_still_asked_about() {
    let mut world = attempted_and_overtaken();
    world.edit("t1", Status, "closed");
    let conflict = world.conflict("t1", Status);
    assert_eq!((conflict.mine.label.as_str(), conflict.theirs.label.as_str()), ("Closed", "Resolved"));
    assert_eq!((world.saves(), world.disk.len()), (vec![], 1));
    world.keep("t1", Status);
    assert_eq!(world.saves(), ["t1 status_id=closed@2"]);
    is_settled(&world, "closed");
}

#[test]
fn choosing_their_value_over_a_conflict_ends_it_without_a_save() {
    let mut world = attempted_and_overtaken();
    world.edit("t1", Status, "done");
    assert_eq!(world.saves(), [] as [&str; 0]);
    is_settled(&world, "done");
}

/// LT-13: of two edits that waited, the newest is ours; when it is what stands there, there is nothing to decide.
#[test]
fn the_panel_goes_when_the_newest_of_several_edits_agrees_with_theirs() {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.edit("t1", Status, "hold");
    world.edit("t1", Status, "done");
    assert_eq!(world.disk.len(), 2);
    world.bob("t1", Status, "done");
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!(world.saves(), ["t1 status_id=hold@1"], "the first attempt, in vain");
    is_settled(&world, "done");
}

/// LT-13: "A third writer after that opens the panel again", also while the disk is slow.
#[test]
fn a_third_writer_while_keep_is_written_down_is_asked_about() {
    let mut world = attempted_and_overtaken();
    world.disk_is_slow = true;
    world.keep("t1", Status);
    world.bob_and_wait("t1", Status, "closed");
    world.disk_catches_up();
    assert_eq!(world.conflict("t1", Status).theirs.label, "Closed");
    assert_eq!((world.saves(), world.disk.len()), (vec![], 1));
    world.keep("t1", Status);
    is_settled(&world, "hold");
}

#[test]
fn keeping_a_title_that_was_attempted_leaves_the_status_alone() {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.edit("t1", Title, "Mine");
    world.edit("t1", Status, "hold");
    world.bob("t1", Title, "Bob's");
    world.net = Net::Up;
    world.pass(60_000);
    world.keep("t1", Title);
    assert_eq!(world.server.value("t1", Title), "Mine".into());
    is_settled(&world, "hold");
}

/// LT-13: "Never a silent overwrite". A click decides about the two values on the buttons and no other.
#[test]
fn a_third_write_between_the_panel_and_the_click_is_never_overwritten() {
    let mut world = attempted_and_overtaken();
    let shown = world.conflict("t1", Status).theirs.value.clone();
    world.bob_and_wait("t1", Status, "closed");
    world.keep_over("t1", Status, shown);
    assert_eq!(world.saves(), [] as [&str; 0]);
    assert_eq!(world.server.value("t1", Status), "closed".into());
    assert_eq!(world.conflict("t1", Status).theirs.label, "Closed");
    world.keep("t1", Status);
    is_settled(&world, "hold");
}

/// LT-13: a draft is kept over nothing unseen either.
#[test]
fn a_draft_is_not_kept_over_a_value_that_nobody_saw() {
    let mut world = World::started(2);
    world.draft("t1", Title, "Mine");
    world.bob_and_wait("t1", Title, "Bob's");
    world.bob_and_wait("t1", Title, "Bob's second");
    world.keep_over("t1", Title, "Bob's".into());
    assert_eq!(world.conflict("t1", Title).theirs.label, "Bob's second");
    world.edit("t1", Title, "Mine at last");
    assert_eq!(world.saves(), [] as [&str; 0]);
}

/// A title that was committed in vain, with a draft typed over it, when Bob's title came.
fn overtaken_under_a_draft() -> World {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.edit("t1", Title, "Mine");
    world.begin("t1", Title);
    world.draft("t1", Title, "Mine, longer");
    world.bob("t1", Title, "Bob's");
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!(
        (world.conflict("t1", Title).mine.label.as_str(), world.shown("t1", Title)),
        ("Mine", "Mine, longer")
    );
    world.forget_the_past();
    world
}

/// LT-13: a decision is about the two values on its buttons; what was typed over ours is asked about next.
#[test]
fn taking_theirs_keeps_what_was_typed_over_ours_and_asks_about_it() {
    let mut world = overtaken_under_a_draft();
    world.take("t1", Title);
    let conflict = world.conflict("t1", Title);
    assert_eq!(
        (conflict.mine.label.as_str(), conflict.theirs.label.as_str(), conflict.draft),
        ("Mine, longer", "Bob's", true)
    );
    assert_eq!((world.saves(), world.disk.len()), (vec![], 0));
    world.take("t1", Title);
    assert_eq!(world.shown("t1", Title), "Bob's");
}

/// LT-13.
#[test]
fn keeping_ours_leaves_what_was_typed_over_it_a_draft_on_top() {
    let mut world = overtaken_under_a_draft();
    world.keep("t1", Title);
    assert_eq!(world.saves(), ["t1 title=Mine@2"]);
    assert_eq!(
        (world.state("t1", Title), world.shown("t1", Title)),
        (&FieldState::Draft { kept: false }, "Mine, longer")
    );
    world.edit("t1", Title, "Mine, longer");
    assert_eq!(world.server.value("t1", Title), "Mine, longer".into());
    assert!(world.is_saved("t1", Title) && world.disk.is_empty());
}

/// LT-13: a second press on Take theirs, meant for the first panel, does not settle the next one.
#[test]
fn taking_theirs_twice_spares_the_draft_that_was_never_asked_about() {
    let mut world = attempted_and_overtaken();
    world.draft("t1", Status, "closed");
    world.take_instead_of("t1", Status, "hold".into());
    world.take_instead_of("t1", Status, "hold".into());
    let conflict = world.conflict("t1", Status);
    assert_eq!((conflict.mine.label.as_str(), conflict.draft), ("Closed", true));
    world.take("t1", Status);
    assert!(matches!(world.state("t1", Status), FieldState::Confirmed { .. }));
}
