//! Forms in which people plan: a record that is edited as a whole (RB-7, CO-3), saved once, and kept whatever happens.

use callboard_desk::Event;
use callboard_desk::bridge::Command;
use callboard_desk::bridge::{
    Notice, PLAN_FORMS_MAX, PlanBanner, PlanDeed, PlanField, PlanFields, PlanInstant, PlanRemoval, PlanSave,
    PlanTrouble, PlanWriter,
};
use callboard_desk::notes::Shelf;
use callboard_desk::session::effect::{Effect, Request};
use callboard_desk::session::schedule::Scheduling;
use callboard_model::schedule::EntryChanges;

use crate::support::schedule::visit;
use crate::support::{Net, World};

const E1: Option<&str> = Some("e1");

fn notes(text: &str) -> impl FnOnce(&mut PlanFields) {
    let text = text.to_owned();
    move |fields| fields.notes = text
}

/// A console in whose form of `e1` somebody typed.
fn typed() -> World {
    let mut world = World::planned();
    world.plan(E1, PlanDeed::Open);
    world.type_plan(E1, notes("Bring a ladder"));
    world
}

fn writes(world: &World) -> Vec<EntryChanges> {
    let changes = |request: &Request| match request {
        Request::Schedule(Scheduling::Write { changes, .. }) => Some((**changes).clone()),
        _ => None,
    };
    world.asked.iter().filter_map(changes).collect()
}

fn banner(world: &World) -> Option<&str> {
    match world.plan_form(E1)?.banner.as_ref()? {
        PlanBanner::Newer(PlanWriter { by, .. }) => Some(by),
        PlanBanner::Gone => Some("gone"),
    }
}

fn on_server(world: &World) -> (&str, &str) {
    let (_, entry) = &world.server.schedule.entries[&"e1".into()];
    (&entry.title, &entry.notes)
}

fn drafts_on_disk(world: &World) -> usize {
    world.notes.values().filter(|note| note.name.shelf == Shelf::Draft).count()
}

/// CO-11: durable, then visible, then sent.
#[test]
fn a_save_is_on_disk_before_it_is_sent_says_what_changed_and_closes_its_form() {
    let mut world = typed();
    world.plan(E1, PlanDeed::Save);
    let place = |is_it: &dyn Fn(&Effect) -> bool| world.last.iter().position(is_it);
    let kept = place(&|effect| matches!(effect, Effect::Note(_)));
    let sent = place(&|effect| matches!(effect, Effect::Ask(_, Request::Schedule(_))));
    assert!(kept.is_some() && kept < sent, "{kept:?} {sent:?}");
    let expected = EntryChanges {
        notes: Some("Bring a ladder".into()),
        client_version: Some(callboard_model::Version(1)),
        ..EntryChanges::default()
    };
    assert_eq!((writes(&world), on_server(&world)), (vec![expected], ("Visit", "Bring a ladder")));
    assert_eq!((world.plan_form(E1), drafts_on_disk(&world)), (None, 0));
    assert_eq!(&*world.plans().entries[0].notes, "Bring a ladder");
}

#[test]
fn a_new_entry_begins_soon_for_whoever_the_ticket_is_and_is_made_once() {
    let mut world = World::planned();
    world.plan(None, PlanDeed::Open);
    let form = world.plan_form(None).expect("a form");
    assert_eq!((&*form.fields.title, form.makes, form.dirty), ("Ticket 1", true, false));
    assert_eq!(form.fields.people.iter().map(|user| user.as_str()).collect::<Vec<_>>(), ["me"]);
    world.type_plan(None, |fields| fields.people.extend(["dana".into()]));
    let form = world.plan_form(None).expect("a form");
    assert_eq!(form.people.iter().map(|one| &*one.label).collect::<Vec<_>>(), ["Dana Wu", "me"]);
    let half_past_two = world.now() + std::time::Duration::from_secs(30 * 60);
    assert_eq!(form.fields.start.at, Some(half_past_two.as_millisecond()));
    world.net = Net::Held;
    for _ in 0..2 {
        world.plan(None, PlanDeed::Save);
    }
    world.deliver_all();
    assert_eq!((writes(&world).len(), world.server.schedule.entries.len()), (1, 2));
    assert_eq!((world.plan_form(None), world.plans().entries.len()), (None, 2));
}

/// RB-7.
#[test]
fn a_form_without_unsaved_work_follows_and_says_nothing() {
    let mut world = World::planned();
    world.plan(E1, PlanDeed::Open);
    world.bob_plans(E1, &visit("Moved", 17, 18));
    let form = world.plan_form(E1).expect("a form");
    assert_eq!((&*form.fields.title, &form.banner, form.rev), ("Moved", &None, 1));
}

/// RB-7: the hint, the poll, the refused save lead to the same banner, and nothing is written over.
#[test]
fn unsaved_work_hears_of_a_newer_version_by_every_way_there_is() {
    let ways: [fn(&mut World); 3] = [
        |world| world.bob_plans(E1, &visit("Moved", 17, 18)),
        |world| {
            world.say(Command::PollSlowly { on: true });
            world.socket_falls();
            world.bob_plans_unheard(E1, &visit("Moved", 17, 18));
            world.pass(31_000);
        },
        |world| {
            world.bob_plans_unheard(E1, &visit("Moved", 17, 18));
            world.plan(E1, PlanDeed::Save);
        },
    ];
    for (place, way) in ways.into_iter().enumerate() {
        let mut world = typed();
        way(&mut world);
        let form = world.plan_form(E1).expect("a form");
        assert_eq!((banner(&world), &*form.fields.notes), (Some("Bob"), "Bring a ladder"), "way {place}");
        world.plan(E1, PlanDeed::Save);
        assert_eq!((on_server(&world), banner(&world)), (("Moved", ""), Some("Bob")), "way {place}");
    }
}

#[test]
fn reload_latest_takes_theirs_and_can_be_undone_once() {
    let mut world = typed();
    world.bob_plans(E1, &visit("Moved", 17, 18));
    world.plan(E1, PlanDeed::Reload);
    let form = world.plan_form(E1).expect("a form");
    assert_eq!((&*form.fields.title, &*form.fields.notes, form.undo), ("Moved", "", true));
    assert_eq!((form.dirty, &form.banner), (false, &None));
    world.plan(E1, PlanDeed::Undo);
    let form = world.plan_form(E1).expect("a form");
    assert_eq!((&*form.fields.title, &*form.fields.notes, form.undo), ("Visit", "Bring a ladder", false));
    assert_eq!(form.over.as_ref().map(|over| &*over.by), Some("Bob"));
}

#[test]
fn after_dismiss_the_save_goes_over_what_was_shown_and_a_third_version_asks_again() {
    let mut world = typed();
    world.bob_plans(E1, &visit("Moved", 17, 18));
    world.plan(E1, PlanDeed::Dismiss);
    let form = world.plan_form(E1).expect("a form");
    assert_eq!((form.banner.is_none(), form.over.as_ref().map(|over| &*over.by)), (true, Some("Bob")));
    world.bob_plans_unheard(E1, &visit("Moved again", 18, 19));
    world.plan(E1, PlanDeed::Save);
    assert_eq!((banner(&world), on_server(&world)), (Some("Bob"), ("Moved again", "")));
    world.plan(E1, PlanDeed::Dismiss);
    world.plan(E1, PlanDeed::Save);
    assert_eq!((world.plan_form(E1), on_server(&world)), (None, ("Visit", "Bring a ladder")));
}

#[test]
fn our_own_save_raises_no_banner_whatever_is_heard_first() {
    let mut world = typed();
    world.net = Net::Held;
    world.plan(E1, PlanDeed::Save);
    world.type_plan(E1, notes("Bring a ladder, and rope"));
    // What the server has now is read before the answer is here.
    world.net = Net::Up;
    world.close("t1");
    world.open("t1");
    assert_eq!(banner(&world), None);
    world.deliver_all();
    let form = world.plan_form(E1).expect("what was typed on");
    assert_eq!((&form.banner, &*form.fields.notes, form.dirty), (&None, "Bring a ladder, and rope", true));
    world.plan(E1, PlanDeed::Save);
    assert_eq!(on_server(&world), ("Visit", "Bring a ladder, and rope"));
}

/// CO-12: at most once, whatever becomes of the answer and of the program.
#[test]
fn a_save_whose_answer_is_lost_goes_again_under_its_key_also_after_a_kill() {
    for is_killed in [false, true] {
        let mut world = World::planned();
        world.plan(None, PlanDeed::Open);
        world.type_plan(None, notes("Once"));
        world.net = Net::Mute;
        world.plan(None, PlanDeed::Save);
        assert_eq!(world.plan_form(None).map(|form| form.save), Some(PlanSave::Unknown));
        if is_killed {
            world.restart();
        }
        world.net = Net::Up;
        world.pass(60_000);
        world.open("t1");
        assert_eq!(world.plan_form(None).map(|form| form.save), Some(PlanSave::Unknown));
        world.plan(None, PlanDeed::Save);
        assert_eq!((world.server.schedule.applied, world.plan_form(None)), (1, None), "killed: {is_killed}");
        world.pass(1_000);
        assert_eq!(drafts_on_disk(&world), 0);
    }
}

/// A plan is not queued: meanwhile the time may be somebody else's.
#[test]
fn without_a_server_a_save_says_so_sends_nothing_and_keeps_the_form() {
    let mut world = typed();
    world.net = Net::Down;
    world.bob("t1", callboard_model::Field::Status, "hold");
    world.pass(300);
    world.plan(E1, PlanDeed::Save);
    let form = world.plan_form(E1).expect("the form");
    assert_eq!((&form.trouble, form.save), (&Some(PlanTrouble::Offline), PlanSave::None));
    assert_eq!(&*form.fields.notes, "Bring a ladder");
    world.all_is_well();
    assert_eq!((writes(&world), on_server(&world)), (vec![], ("Visit", "")));
}

/// CO-14.
#[test]
fn what_is_typed_outlives_the_ticket_being_closed_and_the_program_being_killed() {
    let mut world = typed();
    world.close("t1");
    world.pass(400);
    world.open("t1");
    assert_eq!(
        world.plan_form(E1).map(|form| (&*form.fields.notes, form.kept)),
        Some(("Bring a ladder", true))
    );
    world.bob_plans_unheard(E1, &visit("Moved", 17, 18));
    world.restart();
    world.open("t1");
    let form = world.plan_form(E1).expect("the form of the last run");
    assert_eq!((&*form.fields.notes, banner(&world)), ("Bring a ladder", Some("Bob")));
}

#[test]
fn the_last_letters_are_written_when_the_program_ends() {
    let mut world = typed();
    world.tell(Event::Ending);
    world.restart();
    world.open("t1");
    assert_eq!(world.plan_form(E1).map(|form| &*form.fields.notes), Some("Bring a ladder"));
}

#[test]
fn a_save_that_the_disk_does_not_take_is_not_sent() {
    let mut world = typed();
    world.disk_is_full = true;
    world.plan(E1, PlanDeed::Save);
    let form = world.plan_form(E1).expect("the form");
    assert!(matches!(form.trouble, Some(PlanTrouble::NotKept { .. })), "{:?}", form.trouble);
    assert_eq!((writes(&world), &*form.fields.notes), (vec![], "Bring a ladder"));
    world.disk_is_full = false;
    world.plan(E1, PlanDeed::Save);
    assert_eq!(on_server(&world), ("Visit", "Bring a ladder"));
}

#[test]
fn what_is_wrong_is_said_at_its_field_and_what_is_no_time_is_not_sent() {
    let mut world = typed();
    world.type_plan(E1, |fields| fields.start = PlanInstant { at: None, text: "noonish".to_owned() });
    world.plan(E1, PlanDeed::Save);
    let faults = |world: &World| match &world.plan_form(E1).expect("the form").trouble {
        Some(PlanTrouble::Faults { faults }) => {
            faults.iter().map(|fault| (fault.field, fault.reason.is_some())).collect()
        }
        other => panic!("faults, not {other:?}"),
    };
    assert_eq!((faults(&world), writes(&world)), (vec![(PlanField::Start, false)], vec![]));
    let start = world.plans().entries[0].start;
    world.type_plan(E1, |fields| {
        fields.start = PlanInstant { at: Some(start), text: String::new() };
        fields.title = "  ".to_owned();
    });
    assert_eq!(world.plan_form(E1).expect("the form").trouble, None, "who goes on typing was told");
    world.plan(E1, PlanDeed::Save);
    assert_eq!(faults(&world), [(PlanField::Title, true)]);
}

#[test]
fn what_somebody_deleted_meanwhile_is_kept_as_something_new_or_closed() {
    let mut world = typed();
    world.bob_deletes("e1");
    assert_eq!(banner(&world), Some("gone"));
    world.plan(E1, PlanDeed::Dismiss);
    assert!(world.plan_form(E1).is_some_and(|form| form.makes && form.banner.is_none()));
    world.plan(E1, PlanDeed::Save);
    assert_eq!((world.plans().forms.len(), world.plans().entries.len()), (0, 1));
    assert_eq!(&*world.plans().entries[0].notes, "Bring a ladder");
    let mut clean = World::planned();
    clean.plan(E1, PlanDeed::Open);
    clean.bob_deletes("e1");
    assert!(clean.plans().forms.is_empty(), "nobody's work was in it");
}

#[test]
fn an_entry_is_deleted_as_it_was_shown_or_it_is_said_who_was_faster() {
    let mut world = World::planned();
    world.bob_plans_unheard(E1, &visit("Moved", 17, 18));
    world.plan(E1, PlanDeed::Remove { version: 1 });
    let entry = &world.plans().entries[0];
    assert!(matches!(&entry.removal, Some(PlanRemoval::Overtaken { by, .. }) if by == "Bob"));
    assert_eq!((&*entry.title, entry.version), ("Moved", 2));
    world.net = Net::Mute;
    world.plan(E1, PlanDeed::Remove { version: 2 });
    world.net = Net::Up;
    let unknown = Some(PlanRemoval::Failed { why: PlanTrouble::Unknown });
    assert_eq!(world.plans().entries[0].removal, unknown);
    world.pass(60_000);
    world.plan(E1, PlanDeed::Remove { version: 2 });
    assert_eq!((world.plans().entries.len(), world.server.schedule.applied), (0, 1));
}

#[test]
fn letters_typed_before_the_form_was_seen_to_follow_are_not_eaten() {
    let mut world = World::planned();
    world.plan(E1, PlanDeed::Open);
    let (rev, mut fields) = world.plan_form(E1).map(|form| (form.rev, form.fields.clone())).expect("a form");
    world.bob_plans(E1, &visit("Moved", 17, 18));
    fields.notes = "B".to_owned();
    world.plan(E1, PlanDeed::Type { rev, fields: Box::new(fields) });
    assert_eq!((banner(&world), &*world.plan_form(E1).expect("a form").fields.notes), (Some("Bob"), "B"));
}

#[test]
fn signing_out_counts_what_stands_in_forms_and_another_account_is_not_shown_it() {
    let mut world = typed();
    world.pass(400);
    world.say(Command::SignOut { force: false });
    assert!(world.notices.contains(&Notice::Unsent { edits: 0, drafts: 1 }), "{:?}", world.notices);
    let nora = std::mem::replace(&mut world.server.me.user_id, "bob".into());
    world.restart();
    world.open("t1");
    world.pass(1_000);
    assert_eq!((world.plans().forms.len(), drafts_on_disk(&world)), (0, 1));
    world.server.me.user_id = nora;
    world.restart();
    world.open("t1");
    assert_eq!(world.plan_form(E1).map(|form| &*form.fields.notes), Some("Bring a ladder"));
}

#[test]
fn a_form_is_closed_by_the_person_with_what_is_in_it_and_no_more_are_open_than_may_be() {
    let mut world = typed();
    world.pass(400);
    world.plan(E1, PlanDeed::Close);
    assert_eq!((world.plan_form(E1), drafts_on_disk(&world)), (None, 0));
    for hour in 1..12 {
        world.bob_plans(None, &visit("Another", hour, hour + 1));
    }
    let names: Vec<_> = world.plans().entries.iter().map(|entry| entry.entry.to_string()).collect();
    for name in &names {
        world.plan(Some(name), PlanDeed::Open);
    }
    assert_eq!((names.len(), world.plans().forms.len()), (12, PLAN_FORMS_MAX));
}
