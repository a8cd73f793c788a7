//! What every route of the document gives to somebody who sees one board, and to a customer's person: of what they see,
//! and of what they do not.
//!
//! **Invariant:** the expectations are literal, one line per route of the document, and in no answer is there an id of what
//! is hidden, unless it was asked for by that id.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use callboard_model::{TenantId, Ticket};
use serde_json::{Value, json};

use crate::routes::{Own, ROUTES, body};
use crate::world::{T, World};

/// A route, and the statuses of somebody who sees one board and of a customer's person: asked about what they see, and
/// about what they do not.
type Row = (&'static str, [u16; 2], [u16; 2]);

const TABLE: &[Row] = &[
    ("GET /api/v1/meta/health", [200, 200], [200, 200]),
    ("GET /api/v1/meta/ready", [200, 200], [200, 200]),
    ("GET /api/v1/meta/openapi", [200, 200], [200, 200]),
    ("GET /api/v1/meta/capabilities", [200, 200], [200, 200]),
    ("GET /api/v1/users/me", [200, 200], [200, 200]),
    ("GET /api/v1/tickets", [200, 200], [200, 200]),
    ("GET /api/v1/tickets/{ticket}", [200, 404], [200, 404]),
    ("PUT /api/v1/tickets/{ticket}", [200, 404], [403, 403]),
    ("PATCH /api/v1/tickets/{ticket}", [200, 404], [403, 403]),
    ("PUT /api/v1/tickets/{ticket}/status", [200, 404], [403, 403]),
    ("PUT /api/v1/tickets/{ticket}/assignment", [200, 404], [403, 403]),
    ("POST /api/v1/tickets", [201, 400], [201, 400]),
    ("POST /api/v1/tickets/bulk", [200, 200], [403, 403]),
    ("GET /api/v1/tickets/search", [200, 200], [200, 200]),
    ("GET /api/v1/tickets/stats", [200, 200], [200, 200]),
    ("GET /api/v1/tickets/{ticket}/documents", [200, 404], [200, 404]),
    ("GET /api/v1/tags/entity/ticket/{ticket}", [200, 404], [200, 404]),
    ("GET /api/v1/records/{kind}/{ticket}/version", [200, 404], [200, 404]),
    ("GET /api/v1/tickets/statuses", [200, 200], [200, 200]),
    ("GET /api/v1/statuses", [200, 200], [200, 200]),
    ("GET /api/v1/tickets/priorities", [200, 200], [200, 200]),
    ("GET /api/v1/priorities", [200, 200], [200, 200]),
    ("GET /api/v1/boards", [200, 200], [200, 200]),
    ("GET /api/v1/categories/ticket", [200, 200], [200, 200]),
    ("GET /api/v1/categories/ticket/tree", [200, 200], [200, 200]),
    // Boards are no secret of the company's: what is hidden from a customer is other customers.
    ("GET /api/v1/categories/ticket/tree/{board}", [200, 404], [200, 200]),
    ("GET /api/v1/users", [200, 200], [403, 403]),
    ("GET /api/v1/users/search", [200, 200], [403, 403]),
    ("GET /api/v1/users/{user}/permissions", [200, 403], [200, 403]),
    ("GET /api/v1/teams", [200, 200], [403, 403]),
    ("GET /api/v1/teams/{team}/members", [200, 200], [403, 403]),
    ("GET /api/v1/contacts", [200, 200], [200, 200]),
    ("GET /api/v1/clients", [200, 200], [200, 200]),
    ("GET /api/v1/clients/{client}/locations", [200, 200], [200, 404]),
    ("GET /api/v1/clients/{client}/contacts", [200, 200], [200, 404]),
    // The cursor is from before what they may see was changed.
    ("GET /api/v1/changes", [410, 410], [410, 410]),
    // What is told of everything is for who may see everything.
    ("GET /api/v1/event-catalog", [403, 403], [403, 403]),
    ("GET /api/v1/events", [403, 403], [403, 403]),
    ("POST /api/v1/events/simulate", [403, 403], [403, 403]),
    ("POST /api/v1/tickets/live-tokens", [200, 200], [200, 200]),
    ("GET /api/v1/notifications/live-token", [200, 200], [200, 200]),
    ("GET /api/tickets/{ticket}/live-token", [200, 404], [200, 404]),
    ("GET /api/v1/schedules", [200, 200], [403, 403]),
    ("GET /api/v1/schedules/search", [200, 200], [403, 403]),
    ("POST /api/v1/schedules", [201, 201], [403, 403]),
    ("GET /api/v1/schedules/{entry}", [200, 404], [403, 403]),
    ("PUT /api/v1/schedules/{entry}", [200, 404], [403, 403]),
    ("GET /api/v1/schedules/{entry}/conflicts", [200, 404], [403, 403]),
    // What others planned is theirs to call off.
    ("DELETE /api/v1/schedules/{entry}", [403, 404], [403, 403]),
    ("GET /api/v1/tickets/{ticket}/comments", [200, 404], [200, 404]),
    ("POST /api/v1/tickets/{ticket}/comments", [201, 404], [201, 404]),
    ("PUT /api/v1/tickets/{ticket}/comments/{comment}", [200, 404], [200, 404]),
    ("POST /api/v1/tickets/{ticket}/comments/{comment}/reactions", [200, 404], [200, 404]),
    ("DELETE /api/v1/tickets/{ticket}/comments/{comment}", [204, 404], [204, 404]),
    ("GET /api/v1/tickets/{master}/bundle", [200, 404], [200, 404]),
    ("PUT /api/v1/tickets/{master}/bundle/settings", [200, 404], [403, 403]),
    ("POST /api/v1/tickets/{master}/bundle/children", [201, 404], [403, 403]),
    ("DELETE /api/v1/tickets/{master}/bundle/children/{child}", [204, 404], [403, 403]),
    ("DELETE /api/v1/tickets/{master}/bundle", [204, 404], [403, 403]),
    ("POST /api/v1/tickets/{master}/bundle", [201, 404], [403, 403]),
    ("POST /api/v1/tickets/{master}/bundle/promote", [200, 404], [403, 403]),
    ("DELETE /api/v1/tickets/{ticket}", [403, 403], [403, 403]),
    ("GET /api/v1/admin/people", [403, 403], [403, 403]),
    ("POST /api/v1/admin/people", [403, 403], [403, 403]),
    ("GET /api/v1/admin/people/{user}", [403, 403], [403, 403]),
    ("PUT /api/v1/admin/people/{user}", [403, 403], [403, 403]),
    ("GET /api/v1/admin/keys", [403, 403], [403, 403]),
    ("POST /api/v1/admin/keys", [403, 403], [403, 403]),
    ("DELETE /api/v1/admin/keys/{key}", [403, 403], [403, 403]),
    ("GET /api/v1/admin/agreements", [403, 403], [403, 403]),
    ("PUT /api/v1/admin/agreements/clients/{client}", [403, 403], [403, 403]),
    ("PUT /api/v1/admin/agreements/boards/{board}", [403, 403], [403, 403]),
    ("PUT /api/v1/admin/agreements/statuses/{status}", [403, 403], [403, 403]),
    ("POST /api/v1/admin/calendars", [403, 403], [403, 403]),
    ("PUT /api/v1/admin/calendars/{calendar}", [403, 403], [403, 403]),
    ("DELETE /api/v1/admin/calendars/{calendar}", [403, 403], [403, 403]),
    ("POST /api/v1/admin/sla-policies", [403, 403], [403, 403]),
    ("PUT /api/v1/admin/sla-policies/{policy}", [403, 403], [403, 403]),
    ("DELETE /api/v1/admin/sla-policies/{policy}", [403, 403], [403, 403]),
    ("GET /api/v1/admin/switches", [403, 403], [403, 403]),
    ("PUT /api/v1/admin/switches/{switch}", [403, 403], [403, 403]),
    ("GET /api/v1/admin/webhooks", [403, 403], [403, 403]),
    ("POST /api/v1/admin/webhooks", [403, 403], [403, 403]),
    ("PUT /api/v1/admin/webhooks/{webhook}", [403, 403], [403, 403]),
    ("POST /api/v1/admin/webhooks/{webhook}/test", [403, 403], [403, 403]),
    ("DELETE /api/v1/admin/webhooks/{webhook}", [403, 403], [403, 403]),
];

/// Things of one kind: those that somebody sees, or those that they do not.
struct Things {
    tickets: Vec<Ticket>,
    own: Own,
    entry: String,
    user: String,
    team: String,
}

impl Things {
    fn fill(&self, path: &str) -> String {
        let ticket = &self.tickets[0];
        let board = ticket.board_id.as_ref().expect("one").as_str();
        let path = self.own.fill(path);
        let path = path.replace("{kind}", "ticket").replace("{ticket}", ticket.ticket_id.as_str());
        let path = path.replace("{client}", ticket.client_id.as_ref().expect("one").as_str());
        let path = path.replace("{status}", ticket.status_id.as_ref().expect("one").as_str());
        let path =
            path.replace("{board}", board).replace("{entry}", &self.entry).replace("{user}", &self.user);
        let path = path.replace("{team}", &self.team).replace("{switch}", "live-ticket-updates");
        path.replace("{key}", "k")
            .replace("{calendar}", "c")
            .replace("{policy}", "p")
            .replace("{webhook}", "w")
    }
}

async fn id_of(world: &World, key: &str) -> String {
    let me = world.ask(Method::GET, "/api/v1/users/me", key, &[], "").await;
    me.body["data"]["user_id"].as_str().expect("an id").to_owned()
}

/// An entry of the schedule that takes this person's time.
async fn entry(world: &World, user: &str) -> String {
    let body = json!({
        "title": "Planned", "assigned_user_ids": [user],
        "scheduled_start": "2027-03-01T10:00:00Z", "scheduled_end": "2027-03-01T11:00:00Z",
    });
    let reply = world.post("/api/v1/schedules", &[], body).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.body["data"]["entry_id"].as_str().expect("an id").to_owned()
}

/// Something said by this person, and a bundle of the second and third ticket where there are so many.
async fn own(world: &World, key: &str, tickets: &[Ticket]) -> Own {
    let id = |number: usize| tickets[number.min(tickets.len() - 1)].ticket_id.to_string();
    let path = format!("/api/v1/tickets/{}/comments", id(0));
    let said = world.ask(Method::POST, &path, key, &[], r#"{"comment_text":"Called."}"#).await;
    let comment = said.body["data"]["comment_id"].as_str().expect("an id").to_owned();
    let own = Own { comment, master: id(1), child: id(2), others: [id(3), id(4)] };
    if tickets.len() > 4 {
        let path = format!("/api/v1/tickets/{}/bundle", own.master);
        let made = world.post(&path, &[], json!({"child_ticket_ids": [own.child, own.others[0]]})).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
    own
}

/// Every route, first about what is hidden and then about what is seen.
async fn try_every_route(
    world: &World,
    key: &str,
    seen: Vec<Ticket>,
    hidden: Vec<Ticket>,
    column: fn(&Row) -> [u16; 2],
) {
    let me = id_of(world, key).await;
    let team = world.store.teams(&T.into()).await.expect("teams").remove(0).team_id.to_string();
    let boss = id_of(world, &world.dispatcher).await;
    let internal = world.get("/api/v1/users?user_type=internal").await.to_string();
    // A customer's person is nobody whom work can be planned for.
    let mine = if internal.contains(&me) { entry(world, &me).await } else { entry(world, &boss).await };
    let things = [
        Things {
            own: own(world, key, &seen).await,
            tickets: seen,
            entry: mine,
            user: me,
            team: team.clone(),
        },
        Things {
            own: own(world, &world.dispatcher, &hidden).await,
            entry: entry(world, &boss).await,
            tickets: hidden,
            user: boss,
            team,
        },
    ];
    let secrets: BTreeSet<&str> = things[1].tickets.iter().map(|one| one.ticket_id.as_str()).collect();
    for (method, pattern, _) in ROUTES {
        let name = format!("{method} {}", pattern.split('?').next().unwrap_or_default());
        let row = TABLE.iter().find(|(route, ..)| *route == name).expect("the table has every route");
        for (place, things) in things.iter().enumerate().rev() {
            let path = things.fill(pattern);
            let sent = body(&path, &things.tickets[0], &things.own);
            let reply = world.ask(method.clone(), &path, key, &[], &sent).await;
            let about = ["what is seen", "what is hidden"][place];
            assert_eq!(reply.status, column(row)[place], "{name} about {about}: {}", reply.body);
            if path.starts_with("/api/v1/schedules") {
                // What takes one's own time is one's own to read, also what it is for; not what that is called.
                continue;
            }
            let text = reply.body.to_string();
            let asked = |id: &str| path.contains(id) || sent.contains(id);
            let told = secrets.iter().find(|id| text.contains(**id) && !asked(id));
            assert_eq!(told, None, "{name} about {about}");
        }
    }
}

/// The tickets with what most of them have in common, and the others.
fn split<K: Ord + Clone>(tickets: Vec<Ticket>, of: impl Fn(&Ticket) -> K) -> (K, Vec<Ticket>, Vec<Ticket>) {
    let mut counts = BTreeMap::<K, usize>::new();
    for ticket in &tickets {
        *counts.entry(of(ticket)).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count).expect("some").0;
    let (seen, hidden) = tickets.into_iter().partition(|ticket| of(ticket) == most);
    (most, seen, hidden)
}

#[test]
fn the_table_has_every_route_once_and_no_other() {
    let mut asked: Vec<_> = TABLE.iter().map(|(route, ..)| (*route).to_owned()).collect();
    let mut routes: Vec<_> = ROUTES
        .iter()
        .map(|(method, path, _)| format!("{method} {}", path.split('?').next().unwrap_or_default()))
        .collect();
    asked.sort();
    routes.sort();
    assert_eq!(asked, routes);
}

#[tokio::test]
async fn somebody_of_one_board_gets_nothing_of_another_from_any_route() {
    let world = World::start().await;
    let tickets = world.tickets_of(T).await;
    let (board, seen, hidden) = split(tickets, |ticket| ticket.board_id.clone());
    let user = id_of(&world, &world.technician).await.as_str().into();
    world.store.set_boards(&T.into(), &user, board.into_iter().collect()).await.expect("written");
    try_every_route(&world, &world.technician, seen, hidden, |row| row.1).await;
}

#[tokio::test]
async fn a_customers_person_gets_nothing_of_another_customer_from_any_route() {
    let world = World::start().await;
    let (client, seen, hidden) = split(world.tickets_of(T).await, |ticket| ticket.client_id.clone());
    let (tenant, user) = (TenantId::from(T), id_of(&world, &world.portal).await.as_str().into());
    world.store.set_client(&tenant, &user, client).await.expect("written");
    try_every_route(&world, &world.portal, seen, hidden, |row| row.2).await;
    let reply = world.ask(Method::GET, "/api/v1/contacts", &world.portal, &[], "").await;
    let own = world.ask(Method::GET, "/api/v1/clients", &world.portal, &[], "").await.body["data"].clone();
    assert_eq!(own.as_array().map(Vec::len), Some(1));
    let contacts = reply.body["data"].as_array().expect("a list").clone();
    assert!(!contacts.is_empty() && contacts.iter().all(|one| one["client_id"] == own[0]["client_id"]));
}

/// The reasons why a ticket was closed against the rules are the company's own.
#[tokio::test]
async fn a_customers_person_is_not_told_why_a_rule_was_set_aside() {
    let world = World::start().await;
    let ticket = world.an_open_ticket().await;
    let (tenant, user) = (TenantId::from(T), id_of(&world, &world.portal).await.as_str().into());
    world.store.set_client(&tenant, &user, ticket.client_id.clone()).await.expect("written");
    let board = ticket.board_id.as_ref().expect("one");
    let rules = json!({"close_rules": {"resolution_comment": true}}).to_string();
    let path = format!("/api/v1/admin/agreements/boards/{board}");
    assert_eq!(world.ask(Method::PUT, &path, &world.admin, &[], &rules).await.status, 204);
    let statuses = world.get(&format!("/api/v1/statuses?board_id={board}")).await["data"].clone();
    let done = statuses.as_array().expect("a list").iter().find(|one| one["is_closed"] == true).expect("one");
    let close = json!({
        "status_id": done["status_id"], "override_close_rules": true,
        "override_close_rules_reason": "They never pay",
    });
    assert_eq!(world.put(ticket.ticket_id.as_str(), &[], close).await.status, 200);
    let path = format!("/api/v1/tickets/{}", ticket.ticket_id);
    let colleagues = world.ask(Method::GET, &path, &world.read_only, &[], "").await;
    assert_eq!(colleagues.body["data"]["close_overrides"][0]["reason"], "They never pay");
    let theirs = world.ask(Method::GET, &path, &world.portal, &[], "").await;
    assert_eq!((theirs.status, &theirs.body["data"]["close_overrides"]), (200, &Value::Array(Vec::new())));
}
