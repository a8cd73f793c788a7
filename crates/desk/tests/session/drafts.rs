//! What was typed outlives the program (CO-14).

use callboard_desk::Event;
use callboard_desk::bridge::{Command, FieldState, Saving};
use callboard_desk::notes::Shelf;
use callboard_model::Field;

use crate::support::{Net, World};

/// Long enough for what was typed to be on disk; the promise is 500 ms.
const GATHERED_MS: u64 = 400;

const KEPT: FieldState = FieldState::Draft { kept: true };
const TYPED: FieldState = FieldState::Draft { kept: false };

/// A console in which somebody typed a title, and it is on disk.
fn typed(text: &str) -> World {
    let mut world = World::started(3);
    world.begin("t1", Field::Title);
    world.draft("t1", Field::Title, text);
    world.pass(GATHERED_MS);
    world
}

fn killed(world: &mut World) {
    world.restart();
    world.open("t1");
    world.pass(1_000);
}

/// What is on disk of drafts.
fn on_disk(world: &World) -> Vec<&str> {
    let drafts = world.notes.values().filter(|note| note.name.shelf == Shelf::Draft);
    drafts.map(|note| &*note.json).collect()
}

#[test]
fn what_is_typed_is_on_disk_in_half_a_second_though_the_typing_goes_on() {
    let mut world = World::started(3);
    world.begin("t1", Field::Title);
    for length in 1..=10 {
        world.draft("t1", Field::Title, &"x".repeat(length));
        world.pass(100);
    }
    assert!(on_disk(&world)[0].contains("xxxxxx"), "{:?}", on_disk(&world));
    assert_eq!(world.state("t1", Field::Title), &TYPED, "the last letters are not there yet");
    world.pass(GATHERED_MS);
    assert_eq!(world.state("t1", Field::Title), &KEPT);
}

#[test]
fn one_burst_of_typing_is_written_once() {
    let mut world = World::started(3);
    world.begin("t1", Field::Title);
    for length in 1..=100 {
        world.draft("t1", Field::Title, &"x".repeat(length));
        assert_eq!(on_disk(&world), [""; 0]);
    }
    world.pass(GATHERED_MS);
    assert_eq!(on_disk(&world).len(), 1);
}

#[test]
fn a_draft_comes_back_after_a_kill_and_is_sent_only_when_it_is_committed() {
    let mut world = typed("half a sent");
    killed(&mut world);
    assert_eq!((world.state("t1", Field::Title), world.shown("t1", Field::Title)), (&KEPT, "half a sent"));
    assert_eq!(world.server.value("t1", Field::Title), "Ticket 1".into());
    world.edit("t1", Field::Title, "half a sentence");
    assert_eq!(world.server.value("t1", Field::Title), "half a sentence".into());
    assert_eq!(on_disk(&world), [""; 0]);
    killed(&mut world);
    assert_eq!(world.shown("t1", Field::Title), "half a sentence");
    assert!(matches!(world.state("t1", Field::Title), FieldState::Confirmed { .. }));
}

#[test]
fn a_draft_comes_back_without_a_network() {
    let mut world = typed("half a sent");
    world.net = Net::Down;
    world.socket_works = false;
    killed(&mut world);
    assert_eq!((world.state("t1", Field::Title), world.shown("t1", Field::Title)), (&KEPT, "half a sent"));
}

#[test]
fn a_ticket_that_moved_meanwhile_asks_about_the_draft_instead_of_losing_either() {
    let mut world = typed("mine");
    world.bob("t1", Field::Title, "theirs");
    killed(&mut world);
    let panel = world.conflict("t1", Field::Title);
    assert_eq!(
        (panel.mine.label.as_str(), panel.theirs.label.as_str(), panel.draft),
        ("mine", "theirs", true)
    );
    world.keep("t1", Field::Title);
    world.pass(GATHERED_MS);
    assert_eq!((world.state("t1", Field::Title), world.shown("t1", Field::Title)), (&KEPT, "mine"));
    killed(&mut world);
    assert_eq!(world.state("t1", Field::Title), &KEPT, "what it stands on now is on disk too");
    world.bob("t1", Field::Title, "theirs again");
    world.pass(GATHERED_MS);
    world.take("t1", Field::Title);
    assert_eq!((world.shown("t1", Field::Title), on_disk(&world).len()), ("theirs again", 0));
}

#[test]
fn a_change_of_something_else_leaves_the_draft_alone() {
    let mut world = typed("mine");
    world.bob("t1", Field::Status, "done");
    killed(&mut world);
    assert_eq!((world.state("t1", Field::Title), world.shown("t1", Field::Title)), (&KEPT, "mine"));
}

#[test]
fn a_dropped_draft_is_gone_from_the_disk() {
    let mut world = typed("mine");
    world.say(Command::DropDraft { ticket: "t1".into(), field: Field::Title });
    assert_eq!(on_disk(&world), [""; 0]);
    killed(&mut world);
    assert_eq!(world.shown("t1", Field::Title), "Ticket 1");
}

#[test]
fn a_draft_leaves_the_disk_only_when_the_edit_that_it_became_is_there() {
    let mut world = typed("mine");
    world.disk_is_slow = true;
    world.edit("t1", Field::Title, "mine");
    assert_eq!(on_disk(&world).len(), 1, "a kill now would lose it");
    world.disk_catches_up();
    assert_eq!(on_disk(&world), [""; 0]);
    assert_eq!(world.server.value("t1", Field::Title), "mine".into());
}

#[test]
fn a_kill_between_the_edit_and_its_draft_brings_back_one_of_them() {
    let mut world = typed("mine");
    world.net = Net::Down;
    world.disk_is_slow = true;
    world.edit("t1", Field::Title, "mine");
    killed(&mut world);
    assert_eq!(world.state("t1", Field::Title), &FieldState::Queued);
    assert_eq!(on_disk(&world), [""; 0]);
}

#[test]
fn a_draft_that_finds_no_room_is_given_to_the_disk_until_it_does() {
    let mut world = World::started(3);
    world.disk_is_full = true;
    world.draft("t1", Field::Title, "mine");
    world.pass(60_000);
    assert_eq!((world.state("t1", Field::Title), on_disk(&world).len()), (&TYPED, 0));
    world.disk_is_full = false;
    world.pass(10_000);
    assert_eq!(world.state("t1", Field::Title), &KEPT);
}

#[test]
fn the_last_letters_are_written_when_the_program_ends() {
    let mut world = World::started(3);
    world.draft("t1", Field::Title, "typed and quit");
    world.tell(Event::Ending);
    killed(&mut world);
    assert_eq!((world.state("t1", Field::Title), world.shown("t1", Field::Title)), (&KEPT, "typed and quit"));
}

#[test]
fn a_draft_on_a_ticket_that_is_gone_meanwhile_is_there_to_read() {
    let mut world = typed("mine");
    world.server.hidden.insert("t1".into());
    killed(&mut world);
    assert_eq!((world.shown("t1", Field::Title), on_disk(&world).len()), ("mine", 1));
}

#[test]
fn a_draft_of_one_account_is_not_handed_to_another_and_waits_for_the_first() {
    let mut world = typed("nora wrote this");
    let nora = world.kept.me.clone().expect("somebody is signed in");
    // The same profile, signed in with a key of Bob: the copy is of Nora until the server is heard.
    world.server.me.user_id = "bob".into();
    killed(&mut world);
    assert_eq!(world.shown("t1", Field::Title), "Ticket 1");
    world.draft("t1", Field::Title, "bob wrote that");
    world.pass(GATHERED_MS);
    assert_eq!(on_disk(&world).len(), 2);
    world.server.me = nora;
    killed(&mut world);
    assert_eq!(
        (world.state("t1", Field::Title), world.shown("t1", Field::Title)),
        (&KEPT, "nora wrote this")
    );
}

fn saving(world: &World) -> Saving {
    world.link.as_ref().expect("the window is told").saving
}

/// CO-14: who is about to type sees it first, and nobody has to do anything for it to end.
#[test]
fn a_full_disk_is_said_before_anybody_types_and_ends_by_itself() {
    let mut world = World::started(3);
    assert_eq!(saving(&world), Saving::Safe);
    world.disk_is_full = true;
    world.restart();
    assert_eq!(saving(&world), Saving::Full);
    world.pass(60_000);
    assert_eq!(saving(&world), Saving::Full);
    world.disk_is_full = false;
    world.pass(5_000);
    assert_eq!(saving(&world), Saving::Safe);
    world.disk_is_full = true;
    world.edit("t1", Field::Title, "not taken");
    assert_eq!(saving(&world), Saving::Full);
    world.disk_is_full = false;
    world.pass(5_000);
    assert_eq!(saving(&world), Saving::Safe);
}
