//! People, teams and contacts.

use axum::http::Method;
use serde_json::{Value, json};

use crate::world::World;

fn names(list: &Value, key: &str) -> Vec<String> {
    let list = list["data"].as_array().expect("a list");
    list.iter().map(|one| one[key].as_str().expect("text").to_owned()).collect()
}

#[tokio::test]
async fn people_are_found_by_a_part_of_name_user_name_or_address() {
    let world = World::start().await;
    for (query, found) in [
        ("LEE", &["Okafor"][..]),
        ("ex riv", &["Rivera"]),
        ("dana.wu", &["Wu"]),
        ("%25", &[]),
        ("nobody", &[]),
    ] {
        let query = query.replace(' ', "%20");
        for path in ["users/search?query", "users?search"] {
            let list = world.get(&format!("/api/v1/{path}={query}")).await;
            assert_eq!(names(&list, "last_name"), found, "{path}={query}");
        }
    }
    let all = world.get("/api/v1/users?user_type=internal&is_inactive=false").await;
    assert!(all["data"].as_array().expect("a list").iter().all(|one| one["user_type"] == "internal"));
    assert_eq!(world.get("/api/v1/users?is_inactive=true").await["data"], json!([]));
}

#[tokio::test]
async fn a_team_has_the_members_that_it_names() {
    let world = World::start().await;
    for team in world.get("/api/v1/teams").await["data"].as_array().expect("teams") {
        let id = team["team_id"].as_str().expect("an id");
        let mut members = names(&world.get(&format!("/api/v1/teams/{id}/members")).await, "user_id");
        members.sort();
        assert_eq!(json!(members), team["member_ids"]);
    }
}

#[tokio::test]
async fn the_contacts_of_all_customers_are_those_of_each() {
    let world = World::start().await;
    let all = world.get("/api/v1/contacts").await;
    let client = all["data"][0]["client_id"].as_str().expect("an id").to_owned();
    let own = world.get(&format!("/api/v1/contacts?client_id={client}")).await;
    assert_eq!(own["data"].as_array().map(|list| list.len() >= 2), Some(true));
    let nested = world.get(&format!("/api/v1/clients/{client}/contacts")).await;
    assert_eq!(own, nested);
    let address = all["data"][0]["email"].as_str().expect("text");
    let found = world.get(&format!("/api/v1/contacts?search={address}")).await;
    assert!(names(&found, "email").iter().all(|email| email == address) && found["data"][0].is_object());
}

#[tokio::test]
async fn everybody_may_ask_what_they_may_do_and_planners_what_others_may() {
    let world = World::start().await;
    let me = world.ask(Method::GET, "/api/v1/users/me", &world.technician, &[], "").await.body;
    let path = format!("/api/v1/users/{}/permissions", me["data"]["user_id"].as_str().expect("an id"));
    for (key, status) in [(&world.technician, 200), (&world.dispatcher, 200), (&world.read_only, 403)] {
        assert_eq!(world.ask(Method::GET, &path, key, &[], "").await.status, status);
    }
    let mine = world.get(&path).await;
    let may = |what: &str| mine["data"]["permissions"].as_array().expect("a list").contains(&json!(what));
    assert!(may("ticket:update") && !may("ticket:delete") && !may("user_schedule:update"));
    assert_eq!((&mine["data"]["boards"], &mine["data"]["role"]), (&Value::Null, &json!("technician")));
}
