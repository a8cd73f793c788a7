//! What is said on a ticket: read as it comes, said without a network too, and once.

use crate::support::{Net, World};
use callboard_desk::Effect;
use callboard_desk::bridge::{
    Change, Command, CommentsView, Older, OutboxState, PendingComment, SayingId, Unsent, Update, Visibility,
};
use callboard_desk::session::effect::Request;
use callboard_desk::session::event::Failure;
use callboard_model::Field::{Assignee, Status};
use callboard_model::TicketId;

fn talk<'a>(world: &'a World, ticket: &str) -> &'a CommentsView {
    &world.talks[&TicketId::from(ticket)]
}

fn read(world: &World, ticket: &str) -> Vec<String> {
    talk(world, ticket).comments.iter().map(|comment| comment.text.to_string()).collect()
}

fn pending<'a>(world: &'a World, ticket: &str) -> Vec<(&'a str, &'a OutboxState)> {
    let as_read = |one: &'a PendingComment| (&*one.text, &one.state);
    talk(world, ticket).pending.iter().map(as_read).collect()
}

fn first_pending(world: &World, ticket: &str) -> SayingId {
    talk(world, ticket).pending.first().expect("something waits").saying.clone()
}

fn asked_for_comments(world: &World) -> usize {
    world.asked.iter().filter(|request| matches!(request, Request::Comments { .. })).count()
}

/// CO-3.
#[test]
fn what_is_said_is_read_when_a_ticket_is_opened_and_again_when_somebody_says_more() {
    let mut world = World::started(3);
    world.bob_says("t2", "One");
    world.pass(200);
    assert_eq!(asked_for_comments(&world), 0, "nobody looks at it");
    world.open("t2");
    let comment = &talk(&world, "t2").comments[0];
    assert_eq!((&*comment.text, comment.by.as_deref()), ("One", Some("Bob")));
    assert_eq!(
        (comment.visibility, comment.gone, talk(&world, "t2").older),
        (Visibility::Public, false, Older::Nothing)
    );
    world.bob_says("t2", "Two");
    assert_eq!(read(&world, "t2"), ["One", "Two"]);
    world.bob_and_wait("t2", Status, "done");
    assert_eq!(asked_for_comments(&world), 2, "a field says nothing of comments");
    world.close("t2");
    world.bob_says("t2", "Three");
    assert_eq!(asked_for_comments(&world), 2);
}

/// LT-15: what was said while the link was down is told by the change feed.
#[test]
fn what_was_said_in_a_gap_is_read_after_it() {
    let mut world = World::started(2);
    world.socket_falls();
    world.bob_says("t1", "In the gap");
    assert_eq!(read(&world, "t1"), [""; 0]);
    world.socket_works = true;
    world.pass(60_000);
    assert_eq!(read(&world, "t1"), ["In the gap"]);
}

#[test]
fn of_a_long_talk_the_latest_is_shown_and_more_when_it_is_asked_for_up_to_a_limit() {
    let mut world = World::started(2);
    for number in 1..=230 {
        world.server.talk(
            &"t2".into(),
            &crate::support::server::person("Bob"),
            &number.to_string(),
            false,
            world.now(),
            None,
        );
    }
    world.open("t2");
    for (count, older) in [
        (50, Older::More),
        (100, Older::More),
        (150, Older::More),
        (200, Older::TooMany),
        (200, Older::TooMany),
    ] {
        let shown = read(&world, "t2");
        assert_eq!((shown.len(), talk(&world, "t2").older), (count, older));
        assert_eq!(shown.last().map(String::as_str), Some("230"));
        world.say(Command::MoreComments { ticket: "t2".into() });
    }
}

/// CO-11: durable, then visible, then sent; and what the server made of it stands in its place.
#[test]
fn a_comment_is_on_disk_before_it_is_shown_and_shown_before_it_is_sent() {
    let mut world = World::started(2);
    world.net = Net::Held;
    world.say(Command::Comment {
        ticket: "t1".into(),
        text: " For us alone \n".to_owned(),
        visibility: Visibility::Internal,
    });
    let place = |is_it: &dyn Fn(&Effect) -> bool| world.last.iter().position(is_it).expect("it happened");
    let stored = place(&|effect| matches!(effect, Effect::Note(_)));
    let shown = place(
        &|effect| matches!(effect, Effect::Paint(_, Update::Comments(view)) if !view.pending.is_empty()),
    );
    let sent = place(&|effect| matches!(effect, Effect::Ask(_, Request::Say { .. })));
    assert!(stored < shown && shown < sent, "{:#?}", world.last);
    assert_eq!(pending(&world, "t1"), [("For us alone", &OutboxState::Sending)]);
    assert_eq!(world.row("t1").map(|row| row.unsent), Some(Unsent::Queued));
    assert_eq!(world.counts.queued, 1);
    world.deliver_all();
    world.pass(1_000);
    assert_eq!((read(&world, "t1"), pending(&world, "t1")), (vec!["For us alone".to_owned()], vec![]));
    assert_eq!(talk(&world, "t1").comments[0].visibility, Visibility::Internal);
    assert_eq!((world.counts.queued, world.row("t1").map(|row| row.unsent)), (0, Some(Unsent::Nothing)));
    let kept = world.kept.tickets.iter().find(|(ticket, _)| ticket.ticket_id.as_str() == "t1");
    let followed = kept.and_then(|(ticket, _)| ticket.version);
    assert_eq!(followed, world.server.tickets[&"t1".into()].version, "the ticket is followed");
}

#[test]
fn blank_words_are_nothing() {
    let mut world = World::started(2);
    world.comment("t1", " \n\t");
    assert!(world.last.iter().all(|effect| !matches!(effect, Effect::Note(_))));
}

/// CO-11, CO-12, CO-14: over a night without a network and a death, in order, each once.
#[test]
fn comments_made_without_a_network_outlive_the_program_and_are_said_once_in_their_order() {
    let mut world = World::started(3);
    world.net = Net::Down;
    world.comment("t1", "One");
    world.comment("t1", "Two");
    world.comment("t2", "Elsewhere");
    assert_eq!(pending(&world, "t1"), [("One", &OutboxState::Queued), ("Two", &OutboxState::Queued)]);
    world.restart();
    world.open("t1");
    assert_eq!(pending(&world, "t1"), [("One", &OutboxState::Queued), ("Two", &OutboxState::Queued)]);
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!((world.said("t1"), world.said("t2")), (vec!["One", "Two"], vec!["Elsewhere"]));
    assert_eq!((world.counts.queued, pending(&world, "t1")), (0, vec![]));
}

#[test]
fn a_comment_whose_answer_was_lost_is_said_once() {
    for dies in [false, true] {
        let mut world = World::started(2);
        world.net = Net::Mute;
        world.comment("t1", "Only once");
        if dies {
            world.restart();
            world.open("t1");
        }
        world.net = Net::Up;
        world.pass(60_000);
        assert_eq!((world.said("t1"), world.server.repeated), (vec!["Only once"], 1));
        assert_eq!((read(&world, "t1").len(), pending(&world, "t1").len()), (1, 0));
    }
}

/// The server forgets a key after a day: what came of the first attempt is the person's to see.
#[test]
fn a_comment_of_unknown_fate_is_not_said_again_by_itself_after_a_day() {
    let mut world = World::started(2);
    world.net = Net::Mute;
    world.comment("t1", "Perhaps");
    world.net = Net::Down;
    world.pass(24 * 3_600_000);
    world.net = Net::Up;
    world.pass(60_000);
    assert!(matches!(pending(&world, "t1").as_slice(), [(_, OutboxState::Refused { .. })]));
    assert_eq!((world.said("t1").len(), world.server.repeated), (1, 0));
    let saying = first_pending(&world, "t1");
    world.say(Command::DropComment { saying });
    assert_eq!((read(&world, "t1"), pending(&world, "t1").len()), (vec!["Perhaps".to_owned()], 0));
}

/// CO-13: kept, readable, and nothing waits for it.
#[test]
fn a_refused_comment_is_kept_with_the_sentence_and_holds_up_no_other() {
    let mut world = World::started(2);
    world.say(Command::OpenNeeds);
    world.say(Command::OpenOutbox);
    world.server.refusal = Some("Too long.");
    world.comment("t1", "Long");
    world.server.refusal = None;
    world.comment("t1", "Short");
    world.pass(1_000);
    let refused = OutboxState::Refused { reason: "Too long.".to_owned() };
    assert_eq!((world.said("t1"), pending(&world, "t1")), (vec!["Short"], vec![("Long", &refused)]));
    let needs = world.needs.as_ref().expect("it is open");
    assert_eq!((needs.total, world.counts.needs_you, &*needs.comments[0].about.number), (1, 1, "T-1"));
    let outbox = world.outbox.as_ref().expect("it is open");
    let words = |change: &Change| match change {
        Change::Comment { text, .. } => text.to_string(),
        Change::Field { .. } => String::new(),
    };
    assert_eq!((outbox.total, words(&outbox.sent[0].change).as_str()), (1, "Short"));
    let saying = first_pending(&world, "t1");
    world.say(Command::RetryComment { saying: saying.clone() });
    world.say(Command::RetryComment { saying });
    world.pass(1_000);
    assert_eq!((world.said("t1"), pending(&world, "t1").len()), (vec!["Short", "Long"], 0));
}

#[test]
fn a_comment_that_is_discarded_is_not_said_however_slow_its_way() {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.comment("t1", "Never mind");
    let saying = first_pending(&world, "t1");
    world.say(Command::DropComment { saying });
    world.net = Net::Up;
    world.pass(60_000);
    world.restart();
    world.pass(60_000);
    assert!(world.said("t1").is_empty());
}

/// CO-14: what cannot be kept is shown with the reason, and said when there is room.
#[test]
fn a_comment_that_finds_no_room_on_disk_is_not_sent_and_not_lost() {
    let mut world = World::started(2);
    world.disk_is_full = true;
    world.comment("t1", "Hard-won words");
    assert!(matches!(pending(&world, "t1").as_slice(), [("Hard-won words", OutboxState::Refused { .. })]));
    assert!(world.said("t1").is_empty());
    world.disk_is_full = false;
    let saying = first_pending(&world, "t1");
    world.say(Command::RetryComment { saying });
    assert_eq!(world.said("t1"), ["Hard-won words"]);
}

/// A board may ask for a comment before it lets a ticket be closed.
#[test]
fn a_status_set_after_a_comment_is_saved_after_it() {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.comment("t1", "Replaced the pump");
    world.pass(1_000);
    world.edit("t1", Status, "closed");
    world.edit("t1", Assignee, "lee");
    world.restart();
    world.forget_the_past();
    world.net = Net::Up;
    world.pass(60_000);
    let writes: Vec<&str> = world
        .asked
        .iter()
        .filter_map(|request| match request {
            Request::Say { .. } => Some("say"),
            Request::Save { changes, .. } if changes.fields.contains_key(&Status) => Some("close"),
            _ => None,
        })
        .collect();
    assert_eq!(writes, ["say", "close"]);
}

/// CO-13.
#[test]
fn every_answer_to_a_comment_has_its_fate() {
    for (failure, expected) in [
        (Failure::Unreachable, OutboxState::Queued),
        (Failure::Broken, OutboxState::Queued),
        (Failure::SignedOut, OutboxState::SignIn),
        (Failure::Busy(std::time::Duration::from_secs(5)), OutboxState::Queued),
    ] {
        let mut world = World::started(2);
        world.net = Net::Held;
        world.comment("t1", "Hello");
        let at = world.held.iter().position(|(_, request, _)| matches!(request, Request::Say { .. }));
        let (id, request, _) = world.held.remove(at.expect("it was sent")).expect("it is there");
        world.answer(id, request, Err(failure.clone()));
        assert_eq!(pending(&world, "t1"), [("Hello", &expected)], "{failure:?}");
        world.deliver_all();
        world.pass(120_000);
        assert_eq!(world.said("t1"), ["Hello"], "{failure:?}");
    }
    for failure in [Failure::Forbidden, Failure::TooOld] {
        let mut world = World::started(2);
        world.net = Net::Held;
        world.comment("t1", "Hello");
        let at = world.held.iter().position(|(_, request, _)| matches!(request, Request::Say { .. }));
        let (id, request, _) = world.held.remove(at.expect("it was sent")).expect("it is there");
        world.answer(id, request, Err(failure));
        assert!(matches!(pending(&world, "t1").as_slice(), [(_, OutboxState::Refused { .. })]));
    }
}

/// LT-19.
#[test]
fn what_was_said_on_a_ticket_that_is_lost_stays_readable() {
    let mut world = World::started(2);
    world.bob_says("t1", "Bob's words");
    world.net = Net::Down;
    world.comment("t1", "Mine");
    world.server.hidden.insert("t1".into());
    world.bob("t1", Status, "done");
    world.net = Net::Up;
    world.pass(60_000);
    assert!(matches!(pending(&world, "t1").as_slice(), [("Mine", OutboxState::Refused { .. })]));
    assert_eq!(read(&world, "t1"), [""; 0], "what others said there is not for us any more");
}

#[test]
fn what_one_person_said_is_not_sent_for_another() {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.comment("t1", "Mine");
    let other = world.kept.me.as_mut().expect("somebody was signed in");
    other.user_id = "somebody else".into();
    world.restart();
    world.pass(1_000);
    world.open("t1");
    assert_eq!(pending(&world, "t1"), []);
}
