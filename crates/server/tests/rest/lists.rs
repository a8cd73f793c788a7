//! Lists of tickets: what is in them, in which order, and how they are cut into pages.

use std::collections::BTreeSet;

use callboard_model::Ticket;
use serde_json::Value;

use crate::world::{T, TICKETS, World};

fn column<'a>(list: &'a Value, name: &str) -> Vec<&'a Value> {
    list["data"].as_array().expect("a list").iter().map(|ticket| &ticket[name]).collect()
}

#[tokio::test]
async fn the_shape_of_a_ticket_and_of_a_page_stays() {
    let world = World::start().await;
    insta::assert_json_snapshot!(world.get("/api/v1/tickets?limit=1").await);
}

#[tokio::test]
async fn pages_hold_every_ticket_once_in_every_order() {
    let world = World::start().await;
    for sort in [
        "entered_at",
        "created_at",
        "updated_at",
        "closed_at",
        "due_date",
        "sla_response_due_at",
        "sla_resolution_due_at",
        "title",
        "ticket_number",
        "client_name",
        "status_name",
        "priority_name",
        "priority_order",
    ] {
        for order in ["asc", "desc"] {
            let mut seen = Vec::new();
            for page in 1..=4 {
                let list = world
                    .get(&format!("/api/v1/tickets?limit=17&page={page}&sort={sort}&order={order}"))
                    .await;
                seen.extend(column(&list, "ticket_id").into_iter().cloned());
                assert_eq!(list["pagination"]["total"], TICKETS, "{sort} {order}");
                assert_eq!(list["pagination"]["hasNext"], page < 4, "{sort} {order} {page}");
            }
            assert_eq!(seen.len(), TICKETS as usize, "{sort} {order}");
            let different: BTreeSet<String> = seen.iter().map(Value::to_string).collect();
            assert_eq!(different.len(), TICKETS as usize, "{sort} {order}");
        }
    }
}

#[tokio::test]
async fn a_list_comes_in_the_order_asked_for() {
    let world = World::start().await;
    let numbers = |list: &Value| -> Vec<u32> {
        column(list, "ticket_number")
            .iter()
            .map(|one| one.as_str().expect("text")[2..].parse().expect("T-…"))
            .collect()
    };
    let up = numbers(&world.get("/api/v1/tickets?limit=60&sort=ticket_number&order=asc").await);
    let down = numbers(&world.get("/api/v1/tickets?limit=60&sort=ticket_number&order=desc").await);
    assert!(up.is_sorted() && down.iter().rev().is_sorted(), "{up:?} {down:?}");
    let newest = world.get("/api/v1/tickets").await;
    assert!(
        column(&newest, "entered_at").iter().rev().is_sorted_by_key(|at| at.as_str()),
        "the newest first"
    );
}

/// Each filter against the same choice made by hand.
#[tokio::test]
async fn a_filter_lets_through_exactly_what_it_says() {
    let world = World::start().await;
    let all = world.tickets_of(T).await;
    let like = all.iter().find(|ticket| ticket.assigned_to.is_some()).expect("some are assigned");
    let text = |id: Option<&str>| id.map(str::to_owned).unwrap_or_default();
    let status = text(like.status_id.as_ref().map(|id| id.as_str()));
    let other = text(
        all.iter()
            .find_map(|one| one.status_id.as_ref().filter(|id| id.as_str() != status).map(|id| id.as_str())),
    );
    let two = format!("{},{}", all[3].ticket_id, all[5].ticket_id);
    type Choice<'a> = Box<dyn Fn(&Ticket) -> bool + 'a>;
    let table: Vec<(String, Choice<'_>)> = vec![
        (
            format!("board_id={}", like.board_id.as_ref().expect("a board")),
            Box::new(|one| one.board_id == like.board_id),
        ),
        (format!("status_id={status}"), Box::new(|one| one.status_id == like.status_id)),
        (
            format!("status_ids={status},{other}"),
            Box::new(|one| [&*status, &*other].contains(&one.status_id.as_ref().expect("a status").as_str())),
        ),
        (format!("status_ids=%5B%22{status}%22%5D"), Box::new(|one| one.status_id == like.status_id)),
        (
            format!("priority_id={}", like.priority_id.as_ref().expect("one")),
            Box::new(|one| one.priority_id == like.priority_id),
        ),
        (
            format!("client_id={}", like.client_id.as_ref().expect("one")),
            Box::new(|one| one.client_id == like.client_id),
        ),
        (
            format!("assigned_to={}", like.assigned_to.as_ref().expect("one")),
            Box::new(|one| one.assigned_to == like.assigned_to),
        ),
        ("is_open=true".to_owned(), Box::new(|one| !one.status_is_closed)),
        ("is_open=false".to_owned(), Box::new(|one| one.status_is_closed)),
        ("is_closed=true".to_owned(), Box::new(|one| one.status_is_closed)),
        ("is_open=true&is_closed=false".to_owned(), Box::new(|one| !one.status_is_closed)),
        (format!("search={}", like.ticket_number), Box::new(|one| one.ticket_number == like.ticket_number)),
        (
            format!(
                "search={}",
                like.client_name
                    .as_ref()
                    .expect("one")
                    .to_uppercase()
                    .replace(' ', "%20")
                    .replace('&', "%26")
            ),
            Box::new(|one| one.client_name == like.client_name),
        ),
        ("search=%25".to_owned(), Box::new(|one| one.title.contains('%'))),
        ("search=no%20such%20thing".to_owned(), Box::new(|_| false)),
        (format!("ids={two}"), Box::new(|one| two.contains(one.ticket_id.as_str()))),
        ("ids=unknown".to_owned(), Box::new(|_| false)),
        ("what_is_this=1".to_owned(), Box::new(|_| true)),
    ];
    for (query, choice) in table {
        let list = world.get(&format!("/api/v1/tickets?limit=100&{query}")).await;
        let mut found: Vec<_> = column(&list, "ticket_id").iter().filter_map(|id| id.as_str()).collect();
        let mut expected: Vec<_> =
            all.iter().filter(|one| choice(one)).map(|one| one.ticket_id.as_str()).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test]
async fn tickets_asked_for_by_name_come_all_at_once() {
    let world = World::start().await;
    let ids: Vec<_> = world.tickets_of(T).await.iter().map(|one| one.ticket_id.to_string()).collect();
    let list = world.get(&format!("/api/v1/tickets?ids={}", ids.join(","))).await;
    assert_eq!(list["data"].as_array().map(Vec::len), Some(ids.len()));
}
