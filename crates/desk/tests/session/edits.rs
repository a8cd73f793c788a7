//! The life of an edit: stored, shown, sent, confirmed, or in need of a decision.

use crate::support::server::person;
use crate::support::{Net, World};
use callboard_desk::Effect;
use callboard_desk::bridge::{Command, FieldState, Notice, Reach, Unsent, Update};
use callboard_desk::session::effect::{Request, Timer};
use callboard_desk::session::event::Failure;
use callboard_model::Field::{Assignee, Board, Location, Priority, Status, Title};

const NONE: [&str; 0] = [];

/// CO-11: durable, then visible, then sent.
#[test]
fn an_edit_is_on_disk_before_it_is_shown_and_shown_before_it_is_sent() {
    let mut world = World::started(2);
    world.net = Net::Held;
    world.edit("t1", Status, "hold");
    let place = |is_it: &dyn Fn(&Effect) -> bool| world.last.iter().position(is_it).expect("it happened");
    let stored = place(&|effect| matches!(effect, Effect::Store { .. }));
    let shown = place(&|effect| matches!(effect, Effect::Paint(_, Update::Ticket(_))));
    let sent = place(&|effect| matches!(effect, Effect::Ask(_, Request::Save { .. })));
    assert!(stored < shown && shown < sent, "{:#?}", world.last);
    assert_eq!(world.shown("t1", Status), "hold");
    assert_eq!(world.state("t1", Status), &FieldState::Sending);
    assert_eq!(
        world.row("t1").map(|row| (row.status.label.as_str(), row.unsent)),
        Some(("On hold", Unsent::Queued))
    );
    world.deliver_all();
    assert!(world.is_saved("t1", Status));
    assert!(world.disk.is_empty());
    assert_eq!(world.row("t1").map(|row| (row.unsent, row.lit.len())), Some((Unsent::Nothing, 0)));
}

/// CO-14: a full disk.
#[test]
fn an_edit_that_cannot_be_stored_is_neither_shown_nor_sent_and_the_person_is_told() {
    let mut world = World::started(2);
    world.disk_is_full = true;
    world.edit("t1", Status, "hold");
    assert_eq!(world.shown("t1", Status), "new");
    assert_eq!(world.saves(), NONE);
    assert!(matches!(world.notices.as_slice(), [Notice::NotStored { .. }]));
}

/// CO-14: what was typed is not gone with the disk; a later word of the person goes before.
#[test]
fn a_text_that_cannot_be_stored_is_a_draft_again() {
    let mut world = World::started(2);
    world.disk_is_full = true;
    world.edit("t1", Title, "A long sentence");
    assert_eq!(
        (world.state("t1", Title), world.shown("t1", Title)),
        (&FieldState::Draft { kept: false }, "A long sentence")
    );
    assert_eq!(world.saves(), NONE);
    world.disk_is_full = false;
    world.edit("t1", Title, "A long sentence");
    assert_eq!(world.saves(), ["t1 title=A long sentence@1"]);
    assert!(world.is_saved("t1", Title) && world.disk.is_empty());
}

/// CO-13: an edit at which the server fails each time is refused, and what is queued behind it gets through.
#[test]
fn an_edit_at_which_the_server_keeps_failing_is_refused_and_waits_for_the_person() {
    let mut world = World::started(2);
    world.server.fails_at = Some(Status);
    world.edit("t1", Status, "hold");
    world.pass(120_000);
    assert_eq!(world.saves().len(), 5);
    assert!(matches!(world.state("t1", Status), FieldState::Refused { .. }));
    assert_eq!(world.link.as_ref().map(|link| link.reach), Some(Reach::Up));
    world.edit("t1", Assignee, "lee");
    assert!(world.is_saved("t1", Assignee));
    world.server.fails_at = None;
    world.say(Command::RetryEdit { ticket: "t1".into(), field: Status });
    assert!(world.is_saved("t1", Status) && world.disk.is_empty());
}

/// CO-13: an answer without an end to it is one.
#[test]
fn a_save_that_is_said_to_be_gone_for_good_is_not_sent_again() {
    let mut world = World::started(2);
    world.net = Net::Held;
    world.edit("t1", Status, "hold");
    let (id, request, _) = world.held.pop_front().expect("the save");
    world.net = Net::Up;
    world.answer(id, request, Err(Failure::TooOld));
    world.pass(60_000);
    assert_eq!(world.saves().len(), 1);
}

/// Our own hints are dropped, so what was applied without an answer and is dropped has to be looked up.
#[test]
fn dropping_an_edit_of_unknown_fate_shows_what_came_of_it() {
    let mut world = World::started(2);
    world.net = Net::Mute;
    world.edit("t1", Status, "hold");
    world.say(Command::DropEdit { ticket: "t1".into(), field: Status });
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!((world.shown("t1", Status), world.disk.len()), ("hold", 0));
}

#[test]
fn choosing_what_stands_there_already_stores_nothing() {
    let mut world = World::started(2);
    world.begin("t1", Status);
    world.edit("t1", Status, "new");
    assert_eq!(world.saves(), NONE);
    assert_eq!(world.state("t1", Status), &FieldState::Confirmed { saved_at: None });
}

/// CO-13: edits of one field stay in order, and no key is used for two bodies.
#[test]
fn a_second_edit_waits_for_the_first_and_stands_on_its_result() {
    let mut world = World::started(2);
    world.net = Net::Held;
    world.edit("t1", Status, "hold");
    world.edit("t1", Status, "done");
    assert_eq!(world.saves(), ["t1 status_id=hold@1"]);
    assert_eq!(world.shown("t1", Status), "done");
    world.deliver_all();
    assert_eq!(world.saves(), ["t1 status_id=hold@1", "t1 status_id=done@2"]);
    assert!(world.is_saved("t1", Status) && world.disk.is_empty());
}

/// CO-11.
#[test]
fn a_second_unsent_edit_takes_the_place_of_the_first_and_keeps_its_base() {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.edit("t2", Title, "anything, to notice that the network is gone");
    world.edit("t1", Status, "hold");
    world.edit("t1", Status, "done");
    let kept: Vec<_> = world.disk.values().filter(|edit| edit.field == Status).collect();
    let [edit] = kept.as_slice() else { panic!("one edit, not {kept:?}") };
    assert_eq!((&edit.base, &edit.mine), (&"new".into(), &"done".into()));
    world.net = Net::Up;
    world.pass(5_000);
    assert_eq!(world.saves().last().map(String::as_str), Some("t1 status_id=done@1"));
    assert!(world.disk.is_empty());
}

/// One lane per coupled group: the board's fields wait for each other, the others do not.
#[test]
fn edits_of_one_group_go_one_after_the_other_and_other_groups_beside_them() {
    let mut world = World::started(2);
    world.net = Net::Held;
    world.edit("t1", Status, "hold");
    world.edit("t1", Board, "field");
    world.edit("t1", Assignee, "lee");
    assert_eq!(world.saves(), ["t1 status_id=hold@1", "t1 assigned_to=lee@1"]);
    world.deliver_all();
    assert_eq!(world.saves().len(), 3);
    assert!(world.disk.is_empty());
}

/// CO-13, CO-12: queued without a network, tried again with growing patience, sent after one look at what changed.
#[test]
fn an_edit_without_a_network_is_queued_and_sent_after_one_delta_request() {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.edit("t1", Status, "hold");
    assert_eq!(world.state("t1", Status), &FieldState::Queued);
    assert_eq!(world.link.as_ref().map(|link| link.reach), Some(Reach::Down));
    let waits: Vec<u64> = (0..6)
        .map(|_| {
            let wait = world.rings_in(&Timer::Resend).expect("it is tried again").as_millis() as u64;
            world.pass(wait);
            wait.div_ceil(1_000)
        })
        .collect();
    assert!(waits.is_sorted() && waits[0] == 1 && waits[5] > 20, "{waits:?}");
    assert_eq!(world.saves().len(), 1, "while nothing is known only the feed is asked");
    world.forget_the_past();
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!((world.delta_requests(), world.saves()), (1, vec!["t1 status_id=hold@1".to_owned()]));
    assert!(world.is_saved("t1", Status));
}

/// CO-12: "what clashes asks", before anything is sent.
#[test]
fn after_an_outage_what_clashes_asks_and_what_does_not_is_sent() {
    let mut world = World::started(2);
    world.socket_falls();
    world.net = Net::Down;
    world.edit("t1", Status, "hold");
    world.edit("t2", Priority, "p1");
    world.bob("t1", Status, "done");
    world.forget_the_past();
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!(world.saves(), ["t2 priority_id=p1@1"]);
    assert_eq!(world.conflict("t1", Status).by.as_deref(), Some("Bob"));
}

#[test]
fn a_save_whose_answer_was_lost_is_applied_once() {
    let mut world = World::started(2);
    world.net = Net::Mute;
    world.edit("t1", Status, "hold");
    assert_eq!(world.state("t1", Status), &FieldState::Queued);
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!(world.server.replaced.len(), 1);
    assert!(world.disk.is_empty());
    assert_eq!(world.shown("t1", Status), "hold");
}

/// LT-13 by a refused save: 409 on the same field.
#[test]
fn a_refused_save_opens_the_panel_with_author_and_time_and_keep_sends_on_their_version() {
    let mut world = World::started(2);
    world.net = Net::Held;
    world.bob("t1", Status, "done");
    world.edit("t1", Status, "hold");
    world.deliver_all();
    let at = world.server.changes[0].updated_at.as_millisecond();
    let conflict = world.conflict("t1", Status);
    assert_eq!((conflict.mine.label.as_str(), conflict.theirs.label.as_str()), ("On hold", "Resolved"));
    assert_eq!((conflict.by.as_deref(), conflict.at, conflict.draft), (Some("Bob"), at, false));
    assert_eq!(world.server.value("t1", Status), "done".into());
    world.keep("t1", Status);
    assert_eq!(world.saves(), ["t1 status_id=hold@1", "t1 status_id=hold@2"]);
    assert!(world.is_saved("t1", Status) && world.disk.is_empty());
}

/// LT-13: a save that would set another field over a value that nobody here has seen is asked about, and goes out when
/// the person says so.
#[test]
fn what_a_save_would_overwrite_beside_its_field_is_the_persons_decision() {
    let mut world = World::started(2);
    world.server.derives = Some((Status, Priority));
    world.net = Net::Held;
    world.bob("t1", Priority, "p1");
    world.edit("t1", Status, "hold");
    world.deliver_all();
    let FieldState::Refused { reason } = world.state("t1", Status) else { panic!("it is refused") };
    assert!(reason.contains("Bob"), "{reason}");
    assert_eq!(world.saves(), ["t1 status_id=hold@1"], "it is not sent again by itself");
    assert_eq!((world.shown("t1", Priority), world.counts.needs_you), ("p1", 1));
    world.net = Net::Up;
    world.say(Command::RetryEdit { ticket: "t1".into(), field: Status });
    assert_eq!(world.saves(), ["t1 status_id=hold@1", "t1 status_id=hold@2"]);
    assert!(world.is_saved("t1", Status) && world.disk.is_empty());
}

/// LT-13: a save of what somebody has just written too changes nothing, and what they wrote beside it is not our doing.
#[test]
fn what_others_wrote_along_with_the_very_value_of_our_save_still_asks() {
    let mut world = World::started(2);
    world.net = Net::Held;
    let both = [(Status, "hold".into()), (Board, "field".into())].into();
    let now = world.now();
    world.server.write(&"t1".into(), &both, &person("Bob"), now, None).expect("a change");
    world.edit("t1", Status, "hold");
    world.edit("t1", Board, "lab");
    world.deliver_all();
    assert_eq!(world.saves(), ["t1 status_id=hold@1"], "the other edit is not sent over Bob's");
    let conflict = world.conflict("t1", Board);
    assert_eq!((&conflict.mine.value, &conflict.theirs.value), (&"lab".into(), &"field".into()));
}

/// LT-13: the conflict holds its own group only.
#[test]
fn a_conflict_holds_its_group_and_nothing_else() {
    let mut world = World::started(2);
    world.begin("t1", Status);
    world.bob_and_wait("t1", Status, "done");
    world.edit("t1", Status, "hold");
    world.edit("t1", Board, "field");
    world.edit("t1", Assignee, "lee");
    assert_eq!(world.saves(), ["t1 assigned_to=lee@2"]);
    assert_eq!(world.state("t1", Board), &FieldState::Queued);
}

/// LT-13: an edit on a value that is outdated already asks, and nothing is sent.
#[test]
fn choosing_on_a_value_that_has_changed_meanwhile_asks_before_sending() {
    let mut world = World::started(2);
    world.begin("t1", Status);
    world.bob_and_wait("t1", Status, "done");
    assert_eq!(world.shown("t1", Status), "done", "nothing is chosen yet, so theirs is shown");
    world.edit("t1", Status, "hold");
    assert_eq!(world.conflict("t1", Status).theirs.label, "Resolved");
    assert_eq!((world.saves(), world.disk.len()), (vec![], 1));
}

/// LT-13: Take theirs drops the coupled group.
#[test]
fn taking_theirs_drops_ours_with_the_whole_group() {
    let mut world = World::started(2);
    world.begin("t1", Status);
    world.draft("t1", Board, "field");
    world.draft("t1", Title, "Mine");
    world.bob_and_wait("t1", Status, "done");
    world.edit("t1", Status, "hold");
    world.take("t1", Status);
    assert_eq!((world.shown("t1", Status), world.shown("t1", Board)), ("done", "desk"));
    assert_eq!(world.state("t1", Title), &FieldState::Draft { kept: false });
    assert_eq!((world.saves(), world.disk.len()), (vec![], 0));
}

/// LT-13: a draft stays a draft.
#[test]
fn keeping_a_draft_sends_nothing_until_it_is_committed() {
    let mut world = World::started(2);
    world.draft("t1", Title, "Mine");
    world.bob_and_wait("t1", Title, "Theirs");
    assert!(world.conflict("t1", Title).draft);
    assert_eq!(world.notices, []);
    world.keep("t1", Title);
    assert_eq!(world.state("t1", Title), &FieldState::Draft { kept: false });
    assert_eq!(world.saves(), NONE);
    world.edit("t1", Title, "Mine at last");
    assert_eq!(world.saves(), ["t1 title=Mine at last@2"]);
    assert!(world.is_saved("t1", Title));
}

/// LT-13: a third writer opens the panel again, with the newest value.
#[test]
fn a_third_writer_after_keep_opens_the_panel_again() {
    let mut world = World::started(2);
    world.draft("t1", Title, "Mine");
    world.bob_and_wait("t1", Title, "Bob's");
    world.keep("t1", Title);
    world.other("Alex", "t1", Title, "Alex's");
    world.pass(200);
    let conflict = world.conflict("t1", Title);
    assert_eq!((conflict.theirs.label.as_str(), conflict.by.as_deref()), ("Alex's", Some("Alex")));
}

/// LT-13.
#[test]
fn the_panel_goes_by_itself_when_both_sides_agree() {
    let mut world = World::started(2);
    world.begin("t1", Status);
    world.bob_and_wait("t1", Status, "done");
    world.edit("t1", Status, "hold");
    assert_eq!(world.counts.needs_you, 1);
    world.bob_and_wait("t1", Status, "hold");
    assert!(matches!(world.state("t1", Status), FieldState::Confirmed { .. }));
    assert_eq!((world.counts.needs_you, world.disk.len()), (0, 0));
}

/// A save beside which others write other fields is merged; a refused one on a clean field goes out again.
#[test]
fn others_writing_other_fields_do_not_disturb_a_save() {
    let mut world = World::started(2);
    world.net = Net::Held;
    world.bob("t1", Priority, "p1");
    world.edit("t1", Status, "hold");
    world.deliver_all();
    assert!(world.is_saved("t1", Status));
    assert_eq!(world.shown("t1", Priority), "p1");
}

/// A value that came back to what we saw is no conflict, though the server says that it was touched.
#[test]
fn a_clean_edit_is_sent_again_on_their_version() {
    let mut world = World::started(2);
    world.net = Net::Held;
    world.bob("t1", Status, "done");
    world.bob("t1", Status, "new");
    world.edit("t1", Status, "hold");
    world.deliver_all();
    assert_eq!(world.saves(), ["t1 status_id=hold@1", "t1 status_id=hold@3"]);
    assert!(world.is_saved("t1", Status) && world.disk.is_empty());
}

/// CO-12: killed while an edit goes out again, the console still knows what was chosen after it.
#[test]
fn what_was_chosen_last_stays_last_when_a_kill_meets_an_edit_that_is_sent_again() {
    for disk_is_slow in [false, true] {
        let mut world = World::started(2);
        world.net = Net::Held;
        world.bob("t1", Status, "done");
        world.bob("t1", Status, "new");
        world.edit("t1", Status, "hold");
        world.edit("t1", Status, "closed");
        world.disk_is_slow = disk_is_slow;
        world.deliver(0);
        assert_eq!(
            world.disk.values().filter(|edit| edit.mine == "hold".into()).count(),
            1 + usize::from(disk_is_slow)
        );
        world.net = Net::Up;
        world.restart();
        world.open("t1");
        assert_eq!(world.server.value("t1", Status), "closed".into());
        assert!(world.is_saved("t1", Status) && world.disk.is_empty());
    }
}

/// CO-13: a refusal is kept with its sentence, and blocks nothing else.
#[test]
fn a_refused_edit_is_kept_with_the_sentence_and_can_be_sent_again_or_dropped() {
    let mut world = World::started(2);
    world.server.refusal = Some("A closed ticket needs a resolution.");
    world.edit("t1", Status, "closed");
    let refused = FieldState::Refused { reason: "A closed ticket needs a resolution.".into() };
    assert_eq!((world.state("t1", Status), world.shown("t1", Status)), (&refused, "closed"));
    assert_eq!((world.counts.needs_you, world.disk.len()), (1, 1));
    world.server.refusal = None;
    world.edit("t1", Assignee, "lee");
    assert!(world.is_saved("t1", Assignee));
    world.say(Command::RetryEdit { ticket: "t1".into(), field: Status });
    assert!(world.is_saved("t1", Status) && world.disk.is_empty());
    world.server.refusal = Some("No.");
    world.edit("t1", Status, "hold");
    world.say(Command::DropEdit { ticket: "t1".into(), field: Status });
    assert_eq!((world.shown("t1", Status), world.disk.len()), ("closed", 0));
}

/// CO-13: signed out, nothing is lost and nothing is sent until the key is accepted again.
#[test]
fn a_save_that_needs_a_sign_in_waits_for_it() {
    let mut world = World::started(2);
    world.net = Net::Held;
    world.edit("t1", Status, "hold");
    let (id, request, _) = world.held.pop_front().expect("the save");
    world.answer(id, request, Err(Failure::SignedOut));
    assert_eq!(world.link.as_ref().map(|link| link.reach), Some(Reach::SignedOut));
    assert_eq!(world.state("t1", Status), &FieldState::Queued);
    world.edit("t1", Assignee, "lee");
    world.forget_the_past();
    world.net = Net::Up;
    world.pass(40_000);
    assert_eq!(
        world.asked.first(),
        Some(&Request::Hello),
        "the first question is whether the key is good again"
    );
    assert_eq!(world.saves(), ["t1 status_id=hold@1", "t1 assigned_to=lee@1"]);
    assert!(world.disk.is_empty());
}

/// LT-19.
#[test]
fn when_access_is_lost_the_row_leaves_the_panel_says_so_and_work_is_kept() {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.edit("t1", Location, "harbour");
    world.server.hidden.insert("t1".into());
    world.bob("t1", Status, "done");
    world.net = Net::Up;
    world.pass(60_000);
    assert!(world.row("t1").is_none());
    assert_eq!(world.views[&"t1".into()].access, callboard_desk::bridge::Access::Lost);
    assert!(matches!(world.state("t1", Location), FieldState::Refused { .. }));
    assert_eq!((world.disk.len(), world.rooms.contains("ticket:t:t1")), (1, false));
}
