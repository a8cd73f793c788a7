//! Every route of the API, who it is for, and what to send it: the table that whoever tries all routes goes through.
//!
//! **Invariant:** a test compares it with the document, in both directions.

use axum::http::Method;
use callboard_model::Ticket;
use serde_json::json;

use crate::world::{T, World};

/// Who a route is for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum For {
    Everybody,
    Known,
    Readers,
    Writers,
    Dispatchers,
    Admins,
}

/// Every route; `{ticket}` and `{client}` stand for ids of the company asked, `{comment}`, `{master}` and `{child}` for
/// what the caller made before ([`Own`]).
pub(crate) const ROUTES: &[(Method, &str, For)] = &[
    (Method::GET, "/api/v1/meta/health", For::Everybody),
    (Method::GET, "/api/v1/meta/ready", For::Everybody),
    (Method::GET, "/api/v1/meta/openapi", For::Everybody),
    (Method::GET, "/api/v1/meta/capabilities", For::Known),
    (Method::GET, "/api/v1/users/me", For::Known),
    (Method::GET, "/api/v1/tickets", For::Readers),
    (Method::GET, "/api/v1/tickets/{ticket}", For::Readers),
    (Method::PUT, "/api/v1/tickets/{ticket}", For::Writers),
    (Method::PATCH, "/api/v1/tickets/{ticket}", For::Writers),
    (Method::PUT, "/api/v1/tickets/{ticket}/status", For::Writers),
    (Method::PUT, "/api/v1/tickets/{ticket}/assignment", For::Writers),
    (Method::POST, "/api/v1/tickets", For::Writers),
    (Method::POST, "/api/v1/tickets/bulk", For::Writers),
    (Method::GET, "/api/v1/tickets/search?query=a", For::Readers),
    (Method::GET, "/api/v1/tickets/stats", For::Readers),
    (Method::GET, "/api/v1/records/{kind}/{ticket}/version", For::Readers),
    (Method::GET, "/api/v1/tickets/statuses", For::Readers),
    (Method::GET, "/api/v1/statuses", For::Readers),
    (Method::GET, "/api/v1/tickets/priorities", For::Readers),
    (Method::GET, "/api/v1/priorities", For::Readers),
    (Method::GET, "/api/v1/boards", For::Readers),
    (Method::GET, "/api/v1/categories/ticket", For::Readers),
    (Method::GET, "/api/v1/categories/ticket/tree", For::Readers),
    (Method::GET, "/api/v1/categories/ticket/tree/{board}", For::Readers),
    (Method::GET, "/api/v1/tags/entity/ticket/{ticket}", For::Readers),
    (Method::GET, "/api/v1/tickets/{ticket}/documents", For::Readers),
    (Method::GET, "/api/v1/schedules/search?query=a", For::Readers),
    (Method::GET, "/api/v1/users?user_type=internal", For::Readers),
    (Method::GET, "/api/v1/users/search?query=a", For::Readers),
    (Method::GET, "/api/v1/users/{user}/permissions", For::Dispatchers),
    (Method::GET, "/api/v1/teams", For::Readers),
    (Method::GET, "/api/v1/teams/{team}/members", For::Readers),
    (Method::GET, "/api/v1/contacts", For::Readers),
    (Method::GET, "/api/v1/clients", For::Readers),
    (Method::GET, "/api/v1/clients/{client}/locations", For::Readers),
    (Method::GET, "/api/v1/clients/{client}/contacts", For::Readers),
    (Method::GET, "/api/v1/changes?since=0", For::Readers),
    (Method::GET, "/api/v1/event-catalog", For::Dispatchers),
    (Method::GET, "/api/v1/events", For::Dispatchers),
    (Method::POST, "/api/v1/events/simulate", For::Dispatchers),
    (Method::POST, "/api/v1/tickets/live-tokens", For::Readers),
    (Method::GET, "/api/v1/notifications/live-token", For::Known),
    (Method::GET, "/api/tickets/{ticket}/live-token", For::Readers),
    (Method::GET, "/api/v1/schedules", For::Readers),
    (Method::POST, "/api/v1/schedules", For::Writers),
    (Method::GET, "/api/v1/schedules/{entry}", For::Readers),
    (Method::PUT, "/api/v1/schedules/{entry}", For::Writers),
    (Method::GET, "/api/v1/schedules/{entry}/conflicts", For::Readers),
    (Method::DELETE, "/api/v1/schedules/{entry}", For::Dispatchers),
    (Method::GET, "/api/v1/tickets/{ticket}/comments", For::Readers),
    (Method::POST, "/api/v1/tickets/{ticket}/comments", For::Writers),
    (Method::PUT, "/api/v1/tickets/{ticket}/comments/{comment}", For::Writers),
    (Method::POST, "/api/v1/tickets/{ticket}/comments/{comment}/reactions", For::Writers),
    (Method::DELETE, "/api/v1/tickets/{ticket}/comments/{comment}", For::Writers),
    (Method::GET, "/api/v1/tickets/{master}/bundle", For::Readers),
    (Method::PUT, "/api/v1/tickets/{master}/bundle/settings", For::Writers),
    (Method::POST, "/api/v1/tickets/{master}/bundle/children", For::Writers),
    (Method::DELETE, "/api/v1/tickets/{master}/bundle/children/{child}", For::Writers),
    (Method::DELETE, "/api/v1/tickets/{master}/bundle", For::Writers),
    (Method::POST, "/api/v1/tickets/{master}/bundle", For::Writers),
    (Method::POST, "/api/v1/tickets/{master}/bundle/promote", For::Writers),
    (Method::DELETE, "/api/v1/tickets/{ticket}", For::Dispatchers),
    (Method::GET, "/api/v1/admin/people", For::Admins),
    (Method::POST, "/api/v1/admin/people", For::Admins),
    (Method::GET, "/api/v1/admin/people/{user}", For::Admins),
    (Method::PUT, "/api/v1/admin/people/{user}", For::Admins),
    (Method::GET, "/api/v1/admin/keys", For::Admins),
    (Method::POST, "/api/v1/admin/keys", For::Admins),
    (Method::DELETE, "/api/v1/admin/keys/{key}", For::Admins),
    (Method::GET, "/api/v1/admin/agreements", For::Admins),
    (Method::PUT, "/api/v1/admin/agreements/clients/{client}", For::Admins),
    (Method::PUT, "/api/v1/admin/agreements/boards/{board}", For::Admins),
    (Method::PUT, "/api/v1/admin/agreements/statuses/{status}", For::Admins),
    (Method::POST, "/api/v1/admin/calendars", For::Admins),
    (Method::PUT, "/api/v1/admin/calendars/{calendar}", For::Admins),
    (Method::DELETE, "/api/v1/admin/calendars/{calendar}", For::Admins),
    (Method::POST, "/api/v1/admin/sla-policies", For::Admins),
    (Method::PUT, "/api/v1/admin/sla-policies/{policy}", For::Admins),
    (Method::DELETE, "/api/v1/admin/sla-policies/{policy}", For::Admins),
    (Method::GET, "/api/v1/admin/switches", For::Admins),
    (Method::PUT, "/api/v1/admin/switches/{switch}", For::Admins),
    (Method::GET, "/api/v1/admin/webhooks", For::Admins),
    (Method::POST, "/api/v1/admin/webhooks", For::Admins),
    (Method::PUT, "/api/v1/admin/webhooks/{webhook}", For::Admins),
    (Method::POST, "/api/v1/admin/webhooks/{webhook}/test", For::Admins),
    (Method::DELETE, "/api/v1/admin/webhooks/{webhook}", For::Admins),
];

/// What a caller made to try the routes on: a comment on the first ticket and a bundle of two.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    pub(crate) comment: String,
    pub(crate) master: String,
    pub(crate) child: String,
    /// Another child, and one that is not yet.
    pub(crate) others: [String; 2],
}

impl Own {
    /// Made with this key of `T`; `place` keeps those of several callers apart.
    pub(crate) async fn made(world: &World, key: &str, place: usize) -> Self {
        let tickets = world.tickets_of(T).await;
        let id = |number: usize| tickets[number].ticket_id.to_string();
        let first = 10 + 4 * place;
        let (master, child, others) = (id(first), id(first + 1), [id(first + 2), id(first + 3)]);
        let path = format!("/api/v1/tickets/{}/comments", id(0));
        let said = world.ask(Method::POST, &path, key, &[], r#"{"comment_text":"Called."}"#).await;
        let comment = said.body["data"]["comment_id"].as_str().expect("an id").to_owned();
        let path = format!("/api/v1/tickets/{master}/bundle");
        let sent = json!({ "child_ticket_ids": [child, others[0]] }).to_string();
        assert_eq!(world.ask(Method::POST, &path, key, &[], &sent).await.status, 201);
        Self { comment, master, child, others }
    }

    pub(crate) fn fill(&self, path: &str) -> String {
        path.replace("{comment}", &self.comment)
            .replace("{master}", &self.master)
            .replace("{child}", &self.child)
    }

    /// What a route about it takes.
    fn body(&self, path: &str) -> Option<serde_json::Value> {
        Some(match path.rsplit('/').next()? {
            "comments" => json!({ "comment_text": "Called again." }),
            "reactions" => json!({ "emoji": "👍" }),
            "bundle" => json!({ "child_ticket_ids": [self.child] }),
            "children" => json!({ "child_ticket_ids": [self.others[1]] }),
            "promote" => json!({ "new_master_ticket_id": self.child }),
            "settings" => json!({ "mode": "link_only" }),
            comment if comment == self.comment => json!({ "comment_text": "Called twice." }),
            _ => return None,
        })
    }
}

/// What a route of the administration takes; what it says of what is there changes nothing that others try.
fn administered(path: &str, someone: &str) -> Option<serde_json::Value> {
    let rest = path.strip_prefix("/api/v1/admin/")?;
    let (kind, which) = rest.split_once('/').unwrap_or((rest, ""));
    Some(match (kind, which.split('/').next().unwrap_or_default()) {
        ("people", "") => json!({
            "username": "new.one", "first_name": "New", "last_name": "One", "email": "new@one.example",
            "role": "technician",
        }),
        ("people", _) => json!({ "first_name": "Renamed" }),
        ("keys", _) => json!({ "user_id": someone }),
        ("agreements", "clients" | "boards") => json!({ "sla_policy_id": null }),
        ("agreements", _) => json!({ "pauses_sla": true }),
        ("calendars", _) => json!({ "name": "Hours", "timezone": "Europe/London", "shifts": [] }),
        ("sla-policies", _) => json!({ "name": "Promise", "targets": [] }),
        ("switches", _) => json!({ "is_on": true }),
        ("webhooks", "") => json!({ "url": "https://localhost/hook" }),
        ("webhooks", _) => json!({ "is_active": false }),
        _ => return None,
    })
}

/// A body that a route takes; what it says of the ticket is the same everywhere.
pub(crate) fn body(path: &str, ticket: &Ticket, own: &Own) -> String {
    let someone = ticket.assigned_to.as_ref().map_or("nobody", |user| user.as_str());
    let sent = if let Some(sent) = administered(path, someone).or_else(|| own.body(path)) {
        sent
    } else if path.ends_with("/status") {
        json!({ "status_id": ticket.status_id })
    } else if path.ends_with("/assignment") {
        json!({ "assigned_to": ticket.assigned_to })
    } else if path.ends_with("/bulk") {
        json!({ "ids": [ticket.ticket_id], "changes": {} })
    } else if path.ends_with("/tickets") {
        json!({
            "title": "New", "board_id": ticket.board_id, "client_id": ticket.client_id,
            "status_id": ticket.status_id, "priority_id": ticket.priority_id,
        })
    } else if path.ends_with("/simulate") {
        json!({ "event_type": "TICKET_CREATED", "payload": { "ticketId": ticket.ticket_id } })
    } else if path.ends_with("/schedules") {
        json!({
            "title": "New", "scheduled_start": "2026-11-21T10:00:00Z", "scheduled_end": "2026-11-21T11:00:00Z",
        })
    } else {
        json!({})
    };
    sent.to_string()
}

/// An entry of the schedule of `T` that everybody of the company who has a schedule sees.
async fn shared_entry(world: &World) -> String {
    let mut people = Vec::new();
    for key in [&world.technician, &world.read_only] {
        let me = world.ask(Method::GET, "/api/v1/users/me", key, &[], "").await;
        people.push(me.body["data"]["user_id"].clone());
    }
    let body = json!({
        "title": "Shared", "assigned_user_ids": people,
        "scheduled_start": "2026-11-21T10:00:00Z", "scheduled_end": "2026-11-21T11:00:00Z",
    });
    let path = "/api/v1/schedules";
    let reply = world.ask(Method::POST, path, &world.dispatcher, &[], &body.to_string()).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.body["data"]["entry_id"].as_str().expect("an id").to_owned()
}

/// Things of the administration of `T` that are there to be changed and taken away.
async fn to_administer(world: &World) -> [(&'static str, String); 4] {
    let add = async |kind: &str, id: &str, body: serde_json::Value| {
        let path = format!("/api/v1/admin/{kind}");
        let reply = world.ask(Method::POST, &path, &world.admin, &[], &body.to_string()).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.body["data"][id].as_str().expect("an id").to_owned()
    };
    let me = world.ask(Method::GET, "/api/v1/users/me", &world.billing, &[], "").await;
    let hours = json!({ "name": "Hours", "timezone": "Europe/London", "shifts": [] });
    [
        ("{key}", add("keys", "key_id", json!({ "user_id": me.body["data"]["user_id"] })).await),
        ("{calendar}", add("calendars", "calendar_id", hours).await),
        ("{policy}", add("sla-policies", "sla_policy_id", json!({ "name": "P", "targets": [] })).await),
        ("{webhook}", add("webhooks", "webhook_id", json!({ "url": "https://localhost/hook" })).await),
    ]
}

pub(crate) async fn paths(world: &World, tenant: &str) -> Vec<(Method, String, For)> {
    let ticket = &world.tickets_of(tenant).await[0];
    let things = to_administer(world).await;
    let client = ticket.client_id.as_ref().expect("every demo ticket has one");
    let board = ticket.board_id.as_ref().expect("every demo ticket has one");
    let entry = shared_entry(world).await;
    let team = world.store.teams(&tenant.into()).await.expect("teams").remove(0);
    let someone = team.member_ids.last().expect("a dispatcher is in it");
    let fill = |path: &str| {
        let path = things.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id));
        path.replace("{kind}", "ticket")
            .replace("{switch}", "live-ticket-updates")
            .replace("{status}", ticket.status_id.as_ref().expect("one").as_str())
            .replace("{ticket}", ticket.ticket_id.as_str())
            .replace("{client}", client.as_str())
            .replace("{board}", board.as_str())
            .replace("{entry}", &entry)
            .replace("{user}", someone.as_str())
            .replace("{team}", team.team_id.as_str())
    };
    ROUTES.iter().map(|(method, path, who)| (method.clone(), fill(path), *who)).collect()
}
