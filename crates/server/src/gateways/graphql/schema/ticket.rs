//! A ticket as it is answered.
//!
//! **Invariant:** made of a ticket that the caller may read, and of nothing else.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use callboard_model::rest::Pagination;
use callboard_model::{Ticket, TicketId};

use super::comment::TicketComment;
use super::scalar::DateTime;
use super::{asking, cost, server};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::description;
use crate::domain::extras::Extras;
use crate::gateways::graphql::limits::LOOK_UP_COST;
use crate::http::problem::Problem;
use crate::http::{comments, tickets};
use crate::store::comments::CommentQuery;
use crate::store::query::Order;
use crate::store::save::Sheet;

/// The most comments in one answer, as over REST.
const COMMENTS_MAX: i32 = 200;

/// A ticket.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct SupportTicket {
    id: ID,
    /// The number that people know it by.
    number: String,
    title: String,
    /// How often it has changed: what `clientVersion` wants to know.
    version: u64,
    board_id: Option<ID>,
    board_name: Option<String>,
    client_id: Option<ID>,
    client_name: Option<String>,
    location_id: Option<ID>,
    location_name: Option<String>,
    contact_id: Option<ID>,
    contact_name: Option<String>,
    status_id: Option<ID>,
    status_name: Option<String>,
    is_closed: bool,
    priority_id: Option<ID>,
    priority_name: Option<String>,
    category_id: Option<ID>,
    category_name: Option<String>,
    subcategory_id: Option<ID>,
    subcategory_name: Option<String>,
    assigned_to: Option<ID>,
    assigned_to_name: Option<String>,
    assigned_team_id: Option<ID>,
    impact: Option<i64>,
    urgency: Option<i64>,
    /// Whose turn it is: `awaiting_client`, `awaiting_internal` or nobody's.
    response_state: Option<String>,
    /// The ticket that speaks for this one, where it is bundled.
    master_ticket_id: Option<ID>,
    entered_by: Option<ID>,
    entered_at: Option<DateTime>,
    updated_by: Option<ID>,
    updated_at: Option<DateTime>,
    closed_by: Option<ID>,
    closed_at: Option<DateTime>,
    due_date: Option<DateTime>,
    response_due_at: Option<DateTime>,
    resolution_due_at: Option<DateTime>,
    #[graphql(skip)]
    ticket: TicketId,
    /// What stands beside the fields, where it was read along with them.
    #[graphql(skip)]
    extras: Option<Extras>,
    /// Whom it is told to, where that is not whoever asked for it.
    #[graphql(skip)]
    told_to: Option<Arc<Caller>>,
}

#[ComplexObject]
impl SupportTicket {
    /// What it is about at length, as plain text.
    #[graphql(complexity = "LOOK_UP_COST")]
    async fn description(&self, context: &Context<'_>) -> Result<Option<String>, Problem> {
        Ok(description::text(&self.extras(context).await?.attributes))
    }

    /// A link to where it came from.
    #[graphql(complexity = "LOOK_UP_COST")]
    async fn url(&self, context: &Context<'_>) -> Result<Option<String>, Problem> {
        Ok(self.extras(context).await?.url)
    }

    /// Words to find it by.
    #[graphql(complexity = "LOOK_UP_COST")]
    async fn tags(&self, context: &Context<'_>) -> Result<Vec<String>, Problem> {
        Ok(self.extras(context).await?.tags.into_iter().collect())
    }

    /// What was said on it, oldest first, as far as the caller may see it.
    #[graphql(complexity = "LOOK_UP_COST + cost(limit, child_complexity)")]
    async fn comments(
        &self,
        context: &Context<'_>,
        #[graphql(default = 50, desc = "At most 200.")] limit: i32,
        #[graphql(default = 0)] offset: u32,
    ) -> Result<Vec<TicketComment>, Problem> {
        let (app, caller) = self.asking(context)?;
        let limit = u32::try_from(limit.clamp(0, COMMENTS_MAX)).unwrap_or_default();
        let query = CommentQuery { internal: true, order: Order::Ascending, limit, offset };
        let comments = comments::of_ticket(app, caller, &self.ticket, query).await?;
        Ok(comments.into_iter().map(TicketComment::from).collect())
    }
}

impl SupportTicket {
    /// As somebody is told of it who listens. What is looked up for them is looked up with what they may read now.
    pub(crate) fn told_to(caller: Arc<Caller>, ticket: &Ticket) -> Self {
        Self { told_to: Some(caller), ..ticket.into() }
    }

    fn asking<'a>(&'a self, context: &Context<'a>) -> Result<(&'a App, &'a Caller), Problem> {
        match &self.told_to {
            Some(caller) => Ok((server(context)?, caller)),
            None => asking(context),
        }
    }

    async fn extras(&self, context: &Context<'_>) -> Result<Extras, Problem> {
        if let Some(extras) = &self.extras {
            return Ok(extras.clone());
        }
        let (app, caller) = self.asking(context)?;
        Ok(tickets::found(app, caller, &self.ticket).await?.extras)
    }
}

impl From<&Ticket> for SupportTicket {
    fn from(of: &Ticket) -> Self {
        let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
        Self {
            id: ID::from(of.ticket_id.as_str()),
            number: of.ticket_number.to_string(),
            title: of.title.to_string(),
            version: of.version.unwrap_or_default().0,
            board_id: of.board_id.as_ref().map(|id| id.as_str().into()),
            board_name: text(&of.board_name),
            client_id: of.client_id.as_ref().map(|id| id.as_str().into()),
            client_name: text(&of.client_name),
            location_id: of.location_id.as_ref().map(|id| id.as_str().into()),
            location_name: text(&of.location_name),
            contact_id: of.contact_name_id.as_ref().map(|id| id.as_str().into()),
            contact_name: text(&of.contact_name),
            status_id: of.status_id.as_ref().map(|id| id.as_str().into()),
            status_name: text(&of.status_name),
            is_closed: of.status_is_closed,
            priority_id: of.priority_id.as_ref().map(|id| id.as_str().into()),
            priority_name: text(&of.priority_name),
            category_id: of.category_id.as_ref().map(|id| id.as_str().into()),
            category_name: text(&of.category_name),
            subcategory_id: of.subcategory_id.as_ref().map(|id| id.as_str().into()),
            subcategory_name: text(&of.subcategory_name),
            assigned_to: of.assigned_to.as_ref().map(|id| id.as_str().into()),
            assigned_to_name: text(&of.assigned_to_name),
            assigned_team_id: of.assigned_team_id.as_ref().map(|id| id.as_str().into()),
            impact: of.itil_impact,
            urgency: of.itil_urgency,
            response_state: text(&of.response_state),
            master_ticket_id: of.master_ticket_id.as_ref().map(|id| id.as_str().into()),
            entered_by: of.entered_by.as_ref().map(|id| id.as_str().into()),
            entered_at: of.entered_at.map(DateTime),
            updated_by: of.updated_by.as_ref().map(|id| id.as_str().into()),
            updated_at: of.updated_at.map(DateTime),
            closed_by: of.closed_by.as_ref().map(|id| id.as_str().into()),
            closed_at: of.closed_at.map(DateTime),
            due_date: of.due_date.map(DateTime),
            response_due_at: of.sla_response_due_at.map(DateTime),
            resolution_due_at: of.sla_resolution_due_at.map(DateTime),
            ticket: of.ticket_id.clone(),
            extras: None,
            told_to: None,
        }
    }
}

impl From<Sheet> for SupportTicket {
    fn from(sheet: Sheet) -> Self {
        Self { extras: Some(sheet.extras), ..(&sheet.ticket).into() }
    }
}

/// A page of tickets.
#[derive(SimpleObject)]
pub(super) struct TicketPage {
    nodes: Vec<SupportTicket>,
    /// From 1.
    page: u32,
    limit: u32,
    /// How many there are on all pages.
    total: u32,
    total_pages: u32,
    has_next: bool,
    has_previous: bool,
}

impl TicketPage {
    pub(super) fn of(tickets: &[Ticket], at: &Pagination) -> Self {
        Self {
            nodes: tickets.iter().map(SupportTicket::from).collect(),
            page: at.page,
            limit: at.limit,
            total: at.total,
            total_pages: at.total_pages,
            has_next: at.has_next,
            has_previous: at.has_prev,
        }
    }
}
