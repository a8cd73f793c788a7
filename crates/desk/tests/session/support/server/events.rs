//! The server's catalogue of events and its log, in a map.

use std::collections::BTreeMap;

use callboard_desk::session::effect::Request;
use callboard_desk::session::event::{Answer, Failure};
use callboard_model::rest::{CatalogEntry, EventPage, LoggedEvent, NewEvent, SimulatedEvent};
use callboard_model::{EditId, Timestamp};
use serde_json::json;

/// What the server can tell of, and has told.
#[derive(Default)]
pub(crate) struct EventBook {
    /// What reading is answered with instead.
    pub(crate) unread: Option<Failure>,
    /// What an event is answered with instead.
    pub(crate) untold: Option<Failure>,
    /// The log does not show what was told last.
    pub(crate) hides_last: bool,
    /// How far back the log reaches.
    pub(crate) reaches_back_to: u64,
    pub(crate) log: Vec<LoggedEvent>,
    told: BTreeMap<EditId, (NewEvent, SimulatedEvent)>,
}

impl EventBook {
    pub(super) fn answer(&mut self, request: &Request, now: Timestamp) -> Result<Answer, Failure> {
        match (request, &self.unread, &self.untold) {
            (Request::Simulate { .. }, _, Some(failure)) => Err(failure.clone()),
            (Request::Simulate { key, event }, ..) => Ok(Answer::Simulated(self.simulate(*key, event, now))),
            (_, Some(failure), _) => Err(failure.clone()),
            (Request::EventCatalog, ..) => {
                Ok(Answer::EventCatalog(["TICKET_CREATED", "TAG_DEFINED"].map(entry).to_vec()))
            }
            (Request::EventLog { of, since, limit }, ..) => {
                let kept: Vec<_> =
                    self.log.iter().filter(|event| event.event_type == of.0).cloned().collect();
                let shown = kept.len() - usize::from(self.hides_last && !kept.is_empty());
                self.page(&kept[..shown], *since, *limit as usize)
            }
            other => panic!("{other:?} is nothing about events"),
        }
    }

    fn page(&self, kept: &[LoggedEvent], since: Option<u64>, limit: usize) -> Result<Answer, Failure> {
        if since.is_some_and(|since| since < self.reaches_back_to) {
            return Err(Failure::TooOld);
        }
        let newest =
            if self.hides_last { kept.last().map_or(0, |event| event.seq) } else { self.log.len() as u64 };
        let data: Vec<_> = match since {
            None => kept.iter().rev().take(limit).cloned().collect(),
            Some(since) => kept.iter().filter(|event| event.seq > since).take(limit).cloned().collect(),
        };
        let is_full = since.is_some() && data.len() == limit;
        let next = data.last().filter(|_| is_full).map_or(newest, |event| event.seq);
        Ok(Answer::EventLog(EventPage { data, next, has_more: next < newest }))
    }

    fn simulate(&mut self, key: EditId, event: &NewEvent, now: Timestamp) -> SimulatedEvent {
        if let Some((body, told)) = self.told.get(&key) {
            assert_eq!(body, event, "one key has one body");
            return told.clone();
        }
        let event_id = self.tell(&event.event_type, now, json!(event.payload));
        let told = SimulatedEvent { event_id: event_id.as_str().into() };
        self.told.insert(key, (event.clone(), told.clone()));
        told
    }

    /// Tells an event, and says under which name.
    pub(crate) fn tell(&mut self, event_type: &str, now: Timestamp, payload: serde_json::Value) -> String {
        let seq = self.log.len() as u64 + 1;
        let name = format!("e{seq}");
        self.log.push(LoggedEvent {
            seq,
            event_id: name.as_str().into(),
            event_type: event_type.into(),
            occurred_at: now,
            payload,
            simulated: true,
        });
        name
    }
}

fn entry(event_type: &str) -> CatalogEntry {
    let schema = json!({
        "type": "object",
        "properties": {
            "tenantId": {"type": "string"},
            "ticketId": {"type": "string", "format": "uuid"},
            "note": {"type": "string"},
        },
        "required": ["tenantId", "ticketId"],
    });
    CatalogEntry {
        event_type: event_type.into(),
        name: "x".repeat(300).into(),
        description: "y".repeat(999).into(),
        category: "Tickets".into(),
        payload_schema: schema,
        emitted: event_type == "TICKET_CREATED",
    }
}
