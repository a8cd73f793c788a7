//! What can be written.
//!
//! **Invariant:** a write is the write of REST: the same checks, the same transaction, the same idempotency keys.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::asked::{NewComment, TicketChange};
use super::asking;
use super::comment::TicketComment;
use super::ticket::SupportTicket;
use crate::auth::Caller;
use crate::gateways::graphql::limits::WRITE_COST;
use crate::http::extract::{Commenter, WriteHeaders, Writer, is_id};
use crate::http::problem::Problem;
use crate::http::{comments, now, tickets};
use crate::store::save::{Attempt, Saved};

/// Writes.
pub(in crate::gateways::graphql) struct Mutation;

/// A write that went well.
#[derive(SimpleObject)]
struct TicketWritten {
    /// The ticket afterwards.
    ticket: SupportTicket,
    /// The REST names of what changed; empty when there was nothing to change.
    updated_fields: Vec<String>,
    /// The version before.
    merged_over: u64,
    /// Whether this is the answer to an earlier write under the same key.
    replayed: bool,
}

#[Object]
impl Mutation {
    /// Opens a ticket.
    #[graphql(complexity = "WRITE_COST + child_complexity")]
    async fn create_ticket(
        &self,
        context: &Context<'_>,
        input: TicketChange,
        #[graphql(desc = "Sent twice, it is done once.")] idempotency_key: Option<String>,
        #[graphql(desc = "The console that writes.")] origin_session: Option<ID>,
    ) -> Result<TicketWritten, Problem> {
        let (app, caller) = asking(context)?;
        let headers = headers(context, idempotency_key, origin_session)?;
        written(caller, tickets::opened(app, caller, &headers, &input.body(None)).await?)
    }

    /// Changes some fields of a ticket. If one of them was changed after `clientVersion`, nothing is written, and the
    /// error `STALE_VERSION` tells both values of each in `details.conflicts`.
    #[graphql(complexity = "WRITE_COST + child_complexity")]
    async fn update_ticket(
        &self,
        context: &Context<'_>,
        id: ID,
        input: TicketChange,
        #[graphql(desc = "The version that the caller saw.")] client_version: Option<u64>,
        #[graphql(desc = "Sent twice, it is done once.")] idempotency_key: Option<String>,
        #[graphql(desc = "The console that writes.")] origin_session: Option<ID>,
    ) -> Result<TicketWritten, Problem> {
        let (app, caller) = asking(context)?;
        let writer = Writer::of(caller.clone())?;
        let headers = headers(context, idempotency_key, origin_session)?;
        let body = input.body(client_version);
        written(caller, tickets::put(app, &writer, known_id(&id)?, &headers, &body).await?)
    }

    /// Says something on a ticket.
    #[graphql(complexity = "WRITE_COST + child_complexity")]
    async fn add_comment(
        &self,
        context: &Context<'_>,
        ticket_id: ID,
        input: NewComment,
        #[graphql(desc = "Sent twice, it is done once.")] idempotency_key: Option<String>,
        #[graphql(desc = "The console that writes.")] origin_session: Option<ID>,
    ) -> Result<TicketComment, Problem> {
        let (app, caller) = asking(context)?;
        let commenter = Commenter::of(caller.clone())?;
        let headers = headers(context, idempotency_key, origin_session)?;
        let ticket = known_id(&ticket_id)?;
        match comments::said(app, &commenter, ticket, &headers, &input.body()).await? {
            Attempt::Done(comment) | Attempt::Again(comment) => Ok(comment.into()),
            Attempt::KeyReused => Err(Problem::key_reused()),
            Attempt::Refused(refusal) => Err(tickets::refused(&caller.tenant, refusal)),
        }
    }
}

fn known_id(id: &ID) -> Result<&str, Problem> {
    if is_id(id) { Ok(id) } else { Err(Problem::not_found("There is nothing with this id")) }
}

fn headers(context: &Context<'_>, key: Option<String>, origin: Option<ID>) -> Result<WriteHeaders, Problem> {
    let (app, _) = asking(context)?;
    WriteHeaders::said(key.as_deref(), origin.as_ref().map(|id| id.as_str()), now(app))
}

fn written(caller: &Caller, attempt: Attempt<Saved>) -> Result<TicketWritten, Problem> {
    let (saved, replayed) = match attempt {
        Attempt::Done(saved) => (saved, false),
        Attempt::Again(saved) => (saved, true),
        Attempt::KeyReused => return Err(Problem::key_reused()),
        Attempt::Refused(refusal) => return Err(tickets::refused(&caller.tenant, refusal)),
    };
    Ok(TicketWritten {
        ticket: saved.sheet.into(),
        updated_fields: saved.updated_fields.iter().map(ToString::to_string).collect(),
        merged_over: saved.merged_over.0,
        replayed,
    })
}
