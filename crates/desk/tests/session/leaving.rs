//! Leaving a field without typing, by whichever door.

use crate::support::World;
use callboard_desk::bridge::Command;
use callboard_desk::session::effect::LinkOrder;
use callboard_model::Field::Status;

/// LT-13: whoever left a field without typing comes back to what is there now.
#[test]
fn a_field_that_was_only_looked_at_is_let_go_with_its_panel_and_its_window() {
    let leave: [fn(&mut World); 3] =
        [|world| world.close("t1"), World::close_window, |world| world.say(Command::Hello)];
    for leave in leave {
        let mut world = World::started(300);
        world.open("t299");
        world.begin("t299", Status);
        leave(&mut world);
        world.close("t299");
        world.pass(11_000);
        assert!(!world.rooms.contains("ticket:t:t299"), "nobody is there any more");
        world.show_board();
        world.bob_and_wait("t299", Status, "done");
        world.open("t299");
        world.edit("t299", Status, "hold");
        assert_eq!(world.saves(), ["t299 status_id=hold@2"]);
    }
}

/// LT-9, LT-10: a window that reloads has nobody in a field, and nobody before a ticket until it opens it anew.
#[test]
fn after_a_window_reloads_others_no_longer_see_us_where_it_was() {
    let mut world = World::started(2);
    let last = |world: &World| {
        world.orders.iter().rev().find_map(|order| match order {
            LinkOrder::Show(_, presence) => Some(presence.clone()),
            _ => None,
        })
    };
    world.begin("t1", Status);
    world.say(Command::Hello);
    assert_eq!(last(&world), Some(None));
    world.open("t1");
    assert_eq!(last(&world).flatten().map(|us| us.editing_field), Some(None));
}
