//! Events that are told although nothing happened: what is shown of them, and that none is told twice or in secret (EV-5).

use callboard_desk::bridge::{
    CatalogState, CatalogView, Command, EventForm, EventLogView, EventType, FieldFault, FormInput,
    LOGGED_MAX, NotSent, PAYLOAD_MAX, SimulationFate, Update,
};
use callboard_desk::session::effect::Request;
use callboard_desk::session::event::Failure;
use serde_json::json;

use crate::support::{Net, World};

const CREATED: &str = "TICKET_CREATED";

fn created() -> EventType {
    EventType(CREATED.into())
}

/// A console whose window shows the catalogue, and chose a kind.
fn opened() -> World {
    let mut world = World::started(2);
    world.say(Command::OpenEvents);
    world.say(Command::ChooseEvent { event_type: created() });
    world
}

fn send(world: &mut World, attempt: u32, note: &str) {
    let payload = json!({"ticketId": "t", "note": note}).as_object().expect("an object").clone();
    world.say(Command::Simulate { attempt, event_type: created(), payload });
}

fn catalog(world: &World) -> &CatalogView {
    let told = world.of_events.iter().rev().find_map(|update| match update {
        Update::Catalog(view) => Some(view),
        _ => None,
    });
    told.expect("a catalogue was told")
}

fn form(world: &World) -> &EventForm {
    let told = world.of_events.iter().rev().find_map(|update| match update {
        Update::EventForm(form) => Some(form),
        _ => None,
    });
    told.expect("a form was told")
}

fn log(world: &World) -> &EventLogView {
    let told = world.of_events.iter().rev().find_map(|update| match update {
        Update::EventLog(view) => Some(view),
        _ => None,
    });
    told.expect("a log was told")
}

/// The names of the events that the log shows.
fn names(world: &World) -> Vec<&str> {
    log(world).events.iter().map(|entry| &*entry.event).collect()
}

/// Everything that was said to have become of what was sent.
fn fates(world: &World) -> Vec<(u32, &SimulationFate)> {
    let fate = |update: &'_ Update| matches!(update, Update::Simulation(_));
    let told = world.of_events.iter().filter(|update| fate(update)).map(|update| match update {
        Update::Simulation(view) => (view.attempt, &view.fate),
        other => panic!("{other:?}"),
    });
    told.collect()
}

fn last_fate(world: &World) -> &SimulationFate {
    fates(world).last().expect("something became of it").1
}

fn asked(world: &World, is_it: fn(&Request) -> bool) -> usize {
    world.asked.iter().filter(|request| is_it(request)).count()
}

fn simulations(world: &World) -> usize {
    asked(world, |request| matches!(request, Request::Simulate { .. }))
}

fn readings(world: &World) -> usize {
    asked(world, |request| matches!(request, Request::EventLog { .. }))
}

/// EV-1
#[test]
fn the_catalogue_is_asked_for_once_and_its_words_are_cut() {
    let mut world = World::started(2);
    world.pass(60_000);
    assert_eq!(asked(&world, |request| *request == Request::EventCatalog), 0, "nobody looks at it");
    world.say(Command::OpenEvents);
    world.say(Command::OpenEvents);
    let view = catalog(&world);
    assert_eq!((&view.state, view.kinds.len(), view.more), (&CatalogState::Known, 2, 0));
    let [first, other] = &view.kinds[..] else { panic!("two kinds") };
    assert_eq!((&first.event_type, first.emitted, other.emitted), (&created(), true, false));
    assert_eq!((first.name.chars().count(), first.about.chars().count()), (121, 401));
    assert_eq!(asked(&world, |request| *request == Request::EventCatalog), 1);
}

/// CO-13, EV-5: each way in which there can be no catalogue is told apart, and it is asked for again when somebody asks.
#[test]
fn why_there_is_no_catalogue_is_told() {
    let refused = Failure::Refused { code: "X".into(), message: "Not today.".into(), faults: Vec::new() };
    for (failure, expected) in [
        (Failure::Forbidden, Some(CatalogState::Forbidden)),
        (Failure::Gone, Some(CatalogState::Missing)),
        (refused, Some(CatalogState::Failed { reason: "Not today.".to_owned() })),
        (Failure::Broken, None),
    ] {
        let mut world = World::started(2);
        world.server.events.unread = Some(failure.clone());
        world.say(Command::OpenEvents);
        let state = catalog(&world).state.clone();
        assert!(
            matches!(state, CatalogState::Failed { .. }) || Some(&state) == expected.as_ref(),
            "{state:?}"
        );
        assert!(expected.is_none_or(|expected| state == expected), "{failure:?}");
        world.pass(60_000);
        assert_eq!(asked(&world, |request| *request == Request::EventCatalog), 1, "not again and again");
        world.server.events.unread = None;
        world.say(Command::OpenEvents);
        assert_eq!(catalog(&world).state, CatalogState::Known, "{failure:?}");
    }
}

/// CO-13
#[test]
fn without_a_network_the_catalogue_says_so_and_comes_by_itself_when_it_is_back() {
    let mut world = World::started(2);
    world.net = Net::Down;
    world.say(Command::OpenEvents);
    assert_eq!(catalog(&world).state, CatalogState::Offline);
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!((&catalog(&world).state, catalog(&world).kinds.len()), (&CatalogState::Known, 2));
}

/// EV-5: what the server says itself is not asked for, and what must be given has an example.
#[test]
fn a_chosen_kind_has_a_form_and_the_newest_of_its_log() {
    let mut world = World::started(2);
    for _ in 0..LOGGED_MAX + 5 {
        let now = world.now();
        world.server.events.tell(CREATED, now, json!({"actorType": "USER", "actorUserId": "lee"}));
    }
    world.say(Command::OpenEvents);
    world.say(Command::ChooseEvent { event_type: created() });
    let FormInput::Group { fields } = &form(&world).root.input else { panic!("fields") };
    let fields: Vec<_> = fields.iter().map(|field| (&*field.name, field.required)).collect();
    assert_eq!(fields, [("ticketId", true), ("note", false)]);
    let newest = format!("e{}", LOGGED_MAX + 5);
    assert_eq!((log(&world).events.len(), names(&world)[0]), (LOGGED_MAX, &*newest));
    assert_eq!(log(&world).events[0].actor.as_deref(), Some("Lee Okafor"), "people have names");
}

/// EV-5
#[test]
fn what_is_sent_is_told_once_and_seen_to_arrive_marked_as_simulated() {
    let mut world = opened();
    send(&mut world, 1, "hello");
    let seen: Vec<_> = fates(&world).into_iter().map(|(_, fate)| fate.clone()).collect();
    let told = SimulationFate::Told { event: "e1".into() };
    assert!(
        matches!(&seen[..], [SimulationFate::Sending, one, SimulationFate::Arrived { event, simulated: true, .. }]
        if *one == told && &**event == "e1"),
        "{seen:?}"
    );
    assert_eq!(names(&world), ["e1"]);
    assert!(log(&world).events[0].payload.contains("hello") && log(&world).events[0].simulated);
    let before = readings(&world);
    world.pass(60_000);
    assert_eq!(readings(&world), before, "nothing is awaited any more");
}

/// EV-5: however often it is pressed, on its way and after it was told.
#[test]
fn a_double_press_sends_nothing_twice() {
    let mut world = opened();
    world.net = Net::Held;
    for _ in 0..3 {
        send(&mut world, 1, "hello");
    }
    send(&mut world, 2, "another, too early");
    assert_eq!(simulations(&world), 1);
    world.deliver_all();
    for _ in 0..3 {
        send(&mut world, 1, "hello");
    }
    assert_eq!((simulations(&world), world.server.events.log.len()), (1, 1));
    send(&mut world, 2, "another");
    assert_eq!((simulations(&world), world.server.events.log.len()), (2, 2));
}

/// EV-5: an event is nobody's work: it is not kept for later.
#[test]
fn without_a_network_nothing_is_sent_not_even_later() {
    let mut world = opened();
    world.net = Net::Down;
    world.say(Command::ReadEventLog);
    send(&mut world, 1, "hello");
    assert_eq!(last_fate(&world), &SimulationFate::NotSent { why: NotSent::Offline });
    world.all_is_well();
    assert_eq!((simulations(&world), world.server.events.log.len()), (0, 0));
    send(&mut world, 1, "hello");
    assert!(matches!(last_fate(&world), SimulationFate::Arrived { .. }), "{:?}", last_fate(&world));
}

/// EV-5: an answer that was lost leaves it open, and the same attempt again is the same event.
#[test]
fn an_event_whose_answer_was_lost_is_told_once_however_often_it_is_sent() {
    let mut world = opened();
    world.net = Net::Mute;
    send(&mut world, 1, "hello");
    assert_eq!(last_fate(&world), &SimulationFate::Unanswered);
    send(&mut world, 1, "hello");
    assert_eq!(simulations(&world), 1, "the way is shut by now");
    assert_eq!(last_fate(&world), &SimulationFate::Unanswered, "and it is still not known");
    world.net = Net::Up;
    world.pass(60_000);
    send(&mut world, 1, "hello");
    assert!(matches!(last_fate(&world), SimulationFate::Arrived { .. }), "{:?}", last_fate(&world));
    assert_eq!((simulations(&world), world.server.events.log.len()), (2, 1));
}

/// EV-5: 400 with the failing paths, from the payload on.
#[test]
fn what_is_wrong_with_a_payload_is_told_with_its_paths() {
    let mut world = opened();
    let fault = |path: &[&str]| FieldFault {
        path: path.iter().map(|step| (*step).to_owned()).collect(),
        message: "No.".to_owned(),
    };
    let faults = vec![fault(&["payload", "to", "0"]), fault(&["payload"]), fault(&["event_type"])];
    world.server.events.untold =
        Some(Failure::Refused { code: "VALIDATION_ERROR".into(), message: "Wrong.".into(), faults });
    send(&mut world, 1, "hello");
    let faults = vec![fault(&["to", "0"]), fault(&[]), fault(&["event_type"])];
    assert_eq!(last_fate(&world), &SimulationFate::Refused { reason: "Wrong.".to_owned(), faults });
    world.server.events.untold = None;
    send(&mut world, 1, "hello");
    assert!(
        matches!(last_fate(&world), SimulationFate::Arrived { .. }),
        "what was refused may be sent again"
    );
}

/// CO-13: every answer to an event has one fate.
#[test]
fn each_other_refusal_says_what_it_means() {
    let wait = std::time::Duration::from_secs(1);
    for (failure, expected) in [
        (Failure::Busy(wait), Some(NotSent::Busy)),
        (Failure::SignedOut, Some(NotSent::SignedOut)),
        (Failure::Forbidden, None),
        (Failure::Gone, None),
    ] {
        let mut world = opened();
        world.server.events.untold = Some(failure.clone());
        send(&mut world, 1, "hello");
        match (last_fate(&world), expected) {
            (SimulationFate::NotSent { why }, Some(expected)) => assert_eq!(*why, expected),
            (SimulationFate::Refused { .. }, None) => {}
            (other, _) => panic!("{failure:?} became {other:?}"),
        }
    }
    let mut world = opened();
    send(&mut world, 1, &"x".repeat(PAYLOAD_MAX));
    assert_eq!(last_fate(&world), &SimulationFate::NotSent { why: NotSent::TooLarge });
    assert_eq!(simulations(&world), 0);
}

/// EV-5: told plainly that it has not come; and that it has, if it comes later.
#[test]
fn an_event_that_does_not_show_in_the_log_is_given_up_after_a_while_and_found_later() {
    let mut world = opened();
    world.server.events.hides_last = true;
    send(&mut world, 1, "hello");
    world.pass(5_000);
    assert_eq!(last_fate(&world), &SimulationFate::Told { event: "e1".into() });
    assert!(readings(&world) > 4, "it is looked for");
    world.pass(20_000);
    assert_eq!(last_fate(&world), &SimulationFate::NotSeen { event: "e1".into(), seconds: 15 });
    let before = readings(&world);
    world.pass(60_000);
    assert_eq!(readings(&world), before, "it is looked for no longer");
    world.server.events.hides_last = false;
    world.say(Command::ReadEventLog);
    assert!(matches!(last_fate(&world), SimulationFate::Arrived { .. }));
}

/// EV-4: more than a page came in between, and the log forgot where we stood.
#[test]
fn an_event_is_found_behind_many_others_and_in_a_log_that_was_cut() {
    let mut world = opened();
    world.net = Net::Held;
    send(&mut world, 1, "hello");
    let now = world.now();
    for _ in 0..250 {
        world.server.events.tell(CREATED, now, json!({}));
    }
    world.deliver_all();
    assert!(matches!(last_fate(&world), SimulationFate::Arrived { event, .. } if &**event == "e1"));
    assert_eq!((log(&world).events.len(), names(&world)[0]), (LOGGED_MAX, "e251"));
    world.server.events.reaches_back_to = 300;
    world.say(Command::ReadEventLog);
    assert_eq!((&log(&world).state, log(&world).events.len()), (&CatalogState::Known, LOGGED_MAX));
}

/// Nobody reads a log that nobody looks at.
#[test]
fn nothing_is_asked_for_a_window_that_shows_it_no_longer() {
    for leave in [Command::CloseEvents, Command::Hello] {
        let mut world = opened();
        world.server.events.hides_last = true;
        send(&mut world, 1, "hello");
        world.say(leave);
        world.forget_the_past();
        world.pass(30_000);
        assert_eq!((readings(&world), world.of_events.len()), (0, 0));
    }
}

/// What one person was told is never shown to another.
#[test]
fn another_account_sees_nothing_of_what_the_last_one_read() {
    let mut world = opened();
    send(&mut world, 1, "hello");
    world.server.events.unread = Some(Failure::Forbidden);
    world.say(Command::SignOut { force: true });
    assert_eq!((catalog(&world).kinds.len(), log(&world).events.len()), (0, 0));
}
