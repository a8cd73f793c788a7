//! Shapes of the REST API: envelopes, problems, lookups, tokens, events.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    BoardId, CategoryId, ClientId, CommentId, ContactId, Field, LocationId, PriorityId, StatusId, TeamId,
    TenantId, Ticket, TicketId, UserId, Value, Version,
};

mod events;

pub use events::{CatalogEntry, EventPage, LoggedEvent, NewEvent, SimulatedEvent};

/// Names of the headers.
pub mod header {
    /// The caller's key.
    pub const API_KEY: &str = "x-api-key";
    /// The caller's tenant.
    pub const TENANT: &str = "x-tenant-id";
    /// The console that writes; comes back as `originSession` in the hint.
    pub const ORIGIN_SESSION: &str = "x-origin-session";
    /// Makes a write that is sent twice apply once.
    pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
}

/// The envelope of one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct One<T> {
    /// The thing.
    pub data: T,
}

/// The envelope of a page of things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The things.
    pub data: Vec<T>,
    /// Where in the whole this page stands; absent on lookups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pagination: Option<Pagination>,
}

/// Where a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// This page, from 1.
    pub page: u32,
    /// Things per page.
    pub limit: u32,
    /// Things in all.
    pub total: u32,
    /// Pages in all.
    pub total_pages: u32,
    /// Whether a page follows.
    pub has_next: bool,
    /// Whether a page precedes.
    pub has_prev: bool,
}

/// What our server can do beyond the stock; `GET /meta/capabilities`. A 404 there means: a stock server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Capabilities {
    /// Names such as `versions`, `client-version`, `changes`.
    pub capabilities: Vec<Arc<str>>,
    /// The server's release.
    pub server_version: Arc<str>,
    /// Where the caller's change feed ends now: what is fetched from here on is caught up from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
}

/// The caller; `GET /users/me`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Me {
    pub user_id: UserId,
    pub tenant: TenantId,
    pub display_name: Arc<str>,
    #[serde(default)]
    pub avatar_url: Option<Arc<str>>,
    pub role: Arc<str>,
}

/// A board; `GET /boards`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Board {
    pub board_id: BoardId,
    pub board_name: Arc<str>,
    #[serde(default)]
    pub display_order: i64,
    #[serde(default)]
    pub is_default: bool,
}

/// A status of a board; `GET /tickets/statuses`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Status {
    pub status_id: StatusId,
    pub board_id: BoardId,
    pub name: Arc<str>,
    pub is_closed: bool,
    #[serde(default)]
    pub is_default: bool,
    #[serde(default)]
    pub order_number: i64,
}

/// A priority; `GET /priorities?item_type=ticket`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Priority {
    pub priority_id: PriorityId,
    pub priority_name: Arc<str>,
    /// 1 is the most pressing.
    #[serde(default)]
    pub order_number: i64,
    #[serde(default)]
    pub color: Option<Arc<str>>,
}

/// A person who can be assigned; `GET /users?user_type=internal`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct User {
    pub user_id: UserId,
    pub first_name: Arc<str>,
    pub last_name: Arc<str>,
    #[serde(default, rename = "avatarUrl")]
    pub avatar_url: Option<Arc<str>>,
    #[serde(default)]
    pub is_inactive: bool,
}

/// What a ticket is about; with a parent, finer; `GET /categories/ticket`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Category {
    pub category_id: CategoryId,
    pub category_name: Arc<str>,
    #[serde(default)]
    pub parent_category: Option<CategoryId>,
    #[serde(default)]
    pub board_id: Option<BoardId>,
    #[serde(default)]
    pub display_order: i64,
}

/// A team; `GET /teams`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Team {
    pub team_id: TeamId,
    pub team_name: Arc<str>,
}

/// A customer; `GET /clients`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Client {
    pub client_id: ClientId,
    pub client_name: Arc<str>,
    #[serde(default)]
    pub is_inactive: bool,
}

/// A place of a customer; `GET /clients/{id}/locations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Location {
    pub location_id: LocationId,
    #[serde(default)]
    pub location_name: Option<Arc<str>>,
    #[serde(default)]
    pub address: Option<Arc<str>>,
}

/// A person at a customer; `GET /clients/{id}/contacts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Contact {
    pub contact_name_id: ContactId,
    pub full_name: Arc<str>,
}

/// The body of a ticket update: the fields to set and the version they were chosen on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketChanges {
    /// The fields by name.
    #[serde(flatten)]
    pub fields: BTreeMap<Field, Value>,
    /// The version the writer saw; absent against a stock server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_version: Option<Version>,
}

/// Why a request was refused: the envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProblemEnvelope {
    /// The problem.
    pub error: Problem,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Such as `VALIDATION_ERROR`, `STALE_VERSION`, `NOT_FOUND`.
    pub code: Arc<str>,
    /// A sentence for people.
    pub message: Arc<str>,
}

/// The `details` of a `STALE_VERSION` problem (409) and of a failed `If-Match` (412).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stale {
    /// The ticket as it stands.
    pub current: Ticket,
    /// The fields on which the two writers disagree.
    pub conflicts: Vec<FieldClash>,
}

/// One field on which two writers disagree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldClash {
    /// The field.
    pub field: Field,
    /// What the refused write wanted.
    pub yours: Value,
    /// What stands there.
    pub theirs: Value,
    /// Who put it there.
    pub changed_by: crate::Person,
    /// When.
    pub changed_at: Timestamp,
    /// The version that brought it.
    pub version: Version,
}

/// One step of the tenant's change feed; `GET /changes?since=`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeRecord {
    /// Its place in the feed.
    pub seq: u64,
    /// The ticket that changed.
    pub ticket_id: TicketId,
    /// Its version after the change.
    pub version: Version,
    /// The names of the fields that changed.
    pub updated_fields: Vec<Arc<str>>,
    /// Who.
    pub updated_by: crate::Person,
    /// When.
    pub updated_at: Timestamp,
    /// Whether the ticket is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

/// A page of the change feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changes {
    /// In the order of their `seq`.
    pub data: Vec<ChangeRecord>,
    /// Pass this as `since` next time.
    pub next: u64,
    /// Whether more wait right now.
    pub has_more: bool,
}

/// Ask for many live tokens at once; `POST /tickets/live-tokens`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveTokensRequest {
    /// At most 1,000.
    #[serde(default)]
    pub ticket_ids: Vec<TicketId>,
    /// Also one for the board room.
    #[serde(default)]
    pub board: bool,
}

/// Many live tokens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveTokens {
    /// A token for each ticket that the caller may read.
    pub tokens: BTreeMap<TicketId, Arc<str>>,
    /// Why there is none for the others: `not_found` or `forbidden`.
    #[serde(default)]
    pub refused: BTreeMap<TicketId, Arc<str>>,
    /// The board room's, when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub board_token: Option<Arc<str>>,
    /// When all of them expire.
    pub expires_at: Timestamp,
}

/// A token is a secret: only counts are shown.
impl std::fmt::Debug for LiveTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveTokens")
            .field("tokens", &self.tokens.len())
            .field("refused", &self.refused)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// What a new comment says; `POST /tickets/{id}/comments`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewComment {
    /// The words.
    pub comment_text: Arc<str>,
    /// For colleagues only.
    pub is_internal: bool,
}

/// Something that was said on a ticket; `GET /tickets/{id}/comments`.
///
/// What else a server tells of it is ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the API's own, told in docs/api.md")]
pub struct Comment {
    pub comment_id: CommentId,
    #[serde(default)]
    pub parent_comment_id: Option<CommentId>,
    #[serde(default)]
    pub comment_text: Arc<str>,
    #[serde(default)]
    pub is_internal: bool,
    #[serde(default)]
    pub is_resolution: bool,
    #[serde(default)]
    pub created_by_name: Option<Arc<str>>,
    #[serde(default)]
    pub author_contact_name: Option<Arc<str>>,
    pub created_at: Timestamp,
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    /// It was taken away; its place stays.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
}
