//! The live layer: hints, presence, and what its absence changes.

use std::time::Duration;

use crate::support::server::{person, ticket};
use crate::support::{Net, World, presence, room};
use callboard_desk::Event;
use callboard_desk::bridge::{Access, Command, FaceState, Live, Reach, Slack, Source};
use callboard_desk::session::effect::{LinkOrder, Request, Timer};
use callboard_desk::session::event::{Failure, LinkEvent};
use callboard_model::Field::{Assignee, Board, Priority, Status, Subcategory, Title};
use callboard_model::{Presence, Room};

/// LT-11: one fetch for a burst, after 200 ms; lit for 600 ms; no toast; each field has its own author.
#[test]
fn a_burst_of_hints_costs_one_fetch_and_lights_what_changed() {
    let mut world = World::started(2);
    world.bob("t1", Status, "done");
    world.other("Alex", "t1", Priority, "p1");
    assert_eq!(world.rings_in(&Timer::Refetch("t1".into())), Some(Duration::from_millis(200)));
    world.pass(199);
    assert_eq!((world.fetches("t1"), world.shown("t1", Status)), (0, "new"));
    world.pass(1);
    assert_eq!((world.fetches("t1"), world.shown("t1", Status)), (1, "done"));
    assert!(
        world.field("t1", Status).lit && world.field("t1", Priority).lit && !world.field("t1", Title).lit
    );
    assert_eq!(world.notices, []);
    world.pass(600);
    assert!(!world.field("t1", Status).lit);
    assert_eq!(world.row("t1").map(|row| row.lit.len()), Some(0));
}

/// LT-11, LT-13: author and time are kept per field.
#[test]
fn each_conflict_of_a_burst_names_its_own_author() {
    let mut world = World::started(2);
    world.draft("t1", Title, "Mine");
    world.draft("t1", Assignee, "lee");
    world.bob("t1", Title, "Bob's");
    world.other("Alex", "t1", Assignee, "dana");
    world.pass(200);
    assert_eq!(world.conflict("t1", Title).by.as_deref(), Some("Bob"));
    assert_eq!(world.conflict("t1", Assignee).by.as_deref(), Some("Alex"));
}

/// LT-15: hints of different rooms may overtake each other, so only the board's says how far we heard.
#[test]
fn a_hint_of_a_tickets_own_room_hides_no_change_that_was_missed() {
    let mut world = World::started(2);
    world.server.write(&"t2".into(), &[(Status, "done".into())].into(), &person("Bob"), world.now(), None);
    let now = world.now();
    let ahead =
        world.server.write(&"t1".into(), &[(Status, "hold".into())].into(), &person("Bob"), now, None);
    let ahead = Box::new(ahead.expect("it changed"));
    world.tell(Event::Link(LinkEvent::Hint(room("t1"), ahead)));
    world.socket_falls();
    world.socket_works = true;
    world.pass(5_000);
    assert_eq!(world.row("t2").map(|row| row.status.label.as_str()), Some("Resolved"));
}

/// LT-17: our own echo costs nothing; another device of ours is followed.
#[test]
fn our_own_echo_is_dropped_and_our_other_device_is_followed() {
    let mut world = World::started(2);
    world.edit("t1", Status, "hold");
    world.pass(1_000);
    assert_eq!(world.fetches("t1"), 0);
    world.other("me", "t1", Status, "done");
    world.pass(200);
    assert_eq!(world.shown("t1", Status), "done");
}

#[test]
fn a_hint_that_we_know_already_costs_nothing_and_an_old_answer_changes_nothing() {
    let mut world = World::started(2);
    world.net = Net::Held;
    world.bob_and_wait("t1", Status, "hold");
    world.bob("t1", Status, "done");
    world.pass(200);
    assert_eq!(world.fetches("t1"), 1, "one fetch at a time");
    world.deliver(0);
    assert_eq!(world.shown("t1", Status), "hold");
    world.pass(200);
    world.deliver(0);
    assert_eq!((world.shown("t1", Status), world.fetches("t1")), ("done", 2));
    world.pass(1_000);
    assert!(world.held.is_empty());
}

#[test]
fn a_new_ticket_appears_with_its_first_hint() {
    let mut world = World::started(2);
    world.server.tickets.insert("t9".into(), ticket(9));
    world.bob_and_wait("t9", Status, "hold");
    assert_eq!(world.row("t9").map(|row| row.status.label.as_str()), Some("On hold"));
    assert_eq!(world.counts.tickets, 3);
}

/// LT-19.
#[test]
fn a_ticket_that_is_gone_leaves_the_board_and_its_room() {
    let mut world = World::started(2);
    assert!(world.rooms.contains("ticket:t:t2"));
    world.server.hidden.insert("t2".into());
    world.bob_and_wait("t2", Status, "done");
    assert!(world.row("t2").is_none() && !world.rooms.contains("ticket:t:t2"));
}

/// LT-19: a link to a ticket that is not there, or not for us, is told from one that is still being read.
#[test]
fn looking_for_a_ticket_that_is_not_there_says_so() {
    let mut world = World::started(2);
    world.open("t77");
    assert_eq!(world.views[&"t77".into()].access, Access::Lost);
    assert!(world.row("t77").is_none());
    world.server.tickets.insert("t77".into(), ticket(77));
    world.close("t77");
    world.open("t77");
    assert_eq!(world.views[&"t77".into()].access, Access::Open);
}

/// LT-10: shown only where a ticket is open, with the field, and never under a name that others do not know.
#[test]
fn others_see_us_in_open_tickets_and_in_the_field_that_we_are_in() {
    let mut world = World::new(2);
    world.start(Vec::new());
    world.forget_the_past();
    let shown = |world: &World| -> Vec<(String, Option<Presence>)> {
        world
            .orders
            .iter()
            .filter_map(|order| match order {
                LinkOrder::Show(room, presence) => Some((room.to_string(), presence.clone())),
                _ => None,
            })
            .collect()
    };
    world.begin("t1", Status);
    world.end("t1", Status);
    assert_eq!(shown(&world), [], "nothing is open");
    world.open("t1");
    world.begin("t1", Subcategory);
    world.end("t1", Subcategory);
    world.close("t1");
    let seen: Vec<_> =
        shown(&world).into_iter().map(|(_, presence)| presence.map(|us| us.editing_field)).collect();
    assert_eq!(seen, [Some(None), Some(Some(callboard_model::Field::Category)), Some(None), None]);
}

/// LT-9, LT-10.
#[test]
fn faces_are_one_per_person_unknown_without_a_link_and_gone_with_their_window() {
    let mut world = World::started(2);
    world.face("t1", 1, Some(presence("bob", None)));
    world.face("t1", 2, Some(presence("bob", Some(Status))));
    world.face("t1", 3, Some(presence("me", None)));
    assert_eq!(world.views[&"t1".into()].faces.len(), 1);
    assert_eq!(world.field("t1", Status).editors.len(), 1);
    assert_eq!(world.row("t1").map(|row| row.faces.len()), Some(1));
    world.socket_falls();
    assert!(world.row("t1").is_some_and(|row| row.faces[0].state == FaceState::Unknown));
    world.socket_works = true;
    world.pass(1_000);
    assert_eq!(world.row("t1").map(|row| row.faces.len()), Some(0), "whoever is there will say so");
    world.face("t1", 2, Some(presence("bob", None)));
    world.face("t1", 2, None);
    assert_eq!(world.views[&"t1".into()].faces, []);
}

/// LT-9, LT-10: the link keeps what we showed for our return, so it is told while there is no socket, too.
#[test]
fn a_ticket_closed_while_the_link_is_down_shows_nobody_when_its_room_is_entered_again() {
    let fall: [fn(&mut World); 2] = [World::socket_falls, |world| {
        world.shut.insert(room("t1").to_string());
        world.tell(Event::Link(LinkEvent::Left(room("t1"), "expired".into())));
        world.shut.clear();
    }];
    for fall in fall {
        let mut world = World::started(2);
        world.begin("t1", Status);
        fall(&mut world);
        world.forget_the_past();
        world.end("t1", Status);
        let shown = |world: &World| match world.orders.as_slice() {
            [LinkOrder::Show(of, Some(us))] => Some((of.clone(), us.editing_field)),
            _ => None,
        };
        assert_eq!(shown(&world), Some((room("t1"), None)), "{:?}", world.orders);
        world.forget_the_past();
        world.close("t1");
        assert!(
            matches!(world.orders.as_slice(), [LinkOrder::Leave(left)] if *left == room("t1")),
            "{:?}",
            world.orders
        );
    }
}

/// The link keeps no rooms of earlier sockets in which we showed nothing: there would be ever more of them.
#[test]
fn rooms_in_which_we_showed_nothing_are_left_with_their_socket() {
    let mut world = World::started(3);
    world.socket_falls();
    let left: Vec<_> = world
        .orders
        .iter()
        .filter_map(|order| match order {
            LinkOrder::Leave(room) => Some(room.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(left, [room("t2"), room("t3")]);
    world.socket_works = true;
    world.pass(5_000);
    assert!(world.rooms.contains(&room("t2").to_string()));
    world.shut.insert(room("t2").to_string());
    world.forget_the_past();
    world.tell(Event::Link(LinkEvent::Left(room("t2"), "expired".into())));
    assert!(matches!(world.orders.first(), Some(LinkOrder::Leave(left)) if *left == room("t2")));
}

/// LT-9: nobody is shown as perhaps still there for ever.
#[test]
fn unknown_faces_go_when_the_link_is_back_and_nobody_looks_there_any_more() {
    let mut world = World::started(300);
    world.open("t299");
    world.face("t299", 1, Some(presence("bob", None)));
    world.socket_falls();
    assert_eq!(world.views[&"t299".into()].faces[0].state, FaceState::Unknown);
    world.close("t299");
    world.socket_works = true;
    world.pass(400_000);
    // No token any more, and none to be had: the room is not entered, so nobody says who is there.
    world.net = Net::Down;
    world.open("t299");
    assert!(!world.rooms.contains("ticket:t:t299"));
    assert_eq!(world.views[&"t299".into()].faces, []);
}

/// LT-14: reading, writing and optimism work as with it.
#[test]
fn without_the_live_layer_saves_go_on() {
    let mut world = World::started(2);
    world.socket_falls();
    let link = world.link.clone().expect("told");
    assert_eq!((link.live, link.reach), (Live::Reconnecting, Reach::Up));
    assert_eq!(world.views[&"t1".into()].source, Source::Fetched);
    world.edit("t1", Status, "hold");
    assert!(world.is_saved("t1", Status));
}

/// LT-14, LT-16: five attempts, then rarely, and no polling meanwhile.
#[test]
fn after_five_failed_attempts_the_header_says_unavailable_and_retry_tries_at_once() {
    let mut world = World::started(2);
    world.socket_falls();
    world.pass(40_000);
    assert_eq!(world.link.as_ref().map(|link| link.live), Some(Live::Unavailable));
    assert!(world.rings_in(&Timer::Reconnect).is_some_and(|wait| wait > Duration::from_secs(240)));
    assert!(
        world.asked.iter().all(|request| matches!(request, Request::LiveTokens { .. })),
        "{:?}",
        world.asked
    );
    world.socket_works = true;
    world.say(Command::RetryLink);
    assert_eq!(world.link.as_ref().map(|link| link.live), Some(Live::Live));
}

/// LT-14: with the socket open and the board's door shut, Retry knocks again.
#[test]
fn retry_knocks_at_a_shut_board_although_the_socket_is_open() {
    let board = Room::Board("t".into());
    let is_live = |world: &World| world.link.as_ref().map(|link| link.live);
    let mut world = World::started(2);
    world.shut.insert(board.to_string());
    world.tell(Event::Link(LinkEvent::Left(board, "expired".into())));
    assert_eq!(is_live(&world), Some(Live::Unavailable));
    world.shut.clear();
    world.say(Command::RetryLink);
    assert_eq!(is_live(&world), Some(Live::Live));
    // A ticket's room that lets us in would be live enough.
    world.shut.extend([room("t1").to_string(), room("t2").to_string()]);
    world.server.hides_board = true;
    world.pass(241_000);
    assert_eq!((is_live(&world), world.rooms.contains("board:t")), (Some(Live::Unavailable), false));
    world.server.hides_board = false;
    world.say(Command::RetryLink);
    assert_eq!((is_live(&world), world.rooms.contains("board:t")), (Some(Live::Live), true));
}

/// LT-15: one delta request, and only what changed is fetched.
#[test]
fn after_a_gap_one_delta_request_brings_everything_up_to_date() {
    let mut world = World::started(30);
    world.open("t2");
    world.open("t3");
    world.bob_and_wait("t3", Title, "heard live");
    world.socket_falls();
    world.bob("t1", Status, "done");
    world.bob("t2", Title, "written in the gap");
    world.forget_the_past();
    world.socket_works = true;
    world.pass(5_000);
    assert_eq!(world.delta_requests(), 1);
    assert_eq!(["t1", "t2", "t3", "t4"].map(|ticket| world.fetches(ticket)), [1, 1, 0, 0]);
    assert_eq!((world.shown("t1", Status), world.shown("t2", Title)), ("done", "written in the gap"));
    assert_eq!(world.views[&"t1".into()].source, Source::Live);
}

#[test]
fn when_the_feed_no_longer_reaches_back_the_list_is_read_again() {
    let mut world = World::started(3);
    world.socket_falls();
    world.bob("t2", Status, "done");
    world.server.feed_reaches_back_to = 1;
    world.forget_the_past();
    world.socket_works = true;
    world.pass(5_000);
    assert!(world.asked.contains(&Request::Tickets { page: 1 }));
    assert_eq!(world.row("t2").map(|row| row.status.label.as_str()), Some("Resolved"));
}

/// LT-5, LT-6: tokens are renewed at four fifths of their life, and shown to open rooms.
#[test]
fn tokens_are_renewed_before_they_expire() {
    let mut world = World::started(2);
    world.pass(239_000);
    assert_eq!(world.asked, []);
    world.pass(2_000);
    assert!(matches!(world.asked.as_slice(), [Request::LiveTokens { board: true, .. }]), "{:?}", world.asked);
    let joins = world.orders.iter().filter(|order| matches!(order, LinkOrder::Join { .. })).count();
    assert_eq!(joins, 3);
}

/// LT-6: put out of a room, once more with a fresh token, and then not again for five minutes.
#[test]
fn a_room_that_refuses_us_is_tried_once_more_and_then_left_alone() {
    let mut world = World::started(2);
    let joins = |world: &World| {
        world
            .orders
            .iter()
            .filter(|order| matches!(order, LinkOrder::Join { room: joined, .. } if *joined == room("t2")))
            .count()
    };
    world.shut.insert(room("t2").to_string());
    world.tell(Event::Link(LinkEvent::Left(room("t2"), "expired".into())));
    world.pass(60_000);
    assert_eq!(joins(&world), 1);
    assert_eq!(world.fetches("t2"), 1, "perhaps the ticket itself is out of our sight");
    world.shut.clear();
    world.pass(5 * 60_000);
    assert_eq!((joins(&world), world.rooms.contains(&room("t2").to_string())), (2, true));
}

/// LT-14: what shut a door may be gone with the old socket, as when the server was started anew. One refusal shuts it again.
#[test]
fn a_new_socket_tries_every_shut_door_once() {
    let board = Room::Board("t".into());
    let mut world = World::started(2);
    let knocks = |world: &World| {
        let is_knock = |order: &&LinkOrder| matches!(order, LinkOrder::Join { room, .. } if *room == Room::Board("t".into()));
        world.orders.iter().filter(is_knock).count()
    };
    for opens in [false, true] {
        world.shut.insert(board.to_string());
        world.tell(Event::Link(LinkEvent::Left(board.clone(), "signed by nobody".into())));
        assert_eq!(world.link.as_ref().map(|link| link.live), Some(Live::Unavailable));
        world.socket_falls();
        if opens {
            world.shut.clear();
        }
        let before = knocks(&world);
        world.socket_works = true;
        world.pass(5_000);
        assert_eq!((knocks(&world) - before, world.rooms.contains(&board.to_string())), (1, opens));
    }
}

/// LT-14: a server that gives no tokens is no error.
#[test]
fn without_tokens_live_updates_are_unavailable_and_everything_else_works() {
    let mut world = World::new(2);
    world.net = Net::Held;
    world.start(Vec::new());
    while let Some((id, request, outcome)) = world.held.pop_front() {
        let is_token = matches!(request, Request::LiveTokens { .. });
        let outcome = if is_token { Err(Failure::Gone) } else { outcome };
        world.answer(id, request, outcome);
    }
    assert_eq!(world.link.as_ref().map(|link| link.live), Some(Live::Unavailable));
    assert_eq!(world.counts.tickets, 2);
    assert!(!world.rooms.contains(&Room::Board("t".into()).to_string()));
}

#[test]
fn rooms_follow_what_is_open_and_on_screen_and_linger() {
    let mut world = World::started(300);
    assert!(world.rooms.len() < 70, "{}", world.rooms.len());
    world.open("t299");
    assert!(world.rooms.contains("ticket:t:t299"));
    world.close("t299");
    world.pass(9_000);
    assert!(world.rooms.contains("ticket:t:t299"));
    world.pass(2_000);
    assert!(!world.rooms.contains("ticket:t:t299"));
}

/// A window that reloads is told everything again, and only then.
#[test]
fn a_window_is_told_what_is_new_and_after_hello_everything() {
    let mut world = World::started(2);
    world.draft("t1", Board, "field");
    let views = std::mem::take(&mut world.views);
    world.draft("t1", Board, "field");
    assert!(world.views.is_empty() && world.last.is_empty(), "{:?}", world.last);
    world.show_board();
    world.open("t1");
    assert_eq!(world.views, views);
    assert!(world.row("t1").is_some());
}

/// CO-9: a row turns red by the server's clock, with nobody touching anything.
#[test]
fn time_alone_moves_a_ticket_over_its_due_boundary() {
    let mut world = World::new(2);
    let due = world.now() + Duration::from_secs(30);
    for ticket in world.server.tickets.values_mut() {
        ticket.due_date = Some(due);
    }
    world.start(Vec::new());
    world.open("t1");
    let slack = |world: &World| (world.row("t1").map(|row| row.slack), world.views[&"t1".into()].slack);
    assert_eq!(slack(&world), (Some(Slack::Hour), Slack::Hour));
    world.pass(29_000);
    assert_eq!(slack(&world).1, Slack::Hour);
    world.pass(1_000);
    assert_eq!(slack(&world), (Some(Slack::Breached), Slack::Breached));
}

/// CO-9: the server's clock decides, and no view and no window is needed for it.
#[test]
fn a_ticket_runs_late_by_the_servers_clock_with_nothing_open_at_all() {
    let mut world = World::new(2);
    world.server_is_ahead = Duration::from_secs(3_600);
    let due = world.now() + Duration::from_secs(3_630);
    world.server.tickets.values_mut().for_each(|ticket| ticket.due_date = Some(due));
    world.start(Vec::new());
    world.close_window();
    world.forget_the_past();
    assert_eq!(world.rings_in(&Timer::Clock), Some(Duration::from_secs(30)));
    world.pass(29_999);
    assert_eq!(world.toasts().len(), 0);
    world.pass(3_000);
    assert!(world.toasts().iter().any(|toast| &*toast.body == "The target is past."), "{:?}", world.signals);
    world.show_board();
    assert_eq!(world.row("t1").map(|row| row.slack), Some(Slack::Breached));
}

/// CO-9: row and panel say the same, whatever is the first to happen after the boundary.
#[test]
fn an_event_before_the_late_timer_moves_row_and_panel_alike() {
    let mut world = World::new(2);
    let due = world.now() + Duration::from_secs(30);
    for ticket in world.server.tickets.values_mut() {
        ticket.due_date = Some(due);
    }
    world.start(Vec::new());
    world.open("t1");
    world.pass_unheard(30_000);
    world.open("t2");
    assert_eq!(world.row("t1").map(|row| row.slack), Some(Slack::Breached));
    assert_eq!(world.views[&"t1".into()].slack, Slack::Breached);
}

/// The cost of a hint follows from the hint, not from the number of tickets: nothing else is fetched or painted.
#[test]
fn among_ten_thousand_tickets_a_hint_touches_one() {
    let mut world = World::started(10_000);
    world.bob_and_wait("t1", Status, "done");
    assert_eq!(world.asked, [Request::Ticket("t1".into())]);
    assert!(world.last.len() < 8, "{:?}", world.last);
}
