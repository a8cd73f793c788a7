//! Nothing moves under the hand of whoever chooses (CO-10, RB-8).

use std::time::Duration;

use callboard_desk::bridge::{
    BoardQuery, ChoosingBy, Command, Grouping, Sort, SortBy, Update, ViewId, ViewSummary,
};
use callboard_desk::session::effect::Timer;
use callboard_model::Field::{Status, Title};

use crate::support::{Net, World, room};

fn view() -> ViewId {
    ViewId("all".into())
}

/// Four tickets on a board that is sorted by their titles.
fn by_title() -> World {
    many_by_title(4)
}

fn many_by_title(tickets: u32) -> World {
    let mut world = World::started(tickets);
    let sort = Sort { by: SortBy::Title, descending: false };
    let query = BoardQuery { group: Grouping::None, sort, ..BoardQuery::default() };
    world.say(Command::OpenView { view: view(), query });
    world.pass(60_000);
    world.forget_the_past();
    world
}

fn choose(world: &mut World, on: bool) {
    world.say(Command::Choosing { view: view(), by: ChoosingBy::Pointer, on });
}

/// How the view stands, as the window was last told.
fn summary(world: &World) -> (u32, u32, bool) {
    let told = world.of_views.iter().rev().find_map(|update| match update {
        Update::View(ViewSummary { tickets, waiting, held, .. }) => Some((*tickets, *waiting, *held)),
        _ => None,
    });
    told.expect("the window was told")
}

/// CO-2: a command is bound to a ticket, whatever moves meanwhile.
#[test]
fn what_is_chosen_under_a_hand_is_done_to_the_ticket_that_was_seen() {
    let mut world = by_title();
    choose(&mut world, true);
    world.bob_and_wait("t4", Title, "A first one");
    assert_eq!((world.numbers().as_str(), summary(&world)), ("T-1 T-2 T-3 T-4", (4, 1, true)));
    assert_eq!(world.row("t4").map(|row| &*row.title), Some("A first one"));
    world.edit("t4", Status, "hold");
    assert_eq!(world.saves(), ["t4 status_id=hold@2"]);
    world.net = Net::Down;
    world.edit("t2", Status, "closed");
    assert_eq!(summary(&world), (4, 2, true), "what we close ourselves stays under the hand, too");
    choose(&mut world, false);
    assert_eq!((world.numbers().as_str(), summary(&world)), ("T-4 T-1 T-3", (3, 0, false)));
}

#[test]
fn refresh_now_lets_everything_go_to_its_place_though_the_hand_stays() {
    let mut world = by_title();
    choose(&mut world, true);
    world.bob_and_wait("t4", Title, "A first one");
    world.say(Command::RefreshNow { view: view() });
    assert_eq!((world.numbers().as_str(), summary(&world)), ("T-4 T-1 T-2 T-3", (4, 0, true)));
    world.bob_and_wait("t4", Title, "Ticket 9");
    assert_eq!((world.numbers().as_str(), summary(&world)), ("T-4 T-1 T-2 T-3", (4, 1, true)));
}

/// RB-8.
#[test]
fn a_hand_that_comes_and_goes_moves_the_board_every_three_seconds_at_most() {
    let mut world = by_title();
    choose(&mut world, true);
    world.bob_and_wait("t4", Title, "A first one");
    choose(&mut world, false);
    assert_eq!(world.numbers(), "T-4 T-1 T-2 T-3");
    choose(&mut world, true);
    world.bob_and_wait("t4", Title, "Ticket 9");
    choose(&mut world, false);
    assert_eq!((world.numbers().as_str(), summary(&world).1), ("T-4 T-1 T-2 T-3", 1));
    assert_eq!(world.rings_in(&Timer::Settle), Some(Duration::from_millis(2_800)));
    world.pass(2_799);
    assert_eq!(world.numbers(), "T-4 T-1 T-2 T-3");
    world.pass(1);
    assert_eq!((world.numbers().as_str(), summary(&world)), ("T-1 T-2 T-3 T-4", (4, 0, false)));
    assert_eq!(world.rings_in(&Timer::Settle), None);
}

/// Whoever comes onto the screen is followed there, however they came.
#[test]
fn the_rooms_of_rows_that_go_to_their_places_are_entered() {
    let mut world = many_by_title(200);
    let room = |number: u32| room(&format!("t{number}")).to_string();
    let far = [98, 97, 96].map(|number| format!("t{number}"));
    choose(&mut world, true);
    world.bob_and_wait(&far[0], Title, "A first one");
    world.pass(60_000);
    assert!(!world.rooms.contains(&room(98)), "it stands far below the screen");
    choose(&mut world, false);
    assert!(world.rooms.contains(&room(98)), "{:?}", world.numbers());
    choose(&mut world, true);
    world.bob_and_wait(&far[1], Title, "A second one");
    world.pass(1_500);
    choose(&mut world, false);
    assert!(!world.rooms.contains(&room(97)), "too soon");
    world.pass(3_000);
    assert!(world.rooms.contains(&room(97)), "{:?}", world.numbers());
    choose(&mut world, true);
    world.bob_and_wait(&far[2], Title, "A third one");
    world.pass(60_000);
    assert!(!world.rooms.contains(&room(96)));
    world.say(Command::RefreshNow { view: view() });
    assert!(world.rooms.contains(&room(96)), "{:?}", world.numbers());
}

#[test]
fn a_window_that_is_loaded_anew_has_no_hand_on_its_board() {
    let mut world = by_title();
    choose(&mut world, true);
    world.bob_and_wait("t4", Title, "A first one");
    world.show_board();
    assert_eq!((world.numbers().as_str(), summary(&world)), ("T-1 T-2 T-3 T-4", (4, 0, false)));
}

/// Nobody sees what is not theirs, not even where a hand holds it.
#[test]
fn signing_out_empties_a_board_that_stands_still() {
    let mut world = by_title();
    choose(&mut world, true);
    world.say(Command::SignOut { force: true });
    assert_eq!((world.numbers().as_str(), summary(&world)), ("", (0, 0, false)));
}
