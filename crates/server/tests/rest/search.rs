//! Searches, counts, and rows cut down to some keys (`alga-psa.md` 1.3, 1.4).

use std::collections::BTreeMap;

use axum::http::Method;
use callboard_model::Ticket;
use serde_json::{Value, json};

use crate::world::{T, World};

fn ids(list: &Value) -> Vec<String> {
    let rows = list["data"].as_array().expect("a list").iter();
    let mut ids: Vec<String> = rows.map(|row| row["ticket_id"].as_str().expect("an id").to_owned()).collect();
    ids.sort_unstable();
    ids
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn a_search_finds_what_has_the_words_and_leaves_out_what_is_closed() {
    let world = World::start().await;
    let all = world.tickets_of(T).await;
    let like = all.iter().find(|one| !one.status_is_closed && one.contact_name.is_some()).expect("one");
    let word = like.title.split(' ').next().expect("a word").to_lowercase();
    let (client, contact) = (like.client_name.clone().expect("one"), like.contact_name.clone().expect("one"));
    let table: Vec<(String, Choice<'_>)> = vec![
        (
            format!("query={}", encoded(&word)),
            Box::new(|one| !one.status_is_closed && one.title.to_lowercase().contains(&word)),
        ),
        (
            format!("query={}&include_closed=true", encoded(&word)),
            Box::new(|one| one.title.to_lowercase().contains(&word)),
        ),
        (format!("query={}", like.ticket_number), Box::new(|one| one.ticket_number == like.ticket_number)),
        (format!("query={}&fields=title", like.ticket_number), Box::new(|_| false)),
        (
            format!("query={}&fields=client_name", encoded(&client)),
            Box::new(|one| !one.status_is_closed && one.client_name == like.client_name),
        ),
        (
            format!("query={}&fields=title,contact_name", encoded(&contact)),
            Box::new(|one| !one.status_is_closed && one.contact_name == like.contact_name),
        ),
        (
            format!("query=T-&priority_ids={}", like.priority_id.as_ref().expect("one")),
            Box::new(|one| !one.status_is_closed && one.priority_id == like.priority_id),
        ),
    ];
    for (query, choice) in table {
        let found = world.get(&format!("/api/v1/tickets/search?limit=100&{query}")).await;
        let mut expected: Vec<String> =
            all.iter().filter(|one| choice(one)).map(|one| one.ticket_id.to_string()).collect();
        expected.sort_unstable();
        assert_eq!(ids(&found), expected, "{query}");
        assert!(found.get("pagination").is_none(), "the stock answers a search without pages");
    }
    for query in ["", "query=", "query=a&fields=secret", "query=a&limit=0", "query=a&limit=101"] {
        let path = format!("/api/v1/tickets/search?{query}");
        assert_eq!(world.ask(Method::GET, &path, &world.dispatcher, &[], "").await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn counts_are_those_of_the_list() {
    let world = World::start().await;
    let board = world.a_ticket().await;
    let board = world.get(&format!("/api/v1/tickets/{board}")).await["data"]["board_id"].clone();
    for filter in [String::new(), format!("board_id={}", board.as_str().expect("an id"))] {
        let stats = world.get(&format!("/api/v1/tickets/stats?{filter}")).await["data"].clone();
        let list = world.get(&format!("/api/v1/tickets?limit=100&{filter}")).await;
        let rows = list["data"].as_array().expect("a list");
        let count = |choice: &dyn Fn(&Value) -> bool| json!(rows.iter().filter(|row| choice(row)).count());
        assert_eq!(stats["total_tickets"], list["pagination"]["total"], "{filter}");
        assert_eq!(stats["open_tickets"], count(&|row| row["is_closed"] == false), "{filter}");
        assert_eq!(stats["closed_tickets"], count(&|row| row["is_closed"] == true), "{filter}");
        assert_eq!(stats["unassigned_tickets"], count(&|row| row["assigned_to"].is_null()), "{filter}");
        for (key, name) in [
            ("tickets_by_status", "status_name"),
            ("tickets_by_priority", "priority_name"),
            ("tickets_by_category", "category_name"),
            ("tickets_by_board", "board_name"),
        ] {
            let mut by = BTreeMap::<&str, u64>::new();
            for name in rows.iter().filter_map(|row| row[name].as_str()) {
                *by.entry(name).or_default() += 1;
            }
            assert_eq!(stats[key], json!(by), "{key} {filter}");
        }
    }
}

#[tokio::test]
async fn a_row_shows_the_keys_asked_for_and_those_that_every_row_carries() {
    let world = World::start().await;
    let ticket = world.a_ticket().await;
    world.put(&ticket, &[], json!({"tags": ["vpn"]})).await;
    let row = async |fields: &str| {
        let list = world.get(&format!("/api/v1/tickets?ids={ticket}&fields={fields}")).await;
        list["data"][0].as_object().expect("a row").clone()
    };
    let keys = |row: &serde_json::Map<String, Value>| row.keys().cloned().collect::<Vec<_>>().join(" ");
    let cut = row("title,tags").await;
    assert_eq!(keys(&cut), "assigned_team_id assigned_to board_id client_id entered_by tags title");
    assert_eq!(cut["tags"][0]["tag_text"], "vpn");
    assert!(row("mobile_list").await.contains_key("status_is_closed"));
    let path = "/api/v1/tickets?fields=title,secret";
    assert_eq!(world.ask(Method::GET, path, &world.dispatcher, &[], "").await.status, 400);
}

type Choice<'a> = Box<dyn Fn(&Ticket) -> bool + 'a>;

/// Each filter lets through what the same choice made by hand does.
async fn hold(world: &World, table: Vec<(String, Choice<'_>)>) {
    let all = world.tickets_of(T).await;
    for (query, choice) in table {
        let list = world.get(&format!("/api/v1/tickets?limit=100&{query}")).await;
        let mut expected: Vec<String> =
            all.iter().filter(|one| choice(one)).map(|one| one.ticket_id.to_string()).collect();
        expected.sort_unstable();
        assert_eq!(ids(&list), expected, "{query}");
    }
}

/// The filters of the stock beyond those in `lists.rs`.
#[tokio::test]
async fn a_filter_by_what_a_ticket_has_lets_through_exactly_that() {
    let world = World::start().await;
    let all = world.tickets_of(T).await;
    let like =
        all.iter().find(|one| one.subcategory_id.is_some() && one.contact_name.is_some()).expect("one");
    let id = |id: Option<&str>| id.expect("an id").to_owned();
    let name = |name: &Option<std::sync::Arc<str>>| encoded(name.as_ref().expect("a name"));
    let table: Vec<(String, Choice<'_>)> = vec![
        (
            format!("title={}", encoded(&like.title[..4].to_uppercase())),
            Box::new(|one| one.title.to_lowercase().contains(&like.title[..4].to_lowercase())),
        ),
        (
            format!("ticket_number={}", &like.ticket_number[2..]),
            Box::new(|one| one.ticket_number.contains(&like.ticket_number[2..])),
        ),
        (
            format!("location_id={}", id(like.location_id.as_ref().map(|id| id.as_str()))),
            Box::new(|one| one.location_id == like.location_id),
        ),
        (
            format!("contact_name_id={}", id(like.contact_name_id.as_ref().map(|id| id.as_str()))),
            Box::new(|one| one.contact_name_id == like.contact_name_id),
        ),
        (
            format!("category_id={}", id(like.category_id.as_ref().map(|id| id.as_str()))),
            Box::new(|one| one.category_id == like.category_id),
        ),
        (
            format!("subcategory_id={}", id(like.subcategory_id.as_ref().map(|id| id.as_str()))),
            Box::new(|one| one.subcategory_id == like.subcategory_id),
        ),
        (
            format!("entered_by={}", id(like.entered_by.as_ref().map(|id| id.as_str()))),
            Box::new(|one| one.entered_by == like.entered_by),
        ),
        (
            format!("client_name={}", name(&like.client_name)),
            Box::new(|one| one.client_name == like.client_name),
        ),
        (
            format!("contact_name={}", name(&like.contact_name)),
            Box::new(|one| one.contact_name == like.contact_name),
        ),
        (
            format!("status_name={}", name(&like.status_name)),
            Box::new(|one| {
                one.status_name
                    .as_deref()
                    .is_some_and(|name| name.contains(like.status_name.as_deref().unwrap_or("")))
            }),
        ),
        (
            format!("priority_name={}", name(&like.priority_name)),
            Box::new(|one| one.priority_name == like.priority_name),
        ),
        (
            format!("category_name={}", name(&like.category_name)),
            Box::new(|one| one.category_name == like.category_name),
        ),
        (format!("board_name={}", name(&like.board_name)), Box::new(|one| one.board_name == like.board_name)),
        ("board_name=no".to_owned(), Box::new(|_| false)),
    ];
    hold(&world, table).await;
}

#[tokio::test]
async fn a_filter_by_tag_time_or_assignment_lets_through_exactly_that() {
    let world = World::start().await;
    let tagged = world.tickets_of(T).await[4].ticket_id.to_string();
    world.put(&tagged, &[], json!({"tags": ["vpn", "büro"]})).await;
    let all = world.tickets_of(T).await;
    let middle = all[all.len() / 2].entered_at.expect("a time");
    let closed = all.iter().find_map(|one| one.closed_at).expect("one is closed");
    let table: Vec<(String, Choice<'_>)> = vec![
        ("has_assignment=true".to_owned(), Box::new(|one| one.assigned_to.is_some())),
        ("has_assignment=false".to_owned(), Box::new(|one| one.assigned_to.is_none())),
        ("tags=VPN".to_owned(), Box::new(|one| one.ticket_id.as_str() == tagged)),
        ("tags=other&tags=b%C3%BCro".to_owned(), Box::new(|one| one.ticket_id.as_str() == tagged)),
        ("tags=other,more".to_owned(), Box::new(|_| false)),
        (format!("entered_from={middle}"), Box::new(|one| one.entered_at >= Some(middle))),
        (format!("created_to={middle}"), Box::new(|one| one.entered_at <= Some(middle))),
        (
            format!("entered_from={middle}&entered_to={middle}"),
            Box::new(|one| one.entered_at == Some(middle)),
        ),
        (format!("closed_from={closed}"), Box::new(|one| one.closed_at >= Some(closed))),
        (format!("closed_to={closed}"), Box::new(|one| one.closed_at.is_some_and(|at| at <= closed))),
        (format!("updated_from={middle}"), Box::new(|one| one.updated_at.or(one.entered_at) >= Some(middle))),
        ("is_active=true".to_owned(), Box::new(|_| true)),
    ];
    hold(&world, table).await;
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_refused_and_one_that_can_is_told_back() {
    let world = World::start().await;
    for query in ["has_assignment=maybe", "entered_from=soon", "location_id=%00", "sort=secret"] {
        let path = format!("/api/v1/tickets?{query}");
        assert_eq!(world.ask(Method::GET, &path, &world.dispatcher, &[], "").await.status, 400, "{query}");
    }
    let told = world.get("/api/v1/tickets?is_open=true&tags=vpn").await["meta"]["filters"].clone();
    assert_eq!(told, json!({"is_open": "true", "tags": "vpn"}));
}
