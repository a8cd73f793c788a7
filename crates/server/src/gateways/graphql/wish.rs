//! What a subscriber wants to hear of.
//!
//! It exists apart from who may hear what: this is asked first where it costs nothing, and again with the ticket at hand.
//!
//! **Invariant:** pure, and never a reason to show more.

use callboard_model::{Ticket, TicketId, UserId};

use super::limits::FILTER_IDS_MAX;
use super::schema::event::{TicketEventFilter, TicketEventType};
use super::words::Happened;
use crate::http::extract::invalid;
use crate::http::problem::Problem;
use crate::store::witness::Ties;

/// Which events.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    /// Those that the filter lets through.
    Filtered(Box<TicketEventFilter>),
    /// Those of one ticket.
    Ticket(TicketId),
    /// Those of tickets that the subscriber opened or has to do.
    Mine,
    /// Those of tickets of the subscriber's teams.
    Team,
}

impl Wish {
    /// A filter of bounded size.
    pub(super) fn filtered(filter: Option<TicketEventFilter>) -> Result<Self, Problem> {
        let filter = filter.unwrap_or_default();
        let lists = [
            ("ticketIds", filter.ticket_ids.as_ref().map_or(0, Vec::len)),
            ("eventTypes", filter.event_types.as_ref().map_or(0, Vec::len)),
            ("statuses", filter.statuses.as_ref().map_or(0, Vec::len)),
            ("priorities", filter.priorities.as_ref().map_or(0, Vec::len)),
        ];
        match lists.into_iter().find(|(_, length)| *length > FILTER_IDS_MAX) {
            Some((name, _)) => {
                Err(invalid(name, "too_big", format!("{name} has at most {FILTER_IDS_MAX} entries")))
            }
            None => Ok(Self::Filtered(Box::new(filter))),
        }
    }

    /// The tickets that whoever wishes this has to be woken for; `None`: for everything.
    pub(super) fn tickets(&self) -> Option<Vec<&str>> {
        match self {
            Self::Ticket(ticket) => Some(vec![ticket.as_str()]),
            Self::Filtered(filter) => {
                Some(filter.ticket_ids.as_ref()?.iter().map(|id| id.as_str()).collect())
            }
            Self::Mine | Self::Team => None,
        }
    }

    /// Whether it may be wanted, as far as the event itself says.
    pub(super) fn may_want(&self, happened: &Happened) -> bool {
        match self {
            Self::Mine | Self::Team => true,
            Self::Ticket(ticket) => *ticket == happened.ticket,
            Self::Filtered(filter) => {
                among(filter.event_types.as_deref(), |one| *one == happened.word)
                    && among(filter.ticket_ids.as_deref(), |id| id.as_str() == happened.ticket.as_str())
            }
        }
    }

    /// Whether it has to be known how the subscriber stands to the ticket.
    pub(super) fn asks_ties(&self) -> bool {
        match self {
            Self::Team => true,
            Self::Filtered(filter) => filter.watched_only,
            Self::Mine | Self::Ticket(_) => false,
        }
    }

    /// Whether it is wanted of this ticket.
    pub(super) fn wants(&self, happened: &Happened, ticket: &Ticket, (me, ties): (&UserId, Ties)) -> bool {
        let opened = ticket.entered_by.as_ref() == Some(me);
        let mine = is_for(ticket, happened, me);
        match self {
            Self::Ticket(_) => true,
            Self::Mine => opened || mine,
            Self::Team => ties.team,
            Self::Filtered(filter) => {
                let any = filter.watched_only || filter.include_created || filter.include_assigned;
                let close = filter.watched_only && ties.spoke
                    || filter.include_created && opened
                    || filter.include_assigned && mine;
                (close || !any) && fits(filter, happened, ticket)
            }
        }
    }
}

fn among<T>(list: Option<&[T]>, is: impl Fn(&T) -> bool) -> bool {
    list.is_none_or(|list| list.iter().any(is))
}

/// Whether the ticket is this person's, or was until now.
fn is_for(ticket: &Ticket, happened: &Happened, user: &UserId) -> bool {
    let taken = happened.word == TicketEventType::Unassigned && happened.left.as_ref() == Some(user);
    taken || ticket.assigned_to.as_ref() == Some(user)
}

fn fits(filter: &TicketEventFilter, happened: &Happened, ticket: &Ticket) -> bool {
    let named = |text: &String, id: Option<&str>, name: Option<&str>| {
        Some(text.as_str()) == id || Some(text.as_str()) == name
    };
    let (status, priority) = (ticket.status_id.as_ref(), ticket.priority_id.as_ref());
    filter.assigned_to_user_id.as_ref().is_none_or(|user| is_for(ticket, happened, &user.as_str().into()))
        && among(filter.statuses.as_deref(), |text| {
            named(text, status.map(|id| id.as_str()), ticket.status_name.as_deref())
        })
        && among(filter.priorities.as_deref(), |text| {
            named(text, priority.map(|id| id.as_str()), ticket.priority_name.as_deref())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket() -> Ticket {
        let mut ticket = Ticket::blank("1".into(), "1".into());
        ticket.status_id = Some("s".into());
        ticket.status_name = Some("Open".into());
        ticket.priority_id = Some("p".into());
        ticket.entered_by = Some("nora".into());
        ticket.assigned_to = Some("bob".into());
        ticket
    }

    fn happened(word: TicketEventType) -> Happened {
        Happened::bare(word, "1".into(), Some("ann".into()))
    }

    fn hears(filter: TicketEventFilter, me: &str, ties: Ties) -> bool {
        let (wish, happened) =
            (Wish::filtered(Some(filter)).expect("small"), happened(TicketEventType::Unassigned));
        wish.may_want(&happened) && wish.wants(&happened, &ticket(), (&me.into(), ties))
    }

    /// GS-3: each part of the filter by itself.
    #[test]
    fn every_part_of_a_filter_narrows() {
        let none = Ties::default();
        let all = TicketEventFilter::default;
        assert!(hears(all(), "nora", none));
        for (passes, filter) in [
            (true, TicketEventFilter { ticket_ids: Some(vec!["2".into(), "1".into()]), ..all() }),
            (false, TicketEventFilter { ticket_ids: Some(vec!["2".into()]), ..all() }),
            (false, TicketEventFilter { ticket_ids: Some(vec![]), ..all() }),
            (true, TicketEventFilter { event_types: Some(vec![TicketEventType::Unassigned]), ..all() }),
            (false, TicketEventFilter { event_types: Some(vec![TicketEventType::Created]), ..all() }),
            (true, TicketEventFilter { assigned_to_user_id: Some("bob".into()), ..all() }),
            (true, TicketEventFilter { assigned_to_user_id: Some("ann".into()), ..all() }),
            (false, TicketEventFilter { assigned_to_user_id: Some("nora".into()), ..all() }),
            (true, TicketEventFilter { statuses: Some(vec!["s".into()]), ..all() }),
            (true, TicketEventFilter { statuses: Some(vec!["Open".into()]), ..all() }),
            (false, TicketEventFilter { statuses: Some(vec!["open".into()]), ..all() }),
            (true, TicketEventFilter { priorities: Some(vec!["p".into()]), ..all() }),
            (false, TicketEventFilter { priorities: Some(vec!["q".into()]), ..all() }),
        ] {
            assert_eq!(hears(filter.clone(), "nora", none), passes, "{filter:?}");
        }
    }

    #[test]
    fn of_watched_created_and_assigned_one_is_enough() {
        let spoke = Ties { spoke: true, team: false };
        let filter = |watched_only, include_created, include_assigned| TicketEventFilter {
            watched_only,
            include_created,
            include_assigned,
            ..TicketEventFilter::default()
        };
        for (hears_it, filter, me, ties) in [
            (false, filter(true, false, false), "nora", Ties::default()),
            (true, filter(true, false, false), "eli", spoke),
            (true, filter(true, true, false), "nora", Ties::default()),
            (false, filter(false, true, false), "bob", spoke),
            (true, filter(false, false, true), "bob", Ties::default()),
            (true, filter(false, false, true), "ann", Ties::default()),
            (false, filter(true, true, true), "eli", Ties::default()),
        ] {
            assert_eq!(hears(filter.clone(), me, ties), hears_it, "{filter:?} for {me}");
        }
    }

    #[test]
    fn what_is_mine_is_what_i_opened_or_have_to_do() {
        let event = happened(TicketEventType::Updated);
        for (me, hears) in [("nora", true), ("bob", true), ("ann", false)] {
            assert_eq!(Wish::Mine.wants(&event, &ticket(), (&me.into(), Ties::default())), hears, "{me}");
        }
    }

    /// GS-6
    #[test]
    fn a_filter_has_a_size() {
        let ids = vec!["x".into(); FILTER_IDS_MAX + 1];
        let filter = TicketEventFilter { ticket_ids: Some(ids), ..TicketEventFilter::default() };
        assert!(Wish::filtered(Some(filter)).is_err());
    }
}
