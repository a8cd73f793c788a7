//! Waking up, looking at the program again, coming back when asked to, and asking slowly where nothing else helps.

use std::time::Duration;

use callboard_desk::Event;
use callboard_desk::Policy;
use callboard_desk::bridge::{Command, FaceState, Live};
use callboard_desk::session::effect::{LinkOrder, Request, Timer};
use callboard_desk::session::event::{Fall, LinkEvent};
use callboard_model::Field::{Status, Title};
use callboard_model::Room;

use crate::support::{Net, World, presence};

fn live(world: &World) -> Option<Live> {
    world.link.as_ref().map(|link| link.live)
}

fn dials(world: &World) -> usize {
    world.orders.iter().filter(|order| matches!(order, LinkOrder::Connect(_))).count()
}

/// LT-14, LT-15: what changed is asked before anything else, the socket is opened anew at once, and what was missed until
/// then is asked once more.
#[test]
fn after_a_sleep_the_socket_is_opened_anew_at_once_and_what_changed_comes_first() {
    let mut world = World::started(2);
    world.face("t1", 1, Some(presence("bob", None)));
    world.server.write(
        &"t2".into(),
        &[(Status, "done".into())].into(),
        &crate::support::server::person("Bob"),
        world.now(),
        None,
    );
    world.sleeps_for(60_000);
    assert!(matches!(world.asked.first(), Some(Request::Changes { .. })), "{:?}", world.asked);
    let switches = world.orders.iter().filter(|order| !matches!(order, LinkOrder::Leave(_)));
    let switches: Vec<_> = switches.take(2).collect();
    assert!(matches!(switches[..], [LinkOrder::Disconnect, LinkOrder::Connect(_)]), "{switches:?}");
    assert_eq!((live(&world), world.rings_in(&Timer::Reconnect)), (Some(Live::Live), None));
    assert_eq!(world.row("t2").map(|row| row.status.label.as_str()), Some("Resolved"));
    assert_eq!(world.row("t1").map(|row| row.faces.len()), Some(0), "whoever is there will say so");
    assert_eq!(world.delta_requests(), 2);
}

/// LT-9, LT-14: what a socket said before it was given up does not make the next one live.
#[test]
fn the_last_words_of_a_dead_socket_change_nothing() {
    let mut world = World::started(2);
    world.face("t1", 1, Some(presence("bob", None)));
    world.socket_works = false;
    world.sleeps_for(60_000);
    assert_eq!(live(&world), Some(Live::Reconnecting));
    assert_eq!(world.row("t1").map(|row| row.faces[0].state), Some(FaceState::Unknown));
    world.tell(Event::Link(LinkEvent::Joined(Room::Board("t".into()))));
    assert_eq!(live(&world), Some(Live::Reconnecting));
}

/// A machine that wakes without a network asks, fails, and goes on as ever.
#[test]
fn a_machine_that_wakes_without_a_network_recovers_by_itself() {
    let mut world = World::started(2);
    (world.net, world.socket_works) = (Net::Down, false);
    world.sleeps_for(600_000);
    world.edit("t1", Status, "hold");
    (world.net, world.socket_works) = (Net::Up, true);
    world.sleeps_for(1_000);
    assert_eq!(live(&world), Some(Live::Live));
    world.pass(1_000);
    assert!(world.is_saved("t1", Status));
}

/// LT-14: once it was given up, a look at the window is a reason to try; before that the waits stay as they are.
#[test]
fn a_focused_window_tries_again_only_what_was_given_up() {
    let mut world = World::started(2);
    world.socket_falls();
    world.forget_the_past();
    world.come_back();
    assert_eq!(dials(&world), 0, "an attempt is on its way");
    world.pass(40_000);
    assert_eq!(live(&world), Some(Live::Unavailable));
    world.forget_the_past();
    world.come_back();
    assert_eq!((dials(&world), live(&world)), (1, Some(Live::Unavailable)));
    assert!(world.rings_in(&Timer::Reconnect).is_some_and(|wait| wait > Duration::from_secs(240)));
    world.socket_works = true;
    world.come_back();
    assert_eq!(live(&world), Some(Live::Live));
    world.come_back();
    assert_eq!(dials(&world), 2);
}

/// LT-14: the other reason to try.
#[test]
fn a_network_that_changed_tries_again_what_was_given_up() {
    let mut world = World::started(2);
    world.socket_falls();
    world.pass(40_000);
    assert_eq!(live(&world), Some(Live::Unavailable));
    world.socket_works = true;
    world.tell(Event::Woke);
    assert_eq!(live(&world), Some(Live::Live));
}

/// A server that stops says when to come back, to each console at another time.
#[test]
fn a_server_that_says_when_to_come_back_is_obeyed() {
    let mut world = World::started(2);
    let retry_after = Some(Duration::from_millis(3_210));
    world.tell(Event::Link(LinkEvent::Down(Fall { retry_after, ..Fall::default() })));
    assert_eq!(world.rings_in(&Timer::Reconnect), retry_after);
}

/// LT-16, RB-9: off by default, every half minute when on, by the way of a hint, and over when hints come again.
#[test]
fn who_wants_it_asks_slowly_what_changed_while_nothing_tells() {
    let mut world = World::started(3);
    world.socket_falls();
    world.pass(120_000);
    assert_eq!(world.delta_requests(), 0);
    world.say(Command::PollSlowly { on: true });
    let wait = world.rings_in(&Timer::Poll).expect("armed");
    assert!(wait <= Duration::from_secs(30) && wait >= Duration::from_millis(22_500), "{wait:?}");
    world.bob("t1", Title, "found slowly");
    world.pass(90_000);
    assert!((3..=4).contains(&world.delta_requests()), "{}", world.delta_requests());
    assert_eq!((world.shown("t1", Title), world.fetches("t1")), ("found slowly", 1));
    assert!(world.field("t1", Title).state == *world.state("t1", Title));
    world.socket_works = true;
    world.say(Command::RetryLink);
    world.forget_the_past();
    world.pass(120_000);
    assert_eq!((world.delta_requests(), world.rings_in(&Timer::Poll)), (0, None));
}

/// RB-9: an administrator can have it on from the start.
#[test]
fn asking_slowly_can_be_on_from_the_start_and_switched_off() {
    let mut world = World::under(Policy { polling: true, ..Policy::default() }, 2);
    world.socket_works = false;
    world.start(Vec::new());
    assert!(world.rings_in(&Timer::Poll).is_some());
    world.say(Command::PollSlowly { on: false });
    assert_eq!(world.rings_in(&Timer::Poll), None);
}
