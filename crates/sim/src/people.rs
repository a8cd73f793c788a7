//! What people do at their consoles, drawn from the seed and from what is on their screens; and a program of somebody
//! else's that writes through REST beside them.
//!
//! **Invariant:** a person acts on what is painted, as a hand would, and on nothing else.

use callboard_desk::bridge::{Command, FieldState, FieldView, TicketView};
use callboard_link::HttpRequest;
use callboard_model::rest::header::API_KEY;
use callboard_model::{Field, Ticket, TicketId, Value};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use serde_json::json;

use crate::company;
use crate::dice::Dice;
use crate::judge::window::Window;

/// Tickets that a person has open at once.
const OPEN_MAX: usize = 3;

/// What somebody does next. `number` makes texts that nobody else types.
pub fn act(dice: &mut Dice, window: &Window, tickets: &[TicketId], number: u64) -> Option<Command> {
    let open: Vec<_> = window.tickets.values().collect();
    if open.is_empty() || (open.len() < OPEN_MAX && dice.chance(150)) {
        return dice.pick(tickets).cloned().map(|ticket| Command::OpenTicket { ticket });
    }
    let view = *dice.pick(&open)?;
    if dice.chance(40) {
        return Some(Command::CloseTicket { ticket: view.ticket.clone() });
    }
    if dice.chance(20) {
        return Some(Command::RetryLink);
    }
    let field = dice.pick(&view.fields)?;
    Some(in_field(dice, view, field, number))
}

fn in_field(dice: &mut Dice, view: &TicketView, field: &FieldView, number: u64) -> Command {
    let (ticket, field_name) = (view.ticket.clone(), field.field);
    match &field.state {
        FieldState::Conflict(conflict) if dice.chance(700) => {
            if dice.chance(500) {
                let theirs = conflict.theirs.value.clone();
                Command::KeepYours { ticket, field: field_name, theirs }
            } else {
                Command::TakeTheirs { ticket, field: field_name, mine: conflict.mine.value.clone() }
            }
        }
        FieldState::Refused { .. } if dice.chance(600) => {
            if dice.chance(300) {
                Command::RetryEdit { ticket, field: field_name }
            } else {
                Command::DropEdit { ticket, field: field_name }
            }
        }
        FieldState::Draft { .. } if dice.chance(200) => Command::DropDraft { ticket, field: field_name },
        FieldState::Draft { .. } if dice.chance(400) => {
            Command::Edit { ticket, field: field_name, value: field.shown.value.clone() }
        }
        FieldState::Queued if dice.chance(60) => Command::DropEdit { ticket, field: field_name },
        _ => ordinary(dice, ticket, field, number),
    }
}

fn ordinary(dice: &mut Dice, ticket: TicketId, view: &FieldView, number: u64) -> Command {
    let field = view.field;
    match dice.below(10) {
        0 | 1 => Command::BeginEdit { ticket, field },
        2 => Command::EndEdit { ticket, field },
        3 | 4 if field == Field::Title => Command::Draft { ticket, field, value: text(number) },
        _ => Command::Edit { ticket, field, value: value(dice, view, number) },
    }
}

fn text(number: u64) -> Value {
    Value::from(format!("Title {number}").as_str())
}

fn value(dice: &mut Dice, view: &FieldView, number: u64) -> Value {
    let choice = view.choices.as_ref().and_then(|choices| dice.pick(choices));
    choice.map_or_else(|| text(number), |choice| choice.value.clone())
}

/// What the program writes, without looking, or on the version that it read.
pub fn script(dice: &mut Dice, ticket: &Ticket, number: u64) -> Option<HttpRequest> {
    let mut body = match dice.below(4) {
        0 => json!({ "title": format!("Script {number}") }),
        1 => json!({ "priority_id": dice.pick(&["high", "normal", "low"])? }),
        2 => json!({ "assigned_to": dice.pick(&company::PEOPLE)? }),
        _ => {
            let board = ticket.board_id.as_ref()?;
            json!({ "status_id": format!("{board}-{}", dice.pick(&["new", "active", "waiting"])?) })
        }
    };
    if dice.chance(500) {
        body["client_version"] = json!(ticket.version);
    }
    let mut headers = HeaderMap::new();
    headers.insert(API_KEY, HeaderValue::from_str(&company::key(company::SCRIPT)).ok()?);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let url = Url::parse(&format!("http://127.0.0.1/api/v1/tickets/{}", ticket.ticket_id)).ok()?;
    Some(HttpRequest { method: Method::PUT, url, headers, body: body.to_string().into_bytes() })
}
