//! Tickets counted by what they are.
//!
//! **Invariant:** counts what a list with the same parameters would hold, for this caller.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use callboard_model::rest::One;
use serde::Serialize;
use utoipa::ToSchema;

use super::filter;
use crate::app::App;
use crate::http::extract::{Params, Reader};
use crate::http::now;
use crate::http::openapi::Contract;
use crate::http::problem::Problem;
use crate::store::query::Counts;

const HOUR_MS: f64 = 3_600_000.0;

/// The stock's counts.
#[derive(Serialize, ToSchema)]
#[schema(as = TicketStats)]
pub(super) struct Stats {
    total_tickets: u64,
    open_tickets: u64,
    closed_tickets: u64,
    overdue_tickets: u64,
    unassigned_tickets: u64,
    tickets_by_status: BTreeMap<String, u64>,
    tickets_by_priority: BTreeMap<String, u64>,
    tickets_by_category: BTreeMap<String, u64>,
    tickets_by_board: BTreeMap<String, u64>,
    /// In hours; null while nothing was closed.
    average_resolution_time: Option<f64>,
    tickets_created_today: u64,
    tickets_created_this_week: u64,
    tickets_created_this_month: u64,
}

pub(super) fn contract() -> Contract {
    filter::described(Contract::reads::<One<Stats>>("Tickets counted by what they are"))
}

pub(super) async fn stats(
    State(app): State<App>,
    Reader(caller): Reader,
    params: Params,
) -> Result<Json<One<Stats>>, Problem> {
    let counts =
        app.store.ticket_counts(&caller.tenant, &caller.access, filter::read(&params)?, now(&app)).await?;
    Ok(Json(One { data: counts.into() }))
}

impl From<Counts> for Stats {
    fn from(counts: Counts) -> Self {
        let [today, week, month] = counts.entered;
        let [status, priority, category, board] = counts.by_name.map(BTreeMap::from_iter);
        Self {
            total_tickets: counts.total,
            open_tickets: counts.open,
            closed_tickets: counts.closed,
            overdue_tickets: counts.overdue,
            unassigned_tickets: counts.unassigned,
            tickets_by_status: status,
            tickets_by_priority: priority,
            tickets_by_category: category,
            tickets_by_board: board,
            average_resolution_time: average_hours(counts.spent_ms, counts.closed),
            tickets_created_today: today,
            tickets_created_this_week: week,
            tickets_created_this_month: month,
        }
    }
}

/// To a hundredth of an hour: nobody plans by less.
fn average_hours(spent_ms: u64, closed: u64) -> Option<f64> {
    let average_ms = spent_ms.checked_div(closed)?;
    #[allow(clippy::cast_precision_loss, reason = "a hundredth of an hour is all that is kept")]
    let hours = average_ms as f64 / HOUR_MS;
    Some((hours * 100.0).round() / 100.0)
}
