//! What chips are called, what can be chosen for them, and what they find (CO-2).

use callboard_desk::bridge::{
    BoardQuery, Chip, ChipKind, ChipsView, Command, Grouping, NamedChip, Offer, OffersView, Unsent, Update,
    ViewId,
};
use callboard_model::Field::{Assignee, Client, Status};
use callboard_model::Value;

use crate::support::{Net, World};

fn view() -> ViewId {
    ViewId("all".into())
}

fn ask(world: &mut World, chips: &[Chip]) {
    let query = BoardQuery { group: Grouping::None, chips: chips.to_vec(), ..BoardQuery::default() };
    world.say(Command::OpenView { view: view(), query });
}

/// What the chips of the view are called, as the window was last told.
fn names(world: &World) -> Vec<Option<String>> {
    let told = world.of_views.iter().rev().find_map(|update| match update {
        Update::Chips(ChipsView { chips, .. }) => Some(chips),
        _ => None,
    });
    told.into_iter().flatten().map(|NamedChip { label, .. }| label.clone()).collect()
}

/// What can be chosen: names, how many chips, how many tickets.
fn offers(world: &mut World, kind: ChipKind) -> Vec<(String, usize, u32)> {
    world.say(Command::ReadOffers { view: view(), kind });
    let Some(Update::Offers(OffersView { offers, total, .. })) = world.of_views.last() else {
        panic!("{:?}", world.of_views)
    };
    assert_eq!(offers.len(), *total as usize);
    let offer = |Offer { chips, label, tickets }: &Offer| {
        (label.clone().unwrap_or_else(|| format!("{:?}", chips[0])), chips.len(), *tickets)
    };
    offers.iter().map(offer).collect()
}

#[test]
fn a_chip_is_called_by_its_name_and_one_that_is_gone_by_none() {
    let mut world = World::started(2);
    let gone = Chip::Status("abolished".into());
    let chips = [Chip::Status("hold".into()), Chip::Assignee("lee".into()), Chip::Mine, gone.clone()];
    ask(&mut world, &chips);
    let called = |name: &str| Some(name.to_owned());
    assert_eq!(names(&world), [called("On hold"), called("Lee Okafor"), None, None]);
    assert_eq!(world.numbers(), "", "it opens, and finds nothing");
    ask(&mut world, &[gone, Chip::Status("new".into())]);
    assert_eq!(world.numbers(), "T-1 T-2");
}

/// Names come later than the window where the server is slow.
#[test]
fn chips_are_named_when_the_names_come() {
    let mut world = World::new(2);
    world.net = Net::Held;
    world.start(Vec::new());
    ask(&mut world, &[Chip::Board("yard".into())]);
    assert_eq!(names(&world), [None]);
    world.deliver_all();
    assert_eq!(names(&world), [Some("Yard".to_owned())]);
}

/// CO-2: a number beside an offer is the number of rows that it would show.
#[test]
fn what_is_offered_counts_the_rows_that_would_be_shown() {
    let mut world = World::started(4);
    world.bob_and_wait("t1", Status, "hold");
    world.bob_and_wait("t2", Assignee, "lee");
    world.bob_and_wait("t3", Assignee, "somebody new");
    let offer = |name: &str, tickets| (name.to_owned(), 1, tickets);
    assert_eq!(
        offers(&mut world, ChipKind::Status),
        [
            offer("Arrived", 0),
            offer("Closed", 0),
            offer("New", 3),
            offer("On hold", 1),
            offer("Parked", 0),
            offer("Resolved", 0)
        ]
    );
    assert_eq!(
        offers(&mut world, ChipKind::Assignee),
        [
            offer("Mine", 0),
            offer("Assignee(Empty)", 2),
            offer("Dana Wu", 0),
            offer("Lee Okafor", 1),
            offer("somebody new", 1)
        ]
    );
    ask(&mut world, &[Chip::Status("hold".into())]);
    assert_eq!(offers(&mut world, ChipKind::Assignee)[1], offer("Assignee(Empty)", 1), "of those on hold");
    assert_eq!(offers(&mut world, ChipKind::Status)[2], offer("New", 3), "of all, for it would widen them");
    assert_eq!(offers(&mut world, ChipKind::Watched), [offer("Watched", 0)]);
}

#[test]
fn what_has_one_name_on_several_boards_is_offered_as_one() {
    let mut world = World::new(3);
    let yard = Value::from("yard-new");
    world.server.namesake = Some("yard-new");
    world.start(Vec::new());
    world.bob_and_wait("t2", Status, "yard-new");
    let offered = offers(&mut world, ChipKind::Status);
    assert!(offered.contains(&("New".to_owned(), 2, 3)), "{offered:?}");
    ask(&mut world, &[Chip::Status(yard)]);
    assert_eq!(world.numbers(), "T-2");
}

#[test]
fn a_ticket_that_is_watched_or_ours_or_unsent_comes_into_its_view_at_once() {
    let mut world = World::started(3);
    ask(&mut world, &[Chip::Watched]);
    assert_eq!(world.numbers(), "");
    world.say(Command::Watch { ticket: "t2".into(), on: true });
    assert_eq!(world.numbers(), "T-2");
    world.restart();
    ask(&mut world, &[Chip::Watched]);
    assert_eq!(world.numbers(), "T-2", "it is remembered");
    world.say(Command::Watch { ticket: "t2".into(), on: false });
    assert_eq!(world.numbers(), "");
    ask(&mut world, &[Chip::Work(Unsent::Queued)]);
    world.net = Net::Down;
    world.edit("t3", Assignee, "me");
    assert_eq!(world.numbers(), "T-3");
    ask(&mut world, &[Chip::Mine]);
    assert_eq!(world.numbers(), "T-3", "what is pending counts as what is shown");
}

/// CO-11.
#[test]
fn without_a_network_our_own_tickets_are_still_known_to_be_ours() {
    let mut world = World::started(3);
    world.bob_and_wait("t2", Assignee, "me");
    world.net = Net::Down;
    world.restart();
    ask(&mut world, &[Chip::Mine]);
    assert_eq!(world.numbers(), "T-2");
}

#[test]
fn another_client_shows_on_the_row_as_soon_as_it_is_chosen() {
    let mut world = World::started(1);
    world.net = Net::Down;
    world.edit("t1", Client, "c2");
    assert_eq!(world.row("t1").and_then(|row| row.client.as_deref()), Some("Client c2"));
    ask(&mut world, &[Chip::Client(Value::from("c2"))]);
    assert_eq!(world.numbers(), "T-1");
}
