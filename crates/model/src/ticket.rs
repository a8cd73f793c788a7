//! The ticket as the REST API gives it.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    BoardId, CategoryId, ClientId, ContactId, Field, LocationId, PriorityId, SlaPolicyId, StatusId, TeamId,
    TicketId, UserId, Value,
};

/// How often a ticket has changed: +1 per change that really changed something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Version(pub u64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One ticket with the names that belong to its ids.
///
/// A stock server sends more keys, which are ignored, and fewer of ours, which are then absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Ticket {
    pub ticket_id: TicketId,
    pub ticket_number: Arc<str>,
    pub title: Arc<str>,
    pub board_id: Option<BoardId>,
    #[serde(default)]
    pub board_name: Option<Arc<str>>,
    pub client_id: Option<ClientId>,
    #[serde(default)]
    pub client_name: Option<Arc<str>>,
    #[serde(default)]
    pub location_id: Option<LocationId>,
    #[serde(default)]
    pub location_name: Option<Arc<str>>,
    #[serde(default)]
    pub contact_name_id: Option<ContactId>,
    #[serde(default)]
    pub contact_name: Option<Arc<str>>,
    pub status_id: Option<StatusId>,
    #[serde(default)]
    pub status_name: Option<Arc<str>>,
    #[serde(default)]
    pub status_is_closed: bool,
    #[serde(default)]
    pub category_id: Option<CategoryId>,
    #[serde(default)]
    pub category_name: Option<Arc<str>>,
    #[serde(default)]
    pub subcategory_id: Option<CategoryId>,
    #[serde(default)]
    pub subcategory_name: Option<Arc<str>>,
    pub priority_id: Option<PriorityId>,
    #[serde(default)]
    pub priority_name: Option<Arc<str>>,
    #[serde(default)]
    pub assigned_to: Option<UserId>,
    #[serde(default)]
    pub assigned_to_name: Option<Arc<str>>,
    #[serde(default)]
    pub assigned_team_id: Option<TeamId>,
    #[serde(default)]
    pub itil_impact: Option<i64>,
    #[serde(default)]
    pub itil_urgency: Option<i64>,
    /// The level that impact and urgency gave when they were last set.
    #[serde(default)]
    pub itil_priority_level: Option<i64>,
    #[serde(default)]
    pub response_state: Option<Arc<str>>,
    /// The ticket that speaks for this one, where it is bundled.
    #[serde(default)]
    pub master_ticket_id: Option<TicketId>,
    #[serde(default)]
    pub entered_by: Option<UserId>,
    #[serde(default)]
    pub entered_at: Option<Timestamp>,
    #[serde(default)]
    pub updated_by: Option<UserId>,
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    #[serde(default)]
    pub closed_by: Option<UserId>,
    #[serde(default)]
    pub closed_at: Option<Timestamp>,
    #[serde(default)]
    pub due_date: Option<Timestamp>,
    #[serde(default)]
    pub sla_policy_id: Option<SlaPolicyId>,
    #[serde(default)]
    pub sla_started_at: Option<Timestamp>,
    #[serde(default)]
    pub sla_response_due_at: Option<Timestamp>,
    #[serde(default)]
    pub sla_response_at: Option<Timestamp>,
    #[serde(default)]
    pub sla_response_met: Option<bool>,
    #[serde(default)]
    pub sla_resolution_due_at: Option<Timestamp>,
    #[serde(default)]
    pub sla_resolution_at: Option<Timestamp>,
    #[serde(default)]
    pub sla_resolution_met: Option<bool>,
    #[serde(default)]
    pub sla_paused_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "or_none_yet")]
    pub sla_total_pause_minutes: i64,
    /// Absent on a stock server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
}

impl Ticket {
    /// A ticket of which nothing is known but what it is called.
    #[must_use]
    pub fn blank(id: TicketId, number: Arc<str>) -> Self {
        Self {
            ticket_id: id,
            ticket_number: number,
            title: "".into(),
            board_id: None,
            board_name: None,
            client_id: None,
            client_name: None,
            location_id: None,
            location_name: None,
            contact_name_id: None,
            contact_name: None,
            status_id: None,
            status_name: None,
            status_is_closed: false,
            category_id: None,
            category_name: None,
            subcategory_id: None,
            subcategory_name: None,
            priority_id: None,
            priority_name: None,
            assigned_to: None,
            assigned_to_name: None,
            assigned_team_id: None,
            itil_impact: None,
            itil_urgency: None,
            itil_priority_level: None,
            response_state: None,
            master_ticket_id: None,
            entered_by: None,
            entered_at: None,
            updated_by: None,
            updated_at: None,
            closed_by: None,
            closed_at: None,
            due_date: None,
            sla_policy_id: None,
            sla_started_at: None,
            sla_response_due_at: None,
            sla_response_at: None,
            sla_response_met: None,
            sla_resolution_due_at: None,
            sla_resolution_at: None,
            sla_resolution_met: None,
            sla_paused_at: None,
            sla_total_pause_minutes: 0,
            version: None,
        }
    }

    /// What `field` holds.
    #[must_use]
    pub fn value(&self, field: Field) -> Value {
        match field {
            Field::Title => Value::Text(self.title.clone()),
            Field::Status => text(self.status_id.as_ref().map(StatusId::as_str)),
            Field::Priority => text(self.priority_id.as_ref().map(PriorityId::as_str)),
            Field::Assignee => text(self.assigned_to.as_ref().map(UserId::as_str)),
            Field::Team => text(self.assigned_team_id.as_ref().map(TeamId::as_str)),
            Field::Board => text(self.board_id.as_ref().map(BoardId::as_str)),
            Field::Category => text(self.category_id.as_ref().map(CategoryId::as_str)),
            Field::Subcategory => text(self.subcategory_id.as_ref().map(CategoryId::as_str)),
            Field::Client => text(self.client_id.as_ref().map(ClientId::as_str)),
            Field::Contact => text(self.contact_name_id.as_ref().map(ContactId::as_str)),
            Field::Location => text(self.location_id.as_ref().map(LocationId::as_str)),
            Field::Impact => self.itil_impact.map_or(Value::Empty, Value::Number),
            Field::Urgency => self.itil_urgency.map_or(Value::Empty, Value::Number),
            Field::DueDate => self.due_date.map_or(Value::Empty, |due| Value::Text(due.to_string().into())),
            Field::ResponseState => text(self.response_state.as_deref()),
        }
    }
}

/// A stock server leaves a count empty until there is something to count.
fn or_none_yet<'de, D: Deserializer<'de>>(count: D) -> Result<i64, D::Error> {
    Ok(Option::deserialize(count)?.unwrap_or_default())
}

fn text(id: Option<&str>) -> Value {
    Value::from(id)
}
