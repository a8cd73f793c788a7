//! A ticket as it is answered: in a list, and by itself.
//!
//! **Invariant:** nothing is answered of a ticket that the store did not find within the caller's reach.

use std::collections::BTreeSet;
use std::sync::Arc;

use callboard_model::{TenantId, Ticket};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::domain::description;
use crate::domain::extras::tag_id;
use crate::http::html::html;
use crate::store::save::{CloseOverride, Sheet};

/// A ticket in a list: with the two keys that the stock's row has and the vocabulary does not need.
#[derive(Serialize, ToSchema)]
pub(super) struct Shown {
    tenant: TenantId,
    is_closed: bool,
    #[serde(flatten)]
    ticket: Ticket,
}

impl Shown {
    pub(super) fn of(tenant: &TenantId, ticket: Ticket) -> Self {
        Self { tenant: tenant.clone(), is_closed: ticket.status_is_closed, ticket }
    }
}

/// A ticket by itself, with what stands beside its fields.
#[derive(Serialize, ToSchema)]
pub(super) struct Detail {
    #[serde(flatten)]
    shown: Shown,
    url: Option<String>,
    /// Anything else; `description` is what the ticket is about at length.
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
    tags: Vec<Tag>,
    source: Option<String>,
    ticket_origin: Option<String>,
    /// The description as HTML. Nothing that somebody wrote becomes markup.
    description_html: Option<String>,
    /// None are kept here.
    #[schema(value_type = Vec<Object>)]
    documents: [(); 0],
    contact_email: Option<String>,
    contact_phone: Option<String>,
    /// When it was closed against the rules of its board, newest first. Not told to customers.
    close_overrides: Vec<CloseOverride>,
}

impl Detail {
    pub(super) fn of(tenant: &TenantId, sheet: Sheet) -> Self {
        let Sheet { ticket, extras, contact, overrides } = sheet;
        let (contact_email, contact_phone) = contact.map(|one| (one.email, one.phone_number)).unzip();
        Self {
            shown: Shown::of(tenant, ticket),
            url: extras.url,
            description_html: description::text(&extras.attributes).map(|text| html(&text)),
            documents: [],
            attributes: extras.attributes,
            tags: tags(tenant, extras.tags),
            source: extras.source,
            ticket_origin: extras.ticket_origin,
            contact_email,
            contact_phone,
            close_overrides: overrides,
        }
    }
}

/// A tag in the stock's shape. Its colours are the reader's to choose.
#[derive(Serialize, ToSchema)]
pub(super) struct Tag {
    tag_id: Arc<str>,
    tag_text: String,
    background_color: Option<Arc<str>>,
    text_color: Option<Arc<str>>,
}

/// Tags in the order of their words.
pub(super) fn tags(tenant: &TenantId, words: BTreeSet<String>) -> Vec<Tag> {
    let tag = |word: String| Tag {
        tag_id: tag_id(tenant.as_str(), &word).into(),
        tag_text: word,
        background_color: None,
        text_color: None,
    };
    words.into_iter().map(tag).collect()
}
