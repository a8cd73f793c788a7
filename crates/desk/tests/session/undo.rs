//! Taking decisions back (CO-4): each brings the work back as it lay, and nothing unseen is overwritten by it (LT-13).

use crate::support::{Net, World};
use callboard_desk::bridge::{Command, FieldState, VerdictKind};
use callboard_model::Field::{Assignee, Board, Status, Title};

/// A world in which the status of `t1` is asked about: *On hold* here, *Resolved* there.
fn asked() -> World {
    let mut world = World::started(2);
    world.begin("t1", Status);
    world.bob_and_wait("t1", Status, "done");
    world.edit("t1", Status, "hold");
    assert_eq!(world.conflict("t1", Status).theirs.label, "Resolved");
    world.forget_the_past();
    world
}

fn offered(world: &mut World) -> Option<(VerdictKind, String)> {
    world.say(Command::OpenNeeds);
    let undo = world.needs.as_ref()?.undo.as_ref()?;
    Some((undo.verdict, undo.about.number.to_string()))
}

fn is_asked(world: &World, mine: &str, theirs: &str) {
    let conflict = world.conflict("t1", Status);
    assert_eq!((conflict.mine.label.as_str(), conflict.theirs.label.as_str()), (mine, theirs));
    assert_eq!((world.disk.len(), world.counts.needs_you), (1, 1));
}

#[test]
fn taking_theirs_is_taken_back_with_the_whole_group() {
    let mut world = asked();
    world.edit("t1", Board, "field");
    world.take("t1", Status);
    assert_eq!((world.disk.len(), world.shown("t1", Board)), (0, "desk"));
    assert_eq!(offered(&mut world), Some((VerdictKind::Took, "T-1".to_owned())));
    world.undo();
    let conflict = world.conflict("t1", Status);
    assert_eq!((conflict.mine.label.as_str(), conflict.theirs.label.as_str()), ("On hold", "Resolved"));
    assert_eq!((world.shown("t1", Board), world.state("t1", Board)), ("field", &FieldState::Queued));
    assert_eq!((world.saves(), world.disk.len()), (vec![], 2));
    assert_eq!(offered(&mut world), None, "once");
}

#[test]
fn taking_theirs_in_place_of_a_draft_is_taken_back() {
    let mut world = World::started(2);
    world.draft("t1", Title, "Mine");
    world.bob_and_wait("t1", Title, "Bob's");
    world.take("t1", Title);
    assert_eq!(world.shown("t1", Title), "Bob's");
    world.undo();
    let conflict = world.conflict("t1", Title);
    assert_eq!((conflict.mine.label.as_str(), conflict.draft), ("Mine", true));
}

/// Nothing was sent: the same question is asked again.
#[test]
fn keeping_is_taken_back_before_it_was_sent_by_asking_again() {
    let mut world = asked();
    world.net = Net::Down;
    world.edit("t2", Title, "to notice that the network is gone");
    world.keep("t1", Status);
    assert_eq!(world.state("t1", Status), &FieldState::Queued);
    world.undo();
    let conflict = world.conflict("t1", Status);
    assert_eq!((conflict.mine.label.as_str(), conflict.theirs.label.as_str()), ("On hold", "Resolved"));
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!(world.server.value("t1", Status), "done".into());
    is_asked(&world, "On hold", "Resolved");
}

/// It was sent: their value is chosen again, as an edit of its own.
#[test]
fn keeping_is_taken_back_after_it_was_sent_by_setting_their_value() {
    let mut world = asked();
    world.keep("t1", Status);
    assert!(world.is_saved("t1", Status));
    world.undo();
    assert_eq!(world.saves(), ["t1 status_id=hold@2", "t1 status_id=done@3"]);
    assert!(world.is_saved("t1", Status) && world.disk.is_empty());
    assert_eq!(world.shown("t1", Status), "done");
}

/// LT-13: "Never a silent overwrite": whoever wrote since is asked about, whether we know of it or not.
#[test]
fn taking_back_what_was_sent_asks_where_a_third_wrote_since() {
    for is_heard in [true, false] {
        let mut world = asked();
        world.keep("t1", Status);
        if is_heard {
            world.other("Alex", "t1", Status, "closed");
            world.pass(200);
        } else {
            world.socket_falls();
            world.other("Alex", "t1", Status, "closed");
        }
        world.undo();
        is_asked(&world, "Resolved", "Closed");
        assert_eq!(world.server.value("t1", Status), "closed".into());
        world.keep("t1", Status);
        assert_eq!(world.server.value("t1", Status), "done".into());
    }
}

/// One key has one body: what is on its way is not called back but answered.
#[test]
fn keeping_is_taken_back_while_it_is_on_its_way() {
    let mut world = asked();
    world.net = Net::Held;
    world.keep("t1", Status);
    world.undo();
    assert_eq!(world.shown("t1", Status), "done");
    world.deliver_all();
    assert_eq!(world.saves(), ["t1 status_id=hold@2", "t1 status_id=done@3"]);
    assert!(world.is_saved("t1", Status) && world.disk.is_empty());
}

#[test]
fn keeping_a_draft_is_taken_back_by_asking_again() {
    let mut world = World::started(2);
    world.draft("t1", Title, "Mine");
    world.bob_and_wait("t1", Title, "Bob's");
    world.keep("t1", Title);
    world.undo();
    assert_eq!(world.conflict("t1", Title).theirs.label, "Bob's");
}

#[test]
fn a_third_value_is_taken_back_to_the_question_between_the_first_two() {
    let mut world = asked();
    world.net = Net::Down;
    world.edit("t2", Title, "to notice that the network is gone");
    world.choose_other("t1", Status, "closed");
    assert_eq!(world.shown("t1", Status), "closed");
    world.undo();
    let conflict = world.conflict("t1", Status);
    assert_eq!((conflict.mine.label.as_str(), conflict.theirs.label.as_str()), ("On hold", "Resolved"));
}

#[test]
fn a_discarded_edit_comes_back_as_it_was() {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.edit("t2", Title, "to notice that the network is gone");
    world.edit("t1", Status, "hold");
    world.say(Command::DropEdit { ticket: "t1".into(), field: Status });
    assert_eq!(world.shown("t1", Status), "new");
    world.undo();
    assert_eq!((world.shown("t1", Status), world.state("t1", Status)), ("hold", &FieldState::Queued));
    world.net = Net::Up;
    world.pass(60_000);
    assert!(world.is_saved("t1", Status) && world.disk.is_empty());
}

/// What was refused is refused still: it goes out when the person says so.
#[test]
fn a_discarded_refusal_comes_back_refused() {
    let mut world = World::started(2);
    world.server.refusal = Some("No.");
    world.edit("t1", Status, "hold");
    world.say(Command::DropEdit { ticket: "t1".into(), field: Status });
    world.undo();
    assert_eq!(world.state("t1", Status), &FieldState::Refused { reason: "No.".to_owned() });
    assert_eq!((world.saves().len(), world.disk.len()), (1, 1));
    world.server.refusal = None;
    world.say(Command::RetryEdit { ticket: "t1".into(), field: Status });
    assert!(world.is_saved("t1", Status) && world.disk.is_empty());
}

/// What the person did since goes before.
#[test]
fn a_decision_under_newer_work_is_not_offered() {
    let mut world = asked();
    world.take("t1", Status);
    world.net = Net::Down;
    world.edit("t1", Status, "closed");
    assert_eq!(offered(&mut world), None);
    world.say(Command::DropEdit { ticket: "t1".into(), field: Status });
    assert_eq!(offered(&mut world).map(|(verdict, _)| verdict), Some(VerdictKind::Dropped));
}

#[test]
fn decisions_are_taken_back_one_after_the_other_and_a_second_press_takes_back_no_other() {
    let mut world = asked();
    world.take("t1", Status);
    world.net = Net::Down;
    world.edit("t1", Assignee, "lee");
    world.say(Command::DropEdit { ticket: "t1".into(), field: Assignee });
    world.say(Command::OpenNeeds);
    let last = world.needs.as_ref().and_then(|needs| needs.undo.clone()).expect("it is offered");
    for _ in 0..2 {
        world.say(Command::Undo { decision: last.decision.clone() });
    }
    assert_eq!((world.shown("t1", Assignee), world.shown("t1", Status)), ("lee", "done"));
    world.undo();
    assert_eq!(world.conflict("t1", Status).mine.label, "On hold");
}

/// CO-14.
#[test]
fn a_decision_can_be_taken_back_after_a_restart() {
    let mut world = asked();
    world.take("t1", Status);
    world.restart();
    world.open("t1");
    world.undo();
    is_asked(&world, "On hold", "Resolved");
    world.restart();
    world.open("t1");
    is_asked(&world, "On hold", "Resolved");
    assert_eq!(offered(&mut world), None, "what was taken back stays so");
}

#[test]
fn what_one_person_decided_is_not_offered_to_another() {
    let mut world = asked();
    world.take("t1", Status);
    let other = world.kept.me.as_mut().expect("somebody was signed in");
    other.user_id = "somebody else".into();
    world.net = Net::Down;
    world.restart();
    assert_eq!(offered(&mut world), None);
}
