//! What is told as it happens (GS-2).
//!
//! **Invariant:** whoever may not read a thing cannot listen to it either, and what is listened to is asked about again with
//! every event.

use std::sync::Arc;

use async_graphql::{Context, ID, Subscription as Told};
use futures_util::StreamExt;
use futures_util::stream::{BoxStream, empty};

use super::asking;
use super::event::{SupportTicketEvent, TicketEventFilter};
use crate::auth::Caller;
use crate::gateways::graphql::listener::{Ear, Listener};
use crate::gateways::graphql::teller::Feed;
use crate::gateways::graphql::wish::Wish;
use crate::http::extract::{Reader, is_id};
use crate::http::problem::Problem;

/// Listens.
pub(in crate::gateways::graphql) struct Subscription;

type Events = BoxStream<'static, SupportTicketEvent>;

#[Told]
impl Subscription {
    /// What happens to the tickets that the caller may read, as far as the filter lets it through.
    async fn support_ticket_events(
        &self,
        context: &Context<'_>,
        filter: Option<TicketEventFilter>,
    ) -> Result<Events, Problem> {
        events(context, |_| Wish::filtered(filter)).await
    }

    /// What happens to one ticket. Ends with an error when the caller may not read it any more, and by itself when the
    /// ticket is gone.
    async fn ticket_updated(&self, context: &Context<'_>, ticket_id: ID) -> Result<Events, Problem> {
        let ticket = |_: &Caller| {
            let known = is_id(&ticket_id).then(|| Wish::Ticket(ticket_id.as_str().into()));
            known.ok_or_else(|| Problem::not_found("Ticket not found"))
        };
        events(context, ticket).await
    }

    /// What happens to the tickets that the caller opened or has to do.
    async fn my_ticket_updates(&self, context: &Context<'_>) -> Result<Events, Problem> {
        events(context, |_| Ok(Wish::Mine)).await
    }

    /// What happens to the tickets of the caller's teams: given to one of them, or to somebody in one.
    async fn team_ticket_updates(&self, context: &Context<'_>) -> Result<Events, Problem> {
        let team = |caller: &Caller| {
            let refused = || Problem::forbidden("The company's teams are not for its customers");
            caller.access.is_internal().then_some(Wish::Team).ok_or_else(refused)
        };
        events(context, team).await
    }
}

/// Where an execution tells ([`Feed`]), its events. Where somebody begins to listen none: whoever listens is left in the
/// [`Ear`], and what they are told comes from there.
async fn events(
    context: &Context<'_>,
    wish: impl FnOnce(&Caller) -> Result<Wish, Problem>,
) -> Result<Events, Problem> {
    if let Some(feed) = context.data_opt::<Feed>() {
        return Ok(feed.events());
    }
    let (app, caller) = asking(context)?;
    Reader::of(caller.clone())?;
    let wish = wish(caller)?;
    let ear = context.data_opt::<Arc<Ear>>().and_then(|ear| Some((ear, ear.take()?)));
    let (ear, (pass, heard)) =
        ear.ok_or_else(|| Problem::bad_request("Subscriptions are told over graphql-transport-ws"))?;
    let mut listener = Listener::new(app.clone(), pass, heard, wish);
    listener.begin().await?;
    ear.leave(listener);
    Ok(empty().boxed())
}
