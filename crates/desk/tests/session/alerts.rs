//! What calls the person, and what of it is written down (CO-15, CO-16, CO-18).

use std::time::Duration;

use crate::support::{Net, World};
use callboard_desk::bridge::{
    ActivityFilter, AlertFact, AlertKind, AlertSettings, Command, Looking, PauseFor, Place, QuietHours,
    Reason, Relation, Severity, Signal, SoundClass, Toast, ToastAction, ToastId, ToastLevel, ToldFilter,
    Update, Verdict, Whose,
};
use callboard_desk::{Effect, Event};
use callboard_model::Field::{Assignee, DueDate, Priority, Status, Title};
use callboard_model::{TicketId, Timestamp};

/// What is gathered on a ticket, and the hint before it, have had their time.
const GATHERED_MS: u64 = 2_500;

impl World {
    pub(crate) fn toasts(&self) -> Vec<&Toast> {
        let signals = self.signals.iter().map(|(_, signal)| signal);
        signals
            .filter_map(|signal| if let Signal::Toast(toast) = signal { Some(toast) } else { None })
            .collect()
    }

    pub(crate) fn sounds(&self) -> Vec<(Duration, SoundClass)> {
        let sound = |(at, signal): &(Duration, Signal)| match signal {
            Signal::Sound(class) => Some((*at, *class)),
            _ => None,
        };
        self.signals.iter().filter_map(sound).collect()
    }

    /// The badge as the machine was last told.
    pub(crate) fn badge(&self) -> Option<u32> {
        self.signals.iter().rev().find_map(|(_, signal)| match signal {
            Signal::Badge { count, .. } => Some(*count),
            _ => None,
        })
    }

    fn withdrawn(&self) -> Vec<&ToastId> {
        let signals = self.signals.iter().map(|(_, signal)| signal);
        signals.filter_map(|signal| if let Signal::Withdraw(id) = signal { Some(id) } else { None }).collect()
    }

    pub(crate) fn show_activity(&mut self) {
        let filter = ActivityFilter::default();
        self.say(Command::OpenActivity { filter, before: None, count: 400 });
    }

    /// What happened and why it was told or not, newest first.
    fn record(&self) -> Vec<(AlertKind, Reason)> {
        self.entries.iter().map(|entry| (entry.kind, entry.verdict.reason)).collect()
    }

    fn focus(&mut self, ticket: Option<&str>) {
        self.say(Command::Focus { focused: true, ticket: ticket.map(Into::into) });
    }

    fn click(&mut self, toast: &Toast, action: ToastAction) {
        self.tell(Event::ToastClicked { id: toast.id.clone(), rev: toast.rev, action });
    }
}

fn ticket(id: &str) -> ToastId {
    ToastId::Ticket(id.into())
}

/// CO-15: who, which ticket, what; and it counts as unread until the ticket is opened.
#[test]
fn a_ticket_that_is_given_to_me_is_a_toast_a_sound_and_unread_until_it_is_opened() {
    let mut world = World::started(3);
    world.show_activity();
    world.bob("t2", Assignee, "me");
    world.pass(GATHERED_MS);
    let [toast] = world.toasts()[..] else { panic!("one toast, not {:?}", world.signals) };
    assert_eq!((&toast.id, toast.level, toast.replaces), (&ticket("t2"), ToastLevel::Normal, false));
    assert_eq!((&*toast.title, &*toast.body), ("T-2 Ticket 2", "Bob assigned it to you."));
    assert_eq!(world.sounds().iter().map(|(_, class)| *class).collect::<Vec<_>>(), [SoundClass::Mine]);
    assert_eq!((world.badge(), world.counts.unread), (Some(1), 1));
    assert_eq!(world.record(), [(AlertKind::AssignedToMe, Reason::Rule)]);
    world.open("t2");
    assert_eq!((world.withdrawn(), world.badge(), world.counts.unread), (vec![&ticket("t2")], Some(0), 0));
}

/// CO-16: a hint says that something changed; the answer says what. While there is no answer there is no news.
#[test]
fn a_hint_alone_calls_nobody() {
    let mut world = World::started(3);
    world.signals.clear();
    world.net = Net::Held;
    world.bob("t2", Assignee, "me");
    world.pass(10_000);
    assert_eq!(world.signals, []);
    world.deliver_all();
    world.pass(GATHERED_MS);
    assert_eq!(world.toasts().len(), 1);
}

/// CO-17: what happens on one ticket within two seconds is one toast; what comes later replaces it in place.
#[test]
fn a_ticket_has_one_toast_which_is_replaced_in_place() {
    let mut world = World::started(3);
    world.show_activity();
    world.bob("t2", Assignee, "me");
    world.other("Alice", "t2", Priority, "p1");
    world.pass(GATHERED_MS);
    let [first] = world.toasts()[..] else { panic!("{:?}", world.signals) };
    assert_eq!(&*first.title, "Critical · T-2 Ticket 2");
    assert_eq!(&*first.body, "Alice set the priority to Critical.\nBob assigned it to you.");
    assert!(world.record().iter().all(|(_, reason)| *reason == Reason::Gathered { others: 1 }));
    let first = first.clone();
    world.bob("t2", Status, "hold");
    world.pass(GATHERED_MS);
    let [_, second] = world.toasts()[..] else { panic!("{:?}", world.signals) };
    assert_eq!(
        (&second.id, second.replaces, &*second.body),
        (&first.id, true, "Bob set the status to On hold.")
    );
    assert!(second.rev > first.rev);
}

/// CO-16: whatever is done here, and whatever comes round of it.
#[test]
fn what_the_person_does_in_this_console_is_no_news() {
    let mut world = World::started(3);
    world.show_activity();
    world.signals.clear();
    for (field, value) in [(Assignee, "me"), (Status, "hold"), (Priority, "p1"), (Title, "Mine")] {
        world.edit("t2", field, value);
        world.pass(GATHERED_MS);
    }
    // The answers of these are lost, so that they come round by the feed.
    world.net = Net::Mute;
    world.edit("t3", Status, "hold");
    world.net = Net::Up;
    world.pass(60_000);
    assert_eq!((world.saves().len() >= 5, &world.signals, &world.entries), (true, &vec![], &vec![]));
}

/// CO-16: the same person's other device is written down, and calls nobody.
#[test]
fn what_the_person_does_on_another_device_is_recorded_and_silent() {
    let mut world = World::started(3);
    world.show_activity();
    world.signals.clear();
    world.other("me", "t2", Assignee, "me");
    world.other("me", "t3", Priority, "p1");
    world.pass(GATHERED_MS);
    let own = |kind| (kind, Reason::YourOwn);
    assert_eq!(world.record(), [own(AlertKind::PriorityChanged), own(AlertKind::AssignedToMe)]);
    assert_eq!(world.signals, []);
}

#[test]
fn each_change_is_told_as_what_it_means() {
    let mut world = World::started(6);
    world.show_activity();
    world.server.tickets.insert("t9".into(), crate::support::server::ticket(9));
    world.bob_and_wait("t2", Assignee, "me");
    world.bob_and_wait("t2", Assignee, "lee");
    world.bob_and_wait("t3", Assignee, "dana");
    world.bob_and_wait("t3", Title, "Another");
    world.bob_and_wait("t9", Priority, "p1");
    world.other_says("t4", "customer");
    world.pass(200);
    world.other_says("t4", "lee");
    world.pass(200);
    world.pass(30_000);
    let mut kinds: Vec<AlertKind> = world.entries.iter().map(|entry| entry.kind).collect();
    kinds.sort();
    let told = [
        AlertKind::NewTicket,
        AlertKind::AssignedToMe,
        AlertKind::TakenFromMe,
        AlertKind::Reassigned,
        AlertKind::FieldsChanged,
        AlertKind::CustomerReplied,
        AlertKind::ColleagueCommented,
    ];
    assert_eq!(kinds, told);
    let reply =
        world.entries.iter().find(|entry| entry.kind == AlertKind::CustomerReplied).expect("told above");
    assert_eq!((reply.who.as_deref(), reply.verdict.toast), (Some("customer"), ToastLevel::Normal));
}

/// CO-16: what is looked at is read as it happens.
#[test]
fn whoever_looks_at_a_ticket_is_not_called_to_it() {
    let mut world = World::started(3);
    world.show_activity();
    world.focus(Some("t2"));
    world.signals.clear();
    world.bob("t2", Assignee, "me");
    world.pass(GATHERED_MS);
    assert_eq!((world.toasts().len(), world.badge(), world.sounds().len()), (0, None, 1));
    assert_eq!(world.record(), [(AlertKind::AssignedToMe, Reason::LookingAtIt)]);
    // The window loses the focus: from now on the same ticket calls.
    world.say(Command::Focus { focused: false, ticket: Some("t2".into()) });
    world.bob("t2", Assignee, "lee");
    world.pass(GATHERED_MS);
    assert_eq!(world.toasts().len(), 1);
    world.focus(Some("t2"));
    assert_eq!(world.withdrawn(), [&ticket("t2")]);
}

/// CO-9, CO-16: the clock calls with nothing open, once for the warning and once for the breach.
#[test]
fn a_target_warns_a_quarter_of_an_hour_before_and_rings_when_it_is_past() {
    let mut world = World::started(3);
    world.show_activity();
    world.bob_and_wait("t2", Assignee, "me");
    let due: Timestamp = world.now() + Duration::from_secs(30 * 60);
    world.bob_and_wait("t2", DueDate, &due.to_string());
    world.pass(5_000);
    world.forget_the_past();
    world.pass(15 * 60_000 + 10_000);
    let [warning] = world.toasts()[..] else { panic!("{:?}", world.signals) };
    assert_eq!((&*warning.body, warning.level), ("Due in 15 minutes.", ToastLevel::Normal));
    assert_eq!(world.sounds().iter().map(|(_, class)| *class).collect::<Vec<_>>(), [SoundClass::Sla]);
    world.signals.clear();
    world.pass(15 * 60_000);
    let [breach] = world.toasts()[..] else { panic!("{:?}", world.signals) };
    assert_eq!((&*breach.body, breach.level), ("The target is past.", ToastLevel::Urgent));
    assert!(world.signals.iter().any(|(_, signal)| *signal == Signal::Attention));
}

/// §5.3: it is heard again every half minute until it is read, and for five minutes at the most.
#[test]
fn a_breach_rings_until_it_is_read_and_never_for_longer_than_five_minutes() {
    let breached = || {
        let mut world = World::started(3);
        let due: Timestamp = world.now() + Duration::from_secs(60);
        world.bob_and_wait("t2", DueDate, &due.to_string());
        world.signals.clear();
        world.pass(65_000);
        assert_eq!(world.sounds().len(), 1);
        world
    };
    let mut world = breached();
    world.pass(60_000);
    assert_eq!(world.sounds().len(), 3);
    world.say(Command::MarkRead { ticket: Some("t2".into()) });
    world.pass(600_000);
    assert_eq!(world.sounds().len(), 3);
    let mut world = breached();
    world.pass(3_600_000);
    let sounds = world.sounds();
    let (first, last) = (sounds.first().expect("it rang").0, sounds.last().expect("it rang").0);
    assert!(sounds.len() >= 9 && last - first < Duration::from_secs(5 * 60), "{sounds:?}");
}

/// CO-15: both values are on the buttons, and a button does just what stands on it.
#[test]
fn a_conflict_is_settled_from_its_toast_and_only_as_the_toast_showed_it() {
    let clash = || {
        let mut world = World::started(3);
        world.draft("t2", Title, "Mine");
        world.bob("t2", Title, "Bob's");
        world.pass(GATHERED_MS);
        let toasts: Vec<Toast> = world.toasts().into_iter().cloned().collect();
        let [toast] = &toasts[..] else { panic!("{:?}", world.signals) };
        assert_eq!((toast.level, world.badge()), (ToastLevel::Urgent, Some(1)));
        assert_eq!(&*toast.body, "Bob set the title to Bob's; yours is Mine.");
        let labels: Vec<&str> = toast.buttons.iter().map(|button| &*button.label).collect();
        assert_eq!(labels, ["Open", "Take theirs: Bob's", "Keep yours: Mine"]);
        (world, toast.clone())
    };
    let (mut world, toast) = clash();
    world.click(&toast, ToastAction::TakeTheirs);
    assert_eq!((world.counts.needs_you, world.badge()), (0, Some(0)));
    world.open("t2");
    assert_eq!(world.shown("t2", Title), "Bob's");

    let (mut world, toast) = clash();
    world.click(&toast, ToastAction::KeepYours);
    assert_eq!((world.counts.needs_you, world.counts.unread), (0, 0));

    // A third value stands there by now: the old toast's button leads to the ticket and decides nothing.
    let (mut world, toast) = clash();
    world.other("Alice", "t2", Title, "Alice's");
    world.pass(GATHERED_MS);
    world.forget_the_past();
    world.click(&toast, ToastAction::KeepYours);
    assert_eq!(world.counts.needs_you, 1);
    assert_eq!(world.told, [Update::Show(Place::Ticket { ticket: "t2".into() })]);
}

/// CO-15, CO-18: nobody is called to what is settled.
#[test]
fn a_conflict_that_goes_by_itself_takes_its_toast_and_its_badge_with_it() {
    let mut world = World::started(3);
    world.draft("t2", Title, "Mine");
    world.bob("t2", Title, "Bob's");
    world.pass(GATHERED_MS);
    assert_eq!((world.toasts().len(), world.badge()), (1, Some(1)));
    world.bob("t2", Title, "Mine");
    world.pass(GATHERED_MS);
    assert!(world.withdrawn().contains(&&ticket("t2")));
    assert_eq!((world.badge(), world.counts.unread), (Some(0), 0));
}

#[test]
fn a_refused_edit_says_why() {
    let mut world = World::started(3);
    world.server.refusal = Some("No.");
    world.edit("t2", Status, "hold");
    world.pass(GATHERED_MS);
    let [toast] = world.toasts()[..] else { panic!("{:?}", world.signals) };
    assert_eq!(&*toast.body, "Your change of the status was refused. No.");
    assert_eq!(world.badge(), Some(1));
}

/// CO-15: a click brings the window that was used last to the front, and opens one where there is none.
#[test]
fn a_click_on_a_toast_shows_its_ticket_in_a_window() {
    let mut world = World::started(3);
    world.focus(None);
    world.bob("t2", Assignee, "me");
    world.pass(GATHERED_MS);
    let toast = world.toasts()[0].clone();
    world.click(&toast, ToastAction::Open);
    let raise = |window: Option<&str>| Signal::Raise { window: window.map(Into::into) };
    let place = Update::Show(Place::Ticket { ticket: "t2".into() });
    assert!(world.signals.iter().any(|(_, signal)| *signal == raise(Some("main"))));
    assert_eq!((&world.told[..], world.badge()), (&[place.clone()][..], Some(0)));
    world.close_window();
    world.told.clear();
    world.click(&toast, ToastAction::Open);
    assert!(world.signals.iter().any(|(_, signal)| *signal == raise(None)));
    assert_eq!(world.told, []);
    world.say(Command::Hello);
    assert_eq!(world.told, [place]);
    world.say(Command::Hello);
    assert_eq!(world.told.len(), 1, "once");
}

/// CO-16: by local time, whatever UTC says; and the record says until when.
#[test]
fn quiet_hours_hold_toasts_and_sounds_back_and_are_kept() {
    let mut world = World::started(3);
    world.show_activity();
    // 14:00 in UTC is 22:00 there.
    world.local = jiff::tz::offset(8);
    let quiet = Some(QuietHours { from: 22 * 60, to: 7 * 60 });
    let settings = AlertSettings { quiet, ..AlertSettings::default() };
    world.say(Command::SetAlerts { settings: settings.clone() });
    world.signals.clear();
    world.bob("t2", Assignee, "me");
    world.pass(GATHERED_MS);
    assert_eq!((world.toasts().len(), world.sounds().len(), world.badge()), (0, 0, Some(1)));
    assert_eq!(world.record(), [(AlertKind::AssignedToMe, Reason::QuietHours { until: 7 * 60 })]);
    world.restart();
    world.told.clear();
    world.say(Command::ReadAlerts);
    let [Update::Alerts(view)] = &world.told[..] else { panic!("{:?}", world.told) };
    assert_eq!((&view.settings, &view.defaults), (&settings, &AlertSettings::default()));
}

/// CO-16.
#[test]
fn a_pause_ends_by_itself_and_do_not_disturb_is_followed() {
    let mut world = World::started(9);
    world.show_activity();
    world.say(Command::ReadAlerts);
    world.say(Command::PauseAlerts { pause: PauseFor::Minutes { minutes: 15 } });
    world.bob("t2", Assignee, "me");
    world.pass(14 * 60_000);
    assert_eq!((world.toasts().len(), world.badge()), (0, Some(1)));
    assert!(matches!(world.record()[..], [(_, Reason::Paused { until: Some(_) })]));
    world.told.clear();
    world.pass(61_000);
    assert!(matches!(&world.told[..], [Update::Alerts(view)] if view.pause.is_none()));
    world.say(Command::DoNotDisturb { on: true });
    world.bob("t3", Assignee, "me");
    world.pass(GATHERED_MS);
    assert_eq!((world.toasts().len(), world.badge()), (0, Some(2)));
    world.say(Command::DoNotDisturb { on: false });
    world.bob("t4", Assignee, "me");
    world.pass(GATHERED_MS);
    assert_eq!((world.toasts().len(), world.badge()), (1, Some(3)));
}

/// CO-16: "would this have rung?"
#[test]
fn a_fact_can_be_tried_and_nothing_comes_of_it() {
    let mut world = World::started(3);
    let quiet = Some(QuietHours { from: 22 * 60, to: 7 * 60 });
    world.say(Command::SetAlerts { settings: AlertSettings { quiet, ..AlertSettings::default() } });
    world.signals.clear();
    let fact = AlertFact {
        kind: AlertKind::AssignedToMe,
        relations: vec![Relation::Mine],
        severity: Severity::Normal,
        whose: Whose::Others,
    };
    for minute in [12 * 60, 23 * 60] {
        let (fact, looking, minute) = (fact.clone(), Looking::Elsewhere, Some(minute));
        world.say(Command::TryAlert { fact, looking, minute });
        assert!(world.last.iter().all(|effect| matches!(effect, Effect::Paint(..))), "{:?}", world.last);
    }
    let [Update::Tried(day), Update::Tried(night)] = &world.told[..] else { panic!("{:?}", world.told) };
    assert_eq!((day.toast, day.reason), (ToastLevel::Normal, Reason::Rule));
    let held = Verdict { badge: true, ..Verdict::silent(Reason::QuietHours { until: 7 * 60 }) };
    assert_eq!(*night, held);
    world.pass(60_000);
    assert_eq!((world.toasts().len(), world.counts.unread), (0, 0));
}

/// CO-18: the list and its badge outlive the program, and so does the record.
#[test]
fn what_nobody_read_is_unread_after_a_start_and_the_record_goes_on() {
    let mut world = World::started(4);
    world.bob("t2", Assignee, "me");
    world.bob("t3", Assignee, "me");
    world.pass(GATHERED_MS);
    world.say(Command::MarkRead { ticket: Some("t2".into()) });
    world.signals.clear();
    world.restart();
    assert_eq!((world.badge(), world.counts.unread), (Some(1), 1));
    world.show_activity();
    assert_eq!(world.entries.len(), 2);
    world.bob("t4", Assignee, "me");
    world.pass(GATHERED_MS);
    let mut numbers: Vec<u64> = world.entries.iter().map(|entry| entry.number).collect();
    assert!(numbers.is_sorted_by(|a, b| a > b), "newest first, each once: {numbers:?}");
    numbers.dedup();
    assert_eq!(numbers.len(), 3);
}

/// CO-6.
#[test]
fn the_record_is_cut_into_pages_and_filtered() {
    let mut world = World::started(12);
    for number in 2..=11 {
        world.bob(&format!("t{number}"), Priority, "p1");
    }
    world.bob("t2", Assignee, "me");
    world.pass(GATHERED_MS);
    let mut ask = |filter: ActivityFilter, before, count| {
        world.say(Command::OpenActivity { filter, before, count });
        world.entries.iter().map(|entry| (entry.number, entry.kind)).collect::<Vec<_>>()
    };
    let all = ask(ActivityFilter::default(), None, 400);
    assert_eq!(all.len(), 11);
    let (first, second) = (ask(ActivityFilter::default(), None, 6), {
        let before = all[5].0;
        ask(ActivityFilter::default(), Some(before), 6)
    });
    assert_eq!([first, second].concat(), all);
    let mine = ActivityFilter { kind: Some(AlertKind::AssignedToMe), ..ActivityFilter::default() };
    assert_eq!(ask(mine, None, 400).len(), 1);
    let of_ticket = ActivityFilter { ticket: Some("t2".into()), ..ActivityFilter::default() };
    assert_eq!(ask(of_ticket, None, 400).len(), 2);
    let called = ActivityFilter { told: ToldFilter::Called, ..ActivityFilter::default() };
    let silent = ActivityFilter { told: ToldFilter::Silent, ..ActivityFilter::default() };
    assert_eq!(ask(called, None, 400).len() + ask(silent, None, 400).len(), 11);
}

/// CO-3, CO-6: an entry says what it became, so that who reads it need not look for it.
#[test]
fn an_entry_says_who_did_it_and_what_it_became() {
    let mut world = World::started(3);
    world.show_activity();
    world.bob("t2", Priority, "p1");
    world.bob("t2", Title, "Another title");
    world.pass(GATHERED_MS);
    let told = |kind| {
        let found = world.entries.iter().find(|entry| entry.kind == kind);
        found.map(|entry| (entry.who.as_deref(), entry.detail.as_deref()))
    };
    assert_eq!(told(AlertKind::PriorityChanged), Some((Some("Bob"), Some("Critical"))));
    assert_eq!(told(AlertKind::FieldsChanged), Some((Some("Bob"), None)));
}

/// CO-18: nothing of one person's is another's.
#[test]
fn another_person_sees_nothing_of_what_was_unread_and_it_waits_for_its_own() {
    let mut world = World::started(3);
    world.bob("t2", Assignee, "me");
    world.pass(GATHERED_MS);
    world.server.me.user_id = "dana".into();
    world.restart();
    world.pass(1_000);
    world.show_activity();
    assert_eq!((world.badge(), world.counts.unread, world.entries.len()), (Some(0), 0, 0));
    world.server.me.user_id = "me".into();
    world.restart();
    world.pass(1_000);
    assert_eq!((world.badge(), world.counts.unread), (Some(1), 1));
}

/// CO-16: a link that is gone for long is one quiet toast, which says so itself when it is back.
#[test]
fn a_lost_link_is_one_toast_that_is_replaced_when_it_is_back() {
    let mut world = World::started(3);
    world.signals.clear();
    world.socket_falls();
    world.pass(29_000);
    assert_eq!(world.toasts().len(), 0);
    world.pass(60_000);
    let [lost] = world.toasts()[..] else { panic!("{:?}", world.signals) };
    assert_eq!((&lost.id, lost.level, &*lost.title), (&ToastId::Link, ToastLevel::Quiet, "No connection"));
    world.all_is_well();
    let [_, back] = world.toasts()[..] else { panic!("{:?}", world.signals) };
    assert_eq!((&back.id, back.replaces, &*back.title), (&ToastId::Link, true, "Connected again"));
    assert_eq!((world.sounds().len(), world.counts.unread), (0, 0));
}

#[test]
fn a_ticket_that_is_gone_calls_nobody_any_more() {
    let mut world = World::started(3);
    world.bob("t2", Assignee, "me");
    world.pass(GATHERED_MS);
    world.server.hidden.insert(TicketId::from("t2"));
    world.bob("t2", Status, "hold");
    world.pass(GATHERED_MS);
    assert_eq!((world.withdrawn(), world.badge()), (vec![&ticket("t2")], Some(0)));
}

/// CO-16: what is watched is told, quietly, and is watched after a start as well.
#[test]
fn a_watched_ticket_tells_of_its_changes() {
    let mut world = World::started(3);
    world.bob("t2", Status, "hold");
    world.pass(GATHERED_MS);
    assert_eq!(world.toasts().len(), 0);
    world.say(Command::Watch { ticket: "t2".into(), on: true });
    world.restart();
    world.pass(1_000);
    world.bob("t2", Status, "done");
    world.pass(GATHERED_MS);
    let [toast] = world.toasts()[..] else { panic!("{:?}", world.signals) };
    assert_eq!((toast.level, &*toast.body), (ToastLevel::Quiet, "Bob set the status to Resolved."));
}
