//! Which question goes next: what a person committed or sends goes before what we only want to know.
//!
//! **Invariant:** among saves, and among the others, the order of asking is kept.

use std::collections::VecDeque;
use std::time::Duration;

use callboard_desk::session::effect::{Request, RequestId};

/// Questions under way at once; the others wait. Below what a stock server lets one key ask in a burst.
pub(crate) const FLYING_MAX: usize = 8;

/// Questions of one kind that may wait. One more is answered with "busy", and the session asks again.
const WAITING_MAX: usize = 4096;

/// What a question that found no place is told to wait.
pub(crate) const FULL_WAIT: Duration = Duration::from_secs(1);

/// The questions that wait.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    saves: VecDeque<(RequestId, Request)>,
    others: VecDeque<(RequestId, Request)>,
}

impl Queue {
    /// Lets a question wait; gives it back when there is no place.
    pub(crate) fn push(&mut self, id: RequestId, request: Request) -> Option<(RequestId, Request)> {
        let lane = match &request {
            Request::Save { .. } | Request::Say { .. } | Request::Simulate { .. } => &mut self.saves,
            Request::Schedule(asked) if asked.is_write() => &mut self.saves,
            Request::Hello
            | Request::Lookups
            | Request::Customer(_)
            | Request::Tickets { .. }
            | Request::Ticket(_)
            | Request::Comments { .. }
            | Request::Schedule(_)
            | Request::Changes { .. }
            | Request::LiveTokens { .. }
            | Request::StockTokens { .. }
            | Request::EventCatalog
            | Request::EventLog { .. } => &mut self.others,
        };
        if lane.len() >= WAITING_MAX {
            return Some((id, request));
        }
        lane.push_back((id, request));
        None
    }

    /// Takes the one whose turn it is.
    pub(crate) fn pop(&mut self) -> Option<(RequestId, Request)> {
        self.saves.pop_front().or_else(|| self.others.pop_front())
    }
}

#[cfg(test)]
mod tests {
    use callboard_model::EditId;
    use callboard_model::rest::TicketChanges;

    use super::*;

    fn save(n: u64) -> (RequestId, Request) {
        let (edit, ticket) = (EditId(n.into()), "T-1".into());
        (RequestId(n), Request::Save { edit, ticket, changes: TicketChanges::default() })
    }

    #[test]
    fn saves_go_before_fetches_and_each_in_order() {
        let mut queue = Queue::default();
        for n in [1, 3] {
            assert_eq!(queue.push(RequestId(n), Request::Changes { since: n }), None);
            let (id, request) = save(n + 1);
            assert_eq!(queue.push(id, request), None);
        }
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(id, _)| id.0).collect();
        assert_eq!(order, [2, 4, 1, 3]);
    }

    #[test]
    fn fetches_that_pile_up_leave_room_for_saves() {
        let mut queue = Queue::default();
        for n in 0..WAITING_MAX as u64 {
            assert_eq!(queue.push(RequestId(n), Request::Hello), None);
        }
        assert_eq!(queue.push(RequestId(9), Request::Lookups), Some((RequestId(9), Request::Lookups)));
        let (id, request) = save(7);
        assert_eq!(queue.push(id, request), None);
        assert_eq!(queue.pop(), Some(save(7)));
    }
}
