//! Answers of the REST API: every one has one fate (CO-13).
//!
//! **Invariant:** what an outcome says about the way to the server is weighed before what it says about the question.

use callboard_model::Timestamp;

use super::Session;
use super::effect::{Request, RequestId};
use super::event::{Answer, Failure};
use super::turn::Turn;

impl Session {
    pub(super) fn answered(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        request: Request,
        outcome: Result<Answer, Failure>,
        server_time: Option<Timestamp>,
    ) {
        if let Some(server_time) = server_time {
            self.clock.measure(server_time, turn.now.wall);
            self.keep_time(turn);
        }
        self.weigh(turn, &request, &outcome);
        match request {
            Request::Hello => self.on_hello(turn, outcome),
            Request::Lookups => self.on_lookups(turn, outcome),
            Request::Customer(client) => self.on_customer(&client, outcome),
            Request::Tickets { .. } => self.on_page(turn, id, outcome),
            Request::Ticket(ticket) => self.fetched(turn, id, &ticket, outcome),
            Request::Save { edit, ticket, .. } => self.save_answered(turn, id, (edit, &ticket), outcome),
            Request::Say { saying, ticket, .. } => self.said(turn, saying, &ticket, outcome),
            Request::Comments { ticket, limit } => self.on_comments(turn, ticket, limit, outcome),
            Request::Schedule(asked) => self.on_schedule(turn, asked, outcome),
            Request::Changes { .. } => self.on_changes(turn, outcome),
            Request::LiveTokens { tickets, board } => self.on_tokens(turn, tickets, board, outcome),
            Request::StockTokens { tickets } => self.on_stock_tokens(turn, tickets, outcome),
            Request::EventCatalog => self.on_event_catalog(outcome),
            Request::EventLog { of, since, .. } => self.on_event_log(&of, since, outcome),
            Request::Simulate { key, .. } => self.on_simulated(turn, key, outcome),
        }
    }
}
