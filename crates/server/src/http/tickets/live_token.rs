//! Live tokens: the way from "may read this ticket" to "may enter its room" (LT-5).
//!
//! **Invariant:** a token is minted only for a ticket that was found behind the caller's own wall.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use callboard_model::rest::LiveTokens;
use callboard_model::{TicketId, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::unknown;
use crate::app::App;
use crate::auth::live_token::{Grant, TOKEN_LIFETIME_SECONDS};
use crate::domain::Issue;
use crate::http::extract::{Id, Object, Reader};
use crate::http::now;
use crate::http::problem::Problem;
use crate::store::flags::Flag;

/// Tokens minted by one request at most.
const TICKETS_MAX: usize = 1000;

/// The stock's envelope of one token.
#[derive(Serialize, ToSchema)]
pub(super) struct Token {
    token: Arc<str>,
}

/// The stock's route: one ticket, refusals as bare sentences.
pub(super) async fn one(
    State(app): State<App>,
    caller: Result<Reader, Problem>,
    id: Result<Id, Problem>,
) -> Result<Json<Token>, Problem> {
    let mint = async || {
        let (Reader(caller), Id(id)) = (caller?, id?);
        let ticket = TicketId::from(id);
        if !app.store.may_read_ticket(&caller, &ticket).await? {
            return Err(unknown());
        }
        if !app.store.flag(&caller.tenant, Flag::LiveTicketUpdates).await? {
            return Err(Problem::live_updates_off());
        }
        let (token, _) = app.live_tokens.mint(&caller, Grant::Ticket(ticket), now(&app))?;
        Ok(Json(Token { token }))
    };
    mint().await.map_err(Problem::bare)
}

/// Many at once, and the board room's.
pub(super) async fn many(
    State(app): State<App>,
    Reader(caller): Reader,
    body: Object,
) -> Result<Json<LiveTokens>, Problem> {
    let (tickets, board) = wishes(&body.map).map_err(|issue| Problem::invalid(&[issue]))?;
    let now = now(&app);
    let live = app.store.flag(&caller.tenant, Flag::LiveTicketUpdates).await?;
    let readable = app.store.readable_tickets(&caller, tickets.iter().cloned().collect()).await?;
    let (mut tokens, mut refused) = (BTreeMap::new(), BTreeMap::new());
    for (ticket, readable) in tickets.into_iter().zip(readable) {
        if !live {
            refused.insert(ticket, "live_updates_off".into());
        } else if readable {
            let (token, _) = app.live_tokens.mint(&caller, Grant::Ticket(ticket.clone()), now)?;
            tokens.insert(ticket, token);
        } else {
            refused.insert(ticket, "not_found".into());
        }
    }
    let mint_board = || app.live_tokens.mint(&caller, Grant::Board, now);
    let board_token = (board && live).then(mint_board).transpose()?.map(|(token, _)| token);
    let expires_at = Timestamp::from_second(now.as_second() + TOKEN_LIFETIME_SECONDS).unwrap_or(now);
    Ok(Json(LiveTokens { tokens, refused, board_token, expires_at }))
}

fn wishes(body: &Map<String, Value>) -> Result<(BTreeSet<TicketId>, bool), Issue> {
    let (mut tickets, mut board) = (BTreeSet::new(), false);
    for (key, value) in body {
        match (key.as_str(), value) {
            ("ticket_ids", Value::Array(list)) if list.len() > TICKETS_MAX => {
                return Err(Issue::at(key, "too_big", format!("ticket_ids has at most {TICKETS_MAX} ids")));
            }
            ("ticket_ids", Value::Array(list)) => {
                for id in list {
                    let id = id.as_str().ok_or_else(|| Issue::at(key, "invalid_type", "an id is text"))?;
                    tickets.insert(id.into());
                }
            }
            ("board", Value::Bool(wish)) => board = *wish,
            ("ticket_ids", _) => return Err(Issue::at(key, "invalid_type", "ticket_ids is a list")),
            ("board", _) => return Err(Issue::at(key, "invalid_type", "board is true or false")),
            _ => return Err(Issue::at(key, "unrecognized_keys", format!("{key} is unknown here"))),
        }
    }
    Ok((tickets, board))
}
