//! The schedule over REST: written, guarded, hidden and told.
//!
//! **Invariant:** people are those of the demo company; whatever a test plans lies in a week of its own.

use axum::http::Method;
use callboard_model::TenantId;
use callboard_server::auth::Role;
use serde_json::{Value, json};

use crate::world::{Reply, T, World};

const PATH: &str = "/api/v1/schedules";

/// A world with the ids of the people whose keys it has.
struct Office {
    world: World,
    dispatcher: String,
    technician: String,
}

impl Office {
    async fn open() -> Self {
        let world = World::start().await;
        let me = async |key: &str| {
            let me = world.ask(Method::GET, "/api/v1/users/me", key, &[], "").await;
            me.body["data"]["user_id"].as_str().expect("an id").to_owned()
        };
        let (dispatcher, technician) = (me(&world.dispatcher).await, me(&world.technician).await);
        Self { world, dispatcher, technician }
    }

    async fn send(&self, method: Method, path: &str, key: &str, body: Value) -> Reply {
        self.world.ask(method, path, key, &[], &body.to_string()).await
    }

    /// An entry from one hour of a far day to another; `more` says the rest.
    async fn plan(&self, key: &str, from: u8, to: u8, more: Value) -> Reply {
        let mut body = json!({
            "title": "Replace the switch",
            "scheduled_start": format!("2027-03-01T{from:02}:00:00Z"),
            "scheduled_end": format!("2027-03-01T{to:02}:00:00Z"),
        });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.send(Method::POST, PATH, key, body).await
    }

    async fn planned(&self, from: u8, to: u8, more: Value) -> Value {
        let reply = self.plan(&self.world.dispatcher, from, to, more).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.body["data"].clone()
    }

    async fn put(&self, key: &str, entry: &Value, body: Value) -> Reply {
        self.send(Method::PUT, &address(entry), key, body).await
    }

    async fn read(&self, key: &str, path: &str) -> Reply {
        self.world.ask(Method::GET, path, key, &[], "").await
    }

    async fn titles(&self, key: &str, query: &str) -> Vec<String> {
        let reply = self.read(key, &format!("{PATH}?{query}")).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let list = reply.body["data"].as_array().expect("a list").clone();
        list.iter().map(|one| one["title"].as_str().expect("text").to_owned()).collect()
    }
}

fn address(entry: &Value) -> String {
    format!("{PATH}/{}", entry["entry_id"].as_str().expect("an id"))
}

#[tokio::test]
async fn status_and_assignees_are_really_written() {
    let office = Office::open().await;
    let (ann, bob) = (&office.dispatcher, &office.technician);
    let entry = office.planned(9, 10, json!({"assigned_user_ids": [bob]})).await;
    assert_eq!((&entry["status"], &entry["version"]), (&json!("scheduled"), &json!(1)));
    assert_eq!(entry["assigned_users"][0]["user_id"], json!(bob));
    assert!(entry["assigned_users"][0]["email"].is_string() && entry["duration_hours"] == 1.0);
    let change = json!({"status": "en_route", "assigned_user_ids": [ann, bob], "notes": "Bring a ladder"});
    let reply = office.put(&office.world.dispatcher, &entry, change).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let read = office.read(&office.world.dispatcher, &address(&entry)).await;
    assert_eq!(read.body["data"], reply.body["data"]);
    assert_eq!(
        (&read.body["data"]["status"], &read.body["data"]["version"]),
        (&json!("en_route"), &json!(2))
    );
    assert_eq!(read.body["data"]["assigned_users"].as_array().map(Vec::len), Some(2));
    assert_eq!(read.header("etag"), Some("\"2\""));
}

#[tokio::test]
async fn an_entry_that_is_taken_away_is_gone() {
    let office = Office::open().await;
    let entry = office.planned(9, 10, json!({})).await;
    let key = &office.world.dispatcher;
    assert_eq!(office.send(Method::DELETE, &address(&entry), key, json!({})).await.status, 204);
    assert_eq!(office.read(key, &address(&entry)).await.status, 404);
    assert_eq!(office.send(Method::DELETE, &address(&entry), key, json!({})).await.status, 404);
}

#[tokio::test]
async fn a_wrong_key_is_named_and_nothing_is_dropped() {
    let office = Office::open().await;
    let foreign = office.world.tickets_of(crate::world::X).await[0].ticket_id.to_string();
    for (more, key) in [
        (json!({"colour": "red"}), "colour"),
        (json!({"title": 7}), "title"),
        (json!({"scheduled_end": "2027-03-01T09:00:00Z"}), "scheduled_end"),
        (json!({"scheduled_end": "soon"}), "scheduled_end"),
        (json!({"work_item_type": "holiday"}), "work_item_type"),
        (json!({"work_item_type": "ticket"}), "work_item_id"),
        (json!({"work_item_type": "ticket", "work_item_id": "nothing"}), "work_item_id"),
        (json!({"work_item_type": "ticket", "work_item_id": foreign}), "work_item_id"),
        (json!({"assigned_user_ids": ["nobody"]}), "assigned_user_ids"),
        (json!({"assigned_user_ids": []}), "assigned_user_ids"),
    ] {
        let reply = office.plan(&office.world.dispatcher, 9, 10, more.clone()).await;
        assert_eq!((reply.status, reply.code()), (400, "VALIDATION_ERROR"), "{more}");
        assert_eq!(reply.body["error"]["details"][0]["path"], json!([key]), "{more}");
    }
}

/// RB-6: an entry is guarded as a whole.
#[tokio::test]
async fn whoever_was_overtaken_writes_nothing_and_sees_both_values() {
    let office = Office::open().await;
    let key = &office.world.dispatcher;
    let entry = office.planned(9, 10, json!({})).await;
    let first = office.put(key, &entry, json!({"title": "First", "client_version": 1})).await;
    assert_eq!(first.status, 200);
    let late = office.put(key, &entry, json!({"title": "Second", "client_version": 1})).await;
    assert_eq!((late.status, late.code()), (409, "STALE_VERSION"));
    let details = &late.body["error"]["details"];
    assert_eq!(details["current"]["title"], "First");
    assert_eq!(details["conflicts"].as_array().map(Vec::len), Some(1));
    let clash = &details["conflicts"][0];
    assert_eq!((&clash["field"], &clash["yours"]), (&json!("title"), &json!("Second")));
    assert_eq!((&clash["theirs"], &clash["version"]), (&json!("First"), &json!(2)));
    assert_eq!(clash["changed_by"]["userId"], json!(office.dispatcher));
    let strict = [("if-match", "\"1\"")];
    let body = json!({"title": "Third"}).to_string();
    let reply = office.world.ask(Method::PUT, &address(&entry), key, &strict, &body).await;
    assert_eq!((reply.status, reply.code()), (412, "STALE_VERSION"));
    let gone = format!("{}?client_version=1", address(&entry));
    assert_eq!(office.send(Method::DELETE, &gone, key, json!({})).await.status, 409);
    let now = office.put(key, &entry, json!({"title": "Third", "client_version": 2})).await;
    assert_eq!((now.status, &now.body["data"]["version"]), (200, &json!(3)));
}

#[tokio::test]
async fn the_same_plan_sent_twice_is_one_entry() {
    let office = Office::open().await;
    let headers = [("idempotency-key", "plan-1")];
    let body = json!({
        "title": "Once", "scheduled_start": "2027-03-01T09:00:00Z", "scheduled_end": "2027-03-01T10:00:00Z",
    });
    let key = &office.world.dispatcher;
    let send =
        async |body: &Value| office.world.ask(Method::POST, PATH, key, &headers, &body.to_string()).await;
    let (first, again) = (send(&body).await, send(&body).await);
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body["data"]["entry_id"], again.body["data"]["entry_id"]);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(office.titles(key, "from=2027-03-01&to=2027-03-02").await, ["Once"]);
    let mut other = body;
    other["title"] = json!("Twice");
    assert_eq!((send(&other).await.status, send(&other).await.code()), (422, "IDEMPOTENCY_KEY_REUSED"));
}

/// The stock's bounds miss what crosses them; ours do not.
#[tokio::test]
async fn what_crosses_a_bound_is_found_by_our_bounds_and_missed_by_the_stocks() {
    let office = Office::open().await;
    let key = &office.world.dispatcher;
    for (title, from, to) in
        [("Early", 6, 9), ("Into", 8, 11), ("Within", 10, 11), ("Out of", 11, 14), ("Around", 5, 20)]
    {
        office.planned(from, to, json!({"title": title})).await;
    }
    let (from, to) = ("2027-03-01T09:00:00Z", "2027-03-01T12:00:00Z");
    assert_eq!(office.titles(key, &format!("start_date={from}&end_date={to}")).await, ["Within"]);
    assert_eq!(
        office.titles(key, &format!("from={from}&to={to}")).await,
        ["Around", "Into", "Within", "Out of"]
    );
    assert_eq!(
        office.titles(key, "start_date=2027-03-01&end_date=2027-03-02").await.len(),
        5,
        "a day is a bound"
    );
    let other = format!("from={from}&to={to}&user_id={}", office.technician);
    assert_eq!(office.titles(key, &other).await, [""; 0]);
    assert_eq!(office.read(key, &format!("{PATH}?from=soon")).await.status, 400);
}

#[tokio::test]
async fn who_does_not_plan_sees_their_own_and_reports_on_it() {
    let office = Office::open().await;
    let (key, day) = (&office.world.technician, "from=2027-03-01&to=2027-03-02");
    office.planned(9, 10, json!({"title": "Not his"})).await;
    let theirs =
        office.planned(10, 11, json!({"title": "His", "assigned_user_ids": [office.technician]})).await;
    assert_eq!(office.titles(key, day).await, ["His"]);
    let moved = json!({"scheduled_end": "2027-03-01T12:00:00Z"});
    assert_eq!(office.put(key, &theirs, moved).await.status, 403);
    let reported = office.put(key, &theirs, json!({"status": "on_site", "notes": "Arrived"})).await;
    assert_eq!((reported.status, &reported.body["data"]["status"]), (200, &json!("on_site")));
    let own = office.plan(key, 12, 13, json!({"title": "Lunch", "is_private": true})).await;
    assert_eq!((own.status, &own.body["data"]["title"]), (201, &json!("Lunch")), "one's own is not hidden");
    let busy = office.titles(&office.world.dispatcher, day).await;
    assert_eq!(busy, ["Not his", "His", "Busy"]);
    let others = json!({"assigned_user_ids": [office.dispatcher]});
    assert_eq!(office.plan(key, 12, 13, others).await.status, 403, "nobody else's time");
    assert_eq!(office.put(key, &own.body["data"], json!({"title": "Late lunch"})).await.status, 200);
    assert_eq!(office.send(Method::DELETE, &address(&own.body["data"]), key, json!({})).await.status, 204);
    assert_eq!(office.send(Method::DELETE, &address(&theirs), key, json!({})).await.status, 403);
}

/// A private entry shows that somebody is busy, in every answer, and no write lays it bare.
#[tokio::test]
async fn what_is_private_stays_so() {
    let office = Office::open().await;
    let secret = json!({"title": "Dentist", "notes": "Root canal", "is_private": true});
    let own = office.plan(&office.world.technician, 9, 11, secret).await.body["data"].clone();
    let key = &office.world.dispatcher;
    let other = office.planned(10, 12, json!({"assigned_user_ids": [office.technician]})).await;
    let path = address(&own);
    let answers = [
        office.read(key, &path).await,
        office.read(key, &format!("{PATH}?from=2027-03-01&to=2027-03-02")).await,
        office.read(key, &format!("{}/conflicts", address(&other))).await,
        office.put(key, &own, json!({"scheduled_end": "2027-03-01T10:30:00Z"})).await,
        office.put(key, &own, json!({"status": "scheduled", "client_version": 1})).await,
        office.put(key, &own, json!({"is_private": false})).await,
        office.put(key, &own, json!({"assigned_user_ids": [office.dispatcher]})).await,
    ];
    let statuses: Vec<_> = answers.iter().map(|reply| reply.status).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 409, 403, 403]);
    for reply in &answers {
        let text = reply.body.to_string();
        assert!(!text.contains("Dentist") && !text.contains("canal"), "{text}");
    }
    assert_eq!(answers[0].body["data"]["title"], "Busy");
    let entry = own["entry_id"].as_str().expect("an id");
    let version = format!("/api/v1/records/schedule_entry/{entry}/version");
    assert_eq!(office.read(key, &version).await.status, 404, "nor when and by whom it was changed");
    assert_eq!(office.read(&office.world.technician, &version).await.status, 200);
    for words in ["dentist", "canal"] {
        let found =
            office.read(key, &format!("{PATH}/search?from=2027-03-01&to=2027-03-02&query={words}")).await;
        assert_eq!(found.body["data"], json!([]), "nor is it found by what it says");
        let found = office
            .read(
                &office.world.technician,
                &format!("{PATH}/search?from=2027-03-01&to=2027-03-02&query={words}"),
            )
            .await;
        assert_eq!(found.body["data"].as_array().map(Vec::len), Some(1));
    }
    let kept = office.read(&office.world.technician, &path).await;
    assert_eq!(kept.body["data"]["title"], "Dentist", "and its owner still has it");
}

/// RB-5: the version route draws the line where the schedule itself does.
#[tokio::test]
async fn the_version_of_an_entry_is_for_who_reads_all_of_it() {
    let office = Office::open().await;
    let shared = office.planned(9, 11, json!({"assigned_user_ids": [office.technician]})).await;
    let own = office.planned(9, 11, json!({"is_private": true})).await;
    let world = &office.world;
    for (entry, key, status) in [
        (&shared, &world.dispatcher, 200),
        (&shared, &world.technician, 200),
        (&shared, &world.read_only, 404),
        (&shared, &world.billing, 403),
        (&shared, &world.stranger, 404),
        (&own, &world.dispatcher, 200),
        (&own, &world.technician, 404),
    ] {
        let entry = entry["entry_id"].as_str().expect("an id");
        let reply = office.read(key, &format!("/api/v1/records/schedule_entry/{entry}/version")).await;
        assert_eq!(reply.status, status, "{entry}: {}", reply.body);
    }
}

#[tokio::test]
async fn a_search_finds_what_one_may_read_by_title_and_notes() {
    let office = Office::open().await;
    office.planned(9, 10, json!({"title": "Fit the RACK"})).await;
    office.planned(10, 11, json!({"title": "Lunch", "notes": "near the rack"})).await;
    office.planned(11, 12, json!({"title": "Lunch"})).await;
    let key = &office.world.dispatcher;
    let search = async |query: &str| {
        let reply = office.read(key, &format!("{PATH}/search?from=2027-03-01&to=2027-03-02{query}")).await;
        (reply.status, reply.body["data"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(search("&query=rack").await, (200, 2));
    assert_eq!(search("&query=lunch").await, (200, 2));
    assert_eq!(search("&query=100%25").await, (200, 0));
    assert_eq!(search("").await.0, 400);
    assert_eq!(search(&format!("&query=rack&user_id={}", office.technician)).await, (200, 0));
}

#[tokio::test]
async fn an_overlap_is_told_and_a_neighbour_is_not() {
    let office = Office::open().await;
    let (ann, bob) = (&office.dispatcher, &office.technician);
    let entry = office.planned(9, 11, json!({"assigned_user_ids": [bob]})).await;
    for (title, from, to, who, status) in [
        ("Clash", 10, 12, bob, "scheduled"),
        ("Neighbour", 11, 12, bob, "scheduled"),
        ("Somebody else", 10, 12, ann, "scheduled"),
        ("Called off", 9, 12, bob, "cancelled"),
    ] {
        let more = json!({"title": title, "assigned_user_ids": [who], "status": status});
        office.planned(from, to, more).await;
    }
    let reply = office.read(&office.world.dispatcher, &format!("{}/conflicts", address(&entry))).await;
    let titles: Vec<_> =
        reply.body["data"].as_array().expect("a list").iter().map(|one| &one["title"]).collect();
    assert_eq!(titles, ["Clash"]);
}

/// LT-1: the ticket's room hears of its schedule; both rooms when the work moves to another ticket.
#[tokio::test]
async fn the_room_of_the_ticket_is_told_of_its_schedule() {
    let office = Office::open().await;
    let tickets = office.world.tickets_of(T).await;
    let (one, other) = (tickets[0].ticket_id.as_str(), tickets[1].ticket_id.as_str());
    let on = |id: &str| json!({"work_item_type": "ticket", "work_item_id": id});
    let told = async || {
        let all = office.world.store.outbox_pending(100).await.expect("readable");
        let seqs = all.iter().map(|entry| entry.seq).collect();
        office.world.store.outbox_sent(seqs).await.expect("written");
        let told = all.iter().map(|entry| (entry.ticket.to_string(), entry.hint.updated_fields.join(",")));
        let mut told: Vec<_> = told.collect();
        told.sort();
        told
    };
    let both = |ids: &[&str]| {
        let mut all: Vec<_> = ids.iter().map(|id| ((*id).to_owned(), "schedule".to_owned())).collect();
        all.sort();
        all
    };
    let entry = office.planned(9, 10, on(one)).await;
    assert_eq!(entry["work_item"]["title"], json!(&*tickets[0].title));
    assert_eq!(told().await, both(&[one]));
    let key = &office.world.dispatcher;
    office.put(key, &entry, on(other)).await;
    assert_eq!(told().await, both(&[one, other]));
    office.put(key, &entry, json!({"status": "scheduled"})).await;
    assert_eq!(told().await, both(&[]), "nothing changed");
    office.send(Method::DELETE, &address(&entry), key, json!({})).await;
    assert_eq!(told().await, both(&[other]));
    office.planned(9, 10, json!({})).await;
    assert_eq!(told().await, both(&[]), "it is about no ticket");
}

/// The board of a ticket counts for its schedule too.
#[tokio::test]
async fn work_on_a_ticket_out_of_reach_shows_as_busy_or_without_its_name() {
    let office = Office::open().await;
    let tickets = office.world.tickets_of(T).await;
    let hidden = &tickets[0];
    let seen = tickets.iter().find(|one| one.board_id != hidden.board_id).expect("another board");
    let on = json!({
        "title": "Something telling", "work_item_type": "ticket", "work_item_id": hidden.ticket_id,
        "assigned_user_ids": [office.technician],
    });
    let entry = office.planned(9, 10, on.clone()).await;
    let (tenant, boards) = (TenantId::from(T), [seen.board_id.clone().expect("a board")]);
    for user in [&office.dispatcher, &office.technician] {
        let user = user.as_str().into();
        office.world.store.set_boards(&tenant, &user, boards.clone().into()).await.expect("written");
    }
    let planner = office.read(&office.world.dispatcher, &address(&entry)).await.body;
    assert_eq!((&planner["data"]["title"], &planner["data"]["work_item"]), (&json!("Busy"), &Value::Null));
    let worker = office.read(&office.world.technician, &address(&entry)).await.body;
    assert_eq!(worker["data"]["work_item"]["title"], "Unknown Work Item");
    assert!(!worker.to_string().contains(&*hidden.title));
    assert_eq!(
        office.plan(&office.world.dispatcher, 9, 10, on).await.status,
        400,
        "and no work is planned on it"
    );
}

#[tokio::test]
async fn customers_and_billing_have_no_schedule() {
    let office = Office::open().await;
    assert_eq!(office.read(&office.world.billing, PATH).await.status, 403);
    let portal = office.technician.as_str().into();
    office.world.store.set_role(&T.into(), &portal, Some(Role::ClientPortal)).await.expect("written");
    for path in [PATH, "/api/v1/schedules/any", "/api/v1/schedules/any/conflicts"] {
        assert_eq!(office.read(&office.world.technician, path).await.status, 403, "{path}");
    }
    assert_eq!(office.plan(&office.world.technician, 9, 10, json!({})).await.status, 403);
}

#[tokio::test]
async fn the_demo_company_has_work_behind_it_and_before_it() {
    let office = Office::open().await;
    let reply = office.read(&office.world.dispatcher, PATH).await;
    let all = reply.body["data"].as_array().expect("a list").clone();
    assert!(all.len() > 100 && reply.body["meta"]["truncated"] == false, "{}", all.len());
    let has = |status: &str| all.iter().any(|one| one["status"] == status);
    assert!(has("completed") && has("scheduled") && all.iter().any(|one| one["work_item_type"] == "ticket"));
    assert!(all.iter().any(|one| one["title"] == "Busy"), "somebody has something private");
    assert!(all.is_sorted_by_key(|one| one["scheduled_start"].as_str().expect("a time").to_owned()));
    let mut first = all[0].clone();
    first["is_current"] = json!(false);
    insta::assert_json_snapshot!("schedule_entry", first);
}
