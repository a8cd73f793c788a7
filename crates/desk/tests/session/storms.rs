//! Storms: what there is too much of is counted, never lost, and calls as often as it may and not once more (CO-17).

use std::time::Duration;

use crate::support::World;
use crate::support::server::person;
use callboard_desk::alerts::storm::{SOUND_GAP, TOAST_BURST, TOAST_EVERY};
use callboard_desk::bridge::{AlertKind, Command, Reason, Signal, ToastId};
use callboard_desk::notes::Shelf;
use callboard_model::Field::{self, Assignee, DueDate, Priority, Status, Title};
use proptest::prelude::*;

impl World {
    /// The notes on disk of what nobody has read, and of what happened.
    fn on_disk(&self, shelf: Shelf) -> usize {
        self.notes.keys().filter(|name| name.shelf == shelf).count()
    }

    /// Somebody writes, and nothing tells of it.
    fn unheard(&mut self, ticket: u32, field: Field, value: &str) {
        let now = self.now();
        let fields = [(field, value.into())].into();
        self.server.write(&format!("t{ticket}").into(), &fields, &person("Bob"), now, None);
    }

    fn limits_hold(&self) {
        let toasts: Vec<Duration> = self
            .signals
            .iter()
            .filter_map(|(at, signal)| matches!(signal, Signal::Toast(_)).then_some(*at))
            .collect();
        for (place, first) in toasts.iter().enumerate() {
            for (more, last) in toasts[place..].iter().enumerate() {
                let places = u64::from(TOAST_BURST) + (*last - *first).as_secs() / TOAST_EVERY.as_secs();
                assert!((more as u64) < places, "toasts at {toasts:?}");
            }
        }
        let sounds = self.sounds();
        for (place, (at, class)) in sounds.iter().enumerate() {
            let is_apart = |(then, other): &(Duration, _)| other != class || *then >= *at + SOUND_GAP;
            assert!(sounds[place + 1..].iter().all(is_apart), "sounds at {sounds:?}");
        }
    }

    /// CO-18: the badge, the number in the window and the list on disk are one.
    fn badge_is_the_list(&self) {
        assert_eq!(self.badge(), Some(self.counts.unread));
        assert_eq!(self.on_disk(Shelf::Unread), self.counts.unread as usize);
    }
}

/// §5.5: a thousand events in ten seconds, of which each by itself would be a toast and a sound.
#[test]
fn a_thousand_events_in_ten_seconds_are_four_toasts_two_sounds_and_an_exact_badge() {
    let mut world = World::started(1_000);
    for number in 1..=1_000_u32 {
        let ticket = format!("t{number}");
        match number % 4 {
            0 => world.other_says(&ticket, "customer"),
            1 => world.bob(&ticket, Assignee, "me"),
            2 => {
                world.bob(&ticket, Priority, "p1");
                world.bob(&ticket, Assignee, "me");
            }
            _ => world.bob(&ticket, Status, "hold"),
        }
        world.pass(10);
    }
    world.pass(120_000);
    assert!(world.toasts().len() <= 4, "{:?}", world.toasts());
    assert!(world.sounds().len() <= 2, "{:?}", world.sounds());
    assert_eq!(world.badge(), Some(750), "three of four are to be read");
    world.badge_is_the_list();
    let summary = world.toasts().into_iter().rfind(|toast| toast.id == ToastId::Summary).expect("a summary");
    assert!(summary.title.ends_with(" tickets"), "{summary:?}");
    assert_eq!(world.on_disk(Shelf::Activity), 1_250, "each of them is written down");
}

/// §5.5: the same on one ticket.
#[test]
fn a_thousand_events_on_one_ticket_are_few_toasts_and_a_badge_of_one() {
    let mut world = World::started(2);
    for number in 0..1_000 {
        world.bob("t2", Assignee, ["me", "lee", "dana"][number % 3]);
        world.pass(10);
    }
    world.pass(120_000);
    assert!(world.toasts().len() <= 5 && world.sounds().len() <= 2, "{:?}", world.signals);
    assert_eq!(world.badge(), Some(1));
    world.limits_hold();
}

/// CO-17, §5.5: a week asleep. The targets that passed meanwhile are in the same summary.
#[test]
fn a_week_asleep_with_two_thousand_changes_missed_is_one_summary() {
    let mut world = World::started(600);
    for number in 2..=40_u32 {
        let due = world.now() + Duration::from_secs(u64::from(number) * 3_600);
        world.bob(&format!("t{number}"), DueDate, &due.to_string());
    }
    world.pass(60_000);
    world.forget_the_past();
    world.suspend(Duration::from_secs(7 * 24 * 3_600));
    for round in 0..4 {
        for number in 1..=500 {
            match round {
                0 => world.unheard(number, Assignee, "me"),
                1 => world.unheard(number, Status, "hold"),
                2 => world.unheard(number, Priority, "p1"),
                _ => world.unheard(number, Title, "Another title"),
            }
        }
    }
    // It wakes, and notices only after a while that its socket is dead.
    world.pass(20_000);
    world.socket_falls();
    world.socket_works = true;
    world.pass(300_000);
    let [summary] = world.toasts()[..] else { panic!("one toast, not {:?}", world.toasts()) };
    assert_eq!(summary.id, ToastId::Summary);
    assert!(summary.title.starts_with("While you were away: "), "{summary:?}");
    assert!(summary.title.ends_with(" on 500 tickets"), "{summary:?}");
    assert!(world.sounds().len() <= 1, "{:?}", world.sounds());
    assert_eq!(world.badge(), Some(500));
    world.badge_is_the_list();
}

/// CO-17: with few enough changes that each ticket is fetched by itself.
#[test]
fn an_hour_without_a_network_is_one_summary_too() {
    let mut world = World::started(100);
    world.show_activity();
    world.socket_falls();
    world.pass(3_600_000);
    world.signals.clear();
    (1..=40).for_each(|number| world.unheard(number, Assignee, "me"));
    world.all_is_well();
    let shown: Vec<&ToastId> = world.toasts().iter().map(|toast| &toast.id).collect();
    assert_eq!((shown, world.badge()), (vec![&ToastId::Summary], Some(40)));
    assert!(world.signals.iter().any(|(_, signal)| *signal == Signal::Withdraw(ToastId::Link)));
    let of_absence = |reason| matches!(reason, Reason::WhileAway);
    assert_eq!(world.entries.iter().filter(|entry| of_absence(entry.verdict.reason)).count(), 41);
}

/// A blink of the link with one change in it is no absence.
#[test]
fn a_short_gap_with_little_in_it_is_told_as_if_it_had_come_live() {
    let mut world = World::started(10);
    world.socket_falls();
    world.unheard(2, Assignee, "me");
    world.socket_works = true;
    world.pass(10_000);
    let [toast] = world.toasts()[..] else { panic!("{:?}", world.signals) };
    assert_eq!((&toast.id, &*toast.body), (&ToastId::Ticket("t2".into()), "Bob assigned it to you."));
}

/// CO-15: nobody is called to what was read, though it came while nothing was told.
#[test]
fn what_is_read_before_an_absence_ends_is_not_told_at_its_end() {
    let mut world = World::started(10);
    world.show_activity();
    world.suspend(Duration::from_secs(3_600));
    world.pass(1_000);
    world.bob("t2", Assignee, "me");
    world.pass(5_000);
    assert_eq!((world.toasts().len(), world.badge()), (0, Some(1)));
    world.open("t2");
    world.pass(600_000);
    assert_eq!((world.toasts().len(), world.sounds().len(), world.badge()), (0, 0, Some(0)));
    let reasons: Vec<Reason> = world.entries.iter().map(|entry| entry.verdict.reason).collect();
    assert_eq!(reasons, [Reason::ReadFirst]);
}

/// §5.3: a wave of new tickets is summed up from the third on.
#[test]
fn the_third_new_ticket_within_half_a_minute_is_in_a_summary() {
    let mut world = World::started(2);
    for number in 11..=14 {
        let id = format!("t{number}");
        world.server.tickets.insert(id.as_str().into(), crate::support::server::ticket(number));
        world.bob(&id, Title, "New here");
        world.pass(5_000);
    }
    world.pass(30_000);
    let toasts = world.toasts();
    let own = toasts.iter().filter(|toast| matches!(toast.id, ToastId::Ticket(_))).count();
    assert_eq!(own, 2, "{toasts:?}");
    let last = toasts.last().expect("told above");
    assert_eq!((&last.id, &*last.title), (&ToastId::Summary, "2 new tickets"));
    assert_eq!(world.badge(), Some(4));
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Mine,
    Lees,
    Status,
    Priority,
    Comment,
    Due(u16),
    Draft,
    Edit,
    Keep,
    Take,
    Open,
    Close,
    Focus(bool),
    Read,
    ReadAll,
    Pass(u16),
    Sleep(u16),
    Fall,
    Rise,
    Unheard,
    Kill,
    Pause(bool),
}

fn act() -> impl Strategy<Value = (Act, u32)> {
    let act = prop_oneof![
        6 => Just(Act::Mine),
        4 => Just(Act::Lees),
        3 => Just(Act::Status),
        3 => Just(Act::Priority),
        3 => Just(Act::Comment),
        2 => (0..3_000_u16).prop_map(Act::Due),
        2 => Just(Act::Draft),
        2 => Just(Act::Edit),
        1 => Just(Act::Keep),
        1 => Just(Act::Take),
        1 => Just(Act::Open),
        1 => Just(Act::Close),
        1 => any::<bool>().prop_map(Act::Focus),
        1 => Just(Act::Read),
        1 => Just(Act::ReadAll),
        8 => (0..5_000_u16).prop_map(Act::Pass),
        1 => (0..u16::MAX).prop_map(Act::Sleep),
        1 => Just(Act::Fall),
        2 => Just(Act::Rise),
        3 => Just(Act::Unheard),
        1 => Just(Act::Kill),
        1 => any::<bool>().prop_map(Act::Pause),
    ];
    (act, 1..8_u32)
}

fn happen(world: &mut World, act: Act, number: u32, step: usize) {
    let ticket = format!("t{number}");
    match act {
        Act::Mine => world.bob(&ticket, Assignee, "me"),
        Act::Lees => world.bob(&ticket, Assignee, "lee"),
        Act::Status => world.bob(&ticket, Status, if step.is_multiple_of(2) { "hold" } else { "done" }),
        Act::Priority => world.bob(&ticket, Priority, if step.is_multiple_of(2) { "p1" } else { "p3" }),
        Act::Comment => world.other_says(&ticket, "customer"),
        Act::Due(seconds) => {
            let due = world.now() + Duration::from_secs(seconds.into());
            world.bob(&ticket, DueDate, &due.to_string());
        }
        Act::Draft => world.draft(&ticket, Title, &format!("draft {step}")),
        Act::Edit => world.edit(&ticket, Title, &format!("mine {step}")),
        Act::Keep => world.keep(&ticket, Title),
        Act::Take => world.take(&ticket, Title),
        Act::Open => world.open(&ticket),
        Act::Close => world.close(&ticket),
        Act::Focus(focused) => {
            world.say(Command::Focus { focused, ticket: Some(ticket.as_str().into()) });
        }
        Act::Read => world.say(Command::MarkRead { ticket: Some(ticket.as_str().into()) }),
        Act::ReadAll => {
            world.say(Command::MarkRead { ticket: None });
            assert_eq!((world.badge().unwrap_or_default(), world.counts.unread), (0, 0));
        }
        Act::Pass(ms) => world.pass(ms.into()),
        Act::Sleep(seconds) => world.suspend(Duration::from_secs(seconds.into())),
        Act::Fall => world.socket_falls(),
        Act::Rise => {
            world.socket_works = true;
            world.say(Command::RetryLink);
        }
        Act::Unheard => world.unheard(number, Title, &format!("theirs {step}")),
        Act::Kill => {
            // Another program's toasts are not this one's.
            world.signals.clear();
            world.restart();
        }
        Act::Pause(on) => {
            use callboard_desk::bridge::PauseFor;
            let pause = if on { PauseFor::Minutes { minutes: 1 } } else { PauseFor::Over };
            world.say(Command::PauseAlerts { pause });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_261_121),
        ..ProptestConfig::default()
    })]

    /// CO-17, CO-18: whatever happens in whatever order, the badge is the list after every single thing, the storm limits
    /// hold from the first toast to the last, and the record counts on without a hole.
    #[test]
    fn the_badge_is_the_list_and_no_storm_breaks_through(acts in prop::collection::vec(act(), 1..150)) {
        let mut world = World::started(8);
        world.bob("t8", Assignee, "me");
        for (step, (act, number)) in acts.into_iter().enumerate() {
            happen(&mut world, act, number, step);
            if world.badge().is_some() {
                world.badge_is_the_list();
            }
        }
        world.all_is_well();
        world.pass(600_000);
        world.badge_is_the_list();
        world.limits_hold();
        world.show_activity();
        let numbers: Vec<u64> = world.entries.iter().map(|entry| entry.number).collect();
        prop_assert!(numbers.windows(2).all(|pair| pair[0] == pair[1] + 1), "{:?}", numbers);
        prop_assert_eq!(world.on_disk(Shelf::Activity) >= numbers.len(), true);
        let is_own = |kind| matches!(kind, AlertKind::StatusChanged | AlertKind::FieldsChanged);
        let own = world.entries.iter().filter(|entry| entry.who.as_deref() == Some("Nora Berg"));
        prop_assert!(own.filter(|entry| is_own(entry.kind)).all(|entry| entry.verdict.reason == Reason::YourOwn));
    }
}
