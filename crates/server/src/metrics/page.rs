//! `/metrics`, on a port of its own.
//!
//! It exists apart from the API so that the port that everybody reaches never serves it, whatever stands in front.
//!
//! **Invariant:** with a token set, nothing is told without it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use subtle::ConstantTimeEq;

use super::{Behind, Metrics, Moment};
use crate::app::App;
use crate::listen::Seats;
use crate::store::outlets::Lag;

/// How the text is to be read: OpenMetrics, which every Prometheus since 2.5 does.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Clone)]
struct Page {
    app: App,
    seats: Seats,
    token: Option<Arc<str>>,
}

/// The one route of the port.
pub fn router(app: App, seats: Seats, token: Option<String>) -> Router {
    let page = Page { app, seats, token: token.map(Into::into) };
    Router::new().route("/metrics", get(show)).with_state(page)
}

async fn show(State(page): State<Page>, headers: HeaderMap) -> Response {
    if !page.lets_in(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    // A database that does not answer is no reason to hide the rest.
    let outbox = page.app.store.outbox_len().await.unwrap_or_default();
    let lags = page.app.store.outlet_lags().await.unwrap_or_default();
    let moment = Moment {
        rooms: page.app.rooms.len(),
        room_sockets: page.app.rooms.sockets(),
        connections: page.seats.taken(),
        connections_refused: page.seats.refused(),
        outbox,
        redis: page.app.bus.hears_others().unwrap_or(false),
        hints_relayed: page.app.bus.published(),
        in_rooms: page.app.rooms.counts(),
        in_graphql: page.app.graph.counts(),
        in_channels: page.app.channels.counts(),
    };
    match page.app.metrics.text(moment, lags) {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

impl Page {
    fn lets_in(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let sent =
            headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        sent.is_some_and(|sent| sent.ct_eq(token.as_bytes()).into())
    }
}

impl Metrics {
    fn text(&self, moment: Moment, lags: Vec<Lag>) -> Result<String, std::fmt::Error> {
        self.gauges.set(moment);
        for Lag { outlet, events } in lags {
            self.lags.get_or_create(&Behind { outlet }).set(i64::try_from(events).unwrap_or(i64::MAX));
        }
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
