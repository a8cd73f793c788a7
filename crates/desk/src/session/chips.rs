//! What chips are called, and what can be chosen for them.
//!
//! A chip names what it lets through by its id. Whoever draws it needs the name, and whoever picks one needs to see what
//! there is, with how many tickets: counted over the very rows that the view would show.
//!
//! **Invariant:** nothing here narrows a view; a chip whose name nobody knows works like any other.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use callboard_model::{Field, TicketId, Value};

use super::Session;
use super::effect::WindowId;
use super::turn::Turn;
use crate::board::search::fold;
use crate::bridge::{
    Chip, ChipKind, ChipsView, NamedChip, OFFERS_MAX, Offer, OffersView, Slack, Unsent, Update, ViewId,
};

impl Session {
    /// Tells the windows what the chips of those views are called.
    pub(super) fn name_chips(&mut self, turn: &mut Turn<'_>) {
        if self.nameless.is_empty() {
            return;
        }
        let nameless = std::mem::take(&mut self.nameless);
        for (window, view, query) in self.board.queries() {
            if query.chips.is_empty() || !nameless.contains(&(window.clone(), view.clone())) {
                continue;
            }
            let named = |chip: &Chip| NamedChip { chip: chip.clone(), label: self.chip_name(chip) };
            let chips = query.chips.iter().map(named).collect();
            turn.paint(window.clone(), Update::Chips(ChipsView { view: view.clone(), chips }));
        }
    }

    /// The names changed: chips may be called otherwise.
    pub(super) fn chips_renamed(&mut self) {
        let all = self.board.queries().map(|(window, view, _)| (window.clone(), view.clone()));
        self.nameless = all.collect();
    }

    fn chip_name(&self, chip: &Chip) -> Option<String> {
        let (field, value) = field_of(chip.kind()).zip(value_of(chip))?;
        let known = self.names.named(field, value, None);
        known.or_else(|| {
            let sample = self.tickets.ticket(self.board.sample(chip)?);
            self.names.named(field, value, sample)
        })
    }

    /// Says what can be chosen for the chips of one kind.
    pub(super) fn tell_offers(&self, turn: &mut Turn<'_>, window: WindowId, view: ViewId, kind: ChipKind) {
        let tally = self.board.tally(&window, &view, kind);
        let count = |chip: &Chip| tally.get(chip).map_or(0, |(tickets, _)| *tickets);
        let offers = match field_of(kind) {
            Some(field) => self.offers_of(kind, field, &tally),
            None => every(kind)
                .into_iter()
                .map(|chip| Offer { tickets: count(&chip), label: None, chips: vec![chip] })
                .collect(),
        };
        let total = u32::try_from(offers.len()).unwrap_or(u32::MAX);
        let offers = most_used(offers);
        turn.paint(window, Update::Offers(OffersView { view, kind, offers, total }));
    }

    /// First ourselves and nobody, then what pickers have, in their order, then what only tickets have.
    fn offers_of(&self, kind: ChipKind, field: Field, tally: &BTreeMap<Chip, (u32, TicketId)>) -> Vec<Offer> {
        let count = |chip: &Chip| tally.get(chip).map_or(0, |(tickets, _)| *tickets);
        let mut offers = Vec::new();
        if kind == ChipKind::Assignee {
            offers.push(Offer { tickets: count(&Chip::Mine), label: None, chips: vec![Chip::Mine] });
        }
        let mut of_name: BTreeMap<String, usize> = BTreeMap::new();
        let mut offer = |value: Value, label: Option<String>| {
            let Some(chip) = chip_of(kind, value) else { return };
            let tickets = count(&chip);
            let at = match &label {
                Some(name) => *of_name.entry(fold(name)).or_insert(offers.len()),
                None => offers.len(),
            };
            match offers.get_mut(at) {
                Some(same) => {
                    same.tickets = same.tickets.saturating_add(tickets);
                    same.chips.push(chip);
                }
                None => offers.push(Offer { chips: vec![chip], label, tickets }),
            }
        };
        let listed = self.names.every(field);
        let values: BTreeSet<&Value> = listed.iter().map(|choice| &choice.value).collect();
        let is_listed = |value: &Value| values.contains(value);
        let is_nothing = |chip: &Chip| value_of(chip).is_some_and(Value::is_empty);
        if is_listed(&Value::Empty) || tally.keys().any(is_nothing) {
            offer(Value::Empty, None);
        }
        for choice in listed.iter().filter(|choice| !choice.value.is_empty()) {
            offer(choice.value.clone(), Some(choice.label.clone()));
        }
        for (chip, (_, ticket)) in tally {
            let unlisted = value_of(chip).filter(|value| !value.is_empty() && !is_listed(value));
            if let Some(value) = unlisted {
                let label = self.names.named(field, value, self.tickets.ticket(ticket));
                offer(value.clone(), Some(label.unwrap_or_else(|| value.to_string())));
            }
        }
        offers
    }
}

/// As many as are told: those with the most tickets, in the order in which they came.
fn most_used(mut offers: Vec<Offer>) -> Vec<Offer> {
    if offers.len() > OFFERS_MAX {
        let mut placed: Vec<(usize, Offer)> = offers.into_iter().enumerate().collect();
        placed.sort_by_key(|(_, offer)| Reverse(offer.tickets));
        placed.truncate(OFFERS_MAX);
        placed.sort_by_key(|(place, _)| *place);
        offers = placed.into_iter().map(|(_, offer)| offer).collect();
    }
    offers
}

/// The field whose values chips of a kind name.
const fn field_of(kind: ChipKind) -> Option<Field> {
    match kind {
        ChipKind::Status => Some(Field::Status),
        ChipKind::Priority => Some(Field::Priority),
        ChipKind::Assignee => Some(Field::Assignee),
        ChipKind::Team => Some(Field::Team),
        ChipKind::Client => Some(Field::Client),
        ChipKind::Board => Some(Field::Board),
        ChipKind::Place => Some(Field::Location),
        ChipKind::Category => Some(Field::Category),
        ChipKind::Due | ChipKind::Work | ChipKind::Watched => None,
    }
}

/// The value that a chip names.
const fn value_of(chip: &Chip) -> Option<&Value> {
    match chip {
        Chip::Status(value)
        | Chip::Priority(value)
        | Chip::Assignee(value)
        | Chip::Team(value)
        | Chip::Client(value)
        | Chip::Board(value)
        | Chip::Place(value)
        | Chip::Category(value) => Some(value),
        Chip::Mine | Chip::Due(_) | Chip::Work(_) | Chip::Watched => None,
    }
}

/// The chip of a kind that names a value.
fn chip_of(kind: ChipKind, value: Value) -> Option<Chip> {
    Some(match kind {
        ChipKind::Status => Chip::Status(value),
        ChipKind::Priority => Chip::Priority(value),
        ChipKind::Assignee => Chip::Assignee(value),
        ChipKind::Team => Chip::Team(value),
        ChipKind::Client => Chip::Client(value),
        ChipKind::Board => Chip::Board(value),
        ChipKind::Place => Chip::Place(value),
        ChipKind::Category => Chip::Category(value),
        ChipKind::Due | ChipKind::Work | ChipKind::Watched => return None,
    })
}

/// The chips of a kind that names nothing.
fn every(kind: ChipKind) -> Vec<Chip> {
    match kind {
        ChipKind::Due => {
            [Slack::Breached, Slack::Hour, Slack::Today, Slack::Later, Slack::Untimed].map(Chip::Due).into()
        }
        ChipKind::Work => [Unsent::Queued, Unsent::NeedsYou].map(Chip::Work).into(),
        ChipKind::Watched => vec![Chip::Watched],
        _ => Vec::new(),
    }
}
