//! What can be read.
//!
//! **Invariant:** the same refusals as the REST routes that read the same.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::asked::{PageAsked, SortOrder, TicketFilter};
use super::ticket::{SupportTicket, TicketPage};
use super::{asking, cost};
use crate::gateways::graphql::limits::LOOK_UP_COST;
use crate::http::extract::{Reader, is_id};
use crate::http::problem::Problem;
use crate::http::tickets;

/// Reads.
pub(in crate::gateways::graphql) struct Query;

/// Somebody who signs in.
#[derive(Clone, SimpleObject)]
pub(crate) struct SupportUser {
    id: ID,
    name: Option<String>,
}

impl SupportUser {
    pub(crate) fn of(id: &str, name: Option<String>) -> Self {
        Self { id: id.into(), name }
    }
}

#[Object]
#[allow(clippy::unused_async, reason = "the library awaits every resolver")]
impl Query {
    /// Whose key this is.
    async fn me(&self, context: &Context<'_>) -> Result<SupportUser, Problem> {
        let (_, caller) = asking(context)?;
        Ok(SupportUser::of(caller.user.as_str(), Some(caller.display_name.to_string())))
    }

    /// One ticket.
    #[graphql(complexity = "LOOK_UP_COST + child_complexity")]
    async fn ticket(&self, context: &Context<'_>, id: ID) -> Result<SupportTicket, Problem> {
        let (app, caller) = asking(context)?;
        let Reader(caller) = Reader::of(caller.clone())?;
        if !is_id(&id) {
            return Err(Problem::not_found("There is nothing with this id"));
        }
        Ok(tickets::found(app, &caller, &id.as_str().into()).await?.into())
    }

    /// A page of tickets, the newest first unless it is said otherwise.
    #[graphql(complexity = "LOOK_UP_COST + cost(limit, child_complexity)")]
    async fn tickets(
        &self,
        context: &Context<'_>,
        filter: Option<TicketFilter>,
        #[graphql(default = 1, desc = "From 1.")] page: i32,
        #[graphql(default = 25, desc = "At most 100.")] limit: i32,
        #[graphql(desc = "By what, in the words of REST; `entered_at` unless given.")] sort: Option<String>,
        order: Option<SortOrder>,
    ) -> Result<TicketPage, Problem> {
        let (app, caller) = asking(context)?;
        let Reader(caller) = Reader::of(caller.clone())?;
        let params = PageAsked { filter, page, limit, sort, order }.params();
        let (tickets, at) = tickets::page(app, &caller, &params).await?;
        Ok(TicketPage::of(&tickets, &at))
    }
}
