//! What is asked for, put into the words of REST.
//!
//! It exists so that a filter or a body means here what it means there: the names are translated, and everything else is
//! the REST side's to read and to refuse.
//!
//! **Invariant:** a field here is named like the REST key that it stands for, in camelCase.

use async_graphql::{Enum, ID, InputObject, Json, MaybeUndefined};
use serde::Serialize;
use serde_json::{Map, Value};

use super::scalar::DateTime;
use crate::http::extract::{Object, Params};

/// Which tickets. All that is given must hold; the names and rules are those of `GET /api/v1/tickets`.
#[derive(Default, InputObject, Serialize)]
pub(super) struct TicketFilter {
    /// Just these, at most 200.
    ids: Option<Vec<ID>>,
    board_id: Option<ID>,
    /// On a board of exactly this name.
    board_name: Option<String>,
    location_id: Option<ID>,
    contact_name_id: Option<ID>,
    category_id: Option<ID>,
    subcategory_id: Option<ID>,
    entered_by: Option<ID>,
    status_ids: Option<Vec<ID>>,
    priority_ids: Option<Vec<ID>>,
    client_ids: Option<Vec<ID>>,
    assigned_to_ids: Option<Vec<ID>>,
    is_open: Option<bool>,
    has_assignment: Option<bool>,
    /// With at least one of these.
    tags: Option<Vec<String>>,
    /// With this text in title, number or client name.
    search: Option<String>,
    title: Option<String>,
    ticket_number: Option<String>,
    client_name: Option<String>,
    contact_name: Option<String>,
    status_name: Option<String>,
    priority_name: Option<String>,
    category_name: Option<String>,
    #[serde(serialize_with = "instant")]
    entered_from: Option<DateTime>,
    #[serde(serialize_with = "instant")]
    entered_to: Option<DateTime>,
    #[serde(serialize_with = "instant")]
    updated_from: Option<DateTime>,
    #[serde(serialize_with = "instant")]
    updated_to: Option<DateTime>,
    #[serde(serialize_with = "instant")]
    closed_from: Option<DateTime>,
    #[serde(serialize_with = "instant")]
    closed_to: Option<DateTime>,
}

fn instant<S: serde::Serializer>(at: &Option<DateTime>, to: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.0.to_string()).serialize(to)
}

/// Which way a list runs.
#[derive(Clone, Copy, Enum, PartialEq, Eq)]
pub(super) enum SortOrder {
    /// Smallest first.
    Asc,
    /// Greatest first.
    Desc,
}

/// Which page of which tickets.
pub(super) struct PageAsked {
    pub(super) filter: Option<TicketFilter>,
    pub(super) page: i32,
    pub(super) limit: i32,
    pub(super) sort: Option<String>,
    pub(super) order: Option<SortOrder>,
}

impl PageAsked {
    /// As the query of a list.
    pub(super) fn params(self) -> Params {
        let mut pairs =
            vec![("page".to_owned(), self.page.to_string()), ("limit".to_owned(), self.limit.to_string())];
        pairs.extend(self.sort.map(|sort| ("sort".to_owned(), sort)));
        let order = self.order.map(|order| if order == SortOrder::Asc { "asc" } else { "desc" });
        pairs.extend(order.map(|order| ("order".to_owned(), order.to_owned())));
        let filter = serde_json::to_value(self.filter.unwrap_or_default()).unwrap_or_default();
        for (key, value) in filter.as_object().into_iter().flatten() {
            match value {
                Value::Null => {}
                Value::String(text) => pairs.push((key.clone(), text.clone())),
                // Tags are words, in which brackets mean nothing.
                Value::Array(words) if key == "tags" => {
                    pairs.extend(
                        words.iter().filter_map(Value::as_str).map(|word| (key.clone(), word.to_owned())),
                    );
                }
                other => pairs.push((key.clone(), other.to_string())),
            }
        }
        Params::of(pairs)
    }
}

/// What a ticket shall be. What is left out stays; null empties it where that is possible.
#[derive(InputObject)]
pub(super) struct TicketChange {
    title: Option<String>,
    status_id: Option<ID>,
    priority_id: Option<ID>,
    board_id: Option<ID>,
    client_id: Option<ID>,
    location_id: MaybeUndefined<ID>,
    contact_name_id: MaybeUndefined<ID>,
    category_id: MaybeUndefined<ID>,
    subcategory_id: MaybeUndefined<ID>,
    assigned_to: MaybeUndefined<ID>,
    assigned_team_id: MaybeUndefined<ID>,
    itil_impact: MaybeUndefined<i64>,
    itil_urgency: MaybeUndefined<i64>,
    due_date: MaybeUndefined<DateTime>,
    response_state: MaybeUndefined<String>,
    url: MaybeUndefined<String>,
    tags: Option<Vec<String>>,
    /// Anything else; `description` is what the ticket is about at length.
    attributes: Option<Json<Map<String, Value>>>,
    /// Close it although a close rule says no.
    override_close_rules: Option<bool>,
    /// Why.
    override_close_rules_reason: Option<String>,
}

impl TicketChange {
    /// As the body of a write. `client_version` is what the caller saw.
    pub(super) fn body(self, client_version: Option<u64>) -> Object {
        let mut body = Body::default();
        body.given("title", self.title);
        body.given("status_id", self.status_id);
        body.given("priority_id", self.priority_id);
        body.given("board_id", self.board_id);
        body.given("client_id", self.client_id);
        body.said("location_id", self.location_id, |id| id.0.into());
        body.said("contact_name_id", self.contact_name_id, |id| id.0.into());
        body.said("category_id", self.category_id, |id| id.0.into());
        body.said("subcategory_id", self.subcategory_id, |id| id.0.into());
        body.said("assigned_to", self.assigned_to, |id| id.0.into());
        body.said("assigned_team_id", self.assigned_team_id, |id| id.0.into());
        body.said("itil_impact", self.itil_impact, Value::from);
        body.said("itil_urgency", self.itil_urgency, Value::from);
        body.said("due_date", self.due_date, |at| at.0.to_string().into());
        body.said("response_state", self.response_state, Value::from);
        body.said("url", self.url, Value::from);
        body.given("tags", self.tags);
        body.given("attributes", self.attributes);
        body.given("override_close_rules", self.override_close_rules);
        body.given("override_close_rules_reason", self.override_close_rules_reason);
        body.given("client_version", client_version);
        Object::of(body.0)
    }
}

/// Something to say on a ticket.
#[derive(InputObject)]
pub(super) struct NewComment {
    /// 1 to 5000 visible characters.
    text: String,
    /// For the company's eyes alone.
    #[graphql(default)]
    is_internal: bool,
    /// This is how it was solved.
    #[graphql(default)]
    is_resolution: bool,
    /// What it answers.
    parent_id: Option<ID>,
}

impl NewComment {
    /// As the body of a write.
    pub(super) fn body(self) -> Object {
        let mut body = Body::default();
        body.given("comment_text", Some(self.text));
        body.given("is_internal", Some(self.is_internal));
        body.given("is_resolution", Some(self.is_resolution));
        body.given("parent_comment_id", self.parent_id);
        Object::of(body.0)
    }
}

#[derive(Default)]
struct Body(Map<String, Value>);

impl Body {
    /// What is left out or null says nothing.
    fn given(&mut self, key: &str, value: Option<impl Serialize>) {
        if let Some(value) = value.and_then(|value| serde_json::to_value(value).ok()) {
            self.0.insert(key.to_owned(), value);
        }
    }

    /// What is null says that there shall be nothing.
    fn said<T>(&mut self, key: &str, value: MaybeUndefined<T>, json: impl FnOnce(T) -> Value) {
        match value {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => drop(self.0.insert(key.to_owned(), Value::Null)),
            MaybeUndefined::Value(value) => drop(self.0.insert(key.to_owned(), json(value))),
        }
    }
}
