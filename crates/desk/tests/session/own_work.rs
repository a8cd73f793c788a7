//! The two lists of the person's own work: what needs a decision (CO-4), and what waits and was sent (CO-5).

use crate::support::{Net, World};
use callboard_desk::Effect;
use callboard_desk::bridge::{
    Change, Command, LISTED_MAX, Need, NeedsView, OutboxItem, OutboxState, OutboxView, Update,
};
use callboard_desk::session::event::Failure;
use callboard_model::Field::{Assignee, Location, Priority, Status, Title};
use callboard_model::TicketId;

fn needs(world: &World) -> &NeedsView {
    world.needs.as_ref().expect("the list is open")
}

fn outbox(world: &World) -> &OutboxView {
    world.outbox.as_ref().expect("the list is open")
}

/// As "from → to".
fn words(change: &Change) -> String {
    match change {
        Change::Field { field, from, to } => format!("{field} {} → {}", from.label, to.label),
        Change::Comment { text, .. } => text.to_string(),
    }
}

fn states(world: &World) -> Vec<(String, &OutboxState)> {
    let state = |item: &OutboxItem| format!("{} {}", item.about.number, words(&item.change));
    outbox(world).waiting.iter().map(|item| (state(item), &item.state)).collect()
}

/// CO-4, after an outage: the conflict and the refusal of tickets that nobody has open, each with all that is needed to
/// decide.
#[test]
fn every_conflict_and_every_refusal_is_listed_with_base_yours_theirs_who_and_when() {
    let mut world = World::started(4);
    world.say(Command::OpenNeeds);
    assert_eq!((needs(&world).items.len(), needs(&world).undo.is_none()), (0, true));
    world.net = Net::Down;
    world.edit("t2", Status, "hold");
    world.edit("t3", Title, "Mine");
    world.bob("t2", Status, "done");
    let at = world.now().as_millisecond();
    world.server.refusal = Some("No.");
    world.net = Net::Up;
    world.pass(60_000);
    let view = needs(&world);
    let [clash, refused] = view.items.as_slice() else { panic!("two, not {view:?}") };
    assert_eq!((view.total, world.counts.needs_you), (2, 2));
    let labels = [&clash.base, &clash.mine, &clash.theirs].map(|choice| choice.label.as_str());
    assert_eq!(labels, ["New", "On hold", "Resolved"]);
    assert_eq!((&*clash.about.number, &*clash.about.title), ("T-2", "Ticket 2"));
    assert_eq!(
        (clash.by.as_deref(), clash.at, &clash.need),
        (Some("Bob"), at, &Need::Conflict { draft: false })
    );
    assert_eq!((&*refused.about.number, refused.field), ("T-3", Title));
    assert_eq!(refused.need, Need::Refused { reason: "No.".to_owned() });

    world.server.refusal = None;
    world.keep_over("t2", Status, "done".into());
    world.say(Command::RetryEdit { ticket: "t3".into(), field: Title });
    world.pass(100);
    assert_eq!((needs(&world).total, world.counts.needs_you), (0, 0));
    assert_eq!(world.server.value("t2", Status), "hold".into());
}

/// CO-4: a third value settles a conflict on the newest base, and only while theirs is the value on the button.
#[test]
fn a_third_value_goes_out_on_their_version_and_never_over_one_that_nobody_saw() {
    let mut world = World::started(2);
    world.begin("t1", Status);
    world.bob_and_wait("t1", Status, "done");
    world.edit("t1", Status, "hold");
    world.choose_other("t1", Status, "closed");
    assert_eq!(world.saves(), ["t1 status_id=closed@2"]);
    assert!(world.is_saved("t1", Status) && world.disk.is_empty());

    world.forget_the_past();
    world.begin("t1", Status);
    world.bob_and_wait("t1", Status, "done");
    world.edit("t1", Status, "hold");
    world.bob_and_wait("t1", Status, "new");
    world.choose_over("t1", Status, "closed", "done".into());
    let conflict = world.conflict("t1", Status);
    assert_eq!((conflict.mine.label.as_str(), conflict.theirs.label.as_str()), ("Closed", "New"));
    assert_eq!((world.saves(), world.disk.len()), (vec![], 1));
}

/// CO-5.
#[test]
fn the_outbox_tells_the_exact_change_and_how_each_stands_in_the_order_of_committing() {
    let mut world = World::started(4);
    world.say(Command::OpenOutbox);
    world.net = Net::Held;
    world.edit("t2", Status, "hold");
    world.edit("t1", Assignee, "lee");
    world.edit("t2", Status, "done");
    world.pass(100);
    let (queued, sending) = (OutboxState::Queued, OutboxState::Sending);
    assert_eq!(
        states(&world),
        [
            ("T-2 status_id New → On hold".to_owned(), &sending),
            ("T-1 assigned_to  → Lee Okafor".to_owned(), &sending),
            ("T-2 status_id On hold → Resolved".to_owned(), &queued),
        ]
    );
    world.deliver_all();
    world.pass(100);
    let sent: Vec<_> = outbox(&world).sent.iter().map(|item| words(&item.change)).collect();
    assert_eq!(
        sent,
        ["assigned_to  → Lee Okafor", "status_id On hold → Resolved", "status_id New → On hold"],
        "the latest first"
    );
    assert_eq!((states(&world), outbox(&world).total), (vec![], 0));
}

/// CO-5: signed out, clashing and refused are three different things.
#[test]
fn the_outbox_says_what_each_edit_waits_for() {
    let mut world = World::started(4);
    world.say(Command::OpenOutbox);
    world.server.refusal = Some("No.");
    world.edit("t3", Priority, "p1");
    world.begin("t1", Status);
    world.bob_and_wait("t1", Status, "done");
    world.edit("t1", Status, "hold");
    world.net = Net::Held;
    world.edit("t2", Assignee, "lee");
    let (id, request, _) = world.held.pop_front().expect("the save");
    world.answer(id, request, Err(Failure::SignedOut));
    world.pass(100);
    let standing: Vec<_> = states(&world).into_iter().map(|(_, state)| state.clone()).collect();
    let refused = OutboxState::Refused { reason: "No.".to_owned() };
    assert_eq!(standing, [refused, OutboxState::Conflict, OutboxState::SignIn]);
}

/// CO-5: what was sent is there after the next start, also what landed without an answer.
#[test]
fn what_was_sent_is_remembered_over_a_restart() {
    let mut world = World::started(2);
    world.edit("t1", Status, "hold");
    world.net = Net::Mute;
    world.edit("t1", Assignee, "lee");
    world.net = Net::Up;
    world.pass(60_000);
    world.restart();
    world.say(Command::OpenOutbox);
    let sent: Vec<_> = outbox(&world).sent.iter().map(|item| words(&item.change)).collect();
    assert_eq!(sent, ["assigned_to  → Lee Okafor", "status_id New → On hold"]);
}

/// LT-19: "kept in the outbox as refused, readable and copyable".
#[test]
fn work_on_a_ticket_that_is_lost_stays_readable_with_its_number_and_title() {
    let mut world = World::started(2);
    world.say(Command::OpenOutbox);
    world.say(Command::OpenNeeds);
    world.net = Net::Down;
    world.edit("t1", Location, "harbour");
    world.edit("t1", Status, "hold");
    world.server.hidden.insert("t1".into());
    world.bob("t1", Title, "gone");
    world.close("t1");
    world.net = Net::Up;
    world.pass(60_000);
    assert!(world.row("t1").is_none());
    let items = &needs(&world).items;
    let read: Vec<_> = items.iter().map(|item| (&*item.about.title, item.mine.label.as_str())).collect();
    assert_eq!(read, [("Ticket 1", "harbour"), ("Ticket 1", "On hold")]);
    assert!(items.iter().all(|item| matches!(item.need, Need::Refused { .. })));
    assert_eq!((outbox(&world).total, world.saves().len()), (2, 1), "one attempt, before it was known");
    for field in [Location, Status] {
        world.say(Command::DropEdit { ticket: "t1".into(), field });
    }
    world.pass(100);
    assert_eq!((needs(&world).total, outbox(&world).total, world.disk.len()), (0, 0, 0));
    assert!(needs(&world).undo.is_none(), "there is nothing to come back to");
}

/// A list is told when it is opened and when it changed; a burst is one telling, and a closed list is silent.
#[test]
fn a_list_is_told_once_per_burst_and_only_while_it_is_open() {
    let mut world = World::started(4);
    let tellings = |world: &World| {
        world.last.iter().filter(|effect| matches!(effect, Effect::Paint(_, Update::Outbox(_)))).count()
    };
    world.say(Command::OpenOutbox);
    assert_eq!(tellings(&world), 1);
    world.pass(100);
    world.net = Net::Down;
    world.edit("t1", Status, "hold");
    assert_eq!(tellings(&world), 1);
    for ticket in ["t2", "t3", "t4"] {
        world.edit(ticket, Status, "hold");
        assert_eq!(tellings(&world), 0, "it is gathered");
    }
    world.pass(100);
    assert_eq!((tellings(&world), outbox(&world).total), (1, 4));
    world.say(Command::CloseOutbox);
    world.pass(100);
    world.edit("t1", Status, "done");
    world.pass(100);
    assert_eq!(outbox(&world).waiting.len(), 4);
    assert_eq!(
        words(&outbox(&world).waiting[0].change),
        "status_id New → On hold",
        "as it was when it closed"
    );
}

#[test]
fn a_long_list_is_cut_and_says_how_long_it_is() {
    let many = u32::try_from(LISTED_MAX).expect("a few") + 50;
    let mut world = World::started(many);
    world.net = Net::Down;
    for number in 1..=many {
        world.edit(&format!("t{number}"), Status, "hold");
    }
    world.say(Command::OpenOutbox);
    assert_eq!((outbox(&world).waiting.len(), outbox(&world).total), (LISTED_MAX, many));
    assert_eq!(outbox(&world).waiting[0].about.ticket, TicketId::from("t1"));
}
