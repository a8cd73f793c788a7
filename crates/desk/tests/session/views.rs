//! Views under a name (CO-2): kept for their person, and never at the cost of another.

use callboard_desk::bridge::{
    BoardQuery, Chip, Column, Command, Grouping, Notice, SAVED_NAME_MAX, SavedViewId, Sort, SortBy,
    ViewRefusal,
};
use callboard_desk::notes::Shelf;

use crate::support::World;

/// Something particular, so that a view that comes back is seen to be this one.
fn query() -> BoardQuery {
    BoardQuery {
        search: "pump".to_owned(),
        chips: vec![Chip::Mine, Chip::Status("abolished".into())],
        sort: Sort { by: SortBy::Updated, descending: true },
        group: Grouping::Client,
        ..BoardQuery::default()
    }
}

const COLUMNS: [Column; 3] = [Column::Number, Column::Title, Column::Age];

fn save(world: &mut World, saved: Option<SavedViewId>, name: &str) {
    let (name, columns) = (name.to_owned(), COLUMNS.to_vec());
    world.say(Command::SaveView { saved, name, query: query(), columns });
}

fn names(world: &World) -> Vec<&str> {
    world.saved.iter().map(|view| view.name.as_str()).collect()
}

fn id(world: &World, name: &str) -> SavedViewId {
    world.saved.iter().find(|view| view.name == name).expect("a view of that name").id.clone()
}

/// Why the last one was not kept.
fn refused(world: &mut World) -> Option<ViewRefusal> {
    match world.notices.pop() {
        Some(Notice::ViewNotKept { why, .. }) => Some(why),
        _ => None,
    }
}

fn on_disk(world: &World) -> usize {
    world.notes.keys().filter(|name| name.shelf == Shelf::View).count()
}

#[test]
fn a_saved_view_comes_back_as_it_was_after_a_restart() {
    let mut world = World::started(1);
    save(&mut world, None, "  Zulu ");
    save(&mut world, None, "alpha");
    assert_eq!(names(&world), ["alpha", "Zulu"], "by name, without blanks around it");
    let before = world.saved.clone();
    assert_eq!((&before[0].query, before[0].columns.as_slice()), (&query(), COLUMNS.as_slice()));
    world.restart();
    assert_eq!(world.saved, before);
    let query = world.saved[0].query.clone();
    world.say(Command::OpenView { view: callboard_desk::bridge::ViewId("all".into()), query });
    assert_eq!(world.numbers(), "", "also with a status that is gone");
}

#[test]
fn a_view_is_changed_and_renamed_under_its_id_and_deleted_for_good() {
    let mut world = World::started(1);
    save(&mut world, None, "Mine");
    let mine = id(&world, "Mine");
    world.say(Command::SaveView {
        saved: Some(mine.clone()),
        name: "Mine".to_owned(),
        query: BoardQuery::default(),
        columns: vec![Column::Title, Column::Number, Column::Title],
    });
    assert_eq!((&world.saved[0].query, world.saved.len()), (&BoardQuery::default(), 1));
    assert_eq!(world.saved[0].columns, [Column::Title, Column::Number], "each column once");
    world.say(Command::RenameView { saved: mine.clone(), name: "MINE".to_owned() });
    world.restart();
    assert_eq!((names(&world), id(&world, "MINE")), (vec!["MINE"], mine.clone()));
    world.say(Command::DeleteView { saved: mine.clone() });
    assert_eq!((names(&world), on_disk(&world)), (Vec::<&str>::new(), 0));
    world.say(Command::DeleteView { saved: mine.clone() });
    world.say(Command::RenameView { saved: mine.clone(), name: "Again".to_owned() });
    assert_eq!(refused(&mut world), Some(ViewRefusal::Gone));
    save(&mut world, Some(mine), "Again");
    assert_eq!(refused(&mut world), Some(ViewRefusal::Gone));
    world.restart();
    assert_eq!(names(&world), [""; 0]);
}

#[test]
fn a_view_without_a_name_of_its_own_is_refused_and_takes_none_away() {
    let mut world = World::started(1);
    save(&mut world, None, "Straße");
    save(&mut world, None, "Mine");
    let (long, fits) = ("ä".repeat(SAVED_NAME_MAX + 1), "ä".repeat(SAVED_NAME_MAX));
    for (name, why) in [
        (" ", ViewRefusal::Nameless),
        (long.as_str(), ViewRefusal::LongName),
        ("MINE", ViewRefusal::NameTaken),
        ("strasse", ViewRefusal::NameTaken),
    ] {
        save(&mut world, None, name);
        assert_eq!(refused(&mut world), Some(why.clone()), "{name}");
        let saved = id(&world, "Mine");
        if name != "MINE" {
            world.say(Command::RenameView { saved, name: name.to_owned() });
            assert_eq!(refused(&mut world), Some(why), "{name}");
        }
    }
    save(&mut world, None, &fits);
    assert_eq!((refused(&mut world), world.saved.len()), (None, 3));
}

#[test]
fn there_are_no_more_views_than_the_limit() {
    let mut world = World::started(1);
    let most = Shelf::View.limit().notes;
    for number in 0..=most {
        save(&mut world, None, &number.to_string());
    }
    assert_eq!((world.saved.len(), most), (most, 50));
    assert_eq!(refused(&mut world), Some(ViewRefusal::TooMany { most: 50 }));
    let saved = id(&world, "0");
    world.say(Command::DeleteView { saved });
    save(&mut world, None, "room again");
    assert_eq!((refused(&mut world), world.saved.len()), (None, most));
}

/// CO-14: nothing is shown as saved that is not on disk.
#[test]
fn a_view_that_the_disk_does_not_take_is_said_not_to_be_kept() {
    let mut world = World::started(1);
    save(&mut world, None, "Kept");
    world.disk_is_full = true;
    save(&mut world, None, "Lost");
    let reason = "the disk is full".to_owned();
    assert_eq!(
        (refused(&mut world), names(&world)),
        (Some(ViewRefusal::Disk { reason: reason.clone() }), vec!["Kept"])
    );
    let saved = id(&world, "Kept");
    world.say(Command::RenameView { saved, name: "Other".to_owned() });
    assert_eq!((refused(&mut world), names(&world)), (Some(ViewRefusal::Disk { reason }), vec!["Kept"]));
    world.disk_is_full = false;
    save(&mut world, None, "Lost");
    assert_eq!((refused(&mut world), names(&world)), (None, vec!["Kept", "Lost"]));
}

#[test]
fn views_of_one_person_are_shown_to_no_other() {
    let mut world = World::started(1);
    save(&mut world, None, "Nora's");
    let nora = std::mem::replace(&mut world.server.me.user_id, "bob".into());
    world.restart();
    assert_eq!(names(&world), [""; 0]);
    save(&mut world, None, "Nora's");
    world.server.me.user_id = nora;
    world.restart();
    assert_eq!((names(&world), on_disk(&world)), (vec!["Nora's"], 2));
    world.say(Command::SignOut { force: true });
    assert_eq!(
        (names(&world), on_disk(&world)),
        (Vec::<&str>::new(), 1),
        "signed out, hers are gone and his stay"
    );
}
