//! The schedule of the server in a map, and what a person does about it.

use std::collections::BTreeMap;

use callboard_desk::bridge::{Command, FieldFault, PlanDeed, PlanFields, PlanFormView, PlansView};
use callboard_desk::session::event::{Answer, Failure};
use callboard_desk::session::schedule::{Scheduled, Scheduling};
use callboard_model::schedule::{Assigned, EntryChanges, ScheduleEntry, TicketWork};
use callboard_model::{EditId, EntryId, Hint, Person, SessionId, TicketId, Timestamp, Version};

use super::World;
use super::server::{Server, me, person};

type Outcome = Result<Answer, Failure>;

/// Everything that is planned.
#[derive(Default)]
pub(crate) struct Schedule {
    pub(crate) entries: BTreeMap<EntryId, (TicketId, ScheduleEntry)>,
    /// What each key was for, and what it was answered.
    answered: BTreeMap<EditId, (Scheduling, Scheduled)>,
    /// Writes that were applied.
    pub(crate) applied: usize,
    /// This person may see no schedules.
    pub(crate) is_closed: bool,
}

impl Schedule {
    fn write(
        &mut self,
        ticket: &TicketId,
        name: Option<&EntryId>,
        changes: &EntryChanges,
        who: &Person,
        at: Timestamp,
    ) -> ScheduleEntry {
        let name = name.cloned().unwrap_or_else(|| format!("e{}", self.entries.len() + 1).into());
        let (_, entry) = self.entries.entry(name.clone()).or_insert_with(|| {
            let blank = ScheduleEntry {
                entry_id: name,
                title: "".into(),
                scheduled_start: at,
                scheduled_end: at,
                status: "scheduled".into(),
                notes: "".into(),
                is_private: false,
                assigned_users: Vec::new(),
                updated_by: who.clone(),
                updated_at: at,
                version: Version(0),
            };
            (ticket.clone(), blank)
        });
        let changes = changes.clone();
        if let Some(title) = changes.title {
            entry.title = title.trim().into();
        }
        entry.scheduled_start = changes.scheduled_start.unwrap_or(entry.scheduled_start);
        entry.scheduled_end = changes.scheduled_end.unwrap_or(entry.scheduled_end);
        entry.status = changes.status.unwrap_or(entry.status.clone());
        entry.notes = changes.notes.unwrap_or(entry.notes.clone());
        if let Some(people) = changes.assigned_user_ids {
            let assigned =
                |user_id| Assigned { user_id, first_name: "Lee".into(), last_name: "Okafor".into() };
            entry.assigned_users = people.into_iter().map(assigned).collect();
        }
        (entry.updated_by, entry.updated_at) = (who.clone(), at);
        entry.version = Version(entry.version.0 + 1);
        entry.clone()
    }
}

impl Server {
    /// What the schedule says, and the hint that goes out with it.
    pub(super) fn schedule(&mut self, asked: &Scheduling, now: Timestamp) -> (Outcome, Option<Hint>) {
        assert!(!self.is_stock, "a stock server is not asked");
        let key = match asked {
            _ if self.schedule.is_closed => return (Err(Failure::Forbidden), None),
            Scheduling::Read(ticket) if self.hidden.contains(ticket) => return (Err(Failure::Gone), None),
            Scheduling::Read(ticket) => {
                let of_ticket = self.schedule.entries.values().filter(|(of, _)| of == ticket);
                let mut entries: Vec<_> = of_ticket.map(|(_, entry)| entry.clone()).collect();
                entries.sort_by_key(|entry| entry.scheduled_start);
                return (Ok(Answer::Schedule(Scheduled::Entries(entries, false))), None);
            }
            Scheduling::Write { key, .. } | Scheduling::Remove { key, .. } => *key,
        };
        if let Some((before, answer)) = self.schedule.answered.get(&key) {
            assert_eq!(before, asked, "one key has one body");
            return (Ok(Answer::Schedule(answer.clone())), None);
        }
        let (said, ticket) = match self.scheduled(asked, now) {
            Ok(said) => said,
            Err(failure) => return (Err(failure), None),
        };
        self.schedule.answered.insert(key, (asked.clone(), said.clone()));
        let is_done = matches!(said, Scheduled::Written(_) | Scheduled::Removed);
        self.schedule.applied += usize::from(is_done);
        let mine = Person { user_id: self.me.user_id.clone(), display_name: self.me.display_name.clone() };
        let hint = is_done.then(|| self.planned(&ticket, &mine, now, Some("origin".into())));
        (Ok(Answer::Schedule(said)), hint)
    }

    fn scheduled(&mut self, asked: &Scheduling, now: Timestamp) -> Result<(Scheduled, TicketId), Failure> {
        let (name, seen, ticket) = match asked {
            Scheduling::Write { entry, changes, ticket, .. } => {
                (entry.as_ref(), changes.client_version, ticket)
            }
            Scheduling::Remove { entry, seen, ticket, .. } => (Some(entry), Some(*seen), ticket),
            Scheduling::Read(_) => return Err(Failure::Broken),
        };
        let stands =
            name.map(|name| self.schedule.entries.get(name).cloned().ok_or(Failure::Gone)).transpose()?;
        if let Some((_, stands)) = stands.filter(|(_, stands)| Some(stands.version) != seen) {
            return Ok((Scheduled::Overtaken(Box::new(stands)), ticket.clone()));
        }
        let said = match asked {
            Scheduling::Write { changes, .. } if changes.title.as_deref() == Some("") => {
                let fault = |path: &str| FieldFault {
                    path: vec![path.to_owned()],
                    message: format!("This is no {path}"),
                };
                let (code, message) = ("VALIDATION_ERROR".into(), "Validation failed".into());
                return Err(Failure::Refused { code, message, faults: vec![fault("title")] });
            }
            Scheduling::Write { changes, entry, ticket, .. } => {
                let work = changes.work.as_ref();
                assert_eq!(work.is_some(), entry.is_none(), "a new one says what it is for");
                assert!(work.is_none_or(|TicketWork::Ticket { work_item_id }| work_item_id == ticket));
                let mine = Person { user_id: me().user_id, display_name: me().display_name };
                let written = self.schedule.write(ticket, entry.as_ref(), changes, &mine, now);
                Scheduled::Written(Box::new(written))
            }
            Scheduling::Remove { entry, .. } => {
                self.schedule.entries.remove(entry);
                Scheduled::Removed
            }
            Scheduling::Read(_) => return Err(Failure::Broken),
        };
        Ok((said, ticket.clone()))
    }

    /// The schedule of a ticket changed.
    fn planned(&mut self, ticket: &TicketId, who: &Person, at: Timestamp, origin: Option<SessionId>) -> Hint {
        let known = self.tickets.get_mut(ticket).expect("a ticket");
        let version = Version(known.version.map_or(1, |version| version.0) + 1);
        known.version = Some(version);
        self.told(ticket, version, vec!["schedule".into()], who, at, origin)
    }
}

/// From one hour of a day to another.
pub(crate) fn visit(title: &str, from: i64, to: i64) -> EntryChanges {
    let start: Timestamp = "2026-11-21T00:00:00Z".parse().expect("an instant");
    let hour = |hour: i64| start + jiff::SignedDuration::from_hours(hour);
    EntryChanges {
        title: Some(title.into()),
        scheduled_start: Some(hour(from)),
        scheduled_end: Some(hour(to)),
        assigned_user_ids: Some(["lee".into()].into()),
        ..EntryChanges::default()
    }
}

impl World {
    /// A console that shows ticket `t1`, for which one visit is planned this afternoon: `e1`.
    pub(crate) fn planned() -> Self {
        let mut world = Self::new(2);
        let now = world.now();
        world.server.schedule.write(&"t1".into(), None, &visit("Visit", 15, 16), &person("Bob"), now);
        world.start(Vec::new());
        world.open("t1");
        world.forget_the_past();
        world
    }

    /// Somebody else plans; nobody hears of it yet.
    pub(crate) fn bob_plans_unheard(&mut self, entry: Option<&str>, changes: &EntryChanges) -> Hint {
        let (now, bob) = (self.now(), person("Bob"));
        let name = entry.map(EntryId::from);
        self.server.schedule.write(&"t1".into(), name.as_ref(), changes, &bob, now);
        self.server.planned(&"t1".into(), &bob, now, None)
    }

    /// Somebody else plans, and the hint's 200 ms pass.
    pub(crate) fn bob_plans(&mut self, entry: Option<&str>, changes: &EntryChanges) {
        let hint = self.bob_plans_unheard(entry, changes);
        self.deliver_hint(Some(hint));
        self.pass(200);
    }

    /// Somebody else calls it off for good.
    pub(crate) fn bob_deletes(&mut self, entry: &str) {
        let (now, bob) = (self.now(), person("Bob"));
        self.server.schedule.entries.remove(&EntryId::from(entry));
        let hint = self.server.planned(&"t1".into(), &bob, now, None);
        self.deliver_hint(Some(hint));
        self.pass(200);
    }

    pub(crate) fn plan(&mut self, entry: Option<&str>, deed: PlanDeed) {
        self.say(Command::Plan { ticket: "t1".into(), entry: entry.map(Into::into), deed });
    }

    pub(crate) fn plans(&self) -> &PlansView {
        &self.plans[&TicketId::from("t1")]
    }

    pub(crate) fn plan_form(&self, entry: Option<&str>) -> Option<&PlanFormView> {
        let name = entry.map(EntryId::from);
        self.plans().forms.iter().find(|form| form.entry == name)
    }

    /// The person types in a form that is open.
    pub(crate) fn type_plan(&mut self, entry: Option<&str>, typed: impl FnOnce(&mut PlanFields)) {
        let form = self.plan_form(entry).expect("an open form");
        let (rev, mut fields) = (form.rev, form.fields.clone());
        typed(&mut fields);
        self.plan(entry, PlanDeed::Type { rev, fields: Box::new(fields) });
    }
}
