//! The toasts that are out: at most one of each name, replaced in place, taken away when they are read (CO-15).
//!
//! **Invariant:** a button stands for what its toast showed; the number of the toast says which that was.

use std::collections::{BTreeMap, BTreeSet};

use callboard_model::{Field, TicketId, Value};

use super::digest::Digest;
use super::news::{Bundle, Panel};
use super::words;
use crate::bridge::{Signal, Toast, ToastButton, ToastId, ToastLevel};

/// The most toasts that are remembered as being out; one more, and the oldest is taken away.
pub const TOASTS_MAX: usize = 30;

/// A toast that is out.
#[derive(Debug)]
struct Out {
    rev: u32,
    panel: Option<Panel>,
    /// The tickets of a summary that nobody has read.
    tickets: BTreeSet<TicketId>,
}

/// What a button decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    pub ticket: TicketId,
    pub field: Field,
    /// Ours, as the toast showed it.
    pub mine: Value,
    /// Theirs, as the toast showed it.
    pub theirs: Value,
}

/// The toasts that are out.
#[derive(Debug, Default)]
pub(crate) struct Toasts {
    out: BTreeMap<ToastId, Out>,
    revs: u32,
}

impl Toasts {
    /// Shows what there is to tell of one subject.
    pub(crate) fn show(&mut self, id: ToastId, bundle: &Bundle, signals: &mut Vec<Signal>) {
        let (title, body) = words::bundle(bundle);
        let panel = bundle.panel().cloned();
        let buttons = match &id {
            ToastId::Ticket(_) => words::buttons(panel.as_ref()),
            ToastId::Summary | ToastId::Link | ToastId::SignIn => words::buttons(None),
        };
        let out = Out { rev: 0, panel, tickets: BTreeSet::new() };
        self.put(id, out, (title, body, buttons, bundle.level()), signals);
    }

    /// Shows a summary.
    pub(crate) fn sum_up(&mut self, digest: &Digest, signals: &mut Vec<Signal>) {
        let (title, body) = words::digest(digest);
        let out = Out { rev: 0, panel: None, tickets: digest.tickets.clone() };
        let level = digest.level.max(ToastLevel::Quiet);
        self.put(ToastId::Summary, out, (title, body, words::buttons(None), level), signals);
    }

    fn put(
        &mut self,
        id: ToastId,
        out: Out,
        (title, body, buttons, level): (String, String, Vec<ToastButton>, ToastLevel),
        signals: &mut Vec<Signal>,
    ) {
        self.revs = self.revs.wrapping_add(1);
        let rev = self.revs;
        let replaces = self.out.insert(id.clone(), Out { rev, ..out }).is_some();
        if self.out.len() > TOASTS_MAX
            && let Some(oldest) = self.out.iter().min_by_key(|(_, out)| out.rev).map(|(id, _)| id.clone())
        {
            self.withdraw(&oldest, signals);
        }
        signals.push(Signal::Toast(Toast { id, rev, title, body, buttons, level, replaces }));
    }

    /// Takes a toast away.
    pub(crate) fn withdraw(&mut self, id: &ToastId, signals: &mut Vec<Signal>) {
        if self.out.remove(id).is_some() {
            signals.push(Signal::Withdraw(id.clone()));
        }
    }

    /// The person waved a toast away, or clicked it: it is gone already.
    pub(crate) fn gone(&mut self, id: &ToastId) {
        self.out.remove(id);
    }

    /// A ticket was read: its own toast goes, and the summary with the last of its tickets.
    pub(crate) fn read(&mut self, ticket: &TicketId, signals: &mut Vec<Signal>) {
        self.withdraw(&ToastId::Ticket(ticket.clone()), signals);
        let summary = self.out.get_mut(&ToastId::Summary);
        if summary.is_some_and(|out| out.tickets.remove(ticket) && out.tickets.is_empty()) {
            self.withdraw(&ToastId::Summary, signals);
        }
    }

    /// A conflict is settled: a toast that asks about it asks nothing any more.
    pub(crate) fn settle(&mut self, ticket: &TicketId, signals: &mut Vec<Signal>) {
        let id = ToastId::Ticket(ticket.clone());
        if self.out.get(&id).is_some_and(|out| out.panel.is_some()) {
            self.withdraw(&id, signals);
        }
    }

    /// Every toast about tickets.
    pub(crate) fn of_tickets(&self) -> Vec<ToastId> {
        let is_of_ticket = |id: &&ToastId| matches!(id, ToastId::Ticket(_) | ToastId::Summary);
        self.out.keys().filter(is_of_ticket).cloned().collect()
    }

    /// What a button of the toast of that number decides, if it is out still.
    pub(crate) fn decision(&self, id: &ToastId, rev: u32) -> Option<Decision> {
        let ToastId::Ticket(ticket) = id else { return None };
        let panel = self.out.get(id).filter(|out| out.rev == rev)?.panel.as_ref()?;
        let Panel { field, mine, theirs, .. } = panel.clone();
        Some(Decision { ticket: ticket.clone(), field, mine, theirs })
    }
}
