//! What is planned for an open ticket is read once for a burst, follows others, and is told with how much is known.

use callboard_desk::Event;
use callboard_desk::bridge::{PlanTime, PlansKnown};
use callboard_desk::session::effect::{Request, Timer};
use callboard_desk::session::schedule::Scheduling;
use callboard_model::schedule::EntryChanges;

use crate::support::schedule::visit;
use crate::support::{Net, World};

fn reads(world: &World) -> usize {
    let is_read = |request: &&Request| matches!(request, Request::Schedule(Scheduling::Read(_)));
    world.asked.iter().filter(is_read).count()
}

fn titles(world: &World) -> Vec<&str> {
    world.plans().entries.iter().map(|entry| &*entry.title).collect()
}

fn status(status: &str) -> EntryChanges {
    EntryChanges { status: Some(status.into()), ..EntryChanges::default() }
}

#[test]
fn a_ticket_that_is_opened_says_what_is_planned_for_it_the_earliest_first() {
    let mut world = World::planned();
    world.bob_plans(None, &visit("Survey", 9, 10));
    let entry = &world.plans().entries[1];
    assert_eq!((titles(&world), world.plans().more), (vec!["Survey", "Visit"], false));
    assert_eq!(
        (&*entry.status.label, entry.people.as_slice()),
        ("Scheduled", &["Lee Okafor".to_owned()][..])
    );
    assert!(matches!(world.plans().known, PlansKnown::Told { .. }));
}

/// LT-2, LT-11.
#[test]
fn a_burst_of_hints_about_the_schedule_costs_one_question_and_other_fields_none() {
    let mut world = World::planned();
    for title in ["One", "Two", "Three"] {
        let hint = world.bob_plans_unheard(Some("e1"), &visit(title, 15, 16));
        world.deliver_hint(Some(hint));
        world.pass(50);
    }
    assert_eq!(reads(&world), 0, "it is gathered");
    world.pass(200);
    assert_eq!((reads(&world), titles(&world)), (1, vec!["Three"]));
    world.bob_and_wait("t1", callboard_model::Field::Status, "hold");
    world.close("t1");
    world.bob_plans(Some("e1"), &visit("Four", 15, 16));
    assert_eq!(reads(&world), 1, "of a ticket that nobody looks at nothing is asked");
}

/// LT-15.
#[test]
fn what_was_planned_while_the_live_layer_was_down_is_read_after_it() {
    let mut world = World::planned();
    world.socket_falls();
    let unheard = world.bob_plans_unheard(Some("e1"), &visit("Moved", 17, 18));
    assert!(unheard.updated_fields.iter().any(|field| &**field == "schedule"));
    world.pass(500);
    assert_eq!(titles(&world), ["Visit"]);
    world.all_is_well();
    assert_eq!(titles(&world), ["Moved"]);
}

#[test]
fn without_a_server_nothing_is_known_and_it_is_read_when_it_answers() {
    let mut world = World::planned();
    world.net = Net::Down;
    world.close("t1");
    world.open("t1");
    assert_eq!((&world.plans().known, titles(&world)), (&PlansKnown::Nothing, vec![]));
    world.all_is_well();
    assert_eq!(titles(&world), ["Visit"]);
}

#[test]
fn who_may_not_see_schedules_and_who_is_not_told_read_just_that() {
    let mut world = World::planned();
    world.server.schedule.is_closed = true;
    world.close("t1");
    world.open("t1");
    assert_eq!(world.plans().known, PlansKnown::NotYours);
    let mut world = World::new(2);
    world.server.is_stock = true;
    world.start(Vec::new());
    world.open("t1");
    assert_eq!((&world.plans().known, reads(&world)), (&PlansKnown::NotSaid, 0));
}

/// CO-9: by the server's clock, with nobody touching anything.
#[test]
fn an_entry_begins_goes_on_and_is_overdue_by_the_servers_clock() {
    let mut world = World::planned();
    let time = |world: &World| world.plans().entries[0].time;
    assert_eq!((time(&world), world.rings_in(&Timer::Clock).is_some()), (PlanTime::Ahead, true));
    for (minutes, expected) in [(59, PlanTime::Ahead), (1, PlanTime::Now), (60, PlanTime::Overdue)] {
        world.pass(minutes * 60_000);
        assert_eq!(time(&world), expected, "after {minutes} more minutes");
    }
    for (word, expected) in
        [("completed", PlanTime::Past), ("en_route", PlanTime::Overdue), ("No-show", PlanTime::Past)]
    {
        world.bob_plans(Some("e1"), &status(word));
        assert_eq!(time(&world), expected, "{word}");
    }
}

/// LT-19.
#[test]
fn a_ticket_out_of_sight_shows_no_plans() {
    let mut world = World::planned();
    world.server.hidden.insert("t1".into());
    world.bob_and_wait("t1", callboard_model::Field::Status, "hold");
    assert!(world.plans().entries.is_empty());
    world.tell(Event::Rang(Timer::Clock));
    assert_eq!(reads(&world), 0);
}
