//! One change of many tickets.
//!
//! It exists so that a dispatcher who moves fifty tickets makes one request, and hears of each what became of it.
//!
//! **Invariant:** each ticket stands for itself; the whole request is applied once.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use callboard_model::{TicketId, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::answer::refused_of_many;
use super::body::{For, flag, read, unknown, version};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Issue;
use crate::http::extract::{Object, WriteHeaders, Writer, is_id};
use crate::http::once;
use crate::http::openapi::Contract;
use crate::http::problem::Problem;
use crate::store::save::{Bulk, Each, Wish};

/// Tickets of one request at most. One more is refused.
const TICKETS_MAX: usize = 200;

/// What a change of many takes.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "it describes the body, which is read key by key so that each wrong one is named"
)]
pub(super) struct BulkRequest {
    /// At most 200.
    ids: Vec<TicketId>,
    /// The same keys as a change of one ticket, but for `attributes` and `client_version`.
    #[schema(value_type = Object)]
    changes: Map<String, Value>,
    /// The version of each ticket that the writer saw.
    #[schema(value_type = Object)]
    client_versions: Option<BTreeMap<TicketId, Version>>,
    /// Tell nobody of each change, and everybody at the end that there were many.
    import: Option<bool>,
}

/// What became of each ticket, in the order asked.
#[derive(Serialize, ToSchema)]
pub(super) struct BulkAnswer {
    data: Vec<OneOfMany>,
    meta: Counts,
}

/// What became of one ticket.
#[derive(Serialize, Deserialize, ToSchema)]
struct OneOfMany {
    ticket_id: TicketId,
    /// The status that a change of this ticket alone would have answered.
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Version>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_over: Option<Version>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_fields: Option<Vec<Arc<str>>>,
    /// Why it was refused, as it stands behind `error` elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    error: Option<Value>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BulkCounts)]
struct Counts {
    succeeded: usize,
    failed: usize,
}

pub(super) fn contract() -> Contract {
    Contract::sets::<BulkRequest, BulkAnswer>("Change many tickets, each by itself")
}

pub(super) async fn bulk(
    State(app): State<App>,
    Writer(caller): Writer,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let wanted = Wanted::read(&body.map).map_err(|issues| Problem::invalid(&issues))?;
    if headers.exactly.is_some() {
        return Err(Problem::bad_request("Many tickets have no one version: say client_versions"));
    }
    let author = once::author(&caller, &headers, &Method::POST, &["tickets", "bulk"], &body.bytes);
    let Wanted { ids, changes, versions, is_import } = wanted;
    let tickets = ids.into_iter().map(|id| (id.clone(), versions.get(&id).copied())).collect();
    let bulk = Bulk { author, tickets, wish: changes, is_import };
    let teller = caller.clone();
    let attempt = app.store.save_many(bulk, move |each| told(&teller, each)).await?;
    once::answer(attempt, |data| Json(counted(data)).into_response(), |never: Infallible| match never {})
}

fn counted(data: Vec<OneOfMany>) -> BulkAnswer {
    let succeeded = data.iter().filter(|one| one.status == 200).count();
    BulkAnswer { meta: Counts { succeeded, failed: data.len() - succeeded }, data }
}

fn told(caller: &Caller, (ticket_id, saved): Each) -> OneOfMany {
    match saved {
        Ok(saved) => OneOfMany {
            ticket_id,
            status: 200,
            version: saved.sheet.ticket.version,
            merged_over: Some(saved.merged_over),
            updated_fields: Some(saved.updated_fields),
            error: None,
        },
        Err(refusal) => {
            let problem = refused_of_many(&caller.tenant, refusal);
            OneOfMany {
                ticket_id,
                status: problem.status().as_u16(),
                version: None,
                merged_over: None,
                updated_fields: None,
                error: Some(problem.error()),
            }
        }
    }
}

/// What was read of the body.
#[derive(Default)]
struct Wanted {
    ids: Vec<TicketId>,
    changes: Wish,
    versions: BTreeMap<TicketId, Version>,
    is_import: bool,
}

impl Wanted {
    fn read(map: &Map<String, Value>) -> Result<Self, Vec<Issue>> {
        let (mut wanted, mut issues) = (Self::default(), Vec::new());
        for required in ["ids", "changes"] {
            if !map.contains_key(required) {
                issues.push(Issue::at(required, "invalid_type", "Required"));
            }
        }
        for (key, json) in map {
            wanted.take(key, json).unwrap_or_else(|more| issues.extend(more));
        }
        if issues.is_empty() { Ok(wanted) } else { Err(issues) }
    }

    fn take(&mut self, key: &str, json: &Value) -> Result<(), Vec<Issue>> {
        match (key, json) {
            ("ids", Value::Array(list)) => self.ids = ids(list).map_err(|issue| vec![issue])?,
            ("changes", Value::Object(map)) => self.changes = read(map, For::Many)?.wish,
            ("client_versions", Value::Null) => {}
            ("client_versions", Value::Object(map)) => {
                for (id, json) in map {
                    let seen = version("client_versions", json).map_err(|issue| vec![issue])?;
                    self.versions.extend(seen.map(|seen| (id.as_str().into(), seen)));
                }
            }
            ("import", json) => self.is_import = flag("import", json).map_err(|issue| vec![issue])?,
            ("ids", _) => return Err(vec![Issue::at(key, "invalid_type", "ids is a list")]),
            ("changes" | "client_versions", _) => {
                return Err(vec![Issue::at(key, "invalid_type", format!("{key} is an object"))]);
            }
            _ => return Err(vec![unknown(key)]),
        }
        Ok(())
    }
}

/// Each once, in the order sent.
fn ids(list: &[Value]) -> Result<Vec<TicketId>, Issue> {
    if list.len() > TICKETS_MAX {
        return Err(Issue::at("ids", "too_big", format!("ids has at most {TICKETS_MAX} ids")));
    }
    let (mut ids, mut known) = (Vec::with_capacity(list.len()), BTreeSet::new());
    for one in list {
        let id = one.as_str().filter(|id| is_id(id));
        let id = id.ok_or_else(|| Issue::at("ids", "invalid_string", "ids holds something that is no id"))?;
        if known.insert(id) {
            ids.push(id.into());
        }
    }
    Ok(ids)
}
