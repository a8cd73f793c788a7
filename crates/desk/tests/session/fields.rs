//! Every field that people edit: what can be chosen in it, what follows from it, and that it is saved (LT-10).

use crate::support::{Net, World};
use callboard_desk::bridge::{Command, FieldState, Input};
use callboard_desk::session::effect::Request;
use callboard_model::{Field, Value};

fn labels(world: &World, field: Field) -> Vec<&str> {
    let choices = world.field("t1", field).choices.as_deref().unwrap_or_default();
    choices.iter().map(|choice| choice.label.as_str()).collect()
}

fn edit(world: &mut World, field: Field, value: Value) {
    world.say(Command::Edit { ticket: "t1".into(), field, value });
}

/// LT-10: a choice in each field that is chosen, and the value of each is saved as it was chosen.
#[test]
fn every_field_can_be_filled_in_and_saved() {
    for &field in Field::ALL {
        let mut world = World::started(2);
        if field == Field::Subcategory {
            edit(&mut world, Field::Category, "net".into());
        }
        let view = world.field("t1", field);
        let value = match view.input {
            Input::Text => "Other words".into(),
            Input::Instant => "2026-12-01T08:00:00Z".into(),
            Input::Choice => {
                let choices = view.choices.as_ref().expect("it is known what can be chosen");
                let other = choices.iter().rev().find(|choice| choice.value != view.shown.value);
                other.expect("something else").value.clone()
            }
        };
        edit(&mut world, field, value.clone());
        assert_eq!(world.server.value("t1", field), value, "{field}");
        assert!(matches!(world.state("t1", field), FieldState::Confirmed { saved_at: Some(_) }), "{field}");
        assert!(world.disk.is_empty());
    }
}

/// What belongs to another field follows what that one shows, saved or not.
#[test]
fn choices_are_those_of_the_board_the_category_and_the_client_that_are_shown() {
    let mut world = World::started(2);
    assert_eq!(labels(&world, Field::Category), ["", "Network"]);
    assert_eq!(labels(&world, Field::Subcategory), [""]);
    assert_eq!(world.field("t1", Field::Contact).choices.as_ref().map(Vec::len), Some(2));
    world.net = Net::Held;
    edit(&mut world, Field::Category, "net".into());
    assert_eq!(labels(&world, Field::Subcategory), ["", "VPN"]);
    edit(&mut world, Field::Board, "yard".into());
    assert_eq!(
        (labels(&world, Field::Category), labels(&world, Field::Status)),
        (vec![""], vec!["Arrived", "Parked"])
    );
    edit(&mut world, Field::Client, "c2".into());
    world.deliver_all();
    let contacts = world.field("t1", Field::Contact).choices.as_ref().expect("they were asked for");
    assert_eq!(contacts[1].value, "c2-ada".into());
}

/// Places and people are asked for once per customer, and only of tickets that somebody looks at.
#[test]
fn a_customer_is_asked_about_once_when_one_of_its_tickets_is_opened() {
    let mut world = World::new(3);
    world.start(Vec::new());
    let asked =
        |world: &World| world.asked.iter().filter(|request| matches!(request, Request::Customer(_))).count();
    assert_eq!(asked(&world), 0);
    world.open("t1");
    world.open("t2");
    world.bob_and_wait("t1", Field::Status, "done");
    assert_eq!(asked(&world), 1);
    assert_eq!(world.field("t2", Field::Location).choices.as_ref().map(Vec::len), Some(2));
}

/// A ticket that moves to another board needs a status of that board: it is sent in the same save, guarded like it.
#[test]
fn a_ticket_moves_to_another_board_with_a_status_of_that_board() {
    let mut world = World::started(2);
    edit(&mut world, Field::Board, "yard".into());
    let sent = world.asked.iter().find_map(|request| match request {
        Request::Save { changes, .. } => Some(changes.fields.clone()),
        _ => None,
    });
    let expected = [(Field::Board, "yard".into()), (Field::Status, "arrived".into())].into();
    assert_eq!(sent, Some(expected));
    assert_eq!((world.shown("t1", Field::Board), world.shown("t1", Field::Status)), ("yard", "arrived"));
    world.forget_the_past();
    world.edit("t1", Field::Status, "parked");
    assert_eq!(world.saves(), ["t1 status_id=parked@2"], "within the board it stays as it is");
}

/// LT-13: the status that somebody else chose meanwhile is not set aside by a move.
#[test]
fn a_move_that_would_overwrite_a_newer_status_is_asked_about() {
    let mut world = World::started(2);
    world.net = Net::Held;
    world.bob("t1", Field::Status, "done");
    edit(&mut world, Field::Board, "yard".into());
    world.deliver_all();
    assert_eq!((world.server.value("t1", Field::Status), world.counts.needs_you), ("done".into(), 1));
}

/// LT-13: each group goes together.
#[test]
fn taking_theirs_takes_the_whole_group_of_each_field() {
    let groups: [&[(Field, &str)]; 3] = [
        &[
            (Field::Board, "yard"),
            (Field::Status, "hold"),
            (Field::Category, "net"),
            (Field::Subcategory, "vpn"),
        ],
        &[(Field::Client, "c2"), (Field::Contact, "c1-ada"), (Field::Location, "c1-harbour")],
        &[(Field::Assignee, "lee"), (Field::Team, "night")],
    ];
    for group in groups {
        let (first, mine) = group[0];
        let mut world = World::started(2);
        world.begin("t1", first);
        world.bob_and_wait("t1", first, "bob's");
        world.net = Net::Held;
        for (field, value) in group {
            world.edit("t1", *field, value);
        }
        assert_eq!(world.disk.len(), group.len());
        world.take_instead_of("t1", first, mine.into());
        assert_eq!(world.disk.len(), 0, "{first} with all that goes with it");
        for (field, _) in group {
            assert_eq!(world.field("t1", *field).shown.value, world.server.value("t1", *field), "{field}");
        }
    }
}
