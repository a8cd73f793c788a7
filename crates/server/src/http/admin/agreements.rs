//! What was agreed, all of it, and what a client, a board or a status has of it.
//!
//! **Invariant:** a ticket's clocks are not touched here: they follow what is agreed with the ticket's next change.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use callboard_model::rest::One;
use callboard_model::{BoardId, ClientId, Field, SlaPolicyId, StatusId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::calendars::Calendar;
use super::policies::Policy;
use super::{Deed, gone};
use crate::app::App;
use crate::auth::Caller;
use crate::domain::Issue;
use crate::domain::close_rules::{CloseRules, REQUIRABLE};
use crate::http::extract::{Administrator, Id, Object, WriteHeaders, each, maybe, said};
use crate::http::openapi::{Contract, Routes};
use crate::http::problem::Problem;
use crate::store::agreements::{Agreements, Share};

pub(super) fn routes() -> Routes {
    Routes::of("administration")
        .get("/agreements", list, Contract::reads::<One<All>>("All that was agreed, and with whom"))
        .put(
            "/agreements/clients/{id}",
            with_client,
            Contract::settles::<ClientWish>("Give a client a policy of its own, or take it away"),
        )
        .put(
            "/agreements/boards/{id}",
            on_board,
            Contract::settles::<BoardWish>("Give a board a policy, or rules for closing"),
        )
        .put(
            "/agreements/statuses/{id}",
            in_status,
            Contract::settles::<StatusWish>("Say whether the clocks stand still in a status"),
        )
}

/// All that was agreed.
#[derive(Serialize, ToSchema)]
#[schema(as = Agreements)]
struct All {
    calendars: Vec<Calendar>,
    sla_policies: Vec<Policy>,
    /// Clients with a policy of their own; it goes before their board's.
    clients: Vec<OfClient>,
    /// Boards with a policy or with rules for closing.
    boards: Vec<OfBoard>,
    /// Statuses in which the clocks stand still.
    pausing_status_ids: Vec<StatusId>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AgreementOfClient)]
struct OfClient {
    client_id: ClientId,
    sla_policy_id: SlaPolicyId,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AgreementOfBoard)]
struct OfBoard {
    board_id: BoardId,
    sla_policy_id: Option<SlaPolicyId>,
    close_rules: Rules,
}

/// What must hold before a ticket of a board is closed. What is not said does not have to hold.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = CloseRules)]
struct Rules {
    resolution_comment: bool,
    time_entry: bool,
    checklist_complete: bool,
    children_closed: bool,
    /// Of `category_id`, `subcategory_id`, `priority_id` and `assigned_to`.
    required_fields: Vec<String>,
}

impl From<&CloseRules> for Rules {
    fn from(rules: &CloseRules) -> Self {
        Self {
            resolution_comment: rules.resolution_comment,
            time_entry: rules.time_entry,
            checklist_complete: rules.checklist_complete,
            children_closed: rules.children_closed,
            required_fields: rules.required_fields.iter().map(|field| field.name().to_owned()).collect(),
        }
    }
}

impl Rules {
    fn into_rules(self) -> Result<CloseRules, Issue> {
        let field = |name: &String| {
            Field::from_name(name).filter(|field| REQUIRABLE.contains(field)).ok_or_else(|| {
                Issue::at("close_rules", "invalid_enum_value", "A closed ticket cannot require such a field")
            })
        };
        let mut required_fields = self.required_fields.iter().map(field).collect::<Result<Vec<_>, _>>()?;
        required_fields.sort_unstable();
        required_fields.dedup();
        Ok(CloseRules {
            resolution_comment: self.resolution_comment,
            time_entry: self.time_entry,
            checklist_complete: self.checklist_complete,
            children_closed: self.children_closed,
            required_fields,
        })
    }
}

/// What a client shall have.
#[derive(ToSchema)]
#[schema(as = AgreementOfClientWish)]
#[allow(
    dead_code,
    reason = "it describes the body, which is read key by key so that each wrong one is named"
)]
struct ClientWish {
    /// Null for none of its own.
    sla_policy_id: Option<SlaPolicyId>,
}

/// What a board shall have; what is not sent stays.
#[derive(ToSchema)]
#[schema(as = AgreementOfBoardWish)]
#[allow(
    dead_code,
    reason = "it describes the body, which is read key by key so that each wrong one is named"
)]
struct BoardWish {
    /// Null for none of its own.
    sla_policy_id: Option<SlaPolicyId>,
    /// Null for none.
    close_rules: Option<Rules>,
}

/// What a status shall do.
#[derive(ToSchema)]
#[schema(as = AgreementOfStatusWish)]
#[allow(
    dead_code,
    reason = "it describes the body, which is read key by key so that each wrong one is named"
)]
struct StatusWish {
    pauses_sla: bool,
}

async fn list(
    State(app): State<App>,
    Administrator(caller): Administrator,
) -> Result<Json<One<All>>, Problem> {
    let Agreements { hours, policies, of_clients, of_boards, pausing, close_rules } =
        app.store.agreements(&caller.tenant).await?;
    let clients =
        of_clients.into_iter().map(|(client_id, sla_policy_id)| OfClient { client_id, sla_policy_id });
    let mut boards: Vec<OfBoard> = close_rules
        .iter()
        .map(|(board, rules)| OfBoard {
            board_id: board.clone(),
            sla_policy_id: None,
            close_rules: rules.into(),
        })
        .collect();
    for (board_id, policy) in of_boards {
        match boards.iter_mut().find(|one| one.board_id == board_id) {
            Some(board) => board.sla_policy_id = Some(policy),
            None => {
                boards.push(OfBoard { board_id, sla_policy_id: Some(policy), close_rules: Rules::default() });
            }
        }
    }
    let data = All {
        calendars: hours.into_iter().map(Into::into).collect(),
        sla_policies: policies.into_iter().map(Into::into).collect(),
        clients: clients.collect(),
        boards,
        pausing_status_ids: pausing,
    };
    Ok(Json(One { data }))
}

async fn with_client(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let mut policy = None;
    read(&body, |key, json| match key {
        "sla_policy_id" => {
            policy = Some(maybe(key, json, "an id or null")?);
            Ok(true)
        }
        _ => Ok(false),
    })?;
    let policy = policy.ok_or_else(|| required("sla_policy_id"))?;
    let share = Share::Client { client: id.as_str().into(), policy };
    agree(&app, &caller, &headers, &body, ("clients", &id), share).await
}

async fn on_board(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let (mut policy, mut rules) = (None, None);
    read(&body, |key, json| {
        match key {
            "sla_policy_id" => policy = Some(maybe(key, json, "an id or null")?),
            "close_rules" => {
                let sent = maybe::<Rules>(key, json, "rules such as {\"resolution_comment\":true}, or null")?;
                rules = Some(sent.unwrap_or_default().into_rules()?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let share = Share::Board { board: id.as_str().into(), policy, rules };
    agree(&app, &caller, &headers, &body, ("boards", &id), share).await
}

async fn in_status(
    State(app): State<App>,
    Administrator(caller): Administrator,
    Id(id): Id,
    headers: WriteHeaders,
    body: Object,
) -> Result<Response, Problem> {
    let mut pauses = None;
    read(&body, |key, json| match key {
        "pauses_sla" => {
            pauses = said(key, json, "true or false")?;
            Ok(true)
        }
        _ => Ok(false),
    })?;
    let pauses = pauses.ok_or_else(|| required("pauses_sla"))?;
    let share = Share::Status { status: id.as_str().into(), pauses };
    agree(&app, &caller, &headers, &body, ("statuses", &id), share).await
}

/// Has every key taken; one that was not is refused by name.
fn read(body: &Object, mut take: impl FnMut(&str, &Value) -> Result<bool, Issue>) -> Result<(), Problem> {
    let taken = each(&body.map, |key, json| match take(key, json)? {
        true => Ok(()),
        false => Err(Issue::at(key, "unrecognized_keys", format!("{key} is nothing of an agreement"))),
    });
    taken.map_err(|issues| Problem::invalid(&issues))
}

fn required(key: &str) -> Problem {
    Problem::invalid(&[Issue::at(key, "invalid_type", "Required")])
}

async fn agree(
    app: &App,
    caller: &Caller,
    headers: &WriteHeaders,
    body: &Object,
    (kind, id): (&str, &str),
    share: Share,
) -> Result<Response, Problem> {
    let address = &["agreements", kind, id];
    let deed = Deed { caller, headers, method: Method::PUT, address, body: &body.bytes };
    let attempt = app.store.agree(deed.author()?, share).await?;
    deed.answer(attempt, |()| format!("{kind}/{id}"), gone)
}
