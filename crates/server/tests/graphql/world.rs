//! What the tests of GraphQL do in the world of the gateways.

use axum::http::Method;
use callboard_model::Ticket;
use serde_json::{Value, json};

use crate::peer::Peer;
pub(crate) use crate::two_companies::{DEADLINE, Person, T, World, X, until};

impl World {
    /// The newest open ticket that somebody may read, and that stands alone.
    pub(crate) async fn open_ticket(&self, person: &Person) -> Ticket {
        self.open_tickets(person).await.into_iter().next().expect("one is open")
    }

    /// A new ticket for the customer whose person this is.
    pub(crate) async fn ticket_for(&self, writer: &Person, customer: &Person) -> Ticket {
        let like = self.open_ticket(writer).await;
        let body = json!({
            "title": "A customer's", "client_id": customer.access.client, "board_id": like.board_id,
            "status_id": like.status_id, "priority_id": like.priority_id,
        });
        let (status, answer) = self.send(Method::POST, "/api/v1/tickets", writer, &body).await;
        assert_eq!(status, 201, "{answer}");
        serde_json::from_value(answer["data"].clone()).expect("a ticket")
    }

    /// What GraphQL answers over HTTP.
    pub(crate) async fn graph(&self, person: &Person, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let (status, answer) = self.send(Method::POST, "/graph", person, &body).await;
        assert_eq!(status, 200, "{query}: {answer}");
        answer
    }

    /// A REST write that has to succeed.
    pub(crate) async fn put(&self, person: &Person, ticket: &Ticket, body: Value) -> Value {
        let path = format!("/api/v1/tickets/{}", ticket.ticket_id);
        let (status, answer) = self.send(Method::PUT, &path, person, &body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Something said on a ticket, over REST.
    pub(crate) async fn say(&self, person: &Person, ticket: &Ticket, text: &str, is_internal: bool) {
        let path = format!("/api/v1/tickets/{}/comments", ticket.ticket_id);
        let body = json!({ "comment_text": text, "is_internal": is_internal });
        let (status, answer) = self.send(Method::POST, &path, person, &body).await;
        assert_eq!(status, 201, "{path}: {answer}");
    }

    /// A socket on which this person was let in.
    pub(crate) async fn inside(&self, person: &Person) -> Peer {
        let mut peer = Peer::connect(self.address).await;
        peer.enter(&person.key).await;
        peer
    }
}
