//! What is told as it happens (GS-2).
//!
//! **Invariant:** whoever may not read a thing cannot listen to it either, and what is listened to is asked about again with
//! every event.

use async_graphql::{Context, Error, ID, Subscription as Told};
use futures_util::StreamExt;
use futures_util::stream::{BoxStream, unfold};

use super::asking;
use super::event::{SupportTicketEvent, TicketEventFilter};
use crate::auth::Caller;
use crate::gateways::graphql::listener::{Ear, Listener};
use crate::gateways::graphql::wish::Wish;
use crate::http::extract::{Reader, is_id};
use crate::http::problem::Problem;

/// Listens.
pub(in crate::gateways::graphql) struct Subscription;

type Events = BoxStream<'static, Result<SupportTicketEvent, Error>>;

#[Told]
#[allow(clippy::unused_async, reason = "the library awaits every resolver")]
impl Subscription {
    /// What happens to the tickets that the caller may read, as far as the filter lets it through.
    async fn support_ticket_events(
        &self,
        context: &Context<'_>,
        filter: Option<TicketEventFilter>,
    ) -> Result<Events, Problem> {
        let wish = Wish::filtered(filter)?;
        Ok(events(listener(context, wish)?))
    }

    /// What happens to one ticket. Ends with an error when the caller may not read it any more, and by itself when the
    /// ticket is gone.
    async fn ticket_updated(&self, context: &Context<'_>, ticket_id: ID) -> Result<Events, Problem> {
        if !is_id(&ticket_id) {
            return Err(Problem::not_found("Ticket not found"));
        }
        let listener = listener(context, Wish::Ticket(ticket_id.as_str().into()))?;
        listener.begin().await?;
        Ok(events(listener))
    }

    /// What happens to the tickets that the caller opened or has to do.
    async fn my_ticket_updates(&self, context: &Context<'_>) -> Result<Events, Problem> {
        Ok(events(listener(context, Wish::Mine)?))
    }

    /// What happens to the tickets of the caller's teams: given to one of them, or to somebody in one.
    async fn team_ticket_updates(&self, context: &Context<'_>) -> Result<Events, Problem> {
        let (_, caller) = asking(context)?;
        if !caller.access.is_internal() {
            return Err(Problem::forbidden("The company's teams are not for its customers"));
        }
        Ok(events(listener(context, Wish::Team)?))
    }
}

fn listener(context: &Context<'_>, wish: Wish) -> Result<Listener, Problem> {
    let (app, caller): (_, &Caller) = asking(context)?;
    Reader::of(caller.clone())?;
    let ear = context.data_opt::<Ear>().and_then(Ear::take);
    let (pass, heard) =
        ear.ok_or_else(|| Problem::bad_request("Subscriptions are told over graphql-transport-ws"))?;
    Ok(Listener::new(app.clone(), pass, heard, wish))
}

fn events(listener: Listener) -> Events {
    unfold(Some(listener), |listener| async move {
        let mut listener = listener?;
        match listener.next().await? {
            Ok(event) => Some((Ok(event), Some(listener))),
            Err(end) => Some((Err(end), None)),
        }
    })
    .boxed()
}
