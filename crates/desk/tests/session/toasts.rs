//! What is said in passing when others change a ticket on which we have unsaved work (LT-12).

use crate::support::World;
use callboard_desk::bridge::{FieldState, Notice};
use callboard_model::Field::{Assignee, Priority, Status, Title};

/// LT-12.
#[test]
fn a_change_beside_unsaved_work_is_one_toast_and_leaves_the_work_alone() {
    let mut world = World::started(2);
    world.draft("t1", Title, "Mine");
    world.bob("t1", Status, "done");
    world.bob("t1", Priority, "p1");
    world.pass(200);
    let [Notice::Changed { who, fields, number, .. }] = world.notices.as_slice() else {
        panic!("one toast, not {:?}", world.notices)
    };
    assert_eq!((who.as_str(), fields.as_slice(), number.as_ref()), ("Bob", &[Status, Priority][..], "T-1"));
    assert_eq!(
        (world.shown("t1", Title), world.state("t1", Title)),
        ("Mine", &FieldState::Draft { kept: false })
    );
}

/// LT-12: nobody is said to have done what another did.
#[test]
fn each_author_of_a_burst_has_a_toast_with_just_their_fields() {
    let mut world = World::started(2);
    world.draft("t1", Title, "Mine");
    world.other("Alice", "t1", Priority, "p1");
    world.bob("t1", Assignee, "lee");
    world.pass(200);
    let said: Vec<_> = world
        .notices
        .iter()
        .map(|notice| match notice {
            Notice::Changed { who, fields, .. } => (who.as_str(), fields.as_slice()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(said, [("Alice", &[Priority][..]), ("Bob", &[Assignee][..])]);
}

/// LT-12: a conflict in one field does not hush the toast about another.
#[test]
fn a_change_beside_a_conflict_of_the_same_burst_is_a_toast() {
    let mut world = World::started(2);
    world.draft("t1", Title, "Mine");
    world.bob("t1", Title, "Bob's");
    world.bob("t1", Priority, "p1");
    world.pass(200);
    assert!(world.conflict("t1", Title).draft);
    let [Notice::Changed { fields, .. }] = world.notices.as_slice() else { panic!("{:?}", world.notices) };
    assert_eq!(fields.as_slice(), [Priority]);
}
