//! What stands in a composer outlives everything but its being said or thrown away (CO-3, CO-14).

use callboard_desk::Event;
use callboard_desk::bridge::{Access, Command, Notice, OutboxState, Visibility};
use callboard_desk::notes::{Note, Shelf};
use callboard_model::Field::{Assignee, Status};
use callboard_model::TicketId;

use crate::support::{Net, World};

/// Long enough for what was typed to be on disk; the promise is 500 ms.
const GATHERED_MS: u64 = 400;

fn compose(world: &mut World, text: &str) {
    let (text, visibility) = (text.to_owned(), Visibility::Internal);
    world.say(Command::DraftComment { ticket: "t1".into(), text, visibility });
}

/// A console in which somebody began a comment, and it is on disk.
fn composed(text: &str) -> World {
    let mut world = World::started(2);
    compose(&mut world, text);
    world.pass(GATHERED_MS);
    world
}

fn killed(world: &mut World) {
    world.restart();
    world.open("t1");
    world.pass(1_000);
}

/// What stands in the composer, and whether it is safe.
fn stands(world: &World) -> Option<(&str, bool)> {
    world.composers.get(&TicketId::from("t1")).map(|draft| (&*draft.text, draft.kept))
}

fn on_disk(world: &World) -> Vec<&Note> {
    world.notes.values().filter(|note| note.name.shelf == Shelf::Draft).collect()
}

fn pending(world: &World) -> Vec<(&str, &OutboxState)> {
    let talk = &world.talks[&TicketId::from("t1")];
    talk.pending.iter().map(|one| (&*one.text, &one.state)).collect()
}

#[test]
fn what_is_composed_is_on_disk_in_half_a_second_though_the_typing_goes_on() {
    let mut world = World::started(2);
    for length in 1..=10 {
        compose(&mut world, &"x".repeat(length));
        world.pass(100);
    }
    assert!(on_disk(&world)[0].json.contains("xxxxxx"), "{:?}", on_disk(&world)[0].json);
    assert_eq!(stands(&world), Some(("xxxxxxxxxx", false)), "the last letters are not there yet");
    world.pass(GATHERED_MS);
    assert_eq!(stands(&world), Some(("xxxxxxxxxx", true)));
}

#[test]
fn what_was_composed_comes_back_after_a_kill_as_it_was_also_without_a_network() {
    for net in [Net::Up, Net::Down] {
        let mut world = composed(" On my way,\n");
        world.net = net;
        killed(&mut world);
        assert_eq!(stands(&world), Some((" On my way,\n", true)), "{net:?}");
        let draft = &world.composers[&TicketId::from("t1")];
        assert_eq!(draft.visibility, Visibility::Internal, "nothing becomes public by itself");
        assert!(world.said("t1").is_empty());
    }
}

/// What others do to the ticket is no reason to lose a word.
#[test]
fn a_ticket_that_changes_under_a_composer_leaves_it_alone() {
    let mut world = composed("Half a sent");
    world.bob_and_wait("t1", Status, "hold");
    world.bob_says("t1", "Me too");
    world.edit("t1", Assignee, "lee");
    world.close("t1");
    world.open("t1");
    assert_eq!(stands(&world), Some(("Half a sent", true)));
}

#[test]
fn a_comment_that_is_said_empties_its_composer_for_good() {
    let mut world = composed("On my way");
    world.comment("t1", "On my way");
    world.pass(1_000);
    assert_eq!((stands(&world), on_disk(&world).len(), world.said("t1")), (None, 0, vec!["On my way"]));
    killed(&mut world);
    assert_eq!(stands(&world), None);
}

#[test]
fn blank_words_are_no_draft_and_what_is_deleted_stays_deleted() {
    let mut world = composed("Never mind");
    compose(&mut world, " \n");
    assert_eq!((stands(&world), on_disk(&world).len()), (None, 0));
    killed(&mut world);
    assert_eq!(stands(&world), None);
}

/// CO-14: durable first. A comment that the disk does not take leaves its draft there.
#[test]
fn a_draft_leaves_the_disk_only_when_the_comment_that_it_became_is_there() {
    let mut world = composed("Hard-won words");
    world.disk_is_full = true;
    world.comment("t1", "Hard-won words");
    assert!(matches!(pending(&world)[..], [("Hard-won words", OutboxState::Refused { .. })]));
    assert_eq!((stands(&world), on_disk(&world).len()), (None, 1));
    world.disk_is_full = false;
    killed(&mut world);
    assert_eq!((stands(&world), pending(&world)), (Some(("Hard-won words", true)), vec![]));
    world.comment("t1", "Hard-won words");
    assert_eq!((stands(&world), on_disk(&world).len(), world.said("t1").len()), (None, 0, 1));
}

/// Whichever of the two the disk gives back first, nobody says it twice.
#[test]
fn a_kill_between_a_comment_and_its_draft_brings_back_one_of_them() {
    let mut world = composed("Only once ");
    world.net = Net::Down;
    let draft = on_disk(&world)[0].clone();
    world.comment("t1", "Only once ");
    world.notes.insert(draft.name.clone(), draft);
    killed(&mut world);
    assert_eq!((stands(&world), on_disk(&world).len()), (None, 0));
    assert_eq!(pending(&world), [("Only once", &OutboxState::Queued)]);
}

#[test]
fn the_last_words_are_written_when_the_program_ends() {
    let mut world = World::started(2);
    compose(&mut world, "typed and quit");
    world.tell(Event::Ending);
    killed(&mut world);
    assert_eq!(stands(&world), Some(("typed and quit", true)));
}

#[test]
fn a_draft_that_finds_no_room_is_given_to_the_disk_until_it_does() {
    let mut world = World::started(2);
    world.disk_is_full = true;
    compose(&mut world, "mine");
    world.pass(60_000);
    assert_eq!((stands(&world), on_disk(&world).len()), (Some(("mine", false)), 0));
    world.disk_is_full = false;
    world.pass(10_000);
    assert_eq!(stands(&world), Some(("mine", true)));
}

/// LT-19.
#[test]
fn a_draft_on_a_ticket_that_is_gone_meanwhile_is_there_to_read() {
    let mut world = composed("mine");
    world.server.hidden.insert("t1".into());
    killed(&mut world);
    assert_eq!(world.views[&"t1".into()].access, Access::Lost);
    assert_eq!((stands(&world), on_disk(&world).len()), (Some(("mine", true)), 1));
}

#[test]
fn a_draft_of_one_account_is_not_handed_to_another_and_waits_for_the_first() {
    let mut world = composed("nora wrote this");
    let nora = std::mem::replace(&mut world.server.me.user_id, "bob".into());
    killed(&mut world);
    assert_eq!(stands(&world), None);
    compose(&mut world, "bob wrote that");
    world.pass(GATHERED_MS);
    assert_eq!(on_disk(&world).len(), 2);
    world.server.me.user_id = nora;
    killed(&mut world);
    assert_eq!(stands(&world), Some(("nora wrote this", true)));
}

#[test]
fn signing_out_counts_what_stands_in_composers_and_erases_it_only_by_force() {
    let mut world = composed("Half a sent");
    world.say(Command::SignOut { force: false });
    assert!(world.notices.contains(&Notice::Unsent { edits: 0, drafts: 1 }), "{:?}", world.notices);
    assert_eq!(stands(&world), Some(("Half a sent", true)));
    world.say(Command::SignOut { force: true });
    assert_eq!((stands(&world), world.notes.len()), (None, 0));
}
